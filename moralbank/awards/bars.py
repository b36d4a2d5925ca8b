"""Who may not judge a deed: on whose word it rests, and those close to the household (回避)."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlmodel import Session

from moralbank import audit
from moralbank.access.queries import TieRow, barred_households
from moralbank.audit import Actor
from moralbank.errors import Denied
from moralbank.households.queries import HouseholdInfo, household_labels
from moralbank.i18n import _, clauses, mark
from moralbank.rounds.queries import scorers_of


class SelfReview(Denied):
    """Nobody decides on, or verifies, what they recorded or scored themselves.

    The attempt stands in the trail, as KinBarred's does.
    """

    text = mark("第 %(id)s 条是您自己记的，要由别人来核实或评议")
    code = "self_review"
    kept = True


class OwnScore(SelfReview):
    """The same where they scored it on a round, handed the score in, or settled it."""

    text = mark("第 %(id)s 条是您打分、代录或定的分，要由别人来核实或评议")


class KinBarred(Denied):
    """A household is the actor's own, or declared kin: others judge it.

    The attempt stands in the trail (`kept`), so it may be raised only where nothing was written
    before it.
    """

    text = mark("您须回避，请别人来办：%(whose)s")
    code = "kin_barred"
    kept = True


def require_unbarred(
    session: Session,
    actor: Actor,
    household_ids: Collection[int],
    *,
    award_ids: Collection[int] = (),
    act: str = "awards.barred",
) -> None:
    """Raise KinBarred where the actor is close to one of these households, and write it down.

    To be called first: before anything is written, and outside `ledger.requests.once`, because
    the refusal is kept. `award_ids` are what the actor wanted to judge, for the trail alone; under
    `act` it stands there ("room.barred").
    """
    close = barred_households(session, actor.village_id, actor.user_id)
    hit = sorted(close.keys() & set(household_ids))
    if not hit:
        return
    infos = note_bar(session, actor, act, hit, awards=sorted(award_ids))
    raise KinBarred(whose=clauses(_whose(infos[number], close[number]) for number in hit))


def require_unbarred_from(session: Session, actor: Actor, rows: Iterable[Any]) -> None:
    """The same for awards as they stand in the database."""
    whose = [(row.id, row.household_id) for row in rows]
    households = {household_id for _number, household_id in whose}
    require_unbarred(session, actor, households, award_ids=[number for number, _owner in whose])


def require_judge(session: Session, actor: Actor, rows: Iterable[Any]) -> None:
    """Raise KinBarred, or SelfReview where one of these awards rests on the actor's word.

    To be called first, as `require_unbarred`: the refusal is kept.
    """
    rows = list(rows)
    require_unbarred_from(session, actor, rows)
    recorders = recorders_of(session, actor.village_id, rows)
    own = [row for row in rows if actor.user_id in recorders[row.id]]
    if not own:
        return
    whose = {row.household_id for row in own}
    note_bar(session, actor, "awards.own", whose, awards=[row.id for row in own])
    first = own[0]
    raise (SelfReview if first.recorded_by == actor.user_id else OwnScore)(id=first.id)


def note_bar(
    session: Session, actor: Actor, act: str, household_ids: Collection[int], **about: Any
) -> dict[int, HouseholdInfo]:
    """Write into the trail whom the actor tried to judge; gives back the households."""
    hit = sorted(set(household_ids))
    infos = household_labels(session, actor.village_id, hit)
    labels = [infos[number].label for number in hit]
    audit.record(session, actor, act, " ".join(labels), households=hit, labels=labels, **about)
    return infos


def recorders_of(
    session: Session, village_id: int, rows: Iterable[Any]
) -> dict[int, frozenset[int]]:
    """By award: on whose word it rests, users' numbers. One statement for all of them.

    Who recorded it; for a deed out of a round everybody who scored it so, handed that in for
    somebody else, or settled which score counts. Rows are anything with `id`, `recorded_by`.
    """
    recorded = {row.id: row.recorded_by for row in rows}
    scorers = scorers_of(session, village_id, recorded)
    return {
        number: frozenset({by, *scorers.get(number, ())}) - {0} for number, by in recorded.items()
    }


def _whose(info: HouseholdInfo, tie: TieRow) -> str:
    words = {"household": info.spoken, "head": info.head, "tie": tie.how}
    return _("%(household)s %(head)s（%(tie)s）", **words)
