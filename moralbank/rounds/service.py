"""Settling what scorers disagree about, closing a round, and who may not judge a household."""

from collections import Counter
from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import insert, update
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.access.queries import barred_households
from moralbank.audit import Actor
from moralbank.awards.bars import note_bar
from moralbank.awards.scores import ScoredDeed, record_scores
from moralbank.errors import Denied, Invalid, NotFound, Refused
from moralbank.i18n import listed, mark
from moralbank.ledger.requests import once
from moralbank.ledger.service import lock
from moralbank.rounds.models import Round, RoundResult, RoundScore, RoundState
from moralbank.rounds.queries import RoundInfo, board_of, round_info, scores_of
from moralbank.rounds.standing import Board, Cell, Place, stand

_rounds = Round.__table__  # type: ignore[attr-defined]
_results = RoundResult.__table__  # type: ignore[attr-defined]
_scores = RoundScore.__table__  # type: ignore[attr-defined]

BAR: Final = "rounds.barred"
"""What stands in the trail where somebody tried to score own household or kin."""

_NAMED_AT_MOST: Final = 5


class RoundClosed(Refused):
    """The round takes no scores any more."""

    text = mark("评比已结束")
    code = "round_closed"


class RoundAhead(Refused):
    """A round ends on its day or later: its deeds get that day."""

    text = mark("评比日是 %(day)s，到了那天才能结束")
    code = "round_ahead"


class NothingScored(Refused):
    """A round in which no door was scored gives nothing: it isn't ended by mistake."""

    text = mark("还没有评过一户，不能结束。请先去打分；没到评的时候，就先放着")
    code = "nothing_scored"


class SomeUnscored(Refused):
    """Some households lack a score, and nobody said to end the round all the same."""

    text = mark("还有 %(n)s 户没评。先去补评；不评了，就选“照样结束”")
    code = "some_unscored"


class OpenConflicts(Refused):
    """Scorers disagree, and the committee has not said which score counts."""

    text = mark("还有 %(n)s 处打分不一致没有定：%(households)s。定好再结束")
    code = "open_conflicts"


class NothingToSettle(Refused):
    """The scorers agree, or nobody has scored there."""

    text = mark("这一处打分没有不一致，不用再定")
    code = "nothing_to_settle"


class NotGiven(Invalid):
    """The committee chooses one of the scores that were given."""

    text = mark("只能从评分人打的分里选一个")
    code = "not_given"


class OwnScore(Denied):
    """Nobody settles a conflict that they are part of."""

    text = mark("这里有您自己打的分，要由别人来定")
    code = "own_score"


class HouseholdBarred(Denied):
    """Own household or declared kin (回避); the try stands in the trail."""

    text = mark("回避：%(household)s是本户或亲属，要由别人来评")
    code = "round_barred"


class HouseholdNotWalked(NotFound):
    """The household isn't in any group of the round."""

    text = mark("这一户不在这次评比的小组里")
    code = "household_not_walked"


def settle(
    session: Session, actor: Actor, round_id: int, household_id: int, item: int, points: int
) -> None:
    """Say which of the differing scores counts; may be said again while the round is open.

    Raises HouseholdBarred, RoundClosed, NothingToSettle, NotGiven, OwnScore.
    """
    lock(session, actor.village_id)
    require_unbarred(session, actor, round_id, [household_id])
    info = round_info(session, actor.village_id, round_id)
    if not info.open:
        raise RoundClosed
    there = scores_of(session, actor.village_id, round_id, households=[household_id])
    cell = stand(there).get((household_id, item))
    if cell is None or not cell.disagrees:
        raise NothingToSettle
    if actor.user_id in {one.scorer for one in cell.scores}:
        raise OwnScore
    if points not in {one.points for one in cell.scores}:
        raise NotGiven
    before = cell.settled.revision if cell.settled else 0
    row = {
        **_settling(actor, round_id, household_id, item, points),
        "revision": before + 1,
    }
    session.connection().execute(insert(_scores), row)
    audit.record(
        session,
        actor,
        "rounds.settle",
        info.title,
        round=round_id,
        household=household_id,
        item=item,
        points=points,
    )


def close_round(
    session: Session, actor: Actor, request_id: str, round_id: int, *, unscored_too: bool = False
) -> int:
    """End a round: every score above 0 goes the way of a deed. Gives back the round's number.

    Raises RoundClosed, RoundAhead, NothingScored, OpenConflicts, and SomeUnscored unless
    `unscored_too` says that households without a score stay without one.
    """

    def perform() -> int:
        info = round_info(session, actor.village_id, round_id)
        if not info.open:
            raise RoundClosed
        if info.held_on > clock.today():
            raise RoundAhead(day=info.held_on.isoformat())
        board = board_of(session, actor.village_id, info)
        if not board.cells:
            raise NothingScored
        _require_settled(board)
        if board.unscored and not unscored_too:
            raise SomeUnscored(n=len(board.unscored))
        _give(session, actor, info, board)
        values = {
            "state": RoundState.CLOSED,
            "closed_by": actor.user_id,
            "closed_at": clock.now(),
        }
        session.connection().execute(
            update(_rounds)
            .where(_rounds.c.village_id == actor.village_id, _rounds.c.id == round_id)
            .values(values)
        )
        audit.record(session, actor, "rounds.close", info.title, round=round_id)
        return round_id

    content = {"round": round_id, "unscored_too": unscored_too}
    return once(session, actor.village_id, request_id, "rounds.close", content, perform).result


def require_unbarred(
    session: Session,
    actor: Actor,
    round_id: int,
    household_ids: Collection[int],
    scorer: int | None = None,
) -> None:
    """Raise HouseholdBarred, written into the trail, where one of these is own or kin.

    Call it before anything is written. `scorer` is who scored, where somebody else hands it in:
    then neither may be close to the household.
    """
    barred = barred_for(session, actor, scorer)
    hit = [number for number in household_ids if number in barred]
    if not hit:
        return
    infos = note_bar(session, actor, BAR, hit, round=round_id)
    refusal = HouseholdBarred(household=listed(infos[number].spoken for number in hit))
    refusal.kept = True
    raise refusal


def barred_for(session: Session, actor: Actor, scorer: int | None = None) -> set[int]:
    """The households that neither who hands in a score nor who gave it may judge."""
    people = {actor.user_id, scorer or actor.user_id}
    return {
        number for one in people for number in barred_households(session, actor.village_id, one)
    }


def _settling(
    actor: Actor, round_id: int, household_id: int, item: int, points: int
) -> dict[str, Any]:
    """The committee's word as a row among the scores; its revision is still to be said."""
    return {
        "village_id": actor.village_id,
        "round_id": round_id,
        "op": f"settle-{household_id}-{item}",
        "household_id": household_id,
        "item": item,
        "points": points,
        "remark": "",
        "photo_id": None,
        "scorer": actor.user_id,
        "handed_in_by": actor.user_id,
        "settles": True,
        "scored_at": None,
        "received_at": clock.now(),
        "device": actor.device[:80],
    }


def _require_settled(board: Board) -> None:
    if not board.open:
        return
    counted = Counter(household_id for household_id, _item in board.open)
    heads = [f"{one.spoken} {one.head}" for one in board.households if one.id in counted]
    more = "…" if len(heads) > _NAMED_AT_MOST else ""
    raise OpenConflicts(n=len(board.open), households=listed(heads[:_NAMED_AT_MOST]) + more)


def _give(session: Session, actor: Actor, info: RoundInfo, board: Board) -> None:
    """Send what counts down the way of a deed, and write down what each household got."""
    order = [(one.id, item.number) for one in board.households for item in info.items]
    scored = [(place, board.cells[place]) for place in order if place in board.cells]
    giving = [(place, cell) for place, cell in scored if cell.points]
    outcomes = record_scores(session, actor, [_deed(info, *one) for one in giving])
    given = dict(zip((place for place, _cell in giving), outcomes, strict=True))
    rows = [
        {
            "village_id": actor.village_id,
            "round_id": info.id,
            "household_id": place[0],
            "item": place[1],
            "points": cell.points,
            **_outcome(given.get(place, "")),
        }
        for place, cell in scored
    ]
    if rows:
        session.connection().execute(insert(_results), rows)


def _deed(info: RoundInfo, place: Place, cell: Cell) -> ScoredDeed:
    household_id, item = place
    return ScoredDeed(
        household_id=household_id,
        item=item,
        points_each=cell.points or 0,
        deed_on=info.held_on,
        note=cell.remark or f"评比：{info.title}",  # a record of the village, in its language
        scorer=cell.scorer,
        photo_ids=cell.photo_ids,
    )


def _outcome(given: int | str) -> dict[str, Any]:
    """A deed's number, or the words why there is none; 0 points have neither."""
    if isinstance(given, int):
        return {"award_id": given, "left_out": ""}
    return {"award_id": None, "left_out": given[:200]}
