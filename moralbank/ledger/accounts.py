"""Opening books and accounts. An account is opened by an event, so its owner is in the chain."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from sqlalchemy import insert
from sqlmodel import Session

from moralbank.ledger.chain import GENESIS
from moralbank.ledger.models import VILLAGE, Account, AccountKind, EventKind, Head, Unit
from moralbank.ledger.queries import Balance, account_of
from moralbank.ledger.service import AccountMissing, lock, post, take_numbers

_heads = Head.__table__  # type: ignore[attr-defined]
_accounts = Account.__table__  # type: ignore[attr-defined]

UNIT_OF: Final = {
    AccountKind.HOUSEHOLD_POINTS: Unit.POINT,
    AccountKind.HOUSEHOLD_CREDIT: Unit.CREDIT,
    AccountKind.SHOP_ACCEPTED: Unit.CREDIT,
    AccountKind.POINTS_ISSUED: Unit.POINT,
    AccountKind.POINTS_EXCHANGED: Unit.POINT,
    AccountKind.POINTS_LAPSED: Unit.POINT,
    AccountKind.CREDIT_ISSUED: Unit.CREDIT,
    AccountKind.CREDIT_SETTLED: Unit.CREDIT,
    AccountKind.FUND_CASH: Unit.CASH,
    AccountKind.FUND_INCOME: Unit.CASH,
    AccountKind.FUND_SETTLED: Unit.CASH,
    AccountKind.FUND_GOODS: Unit.CASH,
}
VILLAGE_ACCOUNTS: Final = tuple(
    kind
    for kind in AccountKind
    if kind
    not in {
        AccountKind.HOUSEHOLD_POINTS,
        AccountKind.HOUSEHOLD_CREDIT,
        AccountKind.SHOP_ACCEPTED,
    }
)
HOUSEHOLD_ACCOUNTS: Final = (AccountKind.HOUSEHOLD_POINTS, AccountKind.HOUSEHOLD_CREDIT)


def open_ledger(session: Session, village_id: int) -> None:
    """Begin a village's books: the head row and the village's own accounts."""
    session.connection().execute(
        insert(_heads), {"village_id": village_id, "seq": 0, "hash": GENESIS}
    )
    open_accounts(session, village_id, [(kind, VILLAGE) for kind in VILLAGE_ACCOUNTS], actor=0)


def village_account(session: Session, village_id: int, kind: AccountKind, *, actor: int) -> Balance:
    """The village's own account of `kind`; opened now where its books are older than the kind."""
    lock(session, village_id)
    with suppress(AccountMissing):
        return account_of(session, village_id, kind)
    return Balance(open_accounts(session, village_id, [(kind, VILLAGE)], actor=actor)[0], 0)


def open_accounts(
    session: Session,
    village_id: int,
    wanted: Sequence[tuple[AccountKind, int]],
    *,
    actor: int,
) -> list[int]:
    """Open one account for each (kind, owner), by one event; their numbers in the same order.

    The event's payload holds kind, owner and floor, so an owner swapped later shows in `check`.
    Households and shops may not fall below zero; the village's own accounts may, as mirrors.
    """
    numbers = list(take_numbers(session, village_id, "account", len(wanted)))
    rows = [
        {
            "village_id": village_id,
            "id": number,
            "unit": UNIT_OF[kind],
            "kind": kind,
            "owner": owner,
            "balance": 0,
            "floor": None if owner == VILLAGE else 0,
        }
        for number, (kind, owner) in zip(numbers, wanted, strict=True)
    ]
    session.connection().execute(insert(_accounts), rows)
    opened = [[row["id"], row["unit"], row["kind"], row["owner"], row["floor"]] for row in rows]
    post(session, village_id, EventKind.OPEN_ACCOUNTS, [], actor=actor, payload={"opened": opened})
    return numbers
