"""Refusals, compared word for word."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError


def refusal(call: Callable[..., Any], **parameters: Any) -> str:
    """Status, code and text of the refusal that the call must end in, on one line."""
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    answer = raised.value.response
    error = answer["Error"]
    return f"{answer['ResponseMetadata']['HTTPStatusCode']} {error['Code']}: {error['Message']}"
