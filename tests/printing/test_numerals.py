"""Chinese numerals and dates."""

from datetime import date

import pytest

from moralbank.printing import numerals


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "〇"),
        (3, "三"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (31, "三十一"),
        (100, "一百"),
        (105, "一百〇五"),
        (110, "一百一十"),
        (1005, "一千〇五"),
        (2026, "二千〇二十六"),
        (9999, "九千九百九十九"),
        (10_000, "一万"),
        (10_500, "一万〇五百"),
        (12_345, "一万二千三百四十五"),
        (100_000, "十万"),
        (1_010_000, "一百〇一万"),
        (100_000_020, "一亿〇二十"),
        (10**12 - 1, "九千九百九十九亿九千九百九十九万九千九百九十九"),
    ],
)
def test_numbers_are_counted_in_words(number: int, words: str) -> None:
    assert numerals.counted(number) == words


@pytest.mark.parametrize("number", [-1, 10**12])
def test_numbers_beyond_the_words_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match=str(number)):
        numerals.counted(number)


def test_dates_of_formal_paper() -> None:
    assert numerals.full_date(date(2026, 11, 20)) == "二〇二六年十一月二十日"
    assert numerals.full_date(date(2030, 1, 1)) == "二〇三〇年一月一日"
    assert numerals.formal_date(date(2026, 10, 11), arabic=False) == "二〇二六年十月十一日"
    assert numerals.formal_date(date(2026, 10, 11), arabic=True) == "2026年10月11日"
    assert numerals.month(2026, 10) == "二〇二六年十月"
    assert numerals.quarter(2026, 4) == "二〇二六年第四季度"


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        # The examples of 正确填写票据和结算凭证的基本规定, and amounts of the village.
        (140_950, "人民币壹仟肆佰零玖元伍角整"),
        (600_714, "人民币陆仟零柒元壹角肆分"),
        (1_640_902, "人民币壹万陆仟肆佰零玖元零贰分"),
        (32_504, "人民币叁佰贰拾伍元零肆分"),
        (120_000, "人民币壹仟贰佰元整"),
        (1_000, "人民币壹拾元整"),
        (0, "人民币零元整"),
        (5, "人民币伍分"),
        (10_000_005, "人民币壹拾万元零伍分"),
        (10_000_000_100, "人民币壹亿零壹元整"),
        (-450, "人民币负肆元伍角整"),
    ],
)
def test_amounts_in_capitals(fen: int, words: str) -> None:
    assert numerals.amount_words(fen) == words


def test_an_amount_beyond_the_capitals_is_refused() -> None:
    assert numerals.amount_words(10**14 - 1).startswith("人民币玖仟玖佰玖拾玖亿")
    with pytest.raises(ValueError, match="beyond"):
        numerals.amount_words(10**14)
