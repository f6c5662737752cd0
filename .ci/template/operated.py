"""Creates the template's resources in an emulated account, and runs bin/ and the documented commands there.

    operated.py [FUNCTION_ZIP]     without a zip every function answers {}
"""
import atexit, json, shutil, sys, tempfile, tomllib
from datetime import datetime, timedelta, timezone
from emulated import *

zip = sys.argv[1] if len(sys.argv) > 1 else None
folder = tempfile.mkdtemp()
atexit.register(shutil.rmtree, folder)
if zip:
    atexit.register(run_functions_of(zip, folder).kill)
else:
    LambdaFunction._invoke_lambda = lambda function, event=None: ("{}", False, "")
environment = shell(folder)


def parameters(stack=STACK):
    stack = call("cloudformation", "describe_stacks", StackName=stack)["Stacks"][0]
    return {p["ParameterKey"]: p["ParameterValue"] for p in stack["Parameters"]}


def template():
    return call("cloudformation", "get_template", StackName=STACK)["TemplateBody"]


# The API also checks the resources that only some deployments have.
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
resources = len(deployed.made)

if zip:
    # Each function runs in the executable.
    tested = run(environment, f"bin/smoke-test {STACK}")
    assert tested.count("ok ") == 4 and "FAILED" not in tested, tested

# Rotation: the secret has a new version, the stack's parameter names it, and nothing else changes.
before, body = parameters(), template()
run(environment, "aws secretsmanager put-secret-value --secret-id openai-api-key --secret-string file:///dev/stdin", input=SECOND_KEY)
version = call("secretsmanager", "get_secret_value", SecretId=SECRET)["VersionId"]
assert version in run(environment, f"bin/rotate-key {STACK}")
assert parameters() == before | {"OpenAIApiKeyVersionId": version}, (before, parameters())
assert template() == body
assert "already" in run(environment, f"bin/rotate-key {STACK}")
run(environment, "bin/rotate-key none", fails=True)

# If bin/gradual's template is deployed, the functions get a new version.
deployed.stack("gradual", Release="1000000000")
before = parameters("gradual")
run(environment, "bin/rotate-key gradual")
after = parameters("gradual")
assert after["Release"] > "1000000000" and after == before | {"OpenAIApiKeyVersionId": version, "Release": after["Release"]}, after

if zip:
    # The key fetched at run time: the functions use the secret's key without a change of the stack.
    fresh()
    Account(FetchKeyAtRunTime="true").stack()
    for function in call("lambda", "list_functions")["Functions"]:
        assert FIRST_KEY not in json.dumps(function["Environment"]), function
    assert run(environment, f"bin/smoke-test {STACK}").count("ok ") == 4
    call("secretsmanager", "put_secret_value", SecretId=SECRET, SecretString=SECOND_KEY)
    assert run(environment, f"bin/smoke-test {STACK}", fails=True).count("CredentialsRejected") >= 1
    call("secretsmanager", "put_secret_value", SecretId=SECRET, SecretString=FIRST_KEY)
    assert run(environment, f"bin/smoke-test {STACK}").count("ok ") == 4
    assert "nothing to do" in run(environment, f"bin/rotate-key {STACK}")

    # OpenAI's mock does not know the second key, and the smoke test reports that.
    fresh()
    call("secretsmanager", "put_secret_value", SecretId=SECRET, SecretString=SECOND_KEY)
    Account().stack()
    tested = run(environment, f"bin/smoke-test {STACK}", fails=True)
    assert tested.count("FAILED") == 4 and "CredentialsRejected" in tested and SECOND_KEY not in tested, tested


# ---- The commands of the documents, in a folder with bin/, as a reader runs one after the other.

work = pathlib.Path(folder, "work")
work.mkdir()
(work / "bin").symlink_to(pathlib.Path("bin").resolve())
blocks = 0


def read(document, *, input="", **variables):
    """Runs each block of a document's commands in a shell that has the stack's outputs from the document's own first command."""
    global blocks
    outputs = {}
    for block in commands(document):
        if not zip and "smoke-test" in block:
            block = "".join(line for line in block.splitlines(True) if "smoke-test" not in line)
        out = run(environment | variables | outputs, f"{block}\nenv -0 >{folder}/environment", input=input, folder=work)
        if "export" in block:
            outputs = dict(line.split("=", 1) for line in pathlib.Path(folder, "environment").read_text().split("\0") if "=" in line)
            assert outputs.keys() >= deployed.outputs.keys(), "the outputs are not in the environment"
        blocks += 1
        yield block, out


def waiting(queue):
    attributes = call("sqs", "get_queue_attributes", QueueUrl=deployed.outputs[queue], AttributeNames=["All"])["Attributes"]
    return int(attributes["ApproximateNumberOfMessages"])


fresh()
call("secretsmanager", "delete_secret", SecretId=SECRET, ForceDeleteWithoutRecovery=True)
for block, out in read("docs/deploy.md", input=FIRST_KEY + "\n"):
    if "create-secret" in block:
        assert call("secretsmanager", "get_secret_value", SecretId=SECRET)["SecretString"] == FIRST_KEY
        assert FIRST_KEY not in out
deployed = Account()
deployed.stack()

topic = call("sns", "create_topic", Name="abandoned")["TopicArn"]
for block, out in read("docs/triggers.md", TopicArn=topic):
    if "create-schedule" in block:
        schedule = call("scheduler", "get_schedule", Name="upload_abc123", GroupName=deployed.outputs["ScheduleGroupName"])
        assert json.loads(schedule["Target"]["Input"]) == "upload_abc123", schedule
        assert re.fullmatch(r"at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)", schedule["ScheduleExpression"]), schedule
        half_an_hour = datetime.fromisoformat(schedule["ScheduleExpression"][3:-1]) - datetime.now(timezone.utc).replace(tzinfo=None)
        assert timedelta(minutes=28) < half_an_hour < timedelta(minutes=31), half_an_hour
    if zip and "--payload '{\"uploadId\"" in block:
        assert '"FunctionError"' in out and "UploadNotFound" in out, out
    if zip and "cli-read-timeout" in block:
        report, _ = json.JSONDecoder().raw_decode(out)
        assert len(report["final"]) == 2 and not report["failed"], out
CLIENTS = {"python": f"{sys.executable} examples/clients/schedule.py %s",
           "java": "./mvnw -B -q -ntp -f examples/clients/java/pom.xml compile exec:java -Dexec.args=%s"}
for language, client in CLIENTS.items():
    upload = f"upload_of_{language}"
    run(environment | deployed.outputs | {"AWS_REGION": REGION}, client % upload)
    schedule = call("scheduler", "get_schedule", Name=upload, GroupName=deployed.outputs["ScheduleGroupName"])
    assert json.loads(schedule["Target"]["Input"]) == upload and schedule["ActionAfterCompletion"] == "DELETE", schedule
    assert schedule["Target"]["DeadLetterConfig"]["Arn"] == deployed.outputs["CleanUpFailuresArn"], schedule
    call("scheduler", "delete_schedule", Name=upload, GroupName=deployed.outputs["ScheduleGroupName"])
assert not call("scheduler", "list_schedules", GroupName=deployed.outputs["ScheduleGroupName"])["Schedules"]
target, = call("events", "list_targets_by_rule", Rule="abandoned-uploads")["Targets"]
assert target["Arn"] == deployed.outputs["CleanUpFunctionArn"], target
subscription, = call("sns", "list_subscriptions_by_topic", TopicArn=topic)["Subscriptions"]
assert subscription["Endpoint"] == deployed.outputs["CancelUploadFunctionArn"], subscription

# What Lambda and EventBridge Scheduler write to a queue of failures. Later the queue is empty.
LETTERS = [json.dumps({"requestPayload": "upload_1", "responsePayload": {"errorType": "UpstreamFailure"}}),
           json.dumps({"requestPayload": {"uploadIds": ["upload_2"]}}), json.dumps("upload_3"), "upload_4"]
for letter in LETTERS:
    for queue in ["CleanUpFailuresUrl", "CancelUploadFailuresUrl", "DeadLettersUrl"]:
        call("sqs", "send_message", QueueUrl=deployed.outputs[queue], MessageBody=letter)
client = call("iam", "create_role", RoleName="client", AssumeRolePolicyDocument=json.dumps({}))["Role"]["RoleName"]
policies = [arn for name, arn in deployed.outputs.items() if name.endswith("PolicyArn")]
for policy in policies:
    call("iam", "attach_role_policy", RoleName=client, PolicyArn=policy)
for block, out in read("docs/operate.md", input=FIRST_KEY + "\n"):
    if "has(\"requestPayload\")" in block and "while" not in block:
        shown = [json.loads(line) for line in out.splitlines()]
        assert shown == [json.loads(LETTERS[0]), {"requestPayload": {"uploadIds": ["upload_2"]}, "responsePayload": None},
                         "upload_3", "upload_4"], out
        again = block
    if "while messages" in block:
        # Without a zip, too.
        assert waiting("CleanUpFailuresUrl") == 0
        assert run(environment | deployed.outputs, again) == ""
    if "purge-queue" in block:
        assert waiting("CancelUploadFailuresUrl") == 0
    if "DeadLettersUrl" in block and "receive-message" in block:
        assert out.splitlines()[:4] == LETTERS, out
assert not call("iam", "list_attached_role_policies", RoleName=client)["AttachedPolicies"]
assert not [s for s in call("cloudformation", "list_stacks")["StackSummaries"] if s["StackStatus"] != "DELETE_COMPLETE"]
assert "DeletedDate" in call("secretsmanager", "describe_secret", SecretId=SECRET)

# ---- The release folder

release = pathlib.Path(folder, "release")
release.mkdir()
package = f"{pathlib.Path('.ci/package-release').resolve()} {release}"
with zipfile.ZipFile(release / "function-arm64.zip", "w") as jvm:
    jvm.writestr("lib/main/some.jar", "")
run(environment, package, fails=True)
(release / "function-arm64.zip").unlink()
if zip:
    shutil.copy(zip, release / "function-arm64.zip")
    run(environment, package, fails=True)
    (release / "function-arm64.zip").rename(release / "function-x86_64.zip")
    run(environment, package)
    run(environment, "sha256sum --check --quiet SHA256SUMS && bash -n rotate-key && bash -n smoke-test", folder=release)
    # The first step of sam deploy: it uploads the zip next to the template, unchanged.
    fresh()
    packaged = run(environment, f"{pathlib.Path(sys.executable).parent}/sam package --template-file template-x86_64.yaml --s3-bucket bucket "
                   f"--output-template-file {folder}/packaged.yaml && cat {folder}/packaged.yaml", folder=release)
    uris = set(re.findall(r"CodeUri: s3://bucket/(\S+)", packaged))
    assert len(uris) == 1, uris
    uploaded = boto3.client("s3").get_object(Bucket="bucket", Key=uris.pop())["Body"].read()
    assert uploaded == pathlib.Path(zip).read_bytes()

# The template accepts every environment of samconfig.toml.
for name, environment_of in tomllib.loads(pathlib.Path("samconfig.toml").read_text()).items():
    if name != "version":
        given = dict(override.split("=", 1) for override in environment_of["deploy"]["parameters"]["parameter_overrides"])
        assert not Deployment(**given).refused(), (name, Deployment(**given).refused())

print(f"emulated: {resources} resources created; bin/rotate-key{' and bin/smoke-test' if zip else ''} and {blocks} blocks of commands run")
