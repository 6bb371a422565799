"""An account, and the principals in it, as clients of boto3."""

import json
import os
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3

# boto3 makes its clients at run time, so there is nothing to name their types by.
Client = Any
Answer = dict[str, Any]


class Caller:
    """Somebody with credentials: clients of STS and IAM that sign with them."""

    def __init__(self, session: boto3.Session) -> None:
        self.session = session

    @cached_property
    def sts(self) -> Client:
        return self.session.client("sts")

    @cached_property
    def iam(self) -> Client:
        return self.session.client("iam")

    @property
    def identity(self) -> Answer:
        identity: Answer = self.sts.get_caller_identity()
        del identity["ResponseMetadata"]
        return identity

    @property
    def arn(self) -> str:
        arn: str = self.identity["Arn"]
        return arn


def with_key(access_key: Answer) -> Caller:
    """The caller that a long-term access key belongs to."""
    return Caller(boto3.Session(access_key["AccessKeyId"], access_key["SecretAccessKey"]))


def with_session(answer: Answer) -> Caller:
    """The caller that temporary credentials belong to, as AssumeRole and its relatives answer them."""
    credentials = answer["Credentials"]
    return Caller(
        boto3.Session(credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"])
    )


@dataclass
class User:
    """An IAM user with one access key."""

    name: str
    key: Answer
    caller: Caller


class Account:
    """An account, with its root user at hand."""

    def __init__(self, profile: str) -> None:
        self.number = os.environ[profile.upper()]
        self.root = Caller(boto3.Session(profile_name=profile))

    def user(self, name: str, *, group: str | None = None, policy: Answer | None = None) -> User:
        self.root.iam.create_user(UserName=name)
        if group:
            self.root.iam.add_user_to_group(UserName=name, GroupName=group)
        if policy:
            self.root.iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(policy))
        key = self.root.iam.create_access_key(UserName=name)["AccessKey"]
        return User(name, key, with_key(key))

    def group(self, name: str, policy: Answer) -> None:
        self.root.iam.create_group(GroupName=name)
        self.root.iam.put_group_policy(GroupName=name, PolicyName="own", PolicyDocument=json.dumps(policy))

    def role(self, name: str, trust: Answer, policy: Answer | None = None) -> str:
        """Makes a role and tells its ARN."""
        created = self.root.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        if policy:
            self.root.iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(policy))
        arn: str = created["Role"]["Arn"]
        return arn


def policy(*statements: Answer) -> Answer:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: str | list[str], resource: str | list[str] = "*") -> Answer:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def deny(action: str | list[str], resource: str | list[str] = "*") -> Answer:
    return {"Effect": "Deny", "Action": action, "Resource": resource}


def trust(principal: str, condition: Answer | None = None) -> Answer:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return policy(statement | ({"Condition": condition} if condition else {}))
