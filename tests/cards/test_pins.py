"""The PIN of a card, where the village asks for one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlmodel import select

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.audit import AuditEntry
from moralbank.cards.pins import LOCKED_FOR, PinLocked, PinWrong, enter, pin_of, set_pin
from moralbank.villages.settings import CARD_PIN, CONTACT, ON
from tests.cards.family import Family
from tests.terminal import Terminal
from tests.village import STAFF, Browser, Town

PIN = "258025"


@pytest.fixture
def family(app: Flask, village: Town) -> Family:
    """A household in a village that asks for PINs."""
    made = Family(app, village)
    made.set(CARD_PIN, ON)
    made.set(CONTACT, "村务监督委员会 0476-123 4567")
    return made


def _give_pin(family: Family, pin: str = PIN) -> None:
    with family.town.database.writing() as session:
        set_pin(session, family.town.actor(Role.RECORDER), family.card.id, pin)


def _try(family: Family, pin: str) -> int:
    family.phone.open(family.address)
    return int(family.phone.send(f"{family.address}/pin", pin=pin).status_code)


def test_a_card_without_a_pin_sends_to_the_committee(
    family: Family, browse: Callable[[Role], Browser]
) -> None:
    for page in (family.address, f"{family.address}/claim"):
        said = family.phone.open(page)
        assert "到村委会设密码" in said
        assert "tel:04761234567" in said
        assert "杜" not in said
    office = browse(Role.RECORDER)
    page = f"/cards/household/{family.home.id}"
    for weak, words in (
        ("", "请填写这一项"),
        ("123", "4 到 6 位数字"),
        ("1234567", "4 到 6 位数字"),
        ("25802a", "4 到 6 位数字"),
        ("1111", "太容易猜"),
        ("3456", "太容易猜"),
        ("98765", "太容易猜"),
    ):
        office.open(page)
        assert office.send(f"/cards/{family.card.id}/pin", pin=weak).status_code == 422
        assert words in office.page
    office.open(page)
    assert office.send(f"/cards/{family.card.id}/pin", pin=PIN).status_code == 303
    said = office.open(page)
    assert "已设密码" in said
    assert PIN not in said
    assert "请输密码" in family.phone.open(family.address)
    assert _try(family, PIN) == 303
    assert "杜** 家的积分" in family.phone.open(family.address)
    assert office.send(f"/cards/{family.card.id}/pin/clear").status_code == 303
    assert "到村委会设密码" in family.phone.open(family.address)  # though it was open just now
    with family.town.database.reading() as session:
        trail = session.exec(select(AuditEntry).where(AuditEntry.act.startswith("cards.pin"))).all()  # type: ignore[attr-defined]
    assert [entry.act for entry in trail] == ["cards.pin", "cards.pin_clear"]
    assert not any(PIN in entry.detail for entry in trail)
    assert browse(Role.SUPERVISOR).send(f"/cards/{family.card.id}/pin", pin=PIN).status_code in {
        400,
        403,
    }


def test_five_wrong_ones_lock_the_card(family: Family) -> None:
    _give_pin(family)
    page = family.phone.open(family.address)
    assert "请输密码" in page
    assert "杜" not in page
    for left in (4, 3, 2, 1):
        assert _try(family, "9182") == 403
        assert f"还可以再试 {left} 次" in family.phone.page
    assert _try(family, "9182") == 403
    until = clock.local(clock.now() + LOCKED_FOR)
    assert "先锁住了" in family.phone.page
    assert _try(family, PIN) == 403  # not even the right one, on any phone
    other = Browser(family.app)
    said = other.open(family.address)
    assert "先锁住了" in said
    assert f"{until:%H}" in said
    with clock.at(clock.now() + LOCKED_FOR + timedelta(seconds=5)):
        assert _try(family, "9182") == 403
        assert "还可以再试 4 次" in family.phone.page
        assert _try(family, PIN) == 303
        assert "杜** 家的积分" in family.phone.open(family.address)


def test_it_stays_open_a_quarter_of_an_hour_after_each_page(family: Family) -> None:
    _give_pin(family)
    begun = clock.now()
    assert _try(family, PIN) == 303
    for minutes in (14, 28):
        with clock.at(begun + timedelta(minutes=minutes)):
            assert "家的积分" in family.phone.open(family.address)
    with clock.at(begun + timedelta(minutes=28)):
        assert "请输密码" in Browser(family.app).open(family.address)
    with clock.at(begun + timedelta(minutes=44)):
        assert "请输密码" in family.phone.open(family.address)
    with clock.at(begun - timedelta(days=1)):
        assert "请输密码" in family.phone.open(family.address)
    assert _try(family, PIN) == 303
    _give_pin(family, "1470")
    assert "请输密码" in family.phone.open(family.address)
    family.set(CARD_PIN, "no")
    assert "家的积分" in family.phone.open(family.address)


def test_a_claim_outlives_the_quarter_of_an_hour(family: Family) -> None:
    _give_pin(family)
    assert _try(family, PIN) == 303
    family.phone.open(f"{family.address}/claim")
    late = clock.now() + timedelta(minutes=20)
    with clock.at(late):
        answer = family.claim("出义务工", reopen=False, note="修了一天水渠")
        assert answer.status_code == 403
        page = family.phone.page
        assert "时间过了，请再输一次密码" in page
        assert "杜" not in page.partition("<main")[2]
        carried = {
            name: family.phone.value(name) for name in ("request_id", "item", "deed_on", "note")
        }
        wrong = family.phone.send(f"{family.address}/claim", pin="9182", **carried)
        assert wrong.status_code == 403
        assert family.phone.value("note") == "修了一天水渠"
        sent = family.phone.send(
            f"{family.address}/claim", pin=PIN, quantity="1", member="0", **carried
        )
        assert sent.status_code == 303
    assert [one.note for one in family.deeds()] == ["修了一天水渠"]


def test_tries_side_by_side_are_counted_one_by_one(family: Family) -> None:
    _give_pin(family)
    card = family.card

    def guess(_number: int) -> type[Exception]:
        with family.town.database.reading() as session:
            seen = pin_of(session, card)
        try:
            with family.town.database.writing() as session:
                enter(session, card, seen, right=False)
        except (PinWrong, PinLocked) as refusal:
            return type(refusal)
        raise AssertionError

    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(guess, range(12)))
    assert answers.count(PinWrong) == 4
    assert answers.count(PinLocked) == 8


def test_the_pin_from_the_command_line(family: Family, terminal: Terminal) -> None:
    who = STAFF[Role.RECORDER]
    weak = terminal.run(
        "cards", "pin", "一组-012", "--pin-stdin", who=who, stdin="1111\n", expect=1
    )
    assert "太容易猜" in weak
    said = terminal.run("cards", "pin", "一组-012", "--pin-stdin", who=who, stdin=f"{PIN}\n")
    assert "一组-012 杜仁森 的卡密码已设好" in said
    assert PIN not in said
    assert family.card.has_pin
    terminal.run("cards", "pin", "一组-012", "--clear", who=who)
    assert not family.card.has_pin
    lonely = terminal.run(
        "cards", "pin", "六组-042", "--pin-stdin", who=who, stdin=f"{PIN}\n", expect=1
    )
    assert "还没有在用的积分卡" in lonely
