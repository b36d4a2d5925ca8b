"""From a cart that may become a slip to the books: one event, the slip's row and its lines."""

from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import Session

from moralbank.audit import Actor
from moralbank.counter.limits import Goods
from moralbank.counter.models import Slip, SlipLine
from moralbank.counter.reckoning import Reckoning
from moralbank.ledger import service as ledger
from moralbank.ledger.models import VILLAGE, AccountKind, EventKind
from moralbank.ledger.queries import Balance, accounts_of
from moralbank.ledger.service import Leg, Posted
from moralbank.prepared import adding

_slips = Slip.__table__  # type: ignore[attr-defined]
_lines = SlipLine.__table__  # type: ignore[attr-defined]

_ADD_SLIP: Final = adding(_slips)
_ADD_LINES: Final = adding(_lines)
TAKER: Final = ("collector", "relation", "proof", "card_id")
"""What a slip says of whoever took the goods."""
_HOUSEHOLDS: Final = (AccountKind.HOUSEHOLD_POINTS, AccountKind.HOUSEHOLD_CREDIT)
_VILLAGES: Final = (AccountKind.POINTS_EXCHANGED, AccountKind.CREDIT_ISSUED)


@dataclass(frozen=True)
class Accounts:
    """The accounts between which value moves at a counter."""

    points: Balance
    credit: Balance
    exchanged: Balance
    issued: Balance
    accepted: Balance


def counter_accounts(
    session: Session, village_id: int, household_id: int, shop_id: int
) -> Accounts:
    """The accounts of a household and a shop, and the village's own. Raises AccountMissing."""
    wanted = [
        *((kind, household_id) for kind in _HOUSEHOLDS),
        *((kind, VILLAGE) for kind in _VILLAGES),
        (AccountKind.SHOP_ACCEPTED, shop_id),
    ]
    return Accounts(*accounts_of(session, village_id, wanted))


def post_redemption(
    session: Session,
    actor: Actor,
    request_id: str,
    slip: dict[str, Any],
    accounts: Accounts,
    reckoned: Reckoning,
    goods: Goods,
) -> Posted:
    """One event: points to credit (unless old credit suffices), credit to the shop.

    `slip` is the row that `write_slip` will write, without what is reckoned.
    """
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
        payload=slip_payload(
            slip["id"],
            reckoned,
            [[info.sku, info.name, pieces, info.price_fen] for info, pieces in goods],
            [slip[name] for name in TAKER],
        ),
    )


def slip_payload(
    number: int, reckoned: Reckoning, lines: list[list[Any]], taker: list[Any] | None
) -> dict[str, Any]:
    """What an event says of its slip; the credit that was used only where more could have been.

    `taker` are the slip's columns TAKER. Events of release 0.3 and before say nothing of them.
    """
    payload: dict[str, Any] = {"slip": number, "rate": reckoned.rate_fen, "lines": lines}
    if taker is not None:
        payload["taker"] = taker
    if reckoned.credit_used < min(reckoned.credit_before, reckoned.total_fen):
        payload["credit"] = reckoned.credit_used
    return payload


def write_slip(
    session: Session, slip: dict[str, Any], posted: Posted, reckoned: Reckoning, goods: Goods
) -> None:
    """The slip and its lines; `slip` has what isn't reckoned."""
    figures = {
        "seq": posted.seq,
        "at": posted.at,
        "total_fen": reckoned.total_fen,
        "rate_fen": reckoned.rate_fen,
        "points_used": reckoned.points_used,
        "points_before": reckoned.points_before,
        "points_after": reckoned.points_after,
        "credit_used": reckoned.credit_used,
        "credit_before": reckoned.credit_before,
        "credit_after": reckoned.credit_after,
    }
    _ADD_SLIP.run(session, **slip, **figures)
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
    _ADD_LINES.many(session, rows)


def _memo(goods: Goods) -> str:
    """What a statement says, in the ledger's own language: "兑换 大豆油 5 升等 3 种"."""
    first = goods[0][0].title
    return f"兑换 {first}" if len(goods) == 1 else f"兑换 {first}等 {len(goods)} 种"
