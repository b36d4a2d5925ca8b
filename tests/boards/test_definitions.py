"""The boards' seeds: every name in them is the scheme's."""

import pytest

from moralbank import clock
from moralbank.boards.definitions import BoardUnknown, all_boards, board_called
from moralbank.boards.models import Subject
from moralbank.boards.queries import masked
from moralbank.scheme.queries import scheme_on
from tests.village import Town


def test_the_four_boards_hang_in_their_order() -> None:
    titles = [board.title_for("羊圈湾村") for board in all_boards()]
    assert titles == ["善举榜", "孝星榜", "好人榜", "最美羊圈湾人"]
    assert board_called("zuimei").title_for("巴彦塔拉嘎查") == "最美巴彦塔拉嘎查人"


def test_every_name_on_a_board_is_in_the_scheme(hamlet: Town) -> None:
    with hamlet.database.reading() as session:
        scheme = scheme_on(session, hamlet.village_id, clock.today())
    categories = {category.name for category in scheme.categories}
    items = {item.name for item in scheme.merits}
    for board in all_boards():
        assert set(board.categories) <= categories, board.slug
        assert set(board.items) <= items, board.slug
    assert len(board_called("zuimei").numbers(scheme)) == 40
    assert len(board_called("haoren").numbers(scheme)) == len(board_called("haoren").items)


def test_couplets_are_a_pair() -> None:
    for board in all_boards():
        first, second = board.couplet
        assert len(first) == len(second) == 7
        assert first != second


def test_one_board_is_for_persons() -> None:
    assert [board.slug for board in all_boards() if board.subject == Subject.MEMBER] == ["haoren"]


def test_an_unknown_board_names_the_known_ones() -> None:
    with pytest.raises(BoardUnknown) as refused:
        board_called("heibang")
    assert "shanju、xiaoxing、haoren、zuimei" in refused.value.message


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
