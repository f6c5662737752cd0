"""The AWS CLI as far as bin/ and docs/ use it, since version 2 is in no package registry: botocore checks operations and parameters
against AWS's models, and sends them. What moto does not have is checked, and not sent."""
import json, sys
import jmespath
from botocore import session, validate, xform_name
from botocore.exceptions import ClientError

NOT_EMULATED = {"enable-outbound-web-identity-federation": {}, "get-web-identity-token": {"WebIdentityToken": "a.b.c"},
                "get-outbound-web-identity-federation-info": {"IssuerIdentifier": "https://issuer.example"}}


def value(shape, words):
    """The value of an option, from JSON or from the shorthand."""
    text = words[0] if words else "true"
    if text.startswith(("file://", "fileb://")):
        content = open(text.split("://")[1], "rb").read()
        return content if shape.type_name == "blob" else content.decode()
    if shape.type_name == "list" and not text.startswith("["):
        return [value(shape.member, [word]) for word in words]
    if shape.type_name == "structure" and not text.startswith("{"):
        return dict(pair.split("=", 1) for pair in text.split(","))
    return text if shape.type_name in ("string", "blob") else json.loads(text)


service, command, *words = sys.argv[1:]
if service == "configure":
    sys.exit(print("eu-central-1"))
file = words.pop() if (service, command) == ("lambda", "invoke") else None
waiter = words.pop(0) if command == "wait" else None
options = {}
for word in words:
    if word.startswith("--"):
        options[name := word[2:]] = []
    else:
        options[name].append(word)
query, output, *_ = [options.pop(own, [None])[0] for own in ["query", "output", "cli-binary-format", "cli-read-timeout"]]
client = session.get_session().create_client(service)
if waiter:
    sys.exit(client.get_waiter(waiter.replace("-", "_")).wait(StackName=options["stack-name"][0]))
model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[command.replace("-", "_")])
members = {xform_name(name, "-"): (name, shape) for name, shape in (model.input_shape.members if model.input_shape else {}).items()}
arguments = {}
for option, given in options.items():
    # Two options that the CLI calls differently from the API.
    if option == "zip-file":
        arguments["Content"] = {"ZipFile": open(given[0].split("://")[1], "rb").read()}
        continue
    option = option.replace("notification-endpoint", "endpoint")
    name, shape = members[option if option in members else option.removeprefix("no-")]
    arguments[name] = option in members if shape.type_name == "boolean" and not given else value(shape, given)
validate.validate_parameters(arguments, model.input_shape) if model.input_shape else None
# moto has all of a queue at once.
arguments.pop("WaitTimeSeconds", None)
try:
    answer = NOT_EMULATED[command] if command in NOT_EMULATED else getattr(client, command.replace("-", "_"))(**arguments)
except ClientError as error:
    sys.exit(str(error))
answer.pop("ResponseMetadata", None)
if file:
    open(file, "wb").write(answer.pop("Payload").read())
answer = jmespath.search(query, answer) if query else answer
if output == "text":
    print("\t".join(str(item) for item in (answer if isinstance(answer, list) else [answer])))
elif answer:
    print(json.dumps(answer, default=str))
