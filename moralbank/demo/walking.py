"""The demo's rounds: two people walk from door to door and score."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlmodel import Session

from moralbank.access.permissions import Role
from moralbank.access.queries import barred_households
from moralbank.demo.town import Village
from moralbank.households.queries import HouseholdInfo, all_households
from moralbank.rounds.choices import Choice
from moralbank.rounds.opening import OpenRound, open_round
from moralbank.rounds.operations import Operation
from moralbank.rounds.queries import round_info
from moralbank.rounds.scoring import take_operations
from moralbank.rounds.service import close_round
from moralbank.scheme.queries import Item

_BEGUN: Final = 0.55
"""The part of the households at which the round that still goes on has been."""


def walk_round(
    session: Session, village: Village, day: date, item: Item, reached: Sequence[int]
) -> None:
    """A whole round of one item on a day: those `reached` get its points, the others none."""
    number = _open(session, village, day, item, village.material.words.walk)
    homes = all_households(session, village.id)
    _score(session, village, number, homes, item, set(reached))
    close_round(session, village.actors[Role.ADMIN], village.request_id(), number)


def begin_round(session: Session, village: Village, day: date, item: Item) -> None:
    """A round that still goes on: half the village is done, and at one door they disagree."""
    number = _open(session, village, day, item, village.material.words.walk_now)
    homes = all_households(session, village.id)
    homes = homes[: round(len(homes) * _BEGUN)]
    reached = {one.id for one in homes if village.draw.random() < village.draw.uniform(0.6, 0.9)}
    _score(session, village, number, homes, item, reached)
    once_more = homes[len(homes) // 3]
    points = 0 if once_more.id in reached else item.points_min
    info = round_info(session, village.id, number)
    clerk, grid = village.actors[Role.RECORDER], village.actors[Role.GRID]
    score = _operation(village, once_more, item, points)
    take_operations(session, clerk, info, clerk.user_id, [score])
    # The grid worker scores at their own door, too: that is refused, and the supervisor sees it.
    close = barred_households(session, village.id, grid.user_id)
    own = [_operation(village, one, item, item.points_min) for one in homes if one.id in close]
    take_operations(session, grid, info, grid.user_id, own)


def _open(session: Session, village: Village, day: date, item: Item, title: str) -> int:
    homes = all_households(session, village.id)
    scorers = (village.actors[Role.GRID], village.actors[Role.RECORDER])
    wanted = OpenRound(
        title=title.format(month=day.month),
        held_on=day,
        items=((item.number, (Choice("达标", item.points_min), Choice("不达标", 0))),),
        groups=tuple(dict.fromkeys(one.group_id for one in homes)),
        scorers=tuple(one.user_id for one in scorers),
    )
    return open_round(session, village.actors[Role.ADMIN], village.request_id(), wanted)


def _score(
    session: Session,
    village: Village,
    number: int,
    homes: Sequence[HouseholdInfo],
    item: Item,
    reached: set[int],
) -> None:
    """The grid worker walks the first half of the way, the recorder the other.

    At the door of somebody's own or kin the other one scores.
    """
    info = round_info(session, village.id, number)
    half = len(homes) // 2
    grid, recorder = village.actors[Role.GRID], village.actors[Role.RECORDER]
    for scorer, other, near in ((grid, recorder, homes[:half]), (recorder, grid, homes[half:])):
        barred = barred_households(session, village.id, scorer.user_id)
        for walker, close in ((scorer, False), (other, True)):
            given = [
                _operation(village, one, item, item.points_min if one.id in reached else 0)
                for one in near
                if (one.id in barred) is close
            ]
            take_operations(session, walker, info, walker.user_id, given)


def _operation(village: Village, home: HouseholdInfo, item: Item, points: int) -> Operation:
    op = f"{village.draw.getrandbits(128):032x}"
    return Operation(op=op, revision=1, household_id=home.id, item=item.number, points=points)
