"""Federated users: a proxy application hands out sessions in names of its own choosing.

There is no S3 here whose bucket policy could name the session, so this goes as far as STS and IAM do.

AWS: IAM User Guide, "Permissions for GetFederationToken".
"""

import json
import random
import string
from datetime import datetime, timedelta, timezone

import pytest

from account import Account, User, allow, policy, with_session
from refusal import refusal

FOR_PROXY = policy(
    allow(["sts:GetFederationToken", "sts:TagSession"], "arn:aws:sts::444455556666:federated-user/*"), allow("iam:*")
)
SESSION_POLICY = json.dumps(policy(allow("*")))


@pytest.fixture(scope="module")
def proxy(development: Account) -> User:
    return development.user("proxy", policy=FOR_PROXY)


def test_a_federated_user_tells_who_it_is(proxy: User) -> None:
    answer = proxy.caller.sts.get_federation_token(Name="Susan", Policy=SESSION_POLICY)
    assert answer["FederatedUser"] == {
        "FederatedUserId": "444455556666:Susan",
        "Arn": "arn:aws:sts::444455556666:federated-user/Susan",
    }
    assert 0 < answer["PackedPolicySize"] < 100
    assert with_session(answer).identity == {
        "UserId": "444455556666:Susan",
        "Account": "444455556666",
        "Arn": "arn:aws:sts::444455556666:federated-user/Susan",
    }


def test_a_federated_user_lasts_twelve_hours_and_one_of_root_an_hour(proxy: User, development: Account) -> None:
    for caller, hours, asked in (
        (proxy.caller, 12, {}),
        (proxy.caller, 36, {"DurationSeconds": 129600}),
        (development.root, 1, {}),
        (development.root, 1, {"DurationSeconds": 129600}),
    ):
        before = datetime.now(timezone.utc).replace(microsecond=0)
        answer = caller.sts.get_federation_token(Name="Susan", **asked)
        after, lasts = datetime.now(timezone.utc), timedelta(hours=hours)
        assert before + lasts <= answer["Credentials"]["Expiration"] <= after + lasts


def test_a_federated_user_is_unknown_to_iam_whatever_it_may(proxy: User) -> None:
    susan = with_session(proxy.caller.sts.get_federation_token(Name="Susan", Policy=SESSION_POLICY))
    assert refusal(susan.iam.list_users) == (
        "403 InvalidClientTokenId: The security token included in the request is invalid"
    )


def test_a_federated_user_calls_nothing_of_sts_but_who_it_is(proxy: User) -> None:
    susan = with_session(proxy.caller.sts.get_federation_token(Name="Susan", Policy=SESSION_POLICY))
    role = {"RoleArn": "arn:aws:iam::444455556666:role/any", "RoleSessionName": "Susan"}
    for operation, call, parameters in (
        ("GetSessionToken", susan.sts.get_session_token, {}),
        ("GetFederationToken", susan.sts.get_federation_token, {"Name": "Eve"}),
        ("AssumeRole", susan.sts.assume_role, role),
    ):
        assert refusal(call, **parameters) == f"403 AccessDenied: Cannot call {operation} with session credentials"


def test_without_a_session_policy_nothing_is_packed(proxy: User) -> None:
    assert proxy.caller.sts.get_federation_token(Name="Susan")["PackedPolicySize"] == 0


def test_only_names_that_the_proxy_may_use_are_given(development: Account) -> None:
    only_susan = policy(allow("sts:GetFederationToken", "arn:aws:sts::444455556666:federated-user/Susan"))
    strict = development.user("strict-proxy", policy=only_susan).caller
    strict.sts.get_federation_token(Name="Susan")
    assert refusal(strict.sts.get_federation_token, Name="Eve") == (
        "403 AccessDenied: User: arn:aws:iam::444455556666:user/strict-proxy is not authorized to perform: "
        "sts:GetFederationToken on resource: arn:aws:sts::444455556666:federated-user/Eve because no identity-based "
        "policy allows the sts:GetFederationToken action"
    )


def test_a_session_policy_is_checked_before_it_is_taken(proxy: User) -> None:
    take = proxy.caller.sts.get_federation_token
    refused = refusal(take, Name="Susan", Policy='{"Version": "2012-10-17", "Statement": }')
    assert refused.startswith("400 MalformedPolicyDocument: ")
    assert refusal(take, Name="Susan", Policy='{"Version": "2008-10-17", "Statement": []}').startswith(
        "400 MalformedPolicyDocument: "
    )
    # Chance does not pack: fifty values of 256 random letters cannot fit.
    chance = random.Random(1)
    tags = [{"Key": f"tag{n}", "Value": "".join(chance.choices(string.ascii_letters, k=256))} for n in range(50)]
    refused = refusal(take, Name="Susan", Tags=tags)
    assert refused.startswith("400 PackedPolicyTooLarge: Packed policy consumes ")
    assert refused.endswith("% of allotted space, please use smaller policy.")


def test_a_session_of_a_user_without_mfa_is_unknown_to_iam(proxy: User) -> None:
    session = with_session(proxy.caller.sts.get_session_token())
    assert session.arn == "arn:aws:iam::444455556666:user/proxy"
    assert refusal(session.iam.get_user) == (
        "403 InvalidClientTokenId: The security token included in the request is invalid"
    )
