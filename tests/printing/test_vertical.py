"""Couplets and titles that stand."""

from itertools import pairwise

import pytest

from moralbank.printing import vertical
from moralbank.printing.fonts import Voice
from moralbank.printing.sheet import A4, Document, mm
from tests.printing.paper import Letter, Paper

AXIS, BOTTOM, TOP, SIZE = 50.0, 100.0, 250.0, 10.0
"""Where the tests write, in mm."""


def column(text: str, *, marks: bool = True, top: float = TOP) -> list[Letter]:
    document = Document(A4, "column")
    where = {"axis": AXIS * mm, "bottom": BOTTOM * mm, "top": top * mm, "size": SIZE * mm}
    vertical.draw_column(document.canvas, text, Voice.KAI, **where, marks=marks)
    return Paper(document.close()).letters()


def middle(letter: Letter) -> float:
    return (letter.bottom + letter.top) / 2


def centre(letter: Letter) -> float:
    return (letter.left + letter.right) / 2


def test_a_couplet_hangs_without_punctuation_centred_and_evenly() -> None:
    assert vertical.spoken("积善成风， 百业兴！") == "积善成风百业兴"
    letters = column("田田田，田田！", marks=False)
    assert "".join(letter.text for letter in letters) == "田田田田田"
    heights = [middle(letter) for letter in letters]
    steps = [upper - lower for upper, lower in pairwise(heights)]
    assert steps == pytest.approx([SIZE * 1.3] * 4, abs=0.05)
    assert heights[2] == pytest.approx((BOTTOM + TOP) / 2, abs=0.5)
    assert all(centre(letter) == pytest.approx(AXIS, abs=0.5) for letter in letters)


def test_a_long_column_shrinks_into_its_place() -> None:
    letters = column("田" * 40, marks=False)
    assert len(letters) == 40
    assert BOTTOM <= letters[-1].bottom < letters[0].top <= TOP


def test_brackets_lie_across_the_column_and_dashes_along_it() -> None:
    for mark in "《》（）—":
        before, turned, after = column(f"田{mark}田", top=BOTTOM + 60)
        across = turned.right - turned.left > turned.top - turned.bottom
        assert across is (mark != "—")
        assert centre(turned) == pytest.approx(AXIS, abs=0.8)
        assert before.bottom > turned.top
        assert turned.bottom > after.top


def test_a_full_stop_moves_to_the_upper_right() -> None:
    before, stop, after = column("田。田", top=BOTTOM + 60)
    assert stop.left > AXIS
    assert before.bottom > middle(stop) > after.top


def test_two_figures_stand_upright_and_a_year_is_turned() -> None:
    one, two = column("12")
    assert middle(one) == pytest.approx(middle(two), abs=0.5)
    assert one.right <= two.left + 0.5
    year = column("2026")
    assert [centre(letter) for letter in year] == pytest.approx([AXIS] * 4, abs=0.5)
    assert sorted(map(middle, year), reverse=True) == list(map(middle, year))
