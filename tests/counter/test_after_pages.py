"""Pages and commands after a sale: refund, its paper, the end of the day."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from moralbank import clock
from moralbank.access.permissions import Role
from tests.conftest import make_app
from tests.counter.till import DU, Till
from tests.terminal import Terminal
from tests.village import STAFF, Browser

KEEPER, ACCOUNTANT = STAFF[Role.SHOPKEEPER], STAFF[Role.ACCOUNTANT]


@pytest.fixture
def shop(booth: Till, tmp_path: Path) -> Flask:
    booth.give(DU, 100)
    booth.redeem(DU, NOODLE_1KG=2, SALT_400G=1)
    return make_app(booth.town, tmp_path)


def _figures(page: str) -> dict[str, str]:
    """The figures of a page by their labels."""
    return dict(re.findall(r'stat__label">([^<]+)</p>.*?stat__value">([^<]+)<', page, re.DOTALL))


def _as(shop: Flask, role: Role) -> Browser:
    return Browser(shop).sign_in(STAFF[role])


def test_goods_come_back_at_the_page(shop: Flask, booth: Till) -> None:
    keeper = _as(shop, Role.SHOPKEEPER)
    assert "退货" in keeper.open("/counter/slips/1")
    page = keeper.open("/counter/slips/1/refund")
    assert page.count("退，报损") == 2
    assert "确认退货" not in page
    assert "还没有选" in keeper.open("/counter/slips/1/refund", check=1, expect=422)
    chosen: dict[str, Any] = {"line-1": "shelf", "line-2": ""}
    page = keeper.open("/counter/slips/1/refund", check=1, **chosen)
    assert _figures(page) == {"退回积分": "20", "收回找零": "0.20", "店里少收": "19.80"}
    assert "退后有 97 分" in page
    assert booth.has(DU).points == 77, "looking ahead takes nothing back"
    sent = {"request_id": keeper.value("request_id"), **chosen}
    for _click in range(2):
        answer = keeper.send("/counter/slips/1/refund", **sent)
        assert answer.headers["Location"] == "/counter/refunds/1?new=1"
    shown = keeper.open("/counter/refunds/1", new=1)
    assert "下一位" in shown
    assert "下一位" not in _as(shop, Role.ACCOUNTANT).open("/counter/refunds/1")
    assert "退回 20 分，现在有 97 分" in shown
    assert "收回找零" in shown
    assert keeper.client.get("/counter/refunds/1.pdf").data.startswith(b"%PDF")
    assert "补打退货凭条" in keeper.open("/counter/refunds/1")
    assert "已退" in keeper.open("/counter/slips/1")
    assert "退了一部分" in keeper.open("/counter/slips")
    nothing = keeper.send("/counter/slips/1/refund", request_id="nothing-at-all")
    assert nothing.status_code == 422
    assert "还没有选要退哪一样" in keeper.page
    again = keeper.send("/counter/slips/1/refund", **{**sent, "request_id": "another-one"})
    assert again.status_code == 409
    assert "已经退过了" in keeper.page
    unknown = {"request_id": "line-of-nobody", "line-99": "shelf", "line-x": "spoiled"}
    assert keeper.send("/counter/slips/1/refund", **unknown).status_code == 404
    for nowhere in ("/counter/slips/99/refund", "/counter/refunds/99", "/counter/refunds/99.pdf"):
        keeper.open(nowhere, expect=404)
    assert "已经退过了" in keeper.open("/counter/slips/1/refund", check=1, expect=409, **chosen)
    rest: dict[str, Any] = {"line-2": "spoiled"}
    keeper.open("/counter/slips/1/refund", check=1, **rest)
    sent = {"request_id": keeper.value("request_id"), **rest}
    refused = keeper.send("/counter/slips/1/refund", **sent, reason="漏" * 81)
    assert refused.status_code == 422
    assert _figures(keeper.page)["退回积分"] == "3", "what was chosen stays"
    sent = {"request_id": keeper.value("request_id"), **rest, "reason": "漏气"}
    assert keeper.send("/counter/slips/1/refund", **sent).status_code == 303
    assert "都已经退了" in keeper.open("/counter/slips/1/refund")
    assert booth.has(DU).points == 100
    rows = CalamineWorkbook.from_filelike(BytesIO(keeper.client.get("/counter/slips.xlsx").data))
    assert [row[-1] for row in rows.get_sheet_by_index(0).to_python()[1:]] == [
        booth.slip(1).refunds[0].label,
        booth.slip(1).refunds[1].label,
    ]


def test_the_end_of_the_day_at_the_page(shop: Flask) -> None:
    keeper, accountant = _as(shop, Role.SHOPKEEPER), _as(shop, Role.ACCOUNTANT)
    keeper.open("/counter/day.pdf", expect=404)
    assert "账上 1 张" in keeper.open("/counter/day")
    count = {"request_id": keeper.value("request_id"), "counted_slips": "1"}
    assert keeper.send("/counter/day", **count, counted_yuan="二十").status_code == 422
    assert "金额不对" in keeper.page
    assert keeper.send("/counter/day", **count, counted_yuan="20").status_code == 422
    assert "金额差 -2.30 元" in keeper.page
    assert 'value="20"' in keeper.page
    count["request_id"] = keeper.value("request_id")
    done = keeper.send("/counter/day", **count, counted_yuan="２２.30")
    assert done.headers["Location"] == f"/counter/day?day={clock.today()}"
    page = keeper.open("/counter/day")
    assert "已经日结" in page
    assert "重新打开" not in page
    assert keeper.client.get("/counter/day.pdf").data.startswith(b"%PDF")
    book = CalamineWorkbook.from_filelike(BytesIO(keeper.client.get("/counter/day.xlsx").data))
    assert book.get_sheet_by_index(0).to_python()[1][:5] == ["挂面 1 公斤", 2, 19.8, 0, 0]
    assert "不能再兑换和退货" in keeper.open("/counter/slips/1/refund", expect=409)
    keeper.send("/counter/days/1/reopen", why="漏了一单")
    assert "会计" in keeper.page
    accountant.open("/counter/day")
    assert accountant.send("/counter/days/1/reopen", why=" ").status_code == 422
    assert accountant.send("/counter/day", **count, counted_yuan="1").status_code == 403
    assert accountant.send("/counter/days/1/reopen", why="漏了一单").status_code == 303
    assert "重新打开过" in accountant.open("/counter/days")
    assert "账上 1 张" in keeper.open("/counter/day", day="gestern")
    for day in ("0001-01-01", "9999-12-31"):
        assert "账上 1 张" in keeper.open("/counter/day", day=day)


def test_closed_days_page_by_page(
    till: Till,
    browse: Callable[[Role], Browser],
    count_statements: Callable[[Callable[[], object]], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("moralbank.counter.daybook.PAGE_ROWS", 2)
    till.give(DU, 100)
    keeper = browse(Role.SHOPKEEPER)

    def trade_on(day: int, counted_fen: int = 250, reason: str = "") -> None:
        with clock.at(datetime(2031, 5, day, 18, tzinfo=clock.VILLAGE_ZONE)):
            till.redeem(DU, SALT_400G=1)
            till.close(clock.today(), 1, counted_fen, reason)

    def listed(**query: int) -> list[str]:
        return re.findall(r">2031-05-(\d\d)</a>", keeper.open("/counter/days", **query))

    trade_on(27)
    assert listed() == ["27"]
    once = count_statements(listed)
    trade_on(28)
    trade_on(29, 500, "单上写错了价钱")
    assert count_statements(listed) == once
    assert listed() == ["29", "28"]
    assert "单上写错了价钱" in keeper.page
    assert 'rel="next" href="/counter/days?page=2"' in keeper.page
    assert listed(page=2) == listed(page=9) == ["27"]


def test_by_the_command_line(till: Till, terminal: Terminal, tmp_path: Path) -> None:
    till.give(DU, 200)
    till.redeem(DU, OIL_5L=1, SALT_400G=2, SOAP_126G=1)

    def run(*arguments: str, who: str = KEEPER, expect: int = 0) -> str:
        return terminal.run("counter", *arguments, who=who, expect=expect)

    said = run("refund", "1", "--line", "2", "--spoiled", "3", "--request-id", "refund-0001")
    assert "退回 7 分，余额 0.00 元，现在有 135 分" in said
    assert (
        run("refund", "1", "--line", "2", "--spoiled", "3", "--request-id", "refund-0001") == said
    )
    assert "已经退过" in run("refund", "1", "--whole", expect=1)
    assert "为什么退" in run("refund", "1", "--line", "1", who=ACCOUNTANT, expect=1)
    paper = tmp_path / "paper.pdf"
    run("refund-slip", "1", "-o", str(paper), who=ACCOUNTANT)
    assert paper.read_bytes().startswith(b"%PDF")
    assert "大豆油" in run("day")
    assert "没有日结" in run("day", "-o", str(paper), expect=1)
    run("close", "--slips", "1", "--yuan", "七十二", expect=2)
    assert "差" in run("close", "--slips", "1", "--yuan", "71", expect=1)
    assert "已经日结" in run("close", "--slips", "1", "--yuan", "72")
    assert "已经日结" in run("redeem", "--household", DU, "--product", "SALT-400G=1", expect=1)
    run("day", "-o", str(paper))
    assert paper.read_bytes().startswith(b"%PDF")
    assert [row["total"] for row in json.loads(run("days", "--json"))] == ["72.00"]
    assert "会计" in run("reopen", "1", "--why", "漏了一单", expect=1)
    run("reopen", "1", "--why", "漏了一单", who=ACCOUNTANT)
    credit = ("redeem", "--household", DU, "--product", "SALT-400G=1")
    run(*credit, "--credit", "三块", expect=2)
    run(*credit, "--credit", "0")
    assert "看不懂" in run("redeem", "--household", DU, "--product", "SALT-400G=1@2", expect=1)
