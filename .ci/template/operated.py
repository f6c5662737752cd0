"""Makes the template's resources in an emulated account, and runs bin/ and the documented commands there.

    operated.py [FUNCTION_ZIP]     without a zip no function runs, and what invokes one is only checked for its options
"""
import atexit, json, shutil, sys, tempfile
from emulated import *

zip = sys.argv[1] if len(sys.argv) > 1 else None
folder = tempfile.mkdtemp()
atexit.register(shutil.rmtree, folder)
if zip:
    atexit.register(run_functions_of(zip, folder).kill)
environment = shell(folder, functions=bool(zip))


def parameters():
    stack = call("cloudformation", "describe_stacks", StackName=STACK)["Stacks"][0]
    return {p["ParameterKey"]: p["ParameterValue"] for p in stack["Parameters"]}


def template():
    return call("cloudformation", "get_template", StackName=STACK)["TemplateBody"]


# What only some deployments have is the API's to judge too.
fresh()
boundary = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
network = call("ec2", "describe_subnets")["Subnets"][0]
Account(
    KmsKeyArn=call("kms", "create_key")["KeyMetadata"]["Arn"], AlarmTopicArn=call("sns", "create_topic", Name="alarms")["TopicArn"],
    JwtIssuer="https://issuer.example", JwtAudience="one,two", JwtScopes="uploads.cancel", RolePath="/team/",
    PermissionsBoundaryArn=call("iam", "create_policy", PolicyName="boundary", PolicyDocument=boundary)["Policy"]["Arn"],
    VpcSubnetIds=network["SubnetId"], VpcSecurityGroupIds=call(
        "ec2", "create_security_group", GroupName="functions", Description="functions", VpcId=network["VpcId"])["GroupId"],
    HttpsProxy="http://user:word@proxy.example.com:3128", QueuePaused="true", ApplicationLogLevel="DEBUG", ReservedConcurrency="5")
mapping = call("lambda", "list_event_source_mappings")["EventSourceMappings"][0]
assert mapping["State"] == "Disabled", mapping
roles = call("iam", "list_roles", PathPrefix="/team/")["Roles"]
assert len(roles) == 5
for role in roles:
    assert "PermissionsBoundary" in call("iam", "get_role", RoleName=role["RoleName"])["Role"], role
for function in call("lambda", "list_functions")["Functions"]:
    assert function["VpcConfig"]["SubnetIds"] == [network["SubnetId"]], function
    assert function["Environment"]["Variables"]["OPENAI_API_KEY"] == FIRST_KEY

fresh()
deployed = Account(CleanUpConcurrency="12")
deployed.stack()

if zip:
    # Each kind of function, in the executable.
    tested = run(environment, f"bin/smoke-test {STACK}")
    assert tested.count("ok ") == 4 and "FAILED" not in tested, tested

# Rotation: the secret has a new version, the stack's parameter names it, and everything else is as it was.
before, body = parameters(), template()
run(environment, "aws secretsmanager put-secret-value --secret-id openai-api-key --secret-string file:///dev/stdin", input=SECOND_KEY)
version = call("secretsmanager", "get_secret_value", SecretId=SECRET)["VersionId"]
assert version in run(environment, f"bin/rotate-key {STACK}")
assert parameters() == before | {"OpenAIApiKeyVersionId": version}, (before, parameters())
assert template() == body
assert "already" in run(environment, f"bin/rotate-key {STACK}")
run(environment, "bin/rotate-key none", fails=True)

if zip:
    # OpenAI's stand-in has not heard of the second key, and the smoke test tells.
    fresh()
    call("secretsmanager", "put_secret_value", SecretId=SECRET, SecretString=SECOND_KEY)
    Account().stack()
    tested = run(environment, f"bin/smoke-test {STACK}", fails=True)
    assert tested.count("FAILED") == 4 and "CredentialsRejected" in tested and SECOND_KEY not in tested, tested
