"""Equal points: shared places, honour totals, strokes of surnames; and strokes themselves."""

from datetime import timedelta

import pytest

from moralbank.boards.models import Ties
from moralbank.boards.periods import current_quarter
from moralbank.boards.strokes import UNKNOWN, counts_in, strokes, strokes_key, written
from tests.boards.deeds import board, change, do, member, neighbours, places
from tests.village import Town

NAMES = ("欧阳春", "司马相", "司徒静", "㛃小芳", "那仁·图雅", "王一", "文二", "Бат", "丁一", "𬭎大")


@pytest.mark.parametrize(
    ("sign", "count"),
    [
        *(("一", 1), ("丁", 2), ("王", 4), ("文", 4), ("司", 5), ("杜", 7), ("欧", 8), ("䶮", 9)),
        *(("那", 6), ("㛃", 9), ("𬭎", 12), ("龘", 48), ("\U000323af", 23)),
        *(("A", UNKNOWN), ("·", UNKNOWN), ("Б", UNKNOWN), ("\ue000", UNKNOWN)),
    ],
)
def test_strokes_are_counted_as_on_the_mainland(sign: str, count: int) -> None:
    assert strokes(sign) == count


def test_names_stand_by_surname_then_given_name() -> None:
    ordered = sorted(NAMES, key=strokes_key)
    assert ordered == [
        *("丁一", "王一", "文二", "司马相", "司徒静", "那仁·图雅", "欧阳春", "㛃小芳", "𬭎大"),
        "Бат",
    ]
    assert strokes_key("那仁·图雅") == ((6,), (4, 8, 12))
    assert strokes_key("") == ((), ())
    assert all(0 < strokes(chr(code)) < 60 for code in range(0x4E00, 0xA000))


def test_the_stroke_file_is_made_from_unihan() -> None:
    unihan = (
        "# head\nU+4E00\tkTotalStrokes\t1\nU+4E02\tkTotalStrokes\t2 3\nU+20000\tkTotalStrokes\t9"
    )
    counts = counts_in(f"{unihan}\nU+4E00\tkIRG_GSource\tG0-523B\n")
    assert counts == {0x4E00: 1, 0x4E02: 2, 0x20000: 9}
    assert written(counts).splitlines()[1:] == ['4E00 "!#', "20000 *"]
    with pytest.raises(ValueError, match="kTotalStrokes"):
        counts_in("nothing here")


def test_fewer_strokes_stand_first_and_nobody_is_left_out_for_a_name(village: Town) -> None:
    for label in neighbours(village, *NAMES).values():
        do(village, label, "出义务工")
    do(village, "六组-042", "出义务工", 2)
    change(village, "shanju", ties=Ties.STROKES, top=3)
    found = board(village, "shanju")
    assert [name for _place, name, _points in places(found)] == [
        *("王䶮", "丁一", "王一", "文二", "司马相", "司徒静", "那仁·图雅", "欧阳春", "㛃小芳"),
        *("𬭎大", "Бат"),
    ]
    assert [place for place, _name, _points in places(found)] == list(range(1, 12))
    assert "按姓氏笔画" in found.tie_rule


def test_the_same_strokes_share_a_place_in_walking_order(village: Town) -> None:
    for label in neighbours(village, "Бат", "文一", "王一", "Ann").values():
        do(village, label, "出义务工")
    change(village, "shanju", ties=Ties.STROKES)
    assert [(place, name) for place, name, _points in places(board(village, "shanju"))] == [
        *((1, "文一"), (1, "王一"), (3, "Бат"), (3, "Ann"))
    ]


def test_more_points_of_honour_stand_first(village: Town) -> None:
    before = current_quarter().first - timedelta(days=40)
    for label in ("一组-006", "一组-012", "二组-007", "六组-031"):
        do(village, label, "出义务工")
    do(village, "一组-012", "评为孝星、好婆媳", on=before)
    do(village, "二组-007", "照料高龄失能老人")
    do(village, "六组-031", "照料高龄失能老人")
    do(village, "六组-042", "出义务工", 2)
    change(village, "shanju", ties=Ties.HONOUR, top=3)
    # 杜仁森 had 10 points before; 斯琴高娃 and 文义 are equal in everything: both stand third.
    found = board(village, "shanju")
    assert places(found) == [(1, "王䶮", 6), (2, "杜仁森", 3), (3, "斯琴高娃", 3), (3, "文义", 3)]
    assert "荣誉总分" in found.tie_rule


def test_on_a_board_of_persons_honour_is_a_persons(village: Town) -> None:
    daughter = member(village, "一组-012", "杜小妹")
    do(village, "一组-012", "义务维修公共设施", member=daughter)
    do(village, "一组-006", "义务维修公共设施")
    do(village, "一组-012", "评为孝星、好婆媳")  # the household's, not hers
    do(village, "一组-006", "照料高龄失能老人")
    change(village, "haoren", ties=Ties.HONOUR)
    assert places(board(village, "haoren")) == [(1, "布和", 3), (2, "杜小妹", 3)]


@pytest.mark.parametrize(
    ("ties", "expected"),
    [(Ties.COMPETITION, [1, 2, 2, 4]), (Ties.DENSE, [1, 2, 2, 3])],
)
def test_equal_points_share_a_place(hamlet: Town, ties: Ties, expected: list[int]) -> None:
    for label, times in (("六组-042", 3), ("一组-006", 2), ("一组-012", 2), ("二组-007", 1)):
        do(hamlet, label, "出义务工", times)
    change(hamlet, "shanju", ties=ties)
    assert [place for place, _name, _points in places(board(hamlet, "shanju"))] == expected
