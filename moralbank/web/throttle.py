"""How often something may be asked, counted in memory or in a store that several servers share.

What must hold across restarts (wrong passwords, wrong PINs) is counted in the database; here only
what is asked too fast, by account and address and by address alone.
"""

import logging
from typing import Final

from flask import Flask, request
from flask_limiter import Limiter
from limits.errors import ConfigurationError
from limits.storage import Storage

from moralbank.errors import Invalid
from moralbank.i18n import mark

_log = logging.getLogger(__name__)

SIGN_IN: Final = "10 per minute; 60 per hour"
"""Wrong tries at one name from one address, beyond what the account itself counts."""
ADDRESS: Final = "60 per 10 minutes; 600 per day"
"""Wrong tries from one address, at whatever names: a whole village may share one address."""
CARDS: Final = "60 per 10 minutes; 300 per day"
"""Numbers that are no card's, from one address."""


class BadLimiterUrl(Invalid):
    """`MORALBANK_LIMITER_URL` is no store that limits can be counted in."""

    text = mark("MORALBANK_LIMITER_URL 不对：只支持 memory:// 和 redis://…（要先装 redis 库）")
    code = "bad_limiter_url"


def by_address() -> str:
    """Whoever asks is counted by their address."""
    return request.remote_addr or ""


def by_name() -> str:
    """Whoever tries to sign in is counted by name and address."""
    return f"{request.form.get('name', '').strip()}@{request.remote_addr}"


limiter = Limiter(key_func=by_name, headers_enabled=False)


def install(app: Flask, url: str) -> None:
    """Count for this application, in the store at `url`; raises BadLimiterUrl."""
    app.config.update(RATELIMIT_STORAGE_URI=url, RATELIMIT_SWALLOW_ERRORS=True)
    try:
        limiter.init_app(app)
    except ConfigurationError as error:
        raise BadLimiterUrl from error


def store() -> Storage:
    """Where counts lie that need no database."""
    return limiter.storage


def first_within(key: str, seconds: int) -> bool:
    """Whether this is the first such key within so many seconds; a store that fails says yes."""
    kept = store()
    try:
        return kept.incr(key, seconds) == 1
    except kept.base_exceptions as fault:
        _log.warning("the store of limits fails: %s", type(fault).__name__)
        return True


def is_known(key: str) -> bool:
    """Whether a key was counted and its time is not over; a store that fails says no."""
    kept = store()
    try:
        return kept.get(key) > 0
    except kept.base_exceptions as fault:
        _log.warning("the store of limits fails: %s", type(fault).__name__)
        return False
