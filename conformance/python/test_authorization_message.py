"""Denials that carry an encoded message, of a server of its own that is told to send them."""

import json
import os
import subprocess
from collections.abc import Iterator

import boto3
import pytest
from botocore.exceptions import ClientError

from account import Caller, allow, deny, policy, with_key
from refusal import refusal

ACCOUNT = "123456789012"
KEY = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
INVALID = "400 InvalidAuthorizationMessageException: Message is not valid"


@pytest.fixture(scope="module")
def root() -> Iterator[Caller]:
    given = {"REGENT_ROOT_ACCESS_KEY_ID": KEY[0], "REGENT_ROOT_SECRET_ACCESS_KEY": KEY[1]}
    environment = {name: value for name, value in os.environ.items() if name != "REGENT_DATA"} | given
    command = [os.environ["REGENT"], "serve", "--ephemeral", "--account-id", ACCOUNT, "--encoded-denials"]
    with (
        pytest.MonkeyPatch.context() as patch,
        subprocess.Popen(
            [*command, "--listen", "127.0.0.1:0"], env=environment, stdout=subprocess.PIPE, text=True
        ) as server,
    ):
        try:
            assert server.stdout is not None
            patch.setenv("AWS_ENDPOINT_URL", server.stdout.readline().split()[-1])
            yield Caller(boto3.Session(*KEY))
        finally:
            server.terminate()
            server.communicate()


@pytest.fixture(scope="module")
def ana(root: Caller) -> Caller:
    root.iam.create_user(UserName="ana")
    document = policy(allow("*"), deny("iam:Delete*") | {"Sid": "KeepEverything"})
    root.iam.put_user_policy(UserName="ana", PolicyName="own", PolicyDocument=json.dumps(document))
    return with_key(root.iam.create_access_key(UserName="ana")["AccessKey"])


def encoded(ana: Caller) -> str:
    with pytest.raises(ClientError) as raised:
        ana.iam.delete_user(UserName="bob")
    text, message = raised.value.response["Error"]["Message"].split(". Encoded authorization failure message: ")
    assert text == (
        f"User: arn:aws:iam::{ACCOUNT}:user/ana is not authorized to perform: iam:DeleteUser "
        f"on resource: arn:aws:iam::{ACCOUNT}:user/bob with an explicit deny in an identity-based policy"
    )
    return str(message)


def test_the_message_of_a_denial_is_decoded(root: Caller, ana: Caller) -> None:
    decoded = json.loads(root.sts.decode_authorization_message(EncodedMessage=encoded(ana))["DecodedMessage"])
    assert list(decoded) == ["allowed", "explicitDeny", "matchedStatements", "failures", "context"]
    assert (decoded["allowed"], decoded["explicitDeny"]) == (False, True)
    (statement,) = decoded["matchedStatements"]["items"]
    assert (statement["statementId"], statement["effect"]) == ("KeepEverything", "DENY")
    context = decoded["context"]
    assert context["principal"]["arn"] == f"arn:aws:iam::{ACCOUNT}:user/ana"
    assert context["action"] == "iam:DeleteUser"
    agents = [item["values"] for item in context["conditions"]["items"] if item["key"] == "aws:UserAgent"]
    assert "Boto3" in agents[0]["items"][0]["value"]


def test_what_is_no_message_is_refused(root: Caller, ana: Caller) -> None:
    message = encoded(ana)
    decode = root.sts.decode_authorization_message
    assert refusal(decode, EncodedMessage=message[:-4]) == INVALID
    assert refusal(decode, EncodedMessage=message[:76] + "\n" + message[76:]) == INVALID
    with pytest.raises(root.sts.exceptions.InvalidAuthorizationMessageException):
        decode(EncodedMessage="x")
