"""Boards on screen and on paper, by page and by command."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from moralbank.access.permissions import VILLAGE_ROLES, Role
from moralbank.boards.definitions import board_called
from moralbank.boards.periods import current_quarter
from moralbank.ledger.queries import head_mark
from moralbank.villages.service import change_setting
from tests.boards.deeds import do, edit
from tests.conftest import on_one_engine
from tests.printing.paper import size_of, text_of
from tests.terminal import Terminal
from tests.village import STAFF, Browser, Town, found_village

Browse = Callable[[Role], Browser]
RECORDER = STAFF[Role.RECORDER]
ADMIN = STAFF[Role.ADMIN]


@pytest.fixture
def honoured(village: Town) -> Town:
    """A village in which three households did something this quarter."""
    do(village, "六组-042", "出义务工", 5, note="修东沟水渠五天")
    do(village, "一组-012", "出义务工", 3, note="清理河道")
    do(village, "二组-007", "志愿服务", 4, note="教老人用手机 <b>")
    return village


@on_one_engine
@pytest.mark.usefixtures("honoured")
@pytest.mark.parametrize("role", VILLAGE_ROLES)
def test_everybody_sees_the_boards(browse: Browse, role: Role) -> None:
    page = browse(role).open("/boards")
    for words in ("善举榜", "孝星榜", "好人榜", "最美羊圈湾人", "王䶮", "杜仁森"):
        assert words in page
    assert current_quarter().label in page
    assert "本期暂无上榜" in page  # nobody did anything for 孝星榜


@pytest.mark.usefixtures("honoured")
def test_a_board_shows_places_points_and_deeds(browse: Browse) -> None:
    page = browse(Role.RECORDER).open("/boards/shanju")
    assert page.index("王䶮") < page.index("杜仁森") < page.index("斯琴高娃")
    assert "修东沟水渠五天" in page
    assert "教老人用手机 &lt;b&gt;" in page
    assert "善行点滴汇江海" in page


def test_a_period_and_a_group_are_chosen(honoured: Town, browse: Browse) -> None:
    person = browse(Role.RECORDER)
    assert "本期暂无上榜" in person.open("/boards/shanju", period="2001-Q1")
    assert "二〇〇一年第一季度" in person.page
    group = honoured.household("一组-012").group_id
    page = person.open("/boards/shanju", group=group)
    assert "杜仁森" in page
    assert "王䶮" not in page


@on_one_engine
@pytest.mark.parametrize(
    ("path", "query", "status", "words"),
    [
        ("/boards", {"period": "2026-Q9"}, 422, "时段“2026-Q9”不对"),
        ("/boards/shanju", {"period": "<script>"}, 422, "时段"),
        ("/boards/heibang", {}, 404, "没有“heibang”这个榜"),
        ("/boards/heibang.pdf", {}, 404, "没有“heibang”这个榜"),
        ("/boards/shanju", {"group": "99"}, 404, "这个小组。本村有：一组、二组、六组"),
        ("/boards/shanju", {"group": "一组"}, 422, "小组不对"),
        ("/boards/shanju", {"group": "9" * 30}, 422, "小组不对"),
        ("/boards/shanju.pdf", {"paper": "a0"}, 422, "可选 A4、A3、60 × 90 厘米"),
        ("/boards/shanju.pdf", {"style": "baroque"}, 422, "可选 红底金字"),
    ],
)
def test_what_cannot_be_is_said(
    browse: Browse, path: str, query: dict[str, str], status: int, words: str
) -> None:
    person = browse(Role.RECORDER)
    assert words in person.open(path, expect=status, **query)
    assert "<script>" not in person.page


@on_one_engine
@pytest.mark.parametrize(
    ("asked", "size"), [("paper=a4", (210, 297)), ("paper=60x90&style=plain", (600, 900))]
)
def test_a_test_print_says_that_it_is_one(
    honoured: Town, browse: Browse, asked: str, size: tuple[int, int]
) -> None:
    admin = honoured.actor(Role.ADMIN)
    with honoured.database.writing() as session:
        change_setting(session, admin, "contact", "村务监督委员会 0476-0000000")
        change_setting(session, admin, "public_address", "https://bank.example.cn")
        mark = head_mark(session, honoured.village_id)
    answer = browse(Role.RECORDER).client.get(f"/boards/shanju.pdf?{asked}")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert size_of(answer.data) == size
    text = text_of(answer.data)
    for words in ("王䶮", "杜仁森", "羊圈湾村村民委员会", "0476-0000000", "试印稿"):
        assert words in text
    assert current_quarter().label in text
    assert f"账{mark}" in text


def test_a_masked_name_is_masked_on_paper_too(honoured: Town, browse: Browse) -> None:
    edit(honoured, "一组-012", consent=False)
    answer = browse(Role.RECORDER).client.get("/boards/shanju.pdf")
    text = text_of(answer.data)
    assert "杜某某" in text
    assert "杜仁森" not in text


def test_another_villages_deeds_stand_on_its_own_boards(honoured: Town, browse: Browse) -> None:
    found_village(honoured.database, 150404103202, "河沿村")
    person = Browser(browse(Role.RECORDER).client.application).sign_in(f"{RECORDER}202")
    page = person.open("/boards")
    assert "最美河沿人" in page
    assert "王䶮" not in page


def test_boards_by_command(honoured: Town, terminal: Terminal, tmp_path: Path) -> None:
    slugs = [
        row["slug"] for row in json.loads(terminal.run("boards", "list", "--json", who=RECORDER))
    ]
    assert slugs[:4] == ["shanju", "xiaoxing", "haoren", "zuimei"]
    show = ["boards", "show", "shanju", "--period", current_quarter().text]
    terminal.run("boards", "edit", "shanju", "--top", "20", "--ties", "strokes", who=ADMIN)
    told = json.loads(terminal.run(*show, "--json", who=RECORDER))
    assert [(one["rank"], one["name"]) for one in told["entries"]] == [
        (1, "王䶮"),
        (2, "杜仁森"),
        (3, "斯琴高娃"),
    ]
    assert "取前 20 名" in told["rule"]
    assert "按姓氏笔画" in told["tie_rule"]
    assert "修东沟水渠五天" in terminal.run(*show, who=RECORDER)
    only = json.loads(terminal.run(*show, "--group", "一组", "--json", who=RECORDER))
    assert [one["name"] for one in only["entries"]] == ["杜仁森"]
    poster = tmp_path / "榜" / "善举榜.pdf"
    terminal.run("boards", "print", "shanju", "--paper", "a3", "-o", str(poster), who=RECORDER)
    assert size_of(poster.read_bytes()) == (297, 420)
    assert "王䶮" in text_of(poster.read_bytes())
    edit_it = ["boards", "edit", "haoren", "--category", "环境卫生", "--item", "出义务工"]
    assert "改好了" in terminal.run(*edit_it, who=ADMIN)
    assert "没有改动" in terminal.run(*edit_it, who=ADMIN)
    with honoured.database.reading() as session:
        changed = board_called(session, honoured.village_id, "haoren")
    assert (changed.categories, changed.items) == (("环境卫生",), (16,))
    assert "收起来了" in terminal.run("boards", "hide", "zuimei", who=ADMIN)
    assert "已收起" in terminal.run("boards", "list", who=ADMIN)
    assert "恢复成默认" in terminal.run("boards", "reset", "zuimei", who=ADMIN)
    assert "已收起" not in terminal.run("boards", "list", who=ADMIN)


@on_one_engine
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["show", "heibang"], 1, "没有“heibang”这个榜"),
        (["show", "shanju", "--period", "2026-Q7"], 1, "时段“2026-Q7”不对"),
        (["show", "shanju", "--group", "九组"], 1, "没有“九组”这个小组"),
        (["print", "shanju"], 2, "-o"),
        (["print", "shanju", "--paper", "a0", "-o", "x.pdf"], 2, "--paper"),
        (["edit", "shanju", "--top", "3"], 1, "请由管理员来办"),
    ],
)
def test_a_refused_command_prints_nothing(
    terminal: Terminal, arguments: list[str], code: int, words: str
) -> None:
    assert words in terminal.run("boards", *arguments, who=RECORDER, expect=code)
