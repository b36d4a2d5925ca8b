"""What a version of the scheme may be; each rule has its own words."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Final

from moralbank import clock
from moralbank.errors import Invalid
from moralbank.i18n import mark
from moralbank.scheme.models import CapMeasure
from moralbank.scheme.queries import Cap, Scheme

MOST_POINTS: Final = 1_000
MOST_CAP: Final = 10_000
MOST_ITEMS: Final = 200
LONGEST_NAME: Final = 30
LONGEST_CATEGORY: Final = 20
LONGEST_UNIT: Final = 12
LONGEST_NOTE: Final = 120
LONGEST_RESOLUTION: Final = 120
LONGEST_LEVEL: Final = 10


class ResolutionInvalid(Invalid):
    """The words of the resolution are 2 to 120 characters."""

    text = mark("请写明哪次会议通过的（2 到 120 个字），例如“2026 年第三次村民会议通过”")
    code = "resolution_invalid"


class AdoptedInFuture(Invalid):
    """A resolution that was not passed yet adopts nothing."""

    text = mark("通过日期不能晚于今天")
    code = "adopted_in_future"


class ActsBackwards(Invalid):
    """A rule never acts backwards."""

    text = mark("新细则不能管过去的事：生效日期最早是今天")
    code = "acts_backwards"


class NotLater(Invalid):
    """Versions follow each other."""

    text = mark("生效日期要晚于上一版的生效日期 %(day)s")
    code = "not_later"


class SchemeEmpty(Invalid):
    """A scheme has 1 to 200 items, and one of them gives points."""

    text = mark("细则要有 1 到 200 项，其中至少一项是加分的")
    code = "scheme_empty"


class NameInvalid(Invalid):
    """An item's name is 1 to 30 characters and no mere number."""

    text = mark("项目名称“%(name)s”不对：1 到 30 个字，不能只是数字")
    code = "item_name_invalid"


class NameTwice(Invalid):
    """Two items of one version can't have one name."""

    text = mark("有两项都叫“%(name)s”，请改一个名称")
    code = "item_name_twice"


class CategoryInvalid(Invalid):
    """A category's name is 1 to 20 characters."""

    text = mark("“%(name)s”的类别不对：1 到 20 个字")
    code = "category_invalid"


class PointsInvalid(Invalid):
    """Points are whole numbers from 1 to 1,000, the least first."""

    text = mark("“%(name)s”的分值不对：须是 1 到 1000 的整数，范围要从小到大")
    code = "points_invalid"


class LevelsInvalid(Invalid):
    """Levels are two or more different names, each with its points."""

    text = mark("“%(name)s”的等级不对：至少两级，名称不能重复，每级最多 10 个字")
    code = "levels_invalid"


class CapInvalid(Invalid):
    """A cap lets at least one deed through, and is at most 10,000."""

    text = mark("“%(name)s”的上限不对：至少要够记一次，最多 10000")
    code = "cap_invalid"


class UnitInvalid(Invalid):
    """A unit is 1 to 12 characters."""

    text = mark("“%(name)s”的单位不对：1 到 12 个字，例如 次、月、2 小时")
    code = "unit_invalid"


class NoteTooLong(Invalid):
    """A note is at most 120 characters."""

    text = mark("“%(name)s”的说明太长：最多 120 个字")
    code = "note_too_long"


class NumberTaken(Invalid):
    """A number belongs to one item for ever; deductions and merits can't change places."""

    text = mark("“%(name)s”用的编号 %(number)s 不是上一版里的同类项目，请作为新项目添加")
    code = "number_taken"


class Unchanged(Invalid):
    """A version that changes nothing needs no resolution."""

    text = mark("与上一版完全一样，不用另出一版")
    code = "scheme_unchanged"


@dataclass(frozen=True)
class NewItem:
    """An item as it shall be. `number` None makes a new one; else it goes on from the last version.

    `points_min`, `points_max` and `levels` as in `queries.Item`; where there are levels, the
    least and the most points must be theirs.
    """

    name: str
    category: str
    points_min: int
    points_max: int
    unit: str
    number: int | None = None
    levels: tuple[tuple[str, int], ...] = ()
    cap: Cap | None = None
    evidence: bool = False
    deduction: bool = False
    note: str = ""


@dataclass(frozen=True)
class NewScheme:
    """A version to be adopted; an item of the last version that isn't in `items` is retired."""

    resolution: str
    adopted_on: date
    valid_from: date
    items: tuple[NewItem, ...]


def as_new_items(scheme: Scheme) -> tuple[NewItem, ...]:
    """A version's items as the beginning of the next one."""
    return tuple(
        NewItem(
            number=item.number,
            category=item.category_name,
            name=item.name,
            points_min=item.points_min,
            points_max=item.points_max,
            levels=item.levels,
            unit=item.unit,
            cap=item.cap,
            evidence=item.evidence,
            deduction=item.deduction,
            note=item.note,
        )
        for item in (*scheme.merits, *scheme.deductions)
    )


def check_resolution(wanted: NewScheme, last: Scheme | None) -> None:
    """Adopted by words, not tomorrow, and not for the past nor before the last version."""
    if not 2 <= len(wanted.resolution.strip()) <= LONGEST_RESOLUTION:  # noqa: PLR2004 - in words
        raise ResolutionInvalid(field="resolution")
    if wanted.adopted_on > clock.today():
        raise AdoptedInFuture(field="adopted_on")
    if wanted.valid_from < clock.today():
        raise ActsBackwards(field="valid_from")
    if last is not None and wanted.valid_from <= last.valid_from:
        raise NotLater(field="valid_from", day=last.valid_from.isoformat())


def check_items(items: tuple[NewItem, ...]) -> None:
    """Each item is whole, and no two have one name."""
    if not 1 <= len(items) <= MOST_ITEMS or all(item.deduction for item in items):
        raise SchemeEmpty(field="items")
    for item in items:
        _check_item(item)
    for name, times in Counter(item.name for item in items).items():
        if times > 1:
            raise NameTwice(field="name", name=name)


def _check_item(item: NewItem) -> None:
    name = item.name
    if not 1 <= len(name) <= LONGEST_NAME or name != name.strip() or name.isdecimal():
        raise NameInvalid(field="name", name=name)
    if not 1 <= len(item.category.strip()) <= LONGEST_CATEGORY:
        raise CategoryInvalid(field="category", name=name)
    if not 1 <= item.points_min <= item.points_max <= MOST_POINTS:
        raise PointsInvalid(field="points", name=name)
    if not 1 <= len(item.unit.strip()) <= LONGEST_UNIT:
        raise UnitInvalid(field="unit", name=name)
    if len(item.note) > LONGEST_NOTE:
        raise NoteTooLong(field="note", name=name)
    if item.levels:
        _check_levels(item)
    if item.cap is not None:
        _check_cap(item, item.cap)


def _check_levels(item: NewItem) -> None:
    names = [name for name, _points in item.levels]
    points = [points for _name, points in item.levels]
    if len(set(names)) != len(names) or len(names) == 1:
        raise LevelsInvalid(field="points", name=item.name)
    if not all(1 <= len(name) <= LONGEST_LEVEL for name in names):
        raise LevelsInvalid(field="points", name=item.name)
    if (min(points), max(points)) != (item.points_min, item.points_max):
        raise PointsInvalid(field="points", name=item.name)


def _check_cap(item: NewItem, cap: Cap) -> None:
    least = item.points_min if cap.measure is CapMeasure.POINTS else 1
    if not least <= cap.amount <= MOST_CAP:
        raise CapInvalid(field="cap", name=item.name)


def check_succession(items: tuple[NewItem, ...], last: Scheme) -> None:
    """Numbers go on from the last version, each for the same kind of thing, each once."""
    before = {item.number: item for item in (*last.merits, *last.deductions)}
    kept = [item for item in items if item.number is not None]
    times = Counter(item.number for item in kept)
    for item in kept:
        known = before.get(item.number or 0)
        if known is None or known.deduction != item.deduction or times[item.number] > 1:
            raise NumberTaken(field="items", name=item.name, number=item.number)
    if set(items) == set(as_new_items(last)):
        raise Unchanged(field="items")
