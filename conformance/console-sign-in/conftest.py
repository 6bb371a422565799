"""The two accounts that `conformance/run` made, and what the other suites in Python know of them."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(os.environ["CONFORMANCE"]) / "python"))

from account import Account  # noqa: E402


@pytest.fixture(scope="session")
def production() -> Account:
    return Account("production")


@pytest.fixture(scope="session")
def development() -> Account:
    return Account("development")
