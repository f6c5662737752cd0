"""The resources that AWS makes of a template: transformed as SAM does, and resolved for a choice of parameters."""
import functools, json, logging, re
from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

NOTHING = object()
PSEUDO = {"AWS::Region": "eu-central-1", "AWS::AccountId": "123456789012", "AWS::Partition": "aws", "AWS::StackName": "cancel-upload",
          "AWS::URLSuffix": "amazonaws.com", "AWS::NoValue": NOTHING}
# SAM's transform warns that its own metrics are not published.
logging.getLogger("samtranslator").setLevel(logging.ERROR)


class ManagedPolicies:
    def load(self):
        return {"AWSLambdaBasicExecutionRole": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}


@functools.cache
def transformed(path):
    source = yaml_parse(open(path).read())
    source["Resources"]["CancelUploadFunction"]["Properties"]["CodeUri"] = "s3://bucket/function.zip"
    return transform(json.loads(json.dumps(source)), {}, ManagedPolicies())


class Deployment:
    def __init__(self, names={}, **parameters):
        """names: what a reference to a resource or its attribute gives, such as of "Failures.Arn"; otherwise a placeholder."""
        self.template, self.names = transformed("template.yaml"), names
        self.parameters = {name: str(p.get("Default")) for name, p in self.template["Parameters"].items()} | parameters
        self.resources = {name: self.resolve(r) for name, r in self.template["Resources"].items() if self.holds(r.get("Condition"))}
        self.outputs = {n: self.resolve(o["Value"]) for n, o in self.template["Outputs"].items() if self.holds(o.get("Condition"))}

    def of(self, type):
        return {name: r.get("Properties", {}) for name, r in self.resources.items() if r["Type"] == "AWS::" + type}

    def holds(self, condition):
        return condition is None or self.resolve(self.template["Conditions"][condition])

    def refused(self):
        """Whether a rule, a pattern or a list of values rejects the parameters."""
        return any(self.resolve(rule.get("RuleCondition", True)) and not all(self.resolve(a["Assert"]) for a in rule["Assertions"])
                   for rule in self.template["Rules"].values()) or any(
            not re.fullmatch(p.get("AllowedPattern", ".*"), value) or value not in map(str, p.get("AllowedValues", [value]))
            for p, value in ((self.template["Parameters"][name], value) for name, value in self.parameters.items()))

    def reference(self, name):
        if name in self.parameters:
            listed = self.template["Parameters"][name]["Type"] == "CommaDelimitedList"
            return self.parameters[name].split(",") if listed else self.parameters[name]
        assert name in PSEUDO or self.holds(self.template["Resources"][name.split(".")[0]].get("Condition")), f"{name} is not there"
        return PSEUDO.get(name, self.names.get(name, f"<{name}>"))

    def resolve(self, node):
        if isinstance(node, list):
            return [value for value in map(self.resolve, node) if value is not NOTHING]
        function = next(iter(node)) if isinstance(node, dict) and len(node) == 1 else ""
        if not isinstance(node, dict):
            return node
        if not (function.startswith("Fn::") or function == "Ref" or function == "Condition" and isinstance(node[function], str)):
            return {name: value for name, value in ((n, self.resolve(v)) for n, v in node.items()) if value is not NOTHING}
        argument = node[function]
        if function == "Fn::If":
            return self.resolve(argument[1 if self.holds(argument[0]) else 2])
        values = self.resolve(argument)
        return {"Ref": lambda: self.reference(values), "Fn::GetAtt": lambda: self.reference(".".join(values)),
                "Condition": lambda: self.holds(values),
                "Fn::Sub": lambda: re.sub(r"\$\{([\w:.]+)}", lambda m: self.reference(m[1]), values),
                "Fn::Join": lambda: values[0].join(values[1]), "Fn::Split": lambda: values[1].split(values[0]),
                "Fn::Select": lambda: values[1][int(values[0])], "Fn::Equals": lambda: values[0] == values[1],
                "Fn::Not": lambda: not values[0], "Fn::And": lambda: all(values), "Fn::Or": lambda: any(values)}[function]()
