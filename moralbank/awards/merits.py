"""What posted merits come to by month and in all, kept by the transaction that posts them.

Boards add months up instead of deeds, so a board costs as much after a million deeds as before.
`merit_check.py` proves that the sums are those of the deeds.
"""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Table, bindparam, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from moralbank.awards.models import AwardHonour, AwardMonth
from moralbank.prepared import Prepared

_months: Final[Table] = AwardMonth.__table__  # type: ignore[attr-defined]
_honours: Final[Table] = AwardHonour.__table__  # type: ignore[attr-defined]
_HUNDRED: Final = 100

SUMS: Final[tuple[Table, ...]] = (_months, _honours)
"""The tables of sums."""


def month_number(year: int, month: int) -> int:
    """A month as `AwardMonth` keeps it: 202610."""
    return _HUNDRED * year + month


def _adding(table: Table) -> Prepared:
    """The upsert that adds to one row of sums; both databases write it alike."""
    wanted = insert(table)
    added = {name: table.c[name] + wanted.excluded[name] for name in ("points", "merits")}
    statement = wanted.on_conflict_do_update(
        index_elements=table.primary_key.columns, set_=added
    ).inline()
    return Prepared(statement, columns=[column.name for column in table.columns])


def _taking(table: Table) -> Any:
    keys = [column == bindparam(f"of_{column.name}") for column in table.primary_key.columns]
    less = {"points": table.c.points - bindparam("less"), "merits": table.c.merits - 1}
    return update(table).where(*keys).values(less)


_ADD: Final = tuple(_adding(table) for table in SUMS)
_TAKE: Final = tuple(_taking(table) for table in SUMS)


def add_merits(session: Session, village_id: int, awards: Iterable[Any]) -> None:
    """Add deeds that were just posted, however many, to every sum that they belong to.

    Deductions among them don't count. Added up here, since a database that adds up the deeds of an
    event may look for them among all that the village ever had.
    """
    months: dict[tuple[int, ...], list[int]] = {}
    for one in awards:
        if not one.deduction:
            month = month_number(one.deed_on.year, one.deed_on.month)
            kind = (month, one.item, one.scheme_version)
            _add_up(months, (village_id, *kind, one.household_id, one.member_id), one.points, 1)
    honours: dict[tuple[int, ...], list[int]] = {}
    for (*_kind, household_id, member_id), (points, merits) in months.items():
        _add_up(honours, (village_id, household_id, member_id), points, merits)
    for table, statement, sums in zip(SUMS, _ADD, (months, honours), strict=True):
        names = [column.name for column in table.columns]
        rows = [dict(zip(names, (*key, *sums[key]), strict=True)) for key in sorted(sums)]
        if rows:
            statement.many(session, rows)


def _add_up(
    sums: dict[tuple[int, ...], list[int]], key: tuple[int, ...], points: int, merits: int
) -> None:
    known = sums.setdefault(key, [0, 0])
    known[0] += points
    known[1] += merits


def take_merit(session: Session, award: Any) -> None:
    """Take one posted deed back out again; a deduction was never in."""
    if award.deduction:
        return
    month = month_number(award.deed_on.year, award.deed_on.month)
    for table, statement in zip(SUMS, _TAKE, strict=True):
        keys = {
            f"of_{column.name}": month if column.name == "month" else getattr(award, column.name)
            for column in table.primary_key.columns
        }
        session.connection().execute(statement, {**keys, "less": award.points})
