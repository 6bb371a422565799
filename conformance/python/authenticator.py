"""The app on a phone that shows one-time passwords (RFC 6238: SHA-1, six digits, thirty seconds)."""

import base64
import hashlib
import hmac
import time

from account import Account, User

STEP_SECONDS = 30


def code(seed: bytes, step: int) -> str:
    digest = hmac.new(seed, step.to_bytes(8), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFF_FFFF
    return f"{number % 1_000_000:06}"


class Authenticator:
    """A virtual device that belongs to a user.

    A code counts once, and enabling a device takes two. The one that is left without waiting is that of the next
    step: a device may be thirty seconds ahead.
    """

    def __init__(self, account: Account, user: User, name: str) -> None:
        device = account.root.iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
        self.serial: str = device["SerialNumber"]
        self.seed = base64.b32decode(device["Base32StringSeed"])
        step = int(time.time()) // STEP_SECONDS
        account.root.iam.enable_mfa_device(
            UserName=user.name,
            SerialNumber=self.serial,
            AuthenticationCode1=code(self.seed, step - 1),
            AuthenticationCode2=code(self.seed, step),
        )
        self.unused_code = code(self.seed, step + 1)
