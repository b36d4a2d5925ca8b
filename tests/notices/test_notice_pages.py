"""Notices at the pages, on paper and at the command line; and what everybody may read."""

import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.awards.models import AwardState
from moralbank.objections.models import ObjectionState
from tests.awards.deeds import DU, GAOWA, WANG
from tests.conftest import make_app, on_one_engine
from tests.notices.wall import MEETING, WORK, Wall, after
from tests.printing.paper import text_of
from tests.terminal import Terminal
from tests.village import STAFF, Browser, Town, found_village

pytestmark = on_one_engine
"""What the pages' services do to rows is tried on both engines beside this."""

Browse = Callable[[Role], Browser]


def rows_of(content: bytes) -> list[list[object]]:
    """The rows of an Excel file's only sheet."""
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_hanging_by_page_from_what_waits_to_the_paper(wall: Wall, browse: Browse) -> None:
    du, wang, gaowa = wall.approved(DU), wall.approved(WANG, WORK), wall.approved(GAOWA)
    recorder = browse(Role.RECORDER)
    assert "已通过 3 条，涉及 3 户" in recorder.open("/notices")
    page = recorder.open("/notices/new")
    last = clock.today() + timedelta(days=2)
    assert f"公示到 {last} 为止" in page
    assert [page.count(f'value="{one}" data-points') for one in (du, wang, gaowa)] == [1, 1, 1]
    assert page.count(" checked") == 3
    chosen = {"awards": [du, wang], "first_day": str(clock.today()), "days": "5"}
    preview = recorder.send("/notices/new", preview="1", **chosen)
    assert preview.status_code == 200
    assert f"公示到 {last + timedelta(days=2)} 为止" in recorder.page
    assert recorder.page.count(" checked") == 2
    sent = {"request_id": recorder.value("request_id"), **chosen}
    answers = [recorder.send("/notices/new", **sent) for _try in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert {one.headers["Location"] for one in answers} == {"/notices/1"}
    page = recorder.open("/notices/1")
    for words in ("杜仁森", "王䶮", "公示中，还有 4 天", "第 1 期已张榜"):
        assert words in page
    assert "斯琴高娃" not in page
    assert wall.state(gaowa) is AwardState.APPROVED
    paper = text_of(recorder.client.get("/notices/1/list.pdf").data)
    assert "王䶮" in paper
    assert wall.notice(1).digest[:8] in paper
    assert "参加村民会议" in text_of(recorder.client.get("/notices/1/details.pdf").data)
    for name in ("list.pdf?paper=A3", "objection-form.pdf"):
        assert recorder.client.get(f"/notices/1/{name}").data.startswith(b"%PDF")
    rows = rows_of(recorder.client.get("/notices/1.xlsx").data)
    assert [row[3] for row in rows[1:]] == ["杜仁森", "王䶮"]


def test_a_notice_as_a_letter_tells_its_own_figures(
    wall: Wall, browse: Browse, terminal: Terminal, tmp_path: Path
) -> None:
    wall.refuse(wall.record(GAOWA, MEETING), "不是本村的会")
    wall.hang(wall.approved(DU, WORK))
    admin = browse(Role.ADMIN)
    first = text_of(admin.client.get("/notices/1/letter.pdf").data)
    assert "同期评议未通过1项" in first
    assert "〔" not in first
    wall.change("document_code", "羊村委公")
    wall.change("objection_days", "7")
    wall.change("formal_dates", "arabic")
    wall.hang(wall.approved(DU), wall.approved(WANG))
    year, day = clock.today().year, clock.today().day
    page = admin.open("/notices/2")
    letter = text_of(admin.client.get("/notices/2/letter.pdf?ink=saving").data)
    assert "红头公告" in page
    assert "/notices/2/letter.pdf?look=1&amp;ink=saving" in page
    for words in (
        "全体村民：", f"羊村委公〔{year}〕2号", "2户的2项经评议通过", "收到后7天内查清",
        f"月{day}日起到", "公示明细（1页）", "0476-1234567",
    ):  # fmt: skip
        assert words in letter
    assert "同期" not in letter, "what was refused before the first notice stands on that one"
    made = tmp_path / "letter.pdf"
    terminal.run("notices", "print", "1", "--sheet", "letter", "-o", str(made), who="王秀兰")
    assert "同期评议未通过1项" in text_of(made.read_bytes())


def test_a_refused_form_keeps_what_was_ticked(wall: Wall, browse: Browse) -> None:
    du, wang = wall.approved(DU), wall.approved(WANG)
    admin = browse(Role.ADMIN)
    admin.open("/notices/new")
    sent: dict[str, object] = {"awards": [wang], "first_day": "2020-01-01", "days": "31"}
    wrong = admin.send("/notices/new", request_id=admin.value("request_id"), **sent)
    assert wrong.status_code == 422
    assert "不能从 2020-01-01 起" in admin.page
    assert re.search(rf'value="{wang}"[^>]*checked', admin.page)
    assert not re.search(rf'value="{du}"[^>]*checked', admin.page)
    garbage = {"awards": ["x", "9" * 30], "first_day": "gestern", "days": "viele"}
    assert admin.send("/notices/new", request_id="x", **garbage).status_code == 422
    nothing = admin.send(
        "/notices/new",
        request_id=admin.value("request_id"),
        first_day=str(clock.today()),
        days="3",
    )
    assert nothing.status_code == 422
    assert "还没有选要公示的记录" in admin.page


def test_who_sees_what(wall: Wall, browse: Browse) -> None:
    """A shopkeeper sees what hangs, as in the street: no reasons for what was deducted."""
    wall.hang(wall.approved(DU, note="只给评议员看的话"), wall.deducted(WANG))
    keeper = browse(Role.SHOPKEEPER).open("/notices/1")
    assert "杜仁森" in keeper
    for words in ("只给评议员看的话", "乱倒垃圾", "登记异议", "notices/1.xlsx"):
        assert words not in keeper
    assert "乱倒垃圾" in browse(Role.SUPERVISOR).open("/notices/1")


def test_the_public_page_hardly_names_and_never_shames(wall: Wall, app: Flask) -> None:
    kept, gone = wall.approved(DU, note="不给外人看的话"), wall.approved(WANG, WORK)
    notice = wall.hang(kept, gone, wall.deducted(GAOWA))
    number = wall.object_to(gone)
    visitor, village = Browser(app), f"/n/{wall.town.village_id}"
    assert f"{village}/{notice}" in visitor.open(village)
    page = visitor.open(f"{village}/{notice}")
    for words in ("一组 012 号 杜**", "六组 042 号 王**", "出义务工", "正在查", "tel:04761234567"):
        assert words in page
    for words in ("杜仁森", "王䶮", "斯琴高娃", "二组 007 号", "乱倒垃圾", "不给外人看的话"):
        assert words not in page
    wall.answer(number, ObjectionState.UPHELD)
    with after(3):
        page = visitor.open(f"{village}/{notice}")
        assert "已结束" in page
        assert "异议成立，不计" in page
        assert f"{village}/{notice}" not in visitor.open(village)
    with after(40):
        visitor.open(f"{village}/{notice}", 404)
    wall.change("public_address", "")
    for path in (village, f"{village}/{notice}", f"{village}/{notice}/1/object"):
        assert "没有放到网上" in visitor.open(path, 404)


def test_another_villages_notice_is_not_found(hamlet: Town, tmp_path: Path) -> None:
    wall, app = Wall(hamlet), make_app(hamlet, tmp_path)
    found_village(hamlet.database, 150404103202, "小河沿村", (("一组", "012", "欧阳春"),))
    wall.hang(wall.approved(DU))
    stranger = Browser(app).sign_in(STAFF[Role.SUPERVISOR] + "202")
    for path in ("/notices/1", "/notices/1/list.pdf", "/notices/1.xlsx"):
        stranger.open(path, 404)
    for path in ("/n/150404103202/1", "/n/150404103209", "/n/999999999999/1", "/n/0/0"):
        stranger.open(path, 404)
    assert "杜仁森" in Browser(app).sign_in(STAFF[Role.ADMIN]).open("/notices/1")
    app.extensions["moralbank"].close()


@pytest.mark.usefixtures("app")
def test_the_same_at_the_command_line(wall: Wall, terminal: Terminal, tmp_path: Path) -> None:
    wall.approved(DU), wall.approved(WANG, WORK)
    admin = STAFF[Role.ADMIN]
    said = terminal.run("notices", "open", "--group", "一组", "--days", "4", who=admin)
    assert "第 1 期已张榜" in said
    assert "1 条" in said
    assert "还没有选" in terminal.run("notices", "open", "--group", "一组", who=admin, expect=1)
    made = tmp_path / "notice.pdf"
    terminal.run("notices", "print", "1", "-o", str(made), who=admin)
    assert "杜仁森" in text_of(made.read_bytes())
    shown = json.loads(terminal.run("notices", "show", "1", "--json", who=admin))
    assert (shown["rows"][0]["head"], shown["rows"][0]["state"]) == ("杜仁森", "公示中")
    assert "没有到期的公示" in terminal.run("notices", "close")
    with after(4):
        assert "第 1 期公示已结束" in terminal.run("notices", "close")
    assert json.loads(terminal.run("notices", "list", "--json", who=admin))[0]["state"] == "已结束"
    assert "由管理员、记分员来办" in terminal.run("notices", "open", who="周桂兰", expect=1)


def test_what_can_not_be_closed_is_said_at_the_command_line(wall: Wall, terminal: Terminal) -> None:
    wall.hang(wall.approved(DU))
    with after(90):
        wall.change("notice_days", "0")
        wall.approved(GAOWA)
    with after(10):
        said = terminal.run("notices", "close", expect=1)
    assert "有 1 期公示到期了还没有入账" in said
    assert "校准电脑的时间" in said
