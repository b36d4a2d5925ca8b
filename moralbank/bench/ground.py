"""A village to measure in, made through the services as any other."""

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlmodel import Session

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.access.service import add_user
from moralbank.audit import Actor
from moralbank.awards.deciding import approve
from moralbank.awards.service import RecordAward, record
from moralbank.config import Settings
from moralbank.db import Database
from moralbank.households.service import NewHousehold, add_household
from moralbank.migrations import upgrade
from moralbank.scheme.queries import scheme_on
from moralbank.scheme.service import adopt_default
from moralbank.store.service import ReceivedLine, Receiving, open_shop, receive
from moralbank.villages.service import OpenVillage, change_setting, open_village
from moralbank.villages.settings import NOTICE_DAYS

CODE: Final = 150404103299
HOUSEHOLDS: Final = 20
POINTS: Final = 999
PIECES: Final = 50_000
_DEVICE: Final = "bench"


class Ground:
    """The village, its shopkeeper's password, and what to redeem there."""

    def __init__(self, folder: Path) -> None:
        """Make it in `folder`, in a database of its own."""
        self.settings = Settings(folder, f"sqlite:///{folder / 'bench.db'}")
        self.database = Database(self.settings.database_url)
        self.password = secrets.token_urlsafe(16)
        self.people: dict[Role, Actor] = {}
        upgrade(self.database.engine)
        with self.database.writing() as session:
            self._found(session)
            self.households = self._settle(session)
            self.product = self._stock(session)

    def _found(self, session: Session) -> None:
        open_village(session, OpenVillage(str(CODE), "量速村"))
        founder = Actor(CODE, 0, "bench", Role.ADMIN, _DEVICE)
        for role in (Role.RECORDER, Role.REVIEWER, Role.SHOPKEEPER):
            user = add_user(session, founder, f"bench{role}", role, self.password, first=False)
            self.people[role] = Actor(CODE, user.id, user.name, role, _DEVICE)
        adopt_default(session, founder)
        open_shop(session, founder)
        change_setting(session, founder, NOTICE_DAYS, "0")
        self.founder = founder

    def _settle(self, session: Session) -> list[int]:
        """Households with enough points for a long day."""
        day = clock.today() - timedelta(days=1)
        item = scheme_on(session, CODE, day).item("参加村民会议")
        made = []
        for number in range(1, HOUSEHOLDS + 1):
            new = NewHousehold(group="一组", number=f"{number:03d}", head="包海")
            home = add_household(session, self.founder, new)
            wanted = RecordAward(home.id, item.number, quantity=POINTS, deed_on=day, note="bench")
            recorder, reviewer = self.people[Role.RECORDER], self.people[Role.REVIEWER]
            award = record(session, recorder, f"bench-deed-{number:04d}", wanted)
            approve(session, reviewer, f"bench-post-{number:04d}", [award])
            made.append(home.id)
        return made

    def _stock(self, session: Session) -> int:
        from moralbank.store.queries import products  # noqa: PLC0415 - after the shop is open

        cheapest = min(products(session, CODE), key=lambda one: one.price_fen)
        lines = {cheapest.id: ReceivedLine(PIECES, None, None)}
        receive(session, self.people[Role.SHOPKEEPER], "bench-receive", Receiving(lines))
        return cheapest.id
