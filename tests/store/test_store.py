"""Goods, receipts, stock moves and the rate; on both engines, by service, pages and commands."""

import io
import json
import re
import tomllib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.ledger.queries import rate_on
from moralbank.ledger.rates import RateInvalid
from moralbank.paths import SEEDS
from moralbank.store import service
from moralbank.store.models import MoveKind
from moralbank.store.queries import (
    MoveInfo,
    ProductInfo,
    ProductUnknown,
    moves,
    product_by_sku,
    products,
)
from moralbank.store.service import ProductDetails
from tests.counter.till import DU, Till
from tests.terminal import Terminal
from tests.village import STAFF, Browser, Town, found_village

Browse = Callable[[Role], Browser]
NEIGHBOUR = 150404103202
KEEPER, ADMIN = STAFF[Role.SHOPKEEPER], STAFF[Role.ADMIN]
TEA: dict[str, Any] = {"name": "红茶", "price_fen": 1850, "category": "油盐酱醋", "unit": "袋"}


@pytest.fixture
def till(village: Town) -> Till:
    """The shop, its shelves empty."""
    return Till(village)


def _goods(till: Till, **wanted: Any) -> list[ProductInfo]:
    with till.town.database.reading() as session:
        return products(session, till.town.village_id, **wanted)


def _moves(till: Till, sku: str) -> list[MoveInfo]:
    with till.town.database.reading() as session:
        number = product_by_sku(session, till.town.village_id, sku).id
        return moves(session, till.town.village_id, number)


def _add(till: Till, sku: str = "TEA-250G", **changed: Any) -> None:
    with till.town.database.writing() as session:
        details = ProductDetails(**{**TEA, **changed})
        service.add_product(session, till.town.actor(Role.SHOPKEEPER), sku, details)


def _receive(till: Till, quantities: dict[int, Any], request_id: str = "") -> int:
    with till.town.database.writing() as session:
        actor = till.town.actor(Role.SHOPKEEPER)
        return service.receive(session, actor, request_id or till.request_id(), quantities)


def test_the_first_goods_are_well_formed() -> None:
    """Barcodes have right check digits, by the rule that the service has for all goods."""
    goods = tomllib.loads((SEEDS / "products.toml").read_text("utf-8"))["products"]
    assert len(goods) == 24
    assert len({one["sku"] for one in goods}) == len({one["barcode"] for one in goods}) == 24
    for one in goods:
        weights = [1, 3] * 6 + [1]
        digits = [int(digit) for digit in one["barcode"]]
        assert sum(a * b for a, b in zip(weights, digits, strict=True)) % 10 == 0
        assert one["barcode"].startswith("69")


def test_a_new_shop_has_goods_and_a_rate(till: Till) -> None:
    goods = _goods(till)
    assert len(goods) == 24
    assert {one.stock for one in goods} == {0}
    with till.town.database.reading() as session:
        assert rate_on(session, till.town.village_id) == 100


@pytest.mark.parametrize(
    ("typed", "sku"),
    [
        ("大豆油", "OIL-5L"),
        ("ddy", "OIL-5L"),
        ("ddy 5", "OIL-5L"),
        ("oil-5l", "OIL-5L"),
        ("ＯＩＬ", "OIL-5L"),
        ("6901421202063", "OIL-5L"),
        ("电压力锅", "COOKER-4L"),
        ("xz", "SOAP-126G"),
    ],
)
def test_goods_are_found(till: Till, typed: str, sku: str) -> None:
    assert sku in {one.sku for one in _goods(till, typed=typed)}
    assert len(_goods(till, typed=typed)) < 5


def test_goods_stand_category_by_category(till: Till) -> None:
    _add(till)
    names = [one.category for one in _goods(till)]
    assert [name for at, name in enumerate(names) if names.index(name) == at] == [
        name for at, name in enumerate(names) if at == 0 or names[at - 1] != name
    ]


def test_a_new_product(till: Till) -> None:
    _add(till, " tea-250g ", barcode="6901234567892", spec="250 克")
    tea = till.product("TEA-250G")
    assert (tea.title, tea.price_fen, tea.stock, tea.active) == ("红茶 250 克", 1850, 0, True)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"sku": ""}, service.SkuInvalid),
        ({"sku": "茶叶"}, service.SkuInvalid),
        ({"sku": "-TEA"}, service.SkuInvalid),
        ({"sku": "T" * 21}, service.SkuInvalid),
        ({"sku": "oil-5l"}, service.SkuTaken),
        ({"barcode": "6901421202063"}, service.BarcodeTaken),
        ({"barcode": "6901234567890"}, service.BarcodeInvalid),
        ({"barcode": "123"}, service.BarcodeInvalid),
        ({"barcode": "69012345678AB"}, service.BarcodeInvalid),
        ({"price_fen": 0}, service.PriceInvalid),
        ({"price_fen": -100}, service.PriceInvalid),
        ({"price_fen": 1_000_001}, service.PriceInvalid),
        ({"price_fen": 18.5}, service.PriceInvalid),
        ({"name": "  "}, service.TextMissing),
        ({"unit": ""}, service.TextMissing),
        ({"category": ""}, service.TextMissing),
        ({"name": "长" * 41}, service.TextTooLong),
        ({"spec": "长" * 21}, service.TextTooLong),
    ],
)
def test_a_product_that_can_not_be(
    till: Till, changed: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        _add(till, **changed)
    assert len(_goods(till)) == 24


def test_the_dearest_and_the_cheapest(till: Till) -> None:
    _add(till, "A", price_fen=1)
    _add(till, "B", price_fen=1_000_000)
    assert {till.product("A").price_fen, till.product("B").price_fen} == {1, 1_000_000}


def test_a_product_is_changed(till: Till) -> None:
    till.price("OIL-5L", 7000)
    assert till.product("OIL-5L").price_fen == 7000
    till.price("OIL-5L", 7000, active=False)
    assert "OIL-5L" not in {one.sku for one in _goods(till)}
    assert "OIL-5L" in {one.sku for one in _goods(till, active_only=False)}


def test_goods_come_in(till: Till) -> None:
    till.stock(OIL_5L=12, RICE_5KG=3)
    till.stock(OIL_5L=5)
    assert till.product("OIL-5L").stock == 17
    found = [(move.kind, move.quantity, move.left) for move in _moves(till, "OIL-5L")]
    assert found == [(MoveKind.RECEIVE, 5, 17), (MoveKind.RECEIVE, 12, 12)]
    assert till.problems() == []


def test_the_same_receipt_counts_once(till: Till) -> None:
    first = _receive(till, {1: 5, 2: 7}, "receipt-0001")
    assert _receive(till, {2: 7, 1: 5}, "receipt-0001") == first
    assert [one.stock for one in _goods(till)][:2] == [5, 7]


@pytest.mark.parametrize("pieces", [0, -1, 1.5, 100_001, "5", True])
def test_pieces_that_can_not_come_in(till: Till, pieces: object) -> None:
    with pytest.raises(service.QuantityInvalid):
        _receive(till, {1: 5, 2: pieces})
    assert {one.stock for one in _goods(till)} == {0}


def test_a_receipt_is_whole_or_not_at_all(till: Till) -> None:
    with pytest.raises(ProductUnknown):
        _receive(till, {1: 5, 9999: 5})
    with pytest.raises(service.NothingReceived):
        _receive(till, {})
    assert {one.stock for one in _goods(till)} == {0}


def test_another_villages_goods_are_unknown(till: Till) -> None:
    found_village(till.town.database, NEIGHBOUR, "河东村")
    theirs = Till(Town(till.town.database, NEIGHBOUR))
    _add(theirs)
    with pytest.raises(ProductUnknown):
        till.product("TEA-250G")
    with pytest.raises(ProductUnknown):
        _receive(till, {theirs.product("TEA-250G").id: 1})


def test_a_rate_begins_on_its_day(till: Till) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    with till.town.database.writing() as session:
        service.set_rate(session, till.town.actor(Role.ADMIN), 50, tomorrow, "村民会议第 3 号")
    with till.town.database.reading() as session:
        assert rate_on(session, till.town.village_id) == 100
        assert rate_on(session, till.town.village_id, tomorrow) == 50


@pytest.mark.parametrize(
    ("fen", "days", "resolution", "refusal"),
    [
        (0, 0, "决议", RateInvalid),
        (10_001, 0, "决议", RateInvalid),
        (100, -1, "决议", RateInvalid),
        (100, 0, "  ", service.TextMissing),
        (100, 0, "长" * 81, service.TextTooLong),
    ],
)
def test_a_rate_that_can_not_be(
    till: Till, fen: int, days: int, resolution: str, refusal: type[Exception]
) -> None:
    day = clock.today() + timedelta(days=days)
    with pytest.raises(refusal), till.town.database.writing() as session:
        service.set_rate(session, till.town.actor(Role.ADMIN), fen, day, resolution)


def test_the_pages_of_goods(till: Till, browse: Browse) -> None:
    till.stock(OIL_5L=12, SALT_400G=2)
    keeper = browse(Role.SHOPKEEPER)
    page = keeper.open("/store")
    assert "该进货了" in page
    assert "剩 2 袋" in page
    assert "1 分兑 1.00 元" in page
    page = keeper.open("/store", q="ddy 5")
    assert "65.00" in page
    assert "大米" not in page
    assert "没有这样的商品" in keeper.open("/store", q="黄金")
    assert "香皂" not in keeper.open("/store", category="小家电")
    answer = keeper.client.get("/store/goods.xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert len(rows) == 25


def test_home_and_shop_agree_on_what_is_low(till: Till, browse: Browse) -> None:
    everything = {one.sku.replace("-", "_"): 9 for one in _goods(till)}
    till.stock(**{**everything, "SALT_400G": 3, "SOAP_126G": 4})
    keeper = browse(Role.SHOPKEEPER)
    for page in ("/", "/store"):
        found = re.findall(r"(加碘食用盐|香皂)[^<]*</a>", keeper.open(page).split("<table")[0])
        assert found == ["加碘食用盐"], page


def test_a_product_by_the_page(till: Till, browse: Browse) -> None:
    keeper = browse(Role.SHOPKEEPER)
    keeper.open("/store/new")
    form = {"name": "红茶", "price": "１８.５", "category": "油盐酱醋", "unit": "袋"}
    answer = keeper.send("/store/new", sku="OIL-5L", **form)
    assert answer.status_code == 409
    assert "已经用在“大豆油”上" in keeper.page
    assert keeper.value("name") == "红茶"
    answer = keeper.send("/store/new", sku="TEA-250G", **{**form, "price": "十八"})
    assert answer.status_code == 422
    assert "金额不对" in keeper.page
    answer = keeper.send("/store/new", sku="TEA-250G", **form)
    assert answer.status_code == 303
    tea = till.product("TEA-250G")
    assert tea.price_fen == 1850
    page = f"/store/{tea.id}"
    assert "还没有进过货" in keeper.open(page)
    answer = keeper.send(page, **{**form, "price": "20", "name": ""})
    assert answer.status_code == 422
    keeper.send(page, **{**form, "price": "20"})
    assert (till.product("TEA-250G").price_fen, till.product("TEA-250G").active) == (2000, False)
    assert "已下架" in keeper.open("/store", all="1")
    keeper.open("/store/9999", expect=404)


def test_a_receipt_by_the_page(till: Till, browse: Browse) -> None:
    keeper = browse(Role.SHOPKEEPER)
    keeper.open("/store/receive")
    oil, rice = (f"q-{till.product(sku).id}" for sku in ("OIL-5L", "RICE-5KG"))
    form = {"request_id": keeper.value("request_id"), "note": "镇上批发部"}
    for wrong in ("-1", "1.5", "一", "1e9"):
        answer = keeper.send("/store/receive", **form, **{oil: "5", rice: wrong})
        assert answer.status_code == 422
        assert "进货数量不对" in keeper.page
        assert f'value="{wrong}"' in keeper.page
    assert keeper.send("/store/receive", **form).status_code == 422
    assert till.product("OIL-5L").stock == 0
    for _time in range(2):  # sent twice
        answer = keeper.send("/store/receive", **form, **{oil: "5", rice: "２０"})
        assert answer.status_code == 303
    assert (till.product("OIL-5L").stock, till.product("RICE-5KG").stock) == (5, 20)
    assert "镇上批发部" in keeper.open(f"/store/{till.product('OIL-5L').id}")


def test_a_move_leads_to_its_slip(till: Till, browse: Browse) -> None:
    till.stock(SALT_400G=10)
    till.give(DU, 10)
    till.redeem(DU, SALT_400G=2)
    page = browse(Role.SHOPKEEPER).open(f"/store/{till.product('SALT-400G').id}")
    assert "/counter/slips/1" in page
    assert "−2" in page


def test_a_rate_by_the_page(till: Till, browse: Browse) -> None:
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
    assert (
        admin.send("/store/rates", **{**said, "valid_from": " "}).status_code == 422
    )  # since when?
    assert "请填写这一项" in admin.page
    answer = admin.send("/store/rates", **{**said, "valid_from": yesterday})
    assert answer.status_code == 422
    assert "不能从过去的日子算起" in admin.page
    assert admin.send("/store/rates", **said).status_code == 303
    assert "第 3 号决议" in admin.open("/store/rates")
    with till.town.database.reading() as session:
        assert rate_on(session, till.town.village_id) == 50
    assert till.problems() == []


def test_a_rate_without_its_day_is_refused(till: Till) -> None:
    never: Any = None
    with till.town.database.writing() as session, pytest.raises(service.TextMissing) as refused:
        service.set_rate(session, till.town.actor(Role.ADMIN), 50, never, "村民会议第 3 号决议")
    assert refused.value.field == "valid_from"


@pytest.mark.parametrize(
    ("role", "page"),
    [
        (Role.ACCOUNTANT, "/store/new"),
        (Role.ADMIN, "/store/receive"),
        (Role.SHOPKEEPER, "/store/rates"),
        (Role.RECORDER, "/store"),
    ],
)
def test_who_may_not(browse: Browse, role: Role, page: str) -> None:
    browse(role).open(page, expect=403)


def test_commands(till: Till, terminal: Terminal) -> None:
    run = terminal.run
    goods = json.loads(run("store", "list", "--json", who=KEEPER))
    assert len(goods) == 24
    assert goods[0]["points"] == 45
    assert "大豆油" in run("store", "list", "--search", "ddy", who=ADMIN)
    lines = ("--product", "OIL-5L=2", "--product", "oil-5l=3", "--product", "SALT-400G=4")
    receipt = ("store", "receive", *lines, "--note", "镇上批发部", "--request-id", "receipt-01")
    assert "2 种，共 9 件" in run(*receipt, who=KEEPER)
    run(*receipt, who=KEEPER)
    assert till.product("OIL-5L").stock == 5
    tea = ("store", "add", "TEA-250G", "红茶", "--price", "18.50", "--category", "油盐酱醋")
    assert "TEA-250G" in run(*tea, who=KEEPER)
    assert till.product("TEA-250G").price_fen == 1850
    day = clock.today().isoformat()
    rate = ("store", "rate", "--fen", "50", "--from", day, "--resolution", "村民会议第 3 号")
    assert "1 分 = 50 分钱" in run(*rate, who=ADMIN)
    assert json.loads(run("store", "list", "--json", who=KEEPER))[0]["points"] == 90


def test_commands_that_are_refused(till: Till, terminal: Terminal) -> None:
    def refused(*arguments: str, who: str = KEEPER) -> str:
        return terminal.run("store", *arguments, who=who, expect=1)

    assert "没有“GOLD”" in refused("receive", "--product", "GOLD=1")
    assert "货号=件数" in refused("receive", "--product", "OIL-5L=1.5")
    assert "进货数量不对" in refused("receive", "--product", "OIL-5L=0")
    tea = ("add", "OIL-5L", "红茶", "--category", "茶")
    assert "已经用在" in refused(*tea, "--price", "18.50")
    assert "价格不对" in refused(*tea, "--price", "18.505")
    rate = ("rate", "--from", clock.today().isoformat(), "--resolution", "决议", "--fen")
    assert "比例不对" in refused(*rate, "0", who=ADMIN)
    assert "管理员" in refused(*rate, "100", who=KEEPER)
    assert {one.stock for one in _goods(till)} == {0}
