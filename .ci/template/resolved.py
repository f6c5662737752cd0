"""The resources that AWS makes of template.yaml: transformed as SAM does, and resolved for a choice of parameters."""
import copy, functools, json, logging, re
from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

SOURCE = yaml_parse(open("template.yaml").read())
NOTHING = object()
# SAM's transform warns that its own metrics are not published.
logging.getLogger("samtranslator").setLevel(logging.ERROR)


class ManagedPolicies:
    """None: the template names none of AWS's managed policies."""
    def load(self):
        return {}


@functools.cache
def transformed(code_uri):
    """The template after SAM's transform, with the zip where `sam package` has put it."""
    source = copy.deepcopy(SOURCE)
    source["Globals"]["Function"]["CodeUri"] = code_uri
    return transform(json.loads(json.dumps(source)), {}, ManagedPolicies())


class Deployment:
    """The template's resources for these parameters, with If, Sub, Join and the other functions evaluated."""

    def __init__(self, code_uri="s3://bucket/function.zip", **parameters):
        unknown = parameters.keys() - SOURCE["Parameters"].keys()
        assert not unknown, f"no parameter of the template: {unknown}"
        self.template = transformed(code_uri)
        self.parameters = {name: str(p.get("Default", "given")) for name, p in self.template["Parameters"].items()} | parameters
        self.present = {name: r for name, r in self.template["Resources"].items() if self.condition(r.get("Condition"))}
        self.resources = {name: self.resolve(r) for name, r in self.present.items()}
        self.outputs = {name: self.resolve(o["Value"]) for name, o in self.template["Outputs"].items()
                        if self.condition(o.get("Condition"))}

    def condition(self, name):
        return name is None or self.resolve(self.template["Conditions"][name])

    def refused(self):
        """Why a rule or a parameter's pattern rejects these parameters; None if they are accepted."""
        for rule in self.template["Rules"].values():
            if self.resolve(rule.get("RuleCondition", True)):
                for assertion in rule["Assertions"]:
                    if not self.resolve(assertion["Assert"]):
                        return assertion["AssertDescription"]
        for name, value in self.parameters.items():
            parameter = self.template["Parameters"][name]
            listed = parameter["Type"] == "CommaDelimitedList"
            for member in value.split(",") if listed else [value]:
                if not re.fullmatch(parameter.get("AllowedPattern", ".*"), member, re.S):
                    return f"{name} {parameter['ConstraintDescription']}"
            if value not in parameter.get("AllowedValues", [value]) and str(value) not in map(str, parameter["AllowedValues"]):
                return f"{name} is none of {parameter['AllowedValues']}"

    def reference(self, name):
        if name in self.parameters:
            value = self.parameters[name]
            return value.split(",") if self.template["Parameters"][name]["Type"] == "CommaDelimitedList" else value
        resource = name.split(".")[0]
        assert name.startswith("AWS::") or resource in self.present, f"{name} is not there with {self.parameters}"
        return self.named(name)

    def named(self, name):
        """A placeholder for a resource, an attribute of one, or a pseudo parameter."""
        if name == "AWS::StackId":
            return "arn:aws:cloudformation:eu-central-1:123456789012:stack/cancel-upload/1b2c3d4e-0000-1111-2222-333344445555"
        return f"<{name}>"

    def sub(self, text, variables):
        values = {name: self.resolve(value) for name, value in variables.items()}
        return re.sub(r"\$\{([A-Za-z0-9:.]+)}", lambda m: values[m[1]] if m[1] in values else self.reference(m[1]), text)

    def resolve(self, node):
        if isinstance(node, list):
            return [value for value in map(self.resolve, node) if value is not NOTHING]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            (function, argument), = node.items()
            match function:
                case "Ref":
                    return NOTHING if argument == "AWS::NoValue" else self.reference(argument)
                case "Fn::GetAtt":
                    return self.reference(".".join(argument) if isinstance(argument, list) else argument)
                case "Condition" if isinstance(argument, str):
                    return self.condition(argument)
                case "Fn::If":
                    return self.resolve(argument[1 if self.condition(argument[0]) else 2])
                case "Fn::Sub":
                    return self.sub(*argument) if isinstance(argument, list) else self.sub(argument, {})
                case "Fn::Join":
                    return argument[0].join(self.resolve(argument[1]))
                case "Fn::Split":
                    return self.resolve(argument[1]).split(argument[0])
                case "Fn::Select":
                    return self.resolve(argument[1])[int(argument[0])]
                case "Fn::Equals":
                    return self.resolve(argument[0]) == self.resolve(argument[1])
                case "Fn::Not":
                    return not self.resolve(argument[0])
                case "Fn::And":
                    return all(self.resolve(argument))
                case "Fn::Or":
                    return any(self.resolve(argument))
                case _ if function.startswith("Fn::"):
                    raise ValueError(f"{function} is new in the template: resolve it here")
        return {name: value for name, value in ((n, self.resolve(v)) for n, v in node.items()) if value is not NOTHING}

    def of(self, type):
        return {name: r["Properties"] for name, r in self.resources.items() if r["Type"] == type}
