"""The app on a phone that shows one-time passwords."""

import totp
from account import Account, User


class Authenticator:
    """A virtual device that belongs to a user.

    A code counts once, and enabling a device takes two. The one that is left without waiting is that of the next
    step: a device may be thirty seconds ahead.
    """

    def __init__(self, account: Account, user: User, name: str) -> None:
        device = account.root.iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
        self.serial: str = device["SerialNumber"]
        seed = device["Base32StringSeed"].decode()
        step = totp.current_step()
        account.root.iam.enable_mfa_device(
            UserName=user.name,
            SerialNumber=self.serial,
            AuthenticationCode1=totp.code(seed, step - 1),
            AuthenticationCode2=totp.code(seed, step),
        )
        self.unused_code = totp.code(seed, step + 1)
