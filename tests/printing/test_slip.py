"""The counter's dockets: true sums, legible, on a roll as long as their content, on A5 twice."""

from dataclasses import replace
from datetime import datetime

import pytest

from moralbank.counter.pdf import amount, refund, slip
from moralbank.counter.slips import RefundSheet, SlipLine, SlipPaper, SlipSheet
from moralbank.money import yuan
from moralbank.villages import settings
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
    points_before=172,
    points_after=132,
    credit_before_fen=0,
    credit_after_fen=0,
    ledger_mark="账 1234 · ab12cd34",
    reprint=False,
)


TOLD = replace(
    SLIP, collector="杜小军", relation="邻居", proof="已输密码",
    warning="您有 35 分将在 2027 年 1 月 10 日清零，请在这之前兑换",
    refunded=("退货 TH20261121-0001，10 分",), points_used=36, points_after=136,
    credit_before_fen=450, credit_after_fen=50,
)  # fmt: skip
CROWDED = replace(
    TOLD, lines=(SlipLine(name="油" * 40, spec="特" * 20, quantity=999, price_fen=9999999),),
    head="古丽扎尔·买买提江·阿卜杜拉" * 2, shop="乡风文明积分超市" * 4, reprint=True,
)  # fmt: skip
LONG = replace(SLIP, lines=GOODS * 25)
REFUND = RefundSheet(
    shop=SLIP.shop,
    number="TH20261120-0003",
    slip_number=SLIP.number,
    at=SLIP.at,
    household=SLIP.household,
    head=SLIP.head,
    by="周桂兰",
    reason="毛巾大小不合适",
    lines=GOODS,
    written_off=(True, False),
    points_back=41,
    credit_back_fen=-100,
    points_after=173,
    credit_after_fen=0,
    ledger_mark=SLIP.ledger_mark,
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


@pytest.mark.parametrize(("paper", "times"), [("80", 1), ("58", 1), ("A5", 2)])
def test_every_paper_says_all_that_the_household_must_know(paper: str, times: int) -> None:
    text = joined(Paper(slip(TOLD, SlipPaper(paper))).text)
    for words in (
        "杜小军（邻居）", "已输密码", "36分=36.00元", "使用余额4.00元",  # 40.00 in all
        "现有余额0.50元", "您有35分将在2027年1月10日清零，请在这之前兑换",
        "TH20261121-0001", "签字/手印", "账1234·ab12cd34",
    ):  # fmt: skip
        assert text.count(words) == times, words


@pytest.mark.parametrize("paper", list(SlipPaper))
def test_a_refund_says_what_comes_back_and_what_was_spoiled(paper: SlipPaper) -> None:
    text = joined(Paper(refund(REFUND, paper)).text)
    for words in (
        "退货凭条", "TH20261120-0003", "DH20261120-0031", "海天酱油1.28L（已报损）",
        "退货合计40.00元", "退回积分41分", "收回找零1.00元", "现有积分173分", "毛巾大小不合适",
    ):  # fmt: skip
        assert words in text
    assert "75×35cm（已报损）" not in text


def test_the_papers_are_those_that_a_village_may_set() -> None:
    set_ = {settings.SLIP_80, settings.SLIP_58, settings.SLIP_A5}
    assert {paper.value for paper in SlipPaper} == set_


def test_two_parts_are_alike_and_carry_every_line_once() -> None:
    paper = Paper(slip(LONG, SlipPaper.A5))
    texts = [joined(text) for text in paper.texts]
    assert [text.count("存根联店方留存") for text in texts] == [1] * len(texts)
    assert [text.count("领取联交领取人") for text in texts] == [1] * len(texts)
    assert sum(text.count("海天酱油1.28L") for text in texts) == 2 * 25
    assert [text.count("签字/手印") for text in texts] == [0] * (len(texts) - 1) + [2]
    assert paper.codes(dpi=203) == [LONG.number] * 2
    upper = [letter for letter in paper.letters() if letter.bottom > 105]
    lower = [letter for letter in paper.letters() if letter.bottom <= 105]
    assert len(upper) == len(lower)


@pytest.mark.parametrize("sheet", [SLIP, TOLD, LONG, CROWDED])
def test_the_two_parts_keep_clear_of_their_edges_and_of_the_cut(sheet: SlipSheet) -> None:
    paper = Paper(slip(sheet, SlipPaper.A5))
    for page in range(len(paper.sizes_mm)):
        for letter in paper.letters(page):
            assert 9 < letter.left < letter.right < 139
            assert letter.bottom % 105 > 4
            assert letter.top % 105 < 101


def test_eight_goods_stand_on_one_half_and_more_fill_the_first_sheet() -> None:
    eight = replace(TOLD, lines=(GOODS[0],) * 8)
    assert len(Paper(slip(eight, SlipPaper.A5)).texts) == 1
    paper = Paper(slip(replace(eight, lines=(GOODS[0],) * 11), SlipPaper.A5))
    assert [joined(text).count("海天酱油") for text in paper.texts] == [2 * 10, 2]


@pytest.mark.parametrize("paper", list(SlipPaper))
def test_what_was_signed_on_the_screen_has_no_line_to_sign(paper: SlipPaper) -> None:
    text = Paper(slip(replace(SLIP, proof="已签名", signed=True), paper)).text
    assert "已签名" in text
    assert "签字/手印" not in text


def test_a_character_in_no_font_shows_a_box_with_its_pinyin() -> None:
    assert "王□yǎn" in joined(Paper(slip(replace(SLIP, head="王\ue863"))).text)


def test_a_second_copy_is_marked() -> None:
    paper = Paper(slip(replace(SLIP, reprint=True)))
    assert "补打" in joined(paper.text)


def test_the_code_is_the_number_at_the_printers_resolution() -> None:
    for paper in (SlipPaper.ROLL_80, SlipPaper.ROLL_58):
        assert Paper(slip(SLIP, paper)).codes(dpi=203) == ["DH20261120-0031"]


def test_the_roll_is_as_long_as_its_content() -> None:
    (short,) = Paper(slip(SLIP)).sizes_mm
    (long,) = Paper(slip(replace(SLIP, lines=GOODS * 20))).sizes_mm
    assert short[0] == long[0] == pytest.approx(80, abs=0.01)
    assert long[1] > short[1] + 150


@pytest.mark.parametrize(("paper", "edge", "width"), [("80", 4, 80), ("58", 5, 58)])
@pytest.mark.parametrize("sheet", [SLIP, TOLD, LONG, CROWDED])
def test_the_letters_stay_on_what_is_printable(
    sheet: SlipSheet, paper: str, edge: float, width: float
) -> None:
    printed = Paper(slip(sheet, SlipPaper(paper)))
    ((wide, height),) = printed.sizes_mm
    assert wide == pytest.approx(width, abs=0.01)
    letters = printed.letters()
    assert all(edge <= letter.left < letter.right <= width - edge for letter in letters)
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


@pytest.mark.parametrize("paper", list(SlipPaper))
def test_the_same_slip_gives_the_same_bytes(paper: SlipPaper) -> None:
    assert slip(TOLD, paper) == slip(TOLD, paper)
