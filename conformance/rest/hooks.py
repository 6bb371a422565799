"""Makes generated requests reach something: schemathesis invents ids, references and bodies that nothing is behind.

Every other request is given an id that is there, the revision that it is a change of, and a body that means something but
for one member, which stays as it was invented. What the run lives from is never named: the person who is signed in.
"""

import os
import random

import requests
import schemathesis
import yaml

API = os.environ["REST_API"]
HEADERS = {"Authorization": f"Bearer {os.environ['REST_BEARER']}"}
SELF = os.environ["REST_SELF"]

SEED = os.environ["REST_SEED"]

chance = random.Random(None if SEED == "random" else SEED)
number = 0

ROLE = "arn:aws:iam::123456789012:role/reader"
READ = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}'


def ask(method: str, path: str, body: dict | None = None) -> requests.Response:
    return requests.request(method, f"{API}{path}", json=body, headers=HEADERS, timeout=60)


def new_name(word: str) -> str:
    global number
    number += 1
    return f"{word}-{number}"


# ── what is there ────────────────────────────────────────────────────────────────────────────────────────────────


def new_account() -> dict:
    key = {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
    return {"name": new_name("account"), "kind": "access_key", **key}


def new_connector() -> dict:
    slug = new_name("connector")
    kind = {"principal_type": "assume_role", "role_arn": ROLE, "external_id": "kiwi"}
    more = {"labels": {"env": "prod"}, "session_tags": {"team": {"template": "${user.name}"}}}
    grants = [{"subject": {"user": one("users")}}]
    return {"name": slug, "slug": slug, "account_id": one("accounts"), "grants": grants, **kind, **more}


def new_source() -> dict:
    return {"name": new_name("source"), "issuer": "https://idp.example", "client_id": "regent", "client_secret": "s3cret"}


# What always works, and what is built in.
KEPT = ["Regent demo", "Embedded", "AWS"]
NEW = {
    "accounts": new_account,
    "connectors": new_connector,
    "groups": lambda: {"name": new_name("group"), "members": [one("users")], "roles": ["auditor"]},
    "identity-sources": new_source,
    "system-callers": lambda: {"name": new_name("caller")},
    "upstreams": lambda: {"name": new_name("upstream"), "kind": "custom", "sts_url": "https://sts.example"},
    "users": lambda: {"name": new_name("user"), "attributes": {"team": "blue"}},
}


def one(noun: str) -> str:
    """The id of one of them, which is made if there is none."""
    there = ask("GET", f"/{noun}?limit=20").json()["items"]
    there = [thing["id"] for thing in there if thing["id"] != SELF and thing["name"] not in KEPT]
    return chance.choice(there) if there else ask("POST", f"/{noun}", NEW[noun]()).json()["id"]


def usable() -> str:
    """The connector that issues."""
    return "regent-demo"


def rotatable() -> str:
    """The account whose key works."""
    return ask("GET", "/connectors/regent-demo").json()["account_id"]


def session() -> str:
    there = ask("GET", "/sessions?state=active&limit=20").json()["items"]
    if not there:
        ask("POST", f"/connectors/{usable()}/credentials", {})
        there = ask("GET", "/sessions?limit=20").json()["items"]
    return chance.choice(there)["id"] if there else ""


def entry() -> str:
    return chance.choice(ask("GET", "/policies/gallery").json()["items"])["id"]


def filled(entry_id: str) -> dict:
    """The values that a policy of the gallery gives as examples."""
    entries = ask("GET", "/policies/gallery").json()["items"]
    variables = [variable for entry in entries if entry["id"] == entry_id for variable in entry["variables"]]
    return {"values": {variable["name"]: variable["example"] for variable in variables}}


# What an upstream refuses is answered with 502, as it should be; so here nothing else is ever asked for.
WORKING = {
    "/accounts/{id}/rotate": rotatable,
    "/accounts/{id}/rotate/rollback": rotatable,
    "/connectors/{id}/console-url": usable,
    "/connectors/{id}/credentials": usable,
}
IDS = {
    **WORKING,
    "/connectors/{id}/caller-identity": usable,
    "/connectors/{id}/test": usable,
    "/policies/gallery/{id}": entry,
    "/policies/services/{prefix}": lambda: chance.choice(["s3", "sts", "iam"]),
    "/sessions/{id}": session,
    **{f"/{noun}/{{id}}": lambda noun=noun: one(noun) for noun in NEW},
}


# ── what means something ─────────────────────────────────────────────────────────────────────────────────────────


def unsaved() -> dict:
    return {**NEW["connectors"](), "grants": []}


BODIES = {
    **{f"POST /{noun}": make for noun, make in NEW.items()},
    "POST /auth/authorize": lambda: {
        "redirect_uri": "http://127.0.0.1:9/callback",
        "code_challenge": "c" * 43,
        "state": "s" * 16,
        "client": "schemathesis",
    },
    "POST /auth/device": lambda: {"client": "schemathesis"},
    "POST /config/plan": lambda: {"document": ask("GET", "/config/export").text},
    "POST /config/apply": lambda: {"document": ask("GET", "/config/export").text},
    "POST /connectors/preview": lambda: {"connector": unsaved()},
    "POST /connectors/snippets": lambda: {"connector": unsaved()},
    "POST /connectors/test": lambda: {"connector": unsaved()},
    "POST /connectors/{id}/clone": lambda: {"name": "copy", "slug": new_name("copy")},
    "POST /connectors/{id}/credentials": lambda: {"format": chance.choice(["json", "aws", "container", "env"])},
    "POST /policies/generate": lambda: {"service": "s3", "access_levels": ["read"]},
    "POST /policies/lint": lambda: {"policy": READ},
    "POST /policies/simulate": lambda: {"policies": [READ], "actions": ["s3:GetObject"], "resources": ["*"]},
    "PUT /connectors/{id}/grants": lambda: {"grants": [{"subject": {"user": one("users")}}]},
    "PUT /settings": lambda: {"issue_per_minute": 100_000},
}


# ── the hook ─────────────────────────────────────────────────────────────────────────────────────────────────────


@schemathesis.hook
def before_call(context, case, **_):
    path = case.operation.path
    if path == "/config/apply":
        keep_what_is_not_named(case)
    if chance.random() < 0.5 and path not in WORKING:
        return
    parameters = case.path_parameters or {}
    make_id = next((make for place, make in IDS.items() if path.startswith(place)), None)
    for name in parameters if make_id else ():
        parameters[name] = make_id()
    place = path.format(**parameters) if parameters else path
    if path == "/connectors/{id}/why":
        case.query = {"user_id": chance.choice([SELF, one("users")])}
    is_change = case.method in ("PUT", "PATCH", "DELETE")
    now = ask("GET", place) if is_change else None
    if is_change and now.ok and "etag" in now.headers:
        case.headers["If-Match"] = now.headers["etag"]
    if isinstance(case.body, dict) and (meant := meant_by(case, path, now)) is not None:
        invented = list(case.body.items())
        case.body = meant | dict([chance.choice(invented)] if invented and chance.random() < 0.7 else [])


def keep_what_is_not_named(case) -> None:
    """A document of nothing must not take away what the other operations need."""
    for place in (case.query, case.body):
        if isinstance(place, dict):
            place.pop("prune", None)


def meant_by(case, path: str, now: requests.Response | None) -> dict | None:
    """A body that means something; none where that is what was invented."""
    if case.media_type == "text/yaml":
        return yaml.safe_load(ask("GET", "/config/export").text)
    if path == "/policies/gallery/{id}/fill":
        return filled(case.path_parameters["id"])
    if make := BODIES.get(f"{case.method} {path}"):
        return make()
    if case.method == "PATCH" and (make := NEW.get(path.split("/")[1])):
        return dict([chance.choice(list(make().items()))])
    return now.json() if case.method == "PUT" and now.ok else None
