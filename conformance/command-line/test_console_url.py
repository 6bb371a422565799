"""A console that a connector opens: followed as a browser does, and looked up in the trail."""

import json
from pathlib import Path

import pytest
from server import Server
from visitor import Browser

PASSWORD = "two owls above a barn"
BROKER = "broker.regent.amazonaws.com"


class Recorded(Server):
    """A server whose trail can be read."""

    def __init__(self, folder: Path):
        self.data = folder / "data"
        super().__init__("--data", str(self.data), "--log", "error")

    def records(self, name: str) -> list[dict]:
        """What the trail tells of events of this name, refused ones as well."""
        lines = (self.data / "audit" / "current.jsonl").read_text().splitlines()
        return [record for record in map(json.loads, lines) if record["eventName"] == name]


@pytest.fixture
def server(tmp_path):
    server = Recorded(tmp_path)
    yield server
    server.kill()


def as_policy(**statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", **statement}})


def make_bases(server: Recorded, role: dict[str, str]) -> dict[str, dict]:
    """The accounts that a role is taken from, each of its kind: with a key, and as a role that trusts the broker."""
    iam, actions = server.iam(), ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
    trust = as_policy(Principal={"Service": BROKER}, Action="sts:AssumeRole")
    base = iam.create_role(RoleName="base", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.put_role_policy(RoleName="base", PolicyName="take", PolicyDocument=as_policy(Action=actions, Resource=role["arn"]))
    user = iam.get_user(UserName="broker")["User"]["Arn"]
    trust = as_policy(Principal={"AWS": [user, base]}, Action=actions)
    iam.update_assume_role_policy(RoleName="Auditor", PolicyDocument=trust)
    return {
        "access_key": {"access_key_id": role["key"], "secret_access_key": role["secret"]},
        "regent_role": {"regent_role_arn": base},
    }


@pytest.mark.parametrize("kind", ["access_key", "regent_role"])
def test_a_console_opens_at_the_first_attempt_whatever_its_base(server, kind):
    page, visitor = Browser(server), Browser(server)
    page.send("POST", "/setup", {"code": server.code, "name": "ana", "password": PASSWORD})
    role = server.broker_role()
    account = page.send("POST", "/accounts", {"name": kind, "kind": kind, **make_bases(server, role)[kind]})
    terms = {"principal_type": "assume_role", "role_arn": role["arn"], "max_seconds": 3600}
    page.send("POST", "/connectors", {"name": "audit", "slug": "audit", "account_id": account["id"], **terms})

    opened = page.send("POST", "/connectors/audit/console-url", {})
    assert opened["warnings"] == []
    # With a length that it does not take, the endpoint would have refused first and been asked again.
    assert [record.get("errorCode") for record in server.records("GetSigninToken")] == [None]

    status, head, told = visitor.visit(opened["url"].removeprefix(server.url))
    assert (status, head["location"]) == (302, "/console/session"), told
    visitor.headers = {"cookie": head["set-cookie"].split(";")[0]}
    status, _, told = visitor.visit("/console/api/session")
    session = json.loads(told)
    arn = role["arn"].replace(":iam:", ":sts:").replace("role/", "assumed-role/") + "/ana"
    assert (status, session["arn"], opened["session"]["arn"]) == (200, arn, arn)
    assert session["expires_at"] == opened["session"]["expires_at"]
