"""What hangs on a notice: each line in its frozen words, and where its deed stands now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import and_, select
from sqlmodel import Session

from moralbank.awards.models import Award, AwardState
from moralbank.awards.states import STATE_LABELS
from moralbank.errors import NotFound
from moralbank.households.erased import erased_households
from moralbank.households.masking import ERASED
from moralbank.i18n import _, mark
from moralbank.notices.models import NoticeCorrection, NoticeHousehold, NoticeLine

_lines = NoticeLine.__table__  # type: ignore[attr-defined]
_frozen = NoticeHousehold.__table__  # type: ignore[attr-defined]
_corrections = NoticeCorrection.__table__  # type: ignore[attr-defined]
_awards = Award.__table__  # type: ignore[attr-defined]

OBJECTABLE: Final = (AwardState.NOTICED, AwardState.OBJECTED, AwardState.POSTED)
"""Where a deed must stand for an objection: hanging, disputed already, or posted."""


class NoticeUnknown(NotFound):
    """No such notice in this village."""

    text = mark("没有第 %(id)s 期公示")
    code = "notice_unknown"


@dataclass(frozen=True)
class HungLine:
    """One line of a notice in its frozen words, and where its deed stands now.

    `state` is the deed's own; `elsewhere` the later notice on which it hangs now, if it does.
    """

    line: int
    award_id: int
    household_id: int
    member: str
    item: str
    unit: str
    quantity: int
    points: int
    deduction: bool
    deed_on: date
    note: str
    state: AwardState
    elsewhere: int | None

    @property
    def state_words(self) -> str:
        """Where the deed stands, as a reader of this notice understands it."""
        if self.elsewhere is not None:
            return _("改分后列入第 %(n)s 期", n=self.elsewhere)
        if self.state is AwardState.APPROVED:
            return _("改分，待下期公示")
        if self.state is AwardState.REFUSED:
            return _("异议成立，不计")
        return _(STATE_LABELS[self.state])

    @property
    def quantity_words(self) -> str:
        """How often it was done: "3 次", "3 × 2 小时"; empty for once."""
        if self.quantity == 1:
            return ""
        parted = "× " if self.unit[:1].isdigit() else ""
        return f"{self.quantity} {parted}{self.unit}"

    @property
    def objectable(self) -> bool:
        """Whether an objection to it can still be taken."""
        return self.elsewhere is None and self.state in OBJECTABLE


@dataclass(frozen=True)
class HungHousehold:
    """One household of a notice, in the words of the day it was frozen, with its lines."""

    household_id: int
    place: int
    group: str
    number: str
    head: str
    balance: int
    exchanged: int
    added: int
    deducted: int
    lines: tuple[HungLine, ...]

    @property
    def spoken(self) -> str:
        """Group and number as people say them: "一组 012 号"."""
        return _("%(group)s %(number)s 号", group=self.group, number=self.number)


@dataclass(frozen=True)
class Correction:
    """A posted deed that was taken back, as a notice says it."""

    award_id: int
    household_id: int
    item: str
    points: int
    deduction: bool
    deed_on: date
    reason: str


def closing_id(notice_id: int) -> str:
    """The request id of the event that posts a notice: always the same one for the same notice.

    No form or command can bring it: theirs have no colons.
    """
    return f"notice:{notice_id}:close"


def hung_households(session: Session, village_id: int, notice_id: int) -> list[HungHousehold]:
    """What hangs on a notice, household by household in walking order; three statements.

    Of whoever was erased since, the rows keep what was published, and nobody is shown it.
    """
    wanted = (
        select(_lines, _awards.c.state, _awards.c.notice_id.label("now_on"))
        .join(
            _awards,
            and_(_awards.c.village_id == _lines.c.village_id, _awards.c.id == _lines.c.award_id),
        )
        .where(_lines.c.village_id == village_id, _lines.c.notice_id == notice_id)
        .order_by(_lines.c.line)
    )
    lines: dict[int, list[HungLine]] = {}
    for row in session.connection().execute(wanted):
        lines.setdefault(row.household_id, []).append(_line(row))
    rows = session.connection().execute(
        select(_frozen)
        .where(_frozen.c.village_id == village_id, _frozen.c.notice_id == notice_id)
        .order_by(_frozen.c.place)
    )
    told = [_household(row, lines[row.household_id]) for row in rows if row.household_id in lines]
    erased = erased_households(session, village_id)
    return [_erased(one) if one.household_id in erased else one for one in told]


def corrections_on(session: Session, village_id: int, notice_id: int) -> list[Correction]:
    """The corrections that a notice names, in the order of their deeds."""
    rows = session.connection().execute(
        select(_corrections)
        .where(_corrections.c.village_id == village_id, _corrections.c.notice_id == notice_id)
        .order_by(_corrections.c.award_id)
    )
    erased = erased_households(session, village_id)
    told = (correction(row) for row in rows.mappings())
    return [replace(one, reason=ERASED) if one.household_id in erased else one for one in told]


def correction(row: Any) -> Correction:
    """A correction from its row by column, read or yet to be written."""
    return Correction(
        award_id=row["award_id"],
        household_id=row["household_id"],
        item=row["item_name"],
        points=row["points"],
        deduction=row["deduction"],
        deed_on=row["deed_on"],
        reason=row["reason"],
    )


def _line(row: Any) -> HungLine:
    return HungLine(
        line=row.line,
        award_id=row.award_id,
        household_id=row.household_id,
        member=row.member_name,
        item=row.item_name,
        unit=row.unit,
        quantity=row.quantity,
        points=row.points,
        deduction=row.deduction,
        deed_on=row.deed_on,
        note=row.note,
        state=row.state,
        elsewhere=row.now_on if row.now_on != row.notice_id else None,
    )


def _household(row: Any, lines: Sequence[HungLine]) -> HungHousehold:
    return HungHousehold(
        household_id=row.household_id,
        place=row.place,
        group=row.group_name,
        number=row.number,
        head=row.head,
        balance=row.balance,
        exchanged=row.exchanged,
        added=row.added,
        deducted=row.deducted,
        lines=tuple(lines),
    )


def _erased(one: HungHousehold) -> HungHousehold:
    """Without a name, and without what was written about its deeds."""
    lines = tuple(
        replace(line, member=ERASED if line.member else "", note="") for line in one.lines
    )
    return replace(one, head=ERASED, lines=lines)
