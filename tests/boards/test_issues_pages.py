"""Pages and commands of published boards, and what everybody may see of them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from moralbank.access.permissions import VILLAGE_ROLES, Role
from moralbank.boards.issues import issues_of
from moralbank.boards.periods import current_quarter
from tests.boards.deeds import change, edit, give
from tests.boards.hung import DU, NOTE, WANG, correct, honour, publish, settle
from tests.conftest import make_app
from tests.photos.phone import sent, snapshot
from tests.printing.paper import text_of
from tests.terminal import Terminal
from tests.village import STAFF, VILLAGE_ID, Browser, Town, found_village

QUARTER = current_quarter().text
ONLINE = f"/b/{VILLAGE_ID}"
RECORDER = STAFF[Role.RECORDER]


@pytest.fixture
def site(hamlet: Town, tmp_path: Path) -> Flask:
    """The pages of a village in which four households stand on 善举榜."""
    honour(hamlet)
    return make_app(hamlet, tmp_path)


@pytest.fixture
def enter(site: Flask) -> Callable[[Role], Browser]:
    """Somebody of a role, signed in."""
    return lambda role: Browser(site).sign_in(STAFF[role])


def test_publishing_by_the_page(village: Town, browse: Callable[[Role], Browser]) -> None:
    honour(village)
    change(village, "shanju", notice_days=3)
    person = browse(Role.RECORDER)
    page = person.open("/boards/shanju/publish")
    assert "4 个" in page
    assert "期满自动定榜" in page
    form = {"request_id": "page-publish-1"}
    first = person.send("/boards/shanju/publish", **form)
    assert (first.status_code, first.location) == (303, "/boards/issues/1")
    again = person.send("/boards/shanju/publish", **form)  # the button pressed twice
    assert (again.status_code, again.location) == (303, "/boards/issues/1")
    page = person.open("/boards/issues/1")
    for words in ("公示中，到", "第 1 期", NOTE, "教老人用手机 &lt;b&gt;", "李建军", "更正重发"):
        assert words in page
    assert "善举榜 · 第 1 期" in person.open("/")  # it hangs: the desk says so
    assert "这个时段已经发布过：第 1 期" in person.open("/boards/shanju/publish")
    refused = person.send("/boards/shanju/publish", request_id="page-publish-2")
    assert refused.status_code == 409
    assert "点“更正重发”" in person.page
    assert "page-publish-2" not in person.page  # a refused one stays refused
    with village.database.reading() as session:
        assert len(issues_of(session, village.village_id)) == 1


def test_correcting_by_the_page(hamlet: Town, enter: Callable[[Role], Browser]) -> None:
    publish(hamlet)
    edit(hamlet, WANG, consent=False)
    person = enter(Role.ADMIN)
    assert "有 1 个后来不愿具名" in person.open("/boards/issues/1")
    page = person.open("/boards/issues/1/correct")
    assert "名字改为王某某" in page
    refused = person.send("/boards/issues/1/correct", request_id="correct-01", reason=" ")
    assert refused.status_code == 422
    long = "更" * 201
    refused = person.send("/boards/issues/1/correct", request_id="correct-02", reason=long)
    assert refused.status_code == 422
    assert long in person.page
    sent_once = {"request_id": "correct-03", "reason": "有一户不愿具名"}
    for _press in range(2):
        answer = person.send("/boards/issues/1/correct", **sent_once)
        assert (answer.status_code, answer.location) == (303, "/boards/issues/2")
    page = person.open("/boards/issues/2")
    assert "更正第 1 期：有一户不愿具名" in page
    assert "王某某" in page
    page = person.open("/boards/issues/1")
    assert "这一期已由第 2 期更正" in page
    assert "王䶮" in page  # what hung is not rewritten
    assert "更正重发" not in page
    refused = person.send("/boards/issues/1/correct", request_id="correct-04", reason="再来")
    assert refused.status_code == 409


def test_the_list_and_who_may_what(hamlet: Town, enter: Callable[[Role], Browser]) -> None:
    publish(hamlet)
    publish(hamlet, "zongbang")
    correct(hamlet, 1)
    for role in VILLAGE_ROLES:
        person = enter(role)
        page = person.open("/boards/issues")
        assert page.index("善举榜 · 第 2 期") < page.index("善举榜 · 第 1 期")
        only = person.open("/boards/issues", board="zongbang")
        assert "善举榜 · 第" not in only
        assert "修东沟水渠" in person.open("/boards/issues/1")
        publishes = role in {Role.ADMIN, Role.RECORDER}
        for path in ("/boards/shanju/publish", "/boards/shanju/deeds", "/boards/issues/3/correct"):
            person.open(path, expect=200 if publishes else 403)
            assert person.client.post(path).status_code in {400, 403}  # no token, or no right
        assert ("更正重发" in person.open("/boards/issues/3")) is publishes
    person = enter(Role.RECORDER)
    for path in ("/boards/issues/9", "/boards/issues/9.pdf", "/boards/issues/9/correct"):
        assert "没有发布过这一期榜" in person.open(path, expect=404)
    for path in ("/boards/heibang/publish", "/boards/heibang/deeds"):
        assert "没有“heibang”这个榜" in person.open(path, expect=404)
    assert "还没有发布过" in person.open("/boards/issues", board="heibang")


def test_everybody_sees_what_was_published_and_nothing_else(hamlet: Town, site: Flask) -> None:
    passer = Browser(site)
    publish(hamlet)
    for path in (f"{ONLINE}/shanju", f"{ONLINE}/shanju/1"):  # the village has no public address
        assert "网上没有这个榜" in passer.open(path, expect=404)
    settle(hamlet, "public_address", "https://bank.example.cn")
    for path in (f"{ONLINE}/zongbang", f"{ONLINE}/heibang", f"{ONLINE}/shanju/2", "/b/12/shanju"):
        assert "王䶮" not in passer.open(path, expect=404)
    answer = passer.client.get(f"{ONLINE}/shanju")
    assert answer.headers["X-Robots-Tag"] == "noindex"
    page = passer.open(f"{ONLINE}/shanju")
    for words in ("王䶮", NOTE, "第 1 期", "已定榜"):
        assert words in page
    assert "/boards/" not in page
    assert "/households/" not in page
    # Who doesn't want to be named any more is masked here at once, before paper is corrected.
    edit(hamlet, DU, consent=False)
    page = passer.open(f"{ONLINE}/shanju/1")
    assert "杜某某" in page
    assert "杜仁森" not in page
    assert "清理河道" not in page
    assert "王䶮" in page
    correct(hamlet, 1, "有一户不愿具名")
    page = passer.open(f"{ONLINE}/shanju/1")
    assert "已由第 2 期更正" in page
    assert f"{ONLINE}/shanju/2" in page
    assert "杜仁森" not in page
    assert "王䶮" not in page
    for path in (f"{ONLINE}/shanju", f"{ONLINE}/shanju/2"):
        page = passer.open(path)
        assert "杜某某" in page
        assert "杜仁森" not in page
        assert "更正第 1 期：有一户不愿具名" in page


def test_an_issue_is_printed(hamlet: Town, enter: Callable[[Role], Browser]) -> None:
    publish(hamlet)
    correct(hamlet, 1, "杜家少记一次")
    person = enter(Role.SUPERVISOR)
    answer = person.client.get("/boards/issues/2.pdf?paper=a4&style=plain")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    text = text_of(answer.data)
    for words in ("王䶮", "杜仁森", "第2期", "更正第1期", "杜家少记一次"):
        assert words in text
    assert "试印稿" not in text
    assert person.client.get("/boards/issues/2.pdf?paper=a0").status_code == 422
    found_village(hamlet.database, 150404103202, "河沿村")
    stranger = Browser(person.client.application).sign_in(f"{RECORDER}202")
    stranger.open("/boards/issues/2", expect=404)
    assert stranger.client.get("/boards/issues/2.pdf").status_code == 404


def test_by_command(village: Town, terminal: Terminal, tmp_path: Path) -> None:
    honour(village)
    face = tmp_path / "王.jpg"
    face.write_bytes(sent(snapshot()))
    wang = ["boards", "deed", "shanju", "六组042", "领着大家修渠"]
    assert "同意照片上榜" in terminal.run(*wang, "--photo", str(face), who=RECORDER, expect=1)
    terminal.run(*wang, "--photo", str(face), "--consent", who=RECORDER)
    terminal.run("boards", "deed", "shanju", "六组042", "王䶮领着大家修渠", who=RECORDER)
    assert "没有改动" in terminal.run(*wang[:-1], "王䶮领着大家修渠", who=RECORDER)
    said = terminal.run("boards", "issue", "shanju", "--period", QUARTER, who=RECORDER)
    assert "善举榜第 1 期已发布，4 个上榜 · 已定榜" in said
    again = terminal.run("boards", "issue", "shanju", who=RECORDER, expect=1)
    assert "已经发布过（第 1 期）" in again
    reason = ["--corrects", "1", "--reason", "换一句事迹"]
    assert "第 2 期" in terminal.run("boards", "issue", "shanju", *reason, who=RECORDER)
    rows = json.loads(terminal.run("boards", "issues", "shanju", "--json", who=RECORDER))
    assert [(row["number"], row["state"], row["corrects"]) for row in rows] == [
        (2, "standing", 1),
        (1, "corrected", None),
    ]
    poster = tmp_path / "榜.pdf"
    printed = ["boards", "print", "shanju", "--issue", "2", "-o", str(poster)]
    terminal.run(*printed, who=RECORDER)
    assert "王䶮领着大家修渠" in text_of(poster.read_bytes())
    printed[printed.index("2")] = "7"
    assert "没有发布过这一期榜" in terminal.run(*printed, who=RECORDER, expect=1)
    refused = terminal.run("boards", "issue", "shanju", who=STAFF[Role.GRID], expect=1)
    assert "不能做这件事" in refused


def test_a_donor_who_is_not_to_be_named_any_more_is_veiled_everywhere(
    hamlet: Town, tmp_path: Path
) -> None:
    settle(hamlet, "public_address", "https://bank.example.cn")
    give(hamlet, "杜仁森", "300")
    give(hamlet, "乡贤杜凤山", "200")
    publish(hamlet, "juanzeng")
    app = make_app(hamlet, tmp_path)
    passer, recorder = Browser(app), Browser(app).sign_in(RECORDER)
    assert "杜仁森" in passer.open(f"{ONLINE}/juanzeng")
    assert "不愿" not in recorder.open("/boards/issues/1")
    edit(hamlet, DU, consent=False)
    page = passer.open(f"{ONLINE}/juanzeng")
    assert "杜仁森" not in page
    assert "爱心人士" in page
    assert "乡贤杜凤山" in page
    assert "不愿" in recorder.open("/boards/issues/1")
    recorder.open("/boards/issues/1/certificates")
    refused = recorder.send(
        "/boards/issues/1/certificates/print.pdf",
        places="chosen",
        chosen="1",
        kind="award",
        ink="colour",
        body="好",
        organisation="羊圈湾村党支部",
        date="二〇二六年除夕",
    )
    assert refused.status_code == 409
    assert "不愿具名" in recorder.page
