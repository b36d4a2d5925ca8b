"""Typing in what stands on paper: households × items, each cell an op of its own."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from moralbank import audit, clock
from moralbank.audit import Actor
from moralbank.errors import Invalid
from moralbank.i18n import mark
from moralbank.ledger.requests import once
from moralbank.rounds.choices import CellUnclear, read_cell
from moralbank.rounds.operations import LONGEST_REMARK, Operation
from moralbank.rounds.queries import RoundInfo, round_info, scores_of
from moralbank.rounds.scoring import NotScorer, Outcome, take_operations
from moralbank.rounds.service import RoundClosed, require_unbarred
from moralbank.rounds.standing import Place, Score, stand


class CellEmptied(Invalid):
    """A score is changed, not taken back."""

    text = mark("录过的分不能清空，可以改成别的")
    code = "cell_emptied"


class RemarkAlone(Invalid):
    """A remark belongs to a score."""

    text = mark("写了备注，还没有填分")
    code = "remark_alone"


class SomeCellsRefused(Invalid):
    """Some cells can't be taken; then none is. `cells` has the words by household and item."""

    text = mark("有 %(n)s 格要改，这次一格也没有存，改好再存")
    code = "some_cells_refused"

    def __init__(self, cells: Mapping[Place, str]) -> None:
        """Remember which cells, and why."""
        super().__init__(n=len(cells))
        self.cells = cells


@dataclass(frozen=True)
class Sheet:
    """A paper form as typed: who walked, what stands in each cell, remarks by household."""

    scorer: int
    cells: Mapping[Place, str]
    remarks: Mapping[int, str]


def typed_scores(
    session: Session, village_id: int, round_id: int, scorer: int
) -> dict[Place, Score]:
    """What was typed in before for this scorer, by place; scores from phones are left out."""
    start = _op(scorer, "")
    found = [
        one
        for one in scores_of(session, village_id, round_id)
        if one.op.startswith(start) and one.scorer == scorer
    ]
    return {place: cell.scores[-1] for place, cell in stand(found).items()}


def take_sheet(session: Session, actor: Actor, request_id: str, round_id: int, sheet: Sheet) -> int:
    """Take a paper form; gives back how many cells were new or changed.

    Raises SomeCellsRefused (then nothing is kept), RoundClosed, NotScorer, HouseholdBarred.
    """
    filled = [number for (number, _item), typed in sheet.cells.items() if typed.strip()]
    require_unbarred(session, actor, round_id, filled, sheet.scorer)

    def perform() -> int:
        info = round_info(session, actor.village_id, round_id)
        if not info.open:
            raise RoundClosed
        if sheet.scorer not in info.scorers:
            raise NotScorer
        before = typed_scores(session, actor.village_id, round_id, sheet.scorer)
        given = _operations(info, sheet, before)
        answers = take_operations(session, actor, info, sheet.scorer, given)
        refused = {
            (one.household_id, one.item): answer.words
            for one, answer in zip(given, answers, strict=True)
            if answer.outcome is Outcome.REFUSED
        }
        if refused:
            raise SomeCellsRefused(refused)
        detail = {"round": round_id, "scorer": sheet.scorer, "cells": len(given)}
        audit.record(session, actor, "rounds.grid", info.title, **detail)
        return len(given)

    content = {
        "round": round_id,
        "scorer": sheet.scorer,
        "cells": sorted([*place, typed] for place, typed in sheet.cells.items()),
        "remarks": sorted([number, typed] for number, typed in sheet.remarks.items()),
    }
    return once(session, actor.village_id, request_id, "rounds.grid", content, perform).result


def _operations(info: RoundInfo, sheet: Sheet, before: Mapping[Place, Score]) -> list[Operation]:
    """The cells that are new or changed; raises SomeCellsRefused where some can't be read."""
    found, unclear = [], {}
    for place, typed in sheet.cells.items():
        item, earlier = info.item(place[1]), before.get(place)
        if not typed.strip():
            if earlier is not None:
                unclear[place] = CellEmptied().message
            continue
        try:
            points = read_cell(typed, item.choices if item else ()).points
        except CellUnclear as refusal:
            unclear[place] = refusal.message
            continue
        remark = sheet.remarks.get(place[0], "").strip()[:LONGEST_REMARK]
        if earlier is None or (earlier.points, earlier.remark) != (points, remark):
            found.append(_operation(sheet.scorer, place, points, remark, earlier))
    filled = {number for (number, _item), typed in sheet.cells.items() if typed.strip()}
    for number, remark in sheet.remarks.items():
        if remark.strip() and number not in filled:
            unclear[number, info.items[0].number] = RemarkAlone().message
    if unclear:
        raise SomeCellsRefused(unclear)
    return found


def _operation(
    scorer: int, place: Place, points: int, remark: str, earlier: Score | None
) -> Operation:
    return Operation(
        op=_op(scorer, f"{place[0]}-{place[1]}"),
        revision=earlier.revision + 1 if earlier else 1,
        household_id=place[0],
        item=place[1],
        points=points,
        remark=remark,
        scored_at=clock.now(),
    )


def _op(scorer: int, place: str) -> str:
    """The op of a cell: its own, so that a form typed twice changes scores and adds none."""
    return f"grid-{scorer}-{place}"
