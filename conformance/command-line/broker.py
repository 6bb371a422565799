"""A broker behind the command line: it answers the few requests that a person's commands make, and issues sessions of a
role in the server's own STS, so that what the clients get is real."""

import json

from loopback import Handler, serve

TOKEN = "rgts_conformance"


class Broker:
    """Issues sessions of one role, to whoever has the token."""

    def __init__(self, sts, endpoint: str, role: str):
        self.sts, self.endpoint, self.role = sts, endpoint, role
        self.sessions: list[str] = []
        # What the answers call the end of a session; none means when it really ends.
        self.expiration: str | None = None
        broker = self

        class Answering(Handler):
            def do_GET(self):
                self.answer(broker.get(self.path.split("?")[0]))

            def do_POST(self):
                self.answer(broker.post(self.path, json.loads(self.body() or "{}")))

            def answer(self, answer):
                if self.headers.get("authorization") != f"Bearer {TOKEN}" and not self.path.endswith("/status"):
                    answer = {"code": "login_required", "detail": "sign in first"}, 401
                body, status = answer if isinstance(answer, tuple) else (answer, 200)
                self.say_json(body, status)

        self.server, self.url = serve(Answering)

    def get(self, path: str):
        connector = {
            "slug": "audit",
            "name": "Audit",
            "account": {"name": "production", "partition": "regent"},
            "console": "denied",
            "state": "usable",
            "lifetime": {"max": 3600},
        }
        return {
            "/api/v1/me": {"id": "user_1", "name": "ana"},
            "/api/v1/status": {"version": "0.1.0", "setup": "done", "aws_endpoint": self.endpoint},
            "/api/v1/me/connectors": {"items": [connector], "next_cursor": None},
        }.get(path, ({"code": "not_found", "detail": "nothing there"}, 404))

    def post(self, path: str, wish: dict):
        if path != "/api/v1/connectors/audit/credentials":
            return {"code": "not_granted", "detail": "no grant of yours"}, 403
        seconds = wish.get("duration_seconds", 3600)
        name = f"session-{len(self.sessions) + 1}"
        answer = self.sts.assume_role(RoleArn=self.role, RoleSessionName=name, DurationSeconds=seconds)
        credentials, user = answer["Credentials"], answer["AssumedRoleUser"]
        self.sessions.append(user["Arn"])
        return {
            "access_key_id": credentials["AccessKeyId"],
            "secret_access_key": credentials["SecretAccessKey"],
            "session_token": credentials["SessionToken"],
            "expiration": self.expiration or credentials["Expiration"].strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": "eu-central-1",
            "endpoints": {"sts": self.endpoint, "iam": self.endpoint},
            "session_id": f"sess_{len(self.sessions)}",
            "arn": user["Arn"],
            "seconds": seconds,
            "warnings": [],
        }
