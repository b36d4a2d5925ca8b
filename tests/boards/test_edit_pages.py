"""The page on which a board is changed, with its preview; boards of the village's own."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.boards.definitions import board_called, boards_of, seeded_boards
from moralbank.boards.models import Ties
from moralbank.boards.service import content_of
from moralbank.scheme.queries import scheme_on
from tests.boards.deeds import adopt_changed, change, do
from tests.conftest import make_app
from tests.village import STAFF, Browser, Town

Browse = Callable[[Role], Browser]


WRONG: tuple[tuple[dict[str, Any], int, str], ...] = (
    ({"title": ""}, 422, "请填写这一项"),
    ({"title": "孝星榜"}, 409, "已经有“孝星榜”这个榜"),
    ({"title": "长" * 25}, 422, "最多 24 个字"),
    ({"top": "二十"}, 422, "要填整数"),
    ({"top": "201"}, 422, "取前几名须是 1 到 200"),
    ({"minimum": "-1"}, 422, "最少多少须是 0"),
    ({"notice_days": "31"}, 422, "公示天数须是 0 到 30"),
    ({"measure": "beauty"}, 422, "请从列出的里面选一项"),
    ({"measure": []}, 422, "请填写这一项"),
    ({"items": ["77"]}, 422, "请从列出的里面选一项"),
    ({"items": ["<b>"]}, 422, "请从列出的里面选一项"),
    ({"second_line": ""}, 422, "对联须两句都写"),
    ({"measure": "donated", "ties": "honour"}, 422, "捐赠人没有荣誉总分"),
)
"""What was typed, and how it is refused."""
UNSEEN = tuple(changes for changes, _status, _words in WRONG[-2:])
"""What only the service refuses: the preview shows it all the same."""


@pytest.fixture
def browse_hamlet(hamlet: Town, tmp_path: Path) -> Iterator[Browse]:
    """Somebody of a role at the pages, on SQLite alone."""
    app = make_app(hamlet, tmp_path)
    yield lambda role: Browser(app).sign_in(STAFF[role])
    app.extensions["moralbank"].close()


def form_of(village: Town, slug: str, **changes: Any) -> dict[str, Any]:
    """What the form of a board sends, changed in places."""
    with village.database.reading() as session:
        board = board_called(session, village.village_id, slug)
        scheme = scheme_on(session, village.village_id, clock.today())
    content = content_of(board, scheme)
    sent = {
        "slug": slug,
        "title": board.title_for("羊圈湾村"),
        "lead": content.lead,
        "measure": content.measure.value,
        "subject": "member" if content.subject == "member" else "household",
        "categories": list(content.categories),
        "items": [str(number) for number in content.items],
        "top": str(content.top),
        "minimum": str(content.minimum),
        "ties": content.ties.value,
        "first_line": content.couplet[0],
        "second_line": content.couplet[1],
        "deed": content.deed.value,
        "style": content.style.value,
        "notice_days": str(content.notice_days),
    }
    return {**sent, **changes}


def standing(page: str) -> str:
    """The words of the preview."""
    part = page[page.index("data-standing") :] if "data-standing" in page else page
    return " ".join(re.sub(r"<[^>]+>", " ", part).split())


def previewed(person: Browser, sent: dict[str, Any]) -> str:
    """What the page's script gets while one types; the page itself stays."""
    page = person.page
    answer = person.send("/boards/preview", **sent)
    person.page = page
    assert answer.status_code == 200
    text: str = answer.get_data(as_text=True)
    return text


def test_a_board_is_changed_on_its_page(village: Town, browse: Browse) -> None:
    do(village, "一组-012", "出义务工", 2)
    do(village, "六组-042", "庭院清洁达标")
    person = browse(Role.ADMIN)
    page = person.open("/boards/shanju/edit")
    assert "杜仁森" in standing(page)
    assert "王䶮" not in standing(page)
    assert page.count(" checked") >= 4  # the category, and one of each question
    sent = form_of(
        village, "shanju", title="善行榜", categories=["环境卫生", "热心公益"], ties="strokes"
    )
    # The button without a script: nothing is kept, the preview is as typed.
    answer = person.send("/boards/shanju/edit", preview="1", **sent)
    assert answer.status_code == 200
    assert "善行榜" in standing(person.page)
    assert "王䶮" in standing(person.page)
    with village.database.reading() as session:
        assert not board_called(session, village.village_id, "shanju").changed
    assert "善行榜" in standing(previewed(person, sent))
    assert person.send("/boards/shanju/edit", **sent).location == "/boards/shanju"
    with village.database.reading() as session:
        mine = board_called(session, village.village_id, "shanju")
    assert (mine.title, mine.ties, mine.categories) == (
        "善行榜",
        Ties.STROKES,
        ("环境卫生", "热心公益"),
    )
    assert "改好了" in person.open("/boards/shanju")
    assert "恢复默认" in person.open("/boards/shanju/edit")
    assert person.send("/boards/shanju/reset").status_code == 303
    assert "善举榜" in person.open("/boards/shanju")


def test_a_board_kept_as_it_is_stays_the_seed(hamlet: Town, browse_hamlet: Browse) -> None:
    person = browse_hamlet(Role.ADMIN)
    for board in seeded_boards():
        person.open(f"/boards/{board.slug}/edit")
        answer = person.send(f"/boards/{board.slug}/edit", **form_of(hamlet, board.slug))
        assert answer.status_code == 303, board.slug
    with hamlet.database.reading() as session:
        assert boards_of(session, hamlet.village_id) == seeded_boards()


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    hamlet: Town, browse_hamlet: Browse
) -> None:
    person = browse_hamlet(Role.ADMIN)
    person.open("/boards/shanju/edit")
    for changes, status, words in WRONG:
        sent = form_of(hamlet, "shanju", lead="爱帮忙的人家 & 邻居", **changes)
        assert person.send("/boards/shanju/edit", **sent).status_code == status, changes
        assert words in person.page, changes
        assert "爱帮忙的人家 &amp; 邻居" in person.page
        told = "有几处还没填对" in previewed(person, sent)
        assert told == (status == 422 and changes not in UNSEEN), changes
    with hamlet.database.reading() as session:
        assert not board_called(session, hamlet.village_id, "shanju").changed


def test_lines_of_different_length_are_hinted_at_only(hamlet: Town, browse_hamlet: Browse) -> None:
    person = browse_hamlet(Role.ADMIN)
    person.open("/boards/shanju/edit")
    sent = form_of(hamlet, "shanju", second_line="义举寻常暖四邻八舍")
    page = previewed(person, sent)
    assert "上联 7 个字，下联 9 个字" in page
    assert person.send("/boards/shanju/edit", **sent).status_code == 303


def test_a_new_board_is_made_once_and_put_away(village: Town, browse: Browse) -> None:
    do(village, "一组-012", "无偿献血", note="献血四百毫升")
    person = browse(Role.ADMIN)
    page = person.open("/boards/new")
    assert "杜仁森" in standing(page)  # the whole scheme counts until something is chosen
    sent = form_of(
        village,
        "haoren",
        title="热血榜",
        items=["19"],
        first_line="",
        second_line="",
        request_id=person.value("request_id"),
    )
    for _click in range(2):
        assert person.send("/boards/new", **sent).location == "/boards/b1"
    assert "杜仁森" in person.open("/boards/b1")
    assert "试印稿" in person.page
    person.open("/boards/new")
    again = person.send("/boards/new", **{**sent, "request_id": person.value("request_id")})
    assert again.status_code == 409
    assert "已经有“热血榜”" in person.page
    assert person.value("request_id") != sent["request_id"]  # a refused id stays refused
    assert person.send("/boards/b1/hide").location == "/boards"
    assert 'href="/boards/b1"' in person.open("/boards")
    assert "收起来的榜" in person.page
    assert person.send("/boards/b1/hide", back="1").status_code == 303
    assert "收起来的榜" not in person.open("/boards")
    assert person.send("/boards/b1/reset").status_code == 409


def test_what_the_scheme_lost_is_shown_as_such(hamlet: Town, browse_hamlet: Browse) -> None:
    with hamlet.database.reading() as session:
        scheme = scheme_on(session, hamlet.village_id, clock.today())
    blood, help_out = scheme.item("无偿献血").number, scheme.item("邻里互助").number
    adopt_changed(hamlet, blood, "")
    person = browse_hamlet(Role.ADMIN)
    with clock.at(clock.now() + timedelta(days=2)):
        assert "无偿献血：细则里没有叫这个名字的了" in person.open("/boards/haoren/edit")
    change(hamlet, "haoren", items=(blood, help_out))
    with clock.at(clock.now() + timedelta(days=2)):
        page = person.open("/boards/haoren/edit")
        lost = page[page.index("现行细则里已经没有的") :]
        assert "无偿献血" in lost[:400]
        sent = form_of(hamlet, "haoren", lead="搭把手的乡亲", items=[str(blood), str(help_out)])
        assert person.send("/boards/haoren/edit", **sent).status_code == 303
    with hamlet.database.reading() as session:
        kept = board_called(session, hamlet.village_id, "haoren")
    assert (kept.items, kept.lead) == ((blood, help_out), "搭把手的乡亲")


@pytest.mark.parametrize("role", [Role.RECORDER, Role.SHOPKEEPER])
def test_only_who_may_sees_the_ways_to_change(browse_hamlet: Browse, role: Role) -> None:
    person = browse_hamlet(role)
    assert "/edit" not in person.open("/boards/shanju")
    assert "/boards/new" not in person.open("/boards")
    person.open("/boards/shanju/edit", expect=403)
    assert ("/boards/shanju/publish" in person.open("/boards/shanju")) == (role == Role.RECORDER)
