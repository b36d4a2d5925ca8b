"""The exchange rate: fen of store credit for one point. Setting it is an event."""

from datetime import date

from sqlalchemy import insert
from sqlmodel import Session

from moralbank import clock
from moralbank.errors import Invalid
from moralbank.i18n import mark
from moralbank.ledger.models import EventKind, Rate
from moralbank.ledger.service import Posted, post

_rates = Rate.__table__  # type: ignore[attr-defined]


class RateInvalid(Invalid):
    """A rate is 1 to 10,000 fen a point, and not from a past day."""

    text = mark("兑换比例不对：每分 0.01 到 100 元，且不能从过去的日子算起")
    code = "rate_invalid"


def set_rate(
    session: Session,
    village_id: int,
    fen_per_point: int,
    valid_from: date,
    *,
    actor: int,
    resolution: str,
    request_id: str | None = None,
) -> Posted:
    """Let one point be worth `fen_per_point` fen of store credit from a day on.

    Raises RateInvalid. What was exchanged before keeps its rate.
    """
    if not 1 <= fen_per_point <= 10_000 or valid_from < clock.today():  # noqa: PLR2004
        raise RateInvalid(field="fen_per_point")
    posted = post(
        session,
        village_id,
        EventKind.SET_RATE,
        [],
        actor=actor,
        request_id=request_id,
        payload={
            "fen_per_point": fen_per_point,
            "valid_from": valid_from.isoformat(),
            "resolution": resolution,
        },
    )
    session.connection().execute(
        insert(_rates),
        {
            "village_id": village_id,
            "seq": posted.seq,
            "fen_per_point": fen_per_point,
            "valid_from": valid_from,
        },
    )
    return posted
