"""The photo of a house or its head, with their consent: the counter shows it after a scan."""

from collections.abc import Sequence

from sqlmodel import Session

from moralbank import audit
from moralbank.audit import Actor
from moralbank.errors import Invalid
from moralbank.households.erased import require_whole
from moralbank.households.queries import household
from moralbank.i18n import mark
from moralbank.ledger.service import lock
from moralbank.photos.models import PhotoSubject
from moralbank.photos.queries import PhotoInfo, photos_of
from moralbank.photos.service import attach, detach


class PortraitMissing(Invalid):
    """No photo came along."""

    text = mark("请选一张照片")
    code = "portrait_missing"


class PortraitConsentMissing(Invalid):
    """Nobody's house or face is shown without having been asked."""

    text = mark("请先问过这一户，同意了再勾上")
    code = "portrait_consent_missing"


def portrait(session: Session, village_id: int, household_id: int) -> PhotoInfo | None:
    """The household's newest photo, if there is one."""
    found = photos_of(session, village_id, PhotoSubject.HOUSEHOLD, [household_id])
    return found.get(household_id, [None])[-1]


def set_portrait(
    session: Session, actor: Actor, household_id: int, photo_ids: Sequence[int], *, consent: bool
) -> None:
    """Let the last of these kept photos be the household's, in place of any before.

    Raises HouseholdUnknown, HouseholdErased, PortraitMissing, PortraitConsentMissing, PhotoUnknown.
    """
    lock(session, actor.village_id)
    info = household(session, actor.village_id, household_id)
    require_whole(info)
    if not photo_ids:
        raise PortraitMissing(field="photos")
    if not consent:
        raise PortraitConsentMissing(field="consent")
    chosen = photo_ids[-1]
    before = _clear(session, actor, household_id)
    attach(session, actor.village_id, [chosen], PhotoSubject.HOUSEHOLD, household_id)
    audit.record(session, actor, "households.portrait", info.label, photo=chosen, replaced=before)


def remove_portrait(session: Session, actor: Actor, household_id: int) -> None:
    """Let the household have no photo; its file is swept later. Raises HouseholdUnknown."""
    lock(session, actor.village_id)
    label = household(session, actor.village_id, household_id).label
    if _clear(session, actor, household_id):
        audit.record(session, actor, "households.portrait_remove", label)


def _clear(session: Session, actor: Actor, household_id: int) -> int:
    return detach(session, actor.village_id, PhotoSubject.HOUSEHOLD, household_id)
