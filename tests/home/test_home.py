"""The first page of every role: what waits for this person."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from moralbank import clock
from moralbank.access.permissions import VILLAGE_ROLES, Role
from moralbank.access.service import add_user, assign_groups
from moralbank.audit import Actor
from moralbank.awards.deciding import approve, refuse, send_back
from moralbank.awards.models import AwardSource
from moralbank.awards.posting import reverse
from moralbank.awards.service import RecordAward, record, save_draft
from moralbank.cards.service import issue
from moralbank.counter.service import Redeem, redeem
from moralbank.households.queries import all_households
from moralbank.households.service import NewHousehold, add_household
from moralbank.notices.service import open_notice
from moralbank.objections.models import ObjectionWay
from moralbank.objections.service import RaiseObjection, raise_objection
from moralbank.store.queries import product_by_sku, products
from moralbank.store.service import ReceivedLine, Receiving, receive
from moralbank.villages.service import OpenVillage, change_setting, open_village
from moralbank.villages.settings import NOTICE_DAYS, PUBLIC_ADDRESS
from tests.conftest import on_one_engine
from tests.households.test_pages import statements
from tests.village import PASSWORD, STAFF, Browser, Town

pytestmark = on_one_engine
"""What the pages' services do to rows is tried on both engines beside this."""

Browse = Callable[[Role], Browser]
VOLUNTEERING = 15


def deed(town: Town, label: str, number: int, *, quantity: int = 1, ago: int = 0) -> int:
    """A deed of today or some days ago, recorded by 李建军."""
    with town.database.writing() as session:
        wanted = RecordAward(
            town.household(label).id,
            item=VOLUNTEERING,
            quantity=quantity,
            deed_on=clock.today() - timedelta(days=ago),
            note=f"清扫巷道第 {number} 次",
        )
        return record(session, town.actor(Role.RECORDER), f"home-deed-{number}", wanted)


def approved(town: Town, *awards: int) -> None:
    with town.database.writing() as session:
        approve(session, town.actor(Role.REVIEWER), f"home-approve-{awards[0]}", awards)


def words(page: str) -> str:
    """The page's text in one line, tags left out."""
    text = "".join(part.partition(">")[2] for part in page.split("<"))
    return " ".join(text.split())


def test_nobody_signed_in_is_led_to_sign_in(app: Flask) -> None:
    answer = Browser(app).client.get("/")
    assert answer.status_code == 302
    assert "/sign-in" in answer.location


@pytest.mark.parametrize("role", VILLAGE_ROLES)
def test_everybody_is_greeted_by_name(browse: Browse, role: Role) -> None:
    page = browse(role).open("/")
    assert f"{STAFF[role]}，您好" in page
    assert f"今天是 {clock.today()}" in page


def test_a_new_village_is_led_through_the_first_steps(village: Town, app: Flask) -> None:
    with village.database.writing() as session:
        open_village(session, OpenVillage("150404103203", "王家地村"))
        founder = Actor(150404103203, 0, "开户", Role.ADMIN, "test")
        add_user(session, founder, "郭主任", Role.ADMIN, PASSWORD, first=False)
    guo = Browser(app).sign_in("郭主任")
    page = words(guo.open("/"))
    assert "开张四步" in page
    assert "已完成" not in page
    assert "还缺：记分员、评议员、店长" in page
    with village.database.writing() as session:
        add_household(session, founder, NewHousehold("一组", "1", "王德"))
        add_user(session, founder, "小李", Role.RECORDER, PASSWORD)
    page = words(guo.open("/"))
    assert page.count("已完成") == 1
    assert "还缺：评议员、店长" in page


def test_the_first_steps_go_away_when_they_are_done(village: Town, browse: Browse) -> None:
    admin = browse(Role.ADMIN)
    page = words(admin.open("/"))
    assert "开张四步" in page
    assert "还没有卡 8 户" in page
    assert page.count("已完成") == 2
    with village.database.writing() as session:
        founder = village.actor(Role.ADMIN)
        change_setting(session, founder, PUBLIC_ADDRESS, "https://bank.example.cn")
    assert words(admin.open("/")).count("已完成") == 3
    with village.database.writing() as session:
        issue(session, founder, [one.id for one in all_households(session, village.village_id)])
    page = words(admin.open("/"))
    assert "开张四步" not in page
    assert "在册住户 8 户" in page
    assert "还没有卡 0 户" in page


def test_the_recorder_sees_how_their_own_claims_went(village: Town, browse: Browse) -> None:
    recorder = browse(Role.RECORDER)
    page = recorder.open("/")
    assert "这七天还没有记过" in page
    assert "记一户" in page
    assert "记多户" in page
    posted, refused, waiting = (
        deed(village, label, number)
        for number, label in enumerate(("一组-012", "二组-007", "六组-042"))
    )
    approved(village, posted)
    with village.database.writing() as session:
        refuse(session, village.actor(Role.REVIEWER), refused, "没有人看见")
    page = words(recorder.open("/"))
    assert "等核实、评议 1 条 通过、公示中 0 条 已入账 1 条 没有通过 1 条" in page
    for head in ("杜仁森：志愿服务", "斯琴高娃：志愿服务", "王䶮：志愿服务"):
        assert head in page
    assert str(waiting) in recorder.page
    with clock.at(clock.now() + timedelta(days=8)):
        other_week = Browser(recorder.client.application).sign_in(STAFF[Role.RECORDER])
        assert "这七天还没有记过" in other_week.open("/")


def test_a_recorder_does_not_see_anothers_claims(village: Town, app: Flask) -> None:
    deed(village, "一组-012", 1)
    with village.database.writing() as session:
        add_user(session, village.actor(Role.ADMIN), "韩梅", Role.RECORDER, PASSWORD, first=False)
    assert "杜仁森" not in Browser(app).sign_in("韩梅").open("/")


def test_the_reviewer_sees_what_waits_group_by_group(village: Town, browse: Browse) -> None:
    reviewer = browse(Role.REVIEWER)
    assert "没有等您评议的" in reviewer.open("/")
    for number, label in enumerate(("一组-012", "六组-042", "六组-043")):
        deed(village, label, number)
    page = words(reviewer.open("/"))
    assert "等您评议 3 条" in page
    assert page.index("一组") < page.index("六组")
    assert "二组" not in page
    assert f"group={village.household('六组-042').group_id}" in reviewer.page


def test_a_grid_worker_sees_their_own_groups(village: Town, browse: Browse) -> None:
    grid = browse(Role.GRID)
    assert "还没有分管的小组" in grid.open("/")
    me = village.actor(Role.GRID)
    with village.database.writing() as session:
        group = village.household("六组-042").group_id
        assign_groups(session, village.actor(Role.ADMIN), me.user_id, [group])
        for number, label in enumerate(("六组-042", "一组-012")):
            household = village.household(label).id
            wanted = RecordAward(
                household, VOLUNTEERING, source=AwardSource.PAPER, helper="组长王海"
            )
            record(session, village.actor(Role.RECORDER), f"home-paper-{number}", wanted)
        wanted = RecordAward(village.household("六组-043").id, item=VOLUNTEERING)
        save_draft(session, me, "home-draft-1", wanted)
        back = record(session, me, "home-back-1", wanted)
        send_back(session, village.actor(Role.REVIEWER), back, "哪天的事")
    page = words(grid.open("/"))
    assert "分管：六组" in page
    assert "按小组、按户，到现场看一看 1" in page
    assert "退回补充 1 条，草稿 1 条 2" in page
    assert "到现场看一看、问一问；自己记的由别人核实 2" in words(browse(Role.RECORDER).open("/"))


def test_what_is_to_be_hung_and_what_is_to_be_answered(village: Town, browse: Browse) -> None:
    with village.database.writing() as session:
        change_setting(session, village.actor(Role.ADMIN), NOTICE_DAYS, "3")
    awards = [deed(village, label, n) for n, label in enumerate(("一组-012", "六组-042"))]
    approved(village, *awards)
    admin, supervisor = browse(Role.ADMIN), browse(Role.SUPERVISOR)
    assert "通过的，等公示 共 2 分，去做一期公示 2" in words(admin.open("/"))
    assert "等您答复的异议" not in supervisor.open("/")
    with village.database.writing() as session:
        open_notice(session, village.actor(Role.ADMIN), "home-notice-1", awards)
        said = RaiseObjection(awards[0], "那天他没有来", ObjectionWay.PHONE)
        raise_objection(session, village.actor(Role.RECORDER), "home-objection-1", said)
    page = words(admin.open("/"))
    assert "通过的，等公示" not in page
    assert "公示中，还有 2 天" in page
    page = words(supervisor.open("/"))
    assert "等您答复的异议 1 件" in page
    assert "杜仁森：志愿服务那天他没有来 还有 5 天" in page
    assert re.search(r"\d+ 年 \d+ 月抽查 还没有抽", page)
    with clock.at(clock.now() + timedelta(days=7)):
        again = Browser(supervisor.client.application).sign_in(STAFF[Role.SUPERVISOR])
        assert "超期 2 天" in words(again.open("/"))


def test_the_supervisor_sees_the_month_and_what_was_taken_back(
    village: Town, browse: Browse
) -> None:
    awards = [deed(village, label, n, ago=31) for n, label in enumerate(("一组-012", "六组-042"))]
    approved(village, *awards)
    with village.database.writing() as session:
        reverse(session, village.actor(Role.REVIEWER), "home-reverse-1", awards[1], "记错了户")
    supervisor = browse(Role.SUPERVISOR)
    page = words(supervisor.open("/"))
    assert "本月入账 2 条 本月入账积分 2 分 本月冲正 1 条 还在等评议 0 条" in page
    assert "王䶮：志愿服务" in page
    assert "入账 2 条" in words(supervisor.open("/supervision"))  # by the day of posting, too
    assert "现在验账" in page


def test_the_shopkeeper_sees_the_day_and_what_runs_out(village: Town, browse: Browse) -> None:
    keeper = browse(Role.SHOPKEEPER)
    page = words(keeper.open("/"))
    assert "给村民兑换" in page
    assert "今天的兑换 0 单" in page
    assert page.index("日结") < page.index("没货了")
    assert page.count("没货了") == 3
    assert "全部 24 种" in page
    stock(village, 50)
    assert "快没货的 0 种" in words(keeper.open("/"))
    exchange(village)
    page = words(keeper.open("/"))
    assert "今天的兑换 1 单" in page


def test_the_accountant_sees_what_the_village_owes(village: Town, browse: Browse) -> None:
    stock(village, 50)
    approved(village, deed(village, "一组-012", 77, quantity=10))
    page = words(browse(Role.ACCOUNTANT).open("/"))
    assert "各户手里的积分 10 分 合 10.00 元" in page
    assert "欠签约店 0.00 元" in page
    spent = exchange(village)
    page = words(browse(Role.ACCOUNTANT).open("/"))
    assert f"各户手里的积分 {10 + 10 - spent} 分" in page
    assert f"1 单，用掉 {spent} 分" in page


@pytest.mark.parametrize("role", VILLAGE_ROLES)
def test_a_home_page_costs_the_same_however_full_the_village_is(
    village: Town, app: Flask, browse: Browse, role: Role
) -> None:
    deeds = [
        deed(village, "一组-012", 1),
        deed(village, "一组-006", 2),
        deed(village, "一组-001", 3),
    ]
    approved(village, deeds[0])
    person = browse(role)
    person.open("/")
    with statements(app) as few:
        person.open("/")
    with village.database.writing() as session:
        for n in range(20):
            wanted = NewHousehold("三组", str(n + 1), "李甲")
            add_household(session, village.actor(Role.ADMIN), wanted)
    more = [deed(village, f"三组-{n + 1:03d}", 100 + n) for n in range(20)]
    approved(village, *more[:10])
    with statements(app) as many:
        person.open("/")
    assert len(many) == len(few) > 0


def stock(town: Town, pieces: int) -> None:
    """Every product of the shop is there."""
    with town.database.writing() as session:
        lines = {one.id: ReceivedLine(pieces) for one in products(session, town.village_id)}
        receive(session, town.actor(Role.SHOPKEEPER), "home-stock-1", Receiving(lines))


def exchange(town: Town) -> int:
    """杜仁森 takes the cheapest product; gives back the points it cost."""
    approved(town, deed(town, "一组-006", 500, quantity=10))
    with town.database.writing() as session:
        cheapest = min(products(session, town.village_id), key=lambda one: one.price_fen)
        same = product_by_sku(session, town.village_id, cheapest.sku)
        wanted = Redeem(town.household("一组-006").id, None, {same.id: 1})
        redeem(session, town.actor(Role.SHOPKEEPER), "home-redeem-1", wanted)
    return -(-cheapest.price_fen // 100)


@pytest.mark.parametrize(
    ("role", "path", "room"),
    [
        (Role.RECORDER, "/", "首页"),
        (Role.RECORDER, "/awards/record", "记分"),
        (Role.RECORDER, "/awards/record-many", "记分"),
        (Role.RECORDER, "/awards", "积分"),
        (Role.ADMIN, "/households/1", "住户"),
        (Role.ADMIN, "/households/1/edit", "住户"),
        (Role.ADMIN, "/users/1", "用户"),
        (Role.ADMIN, "/store/rates", "超市"),
        (Role.ADMIN, "/ledger/1", "总账"),
        (Role.SHOPKEEPER, "/counter", "兑换"),
        (Role.SHOPKEEPER, "/counter/slips", "兑换单"),
        (Role.REVIEWER, "/scheme/1", "积分细则"),
    ],
)
def test_the_menu_marks_the_room_one_is_in(
    browse: Browse, role: Role, path: str, room: str
) -> None:
    assert marked(browse(role).open(path)) == {room}


@on_one_engine
@pytest.mark.parametrize(
    ("role", "first"),
    [
        (Role.ADMIN, "首页 公示 评比 住户"),
        (Role.RECORDER, "首页 记分 核实 评比"),
        (Role.GRID, "首页 核实 记分 评比"),
        (Role.REVIEWER, "首页 评议 评议会 公示"),
        (Role.SUPERVISOR, "首页 监督 异议 公示"),
        (Role.SHOPKEEPER, "首页 兑换 超市 兑换单"),
        (Role.ACCOUNTANT, "首页 总账 兑换单 住户"),
    ],
)
def test_a_phone_offers_what_the_role_needs_most(browse: Browse, role: Role, first: str) -> None:
    page = browse(role).open("/")
    tabs = page.partition('<nav class="tabs"')[2].partition("</nav>")[0]
    assert words("<" + tabs).endswith(first)
    menu = page.partition('<ul class="rooms">')[2].partition("</ul>")[0]
    assert words("<" + menu).startswith(first)
    links = re.findall(r'<a class="rooms__link" href="([^"]+)"', menu)
    assert len(set(links)) == len(links) == menu.count("<li>")


def test_the_menu_marks_the_room_of_a_refused_form(browse: Browse) -> None:
    admin = browse(Role.ADMIN)
    admin.open("/users/1")
    assert admin.send("/users/1/role", role="king").status_code == 422
    assert marked(admin.page) == {"用户"}


def marked(page: str) -> set[str]:
    """What the menu marks as the room one is in."""
    return set(re.findall(r'aria-current="page">.*?<span>([^<]+)</span>', page))
