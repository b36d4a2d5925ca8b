"""The shop at the command line."""

import json

import pytest

from moralbank.access.permissions import Role
from tests.counter.till import Till
from tests.terminal import Terminal
from tests.village import STAFF, Town

KEEPER, ADMIN = STAFF[Role.SHOPKEEPER], STAFF[Role.ADMIN]


@pytest.fixture
def till(village: Town) -> Till:
    """The shop on both engines, its shelves empty."""
    return Till(village)


def test_goods_and_stock_by_command(till: Till, terminal: Terminal) -> None:
    run = terminal.run
    goods = json.loads(run("store", "list", "--json", who=KEEPER))
    assert len(goods) == 24
    assert goods[0]["points"] == 45
    assert "大豆油" in run("store", "list", "--search", "ddy", who=ADMIN)
    lines = ("--product", "OIL-5L=2@58.00/2099-05-01", "--product", "oil-5l=3@58/2099-05-01")
    said = ("--product", "SALT-400G=4", "--supplier", "镇上批发部", "--number", "0231")
    receipt = ("store", "receive", *lines, *said, "--request-id", "receipt-01")
    assert "第 1 号进货单：2 种，共 9 件" in run(*receipt, who=KEEPER)
    run(*receipt, who=KEEPER)
    assert (till.product("OIL-5L").stock, till.product("OIL-5L").cost_fen) == (5, 5800)
    assert "290.00" in run("store", "receipts", who=STAFF[Role.ACCOUNTANT])
    back = ("store", "send-back", "1", "--product", "OIL-5L=1", "--reason", "漏油")
    assert "退给供货商 1 件" in run(*back, who=KEEPER)
    waste = ("store", "waste", "--product", "OIL-5L=1", "--reason", "破损")
    assert "已报损 1 种，共 1 件" in run(*waste, who=KEEPER)
    assert till.product("OIL-5L").stock == 3
    tea = ("store", "add", "TEA-250G", "红茶", "--price", "18.50", "--category", "茶叶")
    assert "TEA-250G" in run(
        *tea, "--cost", "12", "--limit", "2", "--until", "2099-01-01", who=KEEPER
    )
    run("store", "edit", "tea-250g", "--price", "20", "--limit-period", "year", who=KEEPER)
    found = till.product("TEA-250G")
    assert (found.price_fen, found.cost_fen, found.limit_pieces) == (2000, 1200, 2)
    assert found.limit_period == "year"
    run("store", "edit", "TEA-250G", "--off", who=KEEPER)
    assert not till.product("TEA-250G").active
    assert till.problems() == []


def test_commands_that_are_refused(till: Till, terminal: Terminal) -> None:
    def refused(*arguments: str) -> str:
        return terminal.run("store", *arguments, who=KEEPER, expect=1)

    assert "没有“GOLD”" in refused("receive", "--product", "GOLD=1")
    for line in ("OIL-5L=1.5", "OIL-5L", "=2", "OIL-5L=2@dear", "OIL-5L=2/2026-13-01", "OIL-5L=-1"):
        assert "货号=件数" in refused("receive", "--product", line)
    assert "数量不对" in refused("receive", "--product", "OIL-5L=0")
    assert "已经过了" in refused("receive", "--product", "OIL-5L=1/2020-01-01")
    assert "只剩 0" in refused("waste", "--product", "OIL-5L=1", "--reason", "破损")
    assert "没有这张进货单" in refused(
        "send-back", "9", "--product", "OIL-5L=1", "--reason", "破损"
    )
    tea = ("add", "OIL-5L", "红茶", "--category", "茶")
    assert "已经用在" in refused(*tea, "--price", "18.50")
    assert "价格不对" in refused(*tea, "--price", "18.505")
    assert "进价不对" in refused(*tea, "--price", "18.50", "--cost", "贵")
    assert "还早" in refused("edit", "OIL-5L", "--from", "2099-01-02", "--until", "2099-01-01")
    assert till.product("OIL-5L").stock == 0
