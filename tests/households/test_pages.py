"""Households by page: finding, adding, changing, their people; and what is refused."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlmodel import select

from moralbank import clock
from moralbank.access.permissions import VILLAGE_ROLES, Role
from moralbank.access.service import add_user
from moralbank.audit import Actor, AuditEntry
from moralbank.awards.service import RecordAward, record
from moralbank.households import service
from moralbank.households.models import HouseholdStatus
from moralbank.households.queries import (
    HouseholdUnknown,
    all_households,
    find_households,
    household_labels,
    household_named,
    members_of,
)
from moralbank.households.service import EditHousehold, NewHousehold, NewMember
from moralbank.ledger.check import check_ledger
from moralbank.ledger.models import AccountKind
from moralbank.ledger.queries import account_of
from moralbank.villages.service import OpenVillage, open_village
from tests.conftest import on_one_engine
from tests.households.test_import import uploaded
from tests.village import PASSWORD, Browser, Town, found_village

Browse = Callable[[Role], Browser]
DU = {"head": "杜仁森", "consent": "y", "status": "active"}


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """The statements that the application sends to its database meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    engine = app.extensions["moralbank"].engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def add(town: Town, *households: NewHousehold) -> None:
    with town.database.writing() as session:
        for wanted in households:
            service.add_household(session, town.actor(Role.ADMIN), wanted)


def edit(town: Town, label: str, wanted: EditHousehold) -> None:
    with town.database.writing() as session:
        service.edit_household(session, town.actor(Role.ADMIN), town.household(label).id, wanted)


def found(town: Town, typed: str) -> list[str]:
    with town.database.reading() as session:
        return [one.head for one in find_households(session, town.village_id, typed)]


def trail(town: Town, act: str) -> list[dict[str, Any]]:
    """The details of all such acts in the audit trail."""
    with town.database.reading() as session:
        details = session.exec(select(AuditEntry.detail).where(AuditEntry.act == act))
        return [json.loads(detail) for detail in details]


@pytest.mark.parametrize(
    ("typed", "heads"),
    [
        ("杜", ["杜仁森"]),
        ("drs", ["杜仁森"]),
        ("DRS", ["杜仁森"]),
        ("ｄｒｓ", ["杜仁森"]),
        ("sqgw", ["斯琴高娃"]),
        ("王䶮", ["王䶮"]),
        ("𬭎", ["钟𬭎"]),
        ("一组012", ["杜仁森"]),
        ("1组 12 号", ["杜仁森"]),
        ("１组－０１２", ["杜仁森"]),
        ("六组", ["文义", "王䶮", "钟𬭎"]),
        ("六组 王", ["王䶮"]),
        ("042", ["王䶮"]),
        ("6789", ["布和"]),
        ("乌兰", ["布和"]),
        ("%", []),
        ("_", []),
        ("'", []),
        ("张", []),
        ("", []),
    ],
)
def test_a_household_is_found_by_whatever_is_known_of_it(
    village: Town, typed: str, heads: list[str]
) -> None:
    edit(village, "一组-006", EditHousehold("布和", telephone="13912346789"))
    with village.database.writing() as session:
        buhe = village.household("一组-006").id
        service.add_member(session, village.actor(Role.ADMIN), buhe, NewMember("乌兰", "妻子"))
    assert found(village, typed) == heads


def test_a_label_is_read_however_it_is_written(village: Town) -> None:
    with village.database.reading() as session:
        for typed in ("一组-012", "一组012", " 一组 012 号", "１组－１２", "第一组—012"):
            assert household_named(session, village.village_id, typed).head == "杜仁森"
        for typed in ("一组", "012", "一组-099", "九组-012", "", "杜仁森"):
            with pytest.raises(HouseholdUnknown):
                household_named(session, village.village_id, typed)


def test_walking_order_is_by_group_then_number(village: Town) -> None:
    add(
        village,
        NewHousehold("一组", "1000", "张千"),
        NewHousehold("一组", "12A", "杜二"),
        NewHousehold("一组", "13", "张三"),
    )
    with village.database.reading() as session:
        labels = [one.label for one in all_households(session, village.village_id)][:6]
    assert labels == ["一组-001", "一组-006", "一组-012", "一组-012A", "一组-013", "一组-1000"]


def test_adding_a_household_opens_its_accounts(village: Town, browse: Browse) -> None:
    admin = browse(Role.ADMIN)
    box = re.search(r'<input[^>]*id="consent"[^>]*>', admin.open("/households/new"))
    assert box is not None
    assert "checked" in box[0]
    answer = admin.send(
        "/households/new",
        group="3",
        number="7",
        head="敖　巴图",
        telephone="139-1234-6789",
        people="４",
        consent="y",
    )
    assert answer.status_code == 303
    assert "敖巴图" in admin.open(answer.location)
    added = village.household("三组-007")
    assert (added.telephone, added.people, added.consent) == ("13912346789", 4, True)
    with village.database.reading() as session:
        for kind in (AccountKind.HOUSEHOLD_POINTS, AccountKind.HOUSEHOLD_CREDIT):
            assert account_of(session, village.village_id, kind, added.id).amount == 0
        assert check_ledger(session, village.village_id) == []
    assert trail(village, "households.add")[-1] == {"head": "敖巴图"}


@on_one_engine
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"number": "12"}, "一组-012已经是杜仁森家，户号不能重复"),
        ({"head": ""}, "请填写这一项"),
        ({"head": "张3"}, "不能有数字"),
        ({"group": " "}, "请填写这一项"),
        ({"number": "东头"}, "应是 012 或 012A 这样的号码"),
        ({"telephone": "110"}, "不是一个完整的电话号码"),
        ({"people": "-3"}, "应是 0 到 99 的整数"),
        ({"people": "一"}, "要填整数，不能是“一”"),
        ({"people": "100"}, "应是 0 到 99 的整数"),
        ({"note": "150404198001011234"}, "含有身份证号，请删去"),
        ({"address": "东" * 81}, "太长：最多 80 个字"),
    ],
)
def test_a_wrong_new_household_is_refused_and_what_was_typed_stays(
    village: Town, browse: Browse, wrong: dict[str, str], words: str
) -> None:
    admin = browse(Role.ADMIN)
    typed = {"group": "一组", "number": "077", "head": "敖巴图", "address": "村东"} | wrong
    admin.open("/households/new")
    answer = admin.send("/households/new", **typed)
    assert answer.status_code == 422
    assert words in admin.page
    for name, value in typed.items():
        if value.strip():
            assert f'value="{value.strip()}"' in admin.page, name
    with village.database.reading() as session:
        assert len(all_households(session, village.village_id)) == 8


def test_a_household_is_changed_and_the_trail_says_how(village: Town, browse: Browse) -> None:
    admin, du = browse(Role.ADMIN), village.household("一组-012")
    path = f"/households/{du.id}/edit"
    assert 'value="杜仁森"' in admin.open(path)
    answer = admin.send(path, **DU | {"head": "杜德海", "telephone": "13912346789", "people": "5"})
    assert answer.status_code == 303
    assert "13912346789" in admin.open(answer.location)
    changed = village.household("一组-012")
    assert (changed.head, changed.people, changed.id) == ("杜德海", 5, du.id)
    assert found(village, "ddh") == ["杜德海"]
    assert trail(village, "households.edit") == [
        {"head": ["杜仁森", "杜德海"], "people": [None, 5], "telephone": ["", "13912346789"]}
    ]
    admin.open(path)
    assert admin.send(path, **DU | {"head": "杜7"}).status_code == 422
    assert 'value="杜7"' in admin.page
    assert village.household("一组-012").head == "杜德海"


def test_consent_taken_back_is_kept(village: Town, browse: Browse) -> None:
    admin, du = browse(Role.ADMIN), village.household("一组-012")
    assert du.consent
    admin.open(f"/households/{du.id}/edit")
    admin.send(f"/households/{du.id}/edit", head="杜仁森", status="active")
    assert not village.household("一组-012").consent
    assert "不同意，榜上只写姓" in admin.open(f"/households/{du.id}")


def test_a_household_that_moved_is_kept_but_no_longer_takes_part(
    village: Town, browse: Browse
) -> None:
    admin, du = browse(Role.ADMIN), village.household("一组-012")
    admin.open(f"/households/{du.id}/edit")
    admin.send(f"/households/{du.id}/edit", **DU | {"status": "moved"})
    assert village.household("一组-012").status == HouseholdStatus.MOVED
    assert found(village, "杜仁森") == []
    with village.database.reading() as session:
        assert du.id not in {one.id for one in all_households(session, village.village_id)}
        assert du.id in household_labels(session, village.village_id, [du.id])
    assert "已迁出" in admin.open(f"/households/{du.id}")
    assert "已迁出" in admin.open("/households", q="杜仁森")
    assert "给这户记分" not in browse(Role.RECORDER).open(f"/households/{du.id}")


def test_a_household_of_another_village_is_not_there(village: Town, browse: Browse) -> None:
    found_village(village.database, 150404103202, "小河沿村")
    other = Town(village.database, 150404103202)
    with village.database.writing() as session:
        admin_there = other.actor(Role.ADMIN)
        made = service.add_household(session, admin_there, NewHousehold("九组", "1", "外村人"))
        member = service.add_member(session, admin_there, made.id, NewMember("外村女", "妻子"))
    admin = browse(Role.ADMIN)
    for path in ("", "/edit", f"/members/{member.id}"):
        admin.open(f"/households/{made.id}{path}", expect=404)
    admin.open("/households")
    for path in ("/edit", "/members", f"/members/{member.id}", f"/members/{member.id}/remove"):
        sent = admin.send(f"/households/{made.id}{path}", **DU, name="外村女二")
        assert sent.status_code == 404, path
    assert "没有找到这样的住户" in admin.open("/households", q="外村")
    assert found(village, "外村人") == []
    assert found(other, "外村人") == ["外村人"]
    assert other.household("九组-001").head == "外村人"
    with village.database.reading() as session:
        assert [one.name for one in members_of(session, other.village_id, made.id)] == ["外村女"]


@pytest.mark.parametrize(
    "path", ["/households/99999999", "/households/" + "9" * 30, "/households/0", "/households/-1"]
)
def test_an_unknown_number_is_not_found(browse: Browse, path: str) -> None:
    browse(Role.ADMIN).open(path, expect=404)


def test_members_are_added_renamed_and_removed(village: Town, browse: Browse) -> None:
    admin, du = browse(Role.ADMIN), village.household("一组-012")
    here = f"/households/{du.id}"
    admin.open(here)
    assert (
        admin.send(f"{here}/members", name="杜小红", relation="女儿", minor="y").status_code == 303
    )
    assert admin.send(f"{here}/members", name="杜小红").status_code == 422
    assert "这一户已经有“杜小红”了" in admin.page
    assert admin.send(f"{here}/members", name="小7").status_code == 422
    assert 'value="小7"' in admin.page
    assert admin.send(f"{here}/members", name="小七", relation="远" * 13).status_code == 422
    member = members(village, du.id)[0]
    assert (member.name, member.relation, member.minor) == ("杜小红", "女儿", True)
    assert 'value="杜小红"' in admin.open(f"{here}/members/{member.id}")
    assert admin.send(f"{here}/members/{member.id}", name="杜晓红").status_code == 303
    assert [(one.name, one.minor) for one in members(village, du.id)] == [("杜晓红", False)]
    admin.open(here)
    assert admin.send(f"{here}/members/{member.id}/remove").status_code == 303
    assert members(village, du.id) == []
    assert trail(village, "households.member_remove") == [{"name": "杜晓红"}]


def test_a_member_with_a_deed_is_renamed_but_not_removed(village: Town, browse: Browse) -> None:
    admin, du = browse(Role.ADMIN), village.household("一组-012")
    with village.database.writing() as session:
        member = service.add_member(session, village.actor(Role.ADMIN), du.id, NewMember("杜晓红"))
        deed = RecordAward(
            du.id,
            item=15,
            deed_on=clock.today() - timedelta(days=1),
            member_id=member.id,
            note="清扫巷道",
        )
        record(session, village.actor(Role.RECORDER), "deed-of-du-1", deed)
    here = f"/households/{du.id}"
    admin.open(here)
    answer = admin.send(f"{here}/members/{member.id}/remove")
    assert answer.status_code == 303
    assert "名下有记过的分，不能删去" in admin.open(answer.location.partition("#")[0])
    assert len(members(village, du.id)) == 1
    assert admin.send(f"{here}/members/{member.id}", name="杜小红").status_code == 303
    assert members(village, du.id)[0].name == "杜小红"


def members(town: Town, household_id: int) -> list[Any]:
    with town.database.reading() as session:
        return members_of(session, town.village_id, household_id)


def test_the_list_searches_filters_and_turns_pages(village: Town, browse: Browse) -> None:
    recorder = browse(Role.RECORDER)
    page = recorder.open("/households", q="drs")
    assert "杜仁森" in page
    assert "斯琴高娃" not in page
    second = village.household("二组-007").group_id
    page = recorder.open("/households", group=second)
    assert "斯琴高娃" in page
    assert "杜仁森" not in page
    assert "没有找到这样的住户" in recorder.open("/households", q="没有这人")
    add(village, *(NewHousehold("三组", str(n), "李" + "甲乙丙丁戊"[n % 5]) for n in range(1, 41)))
    page = recorder.open("/households", q="李")
    assert page.count('scope="row"') == 30
    assert "共 40 条，第 1 页，共 2 页" in page
    assert recorder.open("/households", q="李", page=2).count('scope="row"') == 10
    assert recorder.open("/households", q="李", page=99).count('scope="row"') == 10
    for odd in ({"page": "x"}, {"page": "-1"}, {"group": "9" * 30}, {"group": "x"}):
        recorder.open("/households", **odd)


def test_a_longer_list_costs_no_more_statements(village: Town, app: Flask, browse: Browse) -> None:
    recorder = browse(Role.RECORDER)
    recorder.open("/households")
    with statements(app) as few:
        recorder.open("/households")
    add(village, *(NewHousehold("三组", str(n), "李甲") for n in range(1, 60)))
    with statements(app) as many:
        assert recorder.open("/households").count('scope="row"') == 30
    assert len(many) == len(few) > 0


def test_the_download_comes_in_again_as_all_the_same(village: Town, browse: Browse) -> None:
    edit(
        village,
        "一组-012",
        EditHousehold("杜仁森", "13912346789", 4, "村东", "党员", consent=False),
    )
    edit(village, "一组-006", EditHousehold("布和", status=HouseholdStatus.MOVED))
    admin = browse(Role.ADMIN)
    answer = admin.client.get("/households.xlsx")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    uploaded(admin, answer.data, "住户名单.xlsx")
    assert "与系统里完全一样，不用导入" in admin.page
    assert "已认出 8 列" in admin.page
    assert trail(village, "households.export") == [{"rows": 8}]


@on_one_engine
@pytest.mark.parametrize("role", VILLAGE_ROLES)
def test_who_may_see_and_who_may_change(village: Town, browse: Browse, role: Role) -> None:
    person, du = browse(role), village.household("一组-012")
    sees = role != Role.SHOPKEEPER
    person.open("/households", expect=200 if sees else 403)
    page = person.open(f"/households/{du.id}", expect=200 if sees else 403)
    assert person.client.get("/households.xlsx").status_code == (200 if sees else 403)
    assert ("修改资料" in page) == (role == Role.ADMIN)
    person.open(f"/households/{du.id}/edit", expect=200 if role == Role.ADMIN else 403)
    person.open("/households/new", expect=200 if role == Role.ADMIN else 403)
    assert ("对账单" in page) == sees


def test_a_village_without_households_says_what_to_do(village: Town, app: Flask) -> None:
    """A village newly opened, with its first administrator alone."""
    with village.database.writing() as session:
        open_village(session, OpenVillage("150404103203", "王家地村"))
        founder = Actor(150404103203, 0, "开户", Role.ADMIN, "test")
        add_user(session, founder, "郭主任", Role.ADMIN, PASSWORD, first=False)
        add_user(session, founder, "小郭", Role.RECORDER, PASSWORD, first=False)
    page = Browser(app).sign_in("郭主任").open("/households")
    assert "把村里的花名册导进来" in page
    assert "请管理员先导入花名册" in Browser(app).sign_in("小郭").open("/households")
