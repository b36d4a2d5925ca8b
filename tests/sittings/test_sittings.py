"""Sittings: one at a time, what is decided belongs to it, the minutes say it as it was."""

import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from python_calamine import load_workbook

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.awards import deciding
from moralbank.errors import NotFound
from moralbank.notices.service import open_notice
from moralbank.objections import service as objections
from moralbank.objections.models import ObjectionState, ObjectionWay
from moralbank.sittings.decided import minutes_of
from moralbank.sittings.models import Duty
from moralbank.sittings.queries import due, sitting
from moralbank.sittings.service import (
    AttendeeInvalid,
    Attending,
    HeldOnInvalid,
    NobodyThere,
    PlaceInvalid,
    SittingClosed,
    SittingOpenAlready,
    change_attendees,
    open_sitting_now,
)
from tests.awards.deeds import DU, GAOWA, WANG, ZHONG, fresh_id, on
from tests.notices.wall import after
from tests.printing.paper import Paper
from tests.sittings.group import Group
from tests.terminal import Terminal
from tests.village import STAFF, Browser, Town

Browse = Callable[[Role], Browser]
WORK, TREES, TAIL = "出义务工", "植树绿化", "拾金不昧"
NEIGHBOUR = 150404103202


def words(paper: bytes) -> str:
    return "".join(Paper(paper).text.split())


def test_a_sitting_from_door_to_minutes(village: Town, group: Group, browse: Browse) -> None:
    """赵德顺 opens it, three decide, 韩梅 stays out of her sister's, everybody signs."""
    group.set("review_votes", "2")
    group.set("sittings", "month")
    group.kin(group.han, WANG, "姐姐家")
    deeds = [group.record(label, WORK) for label in (DU, WANG, ZHONG, GAOWA)]
    with village.database.writing() as session, pytest.raises(deciding.NoSitting):
        deciding.approve(session, group.reviewer, fresh_id(), deeds)

    reviewer = browse(Role.REVIEWER)
    page = reviewer.open("/sittings/new")
    assert "还没有开过；下次最晚" in page
    form = {
        "request_id": reviewer.value("request_id"),
        "held_on": str(clock.today()),
        "place": "村委会二楼",
        **{f"seat-{one.user_id}": "1" for one in (group.reviewer, group.zhou, group.han)},
        f"duty-{group.reviewer.user_id}": "chair",
        "seat-guest-1": "老支书巴特尔",
    }
    opened = reviewer.send("/sittings/new", **form)
    assert opened.location.endswith("/sittings/1")
    assert reviewer.send("/sittings/new", **form).location == opened.location  # sent twice, once
    reviewer.open("/sittings/new")
    second = form | {"request_id": reviewer.value("request_id")}
    assert reviewer.send("/sittings/new", **second).status_code == 409
    assert f"第 1 次评议会（{clock.today()}）还没有结束" in reviewer.page
    assert reviewer.value("place") == "村委会二楼"

    for who, ids in ((group.reviewer, deeds[:3]), (group.zhou, deeds[:2])):
        group.vote(*ids, who=who)
    group.refuse(deeds[2], "那天他不在村里", who=group.zhou)
    group.refuse(deeds[2], "问过，确实不在", who=group.han)
    with village.database.writing() as session:
        deciding.send_back(session, group.reviewer, deeds[3], "请补照片")

    page = reviewer.open("/sittings/1")
    assert "到会 4 人" in page
    assert "韩梅回避了六组 042 号 王䶮家的 1 件（姐姐家）" in page
    assert group.row(deeds[0]).sitting_id == 1
    assert [(one.award.id, one.outcome.value, one.votes) for one in group.decided(1)] == [
        (deeds[0], "approve", "2/2 同意"),
        (deeds[1], "approve", "2/2 同意"),
        (deeds[2], "refuse", "1/3 同意"),
        (deeds[3], "send_back", ""),
    ]
    assert reviewer.send("/sittings/1/close", note="下月 20 日再开").status_code == 303
    assert reviewer.send("/sittings/1/close", note="又结束").status_code == 409

    printed = words(reviewer.client.get("/sittings/1/minutes.pdf").data)
    for said in (
        "老支书巴特尔",
        "韩梅回避了",
        "王䶮",
        "那天他不在村里；问过，确实不在",
        "下月20日再开",
    ):
        assert said in printed, said
    sheet = load_workbook(io.BytesIO(reviewer.client.get("/sittings/1/decided.xlsx").data))
    rows = sheet.get_sheet_by_index(0).to_python()
    assert [row[8] for row in rows] == ["结果", "通过", "通过", "未通过", "退回补充"]
    assert "第 1 次" in browse(Role.RECORDER).open("/sittings")


def test_minutes_printed_anew_say_what_was_decided_then(village: Town, group: Group) -> None:
    """An objection later gives other points; a deed is taken back: the minutes stay."""
    group.set("notice_days", "3")
    number = group.meet(group.reviewer, group.zhou)
    deed = group.record(DU, TAIL, points_each=5, note="捡到手机还给失主")
    group.vote(deed)
    group.close(number)
    with village.database.writing() as session:
        open_notice(session, group.admin, fresh_id(), [deed])
        raised = objections.RaiseObjection(deed, "没有那么多", ObjectionWay.PHONE)
        objection = objections.raise_objection(session, group.recorder, fresh_id(), raised)
        objections.decide(
            session, group.supervisor, fresh_id(), objection, ObjectionState.CHANGED, "改成 2 分", 2
        )
    assert group.row(deed).points == 2
    with village.database.reading() as session:
        sheet = minutes_of(session, village.village_id, number)
    (line,) = sheet.decided
    assert (line.points, line.outcome, line.votes) == ("+5 分", "通过", STAFF[Role.REVIEWER])
    assert sheet.approved_points == 5


def test_what_a_sitting_may_not_be(village: Town, group: Group) -> None:
    here = [Attending(Duty.CHAIR, user_id=group.reviewer.user_id)]
    today = clock.today()

    def hold(day: date, place: str, people: list[Attending]) -> int:
        with village.database.writing() as session:
            return open_sitting_now(session, group.reviewer, fresh_id(), day, place, people)

    for day, place, people, refusal in (
        (today.replace(year=today.year + 1), "村委会", here, HeldOnInvalid),
        (today.replace(year=today.year - 2, day=1), "村委会", here, HeldOnInvalid),
        (today, "", here, PlaceInvalid),
        (today, "村委会", [], NobodyThere),
        (today, "村委会", [*here, Attending(Duty.GUEST, "赵德顺")], AttendeeInvalid),
        (today, "村委会", [*here, Attending(Duty.GUEST, "巴" * 41)], AttendeeInvalid),
        (today, "村委会", [Attending(Duty.GUEST, user_id=4711)], NotFound),
    ):
        with pytest.raises(refusal):
            hold(day, place, people)
    first = hold(today, "村委会", here)
    with pytest.raises(SittingOpenAlready):
        hold(today, "村委会", here)
    late = [*here, Attending(Duty.WATCH, user_id=group.supervisor.user_id)]
    with village.database.writing() as session:
        change_attendees(session, group.reviewer, first, late)
        held = sitting(session, village.village_id, first)
    assert [(one.name, one.duty_label) for one in held.present] == [
        ("赵德顺", "主持"),
        ("孙守正", "监督"),
    ]
    group.close(first)
    with village.database.writing() as session, pytest.raises(SittingClosed):
        change_attendees(session, group.reviewer, first, here)


def test_who_comes_late_is_written_down_by_page(group: Group, browse: Browse) -> None:
    number = group.meet(group.reviewer, guest="老支书")
    reviewer = browse(Role.REVIEWER)
    path = f"/sittings/{number}/attendees"
    assert reviewer.open(path).count(" checked") == 1
    assert reviewer.send(path).status_code == 422
    assert "请勾选或写上到会的人" in reviewer.page
    seats = {f"seat-{group.zhou.user_id}": "1", "seat-guest-1": "老支书", "seat-guest-2": "哈斯"}
    assert reviewer.send(path, **seats, **{"duty-guest-2": "watch"}).status_code == 303
    page = reviewer.open(f"/sittings/{number}")
    assert "哈斯" in page
    assert "（监督）" in page
    assert "赵德顺<span" not in page


def test_a_tie_bars_only_while_it_holds(group: Group) -> None:
    """Declared after the sitting, it changes nothing of its minutes."""
    with after(1):
        number = group.meet(group.reviewer, group.zhou)
        group.vote(group.record(DU, TREES))
        group.close(number)
    with after(2):
        group.kin(group.zhou, DU, "女儿家")
    assert group.stayed_out(number) == []
    with after(30):
        later = group.meet(group.reviewer, group.zhou)
        group.vote(group.record(DU, WORK))
        assert group.stayed_out(later) == ["周长海回避了一组 012 号 杜仁森家的 1 件（女儿家）"]


def test_the_rhythm_of_sittings(hamlet: Town) -> None:
    group = Group(hamlet)

    def rhythm() -> tuple[date | None, bool]:
        with hamlet.database.reading() as session:
            found = due(session, hamlet.village_id)
        return found.due_on, found.late

    with on(2026, 3, 10):
        assert rhythm() == (None, False)
        group.set("sittings", "month")
        assert rhythm() == (date(2026, 3, 31), False)
        group.close(group.meet(group.reviewer))
        assert rhythm() == (date(2026, 4, 30), False)
    with on(2026, 4, 2):
        assert rhythm() == (date(2026, 4, 30), False)
    with on(2026, 5, 2):
        assert rhythm() == (date(2026, 5, 31), True)
        group.set("sittings", "quarter")
        assert rhythm() == (date(2026, 6, 30), False)
    with on(2026, 12, 2):
        assert rhythm() == (date(2026, 12, 31), True)


def test_sittings_by_command(group: Group, terminal: Terminal, tmp_path: Path) -> None:
    who = STAFF[Role.REVIEWER]
    begin = (
        "sittings",
        "open",
        "--place",
        "村委会",
        "--present",
        "赵德顺=主持",
        "--present",
        "哈斯",
    )
    assert "第 1 次评议会开始了" in terminal.run(*begin, who=who)
    assert "还没有结束" in terminal.run(*begin, who=who, expect=1)
    wrong = (*begin[:-1], "哈斯=村长")
    assert "应写成 姓名=职责" in terminal.run(*wrong, who=who, expect=1)
    group.vote(group.record(DU, WORK))
    assert "结束了" in terminal.run("sittings", "close", "--note", "都到了", who=who)
    assert "没有正在开" in terminal.run("sittings", "close", who=who, expect=1)
    (row,) = json.loads(terminal.run("sittings", "list", "--json", who=who))
    assert (row["present"], row["approved"], row["state"]) == (["赵德顺", "哈斯"], 1, "closed")
    file = tmp_path / "记录.pdf"
    terminal.run("sittings", "minutes", str(file), who=who)
    assert "都到了" in words(file.read_bytes())
    missing = ("sittings", "minutes", str(file), "--sitting", "9")
    assert "没有第 9 次评议会" in terminal.run(*missing, who=who, expect=1)


def test_another_villages_sitting_is_not_found(hamlet: Town) -> None:
    number = Group(hamlet).meet(hamlet.actor(Role.REVIEWER))
    with hamlet.database.reading() as session, pytest.raises(NotFound):
        sitting(session, NEIGHBOUR, number)
