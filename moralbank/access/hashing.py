"""Keeping secrets that people type: passwords, and PINs of cards. Argon2id, as RFC 9106 advises."""

from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

_hasher: Final = PasswordHasher()


def hashed(secret: str) -> str:
    """What is kept of a secret; the same one gives another hash each time."""
    return _hasher.hash(secret)


def matches(kept: str, secret: str) -> bool:
    """Whether this is the secret that was kept; takes as long either way."""
    try:
        return _hasher.verify(kept, secret)
    except (VerifyMismatchError, InvalidHashError):
        return False
