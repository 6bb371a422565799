"""The REST API against its own OpenAPI document: what schemathesis makes of it, no answer may contradict."""

import base64
import hashlib
import json
import os
import re
import secrets
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest

PASSWORD = "seven green bottles hang"
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# Requests for each of some hundred operations, and where they begin: always the same, so that a run which finds something
# new by chance fails nobody's build.
EXAMPLES = os.environ.get("REST_EXAMPLES", "4")
SEED = os.environ.get("REST_SEED", "4")
# It ends the very sign-in that the run lives from.
ENDS_IT = ["/auth/logout"]
HERE = Path(__file__).parent


class Browser:
    """Just enough of a browser to set the server up and approve a command line."""

    def __init__(self, url: str):
        self.url = url
        self.cookie = self.csrf = None

    def post(self, path: str, body: dict) -> dict:
        request = urllib.request.Request(f"{self.url}/api/v1{path}", json.dumps(body).encode(), method="POST")
        request.add_header("Content-Type", "application/json")
        if self.cookie:
            request.add_header("Cookie", self.cookie)
            request.add_header("X-Regent-CSRF", self.csrf)
        with urllib.request.urlopen(request, timeout=60) as answer:
            if cookie := answer.headers.get("Set-Cookie"):
                self.cookie = cookie.split(";")[0]
            told = json.load(answer)
            self.csrf = told.get("csrf", self.csrf)
            return told


class Greeting(NamedTuple):
    """Where a server is, the code for its first administrator, and the key of its account's root user."""

    url: str
    code: str
    key_id: str
    secret: str


@pytest.fixture
def server(tmp_path: Path):
    """A server of its own, in memory, and what it says at its start."""
    command = [os.environ["REGENT"], "serve", "--listen", "127.0.0.1:0", "--ephemeral"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    with open(tmp_path / "log", "w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment)
    greeting = ""
    for line in process.stdout:
        greeting += line
        if "export AWS_ENDPOINT_URL=" in line:
            break
    yield Greeting(
        url=re.search(r"AWS_ENDPOINT_URL=(\S+)", greeting).group(1),
        code=re.search(r"^\s*setup\s+(\S+)", greeting, re.MULTILINE).group(1),
        key_id=re.search(r"AWS_ACCESS_KEY_ID=(\S+)", greeting).group(1),
        secret=re.search(r"AWS_SECRET_ACCESS_KEY=(\S+)", greeting).group(1),
    )
    process.terminate()
    process.wait(timeout=60)


class SignedIn(NamedTuple):
    """A command line's token, and whose it is."""

    bearer: str
    id: str


def signed_in(server: Greeting) -> SignedIn:
    """Signs in as a command line does, once there is something to use."""
    browser = Browser(server.url)
    first = browser.post("/setup", {"code": server.code, "name": "ana", "password": PASSWORD})
    browser.post("/setup/demo", {})
    let_it_rotate(server)
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    callback = "http://127.0.0.1:9/callback"
    wish = {"redirect_uri": callback, "code_challenge": challenge, "state": "s" * 16, "client": "schemathesis"}
    approved = browser.post("/auth/authorize", wish)
    granted = parse_qs(urlsplit(approved["redirect_to"]).query)["code"][0]
    body = {"grant_type": "authorization_code", "code": granted, "code_verifier": verifier, "redirect_uri": callback}
    return SignedIn(Browser(server.url).post("/auth/token", body)["access_token"], first["id"])


def let_it_rotate(server: Greeting) -> None:
    """Lets the user of the account that is there to try manage its own keys."""
    keys = {"aws_access_key_id": server.key_id, "aws_secret_access_key": server.secret}
    iam = boto3.client("iam", endpoint_url=server.url, region_name="us-east-1", **keys)
    allow = {"Effect": "Allow", "Action": "iam:*AccessKey*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_user_policy(UserName="regent-broker", PolicyName="own-keys", PolicyDocument=policy)


def told(report: Path) -> str:
    """What schemathesis has found, a line for each kind of failure of an operation."""
    lines = {}
    for line in report.read_text().splitlines() if report.exists() else ():
        for event in json.loads(line).values():
            recorder = event.get("recorder", {})
            for case, checks in recorder.get("checks", {}).items():
                for check in checks:
                    if failure := (check.get("failure_info") or {}).get("failure"):
                        answer = recorder["interactions"][case]["response"] or {}
                        text = base64.b64decode((answer.get("content") or {}).get("$base64", ""))[:600]
                        place = f"{recorder['label']}: {answer.get('status_code')}: {failure['title']}"
                        lines.setdefault((place, failure["message"][:300]), text)
    return "\n".join(f"{place}: {message}\n    {text}" for (place, message), text in lines.items()) + "\n"


def test_no_answer_contradicts_the_document(server, tmp_path):
    me = signed_in(server)
    report = tmp_path / "report.ndjson"
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        *("--config-file", str(HERE / "schemathesis.toml")),
        *("run", f"{server.url}/api/v1/openapi.json"),
        *("--checks", CHECKS, "--max-examples", EXAMPLES),
        *(() if SEED == "random" else ("--seed", SEED)),
        *("--report-ndjson-path", str(report)),
        *(argument for path in ENDS_IT for argument in ("--exclude-path", path)),
        *("--header", f"Authorization: Bearer {me.bearer}"),
    ]
    environment = {
        "SCHEMATHESIS_HOOKS": str(HERE / "hooks.py"),
        "REST_API": f"{server.url}/api/v1",
        "REST_BEARER": me.bearer,
        "REST_SELF": me.id,
        "REST_SEED": SEED,
    }
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=os.environ | environment)
    assert done.returncode == 0, told(report) + done.stdout[-2000:] + done.stderr[-2000:]
