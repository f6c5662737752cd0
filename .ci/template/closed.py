"""Resolves the template for each way to deploy it, and checks that the resources admit nobody without credentials."""
import itertools, json, re
from resolved import SOURCE, Deployment

TRIGGERS = ["InvokeTrigger", "HttpTrigger", "QueueTrigger", "CleanUpTrigger"]
IAM = {}
JWT_ANY_TOKEN = {"JwtIssuer": "https://issuer.example", "JwtAudience": "one,two", "JwtScopes": "*"}
JWT = JWT_ANY_TOKEN | {"JwtScopes": "uploads.cancel"}
SECRET = {"OpenAIApiKeySecret": "openai-api-key"}
OPTIONS = {
    "none": {},
    "keys and topics": {"AlarmTopicArn": "arn:aws:sns:eu-central-1:123456789012:alarms",
                        "KmsKeyArn": "arn:aws:kms:eu-central-1:123456789012:key/1"},
    "the key fetched at run time": {
        "FetchKeyAtRunTime": "true", "OpenAIApiKeyJsonKey": "key",
        "OpenAIApiKeySecretKmsKeyArn": "arn:aws:kms:eu-central-1:123456789012:key/2"},
    "a company's network and rules": {
        "VpcSubnetIds": "subnet-0a,subnet-0b", "VpcSecurityGroupIds": "sg-0a", "HttpsProxy": "http://proxy.example.com:3128",
        "LayerArns": "arn:aws:lambda:eu-central-1:123456789012:layer:certificates:1", "SslCertFile": "/opt/ca.pem",
        "PermissionsBoundaryArn": "arn:aws:iam::123456789012:policy/boundary", "RolePath": "/team/"},
}



def granted(deployment):
    """Each statement of each role."""
    return [(name, statement) for name, role in deployment.of("AWS::IAM::Role").items()
            for policy in role["Policies"] for statement in policy["PolicyDocument"]["Statement"]]


arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:openai-api-key-a1b2c3"
for name, statement in granted(Deployment(OpenAIApiKeySecret=arn, FetchKeyAtRunTime="true")):
    if statement["Action"] == "secretsmanager:GetSecretValue":
        assert statement["Resource"] == [arn, f"{arn}-??????"], statement

deployments = 0
for choice in itertools.product(["true", "false"], repeat=len(TRIGGERS)):
    triggers = dict(zip(TRIGGERS, choice))
    for access, options in itertools.product([IAM, JWT, JWT_ANY_TOKEN], OPTIONS.values()):
        deployment = Deployment(**SECRET, **triggers, **access, **options)
        if "true" not in choice:
            assert deployment.refused(), "a deployment without a trigger is not rejected"
            continue
        assert not deployment.refused(), deployment.refused()
        deployments += 1

        # One function for each trigger that is on, and nothing for one that is off.
        functions = deployment.of("AWS::Lambda::Function")
        assert len(functions) == choice.count("true")

        # Every route has an authorizer, and there is no other endpoint.
        routes = deployment.of("AWS::ApiGatewayV2::Route")
        assert len(routes) == (2 if triggers["HttpTrigger"] == "true" else 0)
        for name, route in routes.items():
            if access is IAM:
                assert route["AuthorizationType"] == "AWS_IAM" and "AuthorizerId" not in route, (name, route)
            else:
                assert route["AuthorizationType"] == "JWT" and route["AuthorizerId"] == "<HttpAuthorizer>", (name, route)
            assert route.get("AuthorizationScopes") == (["uploads.cancel"] if access is JWT else None), (name, route)
        for authorizer in deployment.of("AWS::ApiGatewayV2::Authorizer").values():
            assert authorizer["JwtConfiguration"] == {"Issuer": "https://issuer.example", "Audience": ["one", "two"]}
        assert not deployment.of("AWS::Lambda::Url")
        for name, permission in deployment.of("AWS::Lambda::Permission").items():
            assert permission["Principal"] == "apigateway.amazonaws.com" and "<HttpApi>" in permission["SourceArn"], name

        # SAM adds no role or permission that the template does not show.
        for type in ["AWS::IAM::Role", "AWS::IAM::ManagedPolicy", "AWS::Lambda::Permission", "AWS::SQS::Queue"]:
            assert deployment.of(type).keys() <= SOURCE["Resources"].keys(), type

        # All roles and functions have the settings that a company requires.
        if "VpcSubnetIds" in options:
            for role in deployment.of("AWS::IAM::Role").values():
                assert (role["PermissionsBoundary"], role["Path"]) == (options["PermissionsBoundaryArn"], "/team/")
            for policy in deployment.of("AWS::IAM::ManagedPolicy").values():
                assert policy["Path"] == "/team/"
            for function in functions.values():
                assert function["VpcConfig"] == {"SubnetIds": ["subnet-0a", "subnet-0b"], "SecurityGroupIds": ["sg-0a"]}
                assert function["Layers"] == [options["LayerArns"]]
                assert function["Environment"]["Variables"]["SSL_CERT_FILE"] == "/opt/ca.pem"
        else:
            assert not any("VpcConfig" in f or "Layers" in f for f in functions.values())
            assert "ec2:" not in str(deployment.of("AWS::IAM::Role"))

        # The key is in the environments, or only the functions may read the secret, and no other.
        variables = [f["Environment"]["Variables"] for f in functions.values()]
        if "FetchKeyAtRunTime" in options:
            assert all(v["OPENAI_API_KEY_SECRET"] == "openai-api-key" and v["OPENAI_API_KEY_SECRET_FIELD"] == "key" for v in variables)
            assert "{{resolve:secretsmanager" not in str(deployment.resources)
        else:
            assert all("{{resolve:secretsmanager" in v["OPENAI_API_KEY"] for v in variables)
            assert not any(name.startswith("OPENAI_API_KEY_") for v in variables for name in v)
        readers = {name for name, statement in granted(deployment) if statement["Action"] == "secretsmanager:GetSecretValue"}
        roles = {function["Role"].strip("<>").removesuffix(".Arn") for function in functions.values()}
        assert readers == (roles if "FetchKeyAtRunTime" in options else set()), readers
        for name, statement in granted(deployment):
            if name in readers and "key/2" in str(statement["Resource"]):
                assert statement["Action"] == "kms:Decrypt", statement
                assert statement["Condition"]["StringEquals"]["kms:ViaService"].startswith("secretsmanager."), statement
            if statement["Action"] == "secretsmanager:GetSecretValue":
                assert statement["Resource"].endswith(":secret:openai-api-key-??????"), statement

        # CloudFormation does not check these strings.
        for dashboard in deployment.of("AWS::CloudWatch::Dashboard").values():
            for widget in json.loads(dashboard["DashboardBody"])["widgets"]:
                assert widget["properties"].get("metrics") or "SOURCE" in widget["properties"]["query"], widget
        for stage in deployment.of("AWS::ApiGatewayV2::Stage").values():
            assert not re.search("authorization|header", stage["AccessLogSettings"]["Format"], re.I)
            json.loads(stage["AccessLogSettings"]["Format"])

for wrong in [JWT | {"JwtAudience": ""}, JWT | {"JwtIssuer": ""}, JWT | {"JwtScopes": ""}, {"JwtScopes": "uploads.cancel"},
              {"JwtAudience": "one"}, JWT | {"JwtScopes": "*,uploads.cancel"},
              {"OpenAIMtlsClientCertFile": "/opt/client.pem"}, {"OpenAIMtlsClientKeyFile": "/opt/key.pem"},
              {"VpcSubnetIds": "subnet-0a,vpc-0b"}, {"LayerArns": "arn:aws:lambda:eu-central-1:123456789012:layer:x:1,"},
              {"OpenAIApiKeySecret": "sk-proj-4f9a0c"}, {"ApplicationLogLevel": "TRACE"}, {"RolePath": "team"}]:
    assert Deployment(**SECRET | wrong).refused(), f"{wrong} is not rejected"
for right in [{"OpenAIApiKeySecret": name} for name in [
        "openai-api-key", "sk", "task-key", "prod/openai/sk-key", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:sk-a1b2"]]:
    assert not Deployment(**SECRET | right).refused(), f"{right} is rejected"

print(f"transformed: {deployments} ways to deploy it; none admits callers without credentials")
