"""The counter as the shopkeeper meets it, by HTTP, without scripts."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from moralbank import clock, db
from moralbank.access.permissions import Role
from moralbank.cards.service import mark_lost
from moralbank.cards.token import make_token
from tests.conftest import make_app
from tests.counter.till import DU, WANG, Till
from tests.village import STAFF, Browser, Town


@pytest.fixture
def till(hamlet: Town) -> Iterator[Till]:
    """On SQLite alone: here it is about pages. The books must be whole at the end."""
    made = Till(hamlet)
    made.stock(OIL_5L=10, NOODLE_1KG=10, SALT_400G=10, SOAP_126G=10)
    made.give(DU, 127)
    yield made
    assert made.problems() == []


@pytest.fixture
def keeper(till: Till, tmp_path: Path) -> Iterator[Browser]:
    """The shopkeeper; 杜仁森 has 127 points."""
    app = make_app(till.town, tmp_path)
    yield Browser(app).sign_in(STAFF[Role.SHOPKEEPER])
    app.extensions["moralbank"].close()


def _follow(keeper: Browser, address: str, expect: int = 200) -> str:
    """Open an address with its query."""
    parts = urlsplit(address)
    return keeper.open(parts.path, expect=expect, **dict(parse_qsl(parts.query)))


def _location(answer: Any) -> str:
    assert answer.status_code == 303, answer.get_data(as_text=True)[:3000]
    return str(answer.headers["Location"])


def _fill(keeper: Browser, till: Till, label: str = DU, **pieces: object) -> dict[str, object]:
    """Open the goods of a household and fill the form as a browser would send it."""
    keeper.open("/counter", household=till.town.household(label).id)
    form: dict[str, object] = {
        "request_id": keeper.value("request_id"),
        "household": keeper.value("household"),
        "act": "redeem",
    }
    for sku, n in pieces.items():
        form[f"q-{till.product(sku.replace('_', '-')).id}"] = n
    return form


@pytest.mark.parametrize(
    "read",
    [
        lambda token: f"HTTPS://BANK.EXAMPLE.CN/C/{token}",
        lambda token: token,
        lambda token: f" {token[:5]} {token[5:10]} {token[10:]} ",
        lambda token: "".join(chr(ord(digit) + 0xFEE0) for digit in token),
    ],
    ids=["scanned address", "scanned number", "typed in groups", "typed full-width"],
)
def test_by_scan_to_the_slip(till: Till, keeper: Browser, read: Callable[[str], str]) -> None:
    card = till.card(DU)
    keeper.open("/counter")
    goods = _location(keeper.send("/counter/find", who=read(card.token)))
    assert card.token not in goods  # card numbers stay out of histories and logs
    page = _follow(keeper, goods)
    assert "杜仁森" in page
    assert "127" in page
    assert "最多可换 127.00 元" in page
    form = {
        "request_id": keeper.value("request_id"),
        "household": keeper.value("household"),
        "card": keeper.value("card"),
        f"q-{till.product('OIL-5L').id}": "1",
    }
    slip = _follow(keeper, _location(keeper.send("/counter/redeem", **form)))
    assert "兑换好了" in slip
    assert "用 65 分，还有 62 分" in slip
    assert f"DH{clock.today():%Y%m%d}-0001" in slip
    assert till.slip(1).card_id == card.id


@pytest.mark.parametrize("typed", ["杜仁森", "drs", "一组012", "一组-012"])
def test_by_name(till: Till, keeper: Browser, typed: str) -> None:
    keeper.open("/counter")
    found = _location(keeper.send("/counter/find", who=typed))
    answer = keeper.client.get(found, follow_redirects=True)
    assert "现有积分" in answer.get_data(as_text=True)
    assert answer.request.args["household"] == str(till.town.household(DU).id)


def test_several_of_a_name_are_offered(till: Till, keeper: Browser) -> None:
    till.give(WANG, 7)
    page = keeper.open("/counter", who="六组")
    order = ("是哪一户", "王䶮", "没带卡", "请扫积分卡")  # on a phone, too, they are seen at once
    assert sorted(order, key=page.index) == list(order)
    assert "文义" in page
    assert re.search(r"<strong>7</strong>", page)


def test_nobody_of_that_name(keeper: Browser) -> None:
    page = keeper.open("/counter", who="查无此人")
    assert page.index("没有找到“查无此人”") < page.index("没带卡") < page.index("请扫积分卡")
    page = keeper.open("/counter", who="  ")
    assert page.index("请扫积分卡") < page.index("没带卡")


def test_a_lost_card_at_the_counter(till: Till, keeper: Browser) -> None:
    card = till.card(DU)
    with till.town.database.writing() as session:
        mark_lost(session, till.town.actor(Role.RECORDER), card.id)
    keeper.open("/counter")
    answer = keeper.send("/counter/find", who=card.token)
    assert answer.status_code == 409
    assert "这张卡已挂失" in keeper.page
    household = card.household_id
    page = keeper.open("/counter", household=household, card=card.id, expect=409)
    assert "已挂失" in page


@pytest.mark.parametrize(
    ("typed", "status"),
    [("123456789012345", 422), ("6901421101014", 422), (make_token(lambda _below: 7), 404)],
    ids=["wrong check digit", "a product's barcode", "nobody's card"],
)
def test_a_number_that_is_no_card(keeper: Browser, typed: str, status: int) -> None:
    keeper.open("/counter")
    answer = keeper.send("/counter/find", who=typed)
    assert answer.status_code == status
    assert "不能兑换" in keeper.page


def test_too_few_points_keeps_the_cart(till: Till, keeper: Browser) -> None:
    form = _fill(keeper, till, OIL_5L=2, SALT_400G=1)
    form |= {"taker": "*", "collector": "杜小军", "relation": "侄子"}
    answer = keeper.send("/counter/redeem", **form)
    assert answer.status_code == 409
    assert "没有换成，没有扣分" in keeper.page
    assert "还差 6 分" in keeper.page  # 132.50 yuan are 133 points
    assert keeper.value("request_id") != form["request_id"]
    assert (keeper.value("collector"), keeper.value("relation")) == ("杜小军", "侄子")
    oil = till.product("OIL-5L").id
    assert re.search(rf'name="q-{oil}" value="2"', keeper.page)
    assert till.slips() == 0
    form |= {f"q-{oil}": 1, "request_id": keeper.value("request_id")}
    _location(keeper.send("/counter/redeem", **form))
    assert till.has(DU).points == 127 - 68
    assert till.slip(1).taker == "杜小军（侄子）"


def test_a_price_that_changed_before_the_confirmation(till: Till, keeper: Browser) -> None:
    form = _fill(keeper, till, SOAP_126G=1)
    keeper.send("/counter/redeem", **{**form, "act": "reckon"})  # 2.00 yuan
    till.price("SOAP-126G", 300)
    assert keeper.send("/counter/redeem", **_as_shown(keeper, form)).status_code == 409
    assert "现在合计 3.00 元，要用 3 分" in keeper.page
    assert till.slips() == 0
    _location(keeper.send("/counter/redeem", **_as_shown(keeper, form)))
    assert till.slip(1).points_used == 3


def _as_shown(keeper: Browser, form: dict[str, object]) -> dict[str, object]:
    """The form as the page now holds it: what it shows, and its request id."""
    names = ("request_id", "shown-total", "shown-points")
    return {**form, **{name: keeper.value(name) for name in names}}


def test_another_cart_under_a_used_number_names_the_slip(till: Till, keeper: Browser) -> None:
    form = _fill(keeper, till, SALT_400G=1)
    _location(keeper.send("/counter/redeem", **form))
    other = {**form, f"q-{till.product('OIL-5L').id}": 1}
    assert keeper.send("/counter/redeem", **other).status_code == 409
    assert till.slip(1).label in keeper.page
    assert "刷新" not in keeper.page
    assert till.slips() == 1


def test_after_an_unknown_outcome_the_number_stays(
    hamlet: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever can't know whether it was kept must be able to ask again without doing it twice."""
    till, app = Till(hamlet), make_app(hamlet, tmp_path)
    till.give(DU, 127)
    till.stock(SALT_400G=10)
    keeper = Browser(app).sign_in(STAFF[Role.SHOPKEEPER])
    form = _fill(keeper, till, SALT_400G=1)
    keeper.open("/store/receive")
    salt = f"q-{till.product('SALT-400G').id}"
    receipt = {"request_id": keeper.value("request_id"), salt: "5"}
    monkeypatch.setattr(db, "BUSY_SECONDS", 0.1)
    with app.extensions["moralbank"].writing():  # somebody else's long work
        for path, sent in (("/counter/redeem", form), ("/store/receive", receipt)):
            assert keeper.send(path, **sent).status_code == 503
            assert keeper.value("request_id") == sent["request_id"]
    for _time in range(2):
        _location(keeper.send("/counter/redeem", **form))
        _location(keeper.send("/store/receive", **receipt))
    assert till.slips() == 1
    assert till.product("SALT-400G").stock == 10 + 5 - 1
    app.extensions["moralbank"].close()


def test_sent_twice_counts_once(till: Till, keeper: Browser) -> None:
    form = _fill(keeper, till, OIL_5L=1)
    first = _location(keeper.send("/counter/redeem", **form))
    assert _location(keeper.send("/counter/redeem", **form)) == first
    assert till.slips() == 1


def test_quantities_that_are_none(till: Till, keeper: Browser) -> None:
    form, salt = _fill(keeper, till), f"q-{till.product('SALT-400G').id}"
    for typed in ("-1", "1.5", "1e9", "1000000000", "1000", "一", "½"):
        assert keeper.send("/counter/redeem", **form, **{salt: typed}).status_code == 422, typed
        assert "数量不对" in keeper.page
    assert till.slips() == 0


def test_full_width_quantities_are_numbers(till: Till, keeper: Browser) -> None:
    form = _fill(keeper, till, SALT_400G="２")
    _location(keeper.send("/counter/redeem", **form))
    assert till.slip(1).lines[0].quantity == 2


def test_an_empty_cart(till: Till, keeper: Browser) -> None:
    form = _fill(keeper, till, SALT_400G=0, OIL_5L="")
    assert keeper.send("/counter/redeem", **form).status_code == 422
    assert "还没有选商品" in keeper.page


def test_reckoning_without_scripts(till: Till, keeper: Browser) -> None:
    """A button that only adds up, for browsers without scripts."""
    form = _fill(keeper, till, OIL_5L=1, NOODLE_1KG=1)
    answer = keeper.send("/counter/redeem", **{**form, "act": "reckon"})
    assert answer.status_code == 200
    assert "74.90" in keeper.page
    assert re.search(r"data-used>75<", keeper.page)
    assert re.search(r"data-left>52<", keeper.page)
    assert till.slips() == 0


def test_goods_that_nobody_knows(till: Till, keeper: Browser) -> None:
    form = _fill(keeper, till)
    for field in ("q-987654", "q-99999999999999999999", "q-x"):
        assert keeper.send("/counter/redeem", **form, **{field: 1}).status_code == 404
    keeper.open("/counter", household=987654, expect=404)
    assert keeper.send("/counter/redeem", **{**form, "household": 987654}).status_code == 404
    assert "本村没有这一户" in keeper.page
