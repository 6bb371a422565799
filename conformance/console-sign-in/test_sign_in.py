"""The classic script, as it is shipped, and curl; then what a browser gets.

AWS: IAM User Guide, "Enable custom identity broker access to the AWS console".
"""

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from account import Account, Caller, User, allow, policy, trust, with_session
from browser import Browser

SCRIPT = Path(os.environ["CONFORMANCE"]).parent / "examples/console-sign-in/sign_in.py"


@pytest.fixture(scope="module")
def ana(development: Account) -> User:
    may = policy(allow(["sts:AssumeRole", "sts:GetFederationToken"]))
    return development.user("ana-signs-in", policy=may)


@pytest.fixture(scope="module")
def role(production: Account, development: Account) -> str:
    """A role of production that anybody of development may have whose own account lets them."""
    production.role("Audit", trust(f"arn:aws:iam::{production.number}:root"))
    return production.role(
        "CrossAccountSignin",
        trust(f"arn:aws:iam::{development.number}:root"),
        policy(allow(["iam:ListRoles", "sts:AssumeRole"])),
    )


def sign_in(user: User, account: str, role: str, **environment: str) -> str:
    key = {"AWS_ACCESS_KEY_ID": user.key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": user.key["SecretAccessKey"]}
    command = [sys.executable, str(SCRIPT), account, role]
    done = subprocess.run(command, env=os.environ | key | environment, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else done.stderr.strip()


def curl(*fields: str) -> tuple[int, dict[str, str]]:
    """What `curl` gets for a sign-in token: status and answer."""
    data = [part for field in fields for part in ("--data-urlencode", field)]
    url = f"{os.environ['AWS_ENDPOINT_URL']}/federation"
    command = ["curl", "-sS", "-w", "\n%{http_code}", *data, "-d", "Action=getSigninToken", url]
    body, status = subprocess.run(command, check=True, capture_output=True, text=True).stdout.rsplit("\n", 1)
    return int(status), json.loads(body)


def session_of(caller: Caller) -> str:
    credentials = caller.session.get_credentials().get_frozen_credentials()
    session = {"sessionId": credentials.access_key, "sessionKey": credentials.secret_key}
    return "Session=" + json.dumps(session | ({"sessionToken": credentials.token} if credentials.token else {}))


def test_the_classic_script_opens_the_console(ana: User, role: str, production: Account) -> None:
    before = datetime.now(timezone.utc).replace(microsecond=0)
    url = sign_in(ana, production.number, "CrossAccountSignin", ISSUER_URL="https://sso.example.com/")
    assert set(parse_qs(urlsplit(url).query)) == {"Action", "Issuer", "Destination", "SigninToken"}
    browser = Browser()
    page = browser.open(url)
    assert (page.status, page.headers["Location"]) == (302, "/console/session")
    assert page.headers["Set-Cookie"].endswith("; Secure; HttpOnly; SameSite=Lax; Path=/")
    session = browser.session
    assert session["arn"] == f"arn:aws:sts::{production.number}:assumed-role/CrossAccountSignin/console"
    assert session["issuer"] == "https://sso.example.com/"
    after, hour = datetime.now(timezone.utc), timedelta(hours=1)
    assert before + hour <= datetime.fromisoformat(session["expires_at"]) <= after + hour

    roles = browser.call("iam", Action="ListRoles").json["ListRolesResponse"]["ListRolesResult"]["Roles"]
    assert "CrossAccountSignin" in [one["RoleName"] for one in roles]
    denied = browser.call("iam", Action="ListUsers")
    assert (denied.status, denied.json["Error"]["Code"]) == (403, "AccessDenied")

    assert browser.open("/federation?Action=logout").status == 200
    assert browser.cookie is None and browser.session["code"] == "login_required"
    assert browser.open(url).status == 302


def test_the_script_says_why_it_prints_no_url(ana: User, role: str, production: Account) -> None:
    refused = sign_in(ana, production.number, "CrossAccountSignin", SESSION_SECONDS="60")
    assert refused == (
        '400: {"error":"`SessionDuration` is `60`, but it must be a number of seconds from 900 to 43200"}'
    )


def test_twelve_hours_are_cut_at_what_the_role_allows(ana: User, role: str, production: Account) -> None:
    browser = Browser()
    browser.open(sign_in(ana, production.number, "CrossAccountSignin", SESSION_SECONDS="43200"))
    ends = datetime.fromisoformat(browser.session["expires_at"])
    assert ends - datetime.now(timezone.utc) <= timedelta(hours=1)


def test_curl_is_told_who_may_sign_in(ana: User, role: str) -> None:
    assumed = with_session(ana.caller.sts.assume_role(RoleArn=role, RoleSessionName="ana"))
    chained = with_session(assumed.sts.assume_role(RoleArn=role.replace("CrossAccountSignin", "Audit"), RoleSessionName="a2"))
    federated = with_session(ana.caller.sts.get_federation_token(Name="Susan"))
    own = with_session(ana.caller.sts.get_session_token())
    duration = "SessionDuration=900"
    for caller, fields, status, error in (
        (assumed, [], 200, None),
        (assumed, [duration], 200, None),
        (chained, [], 200, None),
        (chained, [duration], 400, "`SessionDuration` must be left out for a role"),
        (federated, [], 200, None),
        (federated, [duration], 400, "`SessionDuration` must be left out for credentials of GetFederationToken"),
        (own, [], 400, "sessions of GetSessionToken cannot sign in"),
        (ana.caller, [], 400, "long-term keys cannot sign in"),
    ):
        answer = curl(session_of(caller), *fields)
        assert answer[0] == status, answer
        assert "SigninToken" in answer[1] if error is None else answer[1]["error"].startswith(error)
    forged = session_of(assumed).replace('"sessionKey": "', '"sessionKey": "x')
    assert curl(forged)[0] == 403


def test_nobody_is_sent_elsewhere(ana: User, role: str, production: Account) -> None:
    for destination in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        page = Browser().open(sign_in(ana, production.number, "CrossAccountSignin", CONSOLE_URL=destination))
        assert (page.status, page.headers["Location"], page.headers["Set-Cookie"]) == (400, None, None)


def test_switch_role_asks_first(ana: User, role: str, production: Account) -> None:
    browser = Browser()
    browser.open(sign_in(ana, production.number, "CrossAccountSignin"))
    page = browser.open(f"/switchrole?account={production.number}&roleName=Audit&displayName=Audit&color=99BCE3")
    assert page.status == 200 and "assumed-role/CrossAccountSignin/console" in browser.session["arn"]
    page = browser.submit("/switchrole", account=production.number, roleName="Audit", displayName="Audit")
    assert (page.status, page.headers["Location"]) == (303, "/console/session")
    assert browser.session["arn"] == f"arn:aws:sts::{production.number}:assumed-role/Audit/console"
    refused = browser.submit("/switchrole", account=production.number, roleName="Nobody")
    assert refused.status == 403 and "is not authorized to perform: sts:AssumeRole" in refused.body
