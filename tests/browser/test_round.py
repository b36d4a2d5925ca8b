"""Door to door in a real browser: the network cut, the tab closed, the server restarted."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from moralbank.access.permissions import Role
from moralbank.households.queries import all_households
from moralbank.households.service import NewHousehold, add_household
from tests.browser.conftest import PHONE, Office
from tests.rounds.walk import BAI, DU, LOST_AND_FOUND, WANG, Walk
from tests.village import Town


@pytest.fixture
def walk(hamlet: Town) -> Walk:
    """白森 is kin of the grid worker."""
    made = Walk(hamlet).begin()
    made.declare_kin(Role.GRID, BAI)
    return made


def _open(page: Page, office: Office, walk: Walk) -> Page:
    page.goto(f"{office.address}/rounds/{walk.round_id}/score")
    return page


def _door(page: Page, walk: Walk, label: str) -> Any:
    return page.locator(f"[data-household='{walk.town.household(label).id}']")


def _mark(page: Page, walk: Walk, label: str, word: str) -> Any:
    return _door(page, walk, label).get_by_role("button", name=word)


def _tap(page: Page, walk: Walk, label: str, word: str) -> None:
    """Tap, and wait as a person does until the phone shows that it has the score."""
    _mark(page, walk, label, word).click()
    expect(_mark(page, walk, label, word)).to_have_attribute("aria-pressed", "true")


def _photo() -> dict[str, Any]:
    content = io.BytesIO()
    Image.effect_noise((640, 480), 40).convert("RGB").save(content, "JPEG")
    return {"name": "yard.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def test_a_round_without_a_network_loses_nothing(
    person: Callable[..., Page], office: Office, walk: Walk
) -> None:
    phone = person(PHONE)
    office.sign_in(phone, Role.RECORDER)
    waiting = _open(phone, office, walk).locator("[data-waiting]")
    expect(phone.get_by_text("断网也能打开本页")).to_be_visible()

    phone.context.set_offline(offline=True)
    for label, word in ((DU, "优"), (WANG, "良"), (BAI, "合格")):
        _tap(phone, walk, label, word)
    _door(phone, walk, DU).get_by_text("备注、照片").click()
    _door(phone, walk, DU).get_by_label("备注").fill("柴草码得齐")
    _door(phone, walk, DU).locator("[data-photo]").set_input_files(_photo())
    expect(phone.get_by_text("照片已存在手机里，待上传")).to_be_visible()
    _tap(phone, walk, WANG, "优")  # a mind changed before anything was sent
    expect(waiting).to_have_text("待上传 3 条")

    again = phone.context.new_page()
    phone.close()
    waiting = _open(again, office, walk).locator("[data-waiting]")
    expect(waiting).to_have_text("待上传 3 条")
    expect(_mark(again, walk, WANG, "优")).to_have_attribute("aria-pressed", "true")

    office.loses_answers = True
    again.context.set_offline(offline=False)
    assert office.lost.wait(10)
    expect(waiting).to_have_text("待上传 3 条")
    assert len(walk.rows()) == 3  # kept, but the phone can't know
    office.stop()
    office.loses_answers = False
    office.start()
    again.get_by_role("button", name="现在上传").click()
    expect(waiting).to_have_text("全部已上传")
    rows = {row.household_id: row for row in walk.rows()}
    assert len(walk.rows()) == len({row.op for row in walk.rows()}) == 3
    du, wang = (rows[walk.town.household(label).id] for label in (DU, WANG))
    assert (du.points, du.remark, du.photo_id is not None, wang.points) == (
        5,
        "柴草码得齐",
        True,
        5,
    )

    other = person(PHONE)
    office.sign_in(other, Role.GRID)
    _open(other, office, walk)
    expect(_door(other, walk, BAI)).to_contain_text("回避（女儿家）")
    _tap(other, walk, WANG, "良")
    expect(_door(other, walk, WANG)).to_contain_text("与李建军打的分不一样，由村委会来定")
    assert walk.board().open == [(wang.household_id, LOST_AND_FOUND)]


def test_a_long_walk_opens_where_somebody_still_has_to_go(
    person: Callable[..., Page], office: Office, hamlet: Town
) -> None:
    with hamlet.database.writing() as session:
        for number in range(1, 31):
            new = NewHousehold(group="七组", number=str(number), head="包海")
            add_household(session, hamlet.actor(Role.ADMIN), new)
    walk = Walk(hamlet).begin()
    with hamlet.database.reading() as session:
        homes = all_households(session, hamlet.village_id)
    first = homes[0].group
    walk.send(Role.GRID, *(walk.op(one.label, 3) for one in homes if one.group == first))
    phone = person(PHONE)
    office.sign_in(phone, Role.RECORDER)
    chips = _open(phone, office, walk).locator("[data-show][aria-pressed='true']")
    expect(chips).to_have_text(next(one.group for one in homes if one.group != first))
    for words in ("七组", "全部小组"):
        phone.get_by_role("button", name=words).click()
        phone.reload()
        expect(chips).to_have_text(words)  # this phone remembers


def test_what_was_kept_goes_when_somebody_signs_out(
    person: Callable[..., Page], office: Office, walk: Walk
) -> None:
    phone = person(PHONE)
    office.sign_in(phone, Role.RECORDER)
    _open(phone, office, walk)
    expect(phone.get_by_text("断网也能打开本页")).to_be_visible()
    phone.get_by_text("菜单").click()
    phone.get_by_role("button", name="退出").click()
    expect(phone.get_by_role("heading", name="登录")).to_be_visible()
    phone.wait_for_function("async () => (await caches.keys()).length === 0")
