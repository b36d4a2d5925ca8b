"""Browsers in which somebody signed in before, known again by a signed cookie.

Wrong tries shut an account for everybody, so whoever knows a name could keep its owner out with one
try an hour. A browser that holds its owner's mark is therefore answered all the same (OWASP, "Slow
Down Online Guessing Attacks with Device Cookies"). Its wrong tries count for it alone, and after
five its mark is nothing any more: a stolen one is worth five guesses. Only a right sign-in, second
factor included, makes a new mark.

A mark names the account's `session_epoch`, not its password's hash: the epoch grows with every
change of password, part or second factor, when the account is disabled, and when its owner ends all
other sessions, which is what is done about a lost phone; and nothing made of a password goes out.

The tries of a browser are no column: they lie where the limits of requests are counted, in memory
or in the store that several servers share.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Final, Self

from itsdangerous import BadSignature, URLSafeTimedSerializer
from limits.storage import Storage

from moralbank.access.models import User

LIFE: Final = timedelta(days=180)
"""So long a browser is known after the last right sign-in in it."""
OWN_TRIES: Final = 5
"""So many wrong ones in all are answered to one mark."""

_SALT: Final = "moralbank known device"


@dataclass(frozen=True)
class KnownDevice:
    """A browser, and the account as it was when its user signed in; `mark` is random."""

    village_id: int
    user_id: int
    epoch: int
    mark: str

    @classmethod
    def of(cls, user: User, mark: str = "") -> Self:
        """This user's browser of this mark; without one a new mark is drawn."""
        return cls(user.village_id, user.id, user.session_epoch, mark or secrets.token_hex(16))

    @classmethod
    def read(cls, signed: str, key: bytes) -> Self | None:
        """What was signed with this key within the last 180 days, or nothing."""
        try:
            parts = _signer(key).loads(signed, max_age=int(LIFE.total_seconds()))
        except BadSignature:  # forged, cut short, of another key, too old
            return None
        return cls(*parts)

    def signed(self, key: bytes) -> str:
        """The words of the cookie."""
        return str(_signer(key).dumps([self.village_id, self.user_id, self.epoch, self.mark]))

    def is_of(self, user: User) -> bool:
        """Whether it belongs to this account, and the account did not change since."""
        return self == KnownDevice.of(user, self.mark)


@dataclass(frozen=True)
class KnownDevices:
    """What a request's browser holds (on a shared computer several), and where tries are counted.

    Asked and counted while the account's row is held, so that tries side by side are no more.
    """

    held: tuple[KnownDevice, ...]
    storage: Storage

    def may_try(self, user: User) -> bool:
        """Whether this browser is this user's, and was wrong less than five times."""
        return self._own(user) is not None

    def count_wrong(self, user: User) -> int:
        """Count a wrong try; how many there are now, 0 where it doesn't count for the browser."""
        own = self._own(user)
        if own is None:
            return 0
        try:
            return self.storage.incr(_tries(own.mark), int(LIFE.total_seconds()))
        except self._faults():
            return 0

    def _own(self, user: User) -> KnownDevice | None:
        return next((one for one in self.held if one.is_of(user) and self._open(one)), None)

    def _open(self, one: KnownDevice) -> bool:
        try:
            return self.storage.get(_tries(one.mark)) < OWN_TRIES
        except self._faults():  # nobody knows how often it was wrong
            return False

    def _faults(self) -> tuple[type[Exception], ...]:
        faults = self.storage.base_exceptions
        return faults if isinstance(faults, tuple) else (faults,)


def read_all(signed: Iterable[str], key: bytes) -> tuple[KnownDevice, ...]:
    """All that were signed with this key and are not too old."""
    found = (KnownDevice.read(words, key) for words in signed)
    return tuple(one for one in found if one is not None)


def _tries(mark: str) -> str:
    return f"device/{mark}/tries"


def _signer(key: bytes) -> URLSafeTimedSerializer:
    signing = {"digest_method": sha256, "key_derivation": "hmac"}
    return URLSafeTimedSerializer(key, salt=_SALT, signer_kwargs=signing)
