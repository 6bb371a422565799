"""Puts secrets wherever they go, and some where they do not belong. Each function tells what it has planted."""

import base64
import hashlib
import json
import os
import re
import sys
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

from provider import CLIENT, Provider
from server import Server
from visitor import Browser
from wiretap import Wiretap

sys.path.insert(0, str(Path(os.environ["CONFORMANCE"]) / "python"))
import totp  # noqa: E402

PASSWORD = "nine canaries in a mine"
WRONG = "a wrong canary in a mine"
SECRET = "Canary0Secret0Access0Key0Canary0Secret00"
SHARED = {"principal_type": "assume_role", "max_seconds": 3600}

Plants = dict[str, str | bytes]


class Base(NamedTuple):
    """What accounts and connectors are made of, once there is an administrator."""

    page: Browser
    stranger: Browser
    role: dict[str, str]

    def account(self, **other) -> dict:
        """The body of an account that works, but for what is other."""
        key = {"access_key_id": self.role["key"], "secret_access_key": self.role["secret"]}
        return {"kind": "access_key", "name": "production", **key, **other}

    def connector(self, slug: str, account: dict, **other) -> None:
        terms = {"name": slug, "slug": slug, "account_id": account["id"], "role_arn": self.role["arn"]}
        self.page.send("POST", "/connectors", SHARED | terms | other)


def begin(server: Server, page: Browser, stranger: Browser) -> tuple[Base, Plants]:
    """The first administrator, and who is not let in."""
    page.refused("POST", "/setup", {"code": WRONG, "name": "ana", "password": PASSWORD})
    page.send("POST", "/setup", {"code": server.code, "name": "ana", "password": PASSWORD})
    stranger.refused("POST", "/auth/sign-in", {"name": "ana", "password": WRONG})
    stranger.refused("POST", "/auth/sign-in", {"name": WRONG, "password": PASSWORD, "code": PASSWORD})
    stranger.refused("GET", "/me", authorization=f"Bearer {SECRET}")
    base = Base(page, stranger, server.broker_role())
    planted = {"password": PASSWORD, "wrong": WRONG, "cookie": page.cookie(), "never used": SECRET}
    return base, planted | {"root": server.root["AWS_SECRET_ACCESS_KEY"], "account": base.role["secret"]}


def in_bodies(base: Base) -> None:
    """What is wrong about a body is told without what is in it."""
    page = base.page
    for secret in [[SECRET], SECRET * 500]:
        page.refused("POST", "/accounts", base.account(secret_access_key=secret))
    for wrong in [{"rotate_days": SECRET}, {"kind": SECRET}]:
        page.refused("POST", "/accounts", base.account(**wrong))
    for member in [f"{SECRET}", f"- {SECRET}", f"{SECRET}: [", f"name: {{ {SECRET}", f"name: *{SECRET}", f"kind: {SECRET}",
                   f"rotate_days: {SECRET}", f"name: |\n {SECRET}", f"name: !!int {SECRET}", f'name: "{SECRET}']:
        page.refused("POST", "/config/plan", f"version: 1\naccounts:\n  - {member}\n")
        page.refused("POST", "/config/plan", member)


def in_credentials(base: Base) -> Plants:
    """Sessions that are issued, and those that are not."""
    page = base.page
    made = page.send("POST", "/accounts", base.account())
    wrong = page.send("POST", "/accounts", base.account(name="wrong", secret_access_key=SECRET))
    base.connector("audit", made)
    base.connector("broken", wrong)
    page.refused("POST", "/connectors/broken/credentials", {})
    page.send("POST", f"/accounts/{wrong['id']}/test", {}, keep=True)
    page.send("POST", "/connectors/audit/test", {}, keep=True)
    # A device of AWS's own sort, whose codes the broker passes on.
    iam, serial = page.server.iam(), "phone"
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName=serial)["VirtualMFADevice"]
    seed, now = device["Base32StringSeed"].decode(), totp.current_step()
    codes = [totp.code(seed, now + step) for step in (-1, 0, 1)]
    pair = {"AuthenticationCode1": codes[0], "AuthenticationCode2": codes[1]}
    iam.enable_mfa_device(UserName="broker", SerialNumber=device["SerialNumber"], **pair)
    guarded = page.send("POST", "/accounts", base.account(name="guarded", mfa_serial=device["SerialNumber"]))
    base.connector("guarded", guarded, require_mfa="upstream")
    page.refused("POST", "/connectors/guarded/credentials", {"mfa_code": SECRET})
    page.refused("POST", "/connectors/guarded/credentials", {"mfa_code": codes[0]})
    page.send("POST", "/connectors/guarded/credentials", {"mfa_code": codes[2]})
    given = page.send("POST", "/connectors/audit/credentials", {})
    planted = {"session": given["secret_access_key"], "session token": given["session_token"], "seed of AWS": seed}
    planted |= {f"code {at} of AWS": code for at, code in enumerate(codes)}
    planted["seed of AWS, decoded"] = base64.b32decode(seed)
    return planted | in_federation(base, given)


def in_federation(base: Base, given: dict) -> Plants:
    """The exchange of credentials for a console, by its documented URL, which has them in it."""
    page, visitor = base.page, Browser(base.page.server)
    names = {"sessionId": "access_key_id", "sessionKey": "secret_access_key", "sessionToken": "session_token"}
    session = {name: given[theirs] for name, theirs in names.items()}
    asked = "/federation?Action=getSigninToken&SessionDuration={}&Session={}"
    whole = quote(json.dumps(session), safe="")
    status, _, told = visitor.visit(asked.format(900, whole))
    assert status == 200, told
    planted = {"sign-in token": json.loads(told)["SigninToken"]}
    for wrong in [asked.format(1, whole), asked.format(900, quote(json.dumps(session | {"sessionKey": SECRET}))),
                  asked.format(900, whole[:-3]), asked.format(900, quote(json.dumps(session | {"sessionToken": SECRET}))),
                  f"/federation?Action=login&Destination=x&SigninToken={planted['sign-in token']}x"]:
        status, head, told = visitor.visit(wrong)
        assert status >= 400, f"{wrong}: {status}"
        page.seen.append((wrong.split("&")[0], f"{head}{told}"))
    url = page.send("POST", "/connectors/audit/console-url", {})["url"]
    planted["token of a console"] = parse_qs(urlsplit(url).query)["SigninToken"][0]
    status, head, _ = visitor.visit(url.removeprefix(page.server.url))
    assert status == 302, head
    planted["cookie of a console"] = head["set-cookie"].split(";")[0].split("=", 1)[1]
    visitor.headers = {"cookie": head["set-cookie"].split(";")[0]}
    status, head, told = visitor.visit("/console/api/session")
    assert status == 200, told
    page.seen.append(("the session of a console", f"{head}{told}"))
    return planted


def in_command_lines(base: Base) -> Plants:
    """Codes and tokens of command lines, on this machine and on another, and of a build."""
    page, stranger = base.page, base.stranger
    planted, back = {"verifier": "a-verifier-of-a-command-line-that-nobody-else-knows"}, "http://127.0.0.1:9/callback"
    challenge = base64.urlsafe_b64encode(hashlib.sha256(planted["verifier"].encode()).digest()).rstrip(b"=").decode()
    wish = {"redirect_uri": back, "code_challenge": challenge, "state": "s" * 16, "client": "laptop"}
    for verifier in ["w" * 43, planted["verifier"]]:
        code = parse_qs(urlsplit(page.send("POST", "/auth/authorize", wish)["redirect_to"]).query)["code"][0]
        planted[f"code of a command line {len(planted)}"] = code
        grant = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier, "redirect_uri": back}
        if verifier == planted["verifier"]:
            planted["token of a command line"] = stranger.send("POST", "/auth/token", grant)["access_token"]
        stranger.refused("POST", "/auth/token", grant)
    begun = stranger.send("POST", "/auth/device", {"client": "laptop"})
    planted["device code"] = begun["device_code"]
    grant = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": begun["device_code"]}
    stranger.refused("POST", "/auth/token", grant)
    page.send("POST", "/auth/device/approve", {"user_code": begun["user_code"]})
    planted["token of a device"] = stranger.send("POST", "/auth/token", grant)["access_token"]
    stranger.refused("POST", "/auth/token", grant)
    job = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": f"{SECRET}.{SECRET}.{SECRET}"}
    stranger.refused("POST", "/auth/token", job)
    build = page.send("POST", "/system-callers", {"name": "build", "auth": {"kind": "token"}})
    planted["token of a build before"] = build["token"]
    planted["token of a build"] = page.send("POST", f"/system-callers/{build['id']}/rotate-token", {})["token"]
    stranger.refused("GET", "/me", authorization=f"Bearer {build['token']}")
    for name in ["token of a command line", "token of a device", "token of a build"]:
        stranger.send("GET", "/me", keep=True, authorization=f"Bearer {planted[name]}")
        stranger.refused("POST", "/users", {}, authorization=f"Bearer {planted[name]}")
        stranger.refused("GET", "/me", authorization=f"Bearer {planted[name]}x")
    return planted


def in_a_provider(base: Base) -> Plants:
    """What a provider of sign-ins gives, and what is given to it."""
    page, provider, visitor = base.page, Provider(), Browser(base.page.server)
    planted = {"client": f"{SECRET}-client"}
    client = {"client_id": CLIENT, "client_secret": planted["client"], "scopes": ["openid", "offline_access"]}
    source = page.send("POST", "/identity-sources", {"name": "Login", "kind": "oidc", "issuer": provider.url} | client)
    page.send("POST", f"/identity-sources/{source['id']}/test", {}, keep=True)
    page.send("POST", "/groups", {"name": "developers", "mapped": {"source": source["id"], "value": "dev"}})
    for is_known in (True, False):
        status, head, told = visitor.visit(f"/api/v1/auth/oidc/start?source={source['id']}")
        assert status == 303, told
        asked = {name: values[0] for name, values in parse_qs(urlsplit(head["location"]).query).items()}
        visitor.headers = {"cookie": head["set-cookie"].split(";")[0]}
        planted[f"cookie of a sign-in, {is_known}"] = visitor.cookie()
        code = provider.approve(asked["nonce"]) if is_known else f"{SECRET}-code"
        planted[f"code of a provider, {is_known}"] = code
        status, head, told = visitor.visit(f"/api/v1/auth/oidc/callback?code={code}&state={asked['state']}")
        assert status == 303 and ("error=" in head["location"]) != is_known, head
        page.seen.append(("back from a provider", f"{head['location']}{told}"))
        if is_known:
            cookies = [one.split(";")[0].split("=", 1) for one in head.get_all("set-cookie")]
            planted["cookie of ben"] = next(value for name, value in cookies if value)
    tokens = provider.given[0]
    planted |= {name: tokens[name] for name in ("access_token", "refresh_token", "id_token")}
    planted["signature"] = tokens["id_token"].split(".")[2]
    return planted | {f"verifier {at}": heard["code_verifier"][0] for at, heard in enumerate(provider.heard)}


def in_a_rotation(base: Base) -> Plants:
    """A key that is made anew at a server elsewhere, and what else that server answers."""
    page, server = base.page, base.page.server
    own_keys = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:*AccessKey*", "Resource": "*"}}
    server.iam().put_user_policy(UserName="broker", PolicyName="own-keys", PolicyDocument=json.dumps(own_keys))
    tap = Wiretap(server.url)
    elsewhere = {"name": "elsewhere", "kind": "custom", "tls": "insecure_loopback_only"}
    places = {"sts_url": tap.url, "iam_url": tap.url, "signin_url": f"{tap.url}/federation"}
    places["console_url"] = f"{server.url}/console/session"
    upstream = page.send("POST", "/upstreams", elsewhere | places)
    account = page.send("POST", "/accounts", base.account(name="elsewhere", upstream_id=upstream["id"]))
    base.connector("elsewhere", account)
    page.send("POST", "/connectors/elsewhere/test", {}, keep=True)
    page.send("POST", "/connectors/elsewhere/console-url", {})
    page.send("POST", f"/accounts/{account['id']}/rotate", {}, keep=True)
    page.send("POST", "/connectors/elsewhere/credentials", {})
    answers = "\n".join(tap.answers)
    assert "<CreateAccessKeyResult>" in answers and "SigninToken" in answers
    found = re.findall(r"<(SecretAccessKey|SessionToken)>([^<]+)<|\"(SigninToken)\" *: *\"([^\"]+)\"", answers)
    return {f"{one or three} {at} of elsewhere": two or four for at, (one, two, three, four) in enumerate(found)}


def in_a_second_factor(base: Base) -> Plants:
    """An authenticator of the administrator. From here on nothing is done that wants it anew."""
    page, browser = base.page, Browser(base.page.server)
    begun, now = page.send("POST", "/me/totp", {}), totp.current_step()
    codes = [totp.code(begun["secret"], now + step) for step in (0, 1)]
    page.refused("POST", "/me/totp/confirm", {"code": SECRET, "enrollment": begun["enrollment"]})
    page.send("POST", "/me/totp/confirm", {"code": codes[0], "enrollment": begun["enrollment"]})
    who = {"name": "ana", "password": PASSWORD}
    browser.refused("POST", "/auth/sign-in", who)
    browser.refused("POST", "/auth/sign-in", who | {"code": codes[0]})
    browser.send("POST", "/auth/sign-in", who | {"code": codes[1]})
    browser.refused("POST", "/auth/step-up", {"code": codes[1]})
    planted = {"seed": begun["secret"], "seed, decoded": base64.b32decode(begun["secret"])}
    planted |= {"enrollment": begun["enrollment"], "cookie anew": browser.cookie()}
    return planted | {f"code {at} of ana": code for at, code in enumerate(codes)}
