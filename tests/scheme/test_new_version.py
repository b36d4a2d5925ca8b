"""Adopting another version: what is allowed, what is refused, and what stays as it was."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.errors import Invalid
from moralbank.scheme import rules
from moralbank.scheme.models import CapMeasure, CapPer, CapPeriod
from moralbank.scheme.queries import Cap, Scheme, latest_scheme, scheme_on, versions
from moralbank.scheme.rules import NewItem, NewScheme, as_new_items
from moralbank.scheme.service import adopt
from tests.village import Town

MEETING = "2026 年第三次村民会议通过"
SNOW = NewItem("清扫积雪", "环境卫生", 2, 2, "次")


def _latest(town: Town) -> Scheme:
    with town.database.reading() as session:
        found = latest_scheme(session, town.village_id)
    assert found is not None
    return found


def _items(town: Town, **changes: dict[str, Any]) -> tuple[NewItem, ...]:
    """The last version's items, some of them changed, by name."""
    return tuple(
        replace(item, **changes.get(item.name, {})) for item in as_new_items(_latest(town))
    )


def _adopt(town: Town, items: tuple[NewItem, ...], **changes: Any) -> int:
    today = clock.today()
    wanted = replace(NewScheme(MEETING, today, today, items), **changes)
    with town.database.writing() as session:
        return adopt(session, town.actor(Role.ADMIN), wanted)


def test_a_new_version_changes_adds_and_retires(village: Town) -> None:
    doubled = _items(village, 志愿服务={"points_min": 2, "points_max": 2})
    kept = [item for item in doubled if item.name != "厚养薄葬"]
    assert _adopt(village, (*kept, SNOW)) == 2
    scheme = _latest(village)
    assert scheme.item("志愿服务").points_text == "2 分"
    assert scheme.item("志愿服务").number == 15
    assert scheme.item("清扫积雪").number == 46
    assert "厚养薄葬" not in {item.name for item in scheme.merits}
    assert (scheme.resolution, scheme.valid_from) == (MEETING, clock.today())


def test_the_old_version_holds_for_the_days_before(village: Town) -> None:
    _adopt(
        village,
        _items(village, 出义务工={"points_min": 5, "points_max": 5}),
        valid_from=clock.today() + timedelta(days=10),
    )
    with village.database.reading() as session:
        for day, points in ((0, 3), (9, 3), (10, 5)):
            shown = scheme_on(session, village.village_id, clock.today() + timedelta(days=day))
            assert shown.item("出义务工").points_min == points
        assert [one.version for one in versions(session, village.village_id)] == [2, 1]


def test_a_retired_number_is_never_given_again(village: Town) -> None:
    _adopt(village, (*_items(village), SNOW))
    without = tuple(item for item in _items(village) if item.name != SNOW.name)
    tomorrow = clock.today() + timedelta(days=1)
    _adopt(village, (*without, replace(SNOW, name="清扫河道")), valid_from=tomorrow)
    assert _latest(village).item("清扫河道").number == 47
    back = replace(SNOW, number=46)
    with pytest.raises(rules.NumberTaken):
        _adopt(village, (*_items(village), back), valid_from=tomorrow + timedelta(days=1))


@pytest.mark.parametrize(
    ("change", "refusal", "field"),
    [
        ({"resolution": " "}, rules.ResolutionInvalid, "resolution"),
        ({"resolution": "好" * 121}, rules.ResolutionInvalid, "resolution"),
        ({"adopted_on": "tomorrow"}, rules.AdoptedInFuture, "adopted_on"),
        ({"valid_from": "yesterday"}, rules.ActsBackwards, "valid_from"),
    ],
)
def test_resolutions_are_judged(
    hamlet: Town, change: dict[str, Any], refusal: type[Invalid], field: str
) -> None:
    days = {
        "tomorrow": clock.today() + timedelta(days=1),
        "yesterday": clock.today() - timedelta(days=1),
    }
    change = {name: days.get(value, value) for name, value in change.items()}
    with pytest.raises(refusal) as refused:
        _adopt(hamlet, (*_items(hamlet), SNOW), **change)
    assert refused.value.field == field
    assert _latest(hamlet).version == 1


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"name": ""}, rules.NameInvalid),
        ({"name": "雪" * 31}, rules.NameInvalid),
        ({"name": "15"}, rules.NameInvalid),
        ({"name": "志愿服务"}, rules.NameTwice),
        ({"category": "类" * 21}, rules.CategoryInvalid),
        ({"category": " "}, rules.CategoryInvalid),
        ({"points_min": 0}, rules.PointsInvalid),
        ({"points_min": 3}, rules.PointsInvalid),
        ({"points_max": 1001}, rules.PointsInvalid),
        ({"unit": ""}, rules.UnitInvalid),
        ({"unit": "次" * 13}, rules.UnitInvalid),
        ({"note": "明" * 121}, rules.NoteTooLong),
        ({"levels": (("村", 2),)}, rules.LevelsInvalid),
        ({"levels": (("村", 2), ("村", 2))}, rules.LevelsInvalid),
        ({"levels": (("村", 2), ("县" * 11, 2))}, rules.LevelsInvalid),
        ({"levels": (("村", 2), ("县", 9))}, rules.PointsInvalid),
        ({"cap": Cap(0, CapMeasure.TIMES, CapPeriod.MONTH)}, rules.CapInvalid),
        ({"cap": Cap(1, CapMeasure.POINTS, CapPeriod.MONTH)}, rules.CapInvalid),
        ({"cap": Cap(10_001, CapMeasure.TIMES, CapPeriod.YEAR)}, rules.CapInvalid),
        ({"number": 999}, rules.NumberTaken),
        ({"number": 15}, rules.NumberTaken),
        ({"number": 41}, rules.NumberTaken),
    ],
)
def test_items_are_judged(hamlet: Town, change: dict[str, Any], refusal: type[Invalid]) -> None:
    with pytest.raises(refusal):
        _adopt(hamlet, (*_items(hamlet), replace(SNOW, **change)))
    assert _latest(hamlet).version == 1


def test_a_version_needs_a_change_an_item_and_a_later_day(hamlet: Town) -> None:
    with pytest.raises(rules.Unchanged):
        _adopt(hamlet, _items(hamlet))
    with pytest.raises(rules.SchemeEmpty):
        _adopt(hamlet, ())
    with pytest.raises(rules.SchemeEmpty):
        _adopt(hamlet, tuple(item for item in _items(hamlet) if item.deduction))
    _adopt(hamlet, (*_items(hamlet), SNOW))
    with pytest.raises(rules.NotLater) as refused:
        _adopt(hamlet, (*_items(hamlet), replace(SNOW, name="清扫河道")))
    assert clock.today().isoformat() in refused.value.message


def test_caps_for_each_member_are_said_in_words() -> None:
    yearly = Cap(10, CapMeasure.POINTS, CapPeriod.YEAR, CapPer.MEMBER)
    assert yearly.text == "每人每年最多 10 分"
    assert Cap(50, CapMeasure.POINTS, CapPeriod.ONCE).text == "总共最多 50 分"


def test_a_village_sees_only_its_own_scheme(village: Town, found: Callable[[int], Town]) -> None:
    neighbour = found(150404103202)
    _adopt(village, (*_items(village), SNOW))
    assert _latest(neighbour).version == 1
    day = date(clock.today().year, 1, 1)
    with village.database.reading() as session:
        names = {item.name for item in scheme_on(session, neighbour.village_id, day).merits}
    assert SNOW.name not in names
