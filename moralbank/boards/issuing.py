"""Publishing a board: an issue is frozen once, and what was wrong with it is said by a new one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import func, insert, select
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.audit import Actor
from moralbank.boards.definitions import board_called
from moralbank.boards.freezing import digest_of, frozen_board, frozen_lines, frozen_village
from moralbank.boards.issued import Issue, Line
from moralbank.boards.issues import issue, latest_issue
from moralbank.boards.models import BoardIssue, BoardLine
from moralbank.boards.periods import Period
from moralbank.boards.queries import Ranking, Standing, rank
from moralbank.errors import Invalid, Refused
from moralbank.i18n import _, clauses, in_the_villages_language, mark
from moralbank.ledger.queries import head_mark, require_clock
from moralbank.ledger.requests import once
from moralbank.ledger.service import take_number
from moralbank.villages.calendar import nth_day
from moralbank.villages.queries import group_called, village_info

_issues = BoardIssue.__table__  # type: ignore[attr-defined]
_lines = BoardLine.__table__  # type: ignore[attr-defined]

PUBLISHED: Final = "boards.publish"
"""The act under which issues stand in the audit trail."""
LONGEST_REASON: Final = 200


class NobodyStandsThere(Refused):
    """An empty board isn't hung up."""

    text = mark("%(title)s这一期还没有人上榜，没有可发布的")
    code = "board_empty"


class NotBegunYet(Refused):
    """Nothing can have been done in a period that hasn't begun."""

    text = mark("这个时段从 %(day)s 才开始，还不能发布")
    code = "board_not_begun"


class BoardHidden(Refused):
    """A board that was put away is not published."""

    text = mark("这个榜已经收起，不再发布。要用请管理员先恢复")
    code = "board_hidden"


class PublishedBefore(Refused):
    """The same board, period and group were published: only a correction comes after that."""

    text = mark("这个榜这个时段已经发布过（第 %(n)s 期）。要改，请打开那一期，点“更正重发”")
    code = "board_published_before"


class CorrectedBefore(Refused):
    """Only the latest of a chain of corrections is corrected."""

    text = mark("第 %(old)s 期已经由第 %(n)s 期更正。要再改，请更正最新的一期")
    code = "board_corrected_before"


class ReasonMissing(Invalid):
    """A correction says why."""

    text = mark("请写明更正什么、为什么：会印在新一期上")
    code = "correction_missing"


class ReasonTooLong(Invalid):
    """A reason has at most 200 characters."""

    text = mark("更正说明太长：最多 200 个字")
    code = "correction_too_long"


class CorrectsAnother(Invalid):
    """A correction is of the same board, period and group as what it corrects."""

    text = mark("更正的须是同一个榜、同一个时段、同一个小组")
    code = "corrects_another"


def publish(
    session: Session,
    actor: Actor,
    request_id: str,
    slug: str,
    period: Period,
    *,
    group_id: int | None = None,
    corrects: int | None = None,
    correction: str = "",
) -> int:
    """Freeze a board as it stands now, and hang it up; gives the issue's id.

    `corrects` is the id of the issue that it takes the place of, `correction` says why. Raises
    BoardUnknown, BoardHidden, GroupUnknown, NotBegunYet, NobodyStandsThere, PublishedBefore,
    IssueUnknown, CorrectedBefore, CorrectsAnother, ReasonMissing, ReasonTooLong, ClockBehind.
    """
    reason = _reason(correction) if corrects is not None else ""

    def perform() -> int:
        return _publish(session, actor, slug, period, group_id, corrects, reason)

    content = {
        "slug": slug,
        "period": period.text,
        "group": group_id,
        "corrects": corrects,
        "correction": reason,
    }
    return once(session, actor.village_id, request_id, PUBLISHED, content, perform).result


def correct(session: Session, actor: Actor, request_id: str, issue_id: int, reason: str) -> int:
    """Publish an issue's board, period and group anew, as they stand now; gives the new id.

    Raises IssueUnknown, and as `publish` does.
    """
    old = issue(session, actor.village_id, issue_id)
    return publish(
        session,
        actor,
        request_id,
        old.slug,
        old.period,
        group_id=_group_id(session, old),
        corrects=issue_id,
        correction=reason,
    )


def as_it_stands(session: Session, old: Issue) -> Ranking:
    """What an issue would say if it were published anew; raises GroupUnknown."""
    with in_the_villages_language():
        return rank(session, old.village_id, old.slug, old.period, _group_id(session, old))


@dataclass(frozen=True)
class Change:
    """What would be otherwise about one who stands on a board, in words."""

    group: str
    name: str
    words: str


def changes(old: Issue, ranking: Ranking) -> list[Change]:
    """What a corrected issue would say otherwise than the old one, in the new one's order."""
    before = {_whose(line): line for line in old.lines}
    found = [
        Change(one.group, one.name, words)
        for one in ranking.standings
        if (words := _otherwise(before.get(_whose(one)), one, ranking.board.unit))
    ]
    there = {_whose(one) for one in ranking.standings}
    gone = [line for whose, line in before.items() if whose not in there]
    return found + [Change(line.group, line.name, _("不再上榜")) for line in gone]


def _whose(one: Line | Standing) -> tuple[int, int, str]:
    """Who it is; donors are known by name alone."""
    return one.household_id, one.member_id, "" if one.household_id else one.name


def _otherwise(before: Line | None, now: Standing, unit: str) -> str:
    if before is None:
        return _("新上榜，第 %(n)s 名", n=now.rank)
    told = []
    if before.name != now.name:
        told.append(_("名字改为%(name)s", name=now.name))
    if before.rank != now.rank:
        told.append(_("第 %(old)s 名改为第 %(n)s 名", old=before.rank, n=now.rank))
    if before.points != now.points:
        told.append(
            _("%(old)s %(unit)s改为 %(n)s %(unit)s", old=before.points, n=now.points, unit=unit)
        )
    if before.deed != now.deed:
        told.append(_("事迹改为“%(deed)s”", deed=now.deed))
    return clauses(told)


def _group_id(session: Session, old: Issue) -> int | None:
    return group_called(session, old.village_id, old.group).id if old.group else None


def hanging_days(settings: Mapping[str, str], days: int) -> tuple[date, date] | tuple[None, None]:
    """First and last day for objections of what is published today; neither where `days` is 0.

    Days are counted as the village (`settings`) counts those of its notices.
    """
    if not days:
        return None, None
    today = clock.today()
    return today, nth_day(today, days, settings)


def _reason(typed: str) -> str:
    reason = " ".join(typed.split())
    if not reason:
        raise ReasonMissing(field="reason")
    if len(reason) > LONGEST_REASON:
        raise ReasonTooLong(field="reason")
    return reason


def _publish(
    session: Session,
    actor: Actor,
    slug: str,
    period: Period,
    group_id: int | None,
    corrects: int | None,
    reason: str,
) -> int:
    """Judge, then freeze; the village is locked."""
    village_id = actor.village_id
    require_clock(session, village_id)
    if board_called(session, village_id, slug).hidden and corrects is None:
        raise BoardHidden
    if clock.today() < period.first:
        raise NotBegunYet(day=period.first.isoformat())
    with in_the_villages_language():
        ranking = rank(session, village_id, slug, period, group_id)
    _require_new(session, village_id, (slug, period.text, ranking.group), corrects)
    if not ranking.standings:
        raise NobodyStandsThere(title=ranking.title)
    return _write(session, actor, ranking, corrects, reason)


def _require_new(
    session: Session, village_id: int, wanted: tuple[str, str, str], corrects: int | None
) -> None:
    """The first of its board, period and group, or in place of the latest of them."""
    if corrects is None:
        before = latest_issue(session, village_id, *wanted)
        if before is not None:
            raise PublishedBefore(n=before.number)
        return
    old = issue(session, village_id, corrects)
    if (old.slug, old.period_text, old.group) != wanted:
        raise CorrectsAnother
    if old.corrected_by is not None:
        raise CorrectedBefore(old=old.number, n=old.corrected_by_number)


def _write(
    session: Session, actor: Actor, ranking: Ranking, corrects: int | None, reason: str
) -> int:
    village_id, period = actor.village_id, ranking.period
    village = village_info(session, village_id)
    issue_id = take_number(session, village_id, "board_issue")
    hangs_from, hangs_until = hanging_days(village.settings, ranking.board.notice_days)
    head = {
        **frozen_board(ranking),
        **frozen_village(village),
        "village_id": village_id,
        "id": issue_id,
        "number": _next_number(session, village_id, ranking.board.slug),
        # Of a period that goes on, what was done up to today.
        "last_day": min(period.last, clock.today()),
        "mark": head_mark(session, village_id),
        "hangs_from": hangs_from,
        "hangs_until": hangs_until,
        "corrects": corrects,
        "correction": reason,
        "issued_at": clock.now(),
        "issued_by": actor.user_id,
    }
    lines = frozen_lines(village_id, issue_id, ranking)
    digest = digest_of(head, lines)
    session.connection().execute(insert(_issues), {**head, "digest": digest})
    session.connection().execute(insert(_lines), lines)
    said = {"slug": head["slug"], "number": head["number"], "period": period.text}
    audit.record(session, actor, PUBLISHED, str(issue_id), **said, corrects=corrects, digest=digest)
    return issue_id


def _next_number(session: Session, village_id: int, slug: str) -> int:
    last = session.connection().scalar(
        select(func.max(_issues.c.number)).where(
            _issues.c.village_id == village_id, _issues.c.slug == slug
        )
    )
    return (last or 0) + 1
