"""A village with a long history: as many posted deeds as are asked for, in one year of days.

However many there are, they are spread over the same twelve months: a month of the long history has
a thousand times as many as one of the short. The village is founded through the services, its deeds
are written by `chronicle.py`, and its books are proved before anything is made of a figure.
"""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from secrets import token_urlsafe
from typing import Final

from sqlalchemy import func, select
from sqlmodel import Session

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.access.service import add_user
from moralbank.audit import Actor
from moralbank.awards.merit_check import check_merits
from moralbank.awards.models import Award
from moralbank.bench.chronicle import Chronicle, Home, Place
from moralbank.bench.people import heads
from moralbank.bench.plan import Plan
from moralbank.boards.periods import Period, read_period
from moralbank.db import Database
from moralbank.households.models import Member
from moralbank.households.queries import all_households
from moralbank.households.roster import RosterRow
from moralbank.households.service import import_roster
from moralbank.ledger.check import check_ledger
from moralbank.ledger.models import AccountKind, Transfer
from moralbank.ledger.queries import account_of, balances
from moralbank.ledger.service import take_numbers
from moralbank.migrations import upgrade
from moralbank.scheme.queries import scheme_on
from moralbank.scheme.rules import NewScheme
from moralbank.scheme.service import adopt, default_items
from moralbank.villages.service import OpenVillage, change_setting, open_village
from moralbank.villages.settings import NOTICE_DAYS

CODE: Final = 150404103298
HOUSEHOLDS: Final = 450
PASSWORD: Final = token_urlsafe(12)
_GROUPS: Final = "一二三四五六七八九"
_DEVICE: Final = "bench"
_awards: Final = Award.__table__  # type: ignore[attr-defined]
_transfers: Final = Transfer.__table__  # type: ignore[attr-defined]


class History:
    """The village with so many deeds, in a file of its own; `wrong` is what its proof found."""

    def __init__(self, file: Path, deeds: int) -> None:
        """Prove what lies there."""
        self.deeds: Final = deeds
        self.database: Final = Database(f"sqlite:///{file}")
        with self.database.reading() as session:
            self.wrong: Final = _wrong(session, deeds)
            owners = balances(session, CODE, AccountKind.HOUSEHOLD_POINTS)
        # Those who did most, whatever the size: all have lines enough for a whole page.
        self.busiest: Final = sorted(owners, key=lambda owner: -owners[owner].amount)[:5]


@cache
def month() -> Period:
    """The month that boards are made of: the last one of the history."""
    return read_period(f"{_days()[-1]:%Y-%m}")


@cache
def histories(plan: Plan) -> Mapping[int, History]:
    """The village at every size of the plan, by the number of deeds; made once a run."""
    growing = plan.folder / "history.db"
    chronicle = founded(growing)
    found = {}
    for size in plan.size.history:
        chronicle.grow(size)
        file = plan.folder / f"history-{size}.db"
        if size == plan.size.history[-1]:
            growing.rename(file)
        else:
            shutil.copyfile(growing, file)
        found[size] = History(file, size)
    return found


def founded(
    file: Path, back: timedelta = timedelta(days=1), apart: timedelta = timedelta(seconds=1)
) -> Chronicle:
    """The village before its first deed; deeds are posted from so long `back` on, so far apart."""
    database = Database(f"sqlite:///{file}")
    upgrade(database.engine)
    days = _days()
    with database.writing() as session, clock.at(clock.midnight(days[0])):
        place = _settle(session, days)
    database.close()
    return Chronicle(file, place, clock.now() - back, apart)


def _days() -> list[date]:
    """Every day of the twelve whole months before this one."""
    last = clock.today().replace(day=1) - timedelta(days=1)
    first = date(last.year - 1, last.month, 1) + timedelta(days=31)
    first = first.replace(day=1)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _settle(session: Session, days: list[date]) -> Place:
    """People, a scheme without caps, and no days of notice."""
    open_village(session, OpenVillage(str(CODE), "量速村"))
    founder = Actor(CODE, 0, "bench", Role.ADMIN, _DEVICE)
    users = [
        add_user(session, founder, f"{role}298", role, PASSWORD, first=False).id
        for role in (Role.RECORDER, Role.REVIEWER)
    ]
    change_setting(session, founder, NOTICE_DAYS, "0")
    items = tuple(replace(item, cap=None) for item in default_items())
    adopt(session, founder, NewScheme("村民会议通过", days[0], days[0], items))
    rows = [
        RosterRow(number, f"{_GROUPS[number % len(_GROUPS)]}组", f"{number:03d}", head)
        for number, head in enumerate(heads(HOUSEHOLDS), start=1)
    ]
    import_roster(session, founder, rows, filename="bench")
    return Place(
        village_id=CODE,
        recorder=users[0],
        reviewer=users[1],
        issued=account_of(session, CODE, AccountKind.POINTS_ISSUED).account,
        homes=_homes(session),
        items=scheme_on(session, CODE, days[0]).merits,
        days=days,
    )


def _homes(session: Session) -> list[Home]:
    """Every household, each with one more person."""
    households = all_households(session, CODE)
    accounts = balances(session, CODE, AccountKind.HOUSEHOLD_POINTS)
    numbers = take_numbers(session, CODE, "member", len(households))
    homes = []
    for one, member in zip(households, numbers, strict=True):
        name = f"{one.head[:1]}小妹"
        session.add(
            Member(
                village_id=CODE,
                id=member,
                household_id=one.id,
                name=name,
                relation="家人",
                minor=member % 10 == 0,
            )
        )
        homes.append(Home(one.id, member, accounts[one.id].account))
    session.flush()
    return homes


def _wrong(session: Session, deeds: int) -> str:
    """What is wrong with the rows, the chain, the balances or the sums; empty if nothing."""
    for table in (_awards, _transfers):
        found = session.connection().scalar(select(func.count()).select_from(table))
        if found != deeds:
            return f"{found} rows of {table.name} instead of {deeds}"
    problems = [*check_ledger(session, CODE), *check_merits(session, CODE)]
    return problems[0].text if problems else ""
