"""Wrong tries at names that nobody has.

They are counted as an account's are, so that no answer tells which names exist. They belong to no
village, so they are not rows: the counters lie where the limits of requests are counted, in memory
or in the store that several servers share. A store that fails counts nothing and shuts nobody out.
"""

import logging
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from limits.storage import Storage

from moralbank import clock
from moralbank.access.signing_in import WrongSignIn, shut, still_shut, wait_after
from moralbank.errors import MoralbankError

_log = logging.getLogger(__name__)

KEPT: Final = int(timedelta(days=30).total_seconds())
"""So many seconds a count is kept behind its last try."""


def require_open(storage: Storage, name: str) -> None:
    """Raise TooManyTries while nothing is answered at this name, as at an account's."""
    try:
        kept = storage.get(_key(name, "until"))
    except storage.base_exceptions as fault:
        _warn(fault)
        return
    until = still_shut(datetime.fromtimestamp(kept, UTC))
    if until is not None:
        raise shut(until)


def wrong(storage: Storage, name: str) -> MoralbankError:
    """Count a try at a name that nobody has; gives back the refusal to raise."""
    try:
        wait = wait_after(storage.incr(_key(name, "tries"), KEPT))
        if not wait:
            return WrongSignIn()
        until = clock.now() + wait
        storage.clear(_key(name, "until"))
        storage.incr(_key(name, "until"), KEPT, int(until.timestamp()))
    except storage.base_exceptions as fault:
        _warn(fault)
        return WrongSignIn()
    return shut(until)


def _warn(fault: Exception) -> None:
    _log.warning("the store of limits fails: %s", type(fault).__name__)


def _key(name: str, what: str) -> str:
    """Names may be anything, even a password typed into the wrong box: only a hash is kept."""
    return f"stranger/{sha256(name.strip().encode()).hexdigest()}/{what}"
