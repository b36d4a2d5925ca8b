"""The counter in a real browser: Back, scanners and fingers."""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from moralbank.access.permissions import Role
from tests.browser.conftest import LAPTOP
from tests.conftest import make_app
from tests.counter.till import DU, Till
from tests.village import PASSWORD, STAFF, Town


@pytest.fixture
def till(hamlet: Town) -> Till:
    """杜仁森 has 127 points; salt and soap are on the shelf."""
    made = Till(hamlet)
    made.give(DU, 127)
    made.stock(SALT_400G=10, SOAP_126G=10)
    return made


@pytest.fixture
def address(till: Till, tmp_path: Path) -> Iterator[str]:
    """The village's pages, served from this process."""
    app = make_app(till.town, tmp_path)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    app.extensions["moralbank"].close()


@pytest.fixture
def keeper(person: Callable[..., Page], address: str) -> Page:
    """The shopkeeper, signed in."""
    return _sign_in(person(LAPTOP), address)


@pytest.fixture
def plain_keeper(chromium: Browser, address: str) -> Iterator[Page]:
    """The shopkeeper at a browser without scripts."""
    context = chromium.new_context(java_script_enabled=False)
    yield _sign_in(context.new_page(), address)
    context.close()


def _sign_in(page: Page, address: str) -> Page:
    page.goto(f"{address}/sign-in")
    page.get_by_label("用户名").fill(STAFF[Role.SHOPKEEPER])
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="您好")).to_be_visible()
    return page


def _take_salt(page: Page, address: str, till: Till) -> str:
    """Exchange one bag of salt; the name of its box."""
    box = f"input[name=q-{till.product('SALT-400G').id}]"
    page.goto(f"{address}/counter?household={till.town.household(DU).id}")
    page.locator(box).fill("1")
    page.get_by_role("button", name="确认兑换").click()
    expect(page.get_by_text("兑换好了")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="购物篮")).to_be_visible()
    return box


def test_back_to_the_counter_brings_no_old_cart(till: Till, address: str, keeper: Page) -> None:
    box = _take_salt(keeper, address, till)
    expect(keeper.locator(box)).to_have_value("0")
    expect(keeper.get_by_role("button", name="确认兑换")).to_be_disabled()
    keeper.locator("[data-product]", has_text="加碘食用盐").get_by_role("button").last.click()
    expect(keeper.locator("[data-count]")).to_have_text("1 件")
    expect(keeper.locator("[name=shown-total]")).to_have_value("250")
    assert till.slips() == 1


def test_back_without_scripts_exchanges_nothing_twice(
    till: Till, address: str, plain_keeper: Page
) -> None:
    _take_salt(plain_keeper, address, till)
    plain_keeper.get_by_role("button", name="确认兑换").click()
    expect(plain_keeper.get_by_text("还没有选商品")).to_be_visible()
    assert till.slips() == 1


def test_back_to_a_receipt_takes_nothing_in_twice(till: Till, address: str, keeper: Page) -> None:
    keeper.goto(f"{address}/store/receive")
    keeper.locator(f"input[name=q-{till.product('SALT-400G').id}]").fill("5")
    keeper.get_by_role("button", name="确认进货").click()
    expect(keeper.get_by_text("已进货 1 种，共 5 件")).to_be_visible()
    keeper.go_back()
    keeper.get_by_role("button", name="确认进货").click()
    expect(keeper.get_by_text("还没有填写进货数量")).to_be_visible()
    assert till.product("SALT-400G").stock == 15


def test_fingers_write_and_scanners_scan(till: Till, address: str, keeper: Page) -> None:
    """Without a click into any box: a name by its initials, then goods; and a whole card."""
    token = till.card(DU).token
    keeper.goto(f"{address}/counter")
    keeper.keyboard.type("drs", delay=120)
    expect(keeper.get_by_label("请扫积分卡")).to_have_value("drs")
    keeper.keyboard.press("Enter")
    keeper.wait_for_url(re.compile("household="))
    keeper.keyboard.type("jd", delay=120)
    expect(keeper.get_by_role("searchbox")).to_have_value("jd")
    keeper.keyboard.press("Enter")
    expect(keeper.locator("[data-count]")).to_have_text("1 件")
    keeper.goto(f"{address}/counter")
    keeper.keyboard.press("/")
    expect(keeper.get_by_label("请扫积分卡")).to_be_focused()
    keeper.goto(f"{address}/counter")
    keeper.keyboard.type(f"HTTPS://BANK.EXAMPLE.CN/C/{token}", delay=5)
    keeper.keyboard.press("Enter")
    keeper.wait_for_url(re.compile("card="))
