"""Who may not judge a deed: who recorded it, and those close to the household (回避)."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlmodel import Session

from moralbank import audit
from moralbank.access.models import TieKind
from moralbank.access.queries import TieRow, barred_households
from moralbank.audit import Actor
from moralbank.errors import Denied
from moralbank.households.queries import HouseholdInfo, household_labels
from moralbank.i18n import _, clauses, mark


class SelfReview(Denied):
    """Nobody decides on, or verifies, what they recorded themselves."""

    text = mark("第 %(id)s 条是您自己记的，要由别人来核实或评议")
    code = "self_review"


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
) -> None:
    """Raise KinBarred where the actor is close to one of these households, and write it down.

    To be called first: before anything is written, and outside `ledger.requests.once`, because
    the refusal is kept. `award_ids` are what the actor wanted to judge, for the trail alone.
    """
    close = barred_households(session, actor.village_id, actor.user_id)
    hit = sorted(close.keys() & set(household_ids))
    if not hit:
        return
    infos = household_labels(session, actor.village_id, hit)
    whose = clauses(_whose(infos[number], close[number]) for number in hit)
    labels = [infos[number].label for number in hit]
    detail = {"households": hit, "labels": labels, "awards": sorted(award_ids)}
    audit.record(session, actor, "awards.barred", " ".join(labels), **detail)
    raise KinBarred(whose=whose)


def require_unbarred_from(session: Session, actor: Actor, rows: Iterable[Any]) -> None:
    """The same for awards as they stand in the database."""
    whose = [(row.id, row.household_id) for row in rows]
    households = {household_id for _number, household_id in whose}
    require_unbarred(session, actor, households, award_ids=[number for number, _owner in whose])


def require_not_own(actor: Actor, row: Any) -> None:
    """Raise SelfReview where the actor recorded this award."""
    if row.recorded_by == actor.user_id:
        raise SelfReview(id=row.id)


def tie_words(tie: TieRow) -> str:
    """How somebody is close to a household, in words: "本户", "女儿家", "亲属"."""
    return tie.words or (_("本户") if tie.kind is TieKind.OWN else _("亲属"))


def _whose(info: HouseholdInfo, tie: TieRow) -> str:
    words = {"household": info.spoken, "head": info.head, "tie": tie_words(tie)}
    return _("%(household)s %(head)s（%(tie)s）", **words)
