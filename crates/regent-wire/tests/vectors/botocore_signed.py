"""Signs some two hundred odd requests with botocore and writes them as JSON.

    python3 botocore_signed.py > botocore-signed.json

Needs botocore and no network. The seed is fixed: a second run with the same botocore writes the same bytes.
"""

import datetime
import json
import random
import sys
from unittest import mock
from urllib.parse import quote, urlsplit

import botocore
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

RANDOM = random.Random(20150830)

SCOPES = [
    ("sts", "us-east-1", "sts.amazonaws.com"),
    ("sts", "eu-central-1", "sts.eu-central-1.amazonaws.com"),
    ("iam", "us-east-1", "iam.amazonaws.com"),
    ("codeconnections", "ap-southeast-2", "codeconnections.ap-southeast-2.amazonaws.com"),
    ("sts", "local", "localhost:8443"),
    ("iam", "us-gov-west-1", "[::1]:4566"),
    ("execute-api", "us-west-2", "abc123.execute-api.us-west-2.amazonaws.com"),
]
SEGMENTS = [
    "a", "Zz9", "-._~", "%20", "%2F", "%25", "%E2%82%AC", "a+b", "a=b", "a&b", "@x", "$", "!*'()", ",;:", "...",
    "%00", "%7e", "%c3%a9", "..a", "[x]", "{y}", "|", "^", "`", '"', "\\", "<>",
]
NAMES = [
    "Action", "action", "a", "A", "b", "é", "a b", "a+b", "a/b", "a.b", "PolicyArns.member.1.arn", "x*y", "~", "%",
    "=", "&", "Param", "Param-3", "ÿ", "日本", "?", "#", "x-amz-test", "X-Amz-Test",
]
VALUES = [
    "", "1", "GetCallerIdentity", "2011-06-15", "a b  c", "a+b", "a=b=c", "a&b", "100%", "%41", "~", "*", "'()!",
    "arn:aws:iam::123456789012:role/x", "é", "\U0001f600", "日本語", "\t", "\n", "\\", '"{}"', "/" * 5, "A" * 300,
]
HEADER_NAMES = [
    "Content-Type", "Accept", "X-Amz-Target", "X-Custom", "x-lower", "X-K8s-Aws-Id", "My-Header1", "X-0", "a", "Zz",
    "User-Agent", "Expect", "X-Amzn-Trace-Id", "amz-sdk-request", "Cookie",
]
HEADER_VALUES = [
    "a", "a b", " a ", "  a   b  ", "a\tb", "\ta\t \tb", "", '"a   b"', "a,b", "a, b", "a;b=c", "%41", "日本",
    "application/x-www-form-urlencoded; charset=utf-8", "application/x-amz-json-1.1", "z" * 200,
]
BODIES = [
    "", "Action=GetCallerIdentity&Version=2011-06-15", "{}", '{"a": "é"}', "a=b&c=d%20e", "\0\1\2", "\r\n", "x" * 1000,
]


def credentials(number):
    """A long-term key, or a temporary one with a token of some length."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    ident = "".join(RANDOM.choices(letters, k=16))
    secret = "".join(RANDOM.choices(base64, k=RANDOM.choice([40, 40, 40, 20, 60, 61, 100])))
    if number % 3:
        return Credentials("AKIA" + ident, secret)
    token = "".join(RANDOM.choices(base64, k=RANDOM.choice([4, 356, 1200]))) + "=" * RANDOM.randrange(3)
    return Credentials("ASIA" + ident, secret, token)


def path(style):
    segments = RANDOM.choices(SEGMENTS, k=RANDOM.randrange(4))
    if style == "aws" and RANDOM.random() < 0.4:
        # never climbs above the root: servers refuse that before they look at a signature
        segments += RANDOM.choice([["."], ["..", "b"], ["", ""], ["x", ".."], ["x", "y", "..", "."]]) if segments else []
    if style == "s3":
        # S3's signer takes the path as its client has encoded it
        segments = [quote(segment, safe="-._~") for segment in ["a b", "é", "+", "x:y", ".", "日"] if RANDOM.random() < 0.5]
    return "/" + "/".join(segments) + RANDOM.choice(["", "/"] if segments else [""])


def query(repeats):
    pairs = [(RANDOM.choice(NAMES), RANDOM.choice(VALUES)) for _ in range(RANDOM.choice([0, 0, 1, 2, 3, 6]))]
    pairs = pairs if repeats else list(dict(pairs).items())
    text = [quote(name, safe="-_.~") + "=" + quote(value, safe="-_.~") for name, value in pairs]
    if repeats and pairs and RANDOM.random() < 0.3:
        text += [text[0]]
    if repeats and RANDOM.random() < 0.2:
        text += ["flag"]
    return "&".join(text)


def request(number):
    form = "query" if number % 4 == 3 else "header"
    style = "s3" if number % 5 == 4 else "aws"
    service, region, host = ("s3", "us-east-1", "bucket.s3.amazonaws.com") if style == "s3" else RANDOM.choice(SCOPES)
    scheme = RANDOM.choice(["https", "https", "http"])
    port = RANDOM.choice(["", "", {"https": ":443", "http": ":80"}[scheme]]) if ":" not in host else ""
    target = path(style)
    arguments = query(repeats=form == "header")
    target += "?" + arguments if arguments else ""
    method = RANDOM.choice(["GET", "POST", "POST", "PUT", "DELETE", "HEAD", "PATCH"])
    body = RANDOM.choice(BODIES) if method in ("POST", "PUT", "PATCH") else ""
    if form == "query":
        body = ""  # botocore moves a form body into the URL
    out = AWSRequest(method, f"{scheme}://{host}{port}{target}", data=body.encode() or None)
    if form == "header" and RANDOM.random() < 0.1:
        out.headers["Date"] = "replaced below"
    for _ in range(RANDOM.randrange(6)):
        out.headers[RANDOM.choice(HEADER_NAMES)] = RANDOM.choice(HEADER_VALUES)
    signers = {
        ("header", "aws"): auth.SigV4Auth,
        ("header", "s3"): auth.S3SigV4Auth,
        ("query", "aws"): auth.SigV4QueryAuth,
        ("query", "s3"): auth.S3SigV4QueryAuth,
    }
    return form, style, service, region, out, signers[form, style]


def case(number):
    form, style, service, region, unsigned, signer = request(number)
    keys = credentials(number)
    now = RANDOM.randrange(946684800, 4102444800)  # 2000 to 2100
    moment = datetime.datetime.fromtimestamp(now, datetime.timezone.utc)
    with mock.patch.object(auth, "get_current_datetime", lambda: moment):
        signer(keys, service, region).add_auth(unsigned)
    url = urlsplit(unsigned.url)
    headers = [[name, value] for name, value in unsigned.headers.items()]
    if not any(name.lower() == "host" for name, _ in headers):
        headers.insert(0, ["Host", auth._host_from_url(unsigned.url)])
    return {
        "form": form,
        "style": style,
        "service": service,
        "region": region,
        "secret": keys.secret_key,
        "token": keys.token,
        "access_key_id": keys.access_key,
        "now": now,
        "method": unsigned.method,
        "path": url.path,
        "query": url.query,
        "headers": headers,
        "body": (unsigned.body or b"").decode(),
    }


if __name__ == "__main__":
    cases = [case(number) for number in range(240)]
    json.dump({"botocore": botocore.__version__, "cases": cases}, sys.stdout, ensure_ascii=False, indent=0)
    sys.stdout.write("\n")
