"""What the operator does: root keys made beside the running server, and a first one that was brought along."""

import json
import os
import subprocess
import time

import boto3
from botocore.exceptions import ClientError

from account import Account, Caller

# For a machine that is busy with other things: who waits that long has failed.
PATIENCE_SECONDS = 60


def regent(*arguments: str) -> str:
    """What the command prints. It finds the store by REGENT_DATA and writes to it beside the running server."""
    command = [os.environ["REGENT"], *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def is_known(caller: Caller) -> bool:
    try:
        return caller.arn == "arn:aws:iam::111122223333:root"
    except ClientError as error:
        assert error.response["Error"]["Code"] == "InvalidClientTokenId"
        return False


def becomes(caller: Caller, known: bool) -> bool:
    """Whether it comes to that: the server looks at the store's log several times a second."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if is_known(caller) == known:
            return True
    return False


def test_root_keys_come_and_go_while_the_server_runs(production: Account) -> None:
    made = json.loads(regent("account", "root-key", production.number, "--json"))
    caller = Caller(boto3.Session(made["accessKeyId"], made["secretAccessKey"]))
    assert becomes(caller, known=True)
    regent("account", "root-key", production.number, "--delete", made["accessKeyId"])
    assert becomes(caller, known=False)
    assert is_known(production.root)


def test_a_server_begins_with_the_account_and_root_key_it_is_given() -> None:
    key = {"id": "AKIAIOSFODNN7EXAMPLE", "secret": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
    given = {"REGENT_ROOT_ACCESS_KEY_ID": key["id"], "REGENT_ROOT_SECRET_ACCESS_KEY": key["secret"]}
    command = [os.environ["REGENT"], "serve", "--ephemeral", "--account-id", "123456789012"]
    environment = {name: value for name, value in os.environ.items() if name != "REGENT_DATA"} | given
    with subprocess.Popen(
        [*command, "--listen", "127.0.0.1:0"], env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            ready = server.stdout.readline()
            session = boto3.Session(key["id"], key["secret"])
            sts = session.client("sts", endpoint_url=ready.split()[-1])
            assert sts.get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:root"
        finally:
            server.terminate()
            greeting, _ = server.communicate()
    assert key["secret"] not in greeting
