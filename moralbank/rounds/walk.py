"""What the phone's page shows at each door."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlmodel import Session

from moralbank.access.queries import barred_households
from moralbank.audit import Actor
from moralbank.households.queries import HouseholdInfo
from moralbank.i18n import _, listed
from moralbank.rounds.operations import is_op
from moralbank.rounds.queries import RoundInfo, households_of, scores_of
from moralbank.rounds.scoring import conflict_words
from moralbank.rounds.standing import Cell, Place, Score, stand


@dataclass(frozen=True)
class Door:
    """One household on the way.

    `barred` says why this scorer may not judge it (empty: may), `others` who else has scored it
    for every item. `own` are this scorer's scores by item, for a second phone to go on from;
    `words` what there is to say of them (others scored differently).
    """

    household: HouseholdInfo
    barred: str
    others: str
    own: Mapping[int, Score]
    words: Mapping[int, str]

    @property
    def told(self) -> dict[str, Any]:
        """What the page tells of this door (static/rounds-doors.js); what is empty is left out."""
        home = self.household
        facts = {
            "id": home.id,
            "head": home.head,
            "number": _("%(number)s 号", number=home.number),
            "others": _("%(names)s已评", names=self.others) if self.others else "",
            "barred": _("回避（%(tie)s）：这一户由别人来评", tie=self.barred)
            if self.barred
            else "",
            "own": [] if self.barred else [_as_told(*one, self.words) for one in self.own.items()],
        }
        return _filled(facts)


def doors_of(session: Session, actor: Actor, info: RoundInfo) -> list[tuple[str, list[Door]]]:
    """The households in walking order, group by group, as one scorer sees them."""
    ties = barred_households(session, actor.village_id, actor.user_id)
    cells = stand(scores_of(session, actor.village_id, info.id))
    doors = [
        Door(
            household=one,
            barred=ties[one.id].how if one.id in ties else "",
            others=_others(info, cells, one.id, actor.user_id),
            own=_own(info, cells, one.id, actor.user_id),
            words=_words(info, cells, one.id, actor.user_id),
        )
        for one in households_of(session, actor.village_id, info)
    ]
    grouped = groupby(doors, lambda door: door.household.group)
    return [(group, list(several)) for group, several in grouped]


def _as_told(item: int, one: Score, words: Mapping[int, str]) -> dict[str, Any]:
    """One's own score at a door; its points and its remark are told even where they are empty."""
    told = {"item": item, "op": one.op, "revision": one.revision, "points": one.points}
    more = {"photo": one.photo_id, "conflict": words.get(item, "")}
    return {**told, "remark": one.remark, **_filled(more)}


def _filled(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value}


def _others(info: RoundInfo, cells: Mapping[Place, Cell], household_id: int, own: int) -> str:
    """Who else has scored this household; empty unless it has their scores for every item."""
    names: dict[str, None] = {}
    for item in info.items:
        cell = cells.get((household_id, item.number))
        # What was typed in from one's own paper form is done, too.
        there = (
            [one for one in cell.scores if one.scorer != own or not is_op(one.op)] if cell else []
        )
        if not there:
            return ""
        names |= dict.fromkeys(
            _("纸表") if one.scorer == own else info.scorers.get(one.scorer, "") for one in there
        )
    return listed(names)


def _own(
    info: RoundInfo, cells: Mapping[Place, Cell], household_id: int, own: int
) -> dict[int, Score]:
    """One's own scores from phones, the newest of each item."""
    found = {}
    for item in info.items:
        cell = cells.get((household_id, item.number))
        mine = [one for one in cell.scores if one.scorer == own and is_op(one.op)] if cell else []
        if mine:
            found[item.number] = mine[-1]
    return found


def _words(
    info: RoundInfo, cells: Mapping[Place, Cell], household_id: int, own: int
) -> dict[int, str]:
    found = {}
    for item in info.items:
        cell = cells.get((household_id, item.number))
        if cell and cell.open and own in {one.scorer for one in cell.scores}:
            found[item.number] = conflict_words(cell, info, own)
    return found
