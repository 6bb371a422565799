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
from urllib.parse import parse_qs, urlsplit

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
        with urllib.request.urlopen(request, timeout=30) as answer:
            if cookie := answer.headers.get("Set-Cookie"):
                self.cookie = cookie.split(";")[0]
            told = json.load(answer)
            self.csrf = told.get("csrf", self.csrf)
            return told


@pytest.fixture
def server(tmp_path: Path):
    """A server of its own, in memory, and the code for its first administrator."""
    command = [os.environ["REGENT"], "serve", "--listen", "127.0.0.1:0", "--ephemeral"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    with open(tmp_path / "log", "w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment)
    greeting = ""
    for line in process.stdout:
        greeting += line
        if "export AWS_ENDPOINT_URL=" in line:
            break
    url = re.search(r"AWS_ENDPOINT_URL=(\S+)", greeting).group(1)
    code = re.search(r"^\s*setup\s+(\S+)", greeting, re.MULTILINE).group(1)
    yield url, code
    process.terminate()
    process.wait(timeout=30)


def signed_in(url: str, code: str) -> tuple[str, str]:
    """A command line's token, got the way a command line gets it, and whose it is."""
    browser = Browser(url)
    first = browser.post("/setup", {"code": code, "name": "ana", "password": PASSWORD})
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    callback = "http://127.0.0.1:9/callback"
    approved = browser.post(
        "/auth/authorize",
        {
            "redirect_uri": callback,
            "code_challenge": challenge,
            "state": "s" * 16,
            "client": "schemathesis",
        },
    )
    granted = parse_qs(urlsplit(approved["redirect_to"]).query)["code"][0]
    body = {"grant_type": "authorization_code", "code": granted, "code_verifier": verifier, "redirect_uri": callback}
    return Browser(url).post("/auth/token", body)["access_token"], first["id"]


def told(report: Path) -> str:
    """What schemathesis has found, a line for each failure."""
    lines = []
    if not report.exists():
        return ""
    for line in report.read_text().splitlines():
        for recorder in [event["recorder"] for event in json.loads(line).values() if "recorder" in event]:
            for case, checks in recorder.get("checks", {}).items():
                failed = [check for check in checks if check["status"] != "success"]
                lines += [f"{recorder['label']}: {check['name']}: {check['failure_info']}" for check in failed]
    return "\n".join(lines)


def test_no_answer_contradicts_the_document(server, tmp_path):
    url, code = server
    bearer, own_id = signed_in(url, code)
    report = tmp_path / "report.ndjson"
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        *("--config-file", str(HERE / "schemathesis.toml")),
        *("run", f"{url}/api/v1/openapi.json"),
        *("--checks", CHECKS, "--max-examples", EXAMPLES),
        *(() if SEED == "random" else ("--seed", SEED)),
        *("--report-ndjson-path", str(report)),
        *(argument for path in ENDS_IT for argument in ("--exclude-path", path)),
        *("--header", f"Authorization: Bearer {bearer}"),
    ]
    environment = {"SCHEMATHESIS_HOOKS": str(HERE / "hooks.py"), "REST_API": f"{url}/api/v1", "REST_BEARER": bearer, "REST_SELF": own_id}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=os.environ | environment)
    assert done.returncode == 0, told(report) + done.stdout[-2000:] + done.stderr[-2000:]
