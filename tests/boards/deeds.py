"""Deeds of named villagers, recorded and posted through the services."""

import itertools
from dataclasses import replace
from datetime import date, timedelta

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.awards.deciding import approve
from moralbank.awards.posting import reverse
from moralbank.awards.service import RecordAward, record
from moralbank.boards.definitions import BoardContent, board_called
from moralbank.boards.periods import Period, current_quarter
from moralbank.boards.queries import Ranking, rank
from moralbank.boards.service import change_board, content_of
from moralbank.fund.models import FundSource
from moralbank.fund.service import Income, record_income
from moralbank.households.queries import all_households
from moralbank.households.service import (
    EditHousehold,
    NewHousehold,
    NewMember,
    add_household,
    add_member,
    edit_household,
)
from moralbank.money import fen_from_yuan
from moralbank.scheme.queries import Scheme, scheme_on
from moralbank.scheme.rules import NewScheme, as_new_items
from moralbank.scheme.service import adopt
from tests.village import Town

_requests = itertools.count(1)


def request_id() -> str:
    """A request id not used before."""
    return f"boards-{next(_requests):06d}"


def do(
    village: Town,
    label: str,
    item: str,
    quantity: int = 1,
    *,
    on: date | None = None,
    note: str = "",
    member: int = 0,
    points: int | None = None,
    posted: bool = True,
) -> int:
    """Record a deed, and post it unless it shall wait; gives the award's number."""
    day = on or clock.today()
    household = village.household(label)
    with village.database.writing() as session:
        number = scheme_on(session, village.village_id, day).item(item).number
        wanted = RecordAward(
            household_id=household.id,
            item=number,
            quantity=quantity,
            points_each=points,
            deed_on=day,
            note=note,
            member_id=member,
        )
        award = record(session, village.actor(Role.RECORDER), request_id(), wanted)
        if posted:
            approve(session, village.actor(Role.REVIEWER), request_id(), [award])
    return award


def take_back(village: Town, award: int) -> None:
    """Reverse a posted deed."""
    with village.database.writing() as session:
        reverse(session, village.actor(Role.REVIEWER), request_id(), award, "记错了户")


def edit(village: Town, label: str, **changes: object) -> None:
    """Change a household's consent or status."""
    known = village.household(label)
    with village.database.writing() as session:
        wanted = EditHousehold(**{"head": known.head, **changes})  # type: ignore[arg-type]
        edit_household(session, village.actor(Role.ADMIN), known.id, wanted)


def board(village: Town, slug: str, period: Period | None = None, group: str = "") -> Ranking:
    """The board of this quarter unless another period is given."""
    with village.database.reading() as session:
        group_id = next(
            (
                one.group_id
                for one in all_households(session, village.village_id)
                if one.group == group
            ),
            None,
        )
        return rank(
            session, village.village_id, slug, period or current_quarter(), group_id=group_id
        )


def places(ranking: Ranking) -> list[tuple[int, str, int]]:
    """Rank, name and points of everybody on it."""
    return [(entry.rank, entry.name, entry.points) for entry in ranking.entries]


def scheme_of(village: Town) -> Scheme:
    """The scheme of today."""
    with village.database.reading() as session:
        return scheme_on(session, village.village_id, clock.today())


def content(village: Town, slug: str, **changes: object) -> BoardContent:
    """What is said of a board, changed in places."""
    with village.database.reading() as session:
        known = content_of(board_called(session, village.village_id, slug), scheme_of(village))
    return replace(known, **changes)  # type: ignore[arg-type]


def change(village: Town, slug: str, **changes: object) -> bool:
    """Change what is said of a board; whether anything was."""
    wanted, scheme = content(village, slug, **changes), scheme_of(village)
    with village.database.writing() as session:
        return change_board(session, village.actor(Role.ADMIN), slug, wanted, scheme)


def neighbours(village: Town, *heads: str) -> dict[str, str]:
    """More households, in 三组 from 001 on; gives their labels by the head's name."""
    with village.database.writing() as session:
        for number, head in enumerate(heads, start=1):
            wanted = NewHousehold(group="三组", number=f"{number:03d}", head=head)
            add_household(session, village.actor(Role.ADMIN), wanted)
    return {head: f"三组-{number:03d}" for number, head in enumerate(heads, start=1)}


def member(village: Town, label: str, name: str, *, minor: bool = False) -> int:
    """A person of a household."""
    household = village.household(label).id
    with village.database.writing() as session:
        wanted = NewMember(name=name, relation="家人", minor=minor)
        return add_member(session, village.actor(Role.ADMIN), household, wanted).id


def give(
    village: Town,
    party: str,
    yuan: str,
    *,
    source: FundSource = FundSource.DONATION,
    on: date | None = None,
) -> int:
    """Money that came into the fund; gives the voucher's number."""
    request = request_id()
    income = Income(
        source=source,
        number=f"收-{request}",
        day=on or clock.today(),
        amount_fen=fen_from_yuan(yuan) or 0,
        party=party,
    )
    with village.database.writing() as session:
        return record_income(session, village.actor(Role.ACCOUNTANT), request, income)


def adopt_changed(village: Town, item: int, name: str) -> None:
    """A new version of the scheme from tomorrow on: an item has another name, or ("") is gone."""
    tomorrow = clock.today() + timedelta(days=1)
    with village.database.writing() as session:
        items = as_new_items(scheme_on(session, village.village_id, clock.today()))
        renamed = (replace(one, name=name) if one.number == item else one for one in items)
        left = tuple(one for one in renamed if one.name)
        wanted = NewScheme("村民会议通过", clock.today(), tomorrow, left)
        adopt(session, village.actor(Role.ADMIN), wanted)
