"""Bringing in what a door-to-door round found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from moralbank.audit import Actor
from moralbank.awards.judging import Bench
from moralbank.awards.models import AwardSource, AwardState
from moralbank.awards.rows import add_steps, award_values, write_awards
from moralbank.awards.states import Act
from moralbank.awards.understanding import Deed, read_deed
from moralbank.errors import MoralbankError
from moralbank.i18n import in_the_villages_language
from moralbank.photos.models import PhotoSubject
from moralbank.photos.service import attach
from moralbank.scheme.queries import Scheme, scheme_on


@dataclass(frozen=True)
class ScoredDeed:
    """What a round found at one household; `points_each` as the scorer's button says."""

    household_id: int
    item: int
    points_each: int
    deed_on: date
    note: str
    scorer: int
    photo_ids: tuple[int, ...] = ()


def record_scores(session: Session, actor: Actor, scores: Sequence[ScoredDeed]) -> list[int | str]:
    """Record what a round found; for each score the new award's number, or why it was left out.

    Each counts against those after it. A round may be closed long after its day, never before it:
    that, and repetitions, the caller sees to. Raises HouseholdUnknown, NoScheme, PhotoUnknown.
    """
    if not scores:
        return []
    schemes = _schemes(session, actor.village_id, {score.deed_on for score in scores})
    whose = list({score.household_id for score in scores})
    bench = Bench(session, actor.village_id, whose, {score.item for score in scores})
    with in_the_villages_language():  # why one was left out is kept with the round
        judged = [_judged(bench, schemes[score.deed_on], score) for score in scores]
    rows = [
        _row(score, deed)
        for score, deed in zip(scores, judged, strict=True)
        if isinstance(deed, Deed)
    ]
    made = write_awards(session, actor, rows)
    add_steps(session, actor, made, [(Act.RECORD, AwardState.CLAIMED)])
    numbers = iter(made)
    found = [next(numbers) if isinstance(deed, Deed) else deed for deed in judged]
    _attach(session, actor.village_id, scores, found)
    return found


def _schemes(session: Session, village_id: int, days: Iterable[date]) -> dict[date, Scheme]:
    return {day: scheme_on(session, village_id, day) for day in days}


def _judged(bench: Bench, scheme: Scheme, score: ScoredDeed) -> Deed | str:
    """The deed, or why there is none."""
    try:
        deed = read_deed(
            scheme,
            score.item,
            quantity=1,
            points_each=score.points_each,
            deed_on=score.deed_on,
            note=score.note,
        )
    except MoralbankError as refusal:
        return refusal.message
    refused = bench.refusal(score.household_id, deed)
    if refused is not None:
        return refused.message
    bench.count(score.household_id, deed, score.scorer)
    return deed


def _row(score: ScoredDeed, deed: Deed) -> dict[str, object]:
    values = award_values(deed, AwardState.CLAIMED, score.scorer, AwardSource.ROUND)
    return {**values, "household_id": score.household_id}


def _attach(
    session: Session, village_id: int, scores: Sequence[ScoredDeed], found: Sequence[int | str]
) -> None:
    for score, number in zip(scores, found, strict=True):
        if isinstance(number, int) and score.photo_ids:
            attach(session, village_id, score.photo_ids, PhotoSubject.AWARD, number)
