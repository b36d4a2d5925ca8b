"""What a point is worth, from which day on, by which resolution."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.ledger.queries import rate_on
from moralbank.ledger.rates import RateInvalid
from moralbank.store import service
from moralbank.store.goods import TextMissing, TextTooLong
from tests.counter.till import Till
from tests.terminal import Terminal
from tests.village import STAFF, Browser, Town

KEEPER, ADMIN = STAFF[Role.SHOPKEEPER], STAFF[Role.ADMIN]


@pytest.fixture
def till(village: Town) -> Till:
    """The shop on both engines."""
    return Till(village)


def _set(town: Town, fen: int, days: int | None, resolution: str) -> None:
    day: Any = None if days is None else clock.today() + timedelta(days=days)
    with town.database.writing() as session:
        service.set_rate(session, town.actor(Role.ADMIN), fen, day, resolution)


def test_a_rate_begins_on_its_day(till: Till) -> None:
    _set(till.town, 50, 1, "村民会议第 3 号")
    with till.town.database.reading() as session:
        tomorrow = clock.today() + timedelta(days=1)
        assert rate_on(session, till.town.village_id) == 100
        assert rate_on(session, till.town.village_id, tomorrow) == 50


@pytest.mark.parametrize(
    ("fen", "days", "resolution", "refusal"),
    [
        (0, 0, "决议", RateInvalid),
        (10_001, 0, "决议", RateInvalid),
        (100, -1, "决议", RateInvalid),
        (100, 0, "  ", TextMissing),
        (100, 0, "长" * 81, TextTooLong),
        (50, None, "村民会议第 3 号", TextMissing),
    ],
)
def test_a_rate_that_can_not_be(
    hamlet: Town, fen: int, days: int | None, resolution: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        _set(hamlet, fen, days, resolution)


def test_a_rate_by_the_page(till: Till, browse: Callable[[Role], Browser]) -> None:
    browse(Role.SHOPKEEPER).open("/store/rates", expect=403)
    admin = browse(Role.ADMIN)
    assert "待村民会议表决" in admin.open("/store/rates")
    form = {
        "request_id": admin.value("request_id"),
        "fen_per_point": "0.5",
        "valid_from": clock.today().isoformat(),
    }
    assert admin.send("/store/rates", **form).status_code == 422  # by whose resolution?
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    said = {**form, "resolution": "村民会议第 3 号决议"}
    answer = admin.send("/store/rates", **{**said, "valid_from": " "})
    assert answer.status_code == 422  # since when?
    assert "请填写这一项" in admin.page
    answer = admin.send("/store/rates", **{**said, "valid_from": yesterday})
    assert answer.status_code == 422
    assert "不能从过去的日子算起" in admin.page
    assert admin.send("/store/rates", **said).status_code == 303
    browse(Role.SUPERVISOR).agree()
    assert "第 3 号决议" in admin.open("/store/rates")
    with till.town.database.reading() as session:
        assert rate_on(session, till.town.village_id) == 50
    assert till.problems() == []


def test_a_rate_by_command(till: Till, terminal: Terminal) -> None:
    rate = ("store", "rate", "--from", clock.today().isoformat(), "--resolution", "决议", "--fen")
    assert "已提请复核（第 1 号）" in terminal.run(*rate, "50", who=ADMIN)
    terminal.run("proposals", "confirm", "1", who=STAFF[Role.SUPERVISOR])
    assert "比例不对" in terminal.run(*rate, "0", who=ADMIN, expect=1)
    assert "管理员" in terminal.run(*rate, "100", who=KEEPER, expect=1)
    with till.town.database.reading() as session:
        assert rate_on(session, till.town.village_id) == 50
