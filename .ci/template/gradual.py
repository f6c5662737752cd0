"""Checks the template that bin/gradual makes: every function is behind an alias, and a new Release creates a new version.

    gradual.py FILE     the output of bin/gradual
"""
import json, sys
import resolved
from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

source = yaml_parse(open(sys.argv[1]).read())
FUNCTIONS = ["CancelUploadFunction", "CancelUploadHttpFunction", "CancelUploadQueueFunction", "CleanUpUploadsFunction"]


def transformed(release, code_uri="s3://bucket/function.zip"):
    copied = json.loads(json.dumps(source))
    copied["Globals"]["Function"]["CodeUri"] = code_uri
    # The only parameter that SAM takes into account.
    return transform(copied, {"Release": release}, resolved.ManagedPolicies())


def named(resources, type):
    return {name: r for name, r in resources.items() if r["Type"] == type}


resources = transformed("1000000000")["Resources"]
aliases = {f"{function}Aliaslive" for function in FUNCTIONS}
assert named(resources, "AWS::Lambda::Alias").keys() == aliases
groups = named(resources, "AWS::CodeDeploy::DeploymentGroup")
assert len(groups) == 4
for name, group in groups.items():
    # Each has the condition of its trigger.
    assert group["Condition"] in ["Invoke", "Http", "Queue", "CleanUp"], name
    properties = group["Properties"]
    assert properties["ServiceRoleArn"] == {"Fn::GetAtt": ["GradualDeploymentRole", "Arn"]}, name
    assert properties["AlarmConfiguration"]["Enabled"] and len(properties["AlarmConfiguration"]["Alarms"]) == 2, name
    assert properties["AutoRollbackConfiguration"]["Enabled"], name
for alias in aliases:
    assert "CodeDeployLambdaAliasUpdate" in resources[alias]["UpdatePolicy"], alias

# Callers invoke the alias.
for name, invoked in named(resources, "AWS::Lambda::EventInvokeConfig").items():
    assert invoked["Properties"]["Qualifier"] == "live", name
used = [r["Properties"]["FunctionName"] for r in named(resources, "AWS::Lambda::EventSourceMapping").values()]
used += [r["Properties"]["FunctionName"] for r in named(resources, "AWS::Lambda::Permission").values()]
used += [r["Properties"]["IntegrationUri"] for r in named(resources, "AWS::ApiGatewayV2::Integration").values()]
used += [o["Value"] for name, o in transformed("1000000000")["Outputs"].items() if name.endswith("FunctionArn")]
assert len(used) == 5 and all(u["Ref"] in aliases for u in used), used

# A new Release creates a new version of every function, and nothing else does.
versions = [set(named(transformed(release)["Resources"], "AWS::Lambda::Version")) for release in ["1000000000", "1000000000", "1000000001"]]
assert len(versions[0]) == 4 and versions[0] == versions[1] and not versions[0] & versions[2], versions

print("bin/gradual: every function is behind an alias, which CodeDeploy moves with each new Release")
