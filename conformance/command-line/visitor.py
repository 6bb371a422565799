"""A page of the console, and whatever else visits a server."""

import http.client
import json
from email.message import Message
from urllib.parse import urlsplit

from server import Server


class Browser:
    """A page of the console. What it is refused, and what it lists, is kept."""

    def __init__(self, server: Server, seen: list[tuple[str, str]] | None = None):
        self.server, self.headers = server, {}
        self.seen = [] if seen is None else seen

    def visit(self, target: str, method: str = "GET", body: bytes | None = None, **headers: str) -> tuple[int, Message, str]:
        """Follows no redirect and keeps no cookie by itself."""
        connection = http.client.HTTPConnection(urlsplit(self.server.url).netloc, timeout=60)
        connection.request(method, target, body, self.headers | headers)
        answer = connection.getresponse()
        told = answer.read().decode()
        connection.close()
        return answer.status, answer.headers, told

    def send(self, method: str, path: str, body=None, keep=False, refused=False, **headers: str):
        is_yaml = isinstance(body, str)
        data = body.encode() if is_yaml else None if body is None else json.dumps(body).encode()
        sent = {"content-type": "text/yaml" if is_yaml else "application/json", "origin": self.server.url, **headers}
        status, head, text = self.visit(f"/api/v1{path}", method, data, **sent)
        assert (status >= 400) == refused, f"{method} {path}: {status} {text}"
        if refused:
            self.seen.append((f"{method} {path}: {status}", f"{text}{head}"))
            return None
        if keep:
            self.seen.append((f"{method} {path}", text))
        told = json.loads(text) if head["content-type"] == "application/json" else {}
        if head["set-cookie"] and "csrf" in told:
            self.headers = {"cookie": head["set-cookie"].split(";")[0], "x-regent-csrf": told["csrf"]}
        return told

    def refused(self, method: str, path: str, body=None, **headers: str) -> None:
        self.send(method, path, body, refused=True, **headers)

    def cookie(self) -> str:
        """The value of the cookie that it is known by."""
        return self.headers["cookie"].split("=", 1)[1]
