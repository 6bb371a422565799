"""A server of its own for a test that begins with nothing in the store."""

import json
import os
import re
import subprocess
from pathlib import Path

import boto3

REGENT = os.environ["REGENT"]


class Server:
    """A server with nothing in it, and what it says when it starts."""

    def __init__(self, *arguments: str, log: Path | None = None):
        # Not the store of the server that the other tests use.
        environment = {name: value for name, value in os.environ.items() if name != "REGENT_DATA"}
        self.process = subprocess.Popen(
            [REGENT, "serve", "--listen", "127.0.0.1:0", *arguments],
            env=environment | {"RUST_BACKTRACE": "1"},
            stdout=subprocess.PIPE,
            stderr=log.open("w") if log else None,
            text=True,
        )
        greeting = ""
        while "export AWS_ENDPOINT_URL=" not in greeting:
            line = self.process.stdout.readline()
            assert line, f"no greeting: {greeting}{log.read_text() if log else ''}"
            greeting += line
        self.code = re.search(r"setup +(\S+) \(", greeting)[1]
        self.root = dict(word.split("=", 1) for word in re.search(r"export (AWS_.*)", greeting)[1].split())
        self.url = self.root["AWS_ENDPOINT_URL"]

    def stop(self):
        """Lets it end in order, which takes a moment."""
        self.process.terminate()
        self.process.wait(timeout=60)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def iam(self):
        """IAM, as the root user."""
        session = boto3.Session(self.root["AWS_ACCESS_KEY_ID"], self.root["AWS_SECRET_ACCESS_KEY"])
        return session.client("iam", region_name="us-east-1", endpoint_url=self.url)

    def broker_role(self) -> dict[str, str]:
        """A role, and a user whose key may take it: what an account and a connector are made of."""
        iam = self.iam()
        user = iam.create_user(UserName="broker")["User"]["Arn"]
        actions = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
        trust = {"Effect": "Allow", "Principal": {"AWS": user}, "Action": actions}
        trust = {"Version": "2012-10-17", "Statement": trust}
        arn = iam.create_role(RoleName="Auditor", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        key = iam.create_access_key(UserName="broker")["AccessKey"]
        return {"arn": arn, "key": key["AccessKeyId"], "secret": key["SecretAccessKey"]}
