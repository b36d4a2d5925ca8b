"""A village whose notices hang, ready to be closed: made through the services as any other."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Final

from sqlmodel import Session

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.access.service import add_user
from moralbank.audit import Actor
from moralbank.awards.deciding import approve
from moralbank.awards.service import RecordAward, record_deduction, record_many
from moralbank.config import Settings
from moralbank.db import Database
from moralbank.households.entry import cleaned
from moralbank.households.headings import GROUP, HEAD, NUMBER
from moralbank.households.queries import all_households
from moralbank.households.service import import_roster
from moralbank.migrations import upgrade
from moralbank.notices.service import open_notice
from moralbank.scheme.queries import scheme_on
from moralbank.scheme.service import adopt_default
from moralbank.villages.service import OpenVillage, change_setting, open_village
from moralbank.villages.settings import NOTICE_DAYS

CODE: Final = 150404103299
HOUSEHOLDS: Final = 450
HUNG_FOR: Final = timedelta(days=10)
"""So long ago every notice was opened: its last day is over."""
_DEVICE: Final = "bench"
_A_GROUP: Final = 50
_GROUPS: Final = "一二三四五六七八九"
_MERITS: Final = ("出义务工", "植树绿化", "关爱留守儿童、老人", "参加村民会议", "参与调解纠纷")
_DEDUCTION: Final = "乱倒垃圾"
_ONE_DEDUCTION_IN: Final = 100


class Wall:
    """The village, and the notices that hang in it: `notices` are their numbers, in order."""

    def __init__(self, folder: Path, lines: Sequence[int], url: str = "") -> None:
        """Hang a notice of each of these lengths, in a new database or in the one at `url`."""
        self.settings = Settings(folder, url or f"sqlite:///{folder / 'wall.db'}")
        self.database: Final = Database(self.settings.database_url)
        self.clock: Final = Actor(CODE, 0, "系统", "system", "clock")
        self._founder: Final = Actor(CODE, 0, "bench", Role.ADMIN, _DEVICE)
        self._deeds: Final = count(1)
        upgrade(self.database.engine)
        with clock.at(clock.now() - HUNG_FOR):
            with self.database.writing() as session:
                self._found(session)
                self._homes = self._settle(session, min(HOUSEHOLDS, max(lines)))
            self.notices: Final = [self._hang(several) for several in lines]

    def _found(self, session: Session) -> None:
        open_village(session, OpenVillage(str(CODE), "量速村"))
        adopt_default(session, self._founder)
        change_setting(session, self._founder, NOTICE_DAYS, "3")
        self._recorder, self._reviewer = (
            self._hired(session, role) for role in (Role.RECORDER, Role.REVIEWER)
        )

    def _hired(self, session: Session, role: Role) -> Actor:
        user = add_user(session, self._founder, f"bench{role}", role, "bench bench", first=False)
        return Actor(CODE, user.id, user.name, role, _DEVICE)

    def _settle(self, session: Session, homes: int) -> list[int]:
        rows = [
            cleaned(
                {GROUP: f"{_GROUPS[n // _A_GROUP]}组", NUMBER: f"{n % _A_GROUP + 1}", HEAD: "包海"}
            )
            for n in range(homes)
        ]
        import_roster(session, self._founder, rows, filename="bench.xlsx")
        return [one.id for one in all_households(session, CODE)]

    def _hang(self, lines: int) -> int:
        """Record so many deeds, approve them, hang them; the notice's number."""
        deductions = lines // _ONE_DEDUCTION_IN
        with self.database.writing() as session:
            deeds = [*self._merits(session, lines - deductions)]
            deeds += [self._deduction(session, home) for home in self._homes[:deductions]]
        self.database.close()  # PostgreSQL keeps plans that it made for an empty village
        name = f"bench-{next(self._deeds):06d}"
        with self.database.writing() as session:
            approve(session, self._reviewer, f"{name}-approve", deeds)
            return open_notice(session, self._founder, f"{name}-hang", deeds)

    def _merits(self, session: Session, left: int) -> Iterator[int]:
        """The same deed of every household, and so on, until there are so many."""
        day = clock.today()
        scheme = scheme_on(session, CODE, day)
        while left:
            deed, some = next(self._deeds), self._homes[:left]
            yield from record_many(
                session,
                self._recorder,
                f"bench-{deed:06d}",
                some,
                scheme.item(_MERITS[deed % len(_MERITS)]).number,
                deed_on=day - timedelta(days=deed % 60),
                note=f"第 {deed} 次",
            )
            left -= len(some)

    def _deduction(self, session: Session, home: int) -> int:
        day = clock.today()
        item = scheme_on(session, CODE, day).item(_DEDUCTION).number
        note = f"村口第 {next(self._deeds)} 次"
        wanted = RecordAward(home, item, quantity=1, deed_on=day, note=note)
        return record_deduction(session, self._recorder, wanted)
