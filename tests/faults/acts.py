"""What a village's machine is busy with while it is killed: acts that each can be asked for again.

An act is plain JSON: what to do, on which day, under which request id. So the process that is
killed and the test that looks at what is left mean the same by it.
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlmodel import Session, col, select

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.awards.deciding import approve
from moralbank.awards.service import RecordAward, record
from moralbank.check import check_village
from moralbank.counter.models import Proof, Slip
from moralbank.counter.refunding import refund
from moralbank.counter.service import Redeem, redeem
from moralbank.db import Database
from moralbank.households.entry import cleaned
from moralbank.households.models import Household
from moralbank.households.service import import_roster
from moralbank.ledger.requests import outcome
from moralbank.notices.models import NoticeState
from moralbank.notices.queries import notice
from moralbank.notices.service import close_due, open_notice
from moralbank.scheme.queries import scheme_on
from moralbank.store.importing import import_goods
from moralbank.store.models import Product
from moralbank.store.queries import product_by_sku
from moralbank.villages.service import change_setting
from moralbank.villages.settings import NOTICE_DAYS
from tests.counter.till import DU, Till
from tests.village import VILLAGE_ID, Town, found_village

Act = dict[str, Any]
"""`do` names it, `on` is the day; `id` its request id, or what tells an import from all others."""

NOTICES: Final = 3
LETTERS: Final = "ABCD"
ROWS: Final = len(LETTERS)
DAYS: Final = 5
"""So many days of the calendar one day of work takes: what it hangs falls due within it."""
SOAP: Final = "SOAP-126G"


def founded(database: Database, first: date) -> Town:
    """The village as it begins work: points to spend, soap on the shelf, three days of notice."""
    town = Town(database, VILLAGE_ID)
    with _noon(first):
        found_village(database)
        till = Till(town)
        for days_ago in (1, 2, 3):
            till.give(DU, 999, days_ago)
        for _delivery in range(3):
            till.stock(SOAP_126G=999)
        with database.writing() as session:
            change_setting(session, town.actor(Role.ADMIN), NOTICE_DAYS, "3")
    return town


def day_of_work(name: str, first: date) -> Generator[Act, int, None]:
    """The acts of a day, each built on what the ones before gave (it is sent in)."""
    on = str(first)
    awards = []
    for number in range(NOTICES):
        award = yield {"do": "record", "on": on, "id": f"{name}-deed-{number}"}
        awards.append(award)
    yield {"do": "approve", "on": on, "id": f"{name}-approve", "awards": awards}
    for number, award in enumerate(awards):
        yield {"do": "hang", "on": on, "id": f"{name}-hang-{number}", "awards": [award]}
    on = str(first + timedelta(days=DAYS - 1))
    slip = yield {"do": "redeem", "on": on, "id": f"{name}-sale"}
    yield {"do": "close", "on": on, "id": f"{name}-close"}
    for number in range(1000):
        yield {"do": "roster", "on": on, "id": f"{name}-{number:03d}"}
        slip = yield {"do": "redeem", "on": on, "id": f"{name}-sale-{number}"}
        yield {"do": "goods", "on": on, "id": f"{name}-{number:03d}"}
        yield {"do": "refund", "on": on, "id": f"{name}-back-{number}", "slip": slip}


@dataclass
class Work:
    """One village's machine, doing one act after the other."""

    town: Town

    def do(self, act: Act) -> int:
        """Do an act, or find that it was done; its result, 0 for an act that gives no number."""
        with _noon(date.fromisoformat(act["on"])), self.town.database.writing() as session:
            return int(getattr(self, f"_{act['do']}")(session, act) or 0)

    def trace(self, act: Act) -> int | None:
        """What is in the books of an act: its result, None where nothing of it is."""
        with self.town.database.reading() as session:
            if act["do"] in {"roster", "goods"}:
                found = len(self._rows(session, act))
                assert found in {0, ROWS}, f"half an import: {act}"
                return 0 if found else None
            if act["do"] == "close":
                return None if self._hanging(session, act) else 0
            found_request = outcome(session, self.town.village_id, act["id"])
        return None if found_request is None else found_request.result or 0

    def problems(self, on: str) -> list[str]:
        """What `moralbank check` finds, on that day."""
        with _noon(date.fromisoformat(on)), self.town.database.reading() as session:
            return [str(one) for one in check_village(session, self.town.village_id)]

    def slips(self) -> int:
        """How many slips there are."""
        with self.town.database.reading() as session:
            return len(session.exec(select(Slip.id)).all())

    def _record(self, session: Session, act: Act) -> int:
        day = clock.today()
        item = scheme_on(session, self.town.village_id, day).item("出义务工")
        wanted = RecordAward(self._du(session), item.number, deed_on=day, note=act["id"])
        return record(session, self.town.actor(Role.RECORDER), act["id"], wanted)

    def _approve(self, session: Session, act: Act) -> None:
        approve(session, self.town.actor(Role.REVIEWER), act["id"], act["awards"])

    def _hang(self, session: Session, act: Act) -> int:
        return open_notice(session, self.town.actor(Role.ADMIN), act["id"], act["awards"])

    def _close(self, session: Session, _act: Act) -> None:
        close_due(session)

    def _redeem(self, session: Session, act: Act) -> int:
        soap = product_by_sku(session, self.town.village_id, SOAP).id
        wanted = Redeem(self._du(session), None, {soap: 1}, proof=Proof.PIN)
        return redeem(session, self.town.actor(Role.SHOPKEEPER), act["id"], wanted)

    def _refund(self, session: Session, act: Act) -> int:
        keeper = self.town.actor(Role.SHOPKEEPER)
        return refund(session, keeper, act["id"], act["slip"], {1: False}, "")

    def _roster(self, session: Session, act: Act) -> None:
        number = _house_number(act)
        rows = [
            cleaned({"group": "七组", "number": f"{number}{letter}", "head": "白云瑞"})
            for letter in LETTERS
        ]
        import_roster(session, self.town.actor(Role.ADMIN), rows, filename=act["id"])

    def _goods(self, session: Session, act: Act) -> None:
        lines = [f"{act['id']}-{row},毛巾 {act['id']} {row},日用,条,9.00" for row in range(ROWS)]
        content = "\n".join(["货号,名称,类别,单位,价格（元）", *lines]).encode()
        keeper = self.town.actor(Role.SHOPKEEPER)
        import_goods(session, keeper, content, f"{act['id']}.csv", skip_errors=False)

    def _rows(self, session: Session, act: Act) -> list[Any]:
        if act["do"] == "roster":
            ours = col(Household.number).startswith(_house_number(act))
            return list(session.exec(select(Household.id).where(ours)))
        ours = col(Product.sku).startswith(f"{act['id'].upper()}-")
        return list(session.exec(select(Product.id).where(ours)))

    def _hanging(self, session: Session, act: Act) -> bool:
        """Whether what the day hung still hangs; part of it must not."""
        name = act["id"].removesuffix("-close")
        hung = [
            outcome(session, self.town.village_id, f"{name}-hang-{number}")
            for number in range(NOTICES)
        ]
        village_id = self.town.village_id
        states = {notice(session, village_id, one.result or 0).state for one in hung if one}
        assert len(states) == 1, "half of what was due is closed"
        return states == {NoticeState.OPEN}

    def _du(self, session: Session) -> int:
        return session.exec(select(Household.id).where(Household.head == "杜仁森")).one()


def _house_number(act: Act) -> str:
    """What the numbers of an import's households begin with: d012-003 → 1012003."""
    return "1" + "".join(letter for letter in act["id"] if letter.isdigit())


@contextmanager
def _noon(day: date) -> Iterator[None]:
    with clock.at(datetime.combine(day, time(12), tzinfo=clock.VILLAGE_ZONE)):
        yield
