"""An AWS account on loopback (moto) with what template.yaml deploys: runs bin/, the clients and the documents' commands there, with
the function's executable in AWS's runtime interface emulator.

    account.py FUNCTION_ZIP
"""
import atexit, contextlib, io, json, logging, os, pathlib, re, shutil, socket, subprocess, sys, tempfile, time, urllib.request, zipfile
os.environ.update(AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none", MOTO_ACCOUNT_ID="123456789012", NO_PROXY="127.0.0.1")
sys.path.append("src/test/compat")
import boto3, samcli, stand_ins
from moto.awslambda.models import LambdaFunction
from moto.events.models import Rule
from moto.server import ThreadedMotoServer
from resolved import Deployment, transformed

with contextlib.redirect_stdout(io.StringIO()):
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
logging.getLogger("werkzeug").setLevel(logging.ERROR)
ENDPOINT = os.environ["AWS_ENDPOINT_URL"] = "http://%s:%d" % server.get_host_and_port()
KEY, OTHER_KEY, ACCOUNT = "sk-first-0123456789abcdef", "sk-second-0123456789abcdef", "eu-central-1:123456789012:"
# Where moto has a resource: its ARN, what Ref gives, and the property with its name.
NAMED = {"SQS::Queue": ("sqs:" + ACCOUNT, ENDPOINT + "/123456789012/", "QueueName"),
         "IAM::Role": ("iam::123456789012:role/", "", "RoleName"),
         "IAM::ManagedPolicy": ("", "arn:aws:iam::123456789012:policy/", "ManagedPolicyName"),
         "Lambda::Function": (f"lambda:{ACCOUNT}function:", "", "FunctionName"),
         "Scheduler::ScheduleGroup": (f"scheduler:{ACCOUNT}schedule-group/", "", "Name")}
UNKNOWN_TO_MOTO = re.compile("AWS::(ApiGatewayV2::|Scheduler::|Logs::MetricFilter|CloudWatch::Alarm|Lambda::EventInvokeConfig)")
folder = pathlib.Path(tempfile.mkdtemp())
atexit.register(shutil.rmtree, folder)
invoked = []


def deploy(**parameters):
    """An account with a stack of these resources, except those that moto's CloudFormation does not know. Returns the outputs."""
    urllib.request.urlopen(urllib.request.Request(ENDPOINT + "/moto-api/reset", method="POST")).close()
    boto3.client("secretsmanager").create_secret(Name="openai-api-key", SecretString=KEY)
    boto3.client("scheduler").create_schedule_group(Name="ScheduleGroup")
    boto3.client("s3").create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    boto3.client("s3").upload_file(sys.argv[1], "bucket", "function.zip")
    names = {}
    for name, resource in transformed("template.yaml")["Resources"].items():
        arn, reference, _ = NAMED.get(resource["Type"].removeprefix("AWS::"), ("", "", ""))
        names |= {name: reference + name, name + ".Arn": f"arn:aws:{arn}{name}", name + ".QueueName": name}
    d = Deployment(names, **parameters)
    resources = {name: {"Type": r["Type"], "Properties": r.get("Properties", {}) | {
        NAMED.get(r["Type"].removeprefix("AWS::"), ("", "", "Tag"))[2]: name}} for name, r in d.resources.items()
        if not UNKNOWN_TO_MOTO.match(r["Type"])}
    # What refers to others comes last.
    ordered = dict(sorted(resources.items(), key=lambda r: r[1]["Type"] in ("AWS::Lambda::EventSourceMapping", "AWS::Lambda::Permission")))
    boto3.client("cloudformation").create_stack(
        StackName="cancel-upload", Parameters=[{"ParameterKey": n, "ParameterValue": v} for n, v in d.parameters.items()],
        TemplateBody=json.dumps({"Parameters": d.template["Parameters"], "Resources": ordered,
                                 "Outputs": {name: {"Value": value} for name, value in d.outputs.items()}}))
    return d.outputs


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def invoke(function, event=None):
    """Invokes moto's function in a fresh sandbox. Returns the answer, whether it is an error, and the log."""
    invoked.append(event)
    port, emulator = free_port(), pathlib.Path(samcli.__file__).parent / "local/rapid/aws-lambda-rie-x86_64"
    given = {name: os.environ[name] for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"]}
    command = [emulator, "--runtime-interface-emulator-address", f"127.0.0.1:{port}", "--runtime-api-address", f"127.0.0.1:{free_port()}",
               folder / "bootstrap"]
    variables = dict(function.environment_vars) | given | {"AWS_REGION": "eu-central-1"}
    with open(folder / "log", "wb") as log, subprocess.Popen(command, stdout=log, stderr=log, env=variables) as rie:
        while rie.poll() is None:
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.02)
        url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
        answer = urllib.request.urlopen(url, json.dumps(event).encode(), timeout=60).read().decode()
        rie.kill()
    return answer, '"errorType"' in answer, (folder / "log").read_text()


def run(script, fails=False, input="", **variables):
    """Runs a script as a reader would, except that a command that fails ends it. Returns its output."""
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], env=environment | variables, input=input, text=True,
                          capture_output=True, timeout=300, cwd=folder)
    if (done.returncode != 0) != fails:
        sys.exit(f"{script}\n{done.stdout}{done.stderr}ended with {done.returncode}")
    return done.stdout + done.stderr * fails


# An environment whose aws is aws.py, with bin/ and the zip's executable, and a stand-in of OpenAI that takes the first key.
LambdaFunction._invoke_lambda = invoke
# moto does not invoke a rule's targets.
Rule.send_to_targets = lambda rule, event: None
for name in ["bin", "examples"]:
    (folder / name).symlink_to(pathlib.Path(name).resolve())
for name, text in [("aws", f'exec {sys.executable} {pathlib.Path(".ci/template/aws.py").resolve()} "$@"'), ("stty", ":")]:
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
zipfile.ZipFile(sys.argv[1]).extract("bootstrap", folder)
for name in ["aws", "stty", "bootstrap"]:
    (folder / name).chmod(0o755)
environment = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}


class OpenAI(stand_ins.Handler):
    """Takes the first key, and has no Upload."""

    def do_POST(self):
        status, headers, error = stand_ins.error(404, f"No such Upload object: {self.path.split('/')[-2]}", code="not_found")
        if not self.path.startswith("/v1/"):
            status, headers, error = stand_ins.error(404, f"Invalid URL (POST {self.path})")
        elif self.headers["authorization"] != "Bearer " + KEY:
            status, headers, error = stand_ins.error(401, "Incorrect API key provided.", code="invalid_api_key")
        self.answer(status, headers, json.dumps(error).encode())


base = "http://" + stand_ins.serve(OpenAI)
SECRET = {"OpenAIApiKeySecret": "openai-api-key", "OpenAIBaseUrl": base + "/v1", "QueueTrigger": "true"}

# With every option, for the policies' syntax.
deploy(OpenAIIdentityProviderId="idp_1", OpenAIServiceAccountId="sa_1", QueueTrigger="true", HttpTrigger="iam", VpcSubnetIds="subnet-0a",
       VpcSecurityGroupIds="sg-0a", KmsKeyArn="arn:aws:kms:eu-central-1:123456789012:key/1", ApplicationLogLevel="WARN")

# bin/smoke-test, with the right key and base URL, and with wrong ones.
outputs = deploy(**SECRET)
assert "ok: cancel-upload" in run("bin/smoke-test cancel-upload")
boto3.client("secretsmanager").put_secret_value(SecretId="openai-api-key", SecretString=OTHER_KEY)
refused = run("bin/smoke-test cancel-upload", fails=True)
assert "CredentialsRejected" in refused and OTHER_KEY not in refused and "not accept" in refused, refused
deploy(**SECRET | {"OpenAIBaseUrl": base})
assert "WrongBaseUrl" in (wrong := run("bin/smoke-test cancel-upload", fails=True)) and "check OpenAIBaseUrl" in wrong, wrong


def values():
    return {p["ParameterKey"]: p["ParameterValue"] for p in boto3.client("cloudformation").describe_stacks()["Stacks"][0]["Parameters"]}


# bin/set-parameters changes what it is given, and nothing else.
before = values()
run("bin/set-parameters cancel-upload LogRetentionDays=90 JwtAudience=one,two=2 OpenAIBaseUrl=")
assert values() == before | {"LogRetentionDays": "90", "JwtAudience": "one,two=2", "OpenAIBaseUrl": ""}, values()
assert "no parameter Nothing" in run("bin/set-parameters cancel-upload Nothing=1", fails=True) and values()["LogRetentionDays"] == "90"

# bin/replay makes a list of a single id and leaves what is a batch as it is.
sns = {"Records": [{"EventSource": "aws:sns", "Sns": {"MessageId": "1", "Message": "upload_4"}}]}
rule = {"source": "my.app", "detail-type": "gone", "detail": {"uploadId": "upload_5"}}
letters = [("upload_1", ["upload_1"]), ('{"uploadId": "upload_3"}', [{"uploadId": "upload_3"}]), ('["upload_6"]', ["upload_6"]),
           (json.dumps({"requestPayload": sns, "responsePayload": {"errorType": "UpstreamFailure"}}), sns),
           (json.dumps({"requestPayload": "upload_7"}), ["upload_7"]), (json.dumps({"requestPayload": rule}), rule),
           (json.dumps({"Type": "Notification", "Message": "upload_8"}), ["upload_8"])]


def replayed(command):
    for letter, _ in letters:
        boto3.client("sqs").send_message(QueueUrl=outputs["FailuresUrl"], MessageBody=letter)
    return run(command)


shown = [json.loads(line) for line in replayed("bin/replay cancel-upload --show").splitlines()]
assert [s["event"] for s in shown] == [event for _, event in letters] and shown[3]["error"] == {"errorType": "UpstreamFailure"}, shown
deploy(**SECRET)
invoked.clear()
assert "sent 7 events" in replayed("bin/replay cancel-upload") and "sent 0 events" in run("bin/replay cancel-upload")
for _ in range(100):
    time.sleep(0.1 if len(invoked) < len(letters) else 0)
assert sorted(map(json.dumps, invoked)) == sorted(json.dumps(event) for _, event in letters), invoked
boto3.client("sqs").delete_queue(QueueUrl=outputs["FailuresUrl"])
assert "sent" not in run("bin/replay cancel-upload", fails=True)


def check_schedule(name):
    """A schedule sends a list of one, and has a dead-letter queue."""
    target = boto3.client("scheduler").get_schedule(Name=name, GroupName=outputs["ScheduleGroupName"])["Target"]
    assert json.loads(target["Input"]) == [name] and target["DeadLetterConfig"]["Arn"] == outputs["FailuresArn"], target


# The clients, and the documents' commands one after the other, as a reader runs them.
deploy(**SECRET)
boto3.client("secretsmanager").delete_secret(SecretId="openai-api-key", ForceDeleteWithoutRecovery=True)
JAVA = f"{pathlib.Path('mvnw').resolve()} -B -q -ntp -f examples/clients/java/pom.xml compile exec:java -Dexec.args="
for client in [f"{sys.executable} examples/clients/schedule.py ", JAVA]:
    run(client + "upload_1", AWS_REGION="eu-central-1", **outputs)
    check_schedule("upload_1")
    boto3.client("scheduler").delete_schedule(Name="upload_1", GroupName=outputs["ScheduleGroupName"])
COMMANDS = re.compile(r"(<!-- not run: .*?-->\n *)?```sh\n(.*?)^ *```$", re.M | re.S)
blocks = 0
for document in ["deploy", "triggers", "operate"]:
    topic = boto3.client("sns").create_topic(Name="gone")["TopicArn"]
    variables = {"TopicArn": topic, "PROVIDER_ID": "idp_1", "SERVICE_ACCOUNT_ID": "sa_1"}
    for skipped, block in COMMANDS.findall(pathlib.Path(f"docs/{document}.md").read_text()):
        if skipped:
            run(f"bash -n <<'END'\n{block}\nEND")
            continue
        # Without the smoke test, which has a test of its own.
        run(re.sub("^bin/smoke-test.*", "", block, flags=re.M) + "\nenv -0 >environment", input=OTHER_KEY + "\n", **variables)
        if "create-schedule" in block:
            check_schedule("upload_abc123")
        if "export" in block:
            variables |= dict(v.split("=", 1) for v in (folder / "environment").read_text().split("\0") if "=" in v)
        blocks += 1
print(f"account: bin/, the clients and {blocks} blocks of commands of docs/ run")
