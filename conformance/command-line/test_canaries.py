"""Secrets that go in and come out are in no log, no refusal, no export, and nowhere in the store's files."""

import base64
import json
from pathlib import Path
from urllib.parse import quote, quote_plus

import plants
import pytest
from canaries import forms, has_code
from server import Server
from visitor import Browser


class Logged(Server):
    """A server with a store on disk and every log line there is."""

    def __init__(self, folder: Path):
        self.data, self.log = folder / "data", folder / "log"
        super().__init__("--data", str(self.data), "--log", "trace", log=self.log)


@pytest.fixture
def server(tmp_path):
    server = Logged(tmp_path)
    yield server
    server.kill()


def use_everything(server: Logged) -> tuple[plants.Plants, list[tuple[str, str]]]:
    """What was planted, and what was told in return."""
    seen: list[tuple[str, str]] = []
    page = Browser(server, seen)
    base, planted = plants.begin(server, page, Browser(server, seen))
    plants.in_bodies(base)
    planted |= plants.in_credentials(base) | plants.in_command_lines(base) | plants.in_a_provider(base)
    planted |= plants.in_a_rotation(base) | plants.in_a_second_factor(base)
    for path in ["accounts", "connectors", "identity-sources", "system-callers", "upstreams", "users"]:
        page.send("GET", f"/{path}", keep=True)
    for path in ["settings", "sessions", "me"]:
        page.send("GET", f"/{path}", keep=True)
    for path in ["/config/export", "/audit", "/audit/export?format=jsonl", "/audit/export?format=csv"]:
        page.send("GET", path, keep=True)
    return planted, seen


def test_a_secret_is_nowhere_but_with_whom_it_belongs(server):
    planted, seen = use_everything(server)
    server.stop()
    codes = {name: code for name, code in planted.items() if len(code) == 6}
    secrets = {name: secret for name, secret in planted.items() if name not in codes}
    assert len(codes) == 5 and len(secrets) > 30, planted.keys()
    assert all(len(secret) >= 16 for secret in secrets.values()), secrets.keys()
    places = [(name, text.encode()) for name, text in seen] + [("the log", server.log.read_bytes())]
    files = [path for path in server.data.rglob("*") if path.is_file()]
    assert any(path.stat().st_size > 10_000 for path in files), "no store to look into"
    places += [(str(path.relative_to(server.data)), path.read_bytes()) for path in files]
    assert len(places) > 20 and any(b"credentials.issue" in text for _, text in places)
    leaks = [f"{name} is in {where}" for name, secret in secrets.items() for form in forms(secret)
             for where, text in places if form in text]
    leaks += [f"{name} is in {where}" for name, code in codes.items() for where, text in places if has_code(code, text)]
    assert leaks == []


WRITERS = {
    "as it is": bytes,
    "base64": base64.b64encode,
    "base64 for URLs": base64.urlsafe_b64encode,
    "hexadecimal": lambda text: text.hex().encode(),
    "a URL": lambda text: quote(text.decode(), safe="").encode(),
    "a URL, slashes kept": lambda text: quote(text.decode()).encode(),
    "a form": lambda text: quote_plus(text.decode()).encode(),
    "a URL in small letters": lambda text: quote(text.decode(), safe="").lower().encode(),
    "a URL in a URL": lambda text: quote(quote(text.decode(), safe=""), safe="").encode(),
    "JSON": lambda text: json.dumps(text.decode()).encode(),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_a_secret_is_known_in_whatever_clothes(writer):
    secret = "0123/+=456 789&%\"ab/+"
    for before in range(4):
        for after in range(4):
            written = WRITERS[writer](b"x" * before + secret.encode() + b"y" * after)
            assert any(form in written for form in forms(secret)), (before, after, written)
            assert not any(form in written for form in forms(secret[::-1])), written


def test_a_code_is_known_by_itself_and_not_in_a_longer_number():
    for text in [b"code=123456&x", b'{"code":"123456"}', b'{"code":123456}', b"code:123456.", b"/verify/123456", b"code 123456\n"]:
        assert has_code("123456", text), text
    for text in [b"12:00:00.123456Z", b"took 1123456 ns", b"0123456", b"a123456b"]:
        assert not has_code("123456", text), text
