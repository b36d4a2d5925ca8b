"""`moralbank counter`."""

import json
from pathlib import Path

import pytest

from moralbank.access.permissions import Role
from moralbank.cards.service import mark_lost
from tests.counter.till import DU, Till
from tests.terminal import Terminal
from tests.village import STAFF

KEEPER = STAFF[Role.SHOPKEEPER]


def _redeem(terminal: Terminal, *arguments: str, who: str = KEEPER, expect: int = 0) -> str:
    return terminal.run("counter", "redeem", *arguments, who=who, expect=expect)


def test_redeem_by_household_and_by_card(till: Till, terminal: Terminal) -> None:
    till.give(DU, 127)
    said = _redeem(terminal, "--household", DU, "--product", "OIL-5L=1", "--product", "oil-5l=0")
    assert "数量不对" not in said
    assert till.slip(1).label in said
    assert "用 65 分，还有 62 分" in said
    token = till.card(DU).token
    address = f"HTTPS://BANK.EXAMPLE.CN/C/{token}"
    salt = ("--card", address, "--product", "SALT-400G=2", "--collector", "杜小军")
    assert "什么关系" in _redeem(terminal, *salt, expect=1)
    _redeem(terminal, *salt, "--relation", "侄子")
    assert till.slip(2).taker == "杜小军（侄子）"
    assert till.slip(2).card_id is not None


def test_the_same_request_again(till: Till, terminal: Terminal) -> None:
    till.give(DU, 127)
    cart = ("--household", DU, "--product", "OIL-5L=1", "--request-id", "cli-000001")
    assert _redeem(terminal, *cart) == _redeem(terminal, *cart)
    said = _redeem(terminal, *cart, "--product", "SALT-400G=1", expect=1)
    assert till.slip(1).label in said
    assert "页面" not in said
    assert "页面" not in _redeem(terminal, *cart[:-1], "短", expect=1)
    assert till.slips() == 1


def test_refusals_end_with_1(till: Till, terminal: Terminal) -> None:
    till.give(DU, 10)
    oil = ("--product", "OIL-5L=1")
    assert "还差 55 分" in _redeem(terminal, "--household", DU, *oil, expect=1)
    for line in ("OIL-5L", "OIL-5L=-1", "OIL-5L=1.5", "OIL-5L=一", "OIL-5L=1e9", "=1"):
        said = _redeem(terminal, "--household", DU, "--product", line, expect=1)
        assert "货号=件数" in said
    unknown = ("--product", "GOLD=1")
    assert "没有“GOLD”" in _redeem(terminal, "--household", DU, *unknown, expect=1)
    assert "没有“九组-999”" in _redeem(terminal, "--household", "九组-999", *oil, expect=1)
    assert "只写一个" in _redeem(terminal, *oil, expect=1)
    assert "店长" in _redeem(terminal, "--household", DU, *oil, who=STAFF[Role.ADMIN], expect=1)


def test_a_lost_card(till: Till, terminal: Terminal) -> None:
    till.give(DU, 10)
    card = till.card(DU)
    with till.town.database.writing() as session:
        mark_lost(session, till.town.actor(Role.RECORDER), card.id)
    said = _redeem(terminal, "--card", card.token, "--product", "SALT-400G=1", expect=1)
    assert "这张卡已挂失" in said


def test_slips(till: Till, terminal: Terminal, tmp_path: Path) -> None:
    till.give(DU, 127)
    till.redeem(DU, OIL_5L=1)
    found = json.loads(terminal.run("counter", "slips", "--json", who=KEEPER))
    assert [(slip["household"], slip["total"], slip["points"]) for slip in found] == [
        (DU, "65.00", 65)
    ]
    assert json.loads(terminal.run("counter", "slip", "1", "--json", who=KEEPER)) == found[0]
    assert "杜仁森" in terminal.run("counter", "slip", "1", who=KEEPER)
    assert "杜仁森" in terminal.run("counter", "slips", "--from", "2020-01-01", who=KEEPER)
    none = terminal.run("counter", "slips", "--to", "2020-01-01", "--json", who=KEEPER)
    assert json.loads(none) == []
    paper = tmp_path / "slip.pdf"
    terminal.run("counter", "slip", "1", "-o", str(paper), who=KEEPER)
    assert paper.read_bytes().startswith(b"%PDF")
    assert "没有这张兑换单" in terminal.run("counter", "slip", "9", who=KEEPER, expect=1)


@pytest.mark.parametrize("date", ["gestern", "2026-13-01"])
def test_a_date_that_is_none_is_wrong_usage(till: Till, terminal: Terminal, date: str) -> None:
    assert till.slips() == 0
    terminal.run("counter", "slips", "--from", date, who=KEEPER, expect=2)
