"""Changing stock and the rate. Stock changes only by a move that says why."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import bindparam, insert, update
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.audit import Actor
from moralbank.errors import Invalid, Refused
from moralbank.i18n import mark
from moralbank.ledger.rates import set_rate as set_ledger_rate
from moralbank.ledger.requests import once
from moralbank.ledger.service import take_number, take_numbers
from moralbank.paths import SEEDS
from moralbank.store.goods import (
    LONGEST_NOTE,
    MOST_PIECES,
    ProductDetails,
    TextMissing,
    TextTooLong,
    product_row,
    require_cost,
)
from moralbank.store.keeping import shop_for
from moralbank.store.models import MoveKind, Product, Receipt, Shop, ShopKind
from moralbank.store.moving import Arrival, Change, Paper, change, put, take
from moralbank.store.queries import ProductUnknown, products_by_id
from moralbank.store.receipts import ReceivedGoods, receipt
from moralbank.store.shelf import given_out
from moralbank.store.shops import NewShop, add_shop

_products = Product.__table__  # type: ignore[attr-defined]
_receipts = Receipt.__table__  # type: ignore[attr-defined]
RECEIPT_TEXTS: Final = {"supplier": 40, "number": 30, "note": LONGEST_NOTE}
"""What is said of a receipt, each in at most so many characters."""
RECEIVED: Final = "store.receive"
"""Under this name requests and the trail know that goods came in."""


class QuantityInvalid(Invalid):
    """Stock is moved in whole pieces, 1 to 100,000 of each product."""

    text = mark("数量不对：每种须是 1 到 100000 的整数")
    code = "receive_quantity_invalid"


class NothingReceived(Invalid):
    """A receipt names at least one product."""

    text = mark("还没有填写进货数量")
    code = "nothing_received"


class NothingNamed(Invalid):
    """Waste, and what goes back to the supplier, name at least one product."""

    text = mark("还没有填写数量")
    code = "nothing_named"


class AlreadyExpired(Invalid):
    """Nobody takes goods in whose best-before date is over."""

    text = mark("“%(name)s”的保质期 %(day)s 已经过了，不能收货。请核对日期，真过期了就退给供货商")
    code = "already_expired"


class NotOnReceipt(Invalid):
    """What goes back to the supplier came by the receipt that is named."""

    text = mark("这张进货单上没有“%(name)s”")
    code = "not_on_receipt"


class LessLeft(Refused):
    """What came by a receipt was given out meanwhile."""

    text = mark("这张进货单的“%(name)s”只剩 %(left)s %(unit)s在架上，退不了 %(wanted)s %(unit)s")
    code = "less_left_of_receipt"


class MoreThanCame(Refused):
    """No more goes back than came by the receipt, however much a count has found since."""

    text = mark(
        "这张进货单的“%(name)s”进了 %(came)s %(unit)s，已退 %(back)s %(unit)s，"
        "退不了 %(wanted)s %(unit)s"
    )
    code = "more_than_came"


@dataclass(frozen=True)
class ReceivedLine:
    """Pieces of one product that came in; `cost_fen` a piece (0: a gift), None where not known."""

    pieces: int
    cost_fen: int | None = None
    best_before: date | None = None


@dataclass(frozen=True)
class Receiving:
    """What came in together, by product number; `number` is that of the supplier's paper."""

    lines: Mapping[int, ReceivedLine]
    supplier: str = ""
    number: str = ""
    note: str = ""


def open_shop(session: Session, actor: Actor) -> Shop:
    """Open the village's first shop with its account, a rate from today, goods without stock."""
    seed = tomllib.loads((SEEDS / "products.toml").read_text(encoding="utf-8"))
    shop = add_shop(session, actor, NewShop(seed["shop"]["name"], ShopKind.VILLAGE))
    set_rate(session, actor, seed["shop"]["rate_fen"], clock.today(), seed["shop"]["resolution"])
    numbers = take_numbers(session, actor.village_id, "product", len(seed["products"]))
    for number, row in zip(numbers, seed["products"], strict=True):
        sku = row.pop("sku")
        session.add(product_row(actor.village_id, shop.id, number, sku, ProductDetails(**row)))
    session.flush()
    audit.record(session, actor, "store.open", shop.name, products=len(numbers))
    return shop


def receive(session: Session, actor: Actor, request_id: str, wanted: Receiving) -> int:
    """Take goods in (进货), each line as a batch of its own; the receipt's number.

    The last cost becomes the product's. All or nothing: raises NothingReceived, QuantityInvalid,
    CostInvalid, AlreadyExpired, ProductUnknown, NotYourShop, TextTooLong.
    """
    said = {name: getattr(wanted, name).strip() for name in RECEIPT_TEXTS}
    for name, longest in RECEIPT_TEXTS.items():
        if len(said[name]) > longest:
            raise TextTooLong(field=name, n=longest)
    if not wanted.lines:
        raise NothingReceived
    _require_counts({number: line.pieces for number, line in wanted.lines.items()})
    for line in wanted.lines.values():
        require_cost(line.cost_fen)
    lines = sorted((number, *vars(line).values()) for number, line in wanted.lines.items())
    content = {**said, "lines": [[*line[:3], str(line[3] or "")] for line in lines]}

    def perform() -> int:
        shop_id = _require_own(session, actor, wanted.lines)
        _require_fresh(session, actor.village_id, wanted.lines)
        number = _write_receipt(session, actor, shop_id, wanted, said)
        arrivals = [
            Arrival(product, line.pieces, line.best_before, line.cost_fen)
            for product, line in wanted.lines.items()
        ]
        put(session, actor, MoveKind.RECEIVE, arrivals, Paper(receipt_id=number))
        _keep_costs(session, actor.village_id, wanted.lines)
        audit.record(session, actor, RECEIVED, str(number), **content)
        return number

    return once(session, actor.village_id, request_id, RECEIVED, content, perform).result


def take_stock(session: Session, actor: Actor, slip_id: int, quantities: Mapping[int, int]) -> None:
    """Take a slip's goods (pieces by product number, all > 0) off the shelf.

    The counter has looked them up before, in the slip's own shop: it isn't asked twice here,
    where a customer waits. Raises OutOfStock naming what is left, StockExpired.
    """
    take(session, actor, MoveKind.REDEEM, quantities, Paper(slip_id=slip_id))


def give_back(
    session: Session, actor: Actor, *, slip_id: int, refund_id: int, lines: Mapping[int, bool]
) -> None:
    """Put a slip's goods back into the very batches they left (退回), whole products at a time.

    `lines` says of each product whether it came back spoiled: then it leaves again as waste of
    the same refund. The caller sees to it that nothing comes back twice. Raises ProductUnknown
    for what the slip didn't give out.
    """
    left = given_out(session, actor.village_id, slip_id)
    for number in lines:
        if not any(one.product_id == number for one in left):
            raise ProductUnknown(name=number)
    back = [replace(one, pieces=-one.pieces) for one in left if one.product_id in lines]
    paper = Paper(refund_id=refund_id)
    change(session, actor, MoveKind.RETURN, back, paper)
    spoiled = [one for one in left if lines.get(one.product_id)]
    if spoiled:
        change(session, actor, MoveKind.WASTE, spoiled, paper)


def waste(
    session: Session, actor: Actor, request_id: str, quantities: Mapping[int, int], reason: str
) -> int:
    """Write goods off (报损), first expired first; the number of the first move.

    Raises NothingNamed, QuantityInvalid, TextMissing, TextTooLong, ProductUnknown, NotYourShop,
    OutOfStock.
    """
    reason = _checked_reason(reason)
    _require_counts(quantities)
    content = {"lines": sorted(quantities.items()), "reason": reason}

    def perform() -> int:
        _require_own(session, actor, quantities)
        moved = take(session, actor, MoveKind.WASTE, quantities, Paper(note=reason))
        audit.record(session, actor, "store.waste", reason, quantities=dict(quantities))
        return moved[0]

    return once(session, actor.village_id, request_id, "store.waste", content, perform).result


def send_back(
    session: Session,
    actor: Actor,
    request_id: str,
    receipt_id: int,
    quantities: Mapping[int, int],
    reason: str,
) -> int:
    """Give pieces of a receipt back to the supplier (退供货商), out of its own batches alone.

    The number of the first move. Raises ReceiptUnknown, NotYourShop, NotOnReceipt, LessLeft,
    MoreThanCame, NothingNamed, QuantityInvalid, TextMissing, TextTooLong.
    """
    reason = _checked_reason(reason)
    _require_counts(quantities)
    content = {"receipt": receipt_id, "lines": sorted(quantities.items()), "reason": reason}

    def perform() -> int:
        found = receipt(session, actor.village_id, receipt_id)
        shop_for(session, actor, found.shop_id)
        lines = {line.product_id: line for line in found.lines}
        changes = []
        for number, wanted in quantities.items():
            line = lines.get(number)
            if line is None:
                raise NotOnReceipt(name=number)
            _require_there(line, wanted)
            changes.append(Change(number, line.batch_id, -wanted))
        paper = Paper(receipt_id=receipt_id, note=reason)
        moved = change(session, actor, MoveKind.SEND_BACK, changes, paper)
        audit.record(session, actor, "store.send_back", str(receipt_id), **content)
        return moved[0]

    return once(session, actor.village_id, request_id, "store.send_back", content, perform).result


def set_rate(
    session: Session,
    actor: Actor,
    fen_per_point: int,
    valid_from: date | None,
    resolution: str,
    request_id: str | None = None,
) -> int:
    """Let a point be worth so many fen from a day on; gives the ledger event's number.

    Raises RateInvalid, TextMissing (a rate needs its day and the resolution that set it),
    TextTooLong.
    """
    resolution = resolution.strip()
    if valid_from is None:
        raise TextMissing(field="valid_from")
    if not resolution:
        raise TextMissing(field="resolution")
    if len(resolution) > LONGEST_NOTE:
        raise TextTooLong(field="resolution", n=LONGEST_NOTE)

    def perform() -> int:
        posted = set_ledger_rate(
            session,
            actor.village_id,
            fen_per_point,
            valid_from,
            actor=actor.user_id,
            resolution=resolution,
            request_id=request_id,
        )
        audit.record(
            session, actor, "store.rate", valid_from.isoformat(), fen_per_point=fen_per_point
        )
        return posted.seq

    if request_id is None:
        return perform()
    content = [fen_per_point, valid_from.isoformat(), resolution]
    return once(session, actor.village_id, request_id, "store.rate", content, perform).result


def _checked_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise TextMissing(field="reason")
    if len(reason) > LONGEST_NOTE:
        raise TextTooLong(field="reason", n=LONGEST_NOTE)
    return reason


def _require_counts(quantities: Mapping[int, int]) -> None:
    if not quantities:
        raise NothingNamed
    for count in quantities.values():
        if type(count) is not int or not 1 <= count <= MOST_PIECES:
            raise QuantityInvalid


def _require_there(line: ReceivedGoods, wanted: int) -> None:
    """Raise LessLeft or MoreThanCame where so many of a receipt's line can't go back."""
    words: dict[str, Any] = {"name": line.title, "unit": line.unit, "wanted": wanted}
    if line.left < wanted:
        raise LessLeft(left=line.left, **words)
    if line.pieces - line.sent_back < wanted:
        raise MoreThanCame(came=line.pieces, back=line.sent_back, **words)


def _require_own(session: Session, actor: Actor, products: Mapping[int, object]) -> int:
    """The one shop that all these products are of, which is the actor's to change.

    Raises ProductUnknown and NotYourShop.
    """
    known = products_by_id(session, actor.village_id, list(products))
    for number in products:
        if number not in known:
            raise ProductUnknown(name=number)
    first, *others = {one.shop_id for one in known.values()}
    for shop_id in (first, *others):
        shop_for(session, actor, shop_id)
    if others:
        raise ProductUnknown(name=min(products))
    return first


def _require_fresh(session: Session, village_id: int, lines: Mapping[int, ReceivedLine]) -> None:
    today = clock.today()
    over = {number for number, one in lines.items() if one.best_before and one.best_before < today}
    for number, info in products_by_id(session, village_id, sorted(over)).items():
        raise AlreadyExpired(name=info.title, day=lines[number].best_before)


def _write_receipt(
    session: Session, actor: Actor, shop_id: int, wanted: Receiving, said: Mapping[str, str]
) -> int:
    number = take_number(session, actor.village_id, "receipt")
    row = {
        "village_id": actor.village_id,
        "id": number,
        "shop_id": shop_id,
        "cost_fen": sum(line.pieces * (line.cost_fen or 0) for line in wanted.lines.values()),
        "at": clock.now(),
        "by": actor.user_id,
        **said,
    }
    session.connection().execute(insert(_receipts), row)
    return number


def _keep_costs(session: Session, village_id: int, lines: Mapping[int, ReceivedLine]) -> None:
    """What was paid last is what the product costs, for those whose cost was said."""
    paid = [
        {"village": village_id, "product": number, "paid": line.cost_fen}
        for number, line in lines.items()
        if line.cost_fen is not None
    ]
    if paid:
        chosen = update(_products).where(
            _products.c.village_id == bindparam("village"),
            _products.c.id == bindparam("product"),
        )
        session.connection().execute(chosen.values(cost_fen=bindparam("paid")), paid)
