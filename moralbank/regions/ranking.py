"""Places of villages: what they are compared by, and who shares a place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from moralbank.boards.models import Ties
from moralbank.i18n import _, mark
from moralbank.regions.figures import Figures, VillageFigures, decimals
from moralbank.regions.queries import Comparison
from moralbank.regions.sheets import RankingLine, RankingSheet


class Measure(StrEnum):
    """What villages are compared by; all are told in proportion to their size."""

    POINTS = "points"
    SHARE = "share"
    DEEDS = "deeds"
    USED = "used"


@dataclass(frozen=True)
class MeasureWords:
    """How a measure is called, counted, and reckoned; `figure` is a property of Figures.

    Its value is a whole number scaled by `digits` decimals; `head` says over a column what it is
    and in which unit.
    """

    label: str
    title: str
    head: str
    rule: str
    figure: str
    digits: int


MEASURES: Final = {
    Measure.POINTS: MeasureWords(
        mark("户均入账积分"),
        mark("户均积分榜"),
        mark("户均（分）"),
        mark("户均入账积分 = 本期做的、已经公示入账的加分 ÷ 参加的户数，扣分不在内。"),
        "points_each",
        1,
    ),
    Measure.SHARE: MeasureWords(
        mark("参与率"),
        mark("群众参与榜"),
        mark("参与率（%）"),
        mark("参与率 = 本期有好事入账的户数 ÷ 参加的户数。"),
        "share",
        1,
    ),
    Measure.DEEDS: MeasureWords(
        mark("户均好事"),
        mark("好人好事榜"),
        mark("户均（件）"),
        mark("户均好事 = 本期做的、已经公示入账的好事件数 ÷ 参加的户数。"),
        "deeds_each",
        2,
    ),
    Measure.USED: MeasureWords(
        mark("兑换率"),
        mark("积分兑换榜"),
        mark("兑换率（%）"),
        mark(
            "兑换率 = 本期兑换用掉的积分（已减退货）÷ 本期入账的积分；"
            "以前攒的也可以用，所以可以超过 100%。"
        ),
        "used_share",
        1,
    ),
}
TIES: Final = {
    Ties.COMPETITION: mark("相同的并列，后面的名次空出来（1、2、2、4）。"),
    Ties.DENSE: mark("相同的并列，名次连着排（1、2、2、3）。"),
}
"""What becomes of equal villages; the other ways of boards are for people."""


@dataclass(frozen=True)
class Placed:
    """A village with its place; `value` is its measure as it is written."""

    rank: int
    village: VillageFigures
    value: str


@dataclass(frozen=True)
class Ranking:
    """Villages by one measure, and those that can't be compared by it."""

    measure: Measure
    ties: Ties
    places: tuple[Placed, ...]
    outside: tuple[VillageFigures, ...]

    @property
    def words(self) -> MeasureWords:
        """How its measure is called."""
        return MEASURES[self.measure]

    @property
    def rule(self) -> str:
        """How places were decided, for whoever wants to reckon again."""
        said = [_(self.words.rule), _("按写出来的数比，"), _(TIES[self.ties])]
        if self.outside:
            said.append(_("有 %(n)s 个村没有数可比，不排名。", n=len(self.outside)))
        return "".join(said)


def ranked(villages: Iterable[VillageFigures], measure: Measure, ties: Ties) -> Ranking:
    """The villages by a measure, the most first; equal are those whose written figures are.

    Villages that went elsewhere, without households, or without any points to compare with stand
    outside.
    """
    compared: list[tuple[int, VillageFigures]] = []
    outside: list[VillageFigures] = []
    for one in villages:
        value = measured(one.figures, measure)
        if value is None or one.left_at is not None:
            outside.append(one)
        else:
            compared.append((value, one))
    compared.sort(key=lambda pair: (-pair[0], pair[1].id))
    return Ranking(measure, ties, tuple(_places(compared, measure, ties)), tuple(outside))


def measured(figures: Figures, measure: Measure) -> int | None:
    """A measure's scaled value; None where there is nothing to compare with."""
    found: int | None = getattr(figures, MEASURES[measure].figure)
    return found


def ranking_sheet(told: Comparison, found: Ranking, day: date) -> RankingSheet:
    """The places of an office's villages as a sheet; of one town's in its name."""
    of_town = {one.name for one in told.towns} if told.town_id else set()
    return RankingSheet(
        region=told.office.region,
        office=next(iter(of_town), told.office.name),
        title=_(found.words.title),
        period=told.period.label,
        measure=_(found.words.head),
        rule=found.rule,
        has_towns=told.office.has_towns and not told.town_id,
        lines=tuple(map(_line, found.places)),
        day=day,
    )


def _places(
    compared: Sequence[tuple[int, VillageFigures]], measure: Measure, ties: Ties
) -> Iterable[Placed]:
    place, last = 0, None
    for position, (value, one) in enumerate(compared, start=1):
        if value != last:
            place = place + 1 if ties is Ties.DENSE else position
        last = value
        yield Placed(place, one, decimals(value, MEASURES[measure].digits))


def _line(placed: Placed) -> RankingLine:
    one = placed.village
    return RankingLine(
        rank=placed.rank,
        village=one.name,
        town=one.town,
        households=one.figures.standing.households,
        earning=one.figures.activity.earning,
        deeds=one.figures.activity.deeds,
        points=one.figures.activity.points,
        value=placed.value,
        mark=one.mark,
    )
