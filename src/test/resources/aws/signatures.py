"""Requests as this function sends them to AWS, with random content, and what botocore signs them with:

    python3 src/test/resources/aws/signatures.py SEED COUNT >src/test/resources/aws/signatures.jsonl

SignatureV4Test has to come to the same; with -Dsignatures=FILE to that of another file.
"""
import datetime, json, random, string, sys
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

seed, count = int(sys.argv[1]), int(sys.argv[2])
random = random.Random(seed)
VISIBLE = "".join(c for c in string.printable if " " < c < "\x7f")


def text(alphabet, least, most):
    return "".join(random.choice(alphabet) for _ in range(random.randint(least, most)))


for _ in range(count):
    time = datetime.datetime(2000, 1, 1) + datetime.timedelta(seconds=random.randrange(3_000_000_000))
    auth.get_current_datetime = lambda *_, **__: time
    region = random.choice(["eu-central-1", "us-east-1", "cn-north-1", "us-gov-west-1"])
    service = random.choice(["secretsmanager", "execute-api", "kms"])
    credentials = Credentials("ASIA" + text(string.ascii_uppercase, 12, 16), text(VISIBLE, 1, 60),
                              random.choice([None, text(VISIBLE, 1, 1500)]))
    host = text(string.ascii_lowercase, 1, 20) + ".example" + random.choice(["", ":8443"])
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "secretsmanager.GetSecretValue"}
    for _ in range(random.randint(0, 3)):
        spaces = " " * random.randint(0, 3)
        headers["x-" + text(string.ascii_lowercase, 1, 8)] = (spaces + text(VISIBLE + " ", 1, 30) + spaces + text(VISIBLE, 1, 5))
    body = json.dumps({"SecretId": text(VISIBLE + "äß€𝄞 ", 0, 80)}, ensure_ascii=False)
    request = AWSRequest("POST", f"https://{host}/", headers=headers, data=body.encode())
    auth.SigV4Auth(credentials, service, region).add_auth(request)
    signed = {name.lower(): value for name, value in request.headers.items() if name.lower() != "authorization"} | {"host": host}
    print(json.dumps({
        "accessKeyId": credentials.access_key, "secretAccessKey": credentials.secret_key, "sessionToken": credentials.token,
        "region": region, "service": service, "headers": signed, "body": body,
        "authorization": request.headers["Authorization"]}))
