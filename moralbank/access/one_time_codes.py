"""Six digits that change every 30 seconds (TOTP, RFC 6238), as any authenticator app shows them."""

import hmac
from datetime import datetime
from typing import Final

import pyotp

DIGITS: Final = 6
PERIOD: Final = 30
TOLERANCE: Final = 1
"""So many steps to either side are taken, as a phone's clock may be off by half a minute."""


def new_secret() -> str:
    """160 random bits in base32, as RFC 4226 recommends: 32 letters."""
    return pyotp.random_base32()


def grouped(secret: str) -> str:
    """A secret to be typed into a phone, four letters at a time."""
    return " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))


def address(secret: str, name: str, issuer: str) -> str:
    """What the QR code holds that an authenticator app reads: an otpauth:// address."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def fitting_step(secret: str, code: str, now: datetime, *, after: int | None) -> int | None:
    """The time step whose digits these are, one not used yet (`after` was the last); else None.

    All steps that may fit are compared, each in constant time.
    """
    typed = "".join(code.split())
    totp = pyotp.TOTP(secret, digits=DIGITS, interval=PERIOD)
    present, found = totp.timecode(now), None
    for step in range(present - TOLERANCE, present + TOLERANCE + 1):
        fits = hmac.compare_digest(totp.generate_otp(step).encode(), typed.encode())
        if fits and (after is None or step > after):
            found = step
    return found
