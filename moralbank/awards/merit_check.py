"""The proof of the sums that boards are made of: they are made anew from the deeds."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Table, bindparam, extract, func, select
from sqlmodel import Session

from moralbank.awards.merits import SUMS, month_number
from moralbank.awards.models import Award, AwardState
from moralbank.i18n import _
from moralbank.ledger.check import Problem

_Sums = Mapping[tuple[int, ...], tuple[int, int]]
"""Points and how many deeds, by the values of a table's key after the village."""
_awards: Final[Table] = Award.__table__  # type: ignore[attr-defined]
_HOUSEHOLD: Final = -2
"""Where the household stands in either key; the member comes last."""
_KEYS: Final = (
    extract("year", _awards.c.deed_on).label("year"),
    extract("month", _awards.c.deed_on).label("month"),
    _awards.c.item,
    _awards.c.scheme_version,
    _awards.c.household_id,
    _awards.c.member_id,
)
_POSTED: Final = (
    select(*_KEYS, func.sum(_awards.c.points), func.count())
    .where(
        _awards.c.village_id == bindparam("village"),
        _awards.c.state == AwardState.POSTED,
        _awards.c.deduction.is_(False),
    )
    .group_by(*_KEYS)
)


def check_merits(session: Session, village_id: int) -> Iterator[Problem]:
    """Every sum that is not that of its deeds, one problem a household."""
    months = _made(session, village_id)
    honours: dict[tuple[int, ...], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for key, (points, merits) in months.items():
        before = honours[key[_HOUSEHOLD:]]
        honours[key[_HOUSEHOLD:]] = (before[0] + points, before[1] + merits)
    wrong = {
        key[_HOUSEHOLD]
        for table, made in zip(SUMS, (months, honours), strict=True)
        for key in _differing(_kept(session, village_id, table), made)
    }
    for household in sorted(wrong):
        text = _("第 %(id)s 户上榜用的积分合计与积分记录不符", id=household)
        yield Problem("merit_sums", text)


def _differing(kept: _Sums, made: _Sums) -> Iterator[tuple[int, ...]]:
    """The keys of sums that are wrong, missing, or of no deed."""
    for key in kept.keys() | made.keys():
        if kept.get(key, (0, 0)) != made.get(key, (0, 0)):
            yield key


def _made(session: Session, village_id: int) -> _Sums:
    """The months as all deeds make them."""
    rows: Any = session.connection().execute(_POSTED, {"village": village_id})
    return {
        (month_number(int(year), int(month)), *key): (int(points), merits)
        for year, month, *key, points, merits in rows
    }


def _kept(session: Session, village_id: int, table: Table) -> _Sums:
    """The sums as they are kept."""
    rows: Any = session.connection().execute(select(table).where(table.c.village_id == village_id))
    return {tuple(key): (points, merits) for _village, *key, points, merits in rows}
