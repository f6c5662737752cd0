"""An AWS account on loopback (moto): creates the template's resources through AWS's API, and runs the documented commands.

Botocore's model of the API rejects properties that do not exist or have the wrong type. The account's functions are processes of a zip's executable in front of src/test/compat/openai_stub.py. AWS_CLI is version 1 of the
AWS CLI.
"""
import base64, contextlib, http.server, io, json, logging, os, pathlib, queue, re, subprocess, sys, tempfile, threading, time
import urllib.request, warnings, zipfile

warnings.simplefilter("ignore")
REGION = "eu-central-1"
aws_cli = os.environ["AWS_CLI"]
for variable in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[variable]
os.environ.update(AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none", AWS_DEFAULT_REGION=REGION, NO_PROXY="127.0.0.1",
                  AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull, MOTO_ACCOUNT_ID="123456789012")
import boto3
from moto.awslambda.models import LambdaFunction
from moto.events.models import Rule
from moto.server import ThreadedMotoServer
from resolved import SOURCE, Deployment

logging.getLogger("werkzeug").setLevel(logging.ERROR)
# moto has no functions for targets.
Rule.send_to_targets = lambda rule, event: None
STACK = "cancel-upload"
SECRET = "openai-api-key"
FIRST_KEY, SECOND_KEY = "sk-first-0123456789abcdef", "sk-second-0123456789abcdef"


# ---- The account

with contextlib.redirect_stdout(io.StringIO()):
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
host, port = server.get_host_and_port()
os.environ["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{port}"


def fresh():
    """An account that is empty except for the secret with the key and the zip."""
    urllib.request.urlopen(urllib.request.Request(os.environ["AWS_ENDPOINT_URL"] + "/moto-api/reset", method="POST")).close()
    call("secretsmanager", "create_secret", Name=SECRET, SecretString=FIRST_KEY)
    call("s3", "create_bucket", Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as zip:
        zip.writestr("bootstrap", "")
    call("s3", "put_object", Bucket="bucket", Key="function.zip", Body=packed.getvalue())


def typed(shape, value):
    """Converts strings as CloudFormation does: it accepts "256" for a number and "true" for a boolean, and the API does not."""
    match shape.type_name:
        case "structure" if isinstance(value, dict):
            return {name: typed(shape.members[name], v) if name in shape.members else v for name, v in value.items()}
        case "list" if isinstance(value, list):
            return [typed(shape.member, v) for v in value]
        case "map" if isinstance(value, dict):
            return {name: typed(shape.value, v) for name, v in value.items()}
        case "integer" | "long" if isinstance(value, str):
            return int(value)
        case "float" | "double" if isinstance(value, str):
            return float(value)
        case "boolean" if isinstance(value, str):
            return {"true": True, "false": False}[value]
        case "string" if isinstance(value, dict):
            return json.dumps(value)
    return value


def call(service, operation, **arguments):
    client = boto3.client(service)
    model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
    return getattr(client, operation)(**typed(model.input_shape, arguments))


def lower(name):
    return name[0].lower() + name[1:]


class Account(Deployment):
    """The template's resources, each created when it is first referred to."""

    def __init__(self, **parameters):
        self.made = {}
        super().__init__(OpenAIApiKeySecret=SECRET, **parameters)
        for name in self.present:
            self.make(name)

    def named(self, name):
        pseudo = {"AWS::Region": REGION, "AWS::AccountId": "123456789012", "AWS::Partition": "aws", "AWS::StackName": STACK,
                  "AWS::URLSuffix": "amazonaws.com"}
        if name in pseudo:
            return pseudo[name]
        if name.startswith("AWS::"):
            return super().named(name)
        resource, _, attribute = name.partition(".")
        made = self.make(resource)
        return made[attribute or "Ref"]

    def make(self, name):
        if name not in self.made:
            resource = self.present[name]
            properties = self.resolve(resource.get("Properties", {}))
            maker = getattr(self, resource["Type"].removeprefix("AWS::").replace("::", "_").lower())
            self.made[name] = maker(name, properties)
        return self.made[name]

    def iam_role(self, name, properties):
        policies = properties.pop("Policies")
        role = call("iam", "create_role", RoleName=name, **properties)["Role"]
        for policy in policies:
            call("iam", "put_role_policy", RoleName=name, **policy)
        return {"Ref": name, "Arn": role["Arn"]}

    def iam_managedpolicy(self, name, properties):
        return {"Ref": call("iam", "create_policy", PolicyName=name, **properties)["Policy"]["Arn"]}

    def logs_loggroup(self, name, properties):
        group, retention = properties["LogGroupName"], properties.pop("RetentionInDays")
        call("logs", "create_log_group", **{lower(n): v for n, v in properties.items()})
        call("logs", "put_retention_policy", logGroupName=group, retentionInDays=retention)
        return {"Ref": group, "Arn": f"arn:aws:logs:{REGION}:123456789012:log-group:{group}:*"}

    def logs_metricfilter(self, name, properties):
        transformations = [{lower(n): v for n, v in t.items()} for t in properties.pop("MetricTransformations")]
        call("logs", "put_metric_filter", filterName=name, metricTransformations=transformations,
             **{lower(n): v for n, v in properties.items()})
        return {"Ref": name}

    def sqs_queue(self, name, properties):
        queue = properties.pop("QueueName", name)
        attributes = {n: json.dumps(v) if isinstance(v, (dict, bool)) else str(v) for n, v in properties.items()}
        url = call("sqs", "create_queue", QueueName=queue, Attributes=attributes)["QueueUrl"]
        return {"Ref": url, "QueueName": queue, "Arn": f"arn:aws:sqs:{REGION}:123456789012:{queue}"}

    def sqs_queuepolicy(self, name, properties):
        for url in properties["Queues"]:
            call("sqs", "set_queue_attributes", QueueUrl=url, Attributes={"Policy": json.dumps(properties["PolicyDocument"])})
        return {"Ref": name}

    def lambda_function(self, name, properties):
        reserved = properties.pop("ReservedConcurrentExecutions", None)
        tags = {tag["Key"]: tag["Value"] for tag in properties.pop("Tags", [])}
        if "KmsKeyArn" in properties:
            properties["KMSKeyArn"] = properties.pop("KmsKeyArn")
        variables = properties["Environment"]["Variables"]
        variables |= {variable: self.secret(value) for variable, value in variables.items()}
        arn = call("lambda", "create_function", FunctionName=name, Tags=tags, **properties)["FunctionArn"]
        if reserved is not None:
            call("lambda", "put_function_concurrency", FunctionName=name, ReservedConcurrentExecutions=reserved)
        return {"Ref": name, "Arn": arn}

    @staticmethod
    def secret(value):
        """CloudFormation's dynamic references."""
        match = re.fullmatch(r"\{\{resolve:secretsmanager:(.+):SecretString:([^:]*)::([^:]*)}}", value)
        if not match:
            return value
        version = {"VersionId": match[3]} if match[3] else {}
        secret = call("secretsmanager", "get_secret_value", SecretId=match[1], **version)["SecretString"]
        return json.loads(secret)[match[2]] if match[2] else secret

    def lambda_eventinvokeconfig(self, name, properties):
        call("lambda", "put_function_event_invoke_config", **properties)
        return {"Ref": name}

    def lambda_eventsourcemapping(self, name, properties):
        return {"Ref": call("lambda", "create_event_source_mapping", **properties)["UUID"]}

    def lambda_permission(self, name, properties):
        call("lambda", "add_permission", StatementId=name, **properties)
        return {"Ref": name}

    def scheduler_schedulegroup(self, name, properties):
        return {"Ref": name, "Arn": call("scheduler", "create_schedule_group", Name=name, **properties)["ScheduleGroupArn"]}

    def apigatewayv2_api(self, name, properties):
        return {"Ref": call("apigatewayv2", "create_api", **properties)["ApiId"]}

    def apigatewayv2_authorizer(self, name, properties):
        return {"Ref": call("apigatewayv2", "create_authorizer", **properties)["AuthorizerId"]}

    def apigatewayv2_integration(self, name, properties):
        return {"Ref": call("apigatewayv2", "create_integration", **properties)["IntegrationId"]}

    def apigatewayv2_route(self, name, properties):
        return {"Ref": call("apigatewayv2", "create_route", **properties)["RouteId"]}

    def apigatewayv2_stage(self, name, properties):
        call("apigatewayv2", "create_stage", **properties)
        return {"Ref": name}

    def cloudwatch_alarm(self, name, properties):
        call("cloudwatch", "put_metric_alarm", AlarmName=name, **properties)
        return {"Ref": name}

    def cloudwatch_dashboard(self, name, properties):
        call("cloudwatch", "put_dashboard", **properties)
        return {"Ref": properties["DashboardName"]}

    def stack(self, stack=STACK, **more):
        """The stack as CloudFormation shows it. moto's CloudFormation only creates the functions: it knows too few resource types."""
        functions = {name: {"Type": "AWS::Lambda::Function", "Properties": properties | {
            "FunctionName": f"{stack}-{name}", "Environment": {"Variables": {
                variable: self.secret(value) for variable, value in properties["Environment"]["Variables"].items()}}}}
            for name, properties in self.of("AWS::Lambda::Function").items()}
        template = {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Parameters": SOURCE["Parameters"] | {name: {"Type": "String"} for name in more},
            "Resources": functions | {
                "Rotated": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "OpenAIApiKeyVersionId"}}}},
            "Outputs": {name: {"Value": value} for name, value in self.outputs.items()},
        }
        # All of them, because moto does not keep defaults.
        call("cloudformation", "create_stack", StackName=stack, TemplateBody=json.dumps(template), Parameters=[
            {"ParameterKey": name, "ParameterValue": value} for name, value in (self.parameters | more).items()])


# ---- Its functions

class Process:
    """A function's process and the Runtime API in front of it."""

    def __init__(self, executable, environment):
        self.events, self.answers = queue.Queue(), queue.Queue()
        process = self

        class RuntimeApi(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def do_GET(self):
                event = process.events.get()
                self.send_response(200)
                for name, value in [("lambda-runtime-aws-request-id", "request-1"), ("content-length", str(len(event))),
                                    ("lambda-runtime-deadline-ms", str(int(time.time() * 1000) + 30000))]:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(event)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                self.send_response(202)
                self.send_header("content-length", "0")
                self.end_headers()
                process.answers.put((body, not self.path.endswith("/response")))

        self.api = http.server.ThreadingHTTPServer(("127.0.0.1", 0), RuntimeApi)
        self.api.daemon_threads = True
        # The process is killed while it waits for the next event.
        self.api.handle_error = lambda request, address: None
        threading.Thread(target=self.api.serve_forever, daemon=True).start()
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen([executable], stdout=self.log, stderr=self.log, env=environment | {
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.api.server_port}"})

    def invoke(self, event):
        self.events.put(json.dumps(event).encode())
        try:
            answer, failed = self.answers.get(timeout=30)
            self.log.seek(0)
            return answer.decode(), failed, self.log.read().decode()
        finally:
            self.process.kill()
            self.process.wait()
            self.api.shutdown()
            self.api.server_close()


def run_functions_of(function_zip, folder):
    """Makes each invocation of a function of the account start its executable, with the environment of its deployment."""
    executable = pathlib.Path(folder, "bootstrap")
    with zipfile.ZipFile(function_zip) as zip:
        executable.write_bytes(zip.read("bootstrap"))
    executable.chmod(0o755)
    stub = pathlib.Path(folder, "stub")
    openai = subprocess.Popen([sys.executable, "src/test/compat/openai_stub.py", "--key", FIRST_KEY, "--address", stub,
                               "--requests", pathlib.Path(folder, "requests")])
    while not stub.exists():
        assert openai.poll() is None, "OpenAI's stand-in has not started"
        time.sleep(0.05)
    address = stub.read_text().split()[0]

    def invoke(function, event=None):
        # The variables that Lambda sets, and the address of this account's Secrets Manager.
        given = {name: os.environ[name] for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"]}
        environment = dict(function.environment_vars) | given | {
            "OPENAI_BASE_URL": f"http://{address}/v1", "AWS_LAMBDA_FUNCTION_NAME": function.function_name, "AWS_REGION": REGION}
        return Process(str(executable), environment).invoke(event)

    LambdaFunction._invoke_lambda = invoke
    return openai


# ---- The commands

def shell(folder):
    """An environment whose aws is version 1 of the AWS CLI, with the one option that only version 2 has."""
    bin = pathlib.Path(folder, "bin")
    bin.mkdir()
    (bin / "aws").write_text(f"""#!{sys.executable}
import os, sys
arguments = sys.argv[1:]
if "--cli-binary-format" in arguments:
    i = arguments.index("--cli-binary-format")
    assert arguments[:2] == ["lambda", "invoke"] and arguments[i + 1] == "raw-in-base64-out", arguments
    del arguments[i:i + 2]
if arguments[:2] == ["sqs", "start-message-move-task"]:
    # moto has no such action: the options are checked, and nothing sent.
    arguments += ["--generate-cli-skeleton", "output"]
# For SQS it does not read the address from the environment.
os.execv({aws_cli!r}, ["aws", "--endpoint-url", os.environ["AWS_ENDPOINT_URL"], *arguments])
""")
    # There is no terminal.
    (bin / "stty").write_text("#!/bin/sh\n")
    for command in bin.iterdir():
        command.chmod(0o755)
    return os.environ | {"PATH": f"{bin}:{os.environ['PATH']}", "AWS_PAGER": ""}


BLOCK = re.compile(r"^(<!-- not run: .*?-->\n)?```sh\n(.*?)^```$", re.M | re.S)


def commands(document):
    """The shell commands of a document, in order, except those that it marks as not run."""
    found = [(match[1], match[2]) for match in BLOCK.finditer(pathlib.Path(document).read_text())]
    return [block for reason, block in found if not reason]


def run(environment, script, *, input="", fails=False, folder=None):
    """Runs a script as a reader would, except that a command that fails ends it. Returns its output."""
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], env=environment, input=input, text=True,
                          capture_output=True, timeout=900, cwd=folder)
    if (done.returncode != 0) != fails:
        sys.exit(f"{script}\n{done.stdout}{done.stderr}ended with {done.returncode}")
    return done.stdout
