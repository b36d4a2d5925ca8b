"""What printed marks stand for: events of the books, notices, issues of boards.

Sheets carry an event's number with eight digits of its hash ("1234-ab12cd34"), notices and boards
sixteen digits of their sha256 besides. Each is made anew here from the rows that it covers, so that
a row changed since is not called whole. Answers hold neither names nor amounts.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, func, select
from sqlmodel import Session

from moralbank import clock
from moralbank.boards import freezing as boards
from moralbank.boards.models import BoardIssue, BoardLine
from moralbank.i18n import _, mark
from moralbank.ledger.chain import GENESIS, HASHED, event_hash, printed_mark
from moralbank.ledger.models import Event, EventKind, Transfer
from moralbank.ledger.service import hashed
from moralbank.notices import freezing as notices
from moralbank.notices.models import Notice, NoticeCorrection, NoticeHousehold, NoticeLine

LONGEST: Final = 200
"""So many characters are read of what was typed: the foot of a sheet, if somebody copies it all."""
KIND_WORDS: Final = {
    EventKind.OPEN_ACCOUNTS: mark("开户"),
    EventKind.SET_RATE: mark("定兑换比例"),
    EventKind.POST_AWARDS: mark("积分入账"),
    EventKind.REDEEM: mark("兑换"),
    EventKind.REFUND: mark("退货"),
    EventKind.INCOME: mark("基金收入"),
    EventKind.PURCHASE: mark("付货款"),
    EventKind.SETTLE: mark("和店铺结算"),
    EventKind.LAPSE: mark("积分到期"),
    EventKind.REVERSE: mark("冲正"),
}

_MARK: Final = re.compile(r"(?<!\d)0*(\d{1,9})-([0-9a-f]{8})(?![0-9a-f])", re.ASCII)
_DIGEST: Final = re.compile(r"(?<![0-9a-z])[0-9a-f]{16,64}(?![0-9a-z])", re.ASCII)
_DASH: Final = re.compile(r"\s*[-‐‑‒–—―−_~]\s*")

_events: Final[Table] = Event.__table__  # type: ignore[attr-defined]
_transfers: Final[Table] = Transfer.__table__  # type: ignore[attr-defined]
_notices: Final[Table] = Notice.__table__  # type: ignore[attr-defined]
_issues: Final[Table] = BoardIssue.__table__  # type: ignore[attr-defined]
_issue_lines: Final[Table] = BoardLine.__table__  # type: ignore[attr-defined]
_hung: Final = (
    (NoticeLine.__table__, "line"),  # type: ignore[attr-defined]
    (NoticeHousehold.__table__, "place"),  # type: ignore[attr-defined]
    (NoticeCorrection.__table__, "award_id"),  # type: ignore[attr-defined]
)


@dataclass(frozen=True)
class Verdict:
    """What became of one mark: whether it `stands`, and if so what it is, of which day.

    `later` is how many events the books have had since.
    """

    mark: str
    stands: bool
    what: str = ""
    day: date | None = None
    later: int = 0


def marks_in(typed: str) -> tuple[str, ...]:
    """The marks in what was typed: "账 12-ab12cd34", full-width, in parts; none where it has none.

    A number alone is no mark, nor are fewer digits than sheets carry.
    """
    plain = unicodedata.normalize("NFKC", typed[:LONGEST]).lower()
    plain = _DASH.sub("-", plain)
    for text in (plain, re.sub(r"\s+", "", plain)):
        found = [f"{int(one[1])}-{one[2]}" for one in _MARK.finditer(text)]
        found += _DIGEST.findall(_MARK.sub(" ", text))
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def verdicts(session: Session, village_id: int, typed: str) -> list[Verdict]:
    """What becomes of each mark that was typed, in one village's books; none typed, none told."""
    return [_verdict(session, village_id, one) for one in marks_in(typed)]


def _verdict(session: Session, village_id: int, printed: str) -> Verdict:
    ways = (_of_event,) if "-" in printed else (_of_notice, _of_issue)
    for way in ways:
        found = way(session, village_id, printed)
        if found is not None:
            return found
    return Verdict(printed, stands=False)


def _of_event(session: Session, village_id: int, printed: str) -> Verdict | None:
    seq = int(printed.partition("-")[0])
    near = _rows(
        session,
        _events,
        (_events.c.village_id == village_id, _events.c.seq.in_((seq - 1, seq))),
        "seq",
    )
    if not near or near[-1]["seq"] != seq or printed_mark(seq, near[-1]["hash"]) != printed:
        return None
    event, before = near[-1], near[0]["hash"] if len(near) > 1 else GENESIS
    of_event = (_transfers.c.village_id == village_id, _transfers.c.seq == seq)
    legs = _rows(session, _transfers, of_event, "leg")
    again = event_hash(
        before,
        **{name: event[name] for name in HASHED},
        transfers=[hashed(leg) for leg in legs],
    )
    if again != event["hash"]:
        return None
    what = _("第 %(n)s 号账：%(kind)s", n=seq, kind=_(KIND_WORDS[EventKind(event["kind"])]))
    later = _events_after(session, village_id, event["at"], seq)
    return Verdict(printed, stands=True, what=what, day=_day(event["at"]), later=later)


def _of_notice(session: Session, village_id: int, printed: str) -> Verdict | None:
    for head in _called(session, _notices, village_id, printed):
        parts = [
            _rows(
                session,
                table,
                (table.c.village_id == village_id, table.c.notice_id == head["id"]),
                order,
            )
            for table, order in _hung
        ]
        if notices.digest_of(head, *parts) == head["digest"]:
            words = _("第 %(n)s 期公示：%(title)s", n=head["id"], title=head["title"])
            return _hung_up(session, village_id, printed, words, head["opened_at"])
    return None


def _of_issue(session: Session, village_id: int, printed: str) -> Verdict | None:
    lines = _issue_lines
    for head in _called(session, _issues, village_id, printed):
        of_issue = (lines.c.village_id == village_id, lines.c.issue_id == head["id"])
        if boards.digest_of(head, _rows(session, lines, of_issue, "line")) == head["digest"]:
            words = _("%(title)s第 %(n)s 期", title=head["title"], n=head["number"])
            return _hung_up(session, village_id, printed, words, head["issued_at"])
    return None


def _hung_up(session: Session, village_id: int, printed: str, what: str, at: datetime) -> Verdict:
    later = _events_after(session, village_id, at)
    return Verdict(printed, stands=True, what=what, day=_day(at), later=later)


def _called(
    session: Session, table: Table, village_id: int, printed: str
) -> Iterator[Mapping[str, Any]]:
    """The notices or issues whose sha256 begins with what is printed."""
    begins = table.c.digest.startswith(printed, autoescape=True)
    yield from _rows(session, table, (table.c.village_id == village_id, begins), "id")


def _events_after(session: Session, village_id: int, at: datetime, seq: int | None = None) -> int:
    after = _events.c.at > at if seq is None else _events.c.seq > seq
    wanted = select(func.count()).select_from(_events)
    found = session.connection().scalar(wanted.where(_events.c.village_id == village_id, after))
    return int(found or 0)


def _rows(
    session: Session, table: Table, where: tuple[ColumnElement[bool], ...], order: str
) -> Sequence[Mapping[str, Any]]:
    wanted = select(table).where(*where).order_by(table.c[order])
    return [dict(row) for row in session.connection().execute(wanted).mappings()]


def _day(at: datetime) -> date:
    return clock.local(at).date()
