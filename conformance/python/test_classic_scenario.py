"""The classic scenario: developers of one account update an application in another.

The production account has a role, UpdateAPP, that trusts the development account, asks for an external id and for
MFA. Developers may take the role, testers may not. The application is what stands under `/app/`: there is no S3
here, so it is a role whose tags are read and changed.

AWS: IAM User Guide, "IAM tutorial: Delegate access across AWS accounts using IAM roles".
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import pytest

from account import Account, Caller, User, allow, deny, policy, trust, with_session
from authenticator import Authenticator
from refusal import refusal

EXTERNAL_ID = "acme-42"
APP = "arn:aws:iam::111122223333:role/app/shop"
UPDATE_APP = "arn:aws:iam::111122223333:role/UpdateAPP"
RELEASE_APP = "arn:aws:iam::111122223333:role/ReleaseAPP"


@dataclass
class Scenario:
    production: Account
    development: Account
    developer: User
    tester: User
    visitor: User

    def phone(self, name: str) -> Authenticator:
        """One more device of the developer, with a code to use."""
        return Authenticator(self.development, self.developer, name)

    def update_app(self, phone_name: str, **parameters: str | int) -> Caller:
        """The developer's session of UpdateAPP."""
        phone = self.phone(phone_name)
        answer = self.developer.caller.sts.assume_role(
            RoleArn=UPDATE_APP,
            RoleSessionName="Ana",
            ExternalId=EXTERNAL_ID,
            SerialNumber=phone.serial,
            TokenCode=phone.unused_code,
            **parameters,
        )
        return with_session(answer)


@pytest.fixture(scope="module")
def scenario(production: Account, development: Account) -> Scenario:
    production.root.iam.create_role(
        RoleName="shop", Path="/app/", AssumeRolePolicyDocument=json.dumps(trust(production.number))
    )
    conditions = {
        "StringEquals": {"sts:ExternalId": EXTERNAL_ID},
        "Bool": {"aws:MultiFactorAuthPresent": "true"},
    }
    use_app = policy(
        allow(["iam:ListRoleTags", "iam:TagRole"], "arn:aws:iam::111122223333:role/app/*"),
        allow("sts:AssumeRole", RELEASE_APP),
    )
    production.role("UpdateAPP", trust("arn:aws:iam::444455556666:root", conditions), use_app)
    production.role("ReleaseAPP", trust(UPDATE_APP))
    development.group("Developers", policy(allow("sts:AssumeRole", UPDATE_APP)))
    development.group("Testers", policy(allow("*"), deny("sts:AssumeRole", UPDATE_APP)))
    return Scenario(
        production,
        development,
        developer=development.user("Ana", group="Developers"),
        tester=development.user("Eva", group="Testers"),
        visitor=development.user("Lua"),
    )


def assume(caller: Caller, **parameters: str | int) -> str:
    """How the caller's attempt at UpdateAPP is refused."""
    return refusal(caller.sts.assume_role, RoleArn=UPDATE_APP, RoleSessionName="try", **parameters)


def not_authorized(user: str, reason: str = "") -> str:
    return (
        f"403 AccessDenied: User: arn:aws:iam::444455556666:user/{user} is not authorized to perform: "
        f"sts:AssumeRole on resource: {UPDATE_APP}{reason}"
    )


def test_a_developer_updates_the_application(scenario: Scenario) -> None:
    session = scenario.update_app("update")
    assert session.arn == "arn:aws:sts::111122223333:assumed-role/UpdateAPP/Ana"
    session.iam.tag_role(RoleName="shop", Tags=[{"Key": "release", "Value": "2"}])
    assert session.iam.list_role_tags(RoleName="shop")["Tags"] == [{"Key": "release", "Value": "2"}]


def test_a_session_tells_who_it_is_and_lasts_an_hour(scenario: Scenario) -> None:
    phone = scenario.phone("identity")
    before = datetime.now(timezone.utc).replace(microsecond=0)
    answer = scenario.developer.caller.sts.assume_role(
        RoleArn=UPDATE_APP,
        RoleSessionName="Ana",
        ExternalId=EXTERNAL_ID,
        SerialNumber=phone.serial,
        TokenCode=phone.unused_code,
    )
    after = datetime.now(timezone.utc)
    role_id = scenario.production.root.iam.get_role(RoleName="UpdateAPP")["Role"]["RoleId"]
    assert answer["AssumedRoleUser"] == {
        "AssumedRoleId": f"{role_id}:Ana",
        "Arn": "arn:aws:sts::111122223333:assumed-role/UpdateAPP/Ana",
    }
    assert with_session(answer).identity == {
        "UserId": f"{role_id}:Ana",
        "Account": "111122223333",
        "Arn": "arn:aws:sts::111122223333:assumed-role/UpdateAPP/Ana",
    }
    ends = answer["Credentials"]["Expiration"]
    assert before + timedelta(hours=1) <= ends <= after + timedelta(hours=1)
    assert "PackedPolicySize" not in answer


def test_external_id_and_mfa_are_both_needed(scenario: Scenario) -> None:
    ana = scenario.developer.caller
    assert assume(ana) == not_authorized("Ana")
    assert assume(ana, ExternalId=EXTERNAL_ID) == not_authorized("Ana")
    phone = scenario.phone("alone")
    code = {"SerialNumber": phone.serial, "TokenCode": phone.unused_code}
    assert assume(ana, ExternalId="acme-43", **code) == not_authorized("Ana")


def test_a_tester_is_denied_and_a_visitor_not_allowed(scenario: Scenario) -> None:
    denied = " with an explicit deny in an identity-based policy"
    assert assume(scenario.tester.caller, ExternalId=EXTERNAL_ID) == not_authorized("Eva", denied)
    missing = " because no identity-based policy allows the sts:AssumeRole action"
    assert assume(scenario.visitor.caller, ExternalId=EXTERNAL_ID) == not_authorized("Lua", missing)


def test_a_role_that_does_not_exist_is_refused_like_one_that_says_no(scenario: Scenario) -> None:
    scenario.production.role("Closed", trust("111122223333"))
    closed, missing = (
        refusal(
            scenario.tester.caller.sts.assume_role,
            RoleArn=f"arn:aws:iam::111122223333:role/{name}",
            RoleSessionName="try",
        ).replace(name, "ROLE")
        for name in ("Closed", "Missing")
    )
    assert closed == missing


def test_the_root_user_assumes_no_role(scenario: Scenario) -> None:
    refused = assume(scenario.development.root, ExternalId=EXTERNAL_ID)
    assert refused == "403 AccessDenied: Roles may not be assumed by root accounts."


def test_one_time_passwords_are_checked(scenario: Scenario) -> None:
    ana = scenario.developer.caller
    phone = scenario.phone("wrong")
    wrong = f"{(int(phone.unused_code) + 1) % 1_000_000:06}"
    of_eva = Authenticator(scenario.development, scenario.tester, "eva")
    unable = (
        "403 AccessDenied: MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA "
        "serial number is valid and associated with this user."
    )
    invalid = "403 AccessDenied: MultiFactorAuthentication failed with invalid MFA one time pass code."
    assert assume(ana, SerialNumber=of_eva.serial, TokenCode=of_eva.unused_code) == unable
    assert assume(ana, SerialNumber=f"{phone.serial}x", TokenCode=phone.unused_code) == unable
    assert assume(ana, SerialNumber=phone.serial, TokenCode=wrong) == invalid
    assert assume(ana, SerialNumber=phone.serial) == (
        "403 AccessDenied: MultiFactorAuthentication failed, must provide both MFA serial number and one time pass "
        "code."
    )
    right = {"SerialNumber": phone.serial, "TokenCode": phone.unused_code}
    ana.sts.assume_role(RoleArn=UPDATE_APP, RoleSessionName="Ana", ExternalId=EXTERNAL_ID, **right)
    assert assume(ana, ExternalId=EXTERNAL_ID, **right) == invalid, "a code counts once"


def test_mfa_of_a_session_token_counts_for_roles_too(scenario: Scenario) -> None:
    phone = scenario.phone("token")
    ana = scenario.developer.caller
    answer = ana.sts.get_session_token(SerialNumber=phone.serial, TokenCode=phone.unused_code)
    session = with_session(answer)
    assert session.arn == "arn:aws:iam::444455556666:user/Ana"
    assumed = session.sts.assume_role(RoleArn=UPDATE_APP, RoleSessionName="Ana", ExternalId=EXTERNAL_ID)
    assert with_session(assumed).arn.endswith(":assumed-role/UpdateAPP/Ana")


def test_a_session_policy_narrows_and_never_widens(scenario: Scenario) -> None:
    narrow = policy(allow(["iam:ListRoleTags", "iam:ListUsers"]))
    session = scenario.update_app("narrow", Policy=json.dumps(narrow))
    session.iam.list_role_tags(RoleName="shop")
    me = "User: arn:aws:sts::111122223333:assumed-role/UpdateAPP/Ana is not authorized to perform:"
    assert refusal(session.iam.tag_role, RoleName="shop", Tags=[{"Key": "release", "Value": "3"}]) == (
        f"403 AccessDenied: {me} iam:TagRole on resource: {APP} because no session policy allows the iam:TagRole "
        "action"
    )
    assert refusal(session.iam.list_users) == (
        f"403 AccessDenied: {me} iam:ListUsers on resource: arn:aws:iam::111122223333:user/ because no "
        "identity-based policy allows the iam:ListUsers action"
    )


def test_role_chaining_is_cut_at_an_hour(scenario: Scenario) -> None:
    scenario.production.root.iam.update_role(RoleName="ReleaseAPP", MaxSessionDuration=43200)
    session = scenario.update_app("chain")
    chained = {"RoleArn": RELEASE_APP, "RoleSessionName": "Ana"}
    assert refusal(session.sts.assume_role, DurationSeconds=3601, **chained) == (
        "400 ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by "
        "role chaining."
    )
    released = session.sts.assume_role(DurationSeconds=3600, **chained)
    assert with_session(released).arn == "arn:aws:sts::111122223333:assumed-role/ReleaseAPP/Ana"


def test_no_session_outlives_the_limit_of_its_role(scenario: Scenario) -> None:
    phone = scenario.phone("long")
    code = {"SerialNumber": phone.serial, "TokenCode": phone.unused_code}
    assert assume(scenario.developer.caller, ExternalId=EXTERNAL_ID, DurationSeconds=3601, **code) == (
        "400 ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    )


def test_a_disabled_key_stops_at_once(scenario: Scenario) -> None:
    user = scenario.development.user("Mia")
    key = {"UserName": "Mia", "AccessKeyId": user.key["AccessKeyId"]}
    assert user.caller.arn.endswith(":user/Mia")
    for status, stops in (("Inactive", True), ("Active", False), ("Inactive", True)):
        scenario.development.root.iam.update_access_key(Status=status, **key)
        if stops:
            assert refusal(user.caller.sts.get_caller_identity) == (
                "403 InvalidClientTokenId: The security token included in the request is invalid."
            )
        else:
            assert user.caller.arn.endswith(":user/Mia")


def test_what_a_group_gives_is_gone_with_the_membership(scenario: Scenario) -> None:
    root = scenario.development.root
    user = scenario.development.user("Ida", group="Developers")
    assert assume(user.caller) == not_authorized("Ida"), "the trust policy's conditions do not hold"
    root.iam.remove_user_from_group(UserName="Ida", GroupName="Developers")
    missing = " because no identity-based policy allows the sts:AssumeRole action"
    assert assume(user.caller) == not_authorized("Ida", missing)


def test_a_role_made_again_under_its_name_is_another_role(scenario: Scenario) -> None:
    number = scenario.development.number
    arn = scenario.development.role("Fleeting", trust(number))
    user = scenario.development.user("Pia", policy=policy(allow("sts:AssumeRole", arn)))
    session = with_session(user.caller.sts.assume_role(RoleArn=arn, RoleSessionName="Pia"))
    assert session.arn.endswith(":assumed-role/Fleeting/Pia")
    scenario.development.root.iam.delete_role(RoleName="Fleeting")
    scenario.development.role("Fleeting", trust(number))
    assert refusal(session.sts.get_caller_identity) == (
        "403 InvalidClientTokenId: The security token included in the request is invalid"
    )
