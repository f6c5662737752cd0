"""Checks that examples/ deploy the same as template.yaml: synthesizes and lints CDK's, and checks Terraform's against the provider's schema.

    examples.py FOLDER     for downloads and output

Terraform's AWS provider is in no package registry; its schema is, as the classes that were generated of it for CDK for Terraform.
"""
import json, os, pathlib, re, shutil, subprocess, sys, tarfile, zipfile
import hcl2
from resolved import Deployment

PROVIDER = "@cdktf/provider-aws@21.22.1"
folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
ours = Deployment(OpenAIApiKeySecret="openai-api-key").of("AWS::Lambda::Function")["CleanUpUploadsFunction"]
SAME = ["Runtime", "Handler", "Architectures", "MemorySize", "Timeout"]
EXPECTED = {name: ours[name] for name in SAME} | {
    variable: ours["Environment"]["Variables"][variable] for variable in ["QUARKUS_FUNQY_EXPORT", "CANCEL_BUDGET"]}
EXPECTED |= {"MemorySize": 256, "Tracing": "Active", "LogFormat": "JSON"}


def run(*command, folder, **environment):
    done = subprocess.run(command, cwd=folder, env=os.environ | environment, text=True, capture_output=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


# ---- CDK

cdk = folder / "cdk"
cdk.mkdir(exist_ok=True)
for file in pathlib.Path("examples/cdk").iterdir():
    if file.is_file():
        shutil.copy(file, cdk)
with zipfile.ZipFile(folder / "function.zip", "w") as zip:
    zip.writestr("bootstrap", "")
run("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error", folder=cdk)
run("npx", "cdk", "synth", "--quiet", "--no-notices", "--output", "out", "--context", f"functionZip={folder / 'function.zip'}",
    folder=cdk, CDK_DISABLE_VERSION_CHECK="1")
stack = cdk / "out" / "cancel-upload-clean-up.template.json"
# CDK states every dependency, including those that follow from a reference.
run(pathlib.Path(sys.executable).parent / "cfn-lint", "--ignore-checks", "W3005", "--regions", "eu-central-1", "--", stack, folder=cdk)
resources = json.loads(stack.read_text())["Resources"].values()
function, = [r["Properties"] for r in resources if r["Type"] == "AWS::Lambda::Function"]
variables = function["Environment"]["Variables"]
found = {name: function[name] for name in SAME} | {
    "QUARKUS_FUNQY_EXPORT": variables["QUARKUS_FUNQY_EXPORT"], "CANCEL_BUDGET": variables["CANCEL_BUDGET"],
    "Tracing": function["TracingConfig"]["Mode"], "LogFormat": function["LoggingConfig"]["LogFormat"]}
assert found == EXPECTED, (found, EXPECTED)
assert variables["OPENAI_API_KEY"].startswith("{{resolve:secretsmanager:openai-api-key:SecretString:"), variables


# ---- Terraform

if shutil.which("terraform"):
    run("terraform", "fmt", "-check", "-diff", folder="examples/terraform", CHECKPOINT_DISABLE="1")

provider = folder / "provider"
provider.mkdir(exist_ok=True)
packed = provider / (PROVIDER[1:].replace("/", "-").replace("@", "-") + ".tgz")
if not packed.exists():
    run("npm", "pack", PROVIDER, "--loglevel=error", folder=provider)
configuration = hcl2.loads(pathlib.Path("examples/terraform/main.tf").read_text())
PREFIXES = {"resource": "", "data": "data-aws-"}
directories = {(kind, type): PREFIXES[kind] + type.strip('"').removeprefix("aws_").replace("_", "-")
               for kind in PREFIXES for entry in configuration[kind] for type in entry}
with tarfile.open(packed) as archive:
    wanted = {f"package/lib/{directory}/index.d.ts": directory for directory in directories.values()}
    # One pass: a compressed archive cannot be read in another order.
    classes = {wanted[member.name]: archive.extractfile(member).read().decode() for member in archive if member.name in wanted}

# Terraform's own arguments, on every resource.
META = {"depends_on", "count", "for_each", "lifecycle", "provider"}


def interfaces(directory):
    """The members of each interface: their names in Terraform's form, whether they are required, and their types."""
    return {name: {re.sub("([A-Z])", lambda m: "_" + m[1].lower(), member): (optional == "", type)
                   for member, optional, type in re.findall(r"readonly (\w+)(\??): ([^;]+);", body)}
            for name, body in re.findall(r"export interface (\w+)[^{]*\{(.*?)^\}", classes[directory], re.M | re.S)}


def check(where, block, known, name):
    members = known[name]
    block = {key: value for key, value in block.items() if not key.startswith("__")}
    unknown = block.keys() - members.keys() - META
    assert not unknown, f"{where}: the provider knows no {unknown}"
    missing = {member for member, (required, _) in members.items() if required} - block.keys()
    assert not missing, f"{where}: {missing} is required"
    for member, value in block.items():
        nested = [type for type in re.findall(r"\w+", members[member][1]) if type in known] if member in members else []
        if nested:
            for inner in value:
                check(f"{where}.{member}", inner, known, nested[0])


checked = 0
for (kind, type), directory in directories.items():
    interface = directory.replace("-", "") + "config"
    known = interfaces(directory)
    for entry in configuration[kind]:
        for name, block in entry.get(type, {}).items():
            check(f"{type}.{name}", block, known, next(n for n in known if n.lower() == interface))
            checked += 1
plain = json.loads(json.dumps(configuration).replace('\\"', ""))
function, = [r["aws_lambda_function"]["clean_up"] for r in plain["resource"] if "aws_lambda_function" in r]
defaults = {name: v["default"] for entry in plain["variable"] for name, v in entry.items() if "default" in v}
found = {"Runtime": function["runtime"], "Handler": function["handler"], "MemorySize": function["memory_size"],
         "Timeout": function["timeout"], "Architectures": [defaults["architecture"]],
         "Tracing": function["tracing_config"][0]["mode"], "LogFormat": function["logging_config"][0]["log_format"]} | {
             name: function["environment"][0]["variables"][name] for name in ["QUARKUS_FUNQY_EXPORT", "CANCEL_BUDGET"]}
assert found == EXPECTED, (found, EXPECTED)

print(f"examples: CDK's stack synthesized and linted; {checked} blocks of Terraform's checked against the provider's schema")
