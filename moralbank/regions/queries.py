"""Reading what an office sees: its towns and villages with their figures, one village's months."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import bindparam, func, select
from sqlmodel import Session

from moralbank import clock
from moralbank.access.models import User
from moralbank.boards.periods import Period, read_period
from moralbank.errors import NotFound
from moralbank.fund.reckoning import Position
from moralbank.i18n import mark
from moralbank.ledger.chain import printed_mark
from moralbank.prepared import Prepared
from moralbank.regions import activity, sums
from moralbank.regions.activity import Spans
from moralbank.regions.figures import (
    Activity,
    Figures,
    Standing,
    TownFigures,
    VillageFigures,
    together,
)
from moralbank.regions.names import region_name
from moralbank.regions.sums import Scope
from moralbank.villages.codes import DIGITS, Level, above, level_of, reach
from moralbank.villages.models import SettingRow, Village
from moralbank.villages.queries import VillageUnknown
from moralbank.villages.settings import TOWN

MONTHS: Final = 12
"""So many months of one village are shown, the present one included."""

_villages = Village.__table__  # type: ignore[attr-defined]
_settings = SettingRow.__table__  # type: ignore[attr-defined]
_users = User.__table__  # type: ignore[attr-defined]


class OfficeUnknown(NotFound):
    """No office has this code."""

    text = mark("还没有开过代码为 %(office)s 的乡镇或县区，用 regions open 开")
    code = "office_unknown"


class TownUnknown(NotFound):
    """The office has no such town below it."""

    text = mark("没有这个乡镇，或者不归您这里管")
    code = "town_unknown"


@dataclass(frozen=True)
class OfficeInfo:
    """An office; `region` is the province, city and county that it lies in or is."""

    id: int
    name: str
    region: str

    @property
    def has_towns(self) -> bool:
        """Whether there are towns between it and its villages."""
        return level_of(self.id) > Level.TOWN

    @property
    def full_name(self) -> str:
        """Its name behind its region; a county's own name is said once."""
        return self.region.removesuffix(self.name) + self.name


@dataclass(frozen=True)
class OfficeRow:
    """An office as it is listed: with how many people, and over how many villages."""

    office: OfficeInfo
    users: int
    villages: int


@dataclass(frozen=True)
class Comparison:
    """All villages of an office, or of its town `town_id`, over a period; in the order of codes."""

    office: OfficeInfo
    period: Period
    town_id: int | None
    villages: tuple[VillageFigures, ...]

    @property
    def figures(self) -> Figures:
        """All villages together."""
        return together(one.figures for one in self.villages)

    @property
    def towns(self) -> tuple[TownFigures, ...]:
        """The same town by town."""
        by_town: dict[int, list[VillageFigures]] = defaultdict(list)
        for one in self.villages:
            by_town[one.town_id].append(one)
        return tuple(
            TownFigures(town, own[0].town, len(own), together(one.figures for one in own))
            for town, own in by_town.items()
        )

    @property
    def noted(self) -> tuple[VillageFigures, ...]:
        """Villages that somebody should ask after, those with most signs first."""
        return tuple(
            sorted((one for one in self.villages if one.signs), key=lambda one: -len(one.signs))
        )


@dataclass(frozen=True)
class VillageMonths:
    """One village today, and what happened month by month, the oldest first."""

    village: VillageFigures
    region: str
    months: tuple[tuple[Period, Activity], ...]


_OFFICE: Final = Prepared(
    select(_villages.c.id, _villages.c.name).where(_villages.c.id == bindparam("office"))
)


def office(session: Session, office_id: int) -> OfficeInfo:
    """An office; raises OfficeUnknown, also for a village's code."""
    session.flush()  # one that was opened in this very transaction
    known = _OFFICE.first(session, office=office_id)
    if known is None or level_of(office_id) is Level.VILLAGE:
        raise OfficeUnknown(office=office_id)
    return OfficeInfo(known.id, known.name, region_name(known.id))


def offices(session: Session) -> list[OfficeRow]:
    """Every office of the installation, in the order of codes: two statements."""
    people = func.count(_users.c.id)
    rows = session.connection().execute(
        select(_villages, people.label("people"))
        .outerjoin(_users, _users.c.village_id == _villages.c.id)
        .group_by(_villages.c.id)
        .order_by(_villages.c.id)
    )
    known = list(rows)
    codes = [row.id for row in known if level_of(row.id) is Level.VILLAGE]
    return [
        OfficeRow(
            OfficeInfo(row.id, row.name, region_name(row.id)),
            row.people,
            sum(reach(row.id)[0] <= code <= reach(row.id)[1] for code in codes),
        )
        for row in known
        if level_of(row.id) is not Level.VILLAGE
    ]


def comparison(
    session: Session, office_id: int, period: Period, town_id: int | None = None
) -> Comparison:
    """What an office sees of its villages, or of those of one of its towns.

    The number of statements doesn't grow with villages. Raises OfficeUnknown, TownUnknown.
    """
    seen = office(session, office_id)
    scope = _scope(office_id, town_id)
    return Comparison(seen, period, town_id, tuple(_villages_in(session, scope, period)))


def village_months(session: Session, office_id: int, code: str) -> VillageMonths:
    """One village of an office with its last months; raises VillageUnknown for any other."""
    village_id = _village_of(office_id, code)
    scope, spans = Scope(village_id, village_id), last_months(clock.today())
    found = _villages_in(session, scope, _year_to(spans))
    if not found:
        raise VillageUnknown(village=code)
    done = _activities(session, scope, spans)
    months = tuple((span, done[village_id, place]) for place, span in enumerate(spans))
    return VillageMonths(found[0], region_name(village_id), months)


def last_months(today: date) -> list[Period]:
    """The last twelve months, the present one last."""
    present = today.year * 12 + today.month - 1
    counted = (divmod(present - back, 12) for back in range(MONTHS - 1, -1, -1))
    return [read_period(f"{year}-{month + 1:02d}") for year, month in counted]


def _year_to(spans: Spans) -> Period:
    """All the months together, as one period."""
    first, last = spans[0], spans[-1]
    return Period(f"{first.text}/{last.text}", first.first, last.last)


def _scope(office_id: int, town_id: int | None) -> Scope:
    """The codes that an office sees; of a town those that lie in both. Raises TownUnknown."""
    first, last = reach(office_id)
    if town_id is None:
        return Scope(first, last)
    if not first <= town_id <= last or level_of(town_id) is not Level.TOWN:
        raise TownUnknown
    return Scope(*reach(town_id))


def _village_of(office_id: int, code: str) -> int:
    """The village's code, if it is one and lies in the office's reach; raises VillageUnknown."""
    first, last = reach(office_id)
    written = code.isascii() and code.isdecimal() and len(code) == DIGITS
    if not written or not first <= int(code) <= last or level_of(int(code)) is not Level.VILLAGE:
        raise VillageUnknown(village=code[:DIGITS])
    return int(code)


def _villages_in(session: Session, scope: Scope, period: Period) -> list[VillageFigures]:
    """Each village of a scope with its figures."""
    rows = sums.books(session, scope)
    hung = sums.notices(session, scope)
    standings = _standings(session, scope, rows, hung)
    activities = _activities(session, scope, [period])
    towns = _town_names(session, scope)
    return [
        VillageFigures(
            id=row.id,
            name=row.name,
            town_id=above(row.id, Level.TOWN),
            town=towns.get(above(row.id, Level.TOWN), ""),
            opened_on=clock.local(row.opened_at).date(),
            mark=printed_mark(row.seq, row.hash),
            last_notice=hung[row.id].newest if row.id in hung else None,
            last_event=row.at,
            left_at=row.left_at,
            figures=Figures(standings[row.id], activities[row.id, 0]),
        )
        for row in rows
    ]


def _standings(
    session: Session, scope: Scope, rows: Sequence[Any], hung: Mapping[int, Any]
) -> Mapping[int, Standing]:
    """How each village stands today; `hung` are its notices."""
    households, held = sums.households(session, scope), sums.balances(session, scope)
    lying, owed = sums.goods(session, scope), sums.bills(session, scope)
    waiting = sums.open_objections(session, scope)
    found = {}
    for row in rows:
        own = held.get(row.id, Counter())
        position = Position(
            cash=own["cash"],
            goods=lying[row.id],
            points=-own["points"],
            rate_fen=row.rate_fen,
            credit=-own["credit"] - own["accepted"],
            claims=own["claims"],
            bills=owed[row.id],
        )
        found[row.id] = Standing(
            households=households[row.id],
            held=position.points,
            have_fen=position.have,
            owe_fen=position.owe,
            open_notices=int(hung[row.id].hanging) if row.id in hung else 0,
            open_objections=int(waiting[row.id].waiting) if row.id in waiting else 0,
            overdue=int(waiting[row.id].overdue) if row.id in waiting else 0,
        )
    return found


def _activities(
    session: Session, scope: Scope, spans: Spans
) -> defaultdict[tuple[int, int], Activity]:
    """What happened in each village and span; nothing where nothing did."""
    deeds, used = activity.deeds(session, scope, spans), activity.used(session, scope, spans)
    late, gone = activity.late_answers(session, scope, spans), activity.gone(session, scope, spans)
    found: defaultdict[tuple[int, int], Activity] = defaultdict(Activity)
    for key in {*deeds, *used, *late}:
        done = deeds.get(key)
        found[key] = Activity(
            deeds=done.deeds if done else 0,
            points=int(done.points) if done else 0,
            earning=done.households - gone[key] if done else 0,
            used_points=used[key]["points"] if key in used else 0,
            used_fen=used[key]["fen"] if key in used else 0,
            late=late[key],
        )
    return found


_NAMES: Final = Prepared(
    select(_villages.c.id, _villages.c.name, _settings.c.value)
    .outerjoin(_settings, (_settings.c.village_id == _villages.c.id) & (_settings.c.key == TOWN))
    .where(_villages.c.id.between(bindparam("first"), bindparam("last")))
    .order_by(_villages.c.id)
)


def _town_names(session: Session, scope: Scope) -> dict[int, str]:
    """What towns are called, by code: as their office is, else as most of their villages have set.

    A town that nobody called is named by its code of nine digits.
    """
    first, last = above(scope.first, Level.TOWN), reach(above(scope.last, Level.TOWN))[1]
    rows = _NAMES.rows(session, first=first, last=last)
    called: dict[int, Counter[str]] = defaultdict(Counter)
    names: dict[int, str] = {}
    for row in rows:
        town = above(row.id, Level.TOWN)
        if level_of(row.id) is Level.TOWN:
            names[town] = row.name
        elif level_of(row.id) is Level.VILLAGE:
            called[town][row.value or ""] += 1
    for town, given in called.items():
        given.pop("", None)
        usual = given.most_common(1)
        names.setdefault(town, usual[0][0] if usual else str(town // Level.TOWN.width))
    return names
