"""What the pages of a round show, put together without Flask."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from sqlmodel import Session

from moralbank.access.queries import barred_households
from moralbank.audit import Actor
from moralbank.households.queries import HouseholdInfo
from moralbank.i18n import _, clauses
from moralbank.rounds.choices import legend
from moralbank.rounds.grid import typed_scores
from moralbank.rounds.queries import (
    RoundInfo,
    board_of,
    households_of,
    results_of,
    round_info,
)
from moralbank.rounds.scoring import Answer, Outcome
from moralbank.rounds.service import barred_for
from moralbank.rounds.standing import Board, Place, Score

SAID_AT_MOST: Final = 5
LISTED_AT_ONCE: Final = 150
"""So many scores are listed, folded by group, without asking for a group first."""


def round_facts(
    session: Session, actor: Actor, round_id: int, group_id: int | None = None
) -> dict[str, Any]:
    """How a round stands: progress, disputes, scores, and what came of them.

    `listed` are the households by group, of one group or of all where they are few, those first
    of whom scorers disagree; `group_id` in the answer is that group's number, None for all.
    """
    info = round_info(session, actor.village_id, round_id)
    board = board_of(session, actor.village_id, info)
    infos = {one.id: one for one in board.households}
    results = results_of(session, actor.village_id, round_id)
    few = len(board.households) * len(info.items) <= LISTED_AT_ONCE
    if group_id is None and not few:
        group_id = next(iter(info.groups))
    return {
        "info": info,
        "board": board,
        "few": few,
        "group_id": group_id,
        "listed": _listed(board, group_id),
        "walked": board.walked(),
        "disputes": [
            (infos[place[0]], info.item(place[1]), board.cells[place]) for place in board.open
        ],
        "results": {(one.household_id, one.item): one for one in results},
        "barred": barred_households(session, actor.village_id, actor.user_id),
        "user_id": actor.user_id,
    }


def grid_facts(
    session: Session, actor: Actor, round_id: int, scorer: int | None, group_id: int | None
) -> dict[str, Any]:
    """The grid to type paper into: households of a group or of all, and what was typed before.

    `scorer` in the answer is None unless it is one of the round's.
    """
    info = round_info(session, actor.village_id, round_id)
    walker = scorer if scorer in info.scorers else None
    before = typed_scores(session, actor.village_id, round_id, walker) if walker else {}
    doors = [
        one
        for one in households_of(session, actor.village_id, info)
        if group_id in {None, one.group_id}
    ]
    grouped = groupby(doors, lambda one: one.group)
    return {
        "info": info,
        "scorer": walker,
        "groups": [(name, list(several)) for name, several in grouped],
        "cells": _words(info, before),
        "remarks": {number: one.remark for (number, _item), one in before.items()},
        "barred": barred_for(session, actor, walker),
        "legends": [(item.name, legend(item.choices)) for item in info.items],
    }


def taken_words(answers: Sequence[Answer], lost: int) -> list[tuple[str, str]]:
    """What became of a backup's scores: tone and words, the first refusals named."""
    count = {kind: sum(one.outcome is kind for one in answers) for kind in Outcome}
    new = count[Outcome.OK] + count[Outcome.CONFLICT]
    said = {"n": new, "same": count[Outcome.DUPLICATE], "conflicts": count[Outcome.CONFLICT]}
    found = [
        ("ok", _("收下 %(n)s 条（其中 %(conflicts)s 条与别人不一致），%(same)s 条早已收到", **said))
    ]
    refused = [one.words for one in answers if one.outcome is Outcome.REFUSED]
    if refused:
        why = clauses(list(dict.fromkeys(refused))[:SAID_AT_MOST])
        found.append(("warn", _("%(n)s 条没收：%(why)s", n=len(refused), why=why)))
    if lost:
        found.append(("warn", _("备份里有 %(n)s 张照片打不开，分数照收", n=lost)))
    return found


def _listed(board: Board, group_id: int | None) -> list[tuple[str, list[HouseholdInfo]]]:
    """The households of one group or of all, by group, with those first that are to be settled."""
    disputed = {household_id for household_id, _item in board.open}
    chosen = [one for one in board.households if group_id in {None, one.group_id}]
    return [
        (name, sorted(several, key=lambda one: one.id not in disputed))
        for name, several in groupby(chosen, lambda one: one.group)
    ]


def _words(info: RoundInfo, before: Mapping[Place, Score]) -> dict[Place, str]:
    """What stands in the cells: each score's word."""
    words = {}
    for place, one in before.items():
        item = info.item(place[1])
        words[place] = item.word(one.points) if item else ""
    return words
