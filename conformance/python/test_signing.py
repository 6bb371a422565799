"""Signatures as clients make them: wrong keys, wrong clocks, presigned addresses, throttling."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest.mock import patch

import boto3
import pytest
from botocore import UNSIGNED
from botocore.auth import SigV4QueryAuth, get_current_datetime
from botocore.awsrequest import AWSRequest
from botocore.config import Config

from account import Account, Caller
from refusal import refusal


@contextmanager
def clock_off_by(**offset: int) -> Iterator[None]:
    """The clock of the client's machine is wrong."""
    with patch("botocore.auth.get_current_datetime", lambda: get_current_datetime() + timedelta(**offset)):
        yield


def test_unknown_keys_and_wrong_secrets_are_told_apart(production: Account) -> None:
    unknown = Caller(boto3.Session("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"))
    assert refusal(unknown.sts.get_caller_identity) == (
        "403 InvalidClientTokenId: The security token included in the request is invalid."
    )
    key = production.root.session.get_credentials().access_key
    wrong = Caller(boto3.Session(key, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"))
    assert refusal(wrong.sts.get_caller_identity) == (
        "403 SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. "
        "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
    )


def test_without_credentials_there_is_no_answer(production: Account) -> None:
    unsigned = production.root.session.client("sts", config=Config(signature_version=UNSIGNED))
    assert refusal(unsigned.get_caller_identity) == (
        "403 MissingAuthenticationToken: Request is missing Authentication Token"
    )


@pytest.mark.parametrize("minutes", [-14, 14])
def test_a_clock_a_little_wrong_is_no_matter(production: Account, minutes: int) -> None:
    with clock_off_by(minutes=minutes):
        assert production.root.arn == "arn:aws:iam::111122223333:root"


def test_a_wrong_clock_is_named_and_boto3_does_not_correct_it(production: Account) -> None:
    for minutes, words in ((-20, "Signature expired: "), (20, "Signature not yet current: ")):
        with clock_off_by(minutes=minutes):
            refused = refusal(production.root.sts.get_caller_identity)
        assert refused.startswith(f"403 SignatureDoesNotMatch: {words}")
        assert refused.endswith(" - 15 min.)" if minutes < 0 else " + 15 min.)")


def presigned(account: Account, headers: dict[str, str] | None = None) -> AWSRequest:
    credentials = account.root.session.get_credentials()
    address = f"{account.root.sts.meta.endpoint_url}/?Action=GetCallerIdentity&Version=2011-06-15"
    request = AWSRequest("GET", address, headers=headers or {})
    SigV4QueryAuth(credentials, "sts", "us-east-1", expires=60).add_auth(request)
    return request


def fetch(request: AWSRequest, **headers: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(request.url, headers=headers)) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_boto3s_presigned_address_answers_anybody_who_has_it(production: Account) -> None:
    address = production.root.sts.generate_presigned_url("get_caller_identity", HttpMethod="GET")
    with urllib.request.urlopen(address) as answer:
        assert b"<Arn>arn:aws:iam::111122223333:root</Arn>" in answer.read()


def test_a_cluster_token_is_an_address_with_a_signed_name(production: Account) -> None:
    request = presigned(production, {"x-k8s-aws-id": "shop"})
    assert "x-k8s-aws-id" in request.url
    status, body = fetch(request, **{"x-k8s-aws-id": "shop", "Accept": "application/json"})
    answer = json.loads(body)["GetCallerIdentityResponse"]
    assert (status, answer["GetCallerIdentityResult"]["Arn"]) == (200, "arn:aws:iam::111122223333:root")
    assert answer["ResponseMetadata"]["RequestId"]
    for headers in ({"x-k8s-aws-id": "other"}, {}):
        status, body = fetch(request, **headers)
        assert status == 403 and b"<Code>SignatureDoesNotMatch</Code>" in body


def test_a_presigned_address_lasts_fifteen_minutes_whatever_it_says(production: Account) -> None:
    with clock_off_by(minutes=-14):
        in_time = presigned(production)
    with clock_off_by(minutes=-16):
        too_late = presigned(production)
    assert "X-Amz-Expires=60" in in_time.url
    assert fetch(in_time)[0] == 200
    status, body = fetch(too_late)
    assert status == 403 and b"Signature expired: " in body


THROTTLED = b"""<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error>
  <RequestId>00000000-0000-4000-8000-000000000000</RequestId>
</ErrorResponse>"""


def test_a_throttled_call_is_tried_again(production: Account) -> None:
    """Nothing here throttles, so something in between does, once; then it passes requests on."""
    server = production.root.sts.meta.endpoint_url
    refusals = [THROTTLED]

    class Between(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if refusals:
                self.answer(400, refusals.pop())
                return
            with urllib.request.urlopen(urllib.request.Request(server, body, dict(self.headers))) as passed:
                self.answer(passed.status, passed.read())

        def answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Between) as between:
        threading.Thread(target=between.serve_forever, daemon=True).start()
        sts = production.root.session.client("sts", endpoint_url=f"http://127.0.0.1:{between.server_port}")
        answer = sts.get_caller_identity()
        between.shutdown()
    assert answer["Arn"] == "arn:aws:iam::111122223333:root"
    assert answer["ResponseMetadata"]["RetryAttempts"] == 1
