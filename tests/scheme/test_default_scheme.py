"""The scheme that every village starts with."""

from datetime import date

import pytest

from moralbank import clock
from moralbank.scheme.queries import (
    ItemUnknown,
    NoScheme,
    Scheme,
    VersionUnknown,
    scheme_on,
    scheme_version,
)
from tests.village import Town


def _scheme(town: Town) -> Scheme:
    with town.database.reading() as session:
        return scheme_on(session, town.village_id, clock.today())


def test_it_has_six_categories_forty_items_and_five_deductions(village: Town) -> None:
    scheme = _scheme(village)
    assert [(category.name, len(category.items)) for category in scheme.categories] == [
        ("环境卫生", 8),
        ("产业发展", 6),
        ("热心公益", 8),
        ("孝老爱亲", 7),
        ("移风易俗", 5),
        ("遵纪守法", 6),
    ]
    assert [item.number for item in scheme.merits] == list(range(1, 41))
    assert [(item.name, item.points_text) for item in scheme.deductions] == [
        ("乱倒垃圾", "−2 分"),
        ("占道堆放", "−2 分"),
        ("焚烧秸秆", "−5 分"),
        ("大操大办", "−10 分"),
        ("失信不履约", "−5 分"),
    ]
    assert all(item.evidence for item in scheme.deductions)
    assert "待村民会议表决" in scheme.resolution


@pytest.mark.parametrize(
    ("name", "points", "unit", "cap"),
    [
        ("庭院清洁达标", "3 分", "月", "每月最多 1 次"),
        ("评为清洁户", "5 分", "季度", "每季最多 1 次"),
        ("参加集体清扫", "2 分", "人次", "每月最多 8 分"),
        ("植树绿化", "3 分", "次", ""),
        ("返乡创业", "20 分", "次", "只计 1 次"),
        ("志愿服务", "1 分", "2 小时", "每月最多 10 分"),
        ("拾金不昧", "1–5 分", "次", ""),
        ("子女考学", "10–30 分", "人", "每人只计 1 次"),
        ("政策宣讲", "1 分", "次", "每年最多 6 次"),
        ("参军立功", "20–50 分", "次", ""),
        ("受到表彰", "村 3、镇 5、县 15、市 20、省 30、国 50 分", "次", ""),
    ],
)
def test_items_read_as_villagers_would_read_them(
    hamlet: Town, name: str, points: str, unit: str, cap: str
) -> None:
    item = _scheme(hamlet).item(name)
    assert (item.points_text, item.unit, item.cap_text) == (points, unit, cap)


def test_items_are_found_by_name_or_number(hamlet: Town) -> None:
    scheme = _scheme(hamlet)
    assert scheme.item(15).name == scheme.item("15").name == scheme.item("志愿服务").name
    for unknown in ("志愿", "0", "46", "-1"):
        with pytest.raises(ItemUnknown):
            scheme.item(unknown)


def test_it_holds_from_last_new_year_so_that_last_years_deeds_can_be_written_up(
    village: Town,
) -> None:
    first = date(clock.today().year - 1, 1, 1)
    assert _scheme(village).valid_from == first
    with village.database.reading() as session:
        assert scheme_on(session, village.village_id, first).version == 1
        with pytest.raises(NoScheme):
            scheme_on(session, village.village_id, date(first.year - 1, 12, 31))


def test_versions_that_never_were_are_unknown(village: Town) -> None:
    with village.database.reading() as session:
        for number in (2, 10**30):
            with pytest.raises(VersionUnknown):
                scheme_version(session, village.village_id, number)
