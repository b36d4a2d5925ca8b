"""Redeeming: points become credit, credit becomes goods, all in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlmodel import Session

from moralbank import audit, clock
from moralbank.audit import Actor
from moralbank.cards.queries import CardUnknown, card, require_usable
from moralbank.counter.closing import require_open
from moralbank.counter.judging import require_proof, require_within
from moralbank.counter.limits import Goods, allowance_for
from moralbank.counter.models import Proof
from moralbank.counter.posting import counter_accounts, post_redemption, write_slip
from moralbank.counter.queries import slip, slip_label
from moralbank.counter.reckoning import Reckoning
from moralbank.errors import Invalid, Refused
from moralbank.households.queries import HouseholdInfo, household, members_of
from moralbank.i18n import mark
from moralbank.ledger.queries import rate_on, require_clock
from moralbank.ledger.requests import RequestReused, once
from moralbank.ledger.service import take_number
from moralbank.money import yuan
from moralbank.photos.models import PhotoSubject
from moralbank.photos.service import attach
from moralbank.store.keeping import ShopInfo, shop_for
from moralbank.store.queries import ProductUnknown, products_by_id
from moralbank.store.service import take_stock

MOST_LINES: Final = 50
MOST_PIECES: Final = 999
LONGEST_COLLECTOR: Final = 40
LONGEST_RELATION: Final = 20

ACT: Final = "counter.redeem"
"""Under this name requests and the trail know a redemption."""


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


class CreditInvalid(Invalid):
    """How much of the credit to use is no whole number of fen from 0 on."""

    text = mark("要用的余额不对：应像 12 或 12.50，不用就填 0")
    code = "credit_invalid"


class CollectorTooLong(Invalid):
    """Who collects the goods is named in at most 40 characters."""

    text = mark("领取人太长：最多 40 个字")
    code = "collector_too_long"


class RelationTooLong(Invalid):
    """What the collector is to the household is said in at most 20 characters."""

    text = mark("关系太长：最多 20 个字")
    code = "relation_too_long"


class RelationMissing(Invalid):
    """Who is nobody of the household says what they are to it."""

    text = mark("“%(name)s”不是这户的人，请写明和户主是什么关系，例如 邻居")
    code = "relation_missing"


class HouseholdMoved(Refused):
    """A household that moved away can't redeem."""

    text = mark("%(head)s 一户已迁出，不能兑换")
    code = "household_moved"


class ContractEnded(Refused):
    """The shop takes the village's points no longer."""

    text = mark("“%(name)s”的合同到 %(day)s 为止，不能再收积分。请管理员先续上合同")
    code = "contract_ended"


class ProductWithdrawn(Refused):
    """The product was taken off the shelf, or isn't offered today."""

    text = mark("“%(name)s”今天不能换：已经下架，或者不在供应的日子里")
    code = "product_withdrawn"


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
    `collector` is who takes the goods away; empty means the head of the household. Somebody who
    is nobody of it says the `relation`. `shown` must still be true; None where nothing was shown,
    as on the command line. `credit_fen` is how much of the credit may be used, None all there is.
    `proof` PIN was proved by the caller (`cards.pins`); `signature` is a kept photo's number.
    """

    household_id: int
    card_id: int | None
    lines: Mapping[int, int] = field(default_factory=dict)
    collector: str = ""
    relation: str = ""
    shown: Shown | None = None
    credit_fen: int | None = None
    proof: Proof = Proof.NONE
    signature: int | None = None

    @property
    def proven(self) -> Proof:
        """What there is of a proof: a signature only with its picture."""
        if self.signature is not None:
            return Proof.SIGNATURE
        return self.proof if self.proof is Proof.PIN else Proof.NONE


def redeem(session: Session, actor: Actor, request_id: str, wanted: Redeem) -> int:
    """Exchange points for goods; gives the slip's number, the same for the same request id.

    Raises CartEmpty, CartTooLong, PiecesInvalid, CreditInvalid, CollectorTooLong, RelationTooLong,
    RelationMissing, HouseholdUnknown, HouseholdMoved, CardUnknown, CardLost, CardReplaced,
    ContractEnded, DayClosed, ClockBehind, ProductUnknown, ProductWithdrawn, what
    `judging.require_within` does, ProofMissing, SumChanged, OutOfStock, StockExpired, NoRate,
    PhotoUnknown, RedeemedBefore.
    """
    _require_valid(wanted)
    # Not what was shown and how it was proved: the same cart again is the same act.
    content = {
        "household": wanted.household_id,
        "card": wanted.card_id,
        "lines": sorted(wanted.lines.items()),
        "collector": wanted.collector.strip(),
        "relation": wanted.relation.strip(),
        "credit": wanted.credit_fen,
    }
    try:
        return once(
            session,
            actor.village_id,
            request_id,
            ACT,
            content,
            lambda: _perform(session, actor, request_id, wanted),
        ).result
    except RequestReused as reused:
        if reused.act != ACT or reused.result is None:
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


def require_counter(session: Session, actor: Actor) -> ShopInfo:
    """The actor's shop, whose contract and day must be open. Raises ContractEnded, DayClosed."""
    shop = shop_for(session, actor)
    if shop.ended:
        raise ContractEnded(name=shop.name, day=shop.contract_until)
    require_open(session, actor.village_id, shop.id, clock.today())
    return shop


def _require_valid(wanted: Redeem) -> None:
    if not wanted.lines:
        raise CartEmpty
    if len(wanted.lines) > MOST_LINES:
        raise CartTooLong
    if not all(
        type(pieces) is int and 1 <= pieces <= MOST_PIECES for pieces in wanted.lines.values()
    ):
        raise PiecesInvalid
    if wanted.credit_fen is not None and (
        type(wanted.credit_fen) is not int or wanted.credit_fen < 0
    ):
        raise CreditInvalid(field="credit")
    if len(wanted.collector.strip()) > LONGEST_COLLECTOR:
        raise CollectorTooLong(field="collector")
    if len(wanted.relation.strip()) > LONGEST_RELATION:
        raise RelationTooLong(field="relation")


def _perform(session: Session, actor: Actor, request_id: str, wanted: Redeem) -> int:
    """Redeem, under the ledger's lock."""
    village_id = actor.village_id
    require_clock(session, village_id)
    customer = require_customer(session, village_id, wanted)
    collector, relation = _taker(session, village_id, customer, wanted)
    shop = require_counter(session, actor)
    goods = _goods(session, village_id, shop, wanted.lines)
    accounts = counter_accounts(session, village_id, customer.id, shop.id)
    reckoned = Reckoning(
        total_fen=sum(info.price_fen * pieces for info, pieces in goods),
        rate_fen=rate_on(session, village_id),
        points_before=accounts.points.amount,
        credit_before=accounts.credit.amount,
        credit_most=wanted.credit_fen,
    )
    _require_allowed(session, village_id, customer.id, wanted, reckoned, goods)
    number = take_number(session, village_id, "slip")
    row = {
        "village_id": village_id,
        "id": number,
        "shop_id": shop.id,
        "household_id": customer.id,
        "card_id": wanted.card_id,
        "cashier": actor.user_id,
        "collector": collector,
        "relation": relation,
        "proof": wanted.proven,
    }
    posted = post_redemption(session, actor, request_id, row, accounts, reckoned, goods)
    write_slip(session, row, posted, reckoned, goods)
    take_stock(session, actor, number, wanted.lines)
    if wanted.signature is not None:
        attach(session, village_id, [wanted.signature], PhotoSubject.SLIP, number)
    label = slip_label(number, posted.at)
    audit.record(session, actor, ACT, label, household=customer.label)
    return number


def _require_allowed(
    session: Session,
    village_id: int,
    household_id: int,
    wanted: Redeem,
    reckoned: Reckoning,
    goods: Goods,
) -> None:
    """What the village allows, what was shown, and a proof where one is asked for."""
    allowed = allowance_for(session, village_id, household_id, goods)
    require_within(reckoned, goods, allowed)
    if wanted.shown not in {None, Shown(reckoned.total_fen, reckoned.points_used)}:
        raise SumChanged(yuan=yuan(reckoned.total_fen), points=reckoned.points_used)
    proven = wanted.proven is not Proof.NONE
    require_proof(proven=proven, points=reckoned.points_used, allowed=allowed)


def _taker(
    session: Session, village_id: int, customer: HouseholdInfo, wanted: Redeem
) -> tuple[str, str]:
    """Who takes the goods: nothing for the head, a member's name, or a name and a relation.

    Raises RelationMissing.
    """
    name, relation = wanted.collector.strip(), wanted.relation.strip()
    if name in {"", customer.head}:
        return "", ""
    if name in {one.name for one in members_of(session, village_id, customer.id)}:
        return name, ""
    if not relation:
        raise RelationMissing(field="relation", name=name)
    return name, relation


def _goods(session: Session, village_id: int, shop: ShopInfo, lines: Mapping[int, int]) -> Goods:
    """Products of this shop with their pieces, in the order of the slip."""
    known = products_by_id(session, village_id, list(lines))
    goods = []
    for number, pieces in lines.items():
        if number not in known or known[number].shop_id != shop.id:
            raise ProductUnknown(name=number)
        if not known[number].offered:
            raise ProductWithdrawn(name=known[number].title)
        goods.append((known[number], pieces))
    return goods
