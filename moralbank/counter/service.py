"""Redeeming: points become credit, credit becomes goods, all in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import insert
from sqlmodel import Session

from moralbank import audit
from moralbank.audit import Actor
from moralbank.cards.queries import CardUnknown, card, require_usable
from moralbank.counter.models import Slip, SlipLine
from moralbank.counter.queries import slip, slip_label
from moralbank.counter.reckoning import Reckoning
from moralbank.errors import Invalid, Refused
from moralbank.households.queries import HouseholdInfo, household
from moralbank.i18n import mark
from moralbank.ledger import service as ledger
from moralbank.ledger.models import VILLAGE, AccountKind, EventKind
from moralbank.ledger.queries import Balance, account_of, rate_on
from moralbank.ledger.requests import RequestReused, once
from moralbank.ledger.service import Leg, Posted
from moralbank.money import yuan
from moralbank.store.keeping import shop_for
from moralbank.store.queries import ProductInfo, ProductUnknown, products_by_id
from moralbank.store.service import take_stock

MOST_LINES: Final = 50
MOST_PIECES: Final = 999
LONGEST_COLLECTOR: Final = 40

_ACT: Final = "counter.redeem"
"""Under this name requests and the trail know a redemption."""

_slips = Slip.__table__  # type: ignore[attr-defined]
_lines = SlipLine.__table__  # type: ignore[attr-defined]


class CartEmpty(Invalid):
    """A slip has at least one line."""

    text = mark("还没有选商品")
    code = "cart_empty"


class CartTooLong(Invalid):
    """A slip has at most 50 lines."""

    text = mark("一张兑换单最多 50 种商品，请分两次兑换")
    code = "cart_too_long"


class PiecesInvalid(Invalid):
    """Whole pieces, 1 to 999 of each product."""

    text = mark("数量不对：每种须是 1 到 999 的整数")
    code = "pieces_invalid"


class CollectorTooLong(Invalid):
    """Who collects the goods is named in at most 40 characters."""

    text = mark("领取人太长：最多 40 个字")
    code = "collector_too_long"


class HouseholdMoved(Refused):
    """A household that moved away can't redeem."""

    text = mark("%(head)s 一户已迁出，不能兑换")
    code = "household_moved"


class ProductWithdrawn(Refused):
    """The product was taken off the shelf."""

    text = mark("“%(name)s”已经下架")
    code = "product_withdrawn"


class PointsShort(Refused):
    """The household hasn't enough points and credit."""

    text = mark("积分不够：这些商品要用 %(needed)s 分，现有 %(has)s 分，还差 %(n)s 分")
    code = "points_short"


class SumChanged(Refused):
    """The goods now cost something else than what the shopkeeper was shown."""

    text = mark(
        "价格、兑换比例或余额刚才变了：现在合计 %(yuan)s 元，要用 %(points)s 分。"
        "请告诉领取人，再确认一次"
    )
    code = "sum_changed"


class RedeemedBefore(Refused):
    """The request id was used for another cart, which did become a slip."""

    text = mark("这一单刚才已经办好了，单号 %(label)s。这次的没有换，还要换请核对后再办一次")
    code = "redeemed_before"


@dataclass(frozen=True)
class Shown:
    """What the shopkeeper was shown before confirming: the sum in fen, points to be exchanged."""

    total_fen: int
    points_used: int


@dataclass(frozen=True)
class Redeem:
    """What a household takes: pieces by product number.

    `card_id` is the card that was shown, or None when the household was looked up by name.
    `collector` is who takes the goods away; empty means the head of the household.
    `shown` must still be true; None where nothing was shown, as on the command line.
    """

    household_id: int
    card_id: int | None
    lines: Mapping[int, int] = field(default_factory=dict)
    collector: str = ""
    shown: Shown | None = None


@dataclass(frozen=True)
class _Accounts:
    """The accounts that a redemption touches."""

    points: Balance
    credit: Balance
    exchanged: Balance
    issued: Balance
    accepted: Balance


def redeem(session: Session, actor: Actor, request_id: str, wanted: Redeem) -> int:
    """Exchange points for goods; gives the slip's number, the same for the same request id.

    Raises CartEmpty, CartTooLong, PiecesInvalid, CollectorTooLong, HouseholdUnknown,
    HouseholdMoved, CardUnknown, CardLost, CardReplaced, ProductUnknown, ProductWithdrawn,
    PointsShort (with the exact shortfall), SumChanged, OutOfStock, NoRate, RedeemedBefore.
    """
    _require_valid(wanted)
    # Not what was shown: the same cart again is the same act, whatever it was thought to cost.
    content = {
        "household": wanted.household_id,
        "card": wanted.card_id,
        "lines": sorted(wanted.lines.items()),
        "collector": wanted.collector.strip(),
    }
    try:
        return once(
            session,
            actor.village_id,
            request_id,
            _ACT,
            content,
            lambda: _perform(session, actor, request_id, wanted),
        ).result
    except RequestReused as reused:
        if reused.act != _ACT or reused.result is None:
            raise
        label = slip(session, actor.village_id, reused.result).label
        raise RedeemedBefore(label=label) from reused


def require_customer(session: Session, village_id: int, wanted: Redeem) -> HouseholdInfo:
    """The household, whose card (if one was shown) must be its own and work.

    Raises HouseholdUnknown, HouseholdMoved, CardUnknown, CardLost, CardReplaced.
    """
    found = household(session, village_id, wanted.household_id)
    if found.moved:
        raise HouseholdMoved(head=found.head)
    if wanted.card_id is not None:
        shown = card(session, village_id, wanted.card_id)
        if shown.household_id != found.id:
            raise CardUnknown
        require_usable(shown)
    return found


def _require_valid(wanted: Redeem) -> None:
    if not wanted.lines:
        raise CartEmpty
    if len(wanted.lines) > MOST_LINES:
        raise CartTooLong
    if not all(
        type(pieces) is int and 1 <= pieces <= MOST_PIECES for pieces in wanted.lines.values()
    ):
        raise PiecesInvalid
    if len(wanted.collector.strip()) > LONGEST_COLLECTOR:
        raise CollectorTooLong(field="collector")


def _perform(session: Session, actor: Actor, request_id: str, wanted: Redeem) -> int:
    """Redeem, under the ledger's lock."""
    village_id = actor.village_id
    customer = require_customer(session, village_id, wanted)
    goods = _goods(session, village_id, wanted.lines)
    shop_id = shop_for(session, actor).id
    accounts = _accounts(session, village_id, customer.id, shop_id)
    reckoned = Reckoning(
        total_fen=sum(info.price_fen * pieces for info, pieces in goods),
        rate_fen=rate_on(session, village_id),
        points_before=accounts.points.amount,
        credit_before=accounts.credit.amount,
    )
    if reckoned.short:
        raise PointsShort(needed=reckoned.points_used, has=reckoned.points_before, n=reckoned.short)
    if wanted.shown not in {None, Shown(reckoned.total_fen, reckoned.points_used)}:
        raise SumChanged(yuan=yuan(reckoned.total_fen), points=reckoned.points_used)
    number = ledger.take_number(session, village_id, "slip")
    posted = _post(session, actor, request_id, number, accounts, reckoned, goods)
    row = {
        "village_id": village_id,
        "id": number,
        "shop_id": shop_id,
        "household_id": customer.id,
        "card_id": wanted.card_id,
        "cashier": actor.user_id,
        "collector": wanted.collector.strip(),
    }
    _write(session, row, posted, reckoned, goods)
    take_stock(session, actor, number, wanted.lines)
    label = slip_label(number, posted.at)
    audit.record(session, actor, _ACT, label, household=customer.label)
    return number


def _goods(
    session: Session, village_id: int, lines: Mapping[int, int]
) -> list[tuple[ProductInfo, int]]:
    """Products with their pieces, in the order of the slip."""
    known = products_by_id(session, village_id, list(lines))
    goods = []
    for number, pieces in lines.items():
        if number not in known:
            raise ProductUnknown(name=number)
        if not known[number].active:
            raise ProductWithdrawn(name=known[number].title)
        goods.append((known[number], pieces))
    return goods


def _accounts(session: Session, village_id: int, household_id: int, shop_id: int) -> _Accounts:
    def of(kind: AccountKind, owner: int = VILLAGE) -> Balance:
        return account_of(session, village_id, kind, owner)

    return _Accounts(
        points=of(AccountKind.HOUSEHOLD_POINTS, household_id),
        credit=of(AccountKind.HOUSEHOLD_CREDIT, household_id),
        exchanged=of(AccountKind.POINTS_EXCHANGED),
        issued=of(AccountKind.CREDIT_ISSUED),
        accepted=of(AccountKind.SHOP_ACCEPTED, shop_id),
    )


def _post(
    session: Session,
    actor: Actor,
    request_id: str,
    number: int,
    accounts: _Accounts,
    reckoned: Reckoning,
    goods: list[tuple[ProductInfo, int]],
) -> Posted:
    """One event: points to credit (unless old credit suffices), credit to the shop."""
    memo = _memo(goods)
    legs = []
    if reckoned.points_used:
        points, brought = reckoned.points_used, reckoned.points_used * reckoned.rate_fen
        legs.append(Leg(accounts.points.account, accounts.exchanged.account, points, memo))
        legs.append(Leg(accounts.issued.account, accounts.credit.account, brought, memo))
    legs.append(Leg(accounts.credit.account, accounts.accepted.account, reckoned.total_fen, memo))
    return ledger.post(
        session,
        actor.village_id,
        EventKind.REDEEM,
        legs,
        actor=actor.user_id,
        request_id=request_id,
        payload={
            "slip": number,
            "rate": reckoned.rate_fen,
            "lines": [[info.sku, info.name, pieces, info.price_fen] for info, pieces in goods],
        },
    )


def _memo(goods: list[tuple[ProductInfo, int]]) -> str:
    """What a statement says, in the ledger's own language: "兑换 大豆油 5 升等 3 种"."""
    first = goods[0][0].title
    return f"兑换 {first}" if len(goods) == 1 else f"兑换 {first}等 {len(goods)} 种"


def _write(
    session: Session,
    slip: dict[str, Any],
    posted: Posted,
    reckoned: Reckoning,
    goods: list[tuple[ProductInfo, int]],
) -> None:
    """The slip and its lines."""
    figures = {
        "seq": posted.seq,
        "at": posted.at,
        "total_fen": reckoned.total_fen,
        "rate_fen": reckoned.rate_fen,
        "points_used": reckoned.points_used,
        "points_before": reckoned.points_before,
        "points_after": reckoned.points_after,
        "credit_used": min(reckoned.credit_before, reckoned.total_fen),
        "credit_before": reckoned.credit_before,
        "credit_after": reckoned.credit_after,
    }
    session.connection().execute(insert(_slips), {**slip, **figures})
    rows = [
        {
            "village_id": slip["village_id"],
            "slip_id": slip["id"],
            "line": line,
            "product_id": info.id,
            "name": info.name,
            "spec": info.spec,
            "quantity": pieces,
            "price_fen": info.price_fen,
        }
        for line, (info, pieces) in enumerate(goods, start=1)
    ]
    session.connection().execute(insert(_lines), rows)
