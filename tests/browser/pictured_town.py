"""A town of five small villages and its overseer, to be pictured."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from moralbank.access.permissions import Role
from moralbank.access.service import add_user
from moralbank.db import Database
from moralbank.demo.material import Material, material
from moralbank.demo.service import Size, build_village, staff_of
from moralbank.migrations import upgrade
from moralbank.regions.service import founder, open_office, wanted_office
from tests.village import PASSWORD

TOWN: Final = "150404103"
OVERSEER: Final = "刘芳"
VILLAGES: Final = (
    ("150404103201", "羊圈湾村", 22),
    ("150404103202", "小河沿村", 18),
    ("150404103203", "北洼村", 12),
    ("150404103204", "石门子村", 16),
    ("150404103205", "杨树林村", 14),
)
DAYS: Final = 60


def make_town(instance: Path) -> None:
    """Fill an empty folder with the town; `OVERSEER` signs in with the tests' `PASSWORD`."""
    instance.mkdir(parents=True)
    database = Database(f"sqlite:///{instance / 'moralbank.db'}")
    try:
        upgrade(database.engine)
        for seed, (code, name, households) in enumerate(VILLAGES):
            people = _called(material(), code, name)
            build_village(
                database,
                people,
                {who: PASSWORD for who, _role in staff_of(people)},
                instance=instance,
                seed=seed,
                size=Size(households, DAYS),
                progress=lambda _days: None,
            )
        with database.writing() as session:
            office = open_office(session, wanted_office(TOWN, material().settings["town"]))
            actor = founder(office.id)
            add_user(session, actor, OVERSEER, Role.OVERSEER, PASSWORD, first=False)
    finally:
        database.close()


def _called(usual: Material, code: str, name: str) -> Material:
    """The demo's material for another village; no two in one installation sign in by one name."""

    def own(who: str) -> str:
        return name + who

    return replace(
        usual,
        code=code,
        name=name,
        staff={role: own(who) for role, who in usual.staff.items()},
        colleague=own(usual.colleague),
        private_shop=replace(usual.private_shop, keeper=own(usual.private_shop.keeper)),
        # The large demo's are for ten times as many households, and its ties name some of those.
        incomes=tuple(replace(one, yuan=one.yuan // 8) for one in usual.incomes),
        shelves=tuple((up_to, max(pieces // 8, 1)) for up_to, pieces in usual.shelves),
        ties=(),
    )
