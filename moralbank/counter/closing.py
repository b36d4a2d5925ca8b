"""Closing a shop's day (日结): counted against the books, frozen, opened again with a reason."""

from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.audit import Actor
from moralbank.counter.daybook import DayFigures, close, close_of, figures_by_day
from moralbank.counter.models import DayClose
from moralbank.errors import Invalid, Refused
from moralbank.i18n import mark
from moralbank.ledger.chain import canonical_json
from moralbank.ledger.queries import head_mark
from moralbank.ledger.requests import once
from moralbank.ledger.service import lock, take_number
from moralbank.money import yuan
from moralbank.prepared import Prepared
from moralbank.store.keeping import shop, shop_for

LONGEST_REASON: Final = 80
MOST_SLIPS: Final = 100_000
MOST_FEN: Final = 1_000_000_000
CLOSED: Final = "counter.close"
REOPENED: Final = "counter.reopen"
"""Under these names the trail knows what is done with days."""
_FROZEN: Final = (
    "id",
    "shop_id",
    "day",
    "slips",
    "total_fen",
    "points_used",
    "credit_used",
    "refunds",
    "refunded_fen",
    "points_back",
    "counted_slips",
    "counted_fen",
    "reason",
    "goods",
    "mark",
    "closed_at",
    "closed_by",
)

_closes = DayClose.__table__  # type: ignore[attr-defined]


class DayClosed(Refused):
    """After a shop's day was closed nothing is redeemed or taken back there on that day."""

    text = mark(
        "“%(name)s”%(day)s 已经日结，这一天不能再兑换和退货。要接着办，请会计先把这一天重新打开"
    )
    code = "day_closed"


class DayNotYet(Invalid):
    """Only today and days before it are closed."""

    text = mark("%(day)s 还没有到，不能日结")
    code = "day_not_yet"


class NothingToClose(Refused):
    """A day without slips and refunds needs no closing."""

    text = mark("%(day)s 没有兑换也没有退货，不用日结")
    code = "nothing_to_close"


class ClosedBefore(Refused):
    """The day is closed already."""

    text = mark("%(day)s 已经日结过了（%(by)s，%(at)s）")
    code = "closed_before"


class CountInvalid(Invalid):
    """What was counted is whole slips and fen, from 0 on."""

    text = mark("请填点到的张数和合计金额，例如 12 张、345.50 元")
    code = "count_invalid"


class DifferenceUnexplained(Invalid):
    """What was counted differs from the books, and nobody said why."""

    text = mark(
        "点到的和账上不一样：张数差 %(slips)s 张，金额差 %(yuan)s 元。"
        "请再点一遍，还不一样就写明原因"
    )
    code = "difference_unexplained"


class WhyMissing(Invalid):
    """Opening a closed day again needs a reason."""

    text = mark("请写明为什么要重新打开")
    code = "why_missing"


class ReasonTooLong(Invalid):
    """A reason is at most 80 characters."""

    text = mark("原因太长：最多 80 个字")
    code = "reason_too_long"


class ReopenedBefore(Refused):
    """That closing was undone already."""

    text = mark("%(day)s 的日结已经重新打开过了")
    code = "reopened_before"


_CLOSED: Final = Prepared(
    select(_closes.c.id).where(
        _closes.c.village_id == bindparam("village"),
        _closes.c.shop_id == bindparam("shop"),
        _closes.c.day == bindparam("of"),
        _closes.c.reopened_at.is_(None),
    )
)


def day_figures(session: Session, village_id: int, shop_id: int, day: date) -> DayFigures:
    """What a shop's day came to so far."""
    found = figures_by_day(session, village_id, shop_id=shop_id, first=day, last=day)
    return found.get((shop_id, day), DayFigures())


def require_open(session: Session, village_id: int, shop_id: int, day: date) -> None:
    """Raise DayClosed, which says who may open it again, where the shop's day is closed."""
    if _CLOSED.scalar(session, village=village_id, shop=shop_id, of=day) is not None:
        raise DayClosed(name=shop(session, village_id, shop_id).name, day=day)


def close_day(
    session: Session,
    actor: Actor,
    request_id: str,
    day: date,
    counted_slips: int,
    counted_fen: int,
    reason: str = "",
) -> int:
    """Close a day of the actor's shop; gives the closing's number, which a repetition gets too.

    `counted_slips` paper slips come to `counted_fen`; where that isn't what the books say, a
    `reason` is needed. Raises CountInvalid, ReasonTooLong, DayNotYet, NothingToClose,
    ClosedBefore, DifferenceUnexplained.
    """
    reason = reason.strip()
    _require_valid(day, counted_slips, counted_fen, reason)
    content = [day.isoformat(), counted_slips, counted_fen, reason]

    def perform() -> int:
        shop_id = shop_for(session, actor).id
        _require_not_closed(session, actor.village_id, shop_id, day)
        figures = day_figures(session, actor.village_id, shop_id, day)
        if figures == DayFigures():
            raise NothingToClose(day=day)
        apart = counted_slips - figures.slips, counted_fen - figures.total_fen
        if apart != (0, 0) and not reason:
            raise DifferenceUnexplained(field="reason", slips=apart[0], yuan=yuan(apart[1]))
        counted = {"counted_slips": counted_slips, "counted_fen": counted_fen, "reason": reason}
        return _write(session, actor, shop_id, day, figures, counted)

    return once(session, actor.village_id, request_id, CLOSED, content, perform).result


def reopen_day(session: Session, actor: Actor, close_id: int, why: str) -> None:
    """Undo a closing, so that the shop can go on that day; the closing stays, with who and why.

    Raises WhyMissing, ReasonTooLong, CloseUnknown, ReopenedBefore.
    """
    why = why.strip()
    if not why:
        raise WhyMissing(field="why")
    if len(why) > LONGEST_REASON:
        raise ReasonTooLong(field="why")
    lock(session, actor.village_id)
    closed = close(session, actor.village_id, close_id)
    if closed.reopened_at is not None:
        raise ReopenedBefore(day=closed.day)
    session.connection().execute(
        update(_closes)
        .where(_closes.c.village_id == actor.village_id, _closes.c.id == close_id)
        .values(reopened_at=clock.now(), reopened_by=actor.user_id, reopened_why=why)
    )
    told = {"close": close_id, "shop": closed.shop_id, "why": why}
    audit.record(session, actor, REOPENED, str(closed.day), **told)


def _require_valid(day: date, slips: object, fen: object, reason: str) -> None:
    if type(slips) is not int or not 0 <= slips <= MOST_SLIPS:
        raise CountInvalid(field="counted_slips")
    if type(fen) is not int or not 0 <= fen <= MOST_FEN:
        raise CountInvalid(field="counted_yuan")
    if len(reason) > LONGEST_REASON:
        raise ReasonTooLong(field="reason")
    if day > clock.today():
        raise DayNotYet(field="day", day=day)


def _require_not_closed(session: Session, village_id: int, shop_id: int, day: date) -> None:
    closed = close_of(session, village_id, shop_id, day)
    if closed is not None:
        raise ClosedBefore(day=day, by=closed.closed_by, at=clock.minute(closed.closed_at))


def _write(
    session: Session,
    actor: Actor,
    shop_id: int,
    day: date,
    figures: DayFigures,
    counted: dict[str, Any],
) -> int:
    """Freeze the day; its mark is the books' end at this moment."""
    number = take_number(session, actor.village_id, "day_close")
    sums = {name: value for name, value in vars(figures).items() if name != "goods"}
    row = {
        "village_id": actor.village_id,
        "id": number,
        "shop_id": shop_id,
        "day": day,
        **sums,
        **counted,
        "goods": figures.written,
        "mark": head_mark(session, actor.village_id),
        "closed_at": clock.now(),
        "closed_by": actor.user_id,
        "reopened_why": "",
    }
    session.connection().execute(insert(_closes), row)
    told = {"close": number, "shop": shop_id, **counted, "seal": close_seal(row)}
    audit.record(session, actor, CLOSED, str(day), **told)
    return number


def close_seal(row: Mapping[str, Any]) -> str:
    """What binds a closing to the trail: SHA-256 of its columns as they were written."""
    frozen = [
        clock.minute(row[name]) if name == "closed_at" else str(row[name]) for name in _FROZEN
    ]
    return sha256(canonical_json(frozen).encode()).hexdigest()
