"""Request ids of forms: sending a form twice counts once (see `ledger.requests`)."""

import secrets

from flask import request

from moralbank.errors import MoralbankError, Unavailable


def sent_request_id() -> str:
    """The id that came with the form; services refuse one that is none."""
    return request.form.get("request_id", "")


def next_request_id(refusal: MoralbankError | None = None) -> str:
    """The id for the form that is shown now: a new one, as a refused one stays refused.

    Where the database broke off nobody knows whether the act was kept. Then the form carries the
    id that was sent, so that sending it again can't do the same twice.
    """
    if isinstance(refusal, Unavailable) and sent_request_id():
        return sent_request_id()
    return secrets.token_hex(16)
