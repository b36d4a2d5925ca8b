"""More than one shop: each with its own goods, account and keeper, and nobody in another's."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.access.service import add_user
from moralbank.audit import Actor
from moralbank.ledger.models import AccountKind
from moralbank.ledger.queries import account_of
from moralbank.store import service, shops
from moralbank.store.goods import (
    ProductDetails,
    TextMissing,
    TextTooLong,
    add_product,
    edit_product,
)
from moralbank.store.keeping import NoShop, NotYourShop, ShopNotChosen, shop, shop_for
from moralbank.store.models import ShopKind
from moralbank.store.queries import product_by_sku, products
from moralbank.store.service import ReceivedLine, Receiving
from moralbank.store.shops import NewShop
from tests.counter.till import Till
from tests.terminal import Terminal
from tests.village import PASSWORD, STAFF, Browser, Town, found_village

Browse = Callable[[Role], Browser]
NEIGHBOUR = 150404103202
ZHOU, LAO_ZHOU = STAFF[Role.SHOPKEEPER], "周建国"
RICE = ProductDetails(name="大米", price_fen=4000, category="米面粮油", unit="袋")


@dataclass
class Street:
    """A village with two shops: 周桂兰 keeps the first, 周建国 one under contract."""

    town: Town
    second: int
    rice: int
    newcomer: Actor

    @property
    def first_rice(self) -> int:
        """The rice of the first shop."""
        with self.town.database.reading() as session:
            return product_by_sku(session, self.town.village_id, "RICE-5KG", 1).id


@pytest.fixture
def street(village: Town) -> Street:
    """Two shops, each with rice of the same SKU."""
    admin = village.actor(Role.ADMIN)
    with village.database.writing() as session:
        made = shops.add_shop(session, admin, NewShop("老周家便民店", contact="周建国"))
        user = add_user(session, admin, LAO_ZHOU, Role.SHOPKEEPER, PASSWORD, first=False)
        newcomer = Actor(village.village_id, user.id, LAO_ZHOU, Role.SHOPKEEPER, "test")
        with pytest.raises(ShopNotChosen):
            shop_for(session, newcomer)
        shops.appoint(session, admin, user.id, made.id)
        rice = add_product(session, newcomer, "RICE-5KG", RICE)
        lines = {rice.id: ReceivedLine(7, 3000)}
        service.receive(session, newcomer, "second-receive", Receiving(lines, "粮站"))
        return Street(village, made.id, rice.id, newcomer)


def test_a_second_shop_stands_by_itself(street: Street) -> None:
    with street.town.database.reading() as session:
        village_id = street.town.village_id
        assert account_of(session, village_id, AccountKind.SHOP_ACCEPTED, street.second)
        keeper = street.town.actor(Role.SHOPKEEPER)
        assert shop_for(session, keeper).id == 1  # who kept the only shop keeps it still
        assert shop_for(session, street.newcomer).id == street.second
        assert shop_for(session, street.town.actor(Role.ACCOUNTANT), street.second)
        assert len(products(session, village_id, street.second)) == 1
        assert len(products(session, village_id, 1)) == 24
        assert product_by_sku(session, village_id, "RICE-5KG", street.second).id == street.rice
        with pytest.raises(NotYourShop):
            shop_for(session, keeper, street.second)
        with pytest.raises(NoShop):
            shop_for(session, keeper, 99)
    assert Till(street.town).problems() == []


def test_a_shopkeeper_changes_nothing_of_another_shop(street: Street) -> None:
    keeper = street.town.actor(Role.SHOPKEEPER)
    theirs = Receiving({street.rice: ReceivedLine(1)})
    both = Receiving({street.rice: ReceivedLine(1), street.first_rice: ReceivedLine(1)})
    with street.town.database.writing() as session:
        with pytest.raises(NotYourShop):
            edit_product(session, keeper, street.rice, RICE, active=False)
        with pytest.raises(NotYourShop):
            service.receive(session, keeper, "other-receive", theirs)
        with pytest.raises(NotYourShop):
            service.waste(session, keeper, "other-waste", {street.rice: 1}, "过期")
        with pytest.raises(NotYourShop):
            service.send_back(session, keeper, "other-back", 1, {street.rice: 1}, "坏了")
        with pytest.raises(NotYourShop):
            service.receive(session, keeper, "both-receive", both)
    with street.town.database.reading() as session:
        assert products(session, street.town.village_id, street.second)[0].stock == 7


def test_the_pages_are_about_one_shop(street: Street, browse: Browse) -> None:
    keeper = browse(Role.SHOPKEEPER)
    assert "老周家便民店" not in keeper.open("/store")
    for path in (f"/store/{street.rice}", "/store/receipts/1"):
        assert "管的不是这一家" in keeper.open(path, expect=403)
    for path in ("/store", "/store/receipts", "/store/goods.xlsx", "/store/receive"):
        assert "管的不是这一家" in keeper.open(path, expect=403, shop=str(street.second))
    keeper.open("/store")
    for path in (f"/store/{street.rice}", "/store/receipts/1/back"):
        form = {"name": "米", "price": "1", "category": "米", "unit": "袋", "reason": "坏了"}
        form |= {"limit_period": "month", "request_id": "another-shop", f"q-{street.rice}": "1"}
        assert keeper.send(path, **form).status_code == 403
    books = browse(Role.ACCOUNTANT)
    page = books.open("/store", shop=str(street.second))
    assert "老周家便民店" in page
    assert page.count("<tr>") == 2
    assert f"/store/receipts?shop={street.second}" in page
    books.open("/store", shop="99", expect=404)
    assert "大豆油" in books.open("/store", shop="abc")


def test_what_a_shop_can_not_be(street: Street) -> None:
    admin = street.town.actor(Role.ADMIN)
    with street.town.database.writing() as session:
        for wanted, refusal in (
            (NewShop(" "), TextMissing),
            (NewShop("长" * 41), TextTooLong),
            (NewShop("店", contact="长" * 41), TextTooLong),
            (NewShop(" 老周家便民店"), shops.ShopNameTaken),
        ):
            with pytest.raises(refusal):
                shops.add_shop(session, admin, wanted)
        with pytest.raises(NoShop):
            shops.edit_shop(session, admin, 99, NewShop("店"))
        with pytest.raises(NoShop):
            shops.appoint(session, admin, street.newcomer.user_id, 99)
        with pytest.raises(shops.KeeperUnknown):
            shops.appoint(session, admin, street.town.actor(Role.GRID).user_id, 1)
    found_village(street.town.database, NEIGHBOUR, "河东村")
    with street.town.database.writing() as session:
        theirs = Town(street.town.database, NEIGHBOUR).actor(Role.ADMIN)
        with pytest.raises(NoShop):
            shops.edit_shop(session, theirs, street.second, NewShop("店"))


def test_shops_by_the_page(village: Town, browse: Browse) -> None:
    admin = browse(Role.ADMIN)
    assert "乡风文明积分超市" in admin.open("/store/shops")
    form = {"new-name": "老周家便民店", "new-kind": "contract", "new-contact": "周建国"}
    until = (clock.today() - timedelta(days=1)).isoformat()
    assert admin.send("/store/shops", **{**form, "new-name": ""}).status_code == 422
    assert admin.send("/store/shops", **form, **{"new-contract_until": "明年"}).status_code == 422
    answer = admin.send("/store/shops", **form, **{"new-contract_until": until})
    assert answer.status_code == 303
    assert "合同已到期" in admin.open("/store/shops")
    assert admin.send("/store/shops", **form).status_code == 409
    edit = {"shop-2-name": "乡风文明积分超市", "shop-2-kind": "contract"}
    assert admin.send("/store/shops/2", **edit).status_code == 409
    edit = {"shop-2-name": "老周超市", "shop-2-kind": "village", "shop-2-contract_until": until}
    assert admin.send("/store/shops/2", **edit).status_code == 303
    keeper = village.actor(Role.SHOPKEEPER)
    chosen = {"user_id": str(keeper.user_id), "shop_id": "2"}
    assert admin.send("/store/shops/keepers", **{**chosen, "shop_id": ""}).status_code == 404
    assert admin.send("/store/shops/keepers", **chosen).status_code == 303
    with village.database.reading() as session:
        made = shop(session, village.village_id, 2)
        assert (made.name, made.kind, made.contract_until) == ("老周超市", ShopKind.VILLAGE, None)
        assert shop_for(session, keeper).id == 2


def test_shops_by_command(village: Town, terminal: Terminal) -> None:
    admin = STAFF[Role.ADMIN]
    add = ("store", "add-shop", "老周家便民店", "--contact", "周建国", "--until", "2099-01-01")
    assert "第 2 家店" in terminal.run(*add, who=admin)
    assert "已经有一家" in terminal.run(*add, who=admin, expect=1)
    terminal.run("store", "edit-shop", "2", "--name", "老周超市", who=admin)
    assert "管“老周超市”" in terminal.run("store", "keeper", ZHOU, "--shop", "2", who=admin)
    said = terminal.run("store", "shops", who=STAFF[Role.ACCOUNTANT])
    assert "老周超市" in said
    assert "2099-01-01" in said
    assert "管理员" in terminal.run("store", "add-shop", "店", who=ZHOU, expect=1)
    assert "不是这一家" in terminal.run("store", "list", "--shop", "1", who=ZHOU, expect=1)
    with village.database.reading() as session:
        assert shop(session, village.village_id, 2).contract_until == date(2099, 1, 1)
