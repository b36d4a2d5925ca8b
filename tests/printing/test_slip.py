"""The counter slip: true sums, legible, and as long as its content."""

from dataclasses import replace
from datetime import datetime

import pytest

from moralbank.counter.pdf import amount, slip
from moralbank.counter.slips import SlipLine, SlipSheet
from moralbank.money import yuan
from tests.printing.paper import Paper

GOODS = (
    SlipLine(name="海天酱油", spec="1.28L", quantity=1, price_fen=1500),
    SlipLine(name="毛巾（加厚纯棉，吸水型，家庭装）", spec="75×35cm", quantity=2, price_fen=1250),
)
SLIP = SlipSheet(
    shop="桃源村积分超市",
    number="DH20261120-0031",
    at=datetime(2026, 11, 20, 10, 32),  # noqa: DTZ001 - a slip shows local time
    household="六组 042 号",
    head="王䶮",
    collector="户主本人",
    cashier="店员 02",
    lines=GOODS,
    rate_fen=100,
    points_used=40,
    credit_used_fen=0,
    points_before=172,
    points_after=132,
    credit_before_fen=0,
    credit_after_fen=0,
    ledger_mark="账 1234 · ab12cd34",
    reprint=False,
)


def joined(text: str) -> str:
    return "".join(text.split())


def test_the_slip_says_who_took_what_for_how_much() -> None:
    text = joined(Paper(slip(SLIP)).text)
    for words in (
        "桃源村积分超市", "DH20261120-0031", "2026-11-20", "10:32", "王䶮", "六组042号",
        "1×15.00=15.00", "2×12.50=25.00", "40.00元=40分", "172分", "132分", "账1234·ab12cd34",
    ):  # fmt: skip
        assert words in text
    assert "补打" not in text
    assert "余额" not in text


def test_credit_is_shown_where_there_is_some() -> None:
    credit = {"credit_used_fen": 450, "credit_before_fen": 450, "credit_after_fen": 50}
    text = joined(Paper(slip(replace(SLIP, points_used=36, points_after=136, **credit))).text)
    assert "36分=36.00元" in text
    assert "使用余额4.50元" in text
    assert "找回余额0.50元" in text  # 36.00 + 4.50 = 40.00 + 0.50
    assert "现有余额0.50元" in text


def test_a_character_in_no_font_shows_a_box_with_its_pinyin() -> None:
    assert "王□zhé" in joined(Paper(slip(replace(SLIP, head="王𪚥"))).text)


def test_a_second_copy_is_marked() -> None:
    paper = Paper(slip(replace(SLIP, reprint=True)))
    assert "补打" in joined(paper.text)


def test_the_code_is_the_number_at_the_printers_resolution() -> None:
    assert Paper(slip(SLIP)).codes(dpi=203) == ["DH20261120-0031"]


def test_the_roll_is_as_long_as_its_content() -> None:
    (short,) = Paper(slip(SLIP)).sizes_mm
    (long,) = Paper(slip(replace(SLIP, lines=GOODS * 20))).sizes_mm
    assert short[0] == long[0] == pytest.approx(80, abs=0.01)
    assert long[1] > short[1] + 150


@pytest.mark.parametrize("sheet", [
    SLIP,
    replace(SLIP, lines=GOODS * 20),
    replace(SLIP, head="古丽扎尔·买买提江·阿卜杜拉" * 2, shop="乡风文明积分超市" * 4, reprint=True),
    replace(SLIP, lines=(SlipLine(name="油" * 60, spec="", quantity=999, price_fen=9999999),)),
])  # fmt: skip
def test_the_letters_stay_on_the_printable_72_mm(sheet: SlipSheet) -> None:
    paper = Paper(slip(sheet))
    ((_width, height),) = paper.sizes_mm
    letters = paper.letters()
    assert all(4 <= letter.left < letter.right <= 76 for letter in letters)
    assert all(6 < letter.bottom < letter.top < height - 3 for letter in letters)


def test_it_is_black_only() -> None:
    picture = next(Paper(slip(SLIP)).pictures(dpi=203))
    greys = picture.histogram()
    # Grey is left only where a letter's edge crosses a dot.
    assert sum(greys[64:192]) < 0.03 * sum(greys)


def test_amounts_are_yuan_and_points_only_where_exact() -> None:
    assert yuan(5) == "0.05"
    assert yuan(-450) == "-4.50"
    assert amount(300, 100) == "3.00 元 = 3 分"
    assert amount(350, 100) == "3.50 元"
    assert amount(50, 25) == "0.50 元 = 2 分"


def test_the_same_slip_gives_the_same_bytes() -> None:
    assert slip(SLIP) == slip(SLIP)
