"""The two accounts that `conformance/run` made on the server it started."""

import pytest

from account import Account


@pytest.fixture(scope="session")
def production() -> Account:
    return Account("production")


@pytest.fixture(scope="session")
def development() -> Account:
    return Account("development")
