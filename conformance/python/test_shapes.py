"""What an SDK makes of the answers: pages, waiters, dates, documents, lists, classes of errors."""

import json
from datetime import datetime, timezone

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, WaiterError

from account import Account, allow, policy, trust
from refusal import refusal

DOCUMENT = policy(allow(["s3:GetObject", "s3:ListBucket"], ["arn:aws:s3:::app", "arn:aws:s3:::app/a b%3A/*"]))


@pytest.mark.parametrize("page_size", [1, 3, 7, 100])
def test_users_come_in_pages_without_gap_or_repetition(production: Account, page_size: int) -> None:
    iam = production.root.iam
    path = f"/pages-{page_size}/"
    names = [f"page{page_size}-{n:02}" for n in range(7)]
    for name in reversed(names):
        iam.create_user(UserName=name, Path=path)
    pages = iam.get_paginator("list_users").paginate(PathPrefix=path, PaginationConfig={"PageSize": page_size})
    sizes, seen = [], []
    for page in pages:
        sizes.append(len(page["Users"]))
        seen += [user["UserName"] for user in page["Users"]]
        assert page["IsTruncated"] == ("Marker" in page)
    assert seen == names
    assert max(sizes) <= page_size and len(sizes) == -(-len(names) // page_size)


def test_a_paginator_goes_on_from_its_own_token(production: Account) -> None:
    iam = production.root.iam
    for n in range(5):
        iam.create_user(UserName=f"resume-{n}", Path="/resume/")
    pages = iam.get_paginator("list_users")
    first = pages.paginate(PathPrefix="/resume/", PaginationConfig={"MaxItems": 3, "PageSize": 2}).build_full_result()
    rest = pages.paginate(
        PathPrefix="/resume/", PaginationConfig={"StartingToken": first["NextToken"]}
    ).build_full_result()
    names = [user["UserName"] for user in first["Users"] + rest["Users"]]
    assert names == [f"resume-{n}" for n in range(5)]
    assert "NextToken" not in rest


def test_policies_of_aws_and_our_own_come_in_one_listing(production: Account) -> None:
    iam = production.root.iam
    for n in range(3):
        iam.create_policy(PolicyName=f"own-{n}", PolicyDocument=json.dumps(DOCUMENT))
    pages = iam.get_paginator("list_policies")
    by_scope = {
        scope: {policy["Arn"] for page in pages.paginate(Scope=scope) for policy in page["Policies"]}
        for scope in ("All", "AWS", "Local")
    }
    assert by_scope["All"] == by_scope["AWS"] | by_scope["Local"]
    assert "arn:aws:iam::aws:policy/AdministratorAccess" in by_scope["AWS"]
    assert {f"arn:aws:iam::111122223333:policy/own-{n}" for n in range(3)} <= by_scope["Local"]
    assert len(by_scope["AWS"]) > 1000


def test_roles_and_groups_come_in_pages(production: Account) -> None:
    iam = production.root.iam
    for n in range(4):
        iam.create_role(
            RoleName=f"many-{n}", Path="/many/", AssumeRolePolicyDocument=json.dumps(trust(production.number))
        )
        iam.create_group(GroupName=f"many-{n}", Path="/many/")
    for operation, key, name in (("list_roles", "Roles", "RoleName"), ("list_groups", "Groups", "GroupName")):
        pages = iam.get_paginator(operation).paginate(PathPrefix="/many/", PaginationConfig={"PageSize": 3})
        assert [[each[name] for each in page[key]] for page in pages] == [
            ["many-0", "many-1", "many-2"],
            ["many-3"],
        ]


def test_a_marker_is_only_good_for_its_own_listing(production: Account) -> None:
    iam = production.root.iam
    for n in range(2):
        iam.create_user(UserName=f"marker-{n}")
    marker = iam.list_users(MaxItems=1)["Marker"]
    assert refusal(iam.list_groups, Marker=marker) == "400 ValidationError: Invalid Marker."
    assert refusal(iam.list_users, Marker="nonsense") == "400 ValidationError: Invalid Marker."


def test_waiters_end_when_the_thing_is_there(production: Account) -> None:
    iam = production.root.iam
    iam.create_user(UserName="awaited")
    iam.create_role(RoleName="awaited", AssumeRolePolicyDocument=json.dumps(trust(production.number)))
    iam.create_instance_profile(InstanceProfileName="awaited")
    arn = iam.create_policy(PolicyName="awaited", PolicyDocument=json.dumps(DOCUMENT))["Policy"]["Arn"]
    at_once = {"Delay": 1, "MaxAttempts": 1}
    for waiter, parameters in (
        ("user_exists", {"UserName": "awaited"}),
        ("role_exists", {"RoleName": "awaited"}),
        ("instance_profile_exists", {"InstanceProfileName": "awaited"}),
        ("policy_exists", {"PolicyArn": arn}),
    ):
        iam.get_waiter(waiter).wait(WaiterConfig=at_once, **parameters)


def test_a_waiter_takes_a_missing_thing_for_one_to_come(production: Account) -> None:
    iam = production.root.iam
    for waiter, parameters in (
        ("user_exists", {"UserName": "nobody"}),
        ("role_exists", {"RoleName": "nobody"}),
        ("instance_profile_exists", {"InstanceProfileName": "nobody"}),
        ("policy_exists", {"PolicyArn": "arn:aws:iam::111122223333:policy/nobody"}),
    ):
        with pytest.raises(WaiterError, match="Max attempts exceeded"):
            iam.get_waiter(waiter).wait(WaiterConfig={"Delay": 1, "MaxAttempts": 1}, **parameters)


def test_errors_are_the_classes_of_the_model(production: Account) -> None:
    iam = production.root.iam
    iam.create_user(UserName="classes")
    iam.create_group(GroupName="classes")
    iam.add_user_to_group(UserName="classes", GroupName="classes")
    for error, status, call, parameters in (
        (iam.exceptions.NoSuchEntityException, 404, iam.get_user, {"UserName": "nobody"}),
        (iam.exceptions.EntityAlreadyExistsException, 409, iam.create_user, {"UserName": "classes"}),
        (iam.exceptions.DeleteConflictException, 409, iam.delete_user, {"UserName": "classes"}),
        (
            iam.exceptions.MalformedPolicyDocumentException,
            400,
            iam.create_policy,
            {"PolicyName": "bad", "PolicyDocument": "{}"},
        ),
        (
            iam.exceptions.InvalidInputException,
            400,
            iam.put_user_permissions_boundary,
            {"UserName": "classes", "PermissionsBoundary": "arn:aws:iam::111122223333:user/classes"},
        ),
    ):
        with pytest.raises(ClientError) as raised:
            call(**parameters)
        assert type(raised.value) is error
        assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
        assert raised.value.response["Error"]["Type"] == "Sender"


def test_every_answer_carries_an_id_of_its_own(production: Account) -> None:
    iam = production.root.iam
    answers = [iam.list_groups()["ResponseMetadata"] for _ in range(3)]
    with pytest.raises(ClientError) as raised:
        iam.get_user(UserName="nobody")
    answers.append(raised.value.response["ResponseMetadata"])
    assert len({answer["RequestId"] for answer in answers}) == 4
    assert all(answer["HTTPHeaders"]["x-amzn-requestid"] == answer["RequestId"] for answer in answers)


def test_values_out_of_range_are_refused_in_the_words_of_each_service(production: Account) -> None:
    # The SDK checks lengths itself; a server meets those who do not.
    raw = Config(parameter_validation=False)
    iam = production.root.session.client("iam", config=raw)
    sts = production.root.session.client("sts", config=raw)
    assert refusal(iam.create_user, UserName="x" * 65) == (
        "400 ValidationError: 1 validation error detected: Value at 'userName' failed to satisfy constraint: Member "
        "must have length less than or equal to 64"
    )
    assert refusal(iam.create_user, UserName="a b") == (
        "400 ValidationError: The specified value for userName is invalid. It must contain only alphanumeric characters "
        "and/or the following: +=,.@_-"
    )
    assert refusal(sts.get_session_token, DurationSeconds=899) == (
        "400 ValidationError: 1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy "
        "constraint: Member must have value greater than or equal to 900"
    )


def test_dates_are_dates(production: Account) -> None:
    before = datetime.now(timezone.utc).replace(microsecond=0)
    created = production.root.iam.create_user(UserName="dated")["User"]["CreateDate"]
    assert before <= created <= datetime.now(timezone.utc)


def test_documents_are_objects_and_come_back_as_they_were(production: Account) -> None:
    iam = production.root.iam
    document = json.dumps(DOCUMENT, indent=3)
    arn = iam.create_policy(PolicyName="documents", PolicyDocument=document)["Policy"]["Arn"]
    iam.create_user(UserName="documents")
    iam.put_user_policy(UserName="documents", PolicyName="own", PolicyDocument=document)
    iam.create_role(RoleName="documents", AssumeRolePolicyDocument=json.dumps(trust(production.number)))
    assert iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"] == DOCUMENT
    assert iam.get_user_policy(UserName="documents", PolicyName="own")["PolicyDocument"] == DOCUMENT
    role = iam.get_role(RoleName="documents")["Role"]
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Action"] == "sts:AssumeRole"
    assert role["MaxSessionDuration"] == 3600


def test_tags_are_pairs_and_empty_lists_are_lists(production: Account) -> None:
    iam = production.root.iam
    tags = [{"Key": "team", "Value": "Größe+1 = @x"}, {"Key": "empty", "Value": ""}]
    assert iam.create_user(UserName="tagged", Tags=tags)["User"]["Tags"] == tags
    assert sorted(iam.list_user_tags(UserName="tagged")["Tags"], key=lambda tag: tag["Key"]) == tags[::-1]
    iam.untag_user(UserName="tagged", TagKeys=["team", "empty"])
    assert iam.list_user_tags(UserName="tagged")["Tags"] == []
    assert iam.list_access_keys(UserName="tagged")["AccessKeyMetadata"] == []
    assert iam.list_groups_for_user(UserName="tagged")["Groups"] == []


def test_resources_of_boto3_work(production: Account) -> None:
    resource = production.root.session.resource("iam")
    group = resource.create_group(GroupName="resources")
    user = resource.create_user(UserName="resources")
    user.add_group(GroupName="resources")
    assert [member.name for member in group.users.all()] == ["resources"]
    pair = user.create_access_key_pair()
    assert [key.id for key in user.access_keys.all()] == [pair.id]
    pair.delete()
    user.remove_group(GroupName="resources")
    user.delete()
    assert list(group.users.all()) == []
