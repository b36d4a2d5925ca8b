"""Editing a board before it is published: one line's words and picture, as the village wants them.

An edit belongs to a board, a period and one who stands on it. Who asked not to be named has none:
words or a picture would tell who it is.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.audit import Actor
from moralbank.boards.definitions import board_called
from moralbank.boards.models import BoardEdit
from moralbank.boards.periods import read_period
from moralbank.errors import Invalid, Refused
from moralbank.households.queries import HouseholdInfo, MemberUnknown, household, member_of
from moralbank.i18n import mark
from moralbank.ledger.service import lock, take_number
from moralbank.photos.models import PhotoSubject
from moralbank.photos.queries import PhotoInfo, PhotoUnknown, photo, photos_of, uses_of
from moralbank.photos.service import attach

_edits = BoardEdit.__table__  # type: ignore[attr-defined]

CHOSEN: Final = "boards.deed"
"""The act under which what was chosen for a line stands in the audit trail, by the household."""
LONGEST_DEED: Final = 60
"""Characters of a deed's line that are kept."""

_FACES: Final = (PhotoSubject.HOUSEHOLD, PhotoSubject.LAUREATE)


class DeedTooLong(Invalid):
    """A deed is one line."""

    text = mark("事迹太长：现在 %(n)s 个字，最多 60 个字，请写成一句话")
    code = "deed_too_long"


class PhotoConsentMissing(Invalid):
    """Nobody's face goes onto a board without having been asked."""

    text = mark("请先问过本人，同意照片上榜再勾上")
    code = "board_photo_consent_missing"


class NotToBeNamed(Refused):
    """The household asked not to be named: neither words nor a picture may tell who it is."""

    text = mark("%(group)s %(number)s 号不愿意具名，榜上只写某某，不能写事迹、放照片")
    code = "not_to_be_named"


@dataclass(frozen=True)
class Edit:
    """What was chosen for one who stands on a board; `deed` may be empty: as the notes tell it."""

    deed: str
    photo_id: int | None


AS_TOLD: Final = Edit("", None)
"""Nothing was chosen."""

Key = tuple[int, int]
"""Household's number and member's; member 0: the household, or its head."""


def edits_of(session: Session, village_id: int, slug: str, period: str) -> dict[Key, Edit]:
    """What was chosen for a board's period ("2026-Q4"), by household and member."""
    rows = session.connection().execute(
        select(_edits.c.household_id, _edits.c.member_id, _edits.c.deed, _edits.c.photo_id).where(
            _edits.c.village_id == village_id, _edits.c.slug == slug, _edits.c.period == period
        )
    )
    return {(row.household_id, row.member_id): Edit(row.deed, row.photo_id) for row in rows}


def offered_photos(
    session: Session, village_id: int, household_ids: Collection[int]
) -> dict[int, tuple[PhotoInfo, ...]]:
    """By household: its portrait, then what was on boards before; who has none is left out."""
    portraits, laureates = (photos_of(session, village_id, kind, household_ids) for kind in _FACES)
    found: dict[int, tuple[PhotoInfo, ...]] = {}
    for number in household_ids:
        newest = [*portraits.get(number, [])[-1:], *reversed(laureates.get(number, []))]
        if newest:
            found[number] = tuple({one.id: one for one in newest}.values())
    return found


def save_edit(
    session: Session,
    actor: Actor,
    slug: str,
    period: str,
    household_id: int,
    member_id: int = 0,
    *,
    deed: str = "",
    photo_id: int | None = None,
    consent: bool = False,
) -> bool:
    """Keep one line's words and picture, in place of any before; whether anything changed.

    Without words and picture the line is again as the notes tell it. `consent`: the person agreed
    to the picture. Raises BoardUnknown, PeriodInvalid, HouseholdUnknown, MemberUnknown,
    NotToBeNamed, DeedTooLong, PhotoConsentMissing, PhotoUnknown.
    """
    village_id = actor.village_id
    lock(session, village_id)
    board_called(session, village_id, slug)
    written = read_period(period).text
    whose = _nameable(session, village_id, household_id, member_id)
    wanted = Edit(clean_deed(deed), photo_id)
    before = _edit(session, village_id, slug, written, (household_id, member_id))
    if photo_id is not None and not consent:
        raise PhotoConsentMissing(field="consent")
    if wanted == before:
        return False
    if photo_id is not None and photo_id != before.photo_id:
        _require_own(session, actor, photo_id, household_id)
        attach(session, village_id, [photo_id], PhotoSubject.LAUREATE, household_id)
    _write(session, actor, slug, written, (household_id, member_id), wanted)
    place = {"slug": slug, "period": written, "member": member_id}
    said = {**place, "deed": wanted.deed, "photo": photo_id}
    audit.record(session, actor, CHOSEN, whose.label, **said)
    return True


def clean_deed(typed: str) -> str:
    """A deed as one line without blanks around it; raises DeedTooLong."""
    deed = " ".join(typed.split())
    if len(deed) > LONGEST_DEED:
        raise DeedTooLong(field="deed", n=len(deed))
    return deed


def _nameable(
    session: Session, village_id: int, household_id: int, member_id: int
) -> HouseholdInfo:
    """The household, if it lets itself be named, and the member is an adult of it."""
    whose = household(session, village_id, household_id)
    if not whose.consent:
        raise NotToBeNamed(group=whose.group, number=whose.number)
    if member_id and member_of(session, village_id, household_id, member_id).minor:
        raise MemberUnknown
    return whose


def _require_own(session: Session, actor: Actor, photo_id: int, household_id: int) -> None:
    """The picture shows this household, or was just sent by whoever edits; else PhotoUnknown."""
    taken_by = photo(session, actor.village_id, photo_id).taken_by
    uses = uses_of(session, actor.village_id, photo_id)
    shows = any(kind in _FACES and number == household_id for kind, number in uses)
    just_sent = not uses and taken_by == actor.user_id
    if not shows and not just_sent:
        raise PhotoUnknown(field="photo")


def _edit(session: Session, village_id: int, slug: str, period: str, key: Key) -> Edit:
    return edits_of(session, village_id, slug, period).get(key, AS_TOLD)


def _write(session: Session, actor: Actor, slug: str, period: str, key: Key, wanted: Edit) -> None:
    place = {
        "village_id": actor.village_id,
        "slug": slug,
        "period": period,
        "household_id": key[0],
        "member_id": key[1],
    }
    here = [_edits.c[name] == value for name, value in place.items()]
    connection = session.connection()
    if wanted == AS_TOLD:
        connection.execute(delete(_edits).where(*here))
        return
    values: dict[str, Any] = {
        "deed": wanted.deed,
        "photo_id": wanted.photo_id,
        "changed_by": actor.user_id,
        "changed_at": clock.now(),
    }
    if not connection.execute(update(_edits).where(*here).values(values)).rowcount:
        number = take_number(session, actor.village_id, "board_edit")
        connection.execute(insert(_edits), {**place, "id": number, **values})
