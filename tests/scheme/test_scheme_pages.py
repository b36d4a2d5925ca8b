"""The scheme on pages and at the command line."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.scheme.queries import Scheme, latest_scheme
from tests.terminal import Terminal
from tests.village import Browser, Town

Browse = Callable[[Role], Browser]


def _filled(page: str) -> dict[str, str]:
    """What a browser would send for the form on the page, ticked boxes included."""
    form = page[page.index('name="resolution"') - 500 :]
    values = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or "checked" in tag):
            values[name[1]] = value[1] if value else ""
    select = r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>'
    for name, options in re.findall(select, form, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', options)
        values[name] = chosen[1] if chosen else ""
    return values


def _row(values: dict[str, str], name: str) -> str:
    """The prefix of the row that has this name."""
    return next(key.removesuffix("name") for key, value in values.items() if value == name)


def _latest(town: Town) -> Scheme:
    with town.database.reading() as session:
        found = latest_scheme(session, town.village_id)
    assert found is not None
    return found


def test_everyone_reads_the_scheme(browse: Browse) -> None:
    page = browse(Role.SHOPKEEPER).open("/scheme")
    for words in ("环境卫生", "门前三包落实", "每月最多 8 分", "先私下提醒", "−10 分", "第 1 版"):
        assert words in page
    assert "出新一版" not in page


def test_versions_by_number(browse: Browse) -> None:
    browser = browse(Role.SUPERVISOR)
    assert "现行" in browser.open("/scheme/1")
    browser.open("/scheme/2", expect=404)
    browser.open("/scheme/99999999999999999999999", expect=404)
    browser.open("/scheme/new", expect=403)


def test_the_admin_makes_a_new_version(village: Town, browse: Browse) -> None:
    browser = browse(Role.ADMIN)
    values = _filled(browser.open("/scheme/new"))
    volunteer, burial = _row(values, "志愿服务"), _row(values, "厚养薄葬")
    values |= {
        "resolution": "2026 年第三次村民会议通过",
        volunteer + "points": "２",
        volunteer + "cap_amount": "20",
        burial + "retired": "y",
        "items-45-name": "清扫积雪",
        "items-45-category": "环境卫生",
        "items-45-points": "轻 1、重 3",
        "items-45-unit": "次",
    }
    answer = browser.send("/scheme/new", **values)
    assert answer.status_code == 303, browser.page
    assert "已提请复核（第 1 号）" in browser.open("/scheme")
    browse(Role.SUPERVISOR).agree()
    scheme = _latest(village)
    assert scheme.item("志愿服务").cap_text == "每月最多 20 分"
    assert scheme.item("志愿服务").points_min == 2
    assert scheme.item("清扫积雪").levels == (("轻", 1), ("重", 3))
    assert scheme.item("无偿献血").evidence
    assert len(scheme.merits) == 40
    assert "厚养薄葬" not in browser.open("/scheme")
    assert "这是以前的一版" in browser.open("/scheme/1")


def test_mistakes_are_shown_and_what_was_typed_stays(village: Town, browse: Browse) -> None:
    browser = browse(Role.ADMIN)
    values = _filled(browser.open("/scheme/new"))
    yesterday = clock.today() - timedelta(days=1)
    values |= {"resolution": "村民会议通过", "valid_from": yesterday.isoformat()}
    values[_row(values, "志愿服务") + "note"] = "两小时算一次"
    answer = browser.send("/scheme/new", **values)
    assert answer.status_code == 422
    assert "新细则不能管过去的事" in browser.page
    assert "两小时算一次" in browser.page
    values["valid_from"] = clock.today().isoformat()
    for typed in ("很多", "0", "5-3"):
        values[_row(values, "志愿服务") + "points"] = typed
        assert browser.send("/scheme/new", **values).status_code == 422, typed
        assert "分值" in browser.page
    assert _latest(village).version == 1


def test_a_version_for_later_says_so(browse: Browse) -> None:
    browser = browse(Role.ADMIN)
    values = _filled(browser.open("/scheme/new"))
    later = clock.today() + timedelta(days=30)
    values |= {"resolution": "村民会议通过", "valid_from": later.isoformat()}
    values[_row(values, "志愿服务") + "points"] = "2"
    assert browser.send("/scheme/new", **values).status_code == 303
    browse(Role.SUPERVISOR).agree()
    assert f"这一版从 {later} 起执行" in browser.open("/scheme/2")
    assert "第 1 版" in browser.open("/scheme")


def test_scheme_at_the_command_line(terminal: Terminal) -> None:
    said = terminal.run("scheme", "show", who="周桂兰")
    assert "庭院清洁达标" in said
    assert "每月最多 8 分" in said
    shown = json.loads(terminal.run("scheme", "show", "--version", "1", "--json", who="周桂兰"))
    assert len(shown["items"]) == 45
    assert shown["items"][14] == {
        "number": 15,
        "category": "热心公益",
        "name": "志愿服务",
        "points_min": 1,
        "points_max": 1,
        "levels": [],
        "unit": "2 小时",
        "cap": {"amount": 10, "measure": "points", "period": "month", "per": "household"},
        "evidence": False,
        "deduction": False,
        "note": "",
    }
    assert "没有第 7 版" in terminal.run("scheme", "show", "--version", "7", who="周桂兰", expect=1)
