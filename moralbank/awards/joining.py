"""The one select behind every list of deeds: with household, group, item and member."""

from datetime import date
from typing import Any, Final

from sqlalchemy import BindParameter, ColumnElement, Select, and_, literal_column, or_, select

from moralbank.awards.models import Award, AwardState
from moralbank.households.models import Household, Member
from moralbank.scheme.models import SchemeItem
from moralbank.villages.models import Group

awards = Award.__table__  # type: ignore[attr-defined]
households = Household.__table__  # type: ignore[attr-defined]
members = Member.__table__  # type: ignore[attr-defined]
groups = Group.__table__  # type: ignore[attr-defined]
items = SchemeItem.__table__  # type: ignore[attr-defined]


def joined(village_id: int | BindParameter[int]) -> Select[Any]:
    """Awards of one village with their household, group, item and member."""
    here = awards.c.village_id
    chosen = select(
        awards,
        households.c.number,
        households.c.head,
        groups.c.id.label("group_id"),
        groups.c.name.label("group"),
        items.c.name.label("item_name"),
        items.c.unit,
        members.c.name.label("member_name"),
        members.c.minor,
    )
    of_member = and_(members.c.village_id == here, members.c.id == awards.c.member_id)
    return with_household(chosen).outerjoin(members, of_member).where(here == village_id)


def with_household(chosen: Select[Any]) -> Select[Any]:
    """The same select of awards, joined with their household, group and item."""
    here = awards.c.village_id
    return (
        chosen.join(
            households,
            and_(households.c.village_id == here, households.c.id == awards.c.household_id),
        )
        .join(groups, and_(groups.c.village_id == here, groups.c.id == households.c.group_id))
        .join(
            items,
            and_(
                items.c.village_id == here,
                items.c.version == awards.c.scheme_version,
                items.c.number == awards.c.item,
            ),
        )
    )


def stands(*states: AwardState) -> ColumnElement[bool]:
    """The condition that a deed stands so.

    As literals: indexes of awards have conditions on the state (see ARCHITECTURE, "Speed").
    """
    literals: list[ColumnElement[str]] = [literal_column(f"'{state.value}'") for state in states]
    found: ColumnElement[bool] = awards.c.state.in_(literals)
    return found


UNPOSTED: Final[ColumnElement[bool]] = awards.c.state != literal_column("'posted'")
"""The condition of `ix_awards_unposted`, as a literal for the same reason."""


def walking(chosen: Select[Any]) -> Select[Any]:
    """The order of the queues: by group, household, item."""
    return chosen.order_by(
        groups.c.position, groups.c.id, households.c.number, awards.c.item, awards.c.id
    )


def by_item(chosen: Select[Any]) -> Select[Any]:
    """The order of the review: by group, item, household."""
    return chosen.order_by(
        groups.c.position, groups.c.id, awards.c.item, households.c.number, awards.c.id
    )


def within(first: date | None, last: date | None) -> ColumnElement[bool]:
    """Whether a deed's day lies between two, both included; None is no bound."""
    bounds = []
    if first is not None:
        bounds.append(awards.c.deed_on >= first)
    if last is not None:
        bounds.append(awards.c.deed_on <= last)
    return and_(True, *bounds)


def fits(word: str) -> ColumnElement[bool]:
    """Whether a deed fits one word typed: a name, initials, a label, words of the note."""
    label = groups.c.name + "-" + households.c.number
    texts = (households.c.head, members.c.name, label, awards.c.note, items.c.name)
    ways = [text.contains(word, autoescape=True) for text in texts]
    if word.isascii() and word.isalpha():
        ways.append(households.c.initials.startswith(word.lower(), autoescape=True))
    return or_(*ways)
