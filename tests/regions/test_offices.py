"""Who sees what: an office its own villages, villages no office, and nobody a villager."""

from collections.abc import Callable
from pathlib import Path

from flask import Flask

from moralbank import db
from moralbank.access.permissions import Role
from moralbank.access.service import add_user
from moralbank.check import check_village
from moralbank.db import Database
from moralbank.regions.service import founder, open_office, wanted_office
from moralbank.villages.queries import only_village
from tests.conftest import make_app
from tests.lively import live
from tests.regions.conftest import HALA, NORTH, OVERSEERS, RIVER, SONGSHAN, County
from tests.terminal import Terminal
from tests.village import PASSWORD, STAFF, VILLAGE_ID, Browser, Town

SECRET = "替邻居收麦子那天的事"
PAGES = ("/regions", "/regions.xlsx", "/regions/ranking", "/regions/ranking.pdf")
OF_VILLAGES = ("/households", "/awards", "/users", "/settings", "/fund", "/counter", "/notices")


def test_an_overseer_sees_no_other_towns_villages_and_no_village_page(
    county: County, watch: Callable[[int], Browser]
) -> None:
    live(county.villages[VILLAGE_ID], SECRET)
    town, over_all = watch(HALA), watch(SONGSHAN)
    for code in (VILLAGE_ID, RIVER):
        town.open(f"/regions/{code}")
        over_all.open(f"/regions/{code}")
    over_all.open(f"/regions/{NORTH}")
    for unseen in (NORTH, HALA, SONGSHAN, 999999999999, "none", "１５０４０４１０３２０１"):
        town.open(f"/regions/{unseen}", 404)
    town.open("/regions", 404, town="150404104")
    for page in OF_VILLAGES:
        town.open(page, 403)
    for page in ("/", "/regions", "/regions/ranking", f"/regions/{VILLAGE_ID}"):
        said = town.open(page)
        assert "北洼村" not in said
        for name in ("杜仁森", "白森", "欧阳春", STAFF[Role.ADMIN], SECRET):
            assert name not in said, (page, name)
    assert "请过问的村" not in over_all.open("/")
    assert "北洼村" in over_all.open("/regions")


def test_a_villages_people_see_no_office(county: County, app: Flask) -> None:
    for role in Role:
        if role is Role.OVERSEER:
            continue
        person = Browser(app).sign_in(STAFF[role])
        for page in (*PAGES, f"/regions/{VILLAGE_ID}"):
            person.open(page, 403)
        assert "各村" not in person.open("/")
    admin = Browser(app).sign_in(STAFF[Role.ADMIN])
    users = admin.open("/users")
    assert OVERSEERS[HALA] not in users
    assert "overseer" not in admin.open("/users/new")
    with county.database.reading() as session:
        assert only_village(session).id == VILLAGE_ID
        for office in (HALA, SONGSHAN):
            assert check_village(session, office) == []


def test_an_office_is_opened_and_kept_at_the_machine(county: County, terminal: Terminal) -> None:
    """Its people are those of the town; a village is opened another way, and no office twice."""
    secret = f"{PASSWORD}\n"
    opened = ("regions", "open", "150404104", "--name", "安庆镇", "--user", "马骏")
    assert "安庆镇（150404104000）已开通" in terminal.run(*opened, "--password-stdin", stdin=secret)
    again = terminal.run(*opened[:-1], "马跃", "--password-stdin", stdin=secret, expect=1)
    assert "已经开过" in again
    for wrong in ("150404104201", "15040", "000000000", "15040410", "十五"):
        terminal.run(
            *opened[:2], wrong, *opened[3:], "--password-stdin", stdin=secret,
            expect=1,
        )  # fmt: skip
    init = ("init", "--village-code", "150404105000", "--village-name", "某村", "--admin", "某人")
    assert "村代码不对" in terminal.run(*init, "--password-stdin", stdin=secret, expect=1)
    listed = terminal.run("regions", "list")
    assert "内蒙古自治区赤峰市松山区安庆镇" in listed

    terminal.run("regions", "users", "add", "150404104", "马跃", "--password-stdin", stdin=secret)
    terminal.run("regions", "users", "disable", "150404104", "马跃")
    assert "停用" in terminal.run("regions", "users", "list", "150404104")
    terminal.run("regions", "users", "disable", "150404104", "刘芳", expect=1)
    terminal.run("regions", "users", "list", "150404105", expect=1)
    terminal.run("check")
    db.see_everything()  # commands see their office alone, each in a process of its own
    with county.database.reading() as session:
        assert only_village(session).id == VILLAGE_ID


def test_an_office_may_be_there_before_any_village(empty: Database, tmp_path: Path) -> None:
    """Whoever opens a county begins with the county: its overseer can sign in."""
    with empty.writing() as session:
        open_office(session, wanted_office("150404", "松山区"))
        overseer = OVERSEERS[SONGSHAN]
        add_user(session, founder(SONGSHAN), overseer, Role.OVERSEER, PASSWORD, first=False)
    app = make_app(Town(empty, SONGSHAN), tmp_path)
    person = Browser(app).sign_in(overseer)
    for page in ("/", "/regions"):
        assert "还没有村" in person.open(page)
    assert "还没有可比的" in person.open("/regions/ranking")
    assert person.client.get("/regions/ranking.pdf").mimetype == "application/pdf"
    app.extensions["moralbank"].close()
