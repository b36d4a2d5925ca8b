"""A household's deeds as its card's page tells of them: what waits, hangs, was not given."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, select
from sqlmodel import Session

from moralbank import clock
from moralbank.awards.models import AwardSource, AwardState, AwardStep
from moralbank.awards.queries import AwardRow, award, deeds_of
from moralbank.cards.queries import CardInfo, masked_member
from moralbank.i18n import _, mark
from moralbank.notices.queries import open_notices
from moralbank.photos.models import PhotoSubject
from moralbank.photos.queries import (
    PhotoInfo,
    PhotoUnknown,
    photos_named,
    photos_of,
    uses_of,
)
from moralbank.prepared import Prepared, among

_steps = AwardStep.__table__  # type: ignore[attr-defined]

TOLD_FOR: Final = timedelta(days=365)
"""How long a refusal, or points taken back, are told of."""
MOST_TOLD: Final = 10
_LOOKED_BACK: Final = timedelta(days=800)
"""Deeds older than this can't have been refused lately: they are recorded within 400 days."""

_STANDING: Final = {
    AwardState.CLAIMED: mark("等评议"),
    AwardState.VERIFIED: mark("已核实，等评议"),
    AwardState.APPROVED: mark("评议通过，等公示"),
    AwardState.NOTICED: mark("公示中，没有异议就入账"),
    AwardState.OBJECTED: mark("有人提出异议，正在查"),
    AwardState.RETURNED: mark("要您补充"),
    AwardState.REFUSED: mark("未通过"),
    AwardState.REVERSED: mark("已冲正"),
}


@dataclass(frozen=True)
class PublicDeed:
    """One deed in plain words: "志愿服务（杜*妹）", "可加 3 分", where it stands.

    `until` is the last day of the notice `notice_id`, while it hangs; `reason` what was asked, or
    why it was refused or taken back, on `told_on`. `note` is the household's own; what the
    committee writes may name others. `own` says that the household claimed it itself and may still
    take it back.
    """

    id: int
    what: str
    note: str
    day: date
    points: int
    deduction: bool
    state: AwardState
    standing: str
    until: date | None
    notice_id: int | None
    reason: str
    told_on: date
    own: bool
    photos: tuple[PhotoInfo, ...]

    @property
    def words(self) -> str:
        """The points in words: what they would be until they are posted."""
        if self.deduction and self.state is not AwardState.REVERSED:
            return _("要扣 %(n)s 分", n=self.points)
        return _("可加 %(n)s 分", n=self.points) if self.hangs else _("%(n)s 分", n=self.points)

    @property
    def hangs(self) -> bool:
        """Whether it was approved and is to be seen by everybody."""
        return self.state in {AwardState.NOTICED, AwardState.OBJECTED}


@dataclass(frozen=True)
class PublicDeeds:
    """Deeds by where they stand, the newest first."""

    returned: list[PublicDeed] = field(default_factory=list)
    noticed: list[PublicDeed] = field(default_factory=list)
    waiting: list[PublicDeed] = field(default_factory=list)
    refused: list[PublicDeed] = field(default_factory=list)
    reversed: list[PublicDeed] = field(default_factory=list)


@dataclass(frozen=True)
class _Step:
    reason: str
    at: datetime


def public_deeds(session: Session, village_id: int, household_id: int) -> PublicDeeds:
    """What a household is told of its deeds; the number of statements doesn't grow with them."""
    since = clock.today() - _LOOKED_BACK
    found = deeds_of(session, village_id, household_id, _STANDING)
    rows = [row for row in found if row.deed_on >= since and _is_told(row)]
    if not rows:
        return PublicDeeds()
    ids = [row.id for row in rows]
    last = _last_steps(session, village_id, ids)
    photos = photos_of(session, village_id, PhotoSubject.AWARD, ids)
    hung = any(row.notice_id is not None for row in rows)
    hanging = {one.id: one.last_day for one in open_notices(session, village_id)} if hung else {}
    told = [_deed(row, last[row.id], photos.get(row.id, []), hanging) for row in rows]
    still = {AwardState.CLAIMED, AwardState.VERIFIED, AwardState.APPROVED}
    return PublicDeeds(
        returned=[one for one in told if one.state is AwardState.RETURNED],
        noticed=[one for one in told if one.hangs],
        waiting=[one for one in told if one.state in still],
        refused=_lately(told, AwardState.REFUSED),
        reversed=_lately(told, AwardState.REVERSED),
    )


def _lately(told: list[PublicDeed], state: AwardState) -> list[PublicDeed]:
    """Those that came to this end within the last year, the latest first."""
    since = clock.today() - TOLD_FOR
    found = [one for one in told if one.state is state and one.told_on >= since]
    return sorted(found, key=lambda one: one.told_on, reverse=True)[:MOST_TOLD]


def standing_of(row: AwardRow) -> str:
    """Where a deed stands, as its household is told."""
    if row.state is AwardState.CLAIMED and row.needs_verification:
        return _("等网格员核实")
    return _(_STANDING[row.state])


def own_photo(session: Session, card: CardInfo, name: str) -> PhotoInfo:
    """A photo that this card's page may show; raises PhotoUnknown.

    It shows a deed of the household, or it was sent from a card's page and its form isn't done
    yet: then only the page that it was sent from knows its name.
    """
    found = photos_named(session, card.village_id, [name])
    if not found:
        raise PhotoUnknown
    uses = uses_of(session, card.village_id, found[0].id)
    if uses:
        shown = any(_is_theirs(session, card, kind, number) for kind, number in uses)
    else:
        shown = bool(photos_named(session, card.village_id, [name], taken_by=0))
    if not shown:
        raise PhotoUnknown
    return found[0]


def _is_told(row: AwardRow) -> bool:
    """A deduction that was refused had better be forgotten."""
    return not (row.deduction and row.state is AwardState.REFUSED)


def _is_theirs(session: Session, card: CardInfo, kind: PhotoSubject, number: int) -> bool:
    if kind is not PhotoSubject.AWARD:
        return False
    return award(session, card.village_id, number).household_id == card.household_id


def _deed(
    row: AwardRow, step: _Step, photos: Collection[PhotoInfo], hanging: dict[int, date]
) -> PublicDeed:
    notice_id = row.notice_id if row.notice_id in hanging else None
    whose = _("（%(name)s）", name=masked_member(row.member_name)) if row.member_name else ""
    may_take_back = {AwardState.CLAIMED, AwardState.VERIFIED, AwardState.RETURNED}
    return PublicDeed(
        id=row.id,
        what=row.item_name + whose,
        note=row.note if row.source is AwardSource.HOUSEHOLD else "",
        day=row.deed_on,
        points=row.points,
        deduction=row.deduction,
        state=row.state,
        standing=standing_of(row),
        until=hanging.get(notice_id) if notice_id else None,
        notice_id=notice_id,
        reason=step.reason,
        told_on=clock.local(step.at).date(),
        own=row.source is AwardSource.HOUSEHOLD and row.state in may_take_back,
        photos=tuple(photos),
    )


_STEPS: Final = Prepared(
    select(_steps.c.award_id, _steps.c.reason, _steps.c.at)
    .where(_steps.c.village_id == bindparam("village"), among(_steps.c.award_id, "awards"))
    .order_by(_steps.c.award_id, _steps.c.step)
)


def _last_steps(session: Session, village_id: int, ids: Collection[int]) -> dict[int, _Step]:
    """The last step of each deed: what was said then, and when."""
    rows = _STEPS.rows(session, village=village_id, awards=ids)
    return {row.award_id: _Step(row.reason, row.at) for row in rows}
