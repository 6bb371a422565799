"""What a secret looks like when a careless writer has put it somewhere."""

import base64
import json
import re
from urllib.parse import quote, quote_plus


def forms(secret: str | bytes) -> set[bytes]:
    """The secret as it is, in a URL, in a URL inside of a URL, in JSON, in hexadecimal, and in base64 wherever it begins."""
    raw = secret if isinstance(secret, bytes) else secret.encode()
    found = {raw, raw.hex().encode(), raw.hex().upper().encode()}
    found |= {piece for before in range(3) for piece in in_base64(raw, before)}
    if isinstance(secret, str):
        encoded = {quote(secret, safe=""), quote(secret), quote_plus(secret), json.dumps(secret)[1:-1]}
        encoded |= {re.sub("%..", lambda found: found[0].lower(), one) for one in encoded}
        encoded |= {quote(one, safe="") for one in encoded}
        found |= {one.encode() for one in encoded}
    return found


def in_base64(raw: bytes, before: int) -> list[bytes]:
    """What is the same of the secret in base64 whatever stands around it, after so many bytes beyond a multiple of three."""
    whole = (before + len(raw)) * 8 // 6
    partial = -(-before * 8 // 6)
    padded = bytes(before) + raw
    return [encode(padded)[partial:whole] for encode in (base64.b64encode, base64.urlsafe_b64encode)]


def has_code(code: str, text: bytes) -> bool:
    """Whether a one-time password stands in a text by itself. Six digits occur in every fraction of a second."""
    before, after = rb"(?<!\w)(?<!\d[.:])", rb"(?!\w|[.:]\d)"
    return re.search(before + code.encode() + after, text) is not None
