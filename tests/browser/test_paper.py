"""A long print watched and given up; a sheet looked at on a phone before it is printed."""

import re
import threading
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from moralbank.access.permissions import Role
from moralbank.paper.jobs import Order
from moralbank.printing import Progress
from moralbank.printing.sheet import A4, Document
from tests.village import VILLAGE_ID, Town

PHONE = {"width": 390, "height": 844}


def drawn(pages: int) -> bytes:
    document = Document(A4, "卡")
    for number in range(pages):
        document.canvas.drawString(90, 90, str(number))
        document.canvas.showPage()
    return document.close()


def test_a_long_print_is_watched_and_cancelled(office: Any, person: Callable[..., Page]) -> None:
    gate, far = threading.Event(), threading.Event()

    def draw(told: Progress) -> bytes:
        while not gate.wait(0.05):
            told(30 if far.is_set() else 3)
        return drawn(12)

    page = office.sign_in(person(PHONE), Role.RECORDER)
    instance, press = office.app.config["INSTANCE"], office.app.extensions["press"]
    actor = Town(office.app.extensions["moralbank"], VILLAGE_ID).actor(Role.RECORDER)
    run = press.take(instance, actor, Order("全村.pdf", 40, "/cards"), draw)
    page.goto(f"{office.address}/paper/{run.token}")
    expect(page.get_by_text("正在排版：第 3 个，共 40 个")).to_be_visible()
    far.set()
    expect(page.get_by_text("正在排版：第 30 个，共 40 个")).to_be_visible()
    assert page.locator("progress").evaluate("bar => bar.value") == 30
    page.get_by_role("button", name="取消").click()
    expect(page.get_by_text("已取消，没有留下什么")).to_be_visible()
    assert run.wait(20)

    again = press.take(instance, actor, Order("全村.pdf", 40, "/cards"), draw)
    page.goto(f"{office.address}/paper/{again.token}")
    expect(page.locator("progress")).to_be_visible()
    gate.set()
    expect(page.get_by_text("A4，共 12 页")).to_be_visible()  # without being asked for
    page.get_by_role("link", name="下一批").click()
    expect(page.get_by_text("第 11 到 12 页，共 12 页")).to_be_visible()
    page.get_by_role("link", name="返回").click()
    expect(page).to_have_url(f"{office.address}/cards")


def test_a_sheet_is_found_and_looked_at_on_a_phone(
    office: Any, person: Callable[..., Page]
) -> None:
    page = office.sign_in(person(PHONE), Role.GRID)
    page.goto(f"{office.address}/paper")
    page.get_by_role("link", name=re.compile("记分员口袋卡")).click()
    expect(page.get_by_role("heading", name="记分员口袋卡")).to_be_visible()
    picture = page.get_by_role("img", name="第 1 页")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 300
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    sheet = page.locator(".button-row").get_by_role("link", name="打印").get_attribute("href")
    answer = page.request.get(f"{office.address}{sheet}")
    assert answer.body().startswith(b"%PDF")
    page.get_by_role("link", name="返回").click()
    expect(page).to_have_url(f"{office.address}/paper")
