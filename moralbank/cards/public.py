"""What a card tells whoever scans it: points in plain words, hardly a name."""

import re
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from moralbank import clock
from moralbank.cards.models import CardState
from moralbank.cards.queries import card_by_token, masked
from moralbank.households.queries import household
from moralbank.i18n import _, sentences
from moralbank.ledger.models import AccountKind, EventKind
from moralbank.ledger.queries import StatementLine, account_of, rate_on, statement
from moralbank.money import yuan
from moralbank.store.queries import shop_of
from moralbank.villages.queries import village_info
from moralbank.villages.settings import CONTACT

LINES = 10
_TELEPHONE = re.compile(r"[0-9][0-9 \-]{5,}[0-9]")


@dataclass(frozen=True)
class PublicLine:
    """One change of points: the day, what for, and the change in words ("加 5 分")."""

    day: date
    what: str
    points: int
    words: str


@dataclass(frozen=True)
class PublicCard:
    """The page of a card. One that doesn't work says only that: everything else is empty."""

    village: str
    state: CardState
    head: str = ""
    group: str = ""
    points: int = 0
    credit_fen: int = 0
    rate_fen: int = 0
    shop: str = ""
    contact: str = ""
    lines: tuple[PublicLine, ...] = ()

    @property
    def works(self) -> bool:
        """Whether the card may be used."""
        return self.state == CardState.ACTIVE

    @property
    def telephone(self) -> str:
        """The number in the contact that a phone can call, or nothing."""
        found = _TELEPHONE.search(self.contact)
        return re.sub(r"[ \-]", "", found.group()) if found else ""

    @property
    def aloud(self) -> str:
        """What is read to those who would rather listen."""
        parts = [_("您家现在有 %(n)s 分。", n=self.points)]
        if self.credit_fen:
            parts.append(_("另有余额 %(yuan)s 元。", yuan=yuan(self.credit_fen)))
        parts += [
            _("%(month)s月%(day)s日，%(what)s，%(words)s。", **_spoken(line))
            for line in self.lines[:3]
        ]
        return sentences(parts)


def public_card(session: Session, token: str) -> PublicCard:
    """The page of the card with this number; raises CardUnknown."""
    found = card_by_token(session, token)
    village = village_info(session, found.village_id)
    contact = village.settings[CONTACT]
    if found.state != CardState.ACTIVE:
        return PublicCard(village=village.name, state=found.state, contact=contact)
    owner = household(session, found.village_id, found.household_id)
    points = account_of(session, found.village_id, AccountKind.HOUSEHOLD_POINTS, owner.id)
    credit = account_of(session, found.village_id, AccountKind.HOUSEHOLD_CREDIT, owner.id)
    newest = statement(session, found.village_id, points.account, limit=LINES)
    return PublicCard(
        village=village.name,
        state=found.state,
        head=masked(owner.head),
        group=owner.group,
        points=points.amount,
        credit_fen=credit.amount,
        rate_fen=rate_on(session, found.village_id),
        shop=shop_of(session, found.village_id).name,
        contact=contact,
        lines=tuple(_line(line) for line in newest),
    )


def _line(line: StatementLine) -> PublicLine:
    day = clock.local(line.at).date()
    points = abs(line.amount)
    if line.kind == EventKind.REVERSE:
        gives = _("更正，加 %(n)s 分", n=points)
        takes = _("更正，减 %(n)s 分", n=points)
    else:
        gives = _("加 %(n)s 分", n=points)
        takes = _("用 %(n)s 分", n=points)
    return PublicLine(day, line.memo, line.amount, gives if line.amount > 0 else takes)


def _spoken(line: PublicLine) -> dict[str, str | int]:
    return {
        "month": line.day.month,
        "day": line.day.day,
        "what": line.what,
        "words": line.words,
    }
