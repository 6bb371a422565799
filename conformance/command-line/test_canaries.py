"""Secrets that go in and come out are in no log, no refusal, no export, and nowhere in the store's files."""

import base64
import json
import re
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from server import Server

PASSWORD = "nine canaries in a mine"
WRONG = "a wrong canary in a mine"
SECRET = "Canary0Secret0Access0Key0Canary0Secret00"


class Logged(Server):
    """A server with a store on disk and every log line there is."""

    def __init__(self, folder: Path):
        self.data, self.log = folder / "data", folder / "log"
        super().__init__("--data", str(self.data), "--log", "trace", log=self.log)


class Browser:
    """A page of the console. What it is refused, and what it lists, is kept."""

    def __init__(self, server: Logged):
        self.server, self.headers, self.seen = server, {}, []

    def send(self, method: str, path: str, body=None, keep=False, refused=False, **headers: str):
        is_yaml = isinstance(body, str)
        data = body.encode() if is_yaml else None if body is None else json.dumps(body).encode()
        kind = "text/yaml" if is_yaml else "application/json"
        sent = {"content-type": kind, "origin": self.server.url, **self.headers, **headers}
        request = urllib.request.Request(f"{self.server.url}/api/v1{path}", data, sent, method=method)
        try:
            with urllib.request.urlopen(request) as response:
                text = response.read().decode()
                if keep:
                    self.seen.append((f"{method} {path}", text))
                assert not refused, f"{method} {path} was not refused"
                told = json.loads(text) if response.headers["content-type"] == "application/json" else {}
                cookie = response.headers["set-cookie"]
                if cookie and "csrf" in told:
                    self.headers = {"cookie": cookie.split(";")[0], "x-regent-csrf": told["csrf"]}
                return told
        except urllib.error.HTTPError as refusal:
            text = refusal.read().decode() + str(refusal.headers)
            assert refused, f"{method} {path} was refused: {text}"
            self.seen.append((f"{method} {path}: {refusal.code}", text))

    def refused(self, method: str, path: str, body=None, **headers: str):
        self.send(method, path, body, refused=True, **headers)


@pytest.fixture
def server(tmp_path):
    server = Logged(tmp_path)
    yield server
    server.kill()


def forms(secret: str) -> list[bytes]:
    """As it is, and as a careless writer might have put it."""
    raw = secret.encode()
    return [raw, base64.b64encode(raw).rstrip(b"="), base64.urlsafe_b64encode(raw).rstrip(b"="), raw.hex().encode()]


def use_everything(server: Logged, secrets: dict[str, str]) -> Browser:
    """Puts secrets wherever they go, and some where they do not belong."""
    page = Browser(server)
    page.refused("POST", "/setup", {"code": WRONG, "name": "ana", "password": PASSWORD})
    page.send("POST", "/setup", {"code": server.code, "name": "ana", "password": PASSWORD})
    secrets |= {"password": PASSWORD, "wrong": WRONG, "cookie": page.headers["cookie"].split("=", 1)[1]}
    stranger = Browser(server)
    stranger.refused("POST", "/auth/sign-in", {"name": "ana", "password": WRONG})
    stranger.refused("POST", "/auth/sign-in", {"name": WRONG, "password": PASSWORD, "code": PASSWORD})
    stranger.refused("GET", "/me", authorization=f"Bearer {SECRET}")

    role = server.broker_role()
    secrets |= {"root": server.root["AWS_SECRET_ACCESS_KEY"], "account": role["secret"], "never used": SECRET}
    account = {"kind": "access_key", "access_key_id": role["key"], "name": "production"}
    account["secret_access_key"] = role["secret"]
    # What is wrong about a body is told without what is in it.
    page.refused("POST", "/accounts", account | {"secret_access_key": [SECRET]})
    page.refused("POST", "/accounts", account | {"rotate_days": SECRET})
    page.refused("POST", "/accounts", account | {"kind": SECRET})
    page.refused("POST", "/accounts", account | {"secret_access_key": SECRET * 500})
    for member in [f"{SECRET}", f"- {SECRET}", f"{SECRET}: [", f"name: {{ {SECRET}", f"name: *{SECRET}", f"kind: {SECRET}",
                   f"rotate_days: {SECRET}", f"name: |\n {SECRET}", f"name: !!int {SECRET}", f'name: "{SECRET}']:
        page.refused("POST", "/config/plan", f"version: 1\naccounts:\n  - {member}\n")
        page.refused("POST", "/config/plan", member)
    made = page.send("POST", "/accounts", account)
    wrong = page.send("POST", "/accounts", account | {"name": "wrong", "secret_access_key": SECRET})
    connector = {"principal_type": "assume_role", "role_arn": role["arn"], "max_seconds": 3600}
    for slug, of in (("audit", made), ("broken", wrong)):
        page.send("POST", "/connectors", connector | {"name": slug, "slug": slug, "account_id": of["id"]})
    page.refused("POST", "/connectors/broken/credentials", {})
    page.send("POST", f"/accounts/{wrong['id']}/test", {}, keep=True)
    page.send("POST", "/connectors/audit/test", {}, keep=True)

    given = page.send("POST", "/connectors/audit/credentials", {})
    secrets |= {"session": given["secret_access_key"], "token": given["session_token"]}
    console = page.send("POST", "/connectors/audit/console-url", {})
    secrets["sign-in token"] = re.search(r"SigninToken=([^&]+)", console["url"])[1]
    secrets["totp"] = page.send("POST", "/me/totp", {})["secret"]
    build = page.send("POST", "/system-callers", {"name": "build", "auth": {"kind": "token"}})
    secrets["build"] = build["token"]
    boss = Browser(server)
    boss.refused("GET", "/users", authorization=f"Bearer {build['token']}")
    source = {"name": "Login", "kind": "oidc", "issuer": "https://login.invalid", "client_id": "regent"}
    source = page.send("POST", "/identity-sources", source | {"client_secret": f"{SECRET}-client"})
    secrets["client"] = f"{SECRET}-client"
    page.send("POST", f"/identity-sources/{source['id']}/test", {}, keep=True)
    for path in ["accounts", "connectors", "identity-sources", "system-callers", "users", "settings", "sessions", "me"]:
        page.send("GET", f"/{path}", keep=True)
    for path in ["/config/export", "/audit", "/audit/export?format=jsonl", "/audit/export?format=csv"]:
        page.send("GET", path, keep=True)
    return page


def test_a_secret_is_nowhere_but_with_whom_it_belongs(server):
    secrets: dict[str, str] = {}
    page = use_everything(server, secrets)
    server.stop()
    assert all(len(secret) >= 16 for secret in secrets.values()), secrets.keys()
    places = [(name, text.encode()) for name, text in page.seen] + [("the log", server.log.read_bytes())]
    files = [path for path in server.data.rglob("*") if path.is_file()]
    assert any(path.stat().st_size > 10_000 for path in files), "no store to look into"
    places += [(str(path.relative_to(server.data)), path.read_bytes()) for path in files]
    assert len(places) > 20 and any(b"credentials.issue" in text for _, text in places)
    for name, secret in secrets.items():
        for where, text in places:
            for form in forms(secret):
                assert form not in text, f"{name} is in {where}"
