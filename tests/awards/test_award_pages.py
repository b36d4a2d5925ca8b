"""Deeds on pages: the recorder's three steps, many at once, the queue, the list, one deed."""

import html
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import python_calamine
from sqlalchemy import event

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.awards.models import AwardState
from tests.awards.deeds import DU, GAOWA, WANG, ZHONG, Deeds
from tests.conftest import on_one_engine
from tests.village import Browser

pytestmark = on_one_engine
"""What the pages' services do to rows is tried on both engines beside this."""

Browse = Callable[[Role], Browser]


def _form(deeds: Deeds, label: str, item: str, **said: Any) -> dict[str, Any]:
    household = deeds.town.household(label).id
    what = deeds.number(item)
    return {
        "household": household,
        "item": what,
        "quantity": "1",
        "deed_on": clock.today().isoformat(),
        **said,
    }


def _follow(browser: Browser, answer: Any) -> str:
    """Open the page that an answer leads to."""
    place = urlsplit(answer.headers["Location"])
    return browser.open(place.path, **dict(parse_qsl(place.query)))


def _record(browser: Browser, deeds: Deeds, label: str, item: str, **said: Any) -> Any:
    form = _form(deeds, label, item, **said)
    browser.open("/awards/record", household=form["household"], item=form["item"])
    return browser.send("/awards/record", **form, request_id=browser.value("request_id"))


def test_three_steps_to_a_record_and_the_next_one_keeps_item_and_day(
    deeds: Deeds, browse: Browse
) -> None:
    browser = browse(Role.RECORDER)
    who, what = deeds.town.household(DU).id, deeds.number("志愿服务")
    for typed in ("杜仁", "drs", "一组012"):
        page = browser.open("/awards/record", q=typed)
        assert f"/awards/record?household={who}" in page, typed
    assert "没有找到" in browser.open("/awards/record", q="赵子龙")
    page = browser.open("/awards/record", household=who)
    assert f"item={what}" in page
    assert "乱倒垃圾" not in page
    page = browser.open("/awards/record", household=who, item=what)
    assert "给杜仁森记分" in page
    yesterday = clock.today() - timedelta(days=1)
    answer = browser.send(
        "/awards/record",
        **_form(deeds, DU, "志愿服务", quantity="３", deed_on=yesterday.isoformat()),
        request_id=browser.value("request_id"),
    )
    assert answer.status_code == 303
    page = _follow(browser, answer)
    assert "已记第 1 条" in page
    assert "+3" in page
    assert "再记一条" in page
    assert str(yesterday) in page
    assert deeds.row(1).deed_on == yesterday


@pytest.mark.parametrize("quantity", ["0", "-1", "1e9", "1000000000", "一", "1.5", ""])
def test_wrong_quantities_are_shown_and_nothing_typed_is_lost(
    deeds: Deeds, browse: Browse, quantity: str
) -> None:
    browser = browse(Role.RECORDER)
    answer = _record(browser, deeds, DU, "植树绿化", quantity=quantity, note="村西荒坡")
    assert answer.status_code == 422
    assert "村西荒坡" in browser.page
    assert "field--wrong" in browser.page


@pytest.mark.parametrize(
    ("item", "said", "words"),
    [
        ("拾金不昧", {"note": "拾到钱包"}, "要写明给几分"),
        ("拾金不昧", {"points": "6", "note": "拾到钱包"}, "不能给 6 分"),
        ("拾金不昧", {"points": "3"}, "要有依据"),
        ("受到表彰", {"points": "4", "note": "表彰"}, "不能给 4 分"),
        ("植树绿化", {"deed_on": "2099-01-01"}, "日期不能晚于今天"),
        ("植树绿化", {"deed_on": "1999-01-01"}, "只能补记 400 天以内的事"),
        ("植树绿化", {"deed_on": "昨天"}, "日期不对"),
        ("植树绿化", {"note": "树" * 201}, "最多 200 个字"),
        ("植树绿化", {"member": "999"}, "没有这位家庭成员"),
    ],
)
def test_refusals_stand_beside_the_field(
    deeds: Deeds, browse: Browse, item: str, said: dict[str, str], words: str
) -> None:
    browser = browse(Role.RECORDER)
    assert _record(browser, deeds, DU, item, **said).status_code == 422
    assert words in browser.page


def test_caps_and_repetitions_are_explained(deeds: Deeds, browse: Browse) -> None:
    browser = browse(Role.RECORDER)
    assert _record(browser, deeds, DU, "参加集体清扫", quantity="3").status_code == 303
    assert _record(browser, deeds, DU, "参加集体清扫", quantity="3").status_code == 409
    assert "李建军" in browser.page
    again = _record(browser, deeds, DU, "参加集体清扫", quantity="3", note="下午")
    assert again.status_code == 409
    assert "本月还可再得 2 分" in browser.page


def test_a_form_sent_twice_is_recorded_once(deeds: Deeds, browse: Browse) -> None:
    browser = browse(Role.RECORDER)
    form = _form(deeds, DU, "植树绿化")
    browser.open("/awards/record", household=form["household"], item=form["item"])
    request_id = browser.value("request_id")
    for _press in range(2):
        answer = browser.send("/awards/record", **form, request_id=request_id)
        assert answer.headers["Location"].endswith("saved=1")
    assert "共 1 条" in browser.open("/awards")


def test_deductions_and_unknown_things_are_refused(deeds: Deeds, browse: Browse) -> None:
    browser = browse(Role.RECORDER)
    assert _record(browser, deeds, DU, "乱倒垃圾", note="倒在渠里").status_code == 409
    assert "扣分须先私下提醒" in browser.page
    who = deeds.town.household(DU).id
    browser.open("/awards/record", household=999, expect=404)
    browser.open("/awards/record", household=who, item=999, expect=404)
    browser.open("/awards/record", household="99999999999999999999")


def test_levels_are_tiles(deeds: Deeds, browse: Browse) -> None:
    browser = browse(Role.RECORDER)
    assert _record(browser, deeds, DU, "受到表彰", points="15", note="县级").status_code == 303
    assert deeds.row(1).points == 15
    who, what = deeds.town.household(DU).id, deeds.number("受到表彰")
    page = browser.open("/awards/record", household=who, item=what)
    assert re.findall(r'type="radio" id="points-(\d+)"', page) == ["3", "5", "15", "20", "30", "50"]


def _send_many(browser: Browser, deeds: Deeds, labels: list[str], item: str, **said: Any) -> Any:
    what = deeds.number(item)
    browser.open("/awards/record-many", item=what)
    form = _form(deeds, DU, item, **said)
    form["households"] = [deeds.town.household(label).id for label in labels]
    return browser.send("/awards/record-many", **form, request_id=browser.value("request_id"))


def test_many_at_once_say_who_was_recorded_and_who_not(deeds: Deeds, browse: Browse) -> None:
    deeds.record(GAOWA, "庭院清洁达标")
    browser = browse(Role.RECORDER)
    labels = [DU, GAOWA, WANG]
    assert _send_many(browser, deeds, labels, "庭院清洁达标", note="走访").status_code == 409
    assert "一户也没有记" in browser.page
    assert re.search(r"二组 007 号 斯琴高娃</strong>：本月已记 1 次", browser.page)
    assert "只记其余 2 户" in browser.page
    assert browser.page.count(" checked") == 3
    answer = _send_many(browser, deeds, labels, "庭院清洁达标", note="走访", skip="y")
    assert answer.status_code == 303
    page = _follow(browser, answer)
    assert "已记 2 户" in page
    assert "没有记 二组 007 号 斯琴高娃：本月已记 1 次，达到上限 1 次" in page
    assert "刚记好的 2 户" in page


def test_many_need_somebody(deeds: Deeds, browse: Browse) -> None:
    browser = browse(Role.RECORDER)
    assert _send_many(browser, deeds, [], "庭院清洁达标").status_code == 422
    assert "还没有选住户" in browser.page
    assert _send_many(browser, deeds, [DU], "拾金不昧", points="2").status_code == 422
    assert "要有依据" in browser.page


def test_one_touch_approves_one_deed(deeds: Deeds, browse: Browse) -> None:
    ids = deeds.record_many([DU, WANG], "庭院清洁达标")
    browser = browse(Role.REVIEWER)
    page = browser.open("/awards/review")
    assert page.count("1 条，共 3 分") == 2
    request_id = browser.value("request_id")
    path = f"/awards/approve?queue=1&then={ids[1]}"
    assert f'action="{html.escape(path)}"' in page
    answer = browser.send(path, only=ids[0], request_id=request_id)
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"#deed-{ids[1]}")
    assert "已通过 1 条，3 分已入账" in _follow(browser, answer)
    assert deeds.points(DU) == 3
    assert deeds.row(ids[1]).state is AwardState.CLAIMED


def test_ticked_deeds_are_approved_together_and_once(deeds: Deeds, browse: Browse) -> None:
    ids = deeds.record_many([DU, GAOWA, WANG], "庭院清洁达标")
    browser = browse(Role.REVIEWER)
    browser.open("/awards/review")
    request_id = browser.value("request_id")
    for _press in range(2):
        answer = browser.send("/awards/approve", awards=ids, request_id=request_id)
        assert answer.status_code == 303
    assert "都评完了" in browser.open("/awards/review")
    assert {deeds.points(label) for label in (DU, GAOWA, WANG)} == {3}


def test_own_deeds_are_shown_but_barred(deeds: Deeds, browse: Browse) -> None:
    own = deeds.record(DU, "植树绿化", who=deeds.reviewer)
    browser = browse(Role.REVIEWER)
    page = browser.open("/awards/review")
    assert re.search(rf'id="award-{own}"[^>]* disabled', page)
    assert "您自己记的，要由别人来核实或评议" in page
    answer = browser.send("/awards/approve", only=own, request_id=browser.value("request_id"))
    assert answer.status_code == 403
    assert f"第 {own} 条是您自己记的" in browser.page
    assert "您自己记的" in browser.open(f"/awards/{own}")
    assert deeds.points(DU) == 0


def test_the_queue_says_what_somebody_else_decided_meanwhile(deeds: Deeds, browse: Browse) -> None:
    ids = deeds.record_many([DU, WANG], "庭院清洁达标")
    browser = browse(Role.REVIEWER)
    browser.open("/awards/review")
    request_id = browser.value("request_id")
    deeds.approve(ids[0])
    answer = browser.send("/awards/approve", awards=ids, request_id=request_id)
    assert answer.status_code == 409
    assert re.search(rf"第 {ids[0]} 条赵德顺已在 \S+ \S+ 处理过：已入账", browser.page)
    assert re.search(rf'id="award-{ids[1]}"[^>]* checked', browser.page)
    assert deeds.points(WANG) == 0
    assert browser.send("/awards/approve", request_id="review-0002").status_code == 422


def test_refusing_needs_a_reason(deeds: Deeds, browse: Browse) -> None:
    made = deeds.record(DU, "植树绿化")
    browser = browse(Role.REVIEWER)
    browser.open(f"/awards/{made}")
    name = f"a{made}-reason"
    assert browser.send(f"/awards/{made}/refuse", **{name: "  "}).status_code == 422
    assert browser.send(f"/awards/{made}/refuse", **{name: "没有栽活"}).status_code == 303
    page = browser.open(f"/awards/{made}")
    assert "没有栽活" in page
    assert "未通过" in page
    assert browser.send(f"/awards/{made}/refuse", **{name: "再说一遍"}).status_code == 409
    assert "赵德顺已在" in browser.page


def test_taking_back_by_permission_and_with_a_reason(deeds: Deeds, browse: Browse) -> None:
    made = deeds.record(DU, "抢险救灾", note="雨夜守堤")
    deeds.approve(made)
    assert "冲正这一条" not in browse(Role.SUPERVISOR).open(f"/awards/{made}")
    browser = browse(Role.REVIEWER)
    assert "冲正这一条" in browser.open(f"/awards/{made}")
    deeds.spend(DU, 4)
    path, request_id = f"/awards/{made}/reverse", browser.value("request_id")
    assert browser.send(path, reason="", request_id=request_id).status_code == 422
    answer = browser.send(path, reason="记错了", request_id=request_id)
    assert answer.status_code == 409
    assert "该户只剩 1 分" in browser.page
    other = deeds.record(WANG, "植树绿化")
    deeds.approve(other)
    browser.open(f"/awards/{other}")
    sent = {"reason": "记错了", "request_id": browser.value("request_id")}
    for _press in range(2):
        assert browser.send(f"/awards/{other}/reverse", **sent).status_code == 303
    assert "已冲正" in browser.open(f"/awards/{other}")
    assert deeds.points(WANG) == 0


def test_the_list_is_searched_filtered_and_downloaded(deeds: Deeds, browse: Browse) -> None:
    deeds.approve(deeds.record(DU, "植树绿化", note="=村西荒坡"))
    deeds.record(ZHONG, "志愿服务")
    last_month = clock.today().replace(day=1) - timedelta(days=1)
    deeds.record(WANG, "出义务工", deed_on=last_month)
    browser = browse(Role.ACCOUNTANT)
    for query, heads in (
        ({}, {"杜仁森", "钟𬭎", "王䶮"}),
        ({"q": "荒坡"}, {"杜仁森"}),
        ({"q": "一组-012"}, {"杜仁森"}),
        ({"q": "%"}, set()),
        ({"state": "claimed"}, {"钟𬭎", "王䶮"}),
        ({"state": "king"}, {"杜仁森", "钟𬭎", "王䶮"}),
        ({"item": 15}, {"钟𬭎"}),
        ({"group": deeds.town.household(ZHONG).group_id}, {"钟𬭎", "王䶮"}),
        ({"period": "last-month"}, {"王䶮"}),
        ({"period": "month"}, {"杜仁森", "钟𬭎"}),
        ({"household": deeds.town.household(DU).id}, {"杜仁森"}),
    ):
        page = browser.open("/awards", **query)
        shown = set(re.findall(r'nameplate__name"[^>]*>([^<]+)<', page))
        assert shown == heads, query
        sheet = browser.client.get("/awards.xlsx", query_string=query).data
        rows = python_calamine.load_workbook(io.BytesIO(sheet)).get_sheet_by_index(0).to_python()
        assert {row[3] for row in rows[1:]} == heads, query
    assert "=村西荒坡" in browser.open("/awards")


def test_the_list_turns_pages_and_costs_the_same_for_many(deeds: Deeds, browse: Browse) -> None:
    browser = browse(Role.SUPERVISOR)
    deeds.record(DU, "植树绿化", note="第 0 棵")
    few = _statements(deeds, lambda: browser.open("/awards"))
    for number in range(1, 40):
        deeds.record(DU, "植树绿化", note=f"第 {number} 棵")
    assert _statements(deeds, lambda: browser.open("/awards")) == few
    first, second = browser.open("/awards"), browser.open("/awards", page=2, item=7)
    assert "共 40 条" in first
    assert "第 39 棵" in first
    assert "第 9 棵" in second
    assert "第 10 棵" not in second
    assert "item=7" in second
    browser.open("/awards", page="99999999999999999999")


def _statements(deeds: Deeds, act: Callable[[], object]) -> int:
    """How many statements the database was asked while `act` went on."""
    seen: list[str] = []

    def count(*arguments: Any) -> None:
        seen.append(arguments[2])

    app_engines = deeds.town.database.engine.__class__
    event.listen(app_engines, "before_cursor_execute", count)
    try:
        act()
    finally:
        event.remove(app_engines, "before_cursor_execute", count)
    return len(seen)


def test_deeds_that_do_not_exist(browse: Browse) -> None:
    browser = browse(Role.REVIEWER)
    for number in ("1", "99999999999999999999"):
        browser.open(f"/awards/{number}", expect=404)
        for act in ("refuse", "reverse"):
            sent = {"reason": "没有", f"a{number}-reason": "没有", "request_id": "reverse-0001"}
            assert browser.send(f"/awards/{number}/{act}", **sent).status_code == 404


def test_each_part_to_its_role(browse: Browse) -> None:
    browse(Role.REVIEWER).open("/awards/record", expect=403)
    browse(Role.RECORDER).open("/awards/review", expect=403)
    browse(Role.ADMIN).open("/awards/review", expect=403)
    browse(Role.SHOPKEEPER).open("/awards", expect=403)


@pytest.mark.parametrize("blank", ["", " ", "　", None])
@pytest.mark.parametrize("name", ["quantity", "deed_on"])
def test_what_must_be_given_is_asked_for_and_never_guessed(
    deeds: Deeds, browse: Browse, name: str, blank: str | None
) -> None:
    recorder = browse(Role.RECORDER)
    said = {name: "" if blank is None else blank}
    answers = [_record(recorder, deeds, DU, "植树绿化", **said)]
    assert "请填写这一项" in recorder.page
    form = _form(deeds, DU, "植树绿化", **said)
    form["households"] = form.pop("household")
    if blank is None:
        del form[name]
    recorder.open("/awards/record-many", item=form["item"])
    request_id = recorder.value("request_id")
    answers.append(recorder.send("/awards/record-many", **form, request_id=request_id))
    assert "请填写这一项" in recorder.page
    assert [answer.status_code for answer in answers] == [422, 422]
    assert "还没有记过分" in recorder.open("/awards")


@pytest.mark.parametrize("typed", ["--5", "+-5", "-", "1.5", "五", "9" * 13])
def test_what_is_no_whole_number_is_said_in_our_words(
    deeds: Deeds, browse: Browse, typed: str
) -> None:
    recorder = browse(Role.RECORDER)
    assert _record(recorder, deeds, DU, "植树绿化", quantity=typed).status_code == 422
    assert f"要填整数，不能是“{typed}”" in recorder.page
    assert "invalid literal" not in recorder.page
    assert "请填写这一项" not in recorder.page


def test_a_buttons_name_begins_with_the_word_that_is_seen(browse: Browse) -> None:
    """Who speaks to the device says what stands on the button."""
    page = browse(Role.RECORDER).open("/awards/record", q="杜仁")
    assert 'aria-label="记分：杜仁森">记分</a>' in page


def test_a_household_that_is_none_is_not_called_by_a_number(deeds: Deeds, browse: Browse) -> None:
    recorder = browse(Role.RECORDER)
    form = {**_form(deeds, DU, "植树绿化"), "household": "abc"}
    recorder.open("/awards/record")
    answer = recorder.send("/awards/record", **form, request_id="record-000001")
    assert answer.status_code == 404
    assert "本村没有这一户" in recorder.page
    assert "“-1”" not in recorder.page
