"""The boards' seeds, and what a village makes of them by service."""

import pytest

from moralbank.access.permissions import Role
from moralbank.audit import trail
from moralbank.boards.definitions import (
    Board,
    BoardUnknown,
    board_called,
    boards_of,
    seeded_boards,
)
from moralbank.boards.models import Measure, Style, Subject, Ties
from moralbank.boards.service import (
    BoardDaysInvalid,
    BoardMinimumInvalid,
    BoardTitleInvalid,
    BoardTitleTaken,
    BoardTopInvalid,
    CountedUnknown,
    CoupletInvalid,
    DonorsByYuan,
    HonourOfDonors,
    NothingToReset,
    add_board,
    hide_board,
    reset_board,
)
from moralbank.errors import Invalid
from moralbank.households.masking import is_masked, masked
from tests.boards.deeds import change, content, request_id, scheme_of
from tests.village import Town, found_village

SEEDED = ["shanju", "xiaoxing", "haoren", "zuimei", "zongbang", "qingjie", "jinbu", "juanzeng"]


def boards(village: Town, *, hidden: bool = False) -> list[Board]:
    with village.database.reading() as session:
        return list(boards_of(session, village.village_id, hidden=hidden))


def test_a_village_begins_with_eight_boards(hamlet: Town) -> None:
    found = boards(hamlet)
    assert [board.slug for board in found] == SEEDED
    titles = [board.title_for("羊圈湾村") for board in found]
    assert titles[3:] == ["最美羊圈湾人", "积分总榜", "清洁户榜", "进步榜", "捐赠榜"]
    assert found[3].title_for("巴彦塔拉嘎查") == "最美巴彦塔拉嘎查人"
    assert not any(board.changed or board.hidden for board in found)
    kinds = {board.slug: (board.measure, board.subject) for board in found}
    assert kinds["jinbu"] == (Measure.IMPROVED, Subject.HOUSEHOLD)
    assert kinds["juanzeng"] == (Measure.DONATED, Subject.DONOR)
    assert kinds["haoren"] == (Measure.POINTS, Subject.MEMBER)


def test_every_name_on_a_board_is_in_the_scheme(hamlet: Town) -> None:
    scheme = scheme_of(hamlet)
    categories = {category.name for category in scheme.categories}
    items = {item.name for item in scheme.merits}
    known = {board.slug: board for board in seeded_boards()}
    for board in known.values():
        assert set(board.categories) <= categories, board.slug
        assert set(board.items) <= items, board.slug
    assert len(known["zuimei"].numbers(scheme)) == 40
    assert len(known["haoren"].numbers(scheme)) == len(known["haoren"].items)


def test_couplets_are_a_pair() -> None:
    for board in seeded_boards():
        first, second = board.couplet
        assert len(first) == len(second) == 7
        assert not set(first) & set(second) - {"一"}, board.slug


def test_an_unknown_board_names_the_known_ones(hamlet: Town) -> None:
    with hamlet.database.reading() as session, pytest.raises(BoardUnknown) as refused:
        board_called(session, hamlet.village_id, "heibang")
    assert "shanju、xiaoxing、haoren、zuimei" in refused.value.message


def test_a_changed_board_is_the_villages_alone_until_it_is_reset(village: Town) -> None:
    found_village(village.database, 150404103202, "河沿村")
    assert change(village, "shanju", title="善行义举榜", top=20, ties=Ties.STROKES, notice_days=3)
    assert not change(village, "shanju")
    mine = boards(village)[0]
    assert (mine.slug, mine.title, mine.top, mine.changed) == ("shanju", "善行义举榜", 20, True)
    assert (mine.ties, mine.notice_days, mine.categories) == (Ties.STROKES, 3, ("热心公益",))
    assert boards(Town(village.database, 150404103202))[0].title == "善举榜"
    with village.database.writing() as session:
        actor = village.actor(Role.ADMIN)
        assert reset_board(session, actor, "shanju")
        assert not reset_board(session, actor, "shanju")
    with village.database.reading() as session:
        told = [line.detail for line in trail(session, village.village_id, ["boards.change"])]
    assert boards(village)[0] == seeded_boards()[0]
    assert told[0]["changes"] == {
        "title": ["善举榜", "善行义举榜"],
        "top": [15, 20],
        "ties": ["competition", "strokes"],
        "notice_days": [0, 3],
    }
    assert told[1] == {"slug": "shanju", "reset": True}


def test_a_board_of_its_own_is_made_once_and_put_away(village: Town) -> None:
    scheme, actor = scheme_of(village), village.actor(Role.ADMIN)
    blood = scheme.item("无偿献血").number
    wanted = content(
        village, "haoren", title="热血榜", items=(blood,), couplet=("", ""), style=Style.PLAIN
    )
    number = request_id()
    for _try in range(2):
        with village.database.writing() as session:
            assert add_board(session, actor, number, wanted, scheme) == "b1"
    mine = boards(village)[-1]
    assert (mine.slug, mine.title, mine.items, mine.couplet) == ("b1", "热血榜", (blood,), ("", ""))
    assert mine.numbers(scheme) == {blood}
    with village.database.writing() as session:
        assert hide_board(session, actor, "b1", scheme)
        assert not hide_board(session, actor, "b1", scheme)
        assert hide_board(session, actor, "zuimei", scheme)
        with pytest.raises(NothingToReset):
            reset_board(session, actor, "b1")
    assert [one.slug for one in boards(village)] == [one for one in SEEDED if one != "zuimei"]
    assert [one.slug for one in boards(village, hidden=True)] == [*SEEDED, "b1"]
    with village.database.writing() as session:
        assert hide_board(session, actor, "zuimei", scheme, hidden=False)
    assert boards(village)[3].title == "最美{village_people}"  # hiding renames nothing


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"title": "榜"}, BoardTitleInvalid, "title"),
        ({"title": "长" * 25}, BoardTitleInvalid, "title"),
        ({"top": 0}, BoardTopInvalid, "top"),
        ({"top": 201}, BoardTopInvalid, "top"),
        ({"minimum": -1}, BoardMinimumInvalid, "minimum"),
        ({"notice_days": 31}, BoardDaysInvalid, "notice_days"),
        ({"couplet": ("善行点滴汇江海", "")}, CoupletInvalid, "first_line"),
        ({"couplet": ("善" * 21, "义" * 21)}, CoupletInvalid, "first_line"),
        ({"measure": Measure.DONATED}, DonorsByYuan, "measure"),
        ({"subject": Subject.DONOR}, DonorsByYuan, "measure"),
        ({"items": (77,)}, CountedUnknown, "items"),
        ({"categories": ("上访",)}, CountedUnknown, "categories"),
    ],
)
def test_what_no_board_can_be_is_refused_beside_its_field(
    hamlet: Town, changes: dict[str, object], refusal: type[Invalid], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        change(hamlet, "shanju", **changes)
    assert refused.value.field == field
    assert not boards(hamlet)[0].changed


def test_a_board_may_be_turned_into_one_of_donors(hamlet: Town) -> None:
    by_yuan = {"measure": Measure.DONATED, "subject": Subject.DONOR, "categories": ()}
    with pytest.raises(HonourOfDonors):
        change(hamlet, "shanju", **by_yuan, ties=Ties.HONOUR)
    assert change(hamlet, "shanju", **by_yuan)
    assert (boards(hamlet)[0].subject, boards(hamlet)[0].unit) == (Subject.DONOR, "元")


def test_two_boards_have_two_titles(hamlet: Town) -> None:
    for title in ("孝星榜", "最美羊圈湾人"):
        with pytest.raises(BoardTitleTaken):
            change(hamlet, "shanju", title=title)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("杜仁森", "杜某某"),
        ("司马玉珍", "司马某某"),
        ("王䶮", "王某某"),
        ("斯琴高娃", "斯某某"),
        ("司马", "司某某"),
    ],
)
def test_a_masked_name_keeps_the_surname(name: str, shown: str) -> None:
    assert masked(name) == shown
    assert is_masked(shown)
    assert not is_masked(name)
