"""Opening a round: its day, its items with their buttons, who walks where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlmodel import Session

from moralbank import audit, clock
from moralbank.access.permissions import may
from moralbank.access.queries import users_of
from moralbank.audit import Actor
from moralbank.awards.understanding import PointsNotAllowed
from moralbank.errors import Invalid
from moralbank.i18n import mark
from moralbank.ledger.requests import once
from moralbank.ledger.service import take_number
from moralbank.rounds.choices import Choice, kept_choices
from moralbank.rounds.models import Round, RoundGroup, RoundItem, RoundScorer, RoundState
from moralbank.scheme.queries import Item, Scheme, scheme_on
from moralbank.villages.queries import groups_of

LONGEST_TITLE: Final = 40
MOST_ITEMS: Final = 5
EARLIEST: Final = timedelta(days=31)
LATEST: Final = timedelta(days=7)


class TitleInvalid(Invalid):
    """A title has 1 to 40 characters."""

    text = mark("请写评比的名称（最多 40 个字）")
    code = "round_title_invalid"


class DayOutside(Invalid):
    """A round is held from 31 days ago to 7 days ahead."""

    text = mark("评比日期只能在 %(first)s 到 %(last)s 之间")
    code = "round_day_outside"


class ItemsInvalid(Invalid):
    """A round has 1 to 5 different items."""

    text = mark("请选 1 到 5 个项目，不能重复")
    code = "round_items_invalid"


class ItemNotMerit(Invalid):
    """The scheme of the day has no such item that gives points."""

    text = mark("那一天的积分细则里没有这一项，或者它是扣分项，不能评比")
    code = "round_item_not_merit"


class NobodyWalks(Invalid):
    """A round has at least one group and one scorer, each known and able to score."""

    text = mark("请至少选一个小组和一位评分人（须是能评分的岗位）")
    code = "nobody_walks"


@dataclass(frozen=True)
class OpenRound:
    """A round to be opened: items with their buttons, groups and scorers by number."""

    title: str
    held_on: date
    items: tuple[tuple[int, tuple[Choice, ...]], ...]
    groups: tuple[int, ...]
    scorers: tuple[int, ...]


def open_round(session: Session, actor: Actor, request_id: str, wanted: OpenRound) -> int:
    """Open a round and give back its number.

    Raises TitleInvalid, DayOutside, ItemsInvalid, NobodyWalks, ItemNotMerit, and PointsNotAllowed
    where a button gives what the scheme of that day doesn't.
    """

    def perform() -> int:
        _check(session, actor.village_id, wanted)
        number = take_number(session, actor.village_id, "round")
        _write(session, actor, number, wanted)
        audit.record(session, actor, "rounds.open", wanted.title, round=number)
        return number

    content = {
        "title": wanted.title,
        "held_on": wanted.held_on.isoformat(),
        "items": [[item, kept_choices(choices)] for item, choices in wanted.items],
        "groups": list(wanted.groups),
        "scorers": list(wanted.scorers),
    }
    return once(session, actor.village_id, request_id, "rounds.open", content, perform).result


def _check(session: Session, village_id: int, wanted: OpenRound) -> None:
    if not 1 <= len(wanted.title.strip()) <= LONGEST_TITLE:
        raise TitleInvalid(field="title")
    first, last = clock.today() - EARLIEST, clock.today() + LATEST
    if not first <= wanted.held_on <= last:
        raise DayOutside(field="held_on", first=first.isoformat(), last=last.isoformat())
    numbers = [number for number, _choices in wanted.items]
    if not 1 <= len(set(numbers)) == len(numbers) <= MOST_ITEMS:
        raise ItemsInvalid(field="item_1")
    scheme = scheme_on(session, village_id, wanted.held_on)
    for place, (number, choices) in enumerate(wanted.items, start=1):
        _check_choices(_merit(scheme, number, place), choices, place)
    known = {one.id for one in groups_of(session, village_id)}
    if not wanted.groups or not set(wanted.groups) <= known:
        raise NobodyWalks(field="groups")
    able = {
        one.id
        for one in users_of(session, village_id)
        if not one.disabled and may(one.role, "rounds.score")
    }
    if not wanted.scorers or not set(wanted.scorers) <= able:
        raise NobodyWalks(field="scorers")


def _merit(scheme: Scheme, number: int, place: int) -> Item:
    """The item, which must give points; deductions are nothing to be handed out at doors."""
    found = {one.number: one for one in scheme.merits}.get(number)
    if found is None:
        raise ItemNotMerit(field=f"item_{place}")
    return found


def _check_choices(item: Item, choices: Sequence[Choice], place: int) -> None:
    for one in choices:
        if one.points and not item.allows(one.points):
            raise PointsNotAllowed(
                field=f"choices_{place}",
                item=item.name,
                points=item.points_text,
                wanted=one.points,
            )


def _write(session: Session, actor: Actor, number: int, wanted: OpenRound) -> None:
    key = {"village_id": actor.village_id, "round_id": number}
    session.add(
        Round(
            village_id=actor.village_id,
            id=number,
            title=wanted.title.strip(),
            held_on=wanted.held_on,
            state=RoundState.OPEN,
            opened_by=actor.user_id,
            opened_at=clock.now(),
            closed_by=None,
            closed_at=None,
        )
    )
    session.flush()
    session.add_all(
        RoundItem(**key, item=item, position=place, choices=kept_choices(choices))
        for place, (item, choices) in enumerate(wanted.items, start=1)
    )
    session.add_all(RoundGroup(**key, group_id=one) for one in sorted(set(wanted.groups)))
    session.add_all(RoundScorer(**key, user_id=one) for one in sorted(set(wanted.scorers)))
    session.flush()
