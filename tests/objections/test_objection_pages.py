"""Objections at the pages: from the public one, by staff, answered; and at the command line."""

import io
import json
from collections.abc import Callable

from flask import Flask
from PIL import Image

from moralbank.access.permissions import Role
from moralbank.awards.models import AwardState
from moralbank.objections.models import ObjectionWay
from tests.awards.deeds import DU, WANG
from tests.notices.test_notice_pages import rows_of
from tests.notices.wall import Wall, after
from tests.terminal import Terminal
from tests.village import STAFF, Browser

Browse = Callable[[Role], Browser]
HONEST = "拾金不昧"


def picture() -> tuple[io.BytesIO, str]:
    """A small photo."""
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(content, "JPEG")
    content.seek(0)
    return content, "photo.jpg"


def test_from_the_public_page_to_the_answer(wall: Wall, app: Flask, browse: Browse) -> None:
    award = wall.approved(DU, HONEST, points_each=5)
    wall.hang(award, wall.approved(WANG))
    visitor, form = Browser(app), f"/n/{wall.town.village_id}/1/1/object"
    assert "杜**" in visitor.open(form)
    request_id = visitor.value("request_id")
    missing = visitor.send(form, request_id=request_id, name="白森", photos=picture())
    assert missing.status_code == 422
    assert "白森" in visitor.page
    assert "已传上的照片" in visitor.page  # it need not be chosen again
    sent = {
        "request_id": request_id,
        "words": "捡的是一把伞 <script>",
        "name": "白森",
        "telephone": "0476-1234567",
        "photos_kept": visitor.value("photos_kept"),
    }
    answers = [visitor.send(form, **sent) for _try in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    thanks = visitor.open(answers[0].headers["Location"])
    assert "第 1 号" in thanks
    assert str(wall.objection(1).due_on) in thanks
    assert Browser(app).client.get(answers[0].headers["Location"]).status_code == 303
    assert wall.state(award) is AwardState.OBJECTED
    assert wall.objection(1).way is ObjectionWay.PAGE

    recorder, supervisor = browse(Role.RECORDER), browse(Role.SUPERVISOR)
    for who, known in ((recorder, False), (supervisor, True)):
        page = who.open("/objections/1")
        assert "捡的是一把伞 &lt;script&gt;" in page
        assert page.count("/photos/") >= 1
        assert ("白森" in page, "0476-1234567" in page) == (known, known)
        assert "白森" not in who.open("/objections")
    supervisor.open("/objections/1")
    said = {"request_id": supervisor.value("request_id"), "answer": "是一把伞"}
    wrong = supervisor.send("/objections/1/decide", outcome="changed", new_points="9", **said)
    assert wrong.status_code == 422
    assert "是一把伞" in supervisor.page
    said["request_id"] = supervisor.value("request_id")
    right = supervisor.send("/objections/1/decide", outcome="changed", new_points="1", **said)
    assert right.status_code == 303
    assert "改为每次 1 分" in supervisor.open("/objections/1")
    assert recorder.client.post("/objections/1/decide").status_code in {400, 403}
    rows = rows_of(supervisor.client.get("/objections.xlsx").data)
    assert rows[1][:6] == [1, 1, award, "一组", "012", "杜仁森"]
    assert "白森" not in str(rows)


def test_five_in_a_minute_from_one_address_are_enough(wall: Wall, app: Flask) -> None:
    wall.hang(wall.approved(DU), wall.deducted(WANG))
    visitor, village = Browser(app), f"/n/{wall.town.village_id}"
    visitor.open(f"{village}/1/1/object")
    token = visitor.token()
    for path in ("2/object", "3/object", "999999999999/object"):  # a deduction, and nothing
        assert visitor.client.get(f"{village}/1/{path}").status_code == 404
    garbage = ({"words": "\x00不对"}, {"words": "字" * 501}, {"words": ""}, {"words": " \n"})
    for form in (*garbage, {"words": "不对", "telephone": "'; DROP TABLE"}):
        answer = visitor.client.post(
            f"{village}/1/1/object", data={"csrf_token": token, "request_id": "x" * 9, **form}
        )
        assert answer.status_code in {303, 422}
    stopped = visitor.client.post(
        f"{village}/1/1/object", data={"csrf_token": token, "words": "不对"}
    )
    assert stopped.status_code == 429
    assert "请等一分钟" in stopped.get_data(as_text=True)
    assert visitor.client.post(f"{village}/1/1/object").status_code in {400, 429}


def test_staff_take_down_what_they_hear(wall: Wall, browse: Browse) -> None:
    award, waiting = wall.approved(DU), wall.approved(WANG)
    wall.hang(award)
    grid = browse(Role.GRID)
    assert "登记异议" in grid.open("/notices/1")
    assert "积分记录编号" in grid.open("/objections/new")
    assert "不能提异议" in grid.open("/objections/new", award=waiting)
    grid.open("/objections/new", 404, award=4711)
    grid.open("/objections/new", award=award)
    form = {"request_id": grid.value("request_id"), "way": "paper", "name": "布和"}
    path = f"/objections/new?award={award}"
    zipped = grid.send(path, words="日子不对", photos=(io.BytesIO(b"PK"), "a.jpg"), **form)
    assert zipped.status_code == 422
    taken = grid.send(path, words="日子不对", **{**form, "request_id": grid.value("request_id")})
    assert taken.headers["Location"] == "/objections/1"
    assert "布和" in grid.open("/objections/1")  # who took it down knows whom to tell
    assert "布和" not in browse(Role.RECORDER).open("/objections/1")
    with after(20):
        late = browse(Role.SUPERVISOR).open("/objections", state="open")
        assert "超期 15 天" in late


def test_the_same_at_the_command_line(wall: Wall, terminal: Terminal) -> None:
    award = wall.approved(DU)
    wall.hang(award)
    recorder, supervisor = STAFF[Role.RECORDER], STAFF[Role.SUPERVISOR]
    take = ("objections", "take", "--award", str(award), "--words", "他没来", "--name", "布和")
    assert "第 1 号异议" in terminal.run(*take, "--way", "phone", who=recorder)
    listed = json.loads(terminal.run("objections", "list", "--json", who=STAFF[Role.REVIEWER]))
    assert (listed[0]["head"], listed[0]["days"]) == ("杜仁森", "还有 5 天")
    show = ("objections", "show", "1")
    plain = terminal.run(*show, who=STAFF[Role.REVIEWER]).splitlines()
    assert plain[:2] == ["异议号：1", f"积分记录：{award}"]
    assert "异议：他没来" in plain
    assert not any("布和" in line or line.endswith("：") for line in plain)
    assert "提出人：布和" in terminal.run(*show, who=supervisor)
    assert json.loads(terminal.run(*show, "--json", who=supervisor))["name"] == "布和"
    decide = ("objections", "decide", "1", "--outcome", "upheld", "--answer", "签到表上没有他")
    assert "由监督员来办" in terminal.run(*decide, who=recorder, expect=1)
    assert "已答复：成立" in terminal.run(*decide, who=supervisor)
    assert wall.state(award) is AwardState.REFUSED
    assert "已在" in terminal.run(*decide, who=supervisor, expect=1)
