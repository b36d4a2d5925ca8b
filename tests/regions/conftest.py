"""A town of two villages beside another town, all in one county; each with an office."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pytest
from flask import Flask

from moralbank.access.permissions import Role
from moralbank.access.service import add_user
from moralbank.audit import Actor
from moralbank.db import Database
from moralbank.regions.service import founder, open_office, wanted_office
from moralbank.villages.service import change_setting
from moralbank.villages.settings import TOWN
from tests.village import PASSWORD, VILLAGE_ID, Browser, Town, found_village

RIVER: Final = 150404103202
NORTH: Final = 150404104201
HALA, ANQING, SONGSHAN = 150404103000, 150404104000, 150404000000
OVERSEERS: Final = {HALA: "刘芳", ANQING: "马骏", SONGSHAN: "陈志国"}


@dataclass
class County:
    """The three villages by their codes, and where they are kept."""

    database: Database
    villages: dict[int, Town]

    def overseer(self, office: int) -> Actor:
        """Who watches for an office."""
        return Actor(office, 1, OVERSEERS[office], Role.OVERSEER, "test")


@pytest.fixture
def county(village: Town) -> County:
    """Offices of a town, of its neighbour and of their county; the neighbour's own bears no name.

    哈拉道口镇 has 羊圈湾村 (8 households) and 小河沿村 (4), the other town 北洼村 (2).
    """
    database = village.database
    four = [
        ("东组", f"00{n}", head) for n, head in enumerate(("欧阳春", "金花", "田丰", "云生"), 1)
    ]
    found_village(database, RIVER, "小河沿村", four)
    found_village(database, NORTH, "北洼村", [("东组", "001", "巴特尔"), ("东组", "002", "何叶")])
    with database.writing() as session:
        for code, name in ((HALA, "哈拉道口镇"), (SONGSHAN, "松山区")):
            open_office(session, wanted_office(str(code), name))
        for office in (HALA, SONGSHAN):
            add_user(
                session,
                founder(office),
                OVERSEERS[office],
                Role.OVERSEER,
                PASSWORD,
                first=False,
            )
        change_setting(session, Town(database, NORTH).actor(Role.ADMIN), TOWN, "安庆镇")
    return County(database, {code: Town(database, code) for code in (VILLAGE_ID, RIVER, NORTH)})


@pytest.fixture
def watch(app: Flask) -> Callable[[int], Browser]:
    """The overseer of an office, signed in."""
    return lambda office: Browser(app).sign_in(OVERSEERS[office])
