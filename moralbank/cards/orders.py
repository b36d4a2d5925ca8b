"""What is printed in one go: gathered from the village's books as plain values for paper."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from moralbank.audit import AuditEntry
from moralbank.cards.faces import CardBack, CardOrder, GuideSheet, HandoutSheet, Recipient
from moralbank.cards.queries import active_cards
from moralbank.cards.stocks import CARD_STOCKS, PLAINLY, Backs, SheetPlan
from moralbank.errors import Invalid, NotFound
from moralbank.households.queries import all_households
from moralbank.i18n import _, mark
from moralbank.ledger.queries import rate_in_force
from moralbank.money import short_yuan
from moralbank.printing.stocks import Stock
from moralbank.villages.queries import village_info
from moralbank.villages.setting_kinds import moved_by
from moralbank.villages.settings import (
    CARD_STOCK,
    CONTACT,
    INK,
    INK_SAVING,
    NOTICE_DAYS,
    PRINTER_OFFSET,
)

PRINTED: Final = "cards.print"
"""The act under which printings stand in the trail; its subject is the stock's key."""
_TAIL: Final = 4


class PlacesTooMany(Invalid):
    """More places are to be left free than a sheet of this stock has."""

    text = mark("这种纸一张 %(places)s 格，跳过的要比它少")
    code = "places_too_many"


class NothingPrinted(NotFound):
    """Backs belong to fronts that were printed before, and there are none."""

    text = mark("还没有印过正面，先印正面再印背面")
    code = "nothing_printed"


class NobodyToGet(NotFound):
    """No household has a card that could be handed out."""

    text = mark("还没有发过卡，先打印积分卡")
    code = "nobody_to_get"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How somebody wants cards printed. `fresh_only` leaves out cards printed before."""

    plan: SheetPlan = PLAINLY
    backs: Backs = Backs.NONE
    handout: bool = False
    fresh_only: bool = False


@dataclass(frozen=True)
class Printing:
    """A printing of `count` fronts that is over, `skip` places of its first sheet left free."""

    stock: Stock
    skip: int
    count: int
    at: datetime

    @property
    def next_place(self) -> int:
        """How many places of its last sheet are used; 0 where that is full."""
        return (self.skip + self.count) % self.stock.per_page


def plan_of(
    settings: dict[str, str],
    *,
    stock: str | None = None,
    ink: str | None = None,
    skip: int = 0,
    offset: str | None = None,
) -> SheetPlan:
    """How cards are laid onto paper: as given, else as the village has set it.

    Raises PlacesTooMany.
    """
    chosen = CARD_STOCKS[stock or settings[CARD_STOCK]]
    if not 0 <= skip < chosen.per_page:
        raise PlacesTooMany(places=chosen.per_page, field="skip")
    return SheetPlan(
        stock=chosen,
        saving=(ink or settings[INK]) == INK_SAVING,
        skip=skip,
        offset_mm=moved_by(offset or settings[PRINTER_OFFSET]),
    )


def last_printing(session: Session, village_id: int, stock: str = "") -> Printing | None:
    """The village's last printing of fronts, on this stock if one is named, as the trail has it."""
    on_stock = (
        [AuditEntry.subject == stock] if stock else [col(AuditEntry.subject).in_(CARD_STOCKS)]
    )
    found = session.exec(
        select(AuditEntry)
        .where(AuditEntry.village_id == village_id, AuditEntry.act == PRINTED, *on_stock)
        .order_by(col(AuditEntry.id).desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    detail = json.loads(found.detail)
    return Printing(CARD_STOCKS[found.subject], detail["skip"], len(detail["households"]), found.at)


def card_back(session: Session, village_id: int) -> CardBack:
    """The back of the village's cards."""
    village = village_info(session, village_id)
    return CardBack(organisation=village.organisation, contact=village.settings[CONTACT])


def backs_of_last(session: Session, village_id: int, plan: SheetPlan) -> CardOrder:
    """The backs of what was printed last, on its stock and places; raises NothingPrinted."""
    last = last_printing(session, village_id)
    if last is None:
        raise NothingPrinted
    same = SheetPlan(stock=last.stock, skip=last.skip, saving=plan.saving, offset_mm=plan.offset_mm)
    return CardOrder(plan=same, count=last.count, back=card_back(session, village_id))


def handout_sheet(
    session: Session, village_id: int, household_ids: Collection[int] | None = None
) -> HandoutSheet:
    """Who of these households (else of all) has a card to receive, in walking order.

    Raises NobodyToGet.
    """
    village = village_info(session, village_id)
    known = active_cards(session, village_id)
    recipients = tuple(
        Recipient(one.group, one.number, one.head, known[one.id].token[-_TAIL:])
        for one in all_households(session, village_id, active_only=False)
        if one.id in known and (household_ids is None or one.id in household_ids)
    )
    if not recipients:
        raise NobodyToGet
    return HandoutSheet(village.name, village.town, recipients)


def guide_sheet(session: Session, village_id: int) -> GuideSheet:
    """What the village's poster says of how a card is used."""
    village = village_info(session, village_id)
    return GuideSheet(
        village=village.full_name,
        hangs_days=int(village.settings[NOTICE_DAYS]),
        rate=_rate_words(session, village_id),
        contact=village.settings[CONTACT],
    )


def _rate_words(session: Session, village_id: int) -> str:
    fen = rate_in_force(session, village_id)
    return "" if fen is None else _("1 分换 %(yuan)s 元的东西", yuan=short_yuan(fen))
