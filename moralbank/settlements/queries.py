"""Reading settlements: the list, one of them, what each shop is owed, what waits for whom."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import BindParameter, Select, bindparam, func, select
from sqlmodel import Session

from moralbank import clock
from moralbank.access.permissions import Role, may
from moralbank.access.queries import user_names
from moralbank.audit import Actor
from moralbank.errors import NotFound
from moralbank.i18n import _, mark
from moralbank.ledger.models import AccountKind
from moralbank.ledger.queries import balances
from moralbank.paging import Page, place
from moralbank.prepared import Prepared, among
from moralbank.settlements.contents import NOTHING, Sums, sums_by_shop, unsettled
from moralbank.settlements.models import Settlement, SettlementState
from moralbank.store.keeping import NoShop, ShopInfo, ShopNotChosen, shop_for, shops
from moralbank.store.models import ShopKind

_settlements = Settlement.__table__  # type: ignore[attr-defined]

PAGE_ROWS: Final = 20
STATE_LABELS: Final = {
    SettlementState.DRAFT: mark("待店方确认"),
    SettlementState.SIGNED: mark("待监督员核对"),
    SettlementState.CHECKED: mark("待付款"),
    SettlementState.PAID: mark("已付款"),
    SettlementState.DROPPED: mark("已作废"),
}
UNPAID: Final = (SettlementState.DRAFT, SettlementState.SIGNED, SettlementState.CHECKED)
NEXT: Final = {
    SettlementState.DRAFT: "settlements.sign",
    SettlementState.SIGNED: "settlements.check",
    SettlementState.CHECKED: "settlements.pay",
}
"""Which permission takes a settlement one step further."""
SQUARED_LABELS: Final = {
    SettlementState.CHECKED: mark("待对清"),
    SettlementState.PAID: mark("已对清，不用付款"),
}
"""How a settlement stands of which nothing is to be paid."""


class SettlementUnknown(NotFound):
    """No such settlement in this village."""

    text = mark("没有这张结算单")
    code = "settlement_unknown"


@dataclass(frozen=True)
class Hand:
    """Who did a step, and when."""

    user_id: int
    name: str
    at: datetime

    @property
    def words(self) -> str:
        """Name and day: "钱文秀 2026-11-30"."""
        return f"{self.name} {clock.local(self.at).date()}"


@dataclass(frozen=True)
class SettlementInfo:
    """A settlement as pages speak of it; `amount_fen` = slips − refunds.

    `due_fen` is what is to be paid of it: nothing to the village's own shop, which bought its
    goods with the village's money. `reason` says why what was paid differs from what was due, or
    why it was given up.
    """

    id: int
    shop: ShopInfo
    first: date
    last: date
    state: SettlementState
    slips: int
    refunds: int
    refunds_fen: int
    amount_fen: int
    due_fen: int
    paid_fen: int | None
    reason: str
    drafted: Hand
    signed: Hand | None
    checked: Hand | None
    paid: Hand | None
    seq: int | None

    @property
    def label(self) -> str:
        """The number as it is printed."""
        return settlement_label(self.id, self.drafted.at)

    @property
    def slips_fen(self) -> int:
        """What its slips come to, refunds not taken off."""
        return self.amount_fen + self.refunds_fen

    @property
    def unpaid(self) -> bool:
        """Whether it is still on its way."""
        return self.state in UNPAID

    @property
    def dropped(self) -> bool:
        """Whether it was given up."""
        return self.state == SettlementState.DROPPED

    @property
    def squared(self) -> bool:
        """Whether it ends without money: nothing was due, and nothing was paid."""
        return not self.due_fen and not self.paid_fen

    @property
    def state_label(self) -> str:
        """The state in words."""
        labels = {**STATE_LABELS, **SQUARED_LABELS} if self.squared else STATE_LABELS
        return _(labels[self.state])


@dataclass(frozen=True)
class Claim:
    """What a shop has to get, in fen.

    `claim_fen` is what its account holds: everything not paid yet. `free` is what stands in no
    settlement; `newest` is the last one that wasn't given up, `unpaid` those on their way.
    """

    shop: ShopInfo
    claim_fen: int
    free: Sums
    newest: SettlementInfo | None
    unpaid: tuple[SettlementInfo, ...]

    @property
    def first(self) -> date | None:
        """The first day of the next settlement; None where there is nothing to settle."""
        return first_day(self.free, self.newest.last if self.newest else None)


@dataclass(frozen=True)
class Listed:
    """Which settlements a list shows; None stands for all."""

    shop_id: int | None = None
    state: SettlementState | None = None


def settlement_label(number: int, drafted_at: datetime) -> str:
    """A settlement's number as people see it: "JS2026-0003"."""
    return f"JS{clock.local(drafted_at):%Y}-{number:04d}"


def due_fen(kind: ShopKind, amount_fen: int) -> int:
    """What of an amount is to be paid to a shop of this kind."""
    return amount_fen if kind == ShopKind.CONTRACT else 0


def first_day(free: Sums, last: date | None) -> date | None:
    """The first day of what is free: the day after the last cut-off, or of the first slip.

    After a cut-off on the same day, more may have been redeemed on that day.
    """
    if free.first is None or last is None:
        return free.first
    return min(free.first, last + timedelta(days=1))


def usual_cutoff(first: date) -> date:
    """The end of last month where the period reaches back so far, else today."""
    today = clock.today()
    month_end = today.replace(day=1) - timedelta(days=1)
    return month_end if month_end >= first else today


def settlement(session: Session, village_id: int, settlement_id: int) -> SettlementInfo:
    """One settlement; raises SettlementUnknown, also for another village's."""
    found = _infos(session, village_id, _of(village_id).where(_settlements.c.id == settlement_id))
    if not found:
        raise SettlementUnknown
    return found[0]


def settlement_page(
    session: Session, village_id: int, wanted: Listed, *, number: int = 1, rows: int = PAGE_ROWS
) -> Page[SettlementInfo]:
    """One page of the settlements that fit, newest first; a page too far gives the last one."""
    fitting = _fitting(village_id, wanted)
    total = session.connection().scalar(select(func.count()).select_from(fitting.subquery())) or 0
    here = place(total, number, rows)
    return Page(_infos(session, village_id, fitting.limit(rows).offset(here.offset)), here)


def settlements(session: Session, village_id: int, wanted: Listed) -> list[SettlementInfo]:
    """All settlements that fit, newest first."""
    return _infos(session, village_id, _fitting(village_id, wanted))


def claims(session: Session, village_id: int, shop_id: int | None = None) -> list[Claim]:
    """What each shop has to get, or one of them, by six statements however many they are."""
    held = balances(session, village_id, AccountKind.SHOP_ACCEPTED)
    free = sums_by_shop(session, unsettled(village_id))
    standing = _of(village_id).where(_settlements.c.id.in_(_standing(village_id)))
    every = _infos(session, village_id, standing)
    return [
        _claim(one, held[one.id].amount, free.get(one.id, NOTHING), every)
        for one in shops(session, village_id)
        if shop_id in {None, one.id}
    ]


def waiting_for(session: Session, actor: Actor) -> list[SettlementInfo]:
    """Settlements whose next step is this person's, oldest first; a shopkeeper's own shop's."""
    states = [state for state, permission in NEXT.items() if may(actor.role, permission)]
    if not states:
        return []
    found = _IN_STATES.rows(session, village=actor.village_id, states=states)
    if found and actor.role == Role.SHOPKEEPER:
        own = None
        with suppress(NoShop, ShopNotChosen):
            own = shop_for(session, actor).id
        found = [row for row in found if row.shop_id == own]
    return _told(session, actor.village_id, found)[::-1]


def shown_shop(session: Session, actor: Actor) -> int | None:
    """The one shop whose settlements this person sees: a shopkeeper's own; None for all.

    Raises NoShop, ShopNotChosen.
    """
    return shop_for(session, actor).id if actor.role == Role.SHOPKEEPER else None


def shown_settlement(session: Session, actor: Actor, settlement_id: int) -> SettlementInfo:
    """A settlement that this person may see.

    Raises SettlementUnknown, NoShop, ShopNotChosen, and NotYourShop to another shop's keeper.
    """
    found = settlement(session, actor.village_id, settlement_id)
    if actor.role == Role.SHOPKEEPER:
        shop_for(session, actor, found.shop.id)
    return found


def _of(village_id: int | BindParameter[int]) -> Select[Any]:
    return (
        select(_settlements)
        .where(_settlements.c.village_id == village_id)
        .order_by(_settlements.c.id.desc())
    )


_IN_STATES: Final = Prepared(_of(bindparam("village")).where(among(_settlements.c.state, "states")))


def _fitting(village_id: int, wanted: Listed) -> Select[Any]:
    found = _of(village_id)
    if wanted.shop_id is not None:
        found = found.where(_settlements.c.shop_id == wanted.shop_id)
    if wanted.state is not None:
        found = found.where(_settlements.c.state == wanted.state)
    return found


def _standing(village_id: int) -> Select[Any]:
    """Numbers of what is on its way, and of each shop's newest that wasn't given up."""
    in_village = _settlements.c.village_id == village_id
    newest = (
        select(func.max(_settlements.c.id))
        .where(in_village, _settlements.c.state != SettlementState.DROPPED)
        .group_by(_settlements.c.shop_id)
    )
    on_their_way = select(_settlements.c.id).where(in_village, _settlements.c.state.in_(UNPAID))
    return select(newest.union(on_their_way).subquery())


def _claim(shop: ShopInfo, held: int, free: Sums, every: list[SettlementInfo]) -> Claim:
    own = [one for one in every if one.shop.id == shop.id]
    return Claim(
        shop,
        held,
        free,
        own[0] if own else None,
        tuple(one for one in reversed(own) if one.unpaid),
    )


def _infos(session: Session, village_id: int, wanted: Select[Any]) -> list[SettlementInfo]:
    """Settlements with shops and names, by three statements however many they are."""
    return _told(session, village_id, session.connection().execute(wanted).all())


def _told(session: Session, village_id: int, rows: Sequence[Any]) -> list[SettlementInfo]:
    if not rows:
        return []
    known = {one.id: one for one in shops(session, village_id)}
    names = user_names(session, village_id)
    return [_info(row, known[row.shop_id], names) for row in rows]


def _info(row: Any, shop: ShopInfo, names: Mapping[int, str]) -> SettlementInfo:
    def hand(step: str) -> Hand | None:
        by, at = getattr(row, f"{step}_by"), getattr(row, f"{step}_at")
        return None if at is None else Hand(by, names.get(by, ""), at)

    return SettlementInfo(
        id=row.id,
        shop=shop,
        first=row.first,
        last=row.last,
        state=SettlementState(row.state),
        slips=row.slips,
        refunds=row.refunds,
        refunds_fen=row.refunds_fen,
        amount_fen=row.amount_fen,
        due_fen=row.due_fen,
        paid_fen=row.paid_fen,
        reason=row.reason,
        drafted=Hand(row.drafted_by, names.get(row.drafted_by, ""), row.drafted_at),
        signed=hand("signed"),
        checked=hand("checked"),
        paid=hand("paid"),
        seq=row.seq,
    )
