"""Reading passbooks: a household's lines as the ledger has them, and how far they were printed."""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, and_, bindparam, func, literal, select, union_all
from sqlmodel import Session

from moralbank import clock
from moralbank.access.queries import user_names
from moralbank.audit import AuditEntry
from moralbank.awards.models import Award
from moralbank.counter.models import Refund, Slip
from moralbank.counter.queries import slip_label
from moralbank.counter.refunds import refund_label
from moralbank.households.erased import erased_households
from moralbank.households.queries import HouseholdInfo, listed_households
from moralbank.i18n import _
from moralbank.ledger.chain import printed_mark
from moralbank.ledger.models import Account, AccountKind, Event, EventKind, Transfer
from moralbank.passbooks.models import Passbook
from moralbank.passbooks.sheets import How, PassbookLine, Printer
from moralbank.villages.queries import settings_of
from moralbank.villages.setting_kinds import moved_by
from moralbank.villages.settings import INK, INK_SAVING, PRINTER_OFFSET

_accounts = Account.__table__  # type: ignore[attr-defined]
_transfers = Transfer.__table__  # type: ignore[attr-defined]
_events = Event.__table__  # type: ignore[attr-defined]
_awards = Award.__table__  # type: ignore[attr-defined]
_slips = Slip.__table__  # type: ignore[attr-defined]
_refunds = Refund.__table__  # type: ignore[attr-defined]
_passbooks = Passbook.__table__  # type: ignore[attr-defined]
_entries = AuditEntry.__table__  # type: ignore[attr-defined]

PRINTED: Final = "passbooks.print"
"""The act under which printings stand in the audit trail, by their number."""
SET_BACK: Final = "passbooks.set_back"
"""The act of taking back how far a household's passbook was printed, by its number."""

_DEED: Final = re.compile(r"(?P<what>.+) (?P<month>\d\d)-(?P<day>\d\d)(?: (?P<who>.+))?")
"""How `awards.rows.memos_of` writes a deed."""


@dataclass(frozen=True)
class PassbookRow:
    """A household and its passbook: lines in the ledger, and how many were printed.

    `printed_at` is None where nothing was ever printed, `by` who printed last.
    """

    household: HouseholdInfo
    total: int
    printed: int
    prints: int
    printed_at: datetime | None
    by: str

    @property
    def fresh(self) -> int:
        """Lines that wait to be printed."""
        return self.total - self.printed


@dataclass(frozen=True)
class Span:
    """What a printing meant for one household: its lines before, and those that were printed."""

    before: int
    first: int
    last: int
    credit_fen: int


@dataclass(frozen=True)
class Printing:
    """One printing: its number, when, by whom, what, and for each household which lines.

    `mark` is the end of the books at that moment.
    """

    id: int
    at: datetime
    by: int
    how: How
    mark: str
    spans: dict[int, Span]


def lines_of(
    session: Session, village_id: int, household_ids: Collection[int]
) -> dict[int, tuple[PassbookLine, ...]]:
    """The lines of these households, by household, oldest first; all by one statement.

    Whoever has no line is left out; an erased household's members are not named.
    """
    given = {
        "village": village_id,
        "kind": AccountKind.HOUSEHOLD_POINTS,
        "owners": sorted(set(household_ids)),
    }
    rows: dict[int, list[Any]] = {}
    for row in session.connection().execute(_LINES, given):
        rows.setdefault(row.owner, []).append(row)
    names = user_names(session, village_id) if rows else {}
    erased = erased_households(session, village_id) if rows else {}
    return {
        owner: _numbered(theirs, names, named=owner not in erased) for owner, theirs in rows.items()
    }


def line_counts(session: Session, village_id: int) -> dict[int, int]:
    """How many lines each household of the village has; those without any are left out."""
    given = {"village": village_id, "kind": AccountKind.HOUSEHOLD_POINTS}
    rows = session.connection().execute(_COUNTS, given)
    return {row.owner: int(row.lines) for row in rows}


def passbook_rows(
    session: Session, village_id: int, *, typed: str = "", group_id: int | None = None
) -> list[PassbookRow]:
    """Households that take part and fit what was typed, in walking order, with their passbooks."""
    counts = line_counts(session, village_id)
    printed = printed_so_far(session, village_id)
    names = user_names(session, village_id)
    households = listed_households(session, village_id, typed=typed, group_id=group_id)
    return [
        _row(one, counts.get(one.id, 0), printed.get(one.id), names)
        for one in households
        if not one.moved
    ]


def passbook_row(
    session: Session, village_id: int, household: HouseholdInfo, total: int
) -> PassbookRow:
    """One household's passbook of `total` lines; also that of one which has moved away."""
    printed = printed_so_far(session, village_id).get(household.id)
    return _row(household, total, printed, user_names(session, village_id))


def printed_so_far(session: Session, village_id: int) -> dict[int, Any]:
    """The passbooks of the village that were printed, as rows, by household."""
    rows = session.connection().execute(
        select(_passbooks).where(_passbooks.c.village_id == village_id)
    )
    return {row.household_id: row for row in rows}


def printing(session: Session, village_id: int, number: int) -> Printing:
    """A printing by its number, as the trail has it; it must be there."""
    row = session.connection().execute(_printings(village_id, str(number)).limit(1)).one()
    return _printing(row)


def last_printing(session: Session, village_id: int) -> Printing | None:
    """The village's newest printing, unless somebody was set back since; None before the first."""
    row = session.connection().execute(_newest(village_id).limit(1)).first()
    return _printing(row) if row is not None and row.act == PRINTED else None


def last_printing_of(session: Session, village_id: int, household_id: int) -> Printing | None:
    """The newest printing of one household's passbook, unless it was set back since."""
    for row in session.connection().execute(_newest(village_id)):
        if row.act == SET_BACK and row.subject == str(household_id):
            return None
        found = _printing(row) if row.act == PRINTED else None
        if found is not None and household_id in found.spans:
            return found
    return None


def printer_of(session: Session, village_id: int) -> Printer:
    """The village's printer, as the village has set it."""
    settings = settings_of(session, village_id)
    offset_mm = moved_by(settings[PRINTER_OFFSET])
    return Printer(saving=settings[INK] == INK_SAVING, offset_mm=offset_mm)


def _row(
    household: HouseholdInfo, total: int, printed: Any | None, names: dict[int, str]
) -> PassbookRow:
    if printed is None:
        return PassbookRow(household, total, 0, 0, None, "")
    return PassbookRow(
        household,
        total,
        printed.lines,
        printed.prints,
        printed.printed_at,
        names.get(printed.printed_by, ""),
    )


def _side(account: str, left: str, sign: int) -> Any:
    """Select the transfers on one side of the households' accounts."""
    return (
        select(
            _accounts.c.owner,
            _transfers.c.seq,
            _transfers.c.leg,
            (_transfers.c.amount * literal(sign)).label("amount"),
            _transfers.c[left].label("balance"),
            _transfers.c.memo,
            _transfers.c.reverses_seq,
            _transfers.c.reverses_leg,
            _events.c.at,
            _events.c.kind,
            _events.c.actor,
            _events.c.hash,
            _awards.c.decided_by,
            _slips.c.id.label("slip"),
            _refunds.c.id.label("refund"),
        )
        .join(_transfers, _of_account(account))
        .join(_events, _of_event(_events))
        .outerjoin(
            _awards,
            and_(
                _awards.c.village_id == _transfers.c.village_id,
                _awards.c.posted_seq == _transfers.c.seq,
                _awards.c.posted_leg == _transfers.c.leg,
            ),
        )
        .outerjoin(_slips, _of_event(_slips))
        .outerjoin(_refunds, _of_event(_refunds))
        .where(
            _accounts.c.village_id == bindparam("village"),
            _accounts.c.kind == bindparam("kind"),
            _accounts.c.owner.in_(bindparam("owners", expanding=True)),
        )
    )


def _of_account(side: str) -> Any:
    """The condition that a transfer has the account on this side."""
    return and_(
        _transfers.c.village_id == _accounts.c.village_id,
        _transfers.c[side] == _accounts.c.id,
    )


def _of_event(table: Any) -> Any:
    """The condition that a row is about the transfer's event."""
    return and_(
        table.c.village_id == _transfers.c.village_id,
        table.c.seq == _transfers.c.seq,
    )


_BOTH: Final = union_all(
    _side("debit_account", "debit_after", -1), _side("credit_account", "credit_after", 1)
).subquery()
_LINES: Final = select(_BOTH).order_by(_BOTH.c.owner, _BOTH.c.seq, _BOTH.c.leg)


def _counted(account: str) -> Any:
    return (
        select(_accounts.c.owner, func.count().label("lines"))
        .join(_transfers, _of_account(account))
        .where(
            _accounts.c.village_id == bindparam("village"),
            _accounts.c.kind == bindparam("kind"),
        )
        .group_by(_accounts.c.owner)
    )


_SIDES: Final = union_all(_counted("debit_account"), _counted("credit_account")).subquery()
_COUNTS: Final = select(_SIDES.c.owner, func.sum(_SIDES.c.lines).label("lines")).group_by(
    _SIDES.c.owner
)


def _numbered(
    rows: list[Row[Any]], names: dict[int, str], *, named: bool
) -> tuple[PassbookLine, ...]:
    places = {(row.seq, row.leg): number for number, row in enumerate(rows, start=1)}
    return tuple(
        PassbookLine(
            number=number,
            day=clock.local(row.at).date(),
            words=_words(row, places, named=named),
            amount=row.amount,
            balance=row.balance,
            by=_by(row, names),
            mark=printed_mark(row.seq, row.hash),
        )
        for number, row in enumerate(rows, start=1)
    )


def _by(row: Row[Any], names: dict[int, str]) -> str:
    """Who answers for a line: of a deed who approved it, since posting may be the clock's work."""
    return names.get(row.decided_by or row.actor, "")


def _words(row: Row[Any], places: dict[tuple[int, int], int], *, named: bool) -> str:
    """What a line was for, in words that its household understands; `named`: and who did it."""
    what = _deed_words(row.memo, named=named) if row.kind in _OF_DEEDS else row.memo
    what = what or _("其他")
    if row.kind == EventKind.REVERSE:
        number = places.get((row.reverses_seq, row.reverses_leg))
        values = {"number": number, "what": what}
        return (
            _("冲正第 %(number)s 笔：%(what)s", **values)
            if number
            else _("冲正：%(what)s", what=what)
        )
    if row.slip is not None:
        return _("%(what)s（%(label)s）", what=what, label=slip_label(row.slip, row.at))
    if row.refund is not None:
        return _("%(what)s（%(label)s）", what=what, label=refund_label(row.refund, row.at))
    return what


_OF_DEEDS: Final = (EventKind.POST_AWARDS, EventKind.REVERSE)


def _deed_words(memo: str, *, named: bool) -> str:
    """A deed's memo with its day in words: "志愿服务（11月20日，杜小妹）"."""
    found = _DEED.fullmatch(memo)
    if found is None:
        return memo
    said = {"what": found["what"], "month": int(found["month"]), "day": int(found["day"])}
    if found["who"] is None or not named:
        return _("%(what)s（%(month)s月%(day)s日）", **said)
    return _("%(what)s（%(month)s月%(day)s日，%(who)s）", **said, who=found["who"])


def _printings(village_id: int, subject: str) -> Any:
    return select(_entries).where(
        _entries.c.village_id == village_id,
        _entries.c.act == PRINTED,
        _entries.c.subject == subject,
    )


def _newest(village_id: int) -> Any:
    """Printings and what was set back, the newest first."""
    return (
        select(_entries)
        .where(_entries.c.village_id == village_id, _entries.c.act.in_((PRINTED, SET_BACK)))
        .order_by(_entries.c.id.desc())
    )


def _printing(row: Row[Any]) -> Printing:
    detail = json.loads(row.detail)
    return Printing(
        id=int(row.subject),
        at=row.at,
        by=row.user_id,
        how=How(detail["how"]),
        mark=detail["mark"],
        spans={int(owner): Span(*said) for owner, said in detail["books"].items()},
    )
