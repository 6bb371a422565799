"""The policy simulator, as an SDK and its paginators see it."""

import json

import pytest

from account import Account, allow, policy
from refusal import refusal

ACCOUNT = "111122223333"
HOME = policy(allow(["s3:GetObject"], ["arn:aws:s3:::home/${aws:username}/*"]))


@pytest.fixture(scope="module")
def ana(production: Account) -> str:
    iam = production.root.iam
    arn = iam.create_user(UserName="simulated", Path="/simulation/")["User"]["Arn"]
    iam.put_user_policy(UserName="simulated", PolicyName="home", PolicyDocument=json.dumps(HOME))
    iam.attach_user_policy(UserName="simulated", PolicyArn="arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess")
    return arn


def test_a_principal_is_simulated_with_its_own_policies(production: Account, ana: str) -> None:
    answer = production.root.iam.simulate_principal_policy(
        PolicySourceArn=ana,
        ActionNames=["s3:GetObject"],
        ResourceArns=["arn:aws:s3:::home/simulated/a", "arn:aws:s3:::home/somebody/a"],
    )
    (result,) = answer["EvaluationResults"]
    assert result["EvalDecision"] == "implicitDeny"
    assert result["EvalResourceName"] == "arn:${Partition}:s3:::${BucketName}/${ObjectName}"
    assert result["EvalDecisionDetails"] == {} and result["MissingContextValues"] == []
    mine, other = result["ResourceSpecificResults"]
    assert (mine["EvalResourceDecision"], other["EvalResourceDecision"]) == ("allowed", "implicitDeny")
    (statement,) = mine["MatchedStatements"]
    assert (statement["SourcePolicyId"], statement["SourcePolicyType"]) == ("home", "IAM Policy")
    text = json.dumps(HOME)
    assert statement["StartPosition"] == {"Line": 1, "Column": text.index("[{") + 2}
    assert answer["IsTruncated"] is False


def test_a_policy_is_left_out(production: Account, ana: str) -> None:
    def simulate(**more: object) -> str:
        answer = production.root.iam.simulate_principal_policy(
            PolicySourceArn=ana, ActionNames=["sqs:ListQueues"], **more
        )
        return answer["EvaluationResults"][0]["EvalDecision"]

    assert simulate() == "allowed"
    without = [{"PolicyArn": "arn:aws:iam::aws:policy/AmazonSQS*"}]
    assert simulate(PolicyExclusionList=without) == "implicitDeny"
    assert simulate(PolicyExclusionList=[{"PolicyType": "inline"}]) == "allowed"
    deny = policy({"Effect": "Deny", "Action": "sqs:*", "Resource": "*"})
    assert simulate(PolicyInputList=[json.dumps(deny)]) == "explicitDeny"


def test_policies_of_a_request_are_simulated_page_by_page(production: Account) -> None:
    iam = production.root.iam
    actions = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "sqs:SendMessage", "iam:GetUser"]
    document = policy(allow(["s3:*"], ["*"]))
    pages = iam.get_paginator("simulate_custom_policy").paginate(
        PolicyInputList=[json.dumps(document)],
        ActionNames=actions,
        ContextEntries=[{"ContextKeyName": "aws:SourceIp", "ContextKeyType": "ip", "ContextKeyValues": ["203.0.113.7"]}],
        PaginationConfig={"PageSize": 2},
    )
    results = [result for page in pages for result in page["EvaluationResults"]]
    assert [result["EvalActionName"] for result in results] == actions
    assert [result["EvalDecision"] for result in results] == ["allowed"] * 3 + ["implicitDeny"] * 2


def test_a_resource_policy_of_another_account_has_its_say(production: Account) -> None:
    caller = f"arn:aws:iam::{ACCOUNT}:user/simulation/simulated"
    bucket = policy({"Effect": "Allow", "Principal": {"AWS": caller}, "Action": "s3:GetObject", "Resource": "*"})
    results = production.root.iam.simulate_custom_policy(
        PolicyInputList=[json.dumps(policy(allow(["s3:*"], ["*"])))],
        ActionNames=["s3:GetObject", "s3:PutObject"],
        ResourceArns=["arn:aws:s3:::theirs/a"],
        ResourcePolicy=json.dumps(bucket),
        ResourceOwner="arn:aws:iam::444455556666:root",
        CallerArn=caller,
    )["EvaluationResults"]
    assert [result["EvalDecision"] for result in results] == ["allowed", "implicitDeny"]
    assert results[0]["EvalDecisionDetails"] == {"IAM Policy": "allowed", "Resource Policy": "allowed"}
    assert results[1]["EvalDecisionDetails"] == {"IAM Policy": "allowed", "Resource Policy": "implicitDeny"}


def test_context_keys_are_listed(production: Account, ana: str) -> None:
    iam = production.root.iam
    assert iam.get_context_keys_for_principal_policy(PolicySourceArn=ana)["ContextKeyNames"] == ["aws:username"]
    custom = iam.get_context_keys_for_custom_policy(PolicyInputList=[json.dumps(HOME)])
    assert custom["ContextKeyNames"] == ["aws:username"]


def test_what_cannot_be_simulated_is_refused(production: Account, ana: str) -> None:
    iam = production.root.iam
    document = [json.dumps(HOME)]
    assert refusal(iam.simulate_custom_policy, PolicyInputList=document, ActionNames=["s3:GetObjct"]) == (
        "400 InvalidInput: Invalid Input Actions: [s3:GetObjct] are not valid."
    )
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s"
    assert refusal(iam.simulate_principal_policy, PolicySourceArn=session, ActionNames=["s3:GetObject"]) == (
        f"400 InvalidInput: Invalid Entity Arn: {session} does not clearly define entity type and name."
    )
    nobody = f"arn:aws:iam::{ACCOUNT}:role/nobody"
    assert refusal(iam.get_context_keys_for_principal_policy, PolicySourceArn=nobody) == (
        "404 NoSuchEntity: The role with name nobody cannot be found."
    )
