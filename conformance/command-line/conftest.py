"""A person's machine: the binary, a home of its own, a token, and a broker that issues sessions of a role."""

import json
import os
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from broker import TOKEN, Broker  # noqa: E402
from server import REGENT  # noqa: E402


@pytest.fixture(scope="session")
def role() -> str:
    """A role of the production account that its root user may take by way of a user."""
    iam = boto3.Session(profile_name="production").client("iam", region_name="us-east-1")
    account = os.environ["PRODUCTION"]
    trust = {"Statement": {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}}
    trust["Version"] = "2012-10-17"
    arn = iam.create_role(RoleName="Auditor", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.attach_role_policy(RoleName="Auditor", PolicyArn="arn:aws:iam::aws:policy/SecurityAudit")
    iam.create_user(UserName="broker")
    allow = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arn}}
    iam.put_user_policy(UserName="broker", PolicyName="assume", PolicyDocument=json.dumps(allow))
    return arn


@pytest.fixture(scope="session")
def sts(role):
    """STS, as the broker's own user."""
    iam = boto3.Session(profile_name="production").client("iam", region_name="us-east-1")
    key = iam.create_access_key(UserName="broker")["AccessKey"]
    return boto3.client(
        "sts",
        region_name="us-east-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )


@pytest.fixture
def broker(sts, role) -> Broker:
    broker = Broker(sts, os.environ["AWS_ENDPOINT_URL"], role)
    yield broker
    broker.server.shutdown()


class Machine:
    """Runs commands as a person would, with nothing in the environment but what they need."""

    def __init__(self, home: Path, broker: Broker):
        (home / "run").mkdir()
        self.home = home
        self.environment = {
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home / "run"),
            "PATH": f"{Path(REGENT).parent}:{os.environ['PATH']}",
            "SHELL": "/bin/sh",
            "REGENT_SERVER": broker.url,
            "REGENT_TOKEN": TOKEN,
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_PAGER": "",
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
        }

    def run(self, *command: str, status: int = 0, **variables: str) -> str:
        ran = subprocess.run(
            command, env=self.environment | variables, capture_output=True, text=True, timeout=60, check=False
        )
        assert ran.returncode == status, f"{command}: {ran.returncode}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout if status == 0 else ran.stderr

    def regent(self, *arguments: str, status: int = 0) -> str:
        return self.run(REGENT, *arguments, status=status)

    def python(self, script: str, *before: str, **variables: str) -> str:
        """Runs a script of boto3's in a process of its own, after these words."""
        return self.run(*before, sys.executable, "-c", script, **variables)


@pytest.fixture
def machine(tmp_path, broker) -> Machine:
    return Machine(tmp_path, broker)
