"""Caps: by month, quarter, year and once; times and points; households and members."""

from datetime import date

import pytest

from moralbank import clock
from moralbank.awards import caps
from moralbank.awards.caps import period_around, period_words
from moralbank.scheme.models import CapPeriod
from tests.awards.deeds import DU, WANG, Deeds, on, one_engine

YEAR = clock.today().year


def test_points_in_a_month(deeds: Deeds) -> None:
    for day in (1, 8, 15):
        with on(YEAR, 11, day):
            deeds.record(DU, "参加集体清扫")
    with on(YEAR, 11, 20):
        with pytest.raises(caps.CapRefused) as refused:
            deeds.record(DU, "参加集体清扫", quantity=2)
        assert refused.value.message == "本月还可再得 2 分（上限 8 分），这次是 4 分"
        deeds.record(DU, "参加集体清扫")
        with pytest.raises(caps.CapRefused) as refused:
            deeds.record(DU, "参加集体清扫", note="又扫一遍")
        assert refused.value.message == "本月已得 8 分，达到上限 8 分"
        deeds.record(WANG, "参加集体清扫")
    with on(YEAR, 12, 1):
        deeds.record(DU, "参加集体清扫")


@one_engine
def test_times_in_a_month_count_the_month_of_the_deed(deeds: Deeds) -> None:
    with on(YEAR, 11, 2):
        deeds.record(DU, "庭院清洁达标", deed_on=date(YEAR, 10, 31))
        deeds.record(DU, "庭院清洁达标")
        with pytest.raises(caps.CapRefused) as refused:
            deeds.record(DU, "庭院清洁达标", deed_on=date(YEAR, 10, 1))
        assert refused.value.message == f"{YEAR} 年 10 月已记 1 次，达到上限 1 次"
        with pytest.raises(caps.CapRefused) as refused:
            deeds.record(WANG, "庭院清洁达标", quantity=2)
        assert refused.value.message == "本月还可再记 1 次（上限 1 次），这次是 2 次"


@one_engine
def test_quarters(deeds: Deeds) -> None:
    with on(YEAR, 9, 30):
        deeds.record(DU, "回收地膜、农药瓶", quantity=3)
    with on(YEAR, 10, 1):
        deeds.record(DU, "回收地膜、农药瓶", quantity=3)
        with pytest.raises(caps.CapRefused) as refused:
            deeds.record(DU, "回收地膜、农药瓶", note="再送")
        assert refused.value.message == "本季度已得 6 分，达到上限 6 分"
        with pytest.raises(caps.CapRefused) as refused:
            deeds.record(DU, "回收地膜、农药瓶", deed_on=date(YEAR, 7, 1))
        assert refused.value.message == f"{YEAR} 年第 3 季度已得 6 分，达到上限 6 分"


@one_engine
def test_years(deeds: Deeds) -> None:
    with on(YEAR, 6, 1):
        deeds.record(DU, "参加技术培训", quantity=5)
        deeds.record(DU, "入社履约", deed_on=date(YEAR - 1, 12, 31))
        deeds.record(DU, "入社履约")
        with pytest.raises(caps.CapRefused) as refused:
            deeds.record(DU, "参加技术培训", note="第六次")
        assert refused.value.message == "今年已记 5 次，达到上限 5 次"
        with pytest.raises(caps.CapRefused) as refused:
            deeds.record(DU, "入社履约", deed_on=date(YEAR - 1, 11, 1))
        assert refused.value.message == f"{YEAR - 1} 年已记 1 次，达到上限 1 次"


@one_engine
def test_once_is_once(deeds: Deeds) -> None:
    with on(YEAR, 1, 5):
        deeds.record(DU, "返乡创业", note="回村开了豆腐坊")
    with on(YEAR, 11, 20):
        with pytest.raises(caps.CapRefused) as refused:
            deeds.record(DU, "返乡创业", note="又开一家")
        assert refused.value.message == "这一项已记 1 次，达到上限 1 次"


@one_engine
def test_caps_of_each_member(deeds: Deeds) -> None:
    son, daughter = deeds.add_member(DU, "杜小军"), deeds.add_member(DU, "杜小梅")
    said = {"points_each": 20, "note": "录取通知书"}
    deeds.record(DU, "子女考学", member_id=son, **said)
    deeds.record(DU, "子女考学", member_id=daughter, **said)
    with pytest.raises(caps.CapRefused) as refused:
        deeds.record(DU, "子女考学", member_id=son, points_each=30, note="另一张")
    assert "达到上限 1 次" in refused.value.message
    deeds.record(WANG, "子女考学", **said)
    with pytest.raises(caps.WhoIsIt):
        deeds.record(WANG, "子女考学", points_each=10, note="老二的通知书")


def test_what_was_refused_or_taken_back_counts_no_more(deeds: Deeds) -> None:
    first = deeds.record(DU, "庭院清洁达标")
    deeds.refuse(first, "院里还堆着柴")
    second = deeds.record(DU, "庭院清洁达标")
    deeds.approve(second)
    deeds.reverse(second, "记到别人家了")
    assert deeds.record(DU, "庭院清洁达标") not in {first, second}


@pytest.mark.parametrize(
    ("period", "day", "first", "last"),
    [
        (CapPeriod.MONTH, date(2028, 2, 29), date(2028, 2, 1), date(2028, 2, 29)),
        (CapPeriod.QUARTER, date(2026, 12, 31), date(2026, 10, 1), date(2026, 12, 31)),
        (CapPeriod.QUARTER, date(2026, 4, 1), date(2026, 4, 1), date(2026, 6, 30)),
        (CapPeriod.YEAR, date(2026, 7, 1), date(2026, 1, 1), date(2026, 12, 31)),
        (CapPeriod.ONCE, date(2026, 7, 1), date.min, date.max),
    ],
)
def test_periods(period: CapPeriod, day: date, first: date, last: date) -> None:
    assert period_around(period, day) == (first, last)


def test_periods_in_words() -> None:
    with on(YEAR, 11, 20):
        assert period_words(CapPeriod.MONTH, clock.today()) == "本月"
        assert period_words(CapPeriod.QUARTER, date(YEAR, 10, 1)) == "本季度"
        assert period_words(CapPeriod.YEAR, date(YEAR, 1, 1)) == "今年"
        assert period_words(CapPeriod.MONTH, date(YEAR - 1, 11, 20)) == f"{YEAR - 1} 年 11 月"
