"""A browser's part of signing in: it follows no redirect by itself and keeps one cookie."""

import http.client
import json
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

COOKIE = "__Host-regent-console"


@dataclass
class Page:
    status: int
    headers: http.client.HTTPMessage
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Browser:
    def __init__(self) -> None:
        self.host = urlsplit(os.environ["AWS_ENDPOINT_URL"]).netloc
        self.cookie: str | None = None

    def open(self, url: str, method: str = "GET", body: str | None = None, **headers: str) -> Page:
        connection = http.client.HTTPConnection(self.host, timeout=60)
        target = urlsplit(url)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookie:
            headers["Cookie"] = f"{COOKIE}={self.cookie}"
        connection.request(method, target._replace(scheme="", netloc="").geturl(), body, headers)
        answer = connection.getresponse()
        page = Page(answer.status, answer.headers, answer.read().decode())
        connection.close()
        if (line := page.headers["Set-Cookie"]) is not None:
            name, value = line.split(";")[0].split("=", 1)
            assert name == COOKIE
            self.cookie = value or None
        return page

    @property
    def session(self) -> Any:
        return self.open("/console/api/session").json

    def call(self, service: str, **form: str) -> Page:
        """Calls an AWS operation as a page of the console does."""
        return self.open(
            "/console/api/aws",
            "POST",
            json.dumps({"service": service, "form": form}),
            Content_Type="application/json",
            Accept="application/json",
            Origin=f"http://{self.host}",
            Sec_Fetch_Site="same-origin",
            X_Regent_CSRF=self.session["csrf"],
        )

    def submit(self, path: str, **fields: str) -> Page:
        """Sends a form of a page of the console."""
        fields["csrf"] = self.session["csrf"]
        kind = "application/x-www-form-urlencoded"
        return self.open(path, "POST", urlencode(fields), Content_Type=kind, Sec_Fetch_Site="same-origin")
