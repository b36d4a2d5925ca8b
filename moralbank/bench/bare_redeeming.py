"""The rows of a redemption as a driver alone writes them: what ours is measured beside.

The same rows with the same guarantees: the village's head row first, balances and stock read under
it and never below zero, the same canonical form and hash, one durable commit. What is left out are
the shop's rules: whose card, which shop, which day, what the village allows. Prices, names and
account numbers are known beforehand.
"""

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Table, make_url
from sqlmodel import SQLModel

from moralbank import clock
from moralbank.audit import AuditEntry
from moralbank.bench.ground import Ground
from moralbank.counter.models import Slip, SlipLine
from moralbank.counter.queries import slip_label
from moralbank.counter.service import ACT
from moralbank.households.queries import household
from moralbank.ledger.chain import canonical_json, event_hash
from moralbank.ledger.models import VILLAGE, AccountKind, Event, Request, Transfer
from moralbank.ledger.queries import account_of, rate_on
from moralbank.store.models import StockMove
from moralbank.store.queries import product


class NotEnough(RuntimeError):
    """The baseline would have fallen below zero."""


@dataclass(frozen=True)
class Known:
    """What the baseline needn't ask: numbers, names and prices of one village."""

    village: int
    user: int
    device: str
    shop: int
    accounts: dict[int, tuple[int, int, str]]
    exchanged: int
    issued: int
    accepted: int
    rate: int
    product: int
    sku: str
    name: str
    spec: str
    price: int
    batch: int


def known(ground: Ground) -> Known:
    """Read it from a ground."""
    village, person = ground.village_id, ground.shopkeeper
    with ground.database.reading() as session:
        goods = product(session, village, ground.product)

        def account(kind: AccountKind, owner: int = VILLAGE) -> int:
            return account_of(session, village, kind, owner).account

        return Known(
            village=village,
            user=person.user_id,
            device=person.device,
            shop=goods.shop_id,
            accounts={
                home: (
                    account(AccountKind.HOUSEHOLD_POINTS, home),
                    account(AccountKind.HOUSEHOLD_CREDIT, home),
                    household(session, village, home).label,
                )
                for home in ground.households
            },
            exchanged=account(AccountKind.POINTS_EXCHANGED),
            issued=account(AccountKind.CREDIT_ISSUED),
            accepted=account(AccountKind.SHOP_ACCEPTED, goods.shop_id),
            rate=rate_on(session, village),
            product=goods.id,
            sku=goods.sku,
            name=goods.name,
            spec=goods.spec,
            price=goods.price_fen,
            batch=ground.batch,
        )


class Bare:
    """One connection of a driver, and its statements."""

    def __init__(self, ground: Ground) -> None:
        """Connect as the product does, with the same durability."""
        self.known: Final = known(ground)
        self.postgres: Final = not ground.database.is_sqlite
        self.connection: Final[Any] = _connect(ground)
        place = "%s" if self.postgres else "?"
        self._add: Final = {
            model: _insert(model, place)
            for model in (Event, Transfer, Slip, SlipLine, StockMove, AuditEntry, Request)
        }
        said = {
            "head": "SELECT seq, hash FROM ledger_heads WHERE village_id = ?",
            "accounts": "SELECT id, balance FROM ledger_accounts"
            " WHERE village_id = ? AND id IN (?, ?, ?, ?, ?)",
            "number": "UPDATE ledger_numbers SET last = last + 1"
            " WHERE village_id = ? AND name = ? RETURNING last",
            "balance": "UPDATE ledger_accounts SET balance = ? WHERE village_id = ? AND id = ?",
            "end": "UPDATE ledger_heads SET seq = ?, hash = ? WHERE village_id = ?",
            "batch": 'UPDATE stock_batches SET "left" = "left" - ?'
            ' WHERE village_id = ? AND id = ? AND "left" >= ?',
            "stock": "UPDATE products SET stock = stock - ?"
            " WHERE village_id = ? AND id = ? RETURNING stock",
        }
        if self.postgres:
            said["head"] += " FOR UPDATE"
        self._sql: Final = {name: text.replace("?", place) for name, text in said.items()}
        self._run: Final = self.connection.cursor().execute
        self._many: Final = self.connection.cursor().executemany

    def close(self) -> None:
        """Hang up."""
        self.connection.close()

    def redeem(self, home: int, request_id: str) -> None:
        """One piece for one household."""
        if not self.postgres:
            self._run("BEGIN IMMEDIATE")
        seq, previous = self._run(self._sql["head"], (self.known.village,)).fetchone()
        now = clock.now()
        at = now if self.postgres else now.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
        number = self._number("slip")
        figures = self._post(home, request_id, number, (seq + 1, previous), now, at)
        self._write_slip(home, number, seq + 1, at, figures)
        self._take_stock(number, at)
        self._tell(home, number, request_id, now, at)
        self._run("COMMIT")

    def _number(self, name: str) -> int:
        found = self._run(self._sql["number"], (self.known.village, name)).fetchone()
        return int(found[0])

    def _post(
        self, home: int, request_id: str, slip: int, place: tuple[int, str], now: datetime, at: Any
    ) -> tuple[int, int, int, int]:
        """The event: points to credit where it doesn't suffice, credit to the shop."""
        k, (seq, previous) = self.known, place
        points_of, credit_of, _label = k.accounts[home]
        ids = (points_of, credit_of, k.exchanged, k.issued, k.accepted)
        there = dict(self._run(self._sql["accounts"], (k.village, *ids)).fetchall())
        before = (there[points_of], there[credit_of])
        points = -(-max(0, k.price - before[1]) // k.rate)
        memo = f"兑换 {k.name} {k.spec}".rstrip()
        legs = [("credit", credit_of, k.accepted, k.price)]
        if points:
            legs.insert(0, ("credit", k.issued, credit_of, points * k.rate))
            legs.insert(0, ("point", points_of, k.exchanged, points))
        rows, hashed = [], []
        for leg, (unit, debit, credit, amount) in enumerate(legs, start=1):
            there[debit] -= amount
            there[credit] += amount
            hashed.append([leg, unit, debit, credit, amount, memo, None, None])
            moved = (unit, debit, credit, amount, there[debit], there[credit], memo)
            rows.append((k.village, seq, leg, *moved, None, None))
        if there[points_of] < 0 or there[credit_of] < 0:
            raise NotEnough
        payload = canonical_json(
            {
                "slip": slip,
                "rate": k.rate,
                "lines": [[k.sku, k.name, 1, k.price]],
                "taker": ["", "", "none", None],
            }
        )
        end = event_hash(
            previous,
            village_id=k.village,
            seq=seq,
            kind="redeem",
            at=now,
            actor=k.user,
            request_id=request_id,
            reverses=None,
            payload=payload,
            transfers=hashed,
        )
        event = (k.village, seq, "redeem", at, k.user, request_id, None, payload, end)
        self._run(self._add[Event], event)
        self._many(self._add[Transfer], rows)
        touched = {account for row in rows for account in row[4:6]}
        self._many(self._sql["balance"], [(there[one], k.village, one) for one in sorted(touched)])
        self._run(self._sql["end"], (seq, end, k.village))
        return (points, before[0], before[1], there[credit_of])

    def _write_slip(
        self, home: int, number: int, seq: int, at: Any, figures: tuple[int, int, int, int]
    ) -> None:
        k, (points, points_before, credit_before, credit_after) = self.known, figures
        slip = {
            "village_id": k.village,
            "id": number,
            "shop_id": k.shop,
            "household_id": home,
            "card_id": None,
            "seq": seq,
            "at": at,
            "cashier": k.user,
            "collector": "",
            "relation": "",
            "proof": "none",
            "total_fen": k.price,
            "rate_fen": k.rate,
            "points_used": points,
            "credit_used": min(k.price, credit_before),
            "points_before": points_before,
            "points_after": points_before - points,
            "credit_before": credit_before,
            "credit_after": credit_after,
        }
        self._run(self._add[Slip], tuple(slip.values()))
        line = (k.village, number, 1, k.product, k.name, k.spec, 1, k.price)
        self._many(self._add[SlipLine], [line])

    def _take_stock(self, number: int, at: Any) -> None:
        k = self.known
        move = self._number("stock_move")
        self._run(self._sql["batch"], (1, k.village, k.batch, 1))
        left = self._run(self._sql["stock"], (1, k.village, k.product)).fetchone()[0]
        row = (k.village, move, k.product, k.batch, "redeem", -1, left, number)
        self._many(self._add[StockMove], [(*row, None, None, None, "", k.user, at)])

    def _tell(self, home: int, number: int, request_id: str, now: datetime, at: Any) -> None:
        k = self.known
        label = k.accounts[home][2]
        detail = json.dumps({"household": label}, ensure_ascii=False)
        said = (k.village, at, k.user, k.device, ACT, slip_label(number, now), detail)
        self._run(self._add[AuditEntry], said)
        content = {
            "household": home,
            "card": None,
            "lines": [(k.product, 1)],
            "collector": "",
            "relation": "",
            "credit": None,
        }
        digest = sha256(f"{ACT}:{canonical_json(content)}".encode()).hexdigest()
        self._run(self._add[Request], (k.village, request_id, ACT, digest, number, None, at))


def _insert(model: type[SQLModel], place: str) -> str:
    table = model.metadata.tables[str(model.__tablename__)]
    names = [column.name for column in table.columns if not _is_counted(table, column.name)]
    quoted = ", ".join(f'"{name}"' for name in names)
    places = ", ".join([place] * len(names))
    return f"INSERT INTO {table.name} ({quoted}) VALUES ({places})"  # noqa: S608 - our own names


def _is_counted(table: Table, name: str) -> bool:
    """Whether the database fills a column by itself."""
    return table.autoincrement_column is not None and table.autoincrement_column.name == name


def _connect(ground: Ground) -> Any:
    url = make_url(ground.settings.database_url)
    if ground.database.is_sqlite:
        opened = sqlite3.connect(str(url.database), isolation_level=None, check_same_thread=False)
        for pragma in ("foreign_keys = ON", "journal_mode = WAL", "synchronous = FULL"):
            opened.execute(f"PRAGMA {pragma}")
        return opened
    import psycopg  # noqa: PLC0415 - where PostgreSQL is measured

    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    server = psycopg.connect(plain)
    for end in ("first", "last"):  # row security: ours says it in every transaction
        sight = (f"moralbank.{end}", str(ground.village_id))
        server.execute("SELECT set_config(%s, %s, false)", sight)
    server.execute("COMMIT")
    return server
