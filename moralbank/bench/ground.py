"""A village to measure in, made through the services as any other."""

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlmodel import Session

from moralbank import clock, db
from moralbank.access.permissions import Role
from moralbank.access.service import add_user
from moralbank.audit import Actor
from moralbank.awards.deciding import approve
from moralbank.awards.service import RecordAward, record
from moralbank.check import check_village
from moralbank.config import Settings
from moralbank.db import Database
from moralbank.households.service import NewHousehold, add_household
from moralbank.migrations import upgrade
from moralbank.scheme.queries import scheme_on
from moralbank.scheme.service import adopt_default
from moralbank.store.queries import products
from moralbank.store.service import ReceivedLine, Receiving, open_shop, receive
from moralbank.store.shelf import batches
from moralbank.villages.service import OpenVillage, change_setting, open_village
from moralbank.villages.settings import NOTICE_DAYS

CODE: Final = 150404103299
HOUSEHOLDS: Final = 20
POINTS: Final = 999
"""What each household has: enough for a long day at the counter."""
PIECES: Final = 50_000
_DEVICE: Final = "bench"


class Ground:
    """The village, its shopkeeper's password, and what to redeem there."""

    def __init__(self, folder: Path, url: str = "", village_id: int = CODE) -> None:
        """Make it in a database of its own in `folder`, or in the one at `url`."""
        self.village_id: Final = village_id
        self.settings = Settings(folder, url or f"sqlite:///{folder / 'bench.db'}")
        self.database = Database(self.settings.database_url)
        self.password = secrets.token_urlsafe(16)
        self.people: dict[Role, Actor] = {}
        upgrade(self.database.engine)
        with self.database.writing() as session:
            self._found(session)
            self.households = self._settle(session)
            self._stock(session)

    @property
    def shopkeeper(self) -> Actor:
        """Who redeems."""
        return self.people[Role.SHOPKEEPER]

    def problem(self) -> str:
        """The first thing that is wrong with the books, or nothing."""
        db.use(self.database)
        with self.database.reading() as session:
            problems = check_village(session, self.village_id)
        return problems[0].text if problems else ""

    def _found(self, session: Session) -> None:
        open_village(session, OpenVillage(str(self.village_id), "量速村"))
        founder = Actor(self.village_id, 0, "bench", Role.ADMIN, _DEVICE)
        for role in (Role.RECORDER, Role.REVIEWER, Role.SHOPKEEPER):
            name = f"{role}{self.village_id % 1000}"
            user = add_user(session, founder, name, role, self.password, first=False)
            self.people[role] = Actor(self.village_id, user.id, user.name, role, _DEVICE)
        adopt_default(session, founder)
        open_shop(session, founder)
        change_setting(session, founder, NOTICE_DAYS, "0")
        self.founder = founder

    def _settle(self, session: Session) -> list[int]:
        """Households with enough points for a long day."""
        made = []
        for number in range(1, HOUSEHOLDS + 1):
            new = NewHousehold(group="一组", number=f"{number:03d}", head="包海")
            home = add_household(session, self.founder, new)
            self._credit(session, home.id)
            made.append(home.id)
        return made

    def _credit(self, session: Session, household_id: int) -> None:
        day = clock.today() - timedelta(days=1)
        item = scheme_on(session, self.village_id, day).item("参加村民会议")
        wanted = RecordAward(household_id, item.number, quantity=POINTS, deed_on=day, note="bench")
        recorder, reviewer = self.people[Role.RECORDER], self.people[Role.REVIEWER]
        award = record(session, recorder, f"bench-deed-{household_id:04d}", wanted)
        approve(session, reviewer, f"bench-post-{household_id:04d}", [award])

    def _stock(self, session: Session) -> None:
        cheapest = min(products(session, self.village_id), key=lambda one: one.price_fen)
        lines = {cheapest.id: ReceivedLine(PIECES, None, None)}
        receive(session, self.shopkeeper, "bench-receive", Receiving(lines))
        self.product = cheapest.id
        self.price_fen = cheapest.price_fen
        self.batch = max(one.id for one in batches(session, self.village_id, cheapest.id))
