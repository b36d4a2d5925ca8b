"""What a product may be, how goods are found and changed, by service and by page."""

import io
import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import event

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.paths import SEEDS
from moralbank.store import goods
from moralbank.store.goods import ProductDetails, add_product, checked, checked_sku, edit_product
from moralbank.store.models import LimitPeriod
from moralbank.store.queries import ProductInfo, ProductUnknown, products, products_by_id
from tests.counter.till import DU, Till
from tests.photos.phone import from_a_phone
from tests.village import Browser, Town, found_village

Browse = Callable[[Role], Browser]
NEIGHBOUR = 150404103202
TEA: dict[str, Any] = {"name": "红茶", "price_fen": 1850, "category": "油盐酱醋", "unit": "袋"}
FORM = {
    "name": "红茶",
    "price": "１８.５",
    "category": "油盐酱醋",
    "unit": "袋",
    "limit_period": "month",
}


@pytest.fixture
def till(village: Town) -> Till:
    """The shop on both engines, its shelves empty."""
    return Till(village)


@pytest.fixture
def stall(hamlet: Town) -> Till:
    """The shop on SQLite alone."""
    return Till(hamlet)


def _goods(till: Till, **wanted: Any) -> list[ProductInfo]:
    with till.town.database.reading() as session:
        return products(session, till.town.village_id, **wanted)


def _add(till: Till, sku: str = "TEA-250G", **changed: Any) -> int:
    with till.town.database.writing() as session:
        details = ProductDetails(**{**TEA, **changed})
        return add_product(session, till.town.actor(Role.SHOPKEEPER), sku, details).id


def _file(content: bytes) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), "1.jpg"


def test_the_first_goods_are_well_formed() -> None:
    """Barcodes have right check digits, by the rule that the service has for all goods."""
    seed = tomllib.loads((SEEDS / "products.toml").read_text("utf-8"))["products"]
    assert len(seed) == 24
    assert len({one["sku"] for one in seed}) == len({one["barcode"] for one in seed}) == 24
    for one in seed:
        sku = one.pop("sku")
        assert checked_sku(sku) == sku
        assert checked(ProductDetails(**one)).barcode == one["barcode"]
        assert one["barcode"].startswith("69")


@pytest.mark.parametrize(
    ("typed", "sku"),
    [
        ("大豆油", "OIL-5L"),
        ("ddy 5", "OIL-5L"),
        ("oil-5l", "OIL-5L"),
        ("ＯＩＬ", "OIL-5L"),
        ("6901421202063", "OIL-5L"),
        ("电压力锅", "COOKER-4L"),
    ],
)
def test_goods_are_found(stall: Till, typed: str, sku: str) -> None:
    assert sku in {one.sku for one in _goods(stall, typed=typed)}
    assert len(_goods(stall, typed=typed)) < 5


def test_goods_stand_category_by_category(stall: Till) -> None:
    _add(stall)
    names = [one.category for one in _goods(stall)]
    assert [name for at, name in enumerate(names) if names.index(name) == at] == [
        name for at, name in enumerate(names) if at == 0 or names[at - 1] != name
    ]


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"barcode": "6901234567890"}, goods.BarcodeInvalid),
        ({"barcode": "123"}, goods.BarcodeInvalid),
        ({"barcode": "69012345678AB"}, goods.BarcodeInvalid),
        ({"price_fen": 0}, goods.PriceInvalid),
        ({"price_fen": -100}, goods.PriceInvalid),
        ({"price_fen": 1_000_001}, goods.PriceInvalid),
        ({"price_fen": 18.5}, goods.PriceInvalid),
        ({"cost_fen": -1}, goods.CostInvalid),
        ({"cost_fen": 1_000_001}, goods.CostInvalid),
        ({"cost_fen": 0.5}, goods.CostInvalid),
        ({"on_from": date(2026, 9, 2), "on_until": date(2026, 9, 1)}, goods.OfferedBackwards),
        ({"low_at": -1}, goods.PiecesInvalid),
        ({"limit_pieces": 100_001}, goods.PiecesInvalid),
        ({"limit_pieces": True}, goods.PiecesInvalid),
        ({"name": "  "}, goods.TextMissing),
        ({"unit": ""}, goods.TextMissing),
        ({"category": ""}, goods.TextMissing),
        ({"name": "长" * 41}, goods.TextTooLong),
        ({"spec": "长" * 21}, goods.TextTooLong),
    ],
)
def test_a_product_that_can_not_be(changed: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        checked(ProductDetails(**{**TEA, **changed}))


def test_the_edges_of_what_can_be() -> None:
    for changed in (
        {"price_fen": 1, "cost_fen": 0, "low_at": 0},
        {"price_fen": 1_000_000, "cost_fen": 1_000_000, "limit_pieces": 100_000},
        {"on_from": date(2026, 9, 1), "on_until": date(2026, 9, 1), "barcode": " 6901234567892"},
    ):
        assert checked(ProductDetails(**{**TEA, **changed})).price_fen
    for typed in ("", "茶叶", "-TEA", "T" * 21, "TEA 250"):
        with pytest.raises(goods.SkuInvalid):
            checked_sku(typed)
    assert checked_sku(" ｔea-250g ") == "TEA-250G"


def test_a_product_with_all_that_can_be_said(till: Till) -> None:
    today = clock.today()
    said: dict[str, Any] = {
        "spec": "250 克",
        "barcode": "6901234567892",
        "cost_fen": 1200,
        "on_from": today,
        "on_until": today + timedelta(days=3),
        "low_at": 6,
        "limit_pieces": 2,
        "limit_period": LimitPeriod.QUARTER,
    }
    number = _add(till, " tea-250g ", **said)
    tea = till.product("tea-250g")
    assert {name: getattr(tea, name) for name in said} == said
    assert (tea.id, tea.title, tea.price_fen, tea.stock) == (number, "红茶 250 克", 1850, 0)
    assert (tea.offered, tea.low, tea.photo_id) == (True, True, None)
    with pytest.raises(goods.SkuTaken, check=lambda refusal: "红茶" in str(refusal)):
        _add(till, "TEA-250G")
    with pytest.raises(goods.BarcodeTaken, check=lambda refusal: refusal.field == "barcode"):
        _add(till, "TEA-500G", barcode="6901234567892")
    with till.town.database.writing() as session:
        keeper = till.town.actor(Role.SHOPKEEPER)
        ended = ProductDetails(**{**TEA, **said, "on_until": today - timedelta(days=1)})
        with pytest.raises(goods.OfferedBackwards):
            edit_product(session, keeper, number, ended, active=True)
        ended = ProductDetails(**{**TEA, "on_until": today - timedelta(days=1)})
        edit_product(session, keeper, number, ended, active=True)
    assert not till.product("TEA-250G").offered
    assert "TEA-250G" not in {one.sku for one in _goods(till)}
    assert "TEA-250G" in {one.sku for one in _goods(till, active_only=False)}
    till.price("OIL-5L", 7000, active=False)
    assert "OIL-5L" not in {one.sku for one in _goods(till)}
    assert till.problems() == []


def test_goods_take_one_statement_however_many(till: Till) -> None:
    asked: list[str] = []
    engine = till.town.database.engine

    def count(*given: Any) -> None:
        asked.append(given[2])

    with till.town.database.reading() as session:
        session.connection()
        event.listen(engine, "before_cursor_execute", count)
        found = products(session, till.town.village_id, active_only=False)
        products_by_id(session, till.town.village_id, [one.id for one in found])
        event.remove(engine, "before_cursor_execute", count)
    assert len(found) == 24
    assert len(asked) == 2


def test_another_villages_goods_are_unknown(till: Till) -> None:
    found_village(till.town.database, NEIGHBOUR, "河东村")
    theirs = Till(Town(till.town.database, NEIGHBOUR))
    number = _add(theirs, "ONLY-THERE")
    with pytest.raises(ProductUnknown):
        till.product("ONLY-THERE")
    keeper = till.town.actor(Role.SHOPKEEPER)
    with till.town.database.writing() as session, pytest.raises(ProductUnknown):
        edit_product(session, keeper, number, ProductDetails(**TEA), active=True)


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
    assert "上架" in rows[0]
    for role, path in (
        (Role.ACCOUNTANT, "/store/new"),
        (Role.ADMIN, "/store/receive"),
        (Role.SUPERVISOR, "/store/waste"),
        (Role.SHOPKEEPER, "/store/shops"),
        (Role.RECORDER, "/store"),
    ):
        browse(role).open(path, expect=403)


def test_the_shelf_page_by_page(
    till: Till, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moralbank.store.views.PAGE_ROWS", 10)
    till.change("OIL-5L", active=False)
    keeper = browse(Role.SHOPKEEPER)
    engine = till.town.database.engine

    def shown(**query: Any) -> tuple[int, int]:
        asked: list[str] = []

        def note(*arguments: Any) -> None:
            asked.append(arguments[2])

        event.listen(engine, "before_cursor_execute", note)
        page = keeper.open("/store", **query)
        event.remove(engine, "before_cursor_execute", note)
        return page.count("goods-plate__words"), len(asked)

    shown()
    assert shown()[0] == 10
    assert "共 23 条，第 1 页，共 3 页" in keeper.page
    assert shown(page="3", all="1")[0] == 4
    assert "/store?all=1&amp;page=2" in keeper.page
    assert "该进货了" not in keeper.page, "said once, on the first page"
    few = shown(category="小家电")
    assert few[0] < 10
    assert shown()[1] == few[1], "as many statements for few as for many"


def test_a_product_by_the_page(till: Till, browse: Browse) -> None:
    keeper = browse(Role.SHOPKEEPER)
    keeper.open("/store/new")
    assert keeper.send("/store/new", sku="OIL-5L", **FORM).status_code == 409
    assert "已经用在“大豆油”上" in keeper.page
    assert keeper.value("name") == "红茶"
    for wrong, words in (
        ({"price": "十八"}, "金额不对"),
        ({"price": "0"}, "价格不对"),
        ({"limit_pieces": "1.5"}, "要填整数"),
        ({"on_until": "九月"}, "日期不对"),
        ({"limit_period": "hour"}, "请从列出的里面选一项"),
    ):
        assert keeper.send("/store/new", sku="TEA-250G", **{**FORM, **wrong}).status_code == 422
        assert words in keeper.page
    more = {"cost": "12", "limit_pieces": "2", "on_from": "2026-01-01", "low_at": ""}
    assert keeper.send("/store/new", sku="TEA-250G", **FORM, **more).status_code == 303
    tea = till.product("TEA-250G")
    assert (tea.price_fen, tea.cost_fen, tea.limit_pieces, tea.low_at) == (1850, 1200, 2, 0)
    page = f"/store/{tea.id}"
    assert "还没有进过货" in keeper.open(page)
    assert keeper.send(page, **{**FORM, "name": ""}).status_code == 422
    assert keeper.send(page, **{**FORM, "price": "20"}).status_code == 303
    tea = till.product("TEA-250G")
    assert (tea.price_fen, tea.cost_fen, tea.active) == (2000, None, False)
    assert "已下架" in keeper.open("/store", all="1")
    keeper.open("/store/9999", expect=404)


def test_a_product_is_known_by_its_photo(till: Till, browse: Browse) -> None:
    keeper = browse(Role.SHOPKEEPER)
    oil = till.product("OIL-5L")
    page = f"/store/{oil.id}"
    keeper.open(page)
    form = {**FORM, "name": "大豆油", "price": "65", "unit": "桶", "active": "y"}
    assert keeper.send(page, photos=_file(b"no picture"), **form).status_code == 422
    answer = keeper.send(page, photos=_file(from_a_phone()), **{**form, "price": "0"})
    assert answer.status_code == 422
    kept = keeper.value("photos_kept")  # the refused form still has its photo
    assert keeper.send(page, **form, photos_kept=kept).status_code == 303
    first = till.product("OIL-5L").photo_id
    assert first is not None
    assert f"/photos/{first}.jpg" in keeper.open("/store")
    assert keeper.send(page, photos=_file(from_a_phone((60, 30))), **form).status_code == 303
    assert till.product("OIL-5L").photo_id != first  # the newest is the one shown
    assert till.problems() == []


def test_home_and_shop_agree_on_what_is_low(stall: Till) -> None:
    everything = {one.sku.replace("-", "_"): 9 for one in _goods(stall)}
    stall.stock(**{**everything, "SALT_400G": 3, "SOAP_126G": 4})
    assert [one.name for one in _goods(stall) if one.low] == ["加碘食用盐"]


def test_a_move_leads_to_its_paper(till: Till, browse: Browse) -> None:
    till.stock(SALT_400G=10)
    till.give(DU, 10)
    till.redeem(DU, SALT_400G=2)
    page = browse(Role.SHOPKEEPER).open(f"/store/{till.product('SALT-400G').id}")
    assert "/counter/slips/1" in page
    assert "/store/receipts/1" in page
    assert "−2" in page
