"""A notice as the village's public page shows it: merits, hardly a name."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from sqlmodel import Session

from moralbank import clock
from moralbank.cards.queries import masked
from moralbank.errors import NotFound
from moralbank.i18n import _, mark
from moralbank.notices.hanging import (
    HungHousehold,
    HungLine,
    NoticeUnknown,
    corrections_on,
    hung_households,
)
from moralbank.notices.queries import NoticeInfo, notice, open_notices
from moralbank.villages.queries import VillageInfo, telephone_in, village_info
from moralbank.villages.settings import CONTACT, PUBLIC_ADDRESS

SHOWN_AFTER: Final = timedelta(days=30)
"""So long after its last day a notice can still be read, and its lines objected to."""


@dataclass(frozen=True)
class PublicLine:
    """One merit: what for, when, points, and where it stands in words.

    `line` is its place among the merits: gaps would tell what was deducted, and beside whom.
    """

    line: int
    award_id: int
    item: str
    quantity_words: str
    points: int
    deed_on: date
    state_words: str
    disputed: bool
    objectable: bool


@dataclass(frozen=True)
class PublicHousehold:
    """A household as strangers may see it: group, number and surname (杜**)."""

    group: str
    number: str
    head: str
    points: int
    lines: tuple[PublicLine, ...]

    @property
    def spoken(self) -> str:
        """Group and number as people say them: "一组 012 号"."""
        return _("%(group)s %(number)s 号", group=self.group, number=self.number)


@dataclass(frozen=True)
class PublicNotice:
    """The page of one notice. How many corrections it has is all that strangers are told."""

    info: NoticeInfo
    households: tuple[PublicHousehold, ...]
    corrections: int

    @property
    def lines(self) -> int:
        """How many merits it shows."""
        return sum(len(one.lines) for one in self.households)


class NotOnline(NotFound):
    """A village without a public address shows its notices on the wall alone."""

    text = mark("这个村的公示贴在村里的公示栏，没有放到网上")
    code = "notices_not_online"


def publishing_village(session: Session, village_id: int) -> VillageInfo:
    """The village, if it shows its notices to everybody.

    Raises VillageUnknown, NotOnline.
    """
    village = village_info(session, village_id)
    if not village.settings[PUBLIC_ADDRESS]:
        raise NotOnline
    return village


def contact_of(village: VillageInfo) -> tuple[str, str]:
    """Who takes objections in words, and the number that a phone can call; both may be empty."""
    contact = village.settings[CONTACT]
    return contact, telephone_in(contact)


def hanging_now(session: Session, village_id: int) -> list[NoticeInfo]:
    """The notices whose first day has come and that aren't posted yet, newest first."""
    today = clock.today()
    return [one for one in open_notices(session, village_id) if one.first_day <= today]


def public_notice(session: Session, village_id: int, notice_id: int) -> PublicNotice:
    """One notice for everybody; raises NoticeUnknown, also before its time and long after."""
    info = _readable(session, village_id, notice_id)
    corrections = len(corrections_on(session, village_id, notice_id))
    return PublicNotice(info, tuple(_shown(session, village_id, notice_id)), corrections)


def public_line(session: Session, village_id: int, notice_id: int, line: int) -> PublicHousehold:
    """One merit of a readable notice with its household; raises NoticeUnknown."""
    _readable(session, village_id, notice_id)
    for household in _shown(session, village_id, notice_id):
        for one in household.lines:
            if one.line == line:
                return replace(household, points=one.points, lines=(one,))
    raise NoticeUnknown(id=notice_id)


def _readable(session: Session, village_id: int, notice_id: int) -> NoticeInfo:
    publishing_village(session, village_id)
    info, today = notice(session, village_id, notice_id), clock.today()
    if not info.first_day <= today <= info.last_day + SHOWN_AFTER:
        raise NoticeUnknown(id=notice_id)
    return info


def _shown(session: Session, village_id: int, notice_id: int) -> Iterator[PublicHousehold]:
    """The households that have merits on it, in walking order."""
    places = itertools.count(1)
    for one in hung_households(session, village_id, notice_id):
        shown = _public(one, places)
        if shown.lines:
            yield shown


def _public(one: HungHousehold, places: Iterator[int]) -> PublicHousehold:
    """Without the names and without what was deducted: that is between the household and us."""
    merits = tuple(_merit(line, next(places)) for line in one.lines if not line.deduction)
    return PublicHousehold(
        group=one.group,
        number=one.number,
        head=masked(one.head),
        points=sum(line.points for line in merits),
        lines=merits,
    )


def _merit(line: HungLine, place: int) -> PublicLine:
    return PublicLine(
        line=place,
        award_id=line.award_id,
        item=line.item,
        quantity_words=line.quantity_words,
        points=line.points,
        deed_on=line.deed_on,
        state_words=line.state_words,
        disputed=line.state == "objected",
        objectable=line.objectable,
    )
