"""The hash chain: the canonical form of an event, and the hash that binds it to its past."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

GENESIS: Final = "0" * 64
SHORT: Final = 8
HASHED: Final = ("village_id", "seq", "kind", "at", "actor", "request_id", "reverses", "payload")
"""The columns of an event that its hash covers, as `event_hash` names them."""


def canonical_json(value: Any) -> str:
    """JSON with one spelling only: sorted keys, no spaces, characters as they are."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def event_hash(
    previous: str,
    *,
    village_id: int,
    seq: int,
    kind: str,
    at: datetime,
    actor: int,
    request_id: str | None,
    reverses: int | None,
    payload: str,
    transfers: Sequence[Sequence[Any]],
) -> str:
    """Hash an event onto the one before it (64 hex digits).

    `transfers` are rows of (leg, unit, debit account, credit account, amount, memo,
    reversed seq, reversed leg), in leg order.
    """
    moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    body = canonical_json(
        [village_id, seq, kind, moment, actor, request_id, reverses, payload, transfers]
    )
    return sha256(f"{previous}{body}".encode()).hexdigest()


def printed_mark(seq: int, full_hash: str) -> str:
    """What a sheet carries in small type: the event's number and the short hash."""
    return f"{seq}-{full_hash[:SHORT]}"
