"""One-time passwords (RFC 6238: SHA-1, six digits, thirty seconds).

As a program: `totp.py SEED OFFSET…` prints the codes of the steps that are so many steps from now, on one line. It looks
at the clock once, so that codes of steps in a row belong to steps in a row.
"""

import base64
import hashlib
import hmac
import sys
import time

STEP_SECONDS = 30


def current_step() -> int:
    return int(time.time()) // STEP_SECONDS


def code(seed: str, step: int) -> str:
    """The code of a time step; the seed is in base32, as authenticator apps take it."""
    digest = hmac.new(base64.b32decode(seed), step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 1_000_000:06}"


if __name__ == "__main__":
    now = current_step()
    print(*(code(sys.argv[1], now + int(offset)) for offset in sys.argv[2:]))
