"""Hanging what was approved, and posting it when its last day is over."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.audit import Actor
from moralbank.awards import posting
from moralbank.errors import Invalid, Refused
from moralbank.i18n import _, in_the_villages_language, mark
from moralbank.ledger.queries import head_mark, require_clock
from moralbank.ledger.requests import once
from moralbank.ledger.service import lock, take_number
from moralbank.notices.freezing import (
    digest_of,
    frozen_corrections,
    frozen_households,
    frozen_lines,
)
from moralbank.notices.hanging import NoticeUnknown, closing_id
from moralbank.notices.models import (
    Notice,
    NoticeCorrection,
    NoticeHousehold,
    NoticeLine,
    NoticeState,
)
from moralbank.notices.queries import DueNotice, due_notices, next_in_year
from moralbank.villages.calendar import nth_day
from moralbank.villages.queries import settings_of, village_info
from moralbank.villages.settings import NOTICE_DAYS

_log = logging.getLogger(__name__)
_notices = Notice.__table__  # type: ignore[attr-defined]
_lines = NoticeLine.__table__  # type: ignore[attr-defined]
_households = NoticeHousehold.__table__  # type: ignore[attr-defined]
_corrections = NoticeCorrection.__table__  # type: ignore[attr-defined]

LONGEST_TITLE: Final = 60
MOST_DAYS: Final = 30
FARTHEST_DAYS: Final = 30
"""A notice begins at most so many days from today."""


class NothingToHang(Invalid):
    """A notice has at least one deed or one correction."""

    text = mark("还没有选要公示的记录，也没有要更正的")
    code = "nothing_to_hang"


class TitleInvalid(Invalid):
    """A title has at most 60 characters."""

    text = mark("标题太长：最多 60 个字")
    code = "title_invalid"


class FirstDayInvalid(Invalid):
    """A notice begins today or within the next 30 days: what is past can't hang any more."""

    text = mark("公示从今天起，或从今后 30 天内的一天起，不能从 %(day)s 起")
    code = "first_day_invalid"


class DaysInvalid(Invalid):
    """A notice hangs at least as long as the village has set, and 30 days at most."""

    text = mark("公示天数须是 %(least)s 到 30：本村定的是至少 %(least)s 天，可以更长，不能更短")
    code = "notice_days_invalid"


class NotOverYet(Refused):
    """A notice is posted when its last day is over, not before."""

    text = mark("第 %(id)s 期公示到 %(day)s 为止，还没有到期")
    code = "not_over_yet"


@dataclass(frozen=True)
class Days:
    """First and last day of a notice, both included."""

    first: date
    last: date


def open_notice(
    session: Session,
    actor: Actor,
    request_id: str,
    award_ids: Sequence[int],
    *,
    first_day: date | None = None,
    days: int | None = None,
    title: str = "",
) -> int:
    """Hang approved deeds, and the corrections that no notice has named yet; gives its number.

    From today and for as long as the village has set, or later and longer. Raises NothingToHang,
    TitleInvalid, FirstDayInvalid, DaysInvalid, and what `posting.put_on_notice` raises.
    """
    ids = sorted(set(award_ids))
    title = title.strip()
    if len(title) > LONGEST_TITLE:
        raise TitleInvalid(field="title")

    def perform() -> int:
        hangs = days_of(session, actor.village_id, first_day, days)
        return _hang(session, actor, ids, hangs, title)

    content = {"awards": ids, "first_day": str(first_day), "days": days, "title": title}
    return once(session, actor.village_id, request_id, "notices.open", content, perform).result


def days_of(
    session: Session, village_id: int, first_day: date | None = None, days: int | None = None
) -> Days:
    """From when to when a notice would hang. Raises FirstDayInvalid, DaysInvalid."""
    settings, today = settings_of(session, village_id), clock.today()
    first = first_day or today
    if not today <= first <= today + timedelta(days=FARTHEST_DAYS):
        raise FirstDayInvalid(field="first_day", day=first.isoformat())
    # A village without days of notice may still have deeds from the time when it had some.
    least = max(1, int(settings[NOTICE_DAYS]))
    asked = least if days is None else days
    if not least <= asked <= MOST_DAYS:
        raise DaysInvalid(field="days", least=least)
    return Days(first, nth_day(first, asked, settings))


def usual_title(session: Session, village_id: int, first_day: date) -> str:
    """What a notice is called unless somebody says otherwise: "…公示（2026年第3期）".

    In the village's language, as it will hang.
    """
    words = {
        "village": village_info(session, village_id).name,
        "year": first_day.year,
        "n": next_in_year(session, village_id, first_day.year),
    }
    with in_the_villages_language():
        title = _("%(village)s道德银行积分公示（%(year)s年第%(n)s期）", **words)
    return title[:LONGEST_TITLE]


def close(session: Session, actor: Actor, notice_id: int, *, today: date | None = None) -> bool:
    """Post what hangs undisputed on a notice whose last day is over, in one ledger event.

    Gives back whether this call closed it: whoever comes second finds it closed and changes
    nothing. Raises NoticeUnknown, NotOverYet, and ClockBehind where the books are ahead of the
    clock; then it still hangs.
    """
    lock(session, actor.village_id)  # from here on nobody else can be closing it
    found = (
        session.connection()
        .execute(
            select(_notices.c.state, _notices.c.last_day).where(
                _notices.c.village_id == actor.village_id, _notices.c.id == notice_id
            )
        )
        .first()
    )
    if found is None:
        raise NoticeUnknown(id=notice_id)
    if found.state == NoticeState.CLOSED:
        return False
    if found.last_day >= (today or clock.today()):
        raise NotOverYet(id=notice_id, day=found.last_day.isoformat())
    seq = posting.post_noticed(session, actor, notice_id, closing_id(notice_id))
    _write_closed(session, actor, notice_id, seq)
    return True


def close_due(
    session: Session,
    today: date | None = None,
    *,
    refused: Callable[[DueNotice, Refused], None] | None = None,
) -> list[int]:
    """Close every village's notices whose last day is over; gives back the numbers of those.

    One that can't be posted just now is undone alone, told to `refused` (else to the log), and
    closed the next time.
    """
    closed = []
    for due in due_notices(session, today):
        try:
            with session.begin_nested():
                if close(session, the_clock(due.village_id), due.id, today=today):
                    closed.append(due.id)
        except Refused as refusal:
            (refused or _log_refusal)(due, refusal)
    return closed


def the_clock(village_id: int) -> Actor:
    """Who closes notices: nobody but the time."""
    with in_the_villages_language():
        return Actor(village_id, 0, _("系统"), "system", "clock")


def _hang(
    session: Session,
    actor: Actor,
    ids: Sequence[int],
    hangs: Days,
    title: str,
) -> int:
    """Freeze the lines in the words of this moment, then move the deeds on."""
    village_id = actor.village_id
    require_clock(session, village_id)
    number = take_number(session, village_id, "notice")
    lines = frozen_lines(session, village_id, number, ids)
    households = frozen_households(session, village_id, number, lines)
    corrections = frozen_corrections(session, village_id, number)
    if not lines and not corrections:
        raise NothingToHang
    head = {
        "village_id": village_id,
        "id": number,
        "title": title or usual_title(session, village_id, hangs.first),
        "first_day": hangs.first,
        "last_day": hangs.last,
        "state": NoticeState.OPEN,
        "opened_by": actor.user_id,
        "opened_at": clock.now(),
        "mark": head_mark(session, village_id),
        "closed_at": None,
        "posted_seq": None,
    }
    digest = digest_of(head, lines, households, corrections)
    connection = session.connection()
    connection.execute(insert(_notices), {**head, "digest": digest})
    for table, rows in ((_households, households), (_lines, lines), (_corrections, corrections)):
        if rows:
            connection.execute(insert(table), rows)
    if ids:
        posting.put_on_notice(session, actor, number, ids)
    said = {**asdict(hangs), "awards": list(ids), "digest": digest}
    audit.record(session, actor, "notices.open", str(number), **said)
    return number


def _write_closed(session: Session, actor: Actor, notice_id: int, seq: int | None) -> None:
    values: dict[str, Any] = {
        "state": NoticeState.CLOSED,
        "closed_at": clock.now(),
        "posted_seq": seq,
    }
    session.connection().execute(
        update(_notices)
        .where(_notices.c.village_id == actor.village_id, _notices.c.id == notice_id)
        .values(values)
    )
    audit.record(session, actor, "notices.close", str(notice_id), seq=seq)


def _log_refusal(due: DueNotice, refusal: Refused) -> None:
    _log.warning("notice %s of %s still hangs: %s", due.id, due.village_id, refusal.code)
