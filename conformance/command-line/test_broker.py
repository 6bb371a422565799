"""From an empty server to somebody's credentials, on the command line alone, but for the page that a browser shows."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest
from server import REGENT, Server

PASSWORD = "seven lazy herons on a pier"
WHO = ["aws", "sts", "get-caller-identity", "--query", "Arn", "--output", "text"]
WHO_IN_PYTHON = """
import boto3, json
session = boto3.Session()
arn = session.client('sts').get_caller_identity()['Arn']
print(json.dumps({'Arn': arn, 'way': session.get_credentials().method}))
"""


class Console(Server):
    """A server, and a browser in front of it that stays signed in."""

    def __init__(self):
        super().__init__("--ephemeral", "--log", "error")
        self.browser: dict[str, str] = {}

    def page(self, path: str, body: dict) -> dict:
        """What a page of the console asks for."""
        headers = {"content-type": "application/json", "origin": self.url, **self.browser}
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request) as response:
            answer = json.load(response)
            if cookie := response.headers["set-cookie"]:
                self.browser = {"cookie": cookie.split(";")[0], "x-regent-csrf": answer["csrf"]}
        return answer


@pytest.fixture(scope="module")
def server() -> Console:
    server = Console()
    try:
        server.page("/api/v1/setup", {"code": server.code, "name": "ana", "password": PASSWORD})
        yield server
    finally:
        server.kill()


class Person:
    """Somebody with a home, and a browser that is signed in."""

    def __init__(self, server: Console, home: Path):
        self.server, self.home = server, home
        self.environment = {
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home),
            "PATH": os.environ["PATH"],
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
        }

    def runs(self, *command: str, status: int = 0, stdin: str = "", **variables: str) -> str:
        ran = subprocess.run(
            command,
            env=self.environment | variables,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ran.returncode == status, f"{command}: {ran.returncode}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout if status == 0 else ran.stderr

    def regent(self, *arguments: str, status: int = 0, stdin: str = "", **variables: str) -> str:
        return self.runs(REGENT, *arguments, status=status, stdin=stdin, **variables)

    def sign_in(self) -> str:
        """The command line asks for a page, the browser shows it, and comes back with a code."""
        login = subprocess.Popen(
            [REGENT, "login", "--server", self.server.url, "--no-browser"],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        login.stderr.readline()
        asked = {name: values[0] for name, values in parse_qs(urlparse(login.stderr.readline().strip()).query).items()}
        wanted = {name: asked[name] for name in ["redirect_uri", "code_challenge", "state", "client"]}
        back = self.server.page("/api/v1/auth/authorize", wanted)["redirect_to"]
        with urllib.request.urlopen(back) as shown:
            assert "You are signed in" in shown.read().decode()
        said, trouble = login.communicate(timeout=60)
        assert login.returncode == 0, trouble
        return said


@pytest.fixture(scope="module")
def ana(server, tmp_path_factory) -> Person:
    return Person(server, tmp_path_factory.mktemp("ana"))


@pytest.fixture(scope="module")
def role(server) -> dict[str, str]:
    return server.broker_role()


def test_from_an_empty_server_to_credentials(ana, role):
    assert "as ana for 23 h 59 min" in ana.sign_in()
    assert "administrator" in ana.regent("whoami")
    account = ["--access-key-id", role["key"], "--upstream", "upst_embedded", "--partition", "regent"]
    assert "made the broker account production" in ana.regent(
        "broker-account", "create", "production", *account, stdin=role["secret"]
    )
    made = ana.regent("connector", "create", "audit", "--account", "production", "--role-arn", role["arn"], "--max", "2h")
    assert "made the connector audit" in made
    assert re.search(r"^audit +audit +production +2 h +allowed +usable", ana.regent("ls"), re.M)
    arn = role["arn"].replace(":iam:", ":sts:").replace("role/", "assumed-role/") + "/ana"
    assert ana.regent("exec", "audit", "--", *WHO).strip() == arn
    assert ana.regent("doctor", "audit").count("fail") == 0
    ana.regent("config", "sync")
    assert ana.regent("exec", "audit", "--refresh", "--", *WHO).strip() == arn
    who = subprocess.run([*WHO, "--profile", "audit"], env=ana.environment, capture_output=True, text=True, check=True)
    assert who.stdout.strip() == arn


@pytest.mark.parametrize("client", ["aws", "boto3"])
def test_clients_of_aws_get_credentials_in_every_way(ana, role, client):
    command = {"aws": [*WHO[:3]], "boto3": [sys.executable, "-c", WHO_IN_PYTHON]}[client]
    listed = ["aws", "configure", "list"]
    arn = role["arn"].replace(":iam:", ":sts:").replace("role/", "assumed-role/") + "/ana"
    ana.regent("config", "sync")
    ways = {
        "custom-process": lambda command: ana.runs(*command, AWS_PROFILE="audit"),
        "env": lambda command: ana.regent("exec", "audit", "--", *command),
        "container-role": lambda command: ana.regent("exec", "audit", "--refresh", "--", *command),
    }
    for way, run in ways.items():
        # The client says itself where it has its credentials from.
        who, source = run(command), run(listed) if client == "aws" else None
        found = json.loads(who)
        assert found["Arn"] == arn, way
        assert way in (source or found["way"]), (way, source)


def test_a_session_that_is_revoked_ends_at_once(ana):
    ana.regent("exec", "audit", "--no-cache", "--", "true")
    kept = ana.regent("creds", "audit", "--format", "env")
    session = re.search(r"REGENT_SESSION_ID=(\S+)", kept)[1]
    assert session in ana.regent("sessions")
    assert f"revoked {session}" in ana.regent("revoke", session)
    variables = dict(line.split("=", 1) for line in kept.splitlines())
    refused = subprocess.run(WHO, env=ana.environment | variables, capture_output=True, text=True, check=False)
    assert refused.returncode != 0, refused.stdout
    # The next command does not find it in the cache: it gets another.
    assert ana.regent("exec", "audit", "--", *WHO).endswith("/ana\n")


def test_a_build_has_a_token_and_is_refused_until_it_is_granted(ana, server, tmp_path):
    token = tmp_path / "token"
    ana.regent("system-caller", "create", "deploy", "--token-file", str(token))
    build = Person(server, tmp_path)
    build.environment |= {"REGENT_TOKEN": token.read_text().strip(), "REGENT_SERVER": server.url}
    assert "no connector" in build.regent("ls")
    build.regent("exec", "audit", "--", *WHO, status=1)
    ana.regent("connector", "why", "audit", "--system-caller", "deploy", status=3)
    scope = tmp_path / "scope.yaml"
    scope.write_text("scope: both\n")
    ana.regent("connector", "edit", "audit", "-f", str(scope))
    ana.regent("connector", "grant", "audit", "--system-caller", "deploy")
    assert "may use it (grant:" in ana.regent("connector", "why", "audit", "--system-caller", "deploy")
    assert ":assumed-role/Auditor/" in build.regent("exec", "audit", "--", *WHO)
    ana.regent("connector", "disable", "audit", "--reason", "the role is being replaced")
    assert "the role is being replaced" in build.regent("creds", "audit", "--no-cache", status=3)
    ana.regent("connector", "enable", "audit")


def test_after_a_logout_nothing_is_left(ana):
    ana.regent("credential-process", "audit")
    assert "signed out" in ana.regent("logout")
    assert "nobody is signed in" in ana.regent("credential-process", "audit", status=2)
