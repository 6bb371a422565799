#!/usr/bin/env python3
"""Prints a URL that opens the console as a role: sign_in.py ACCOUNT ROLE [SESSION-NAME]

The classic script for an AWS account of somebody else, or of another team. AWS_ENDPOINT_URL points it at Regent; without
it, the console is AWS's. docs/console-sign-in.md lists the other variables.
"""

import json
import os
import sys
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import boto3

REGENT = os.environ.get("AWS_ENDPOINT_URL")
SIGN_IN = os.environ.get("SIGNIN_ENDPOINT_URL") or REGENT or "https://signin.aws.amazon.com"
CONSOLE = os.environ.get("CONSOLE_URL") or (f"{REGENT}/console/session" if REGENT else "https://console.aws.amazon.com/")


def assume(account: str, role: str, name: str) -> dict[str, str]:
    arn = f"arn:aws:iam::{account}:role/{role}"
    credentials = boto3.client("sts").assume_role(RoleArn=arn, RoleSessionName=name)["Credentials"]
    return {
        "sessionId": credentials["AccessKeyId"],
        "sessionKey": credentials["SecretAccessKey"],
        "sessionToken": credentials["SessionToken"],
    }


def sign_in_token(session: dict[str, str]) -> str:
    fields = {"Action": "getSigninToken", "Session": json.dumps(session)}
    if seconds := os.environ.get("SESSION_SECONDS"):
        fields["SessionDuration"] = seconds
    # In the body: a URL would be written down by every proxy on the way.
    with urlopen(f"{SIGN_IN}/federation", urlencode(fields).encode()) as answer:
        token: str = json.load(answer)["SigninToken"]
        return token


def login_url(token: str) -> str:
    fields = {"Action": "login", "Issuer": os.environ.get("ISSUER_URL", ""), "Destination": CONSOLE, "SigninToken": token}
    return f"{SIGN_IN}/federation?{urlencode(fields)}"


def main() -> None:
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    account, role, name = [*sys.argv[1:], "console"][:3]
    try:
        print(login_url(sign_in_token(assume(account, role, name))))
    except HTTPError as error:
        sys.exit(f"{error.code}: {error.read().decode()}")


if __name__ == "__main__":
    main()
