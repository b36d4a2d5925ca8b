"""What a card tells whoever scans it: points in plain words, hardly a name."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sqlmodel import Session

from moralbank import clock
from moralbank.cards.deeds import PublicDeeds, public_deeds
from moralbank.cards.models import CardState
from moralbank.cards.queries import CardInfo, masked, masked_member
from moralbank.fund.old_points import lapse_ahead
from moralbank.households.queries import household, members_of
from moralbank.i18n import _, listed, sentences
from moralbank.ledger.models import AccountKind, EventKind
from moralbank.ledger.queries import StatementLine, accounts_of, rate_on, statement
from moralbank.money import yuan
from moralbank.reminders.queries import ReminderInfo, open_reminders
from moralbank.store.keeping import shops
from moralbank.villages.queries import VillageInfo, telephone_in, village_info
from moralbank.villages.settings import CONTACT, PUBLIC_ADDRESS

LINES = 10
_HELD: Final = (AccountKind.HOUSEHOLD_POINTS, AccountKind.HOUSEHOLD_CREDIT)
_OF_DEEDS: Final = frozenset({EventKind.POST_AWARDS, EventKind.REVERSE})
_DAY_OF_DEED: Final = re.compile(r" (\d\d)-(\d\d)(?= |$)")
"""How `awards.rows.memos_of` writes a deed's day."""


@dataclass(frozen=True)
class PublicLine:
    """One change of points: the day, what for, and the change in words ("加 5 分").

    `done` says when a deed was done ("9月11日的事"), "" where that was the same day.
    """

    day: date
    what: str
    points: int
    words: str
    done: str = ""


@dataclass(frozen=True)
class PublicCard:
    """The page of a card. One that may not be read says only that: everything else is empty.

    `warning` tells of points that lapse within thirty days.
    """

    village_id: int
    village: str
    state: CardState
    contact: str = ""
    head: str = ""
    group: str = ""
    moved: bool = False
    points: int = 0
    credit_fen: int = 0
    warning: str = ""
    rate_fen: int = 0
    shop: str = ""
    publishes: bool = False
    lines: tuple[PublicLine, ...] = ()
    deeds: PublicDeeds = field(default_factory=PublicDeeds)
    reminders: tuple[ReminderInfo, ...] = ()

    @property
    def telephone(self) -> str:
        """The number in the contact that a phone can call, or nothing."""
        return telephone_in(self.contact)

    @property
    def aloud(self) -> str:
        """What is read to those who would rather listen."""
        parts = [_("您家现在有 %(n)s 分。", n=self.points)]
        if self.credit_fen:
            parts.append(_("另有余额 %(yuan)s 元。", yuan=yuan(self.credit_fen)))
        if self.warning:
            parts.append(_("%(warning)s。", warning=self.warning))
        parts += [
            _("您报的%(what)s，要您补充：%(reason)s。", what=deed.what, reason=deed.reason)
            for deed in self.deeds.returned
        ]
        parts += [
            _("提醒您家：%(what)s，请在%(month)s月%(day)s日前改好。", **_reminded(one))
            for one in self.reminders
        ]
        if self.deeds.noticed:
            parts.append(_("有 %(n)s 条正在公示。", n=len(self.deeds.noticed)))
        parts += [
            _("%(month)s月%(day)s日，%(what)s，%(words)s。", **_spoken(line))
            for line in self.lines[:3]
        ]
        return sentences(parts)


def closed_card(session: Session, card: CardInfo) -> PublicCard:
    """The page of a card that may not be read (now): whose village it is, whom to call."""
    village = village_info(session, card.village_id)
    return PublicCard(
        village_id=village.id,
        village=village.name,
        state=card.state,
        contact=village.settings[CONTACT],
    )


def public_card(session: Session, card: CardInfo, village: VillageInfo) -> PublicCard:
    """The page of a card of this village that works, for whoever may read it."""
    owner = household(session, village.id, card.household_id)
    points, credit = accounts_of(session, village.id, [(kind, owner.id) for kind in _HELD])
    ahead = lapse_ahead(session, village.id, owner.id)
    return PublicCard(
        village_id=village.id,
        village=village.name,
        state=card.state,
        contact=village.settings[CONTACT],
        head=masked(owner.head),
        group=owner.group,
        moved=owner.moved,
        points=points.amount,
        credit_fen=credit.amount,
        warning=ahead.words if ahead else "",
        rate_fen=rate_on(session, village.id),
        shop=listed(one.name for one in shops(session, village.id)),
        publishes=bool(village.settings[PUBLIC_ADDRESS]),
        lines=_lines(session, village, owner.id, points.account),
        deeds=public_deeds(session, village.id, owner.id),
        reminders=tuple(open_reminders(session, village.id, owner.id)),
    )


def _lines(
    session: Session, village: VillageInfo, household_id: int, account: int
) -> tuple[PublicLine, ...]:
    """The newest changes of points, members masked as everywhere on this page."""
    names = [member.name for member in members_of(session, village.id, household_id)]
    newest = statement(session, village.id, account, limit=LINES)
    return tuple(_line(line, names) for line in newest)


def _line(line: StatementLine, names: list[str]) -> PublicLine:
    day = clock.local(line.at).date()
    what = line.memo  # a deed's ends with the member who did it
    for name in names:
        if what.endswith(f" {name}"):
            what = what.removesuffix(name) + masked_member(name)
    done = _DAY_OF_DEED.search(what) if line.kind in _OF_DEEDS else None
    if done is None:
        return PublicLine(day, what, line.amount, _change(line))
    month, of_month = int(done[1]), int(done[2])
    what = what[: done.start()] + what[done.end() :]
    words = _("%(month)s月%(day)s日的事", month=month, day=of_month)
    earlier = "" if (month, of_month) == (day.month, day.day) else words
    return PublicLine(day, what, line.amount, _change(line), earlier)


def _change(line: StatementLine) -> str:
    """The change in words: earned, used, deducted or put right are four different things."""
    points = abs(line.amount)
    if line.kind == EventKind.REVERSE:
        gives = _("更正，加 %(n)s 分", n=points)
        takes = _("更正，减 %(n)s 分", n=points)
    else:
        gives = _("加 %(n)s 分", n=points)
        deducted = line.kind == EventKind.POST_AWARDS
        takes = _("扣 %(n)s 分", n=points) if deducted else _("用 %(n)s 分", n=points)
    return gives if line.amount > 0 else takes


def _reminded(reminder: ReminderInfo) -> dict[str, str | int]:
    return {
        "what": reminder.item.name,
        "month": reminder.put_right_by.month,
        "day": reminder.put_right_by.day,
    }


def _spoken(line: PublicLine) -> dict[str, str | int]:
    return {
        "month": line.day.month,
        "day": line.day.day,
        "what": line.what,
        "words": line.words,
    }
