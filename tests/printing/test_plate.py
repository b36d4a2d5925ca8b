"""Door plates on paper: all kinds and sizes, stars that can be counted, nothing outside the cut."""

from dataclasses import replace

import pytest
from PIL import Image

from moralbank.boards.honour_sheets import PLATE_SIZES, Plate, PlateKind, PlateSheet
from moralbank.boards.plates import plates
from moralbank.boards.plating import plate_kind, plate_kinds
from tests.printing.paper import Paper

LONG = "阿卜杜拉·买买提·吐尔逊江别克力"
STARRED = plate_kind("shixing")


def sheet(*owners: Plate, size: str = "30x20", kind: PlateKind = STARRED) -> PlateSheet:
    return PlateSheet(
        kind=kind,
        size=PLATE_SIZES[size],
        plates=owners,
        village="哈拉道口镇羊圈湾村",
        organisation="羊圈湾村村民委员会",
        period="二〇二六年度",
    )


def dark(picture: Image.Image) -> int:
    """How many dots a black-and-white printer makes black."""
    return sum(picture.histogram()[:128])


@pytest.mark.parametrize("size", PLATE_SIZES)
def test_every_kind_stands_whole_within_the_cut(size: str) -> None:
    owners = (Plate("一组 012 号", "王䶮"), Plate("六组 042 号", LONG), Plate("二组 007 号", ""))
    stock = PLATE_SIZES[size].stock
    for kind in plate_kinds():
        printed = Paper(plates(sheet(*owners, size=size, kind=kind)))
        wide, high = stock.paper.width_mm, stock.paper.height_mm
        assert len(printed.texts) == -(-3 // stock.per_page)
        assert printed.sizes_mm[0] == pytest.approx((wide, high), abs=0.1)
        plain = "".join(printed.text.split())
        for words in (kind.title, "012号户主王䶮", LONG, "二〇二六年度", *kind.stars):
            assert words in plain
        assert plain.count("户主") == 2
        for letter in printed.letters():
            assert stock.left_mm + 5 < letter.left
            assert letter.right < stock.left_mm + stock.width_mm - 5


def test_stars_earned_are_filled_and_read_in_black_alone() -> None:
    ink = {}
    for count in (0, 3, 10):
        owner = Plate("", "", frozenset(range(count)))
        picture = next(Paper(plates(replace(sheet(owner), plain=True))).pictures(60))
        ink[count] = dark(picture)
    one = (ink[10] - ink[0]) / 10
    assert one > 100  # dots of one star
    assert ink[3] - ink[0] == pytest.approx(3 * one, rel=0.1)


def test_plain_plates_fill_no_ground() -> None:
    owner = Plate("一组 012 号", "杜仁森", frozenset({0}))
    shares = {}
    for plain in (False, True):
        picture = next(Paper(plates(replace(sheet(owner), plain=plain))).pictures(40))
        shares[plain] = dark(picture) / (picture.width * picture.height)
    assert shares[False] > 0.3
    assert shares[True] < 0.1


def test_no_more_than_was_asked_for_is_read_at_the_door() -> None:
    told: list[int] = []
    made = plates(sheet(Plate("", "", frozenset({1})), size="20x13"), told.append)
    assert told == [1]
    text = "".join(Paper(made).text.split())
    assert "号" not in text
    assert "户主" not in text
    assert made == plates(sheet(Plate("", "", frozenset({1})), size="20x13"))
