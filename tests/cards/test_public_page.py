"""The page that a card's QR leads to."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.awards.posting import reverse
from moralbank.cards.queries import masked
from moralbank.cards.service import mark_lost, replace
from moralbank.cards.token import make_token
from moralbank.villages.service import change_setting
from tests.counter.till import DU, Till
from tests.village import Browser, Town


@pytest.fixture
def till(village: Town) -> Iterator[Till]:
    """A counter with some goods."""
    made = Till(village)
    made.stock(NOODLE_1KG=10, SALT_400G=10)
    yield made
    assert made.problems() == []


@pytest.fixture
def villager(app: Flask) -> Browser:
    """Somebody with a phone, not signed in."""
    return Browser(app)


def test_points_in_plain_words(till: Till, villager: Browser) -> None:
    till.give(DU, 40)
    till.redeem(DU, NOODLE_1KG=1)
    token = till.card(DU).token
    page = villager.open(f"/C/{token}")
    assert villager.words(f"/c/{token}") == villager.words(f"/C/{token}")
    assert "杜** 家的积分" in page
    assert "<strong>30</strong> 分" in page
    assert "加 40 分" in page
    assert "用 10 分" in page
    assert "兑换 挂面 1 公斤" in page
    assert "余额 0.10 元" in page
    assert "您家现在有 30 分。" in page  # what is read aloud
    today = clock.today()
    before = today - timedelta(days=1)
    done = f"{before.month}月{before.day}日的事"
    assert f"{today.month}月{today.day}日 · {done}</span>参加村民会议</span>" in page


def test_nothing_that_a_finder_could_use(till: Till, villager: Browser) -> None:
    token = till.card(DU).token
    page = villager.open(f"/c/{token}")
    assert "仁森" not in page
    words = re.sub(r"<[^>]*>", " ", page)  # what can be read off the screen
    assert "012" not in words
    assert token not in words
    answer = villager.client.get(f"/c/{token}")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_a_lost_card_says_only_that(till: Till, villager: Browser) -> None:
    till.give(DU, 40)
    card = till.card(DU)
    with till.town.database.writing() as session:
        mark_lost(session, till.town.actor(Role.RECORDER), card.id)
    page = villager.open(f"/c/{card.token}")
    assert "这张卡已挂失，请到村委会补办" in page
    assert "40" not in page.partition("<main")[2].partition("</main")[0]
    assert "杜" not in page


def test_a_replaced_card_says_so(till: Till, villager: Browser) -> None:
    old = till.card(DU)
    with till.town.database.writing() as session:
        replace(session, till.town.actor(Role.RECORDER), old.household_id)
    page = villager.open(f"/c/{old.token}")
    assert "这张卡已换新" in page
    assert "杜" not in page


@pytest.mark.parametrize("token", [make_token(lambda _below: 7), "123456789012345", "1", "x" * 999])
def test_unknown_numbers_all_get_the_same_answer(villager: Browser, token: str) -> None:
    nothing = villager.words("/no/such/page", expect=404)
    assert villager.words(f"/c/{token}", expect=404) == nothing


def test_only_the_last_ten_lines(till: Till, villager: Browser) -> None:
    for day in range(1, 13):
        till.give(DU, day, days_ago=day)
    page = villager.open(f"/c/{till.card(DU).token}")
    assert "加 12 分" in page
    assert "加 3 分" in page
    assert "加 2 分" not in page


def test_a_correction_is_called_one(till: Till, villager: Browser) -> None:
    till.give(DU, 5)
    with till.town.database.writing() as session:
        reverse(session, till.town.actor(Role.REVIEWER), "reverse-0001", 1, "记错了户")
    page = villager.open(f"/c/{till.card(DU).token}")
    assert "更正，减 5 分" in page


def test_the_telephone_can_be_called(till: Till, villager: Browser) -> None:
    with till.town.database.writing() as session:
        words = "村务监督委员会 0476-123 4567"
        change_setting(session, till.town.actor(Role.ADMIN), "contact", words)
    assert 'href="tel:04761234567"' in villager.open(f"/c/{till.card(DU).token}")


def test_masked_names() -> None:
    assert masked("王䶮") == "王**"
    assert masked("司马玉珍") == "司马**"
    assert masked("古丽扎尔·买买提江") == "古**"
