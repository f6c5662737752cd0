"""Resolves template.yaml for each kind of deployment, and checks what no linter knows: who may do what, what the alarms see, and that
the examples deploy the same.

    checks.py CDK_TEMPLATE…
"""
import fnmatch, itertools, json, pathlib, re, sys, tomllib
from xml.etree import ElementTree
import hcl2
from resolved import Deployment, transformed

ROLE, KMS = "arn:aws:iam::123456789012:policy/boundary", "arn:aws:kms:eu-central-1:123456789012:key/1"
ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:key-a1b2c3"
IDENTITY = {"OpenAIIdentityProviderId": "idp_1", "OpenAIServiceAccountId": "sa_1"}
CREDENTIALS = [{"OpenAIApiKeySecret": "openai-api-key"}, {"OpenAIApiKeySecret": ARN, "OpenAIApiKeySecretField": "key"}, IDENTITY]
JWT = {"HttpTrigger": "jwt", "JwtIssuer": "https://issuer.example", "JwtAudience": "one,two", "JwtScopes": "cancel"}
HTTP = [{}, {"HttpTrigger": "iam"}, JWT, JWT | {"JwtScopes": "*"}]
QUEUE = [{}, {"QueueTrigger": "true"}]
OPTIONS = [{"KmsKeyArn": KMS}, {"PermissionsBoundaryArn": ROLE}, {"AlarmTopicArn": "arn:aws:sns:eu-central-1:123456789012:alarms"},
           {"VpcSubnetIds": "subnet-0a,subnet-0b", "VpcSecurityGroupIds": "sg-0a"}, {"ApplicationLogLevel": "WARN"},
           {"CertificatesLayerArn": "arn:aws:lambda:eu-central-1:123456789012:layer:certificates:1"}]
EVERYTHING = {name: value for option in OPTIONS for name, value in option.items()}
sources = "\n".join(path.read_text() for path in pathlib.Path("src/main/java").rglob("*.java"))
runbook = pathlib.Path("docs/operate.md").read_text()


def check(d):
    p = d.parameters
    assert not d.refused(), p
    (name, function), = d.of("Lambda::Function").items()
    variables = {name: value for name, value in function["Environment"]["Variables"].items() if value}
    assert ("OPENAI_API_KEY_SECRET" in variables) != ("OPENAI_IDENTITY_PROVIDER_ID" in variables) and "{{resolve" not in str(d.resources)
    assert all(name in sources for name in function["Environment"]["Variables"]), variables
    assert ("Layers" in function) == ("SSL_CERT_FILE" in variables) and ("VpcConfig" in function) == bool(p["VpcSubnetIds"])

    # Policies: each action for the one who needs it, on what it is needed for.
    for role, properties in d.of("IAM::Role").items():
        assert properties.get("PermissionsBoundary", "") == p["PermissionsBoundaryArn"] and "Path" not in properties
        statements = [s for policy in properties["Policies"] for s in policy["PolicyDocument"]["Statement"]]
        assert not any("*" in str(s["Action"]) for s in statements if s["Effect"] == "Allow")
        assert all("Condition" in s for s in statements if "kms:" in str(s["Action"]) or s["Resource"] == "*")
        assert "sqs:SendMessage" in str(statements)
    function_role = d.of("IAM::Role")["CancelUploadRole"]["Policies"][0]["PolicyDocument"]["Statement"]
    by_action = {str(s["Action"]): s for s in function_role}
    assert ("secretsmanager:GetSecretValue" in by_action) == bool(p["OpenAIApiKeySecret"])
    assert by_action.get("secretsmanager:GetSecretValue", {"Resource": ARN + "-??????"})["Resource"] in (
        [ARN, ARN + "-??????"], "arn:aws:secretsmanager:eu-central-1:123456789012:secret:openai-api-key-??????", ARN + "-??????")
    token = by_action.get("sts:GetWebIdentityToken", {"Condition": None})["Condition"]
    assert token == (p["OpenAIIdentityProviderId"] and {
        "ForAllValues:StringEquals": {"sts:IdentityTokenAudience": "https://api.openai.com/v1"},
        "NumericLessThanEquals": {"sts:DurationSeconds": 300}} or None)
    assert ("ec2:*" in by_action) == bool(p["VpcSubnetIds"]) and by_action.get("ec2:*", {"Effect": "Deny"})["Effect"] == "Deny"
    assert d.of("IAM::Role")["SchedulerRole"]["AssumeRolePolicyDocument"]["Statement"][0]["Condition"]["StringEquals"] == {
        "aws:SourceAccount": "123456789012", "aws:SourceArn": "<ScheduleGroup.Arn>"}
    sids = {s["Sid"] for s in d.of("IAM::ManagedPolicy")["ClientPolicy"]["PolicyDocument"]["Statement"]}
    assert ("Http" in sids) == (p["HttpTrigger"] == "iam") and ("Queue" in sids) == (p["QueueTrigger"] == "true") and "Invoke" in sids

    # The ways in: nothing is open, and nothing is lost on the way.
    asynchronous, = d.of("Lambda::EventInvokeConfig").values()
    assert asynchronous["DestinationConfig"]["OnFailure"]["Destination"] == "<Failures.Arn>"
    for mapping in d.of("Lambda::EventSourceMapping").values():
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    for queue in d.of("SQS::Queue").values():
        assert queue.get("VisibilityTimeout", 999) >= function["Timeout"] and queue.get("KmsMasterKeyId", "") == p["KmsKeyArn"]
    assert not d.of("Lambda::Url") and len(d.of("ApiGatewayV2::Route")) == (p["HttpTrigger"] != "none")
    for route in d.of("ApiGatewayV2::Route").values():
        assert (route["AuthorizationType"], "AuthorizerId" in route, route.get("AuthorizationScopes")) == (
            ("AWS_IAM", False, None) if p["HttpTrigger"] == "iam" else ("JWT", True, ["cancel"] if p["JwtScopes"] == "cancel" else None))
    for stage in d.of("ApiGatewayV2::Stage").values():
        assert "ThrottlingRateLimit" in stage["DefaultRouteSettings"]
        assert not re.search("header", json.dumps(json.loads(stage["AccessLogSettings"]["Format"])), re.I)

    alarms = d.of("CloudWatch::Alarm")
    assert len(alarms) == 4 + (p["QueueTrigger"] == "true") + (p["HttpTrigger"] != "none")
    for name, alarm in alarms.items():
        assert f"### {name.removesuffix('Alarm')}\n" in runbook and alarm.get("AlarmActions", [""]) == [p["AlarmTopicArn"]], name
    assert "AsyncEventsDropped" not in str(alarms) and "- FILL(kept, 0)" in str(alarms)


deployments = list(itertools.product(CREDENTIALS, HTTP, QUEUE, [{}, EVERYTHING, *OPTIONS]))
for parts in deployments:
    check(Deployment(**{name: value for part in parts for name, value in part.items()}))
SECRET = CREDENTIALS[0]
for wrong in [{}, SECRET | IDENTITY, *({name: "x"} for name in IDENTITY), *(SECRET | {name: "x"} for name in IDENTITY),
              {"OpenAIApiKeySecret": "sk-proj-4f9a0c"}, *(SECRET | JWT | {name: ""} for name in ["JwtIssuer", "JwtAudience", "JwtScopes"]), SECRET | {"HttpTrigger": "open"},
              SECRET | {"KmsKeyArn": KMS.replace("key/", "alias/")}]:
    assert Deployment(**wrong).refused(), f"{wrong} is not rejected"

# Size, and what the starter and a release rely on.
template, starter = transformed("template.yaml"), transformed("examples/sam/starter.yaml")
assert len(template["Parameters"]) <= 22 and len(starter["Parameters"]) == 1 and "Architecture" not in template["Parameters"]
for path, most in [("template.yaml", 599), ("examples/sam/starter.yaml", 79)]:
    assert len(pathlib.Path(path).read_text().splitlines()) <= most, path
for name, resource in starter["Resources"].items():
    assert name == "CancelUploadFunctionRole" or template["Resources"][name]["Type"] == resource["Type"], name
assert starter["Outputs"].keys() <= template["Outputs"].keys()
for name in template["Parameters"]:
    assert f"`{name}`" in pathlib.Path("docs/deploy.md").read_text(), f"docs/deploy.md has no {name}"
application = template["Metadata"]["AWS::ServerlessRepo::Application"]
assert application["SemanticVersion"] == ElementTree.parse("pom.xml").findtext("{http://maven.apache.org/POM/4.0.0}version")
assert re.fullmatch("[a-zA-Z0-9-]{1,140}", application["Name"]) and re.fullmatch("[a-z0-9](-?[a-z0-9])*", application["Author"])
assert len(application["Description"]) <= 256 and application["SpdxLicenseId"] == "Apache-2.0"
for name, environment in tomllib.loads(pathlib.Path("samconfig.toml").read_text()).items():
    if name != "version":
        assert not Deployment(**dict(o.split("=", 1) for o in environment["deploy"]["parameters"]["parameter_overrides"])).refused(), name

# What the filter of the log takes for broken, with the fields of a line by their paths.
pattern = template["Resources"]["Broken"]["Properties"]["FilterPattern"].strip("{} ").replace("||", "or").replace("&&", "and")
condition = re.sub(r'\$\.([\w.]+) = ("[^"]*")', r'fnmatch.fnmatch(line.get("\1", ""), \2)', pattern)
condition = condition.replace("$.status", 'line.get("status", 999)')
for line, broken in [({"outcome": "InternalError"}, True), ({"outcome": "UpstreamFailure", "status": 200}, True),
                     ({"outcome": "UpstreamFailure", "status": 503}, False), ({"outcome": "UpstreamFailure"}, False),
                     ({"outcome": "cancelled", "status": 200}, False), ({"record.status": "timeout"}, True),
                     ({"record.status": "error", "record.errorType": "Runtime.ExitError"}, True),
                     ({"record.status": "error", "record.errorType": "ConfigurationError"}, True),
                     ({"record.status": "error", "record.errorType": "UploadAlreadyFinal"}, False)]:
    assert eval(condition) == broken, line

# The examples: the starter's function, with the credentials' names and never a key.
ALARM = ["SUM(METRICS())", "AWS/SQS", "ApproximateNumberOfMessagesVisible", "CancelUpload", "failed"]
expected = {"Runtime": "provided.al2023", "Handler": "bootstrap", "MemorySize": 256, "Timeout": 300}
for stack in [template, starter, *(json.loads(pathlib.Path(path).read_text()) for path in sys.argv[1:])]:
    assert any(r["Type"] == "AWS::Lambda::Function" and expected.items() <= r["Properties"].items() for r in stack["Resources"].values())
    assert "{{resolve" not in str(stack) and "'OPENAI_API_KEY'" not in str(stack)
    alarm, role = (next(str(r) for n, r in stack["Resources"].items() if n.startswith(start)) for start in ["FailuresAlarm", "SchedulerRole"])
    assert all(f"'{part}'" in alarm for part in ALARM) and "aws:SourceAccount" in role, (alarm, role)
terraform = pathlib.Path("examples/terraform/main.tf").read_text()
hcl2.loads(terraform)
for name, value in expected.items():
    name = re.sub("(?<=[a-z])(?=[A-Z])", "_", name).lower()
    assert re.search(rf"^  {name} += {re.escape(json.dumps(value))}$", terraform, re.M), f"examples/terraform has another {name}"
assert all(f'= "{part}"' in terraform for part in [*ALARM, "aws:SourceAccount"])
assert not re.search("secret_version|OPENAI_API_KEY +=", terraform)

print(f"resolved: {len(deployments)} deployments of template.yaml; none is open, none has a key")
