"""Ways to know a card, to pay, to take home and to prove it, at the counter's page."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import qrcode
from PIL import Image, ImageDraw
from sqlalchemy import event

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.cards.pdf import card_sheet
from moralbank.cards.pins import set_pin
from moralbank.cards.queries import CardInfo, card_faces
from moralbank.cards.service import mark_lost
from moralbank.counter.forms import SOMEONE_ELSE
from moralbank.counter.models import Proof
from moralbank.fund.lapse_rules import set_rule
from moralbank.households.models import Member
from moralbank.photos.models import PhotoSubject
from moralbank.photos.queries import photos_of
from moralbank.photos.service import attach, keep
from moralbank.store.goods import ProductDetails, add_product, edit_product
from moralbank.store.models import LimitPeriod
from moralbank.store.service import ReceivedLine, Receiving, receive
from moralbank.villages.service import change_setting
from moralbank.web.uploads import MOST_BYTES
from tests.conftest import make_app
from tests.counter.snapshots import printed_card, snapshot
from tests.counter.till import DU, WANG, Till
from tests.notices.wall import after
from tests.photos.phone import sent
from tests.village import STAFF, Browser, Town

PIN = "2580"
JSON = {"Accept": "application/json"}


@pytest.fixture
def till(hamlet: Town) -> Iterator[Till]:
    """杜仁森 has 127 points and a card; the books must be whole at the end."""
    made = Till(hamlet)
    made.stock(OIL_5L=10, NOODLE_1KG=10, SALT_400G=10)
    made.give(DU, 127)
    yield made
    assert made.problems() == []


@pytest.fixture
def keeper(till: Till, tmp_path: Path) -> Iterator[Browser]:
    """The shopkeeper."""
    app = make_app(till.town, tmp_path)
    yield Browser(app).sign_in(STAFF[Role.SHOPKEEPER])
    app.extensions["moralbank"].close()


def _setting(till: Till, key: str, value: str) -> None:
    with till.town.database.writing() as session:
        change_setting(session, till.town.actor(Role.ADMIN), key, value)


def _page(keeper: Browser, till: Till, label: str = DU) -> str:
    return keeper.open("/counter", household=till.town.household(label).id)


def _form(keeper: Browser, till: Till, label: str = DU, **pieces: object) -> dict[str, Any]:
    """The goods of a household, filled in as a browser sends it."""
    _page(keeper, till, label)
    form: dict[str, Any] = {
        "request_id": keeper.value("request_id"),
        "household": keeper.value("household"),
    }
    return form | {f"q-{till.product(sku.replace('_', '-')).id}": n for sku, n in pieces.items()}


def _redeem(keeper: Browser, form: dict[str, Any], expect: int = 303) -> None:
    """Send it, and let a page that stays have the next request id."""
    answer = keeper.send("/counter/redeem", **form)
    assert answer.status_code == expect, keeper.page[:4000]
    if expect != 303:
        form["request_id"] = keeper.value("request_id")


def _photo_of(till: Till, card: CardInfo) -> Image.Image:
    with till.town.database.reading() as session:
        faces = card_faces(session, till.town.village_id, [card.household_id])
    return printed_card(card_sheet(faces))


def _scan(keeper: Browser, picture: bytes) -> dict[str, str]:
    """What the page's script is told of a picture."""
    keeper.open("/counter")
    form = {"csrf_token": keeper.token(), "picture": (io.BytesIO(picture), "card.jpg")}
    answer = keeper.client.post("/counter/scan", data=form, headers=JSON)
    assert answer.status_code == 200
    told: dict[str, str] = answer.json
    return told


def _code(said: str) -> Image.Image:
    """A QR code on white."""
    return qrcode.make(said, box_size=6).get_image().convert("RGB")


def _signature(*, strokes: bool = True) -> bytes:
    """What the page draws: black on white, 640 by 240."""
    made = Image.new("RGB", (640, 240), "white")
    if strokes:
        ImageDraw.Draw(made).line([(60, 40), (300, 190), (420, 60), (580, 200)], "black", 5)
    return sent(made, "PNG")


def test_a_photo_of_a_printed_card(till: Till, keeper: Browser) -> None:
    """Turned, from the side, out of focus, grainy, pressed: the code is still there."""
    card = till.card(DU)
    picture = _photo_of(till, card)
    for photo in (snapshot(picture), snapshot(picture, degrees=104, slant=0.0005, blur=2.2)):
        assert _scan(keeper, photo) == {"token": card.token, "words": "", "code": ""}
    grey = Image.open(io.BytesIO(snapshot(picture, (640, 480), degrees=4))).convert("L")
    assert _scan(keeper, sent(grey, quality=60))["token"] == card.token
    keeper.open("/counter")
    answer = keeper.upload("/counter/scan", "picture", "card.jpg", snapshot(picture))
    assert answer.status_code == 303  # without scripts the photo leads on by itself
    assert answer.headers["Location"].endswith(f"household={card.household_id}&card={card.id}")
    assert not list(Path(keeper.client.application.config["INSTANCE"]).rglob("*.jpg"))


def test_pictures_without_one_card(till: Till, keeper: Browser) -> None:
    first, second = till.card(DU).token, till.card(WANG).token
    both = Image.new("RGB", (600, 300), "white")
    both.paste(_code(first), (0, 0))
    both.paste(_code(second), (300, 0))
    table = Image.new("RGB", (640, 480), (124, 108, 92))
    for picture, words in (
        (sent(table), "没有认出二维码"),
        (sent(_code("HTTPS://EXAMPLE.CN/PAY")), "这个二维码不是积分卡的"),
        (sent(both, "PNG"), "不止一张积分卡"),
        (b"%PDF-1.7", "不是照片"),
        (b"", "文件是空的"),
        (snapshot(_code(first))[:9000], "不完整"),
    ):
        told = _scan(keeper, picture)
        assert told["token"] == ""
        assert words in told["words"]
    keeper.open("/counter")
    assert keeper.upload("/counter/scan", "picture", "x.jpg", sent(table)).status_code == 422
    assert "没有认出二维码" in keeper.page


def test_what_the_page_knows_of_a_household(till: Till, keeper: Browser) -> None:
    """Face, limits, whether a PIN is needed; products with their own limit and picture."""
    town, card, oil = till.town, till.card(DU), till.product("OIL-5L")
    folder = Path(keeper.client.application.config["INSTANCE"]) / "uploads" / "photos"
    with town.database.writing() as session:
        keeper_himself = town.actor(Role.SHOPKEEPER)
        house, jug = (
            keep(session, keeper_himself, folder, sent(Image.new("RGB", (30, 30), colour)))
            for colour in ("blue", "gold")
        )
        village_id = town.village_id
        attach(session, village_id, [house], PhotoSubject.HOUSEHOLD, card.household_id)
        attach(session, village_id, [jug], PhotoSubject.PRODUCT, oil.id)
    _setting(till, "day_points", "80")
    _setting(till, "month_points", "300")
    page = _page(keeper, till)
    for words in (
        f"/photos/{house}.jpg",
        f"/photos/{jug}.jpg",
        "今天还能用 80 分",
        "本月还能用 300 分",
        "最多可换 80.00 元",
        "一次超过 100 分要签名",
    ):
        assert words in page
    with town.database.writing() as session:
        set_pin(session, town.actor(Role.ADMIN), card.id, PIN)
    assert "一次超过 100 分要输密码或签名" in _page(keeper, till)


def test_a_limit_of_a_product_stands_on_its_tile(till: Till, keeper: Browser) -> None:
    salt = till.product("SALT-400G")
    with till.town.database.writing() as session:
        known = {name: getattr(salt, name) for name in ("name", "price_fen", "category", "unit")}
        details = ProductDetails(**known, limit_pieces=2, limit_period=LimitPeriod.MONTH)
        edit_product(session, till.town.actor(Role.SHOPKEEPER), salt.id, details, active=True)
    form = _form(keeper, till, SALT_400G=1)
    assert 'class="product__limit">本月还可拿 2 袋<' in keeper.page
    assert 'data-why="本月还可拿 2 袋"' in keeper.page
    assert 'data-note="剩 10 袋"' in keeper.page
    _redeem(keeper, form)
    assert "本月还可拿 1 袋" in _page(keeper, till)
    form = _form(keeper, till, SALT_400G=2)
    _redeem(keeper, form, expect=409)
    assert "本月还可以拿 1 袋" in keeper.page
    _redeem(keeper, _form(keeper, till, SALT_400G=1))
    assert "本月拿满了" in _page(keeper, till)


def test_a_day_without_exchange(till: Till, keeper: Browser) -> None:
    """The page says so before anything is chosen, and when it comes to it."""
    _setting(till, "exchange_days", str(clock.today().day % 28 + 1))
    day, scan = keeper.open("/counter").split('id="ways"')
    assert "今天不兑换" not in day
    assert "今天不兑换。下次兑换是" in scan.split("</div>")[0]  # beside the scan words
    assert "今天不兑换" in keeper.open("/counter", who="查无此人")
    with till.town.database.writing() as session:
        resolution, soon = "第 5 号决议", clock.today() + timedelta(days=30)
        set_rule(session, till.town.actor(Role.ADMIN), till.request_id(), soon, 0, resolution)
    page = _page(keeper, till)
    assert page.index("今天不兑换。下次兑换是") < page.index("这一户有 127 分将在")
    when = f"{soon.year}\u00a0年\u00a0{soon.month}\u00a0月\u00a0{soon.day}\u00a0日清零"
    assert when in page
    assert "data-blocked" in page
    _redeem(keeper, _form(keeper, till, SALT_400G=1), expect=409)
    assert till.slips() == 0


def test_goods_that_expire_while_they_lie_in_the_cart(till: Till, keeper: Browser) -> None:
    """Their last day is a good one; after midnight the open cart is refused, and says why."""
    soap, tomorrow = till.product("SOAP-126G"), clock.today() + timedelta(days=1)
    with till.town.database.writing() as session:
        lines = {soap.id: ReceivedLine(2, 100, tomorrow)}
        shopkeeper = till.town.actor(Role.SHOPKEEPER)
        receive(session, shopkeeper, till.request_id(), Receiving(lines))
    with after(1):
        _redeem(keeper, _form(keeper, till, SOAP_126G=1))
        cart = _form(keeper, till, SOAP_126G=1)
    with after(2):
        _redeem(keeper, cart, expect=409)
        assert "剩下的 1 块已经过了保质期，不能兑出" in keeper.page
        assert re.search(rf'name="q-{soap.id}" value="1"', keeper.page)  # still there, to be undone
        assert "已过期，请先报损" in keeper.page
    assert till.slips() == 1


def test_credit_is_used_as_far_as_is_chosen(till: Till, keeper: Browser) -> None:
    """3 pieces of 9.90 yuan leave 0.30; the next is paid with it, without it, with 0.10 of it."""
    till.redeem(DU, NOODLE_1KG=3)
    form = _form(keeper, till, NOODLE_1KG=1) | {"credit": "some", "credit_yuan": "zehn"}
    assert "余额 0.30 元怎么用" in keeper.page
    _redeem(keeper, form, expect=422)
    assert "要用的余额不对" in keeper.page
    assert 'value="zehn"' in keeper.page
    reckon = form | {"act": "reckon", "credit_yuan": "0.31"}
    assert keeper.send("/counter/redeem", **reckon).status_code == 200
    assert "data-credit-only>余额只有 0.30 元<" in keeper.page
    assert "data-credit-paid>找回余额 0.10 元<" in keeper.page  # 0.30 go in, 0.40 come out
    _redeem(keeper, form | {"credit_yuan": "0.1"})
    assert (till.slip(2).credit_used, till.slip(2).points_used) == (10, 10)
    _redeem(keeper, _form(keeper, till, SALT_400G=2) | {"credit": "none"})
    assert (till.slip(3).credit_used, till.slip(3).points_used) == (0, 5)


def test_who_takes_it_home(till: Till, keeper: Browser) -> None:
    household = till.town.household(DU).id
    with till.town.database.writing() as session:
        son = {"name": "杜小军", "relation": "长子", "minor": False}
        session.add(Member(village_id=till.town.village_id, id=1, household_id=household, **son))
    form = _form(keeper, till, SALT_400G=1)
    assert 'value="杜小军"' in keeper.page
    _redeem(keeper, form | {"taker": "杜小军"})
    assert till.slip(1).taker == "杜小军"
    form = _form(keeper, till, SALT_400G=1) | {"taker": "*"}
    _redeem(keeper, form, expect=422)
    assert "请写清领取人的姓名" in keeper.page
    form["collector"] = "高云"
    _redeem(keeper, form, expect=422)
    assert "和户主是什么关系" in keeper.page
    _redeem(keeper, form | {"relation": "邻居"})
    assert till.slip(2).taker == "高云（邻居）"


def test_above_the_limit_a_pin(till: Till, keeper: Browser) -> None:
    card = till.card(DU)
    with till.town.database.writing() as session:
        set_pin(session, till.town.actor(Role.ADMIN), card.id, PIN)
    _setting(till, "proof_points", "50")
    form = _form(keeper, till, OIL_5L=1)
    _redeem(keeper, form, expect=409)
    assert "要输积分卡的密码，或者请领取人签名" in keeper.page
    _redeem(keeper, form | {"pin": "1111"}, expect=403)
    beside = keeper.page.split('id="proof-wrong"')[1].split('name="pin"')
    assert "密码不对，还可以再试 4 次" in beside[0]
    assert "autofocus" in beside[1].split(">")[0]
    assert "1111" not in keeper.page
    form["request_id"] = keeper.value("request_id")
    _redeem(keeper, form | {"pin": PIN})
    assert (till.slip(1).proof, till.slip(1).card_id) == (Proof.PIN, None)
    _redeem(keeper, form | {"pin": "1111"})  # sent again: what was done is told, no try is counted
    with till.town.database.writing() as session:
        mark_lost(session, till.town.actor(Role.RECORDER), card.id)
    _redeem(keeper, form | {"pin": PIN})
    assert till.slips() == 1


def test_above_the_limit_a_signature(till: Till, keeper: Browser) -> None:
    _setting(till, "proof_points", "50")
    form = _form(keeper, till, OIL_5L=1)
    for picture, words in (
        (_signature(strokes=False), "还没有签名"),
        (sent(Image.effect_noise((600, 400), 90), "PNG"), "签名的图太大"),
        (b"GIF89a", "不是照片"),
    ):
        _redeem(keeper, form | {"signature": (io.BytesIO(picture), "s.png")}, expect=422)
        assert words in keeper.page
    for _time in range(2):
        _redeem(keeper, form | {"signature": (io.BytesIO(_signature()), "s.png")})
    assert (till.slips(), till.slip(1).proof) == (1, Proof.SIGNATURE)
    with till.town.database.reading() as session:
        kept = photos_of(session, till.town.village_id, PhotoSubject.SLIP, [1])
    assert (kept[1][0].width, kept[1][0].height) == (640, 240)


def test_what_nobody_can_see_comes_in_on_neither_database(till: Till, keeper: Browser) -> None:
    someone = {"taker": SOMEONE_ELSE, "collector": "张\x00三\x1d", "relation": "邻\x07居"}
    _redeem(keeper, _form(keeper, till, SALT_400G=1) | someone)
    assert (till.slip(1).collector, till.slip(1).relation) == ("张三", "邻居")
    assert "杜仁森" in keeper.open("/counter/slips", q="杜仁\x00森")
    assert "杜仁森" in keeper.open("/counter/slips", first="0001-01-01", last="9999-12-31")


def test_a_picture_that_is_far_too_large(till: Till, keeper: Browser) -> None:
    """Nobody reads it; a script is still told in its own way, a page in words."""
    keeper.open("/counter")
    huge = {
        "data": b"--picture",
        "content_type": "multipart/form-data; boundary=picture",
        "environ_overrides": {"CONTENT_LENGTH": str(MOST_BYTES + 1)},
    }
    answer = keeper.client.post("/counter/scan", headers=JSON, **huge)
    assert (answer.status_code, answer.json["token"]) == (413, "")
    assert "内容太大" in answer.json["words"]
    page = keeper.client.post("/counter/scan", **huge)
    assert (page.status_code, page.mimetype) == (413, "text/html")
    assert "照片一共最大 25 MB" in page.get_data(as_text=True)
    assert till.slips() == 0


def test_a_script_is_told_what_became_of_its_sale(till: Till, keeper: Browser) -> None:
    form = _form(keeper, till, SALT_400G=1)
    asked = f"/counter/outcome/{form['request_id']}"
    assert keeper.client.get(asked).json == {"slip": "", "words": "", "request_id": ""}
    sent_form = {"csrf_token": keeper.token(), **form}
    answer = keeper.client.post("/counter/redeem", data=sent_form, headers=JSON)
    assert answer.json == {"slip": "/counter/slips/1?new=1"}
    assert keeper.client.get(asked).json["slip"] == "/counter/slips/1?new=1"
    refused = _form(keeper, till, OIL_5L=9)
    asked = f"/counter/outcome/{refused['request_id']}"
    _redeem(keeper, dict(refused), expect=409)
    told = keeper.client.get(asked).json
    assert told["slip"] == ""
    assert "积分不够" in told["words"]
    assert told["request_id"] not in {"", refused["request_id"]}


def test_a_slip_prints_itself_once_where_the_village_wants_it(till: Till, keeper: Browser) -> None:
    till.redeem(DU, SALT_400G=1)
    assert "data-print" not in keeper.open("/counter/slips/1", new=1)
    _setting(till, "slip_at_once", "yes")
    assert 'data-print="/counter/slips/1.pdf"' in keeper.open("/counter/slips/1", new=1)
    assert "data-print" not in keeper.open("/counter/slips/1")
    paper = keeper.client.get("/counter/slips/1.pdf")
    assert "frame-ancestors 'self'" in paper.headers["Content-Security-Policy"]
    assert "data-print" not in keeper.open("/counter/slips/1", new=1)


def test_the_page_takes_no_more_statements_for_more_goods(till: Till, keeper: Browser) -> None:
    made: list[str] = []
    engine = keeper.client.application.extensions["moralbank"].engine
    event.listen(engine, "before_cursor_execute", lambda *said: made.append(said[2]))
    _page(keeper, till)
    few, shown = len(made), keeper.page.count("data-product=")
    with till.town.database.writing() as session:
        for number in range(12):
            details = ProductDetails(name=f"毛巾{number}", price_fen=900, category="家居用品")
            add_product(session, till.town.actor(Role.SHOPKEEPER), f"TOWEL-{number}", details)
    made.clear()
    _page(keeper, till)
    assert keeper.page.count("data-product=") == shown + 12
    assert len(made) == few
