"""What the supervisor asks after in a month: points changed, deeds reversed, people barred."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlmodel import Session

from moralbank.access.queries import user_names
from moralbank.audit import AuditEntry, came_from
from moralbank.awards.models import AwardStep
from moralbank.awards.queries import AwardRow, awards_named
from moralbank.awards.states import ACT_LABELS, Act
from moralbank.households.erased import Erased, erased_in
from moralbank.i18n import _, mark
from moralbank.prepared import Prepared, among
from moralbank.supervision.months import Month

_steps = AwardStep.__table__  # type: ignore[attr-defined]
_audit = AuditEntry.__table__  # type: ignore[attr-defined]

_CHANGED: Final = re.compile(r"(\d+)\D*? → (\d+)\D*?[：:]\s*(.*)", re.DOTALL)
"""How `awards.acting.change_words` says what was changed."""
_BARRED: Final = ".barred"
_OWN: Final = "awards.own"
_TIES: Final = {"access.tie": mark("登记"), "access.untie": mark("解除")}
_TRIED: Final = {
    "awards.barred": mark("核实、评议、撤回或答复异议"),
    "reminders.barred": mark("了结提醒"),
    "rounds.barred": mark("评比打分"),
    _OWN: mark("核实、评议自己记的"),
}


@dataclass(frozen=True)
class Override:
    """Points that somebody changed: whole points before and after, where the step says them."""

    award: AwardRow
    act: Act
    at: datetime
    by: str
    before: int | None
    after: int | None
    reason: str

    @property
    def act_label(self) -> str:
        """What was done, in words."""
        return _(ACT_LABELS[self.act])


@dataclass(frozen=True)
class Reversal:
    """A posted deed that was taken back."""

    award: AwardRow
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True)
class BarHit:
    """Somebody tried to judge their own household, kin or record, and was kept from it.

    `households` are labels ("一组-012"), `awards` the deeds' numbers where it was about deeds.
    """

    at: datetime
    by: str
    act: str
    households: tuple[str, ...]
    awards: tuple[int, ...]
    device: str

    @property
    def tried(self) -> str:
        """What was tried, in words."""
        return _(_TRIED.get(self.act, mark("经办")))


@dataclass(frozen=True)
class TieMove:
    """A tie was declared or ended: whose, to which household, by whom."""

    at: datetime
    by: str
    user: str
    household: str
    words: str
    ended: bool

    @property
    def move(self) -> str:
        """What was done, in words."""
        return _(_TIES["access.untie" if self.ended else "access.tie"])


def _audited(which: ColumnElement[bool]) -> Prepared:
    return Prepared(
        select(_audit)
        .where(
            and_(_audit.c.village_id == bindparam("village"), which),
            _audit.c.at >= bindparam("begin"),
            _audit.c.at < bindparam("end"),
        )
        .order_by(_audit.c.id)
    )


_BAR_HITS: Final = _audited(
    or_(_audit.c.act.endswith(_BARRED, autoescape=True), _audit.c.act == _OWN)
)
_TIE_MOVES: Final = _audited(or_(*(_audit.c.act == act for act in _TIES)))
_STEPPED: Final = Prepared(
    select(_steps)
    .where(
        _steps.c.village_id == bindparam("village"),
        among(_steps.c.act, "acts"),
        _steps.c.at >= bindparam("begin"),
        _steps.c.at < bindparam("end"),
    )
    .order_by(_steps.c.at, _steps.c.award_id, _steps.c.step)
)


def overrides(session: Session, village_id: int, month: Month) -> list[Override]:
    """Points changed in the review, or after an objection, the oldest first."""
    steps = _stepped(session, village_id, month, (Act.ADJUST, Act.CHANGE))
    awards = _awards_of(session, village_id, steps)
    names = user_names(session, village_id)
    return [_override(step, awards[step.award_id], names.get(step.by, "")) for step in steps]


def reversals(session: Session, village_id: int, month: Month) -> list[Reversal]:
    """Deeds taken back after posting, the oldest first."""
    steps = _stepped(session, village_id, month, (Act.REVERSE,))
    awards = _awards_of(session, village_id, steps)
    names = user_names(session, village_id)
    return [
        Reversal(awards[step.award_id], step.at, names.get(step.by, ""), step.reason)
        for step in steps
    ]


def bar_hits(session: Session, village_id: int, month: Month) -> list[BarHit]:
    """Every attempt to judge one's own household, kin or record, the oldest first."""
    rows = _BAR_HITS.rows(session, village=village_id, begin=month.begin, end=month.end)
    names = user_names(session, village_id) if rows else {}
    return [_bar_hit(row, names.get(row.user_id, "")) for row in rows]


def tie_moves(session: Session, village_id: int, month: Month) -> list[TieMove]:
    """Ties declared and ended, the oldest first: a tie ended for a day would show here."""
    names = user_names(session, village_id)
    erased = erased_in(session, village_id)
    return [
        _tie_move(row, names.get(row.user_id, ""), erased)
        for row in _TIE_MOVES.rows(session, village=village_id, begin=month.begin, end=month.end)
    ]


def _override(step: Any, award: AwardRow, by: str) -> Override:
    found = _CHANGED.fullmatch(step.reason)
    before, after = (int(found[1]), int(found[2])) if found else (None, None)
    reason = found[3] if found else step.reason
    return Override(award, Act(step.act), step.at, by, before, after, reason)


def _bar_hit(row: Any, by: str) -> BarHit:
    detail = json.loads(row.detail)
    return BarHit(
        at=row.at,
        by=by,
        act=row.act,
        households=tuple(detail.get("labels", [])),
        awards=tuple(detail.get("awards", [])),
        device=came_from(row.device),
    )


def _tie_move(row: Any, by: str, erased: Erased) -> TieMove:
    detail = json.loads(row.detail)
    shown = erased.shown(row.act, row.subject, detail)
    return TieMove(
        at=row.at,
        by=by,
        user=row.subject,
        household=detail["household"],
        words=str(shown.get("words", "")),
        ended=row.act == "access.untie",
    )


def _stepped(session: Session, village_id: int, month: Month, acts: Sequence[Act]) -> list[Any]:
    when = {"begin": month.begin, "end": month.end}
    return _STEPPED.rows(session, village=village_id, acts=acts, **when)


def _awards_of(session: Session, village_id: int, steps: Sequence[Any]) -> dict[int, AwardRow]:
    if not steps:
        return {}
    ids = {step.award_id for step in steps}
    return {row.id: row for row in awards_named(session, village_id, ids)}
