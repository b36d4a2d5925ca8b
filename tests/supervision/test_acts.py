"""The page of the trail: who did what, narrowed down, in words, with no secret in it."""

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.audit import record
from moralbank.cards.pins import set_pin
from tests.access.door import WRONG, knock
from tests.counter.till import Till
from tests.lively import live
from tests.village import PASSWORD, STAFF, Browser, Town, found_village

PAGE = "/supervision/acts"

Browse = Callable[[Role], Browser]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.SUPERVISOR])
def test_the_newest_acts_come_first_and_are_narrowed_down(
    village: Town, app: Flask, browse: Browse, role: Role
) -> None:
    live(village, "记一笔")
    knock(Browser(app), STAFF[Role.SHOPKEEPER])
    person = browse(role)
    page = person.open(PAGE)
    own = village.actor(role)
    assert page.index("登录没成功") < page.index("兑换<br>")
    assert f'<option value="{own.user_id}">{STAFF[role]}</option>' in page
    keeper = village.actor(Role.SHOPKEEPER).user_id
    refused = person.open(PAGE, who=keeper, act="access.refused")
    assert refused.count('<th scope="row">') == 1
    assert "连错几次：1" in refused
    assert "没有这样的记录" in person.open(PAGE, who=own.user_id, act="counter.redeem")
    rooms = person.open(PAGE, act="counter")
    assert "兑换<br>" in rooms
    assert "登录<br>" not in rooms
    today, tomorrow = clock.today(), clock.today() + timedelta(days=1)
    assert '<th scope="row">' in person.open(PAGE, day=today.isoformat())
    assert "没有这样的记录" in person.open(PAGE, day=tomorrow.isoformat())
    for odd in ({"who": "x"}, {"act": "' OR 1"}, {"day": "9999-99-99"}, {"page": "0"}):
        assert '<th scope="row">' in person.open(PAGE, **odd)


def test_long_trails_are_read_page_by_page_and_whole_in_excel(
    village: Town, browse: Browse
) -> None:
    admin = village.actor(Role.ADMIN)
    with village.database.writing() as session:
        for number in range(120):
            record(session, admin, "villages.setting", f"第{number}条", after="=1+1")
    person = browse(Role.SUPERVISOR)
    first = person.open(PAGE, act="villages.setting", who=admin.user_id)
    assert "第119条" in first
    assert "第69条" not in first
    assert "第69条" in person.open(PAGE, act="villages.setting", who=admin.user_id, page=2)
    answer = person.client.get(f"{PAGE}.xlsx?act=villages.setting&who={admin.user_id}")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    rows = book.get_sheet_by_index(0).to_python()
    assert len(rows) == 121
    assert rows[1][1:6] == [admin.name, "村和设置", "改设置", "第119条", "改为：=1+1"]
    assert "导出表格" in person.open(PAGE, act="supervision", who=person_id(village))


def person_id(village: Town) -> int:
    """The supervisor's number."""
    return village.actor(Role.SUPERVISOR).user_id


def test_no_secret_stands_in_the_trail(village: Town, app: Flask, browse: Browse) -> None:
    """After a little of everything: no password, token, PIN or hash in any line."""
    live(village, "记一笔")
    till = Till(village)
    card = till.card("二组-014")
    with village.database.writing() as session:
        set_pin(session, village.actor(Role.ADMIN), card.id, "8316")
    knock(Browser(app), STAFF[Role.ADMIN])
    person = browse(Role.ADMIN)
    person.open("/password")
    person.send("/password", present=PASSWORD, new="chun-hua-qiu-shi", again="chun-hua-qiu-shi")
    told = person.client.get(f"{PAGE}.xlsx").data
    rows = CalamineWorkbook.from_filelike(io.BytesIO(told)).get_sheet_by_index(0).to_python()
    said = str([row[1:] for row in rows])
    assert len(rows) > 40
    assert not re.findall(r"(?:^|；)[a-z_]+：", "；".join(str(row[5]) for row in rows))
    for secret in (PASSWORD, WRONG, "chun-hua-qiu-shi", card.token, "8316", "$argon2", "csrf"):
        assert secret not in said, secret


def test_another_villages_trail_is_not_shown(village: Town, browse: Browse) -> None:
    found_village(village.database, 150404103202, "河沿村")
    other = Town(village.database, 150404103202).actor(Role.ADMIN)
    with village.database.writing() as session:
        record(session, other, "villages.setting", "河沿的事")
    admin = browse(Role.ADMIN)
    assert "河沿的事" not in admin.open(PAGE)
    assert "河沿的事" not in admin.open(PAGE, who=other.user_id, act="villages.setting")
    for role in (Role.RECORDER, Role.ACCOUNTANT):
        browse(role).open(PAGE, expect=403)
