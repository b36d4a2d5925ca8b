"""The proof of notices: what hangs is what was frozen, and what was posted is what hung."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Table, select
from sqlmodel import Session

from moralbank import clock
from moralbank.awards.models import Award, AwardState
from moralbank.households.erased import erased_households
from moralbank.i18n import _
from moralbank.ledger.check import Problem
from moralbank.ledger.models import Event, EventKind
from moralbank.ledger.queries import CLOCK_SLACK
from moralbank.notices.freezing import digest_of
from moralbank.notices.hanging import closing_id
from moralbank.notices.models import (
    Notice,
    NoticeCorrection,
    NoticeHousehold,
    NoticeLine,
    NoticeState,
)

_notices = Notice.__table__  # type: ignore[attr-defined]
_lines = NoticeLine.__table__  # type: ignore[attr-defined]
_households = NoticeHousehold.__table__  # type: ignore[attr-defined]
_corrections = NoticeCorrection.__table__  # type: ignore[attr-defined]
_awards = Award.__table__  # type: ignore[attr-defined]
_events = Event.__table__  # type: ignore[attr-defined]

_HANGING = (AwardState.NOTICED, AwardState.OBJECTED)
_FROZEN: Final = (
    "household_id",
    "item",
    "quantity",
    "points",
    "deduction",
    "deed_on",
    "note",
)
"""What a line says of its deed, in columns of the same names."""


@dataclass(frozen=True)
class _Hung:
    """Everything of one notice, its rows in the order in which they were frozen."""

    notice: Any
    lines: Sequence[Any]
    households: Sequence[Any]
    corrections: Sequence[Any]

    @property
    def open(self) -> bool:
        """Whether it hangs still."""
        return bool(self.notice.state == NoticeState.OPEN)


@dataclass(frozen=True)
class _Posting:
    """An event that posted lines of a notice: at its end, or later when an objection fell."""

    at: datetime
    awards: list[int]
    closes: bool


def check_notices(session: Session, village_id: int) -> list[Problem]:
    """Everything wrong with a village's notices; an empty list is the proof that nothing is."""
    notices = _all_hung(session, village_id)
    awards = _awards_on_notices(session, village_id)
    events = _events_of_notices(session, village_id)
    erased = erased_households(session, village_id)
    problems: list[Problem] = []
    for hung in notices.values():
        problems += _check_frozen(hung)
        problems += _check_deeds(hung, awards, erased)
        problems += _check_posted(hung, awards, events.get(hung.notice.id, {}))
        problems += _check_time(hung, events.get(hung.notice.id, {}))
    problems += _check_hanging(notices, awards)
    for number, seqs in sorted(events.items()):
        if number not in notices:
            words = _("第 %(seq)s 号账是一期不存在的公示入的账", seq=min(seqs))
            problems.append(Problem("notice_missing", words))
    return problems


def _all_hung(session: Session, village_id: int) -> dict[int, _Hung]:
    rows = session.connection().execute(
        select(_notices).where(_notices.c.village_id == village_id).order_by(_notices.c.id)
    )
    lines = _by_notice(session, village_id, _lines, "line")
    households = _by_notice(session, village_id, _households, "place")
    corrections = _by_notice(session, village_id, _corrections, "award_id")
    return {
        row.id: _Hung(row, lines[row.id], households[row.id], corrections[row.id]) for row in rows
    }


def _by_notice(session: Session, village_id: int, table: Table, order: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    rows = session.connection().execute(
        select(table)
        .where(table.c.village_id == village_id)
        .order_by(table.c.notice_id, table.c[order])
    )
    for row in rows.mappings():
        found[row["notice_id"]].append(row)
    return found


def _awards_on_notices(session: Session, village_id: int) -> dict[int, Any]:
    """Every deed that hangs or ever hung, by number."""
    rows = session.connection().execute(
        select(
            _awards.c.id,
            _awards.c.state,
            _awards.c.notice_id,
            _awards.c.posted_seq,
            _awards.c.member_id,
            *(_awards.c[name] for name in _FROZEN),
        ).where(
            _awards.c.village_id == village_id,
            _awards.c.notice_id.is_not(None) | _awards.c.state.in_(_HANGING),
        )
    )
    return {row.id: row for row in rows}


def _events_of_notices(session: Session, village_id: int) -> dict[int, dict[int, _Posting]]:
    """By notice: the events that posted its lines, by number."""
    found: dict[int, dict[int, _Posting]] = defaultdict(dict)
    rows = session.connection().execute(
        select(_events.c.seq, _events.c.at, _events.c.payload, _events.c.request_id).where(
            _events.c.village_id == village_id, _events.c.kind == EventKind.POST_AWARDS
        )
    )
    for row in rows:
        payload = json.loads(row.payload)
        if payload.get("notice") is not None:
            number = payload["notice"]
            closes = row.request_id == closing_id(number)
            found[number][row.seq] = _Posting(row.at, payload["awards"], closes=closes)
    return found


def _check_frozen(hung: _Hung) -> Iterator[Problem]:
    """The lines are those that were frozen, and their sums are those of their households."""
    notice = hung.notice
    digest = digest_of(notice._asdict(), hung.lines, hung.households, hung.corrections)
    if digest != notice.digest:
        words = _("第 %(n)s 期公示的内容与张榜时的不符", n=notice.id)
        yield Problem("notice_digest", words)
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for line in hung.lines:
        sums[line["household_id"]][line["deduction"]] += line["points"]
    if {one["household_id"]: [one["added"], one["deducted"]] for one in hung.households} != sums:
        words = _("第 %(n)s 期公示各户的分与明细合计不符", n=notice.id)
        yield Problem("notice_sums", words)


def _check_posted(
    hung: _Hung, awards: dict[int, Any], events: dict[int, _Posting]
) -> Iterator[Problem]:
    """A closed notice left nothing hanging, and its event names its posted lines and no others."""
    notice = hung.notice
    points = {line["award_id"]: line["points"] for line in hung.lines}
    closing: list[int | None] = [seq for seq, posting in events.items() if posting.closes]
    for seq, posting in sorted(events.items()):
        there = [awards[one] for one in posting.awards if one in points and one in awards]
        agree = [
            row.notice_id == notice.id and row.posted_seq == seq and row.points == points[row.id]
            for row in there
        ]
        if len(there) != len(posting.awards) or not all(agree):
            words = _("第 %(seq)s 号账入的分与第 %(n)s 期公示的不符", seq=seq, n=notice.id)
            yield Problem("notice_event", words)
    if hung.open:
        if events:
            yield Problem("notice_early", _("第 %(n)s 期公示还没有结束就入了账", n=notice.id))
    elif [notice.posted_seq] != (closing or [None]):
        yield Problem("notice_unposted", _("第 %(n)s 期公示入的账找不到", n=notice.id))


def _check_deeds(hung: _Hung, awards: dict[int, Any], erased: Collection[int]) -> Iterator[Problem]:
    """What hangs, or was posted from here, is in every respect what its line says.

    Deeds that were changed after an objection have left this notice: they wait for the next one,
    or hang there. Of households that were `erased` since, the deed's own note is gone.
    """
    for line in hung.lines:
        award = awards.get(line["award_id"])
        if award is None or award.notice_id != hung.notice.id:
            continue
        if award.state == AwardState.APPROVED:
            continue
        blanked = {"note"} if award.household_id in erased and not award.note else set()
        same = all(getattr(award, name) == line[name] for name in _FROZEN if name not in blanked)
        if not same or bool(award.member_id) != bool(line["member_name"]):
            words = _(
                "第 %(id)s 条积分记录与第 %(n)s 期公示上写的不符", id=award.id, n=hung.notice.id
            )
            yield Problem("notice_deed", words)


def _check_time(hung: _Hung, events: dict[int, _Posting]) -> Iterator[Problem]:
    """It hung to the end of its last day, and nothing of it was posted before."""
    ends = [posting.at for posting in events.values()]
    if not hung.open:
        ends.append(hung.notice.closed_at)
    if any(clock.local(end + CLOCK_SLACK).date() <= hung.notice.last_day for end in ends):
        yield Problem("notice_short", _("第 %(n)s 期公示没有挂满就结束了", n=hung.notice.id))


def _check_hanging(notices: dict[int, _Hung], awards: dict[int, Any]) -> Iterator[Problem]:
    """What hangs, hangs on a notice that names it; and nothing hangs undisputed on a closed one."""
    named = {(one, line["award_id"]) for one, hung in notices.items() for line in hung.lines}
    for row in awards.values():
        if row.state not in _HANGING:
            continue
        if (row.notice_id, row.id) not in named:
            words = _("第 %(id)s 条积分记录说在公示，却不在任何一期公示上", id=row.id)
            yield Problem("notice_line", words)
        elif row.state == AwardState.NOTICED and not notices[row.notice_id].open:
            words = _("第 %(id)s 条积分记录的公示已经结束，却没有入账", id=row.id)
            yield Problem("notice_left", words)
