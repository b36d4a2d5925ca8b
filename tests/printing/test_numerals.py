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
    ],
)
def test_numbers_are_counted_in_words(number: int, words: str) -> None:
    assert numerals.counted(number) == words


@pytest.mark.parametrize("number", [-1, 10_000])
def test_numbers_beyond_the_words_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match=str(number)):
        numerals.counted(number)


def test_dates_of_formal_paper() -> None:
    assert numerals.full_date(date(2026, 11, 20)) == "二〇二六年十一月二十日"
    assert numerals.full_date(date(2030, 1, 1)) == "二〇三〇年一月一日"
    assert numerals.month(2026, 10) == "二〇二六年十月"
    assert numerals.quarter(2026, 4) == "二〇二六年第四季度"
