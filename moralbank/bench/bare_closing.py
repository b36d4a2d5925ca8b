"""The rows of a notice's closing as a driver alone writes them: what ours is measured beside.

The baseline is given all that the product found out: which deeds are posted, in which order, by how
much, and what every balance and sum comes to. It writes the very same rows by `executemany` with
the same guarantees (foreign keys, triggers, synchronous FULL, the write lock first, one commit),
and computes payload and hash itself, from the same canonical form.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from moralbank.ledger.chain import canonical_json, event_hash

Rows = Sequence[Sequence[Any]]

_EVENT: Final = (
    "SELECT seq, kind, at, actor, request_id, reverses FROM ledger_events"
    " WHERE village_id = ? ORDER BY seq DESC LIMIT 1"
)
_AWARDS: Final = (
    "SELECT state, posted_seq, posted_leg, collected, village_id, id FROM awards"
    " WHERE village_id = ? AND posted_seq = ? ORDER BY deduction, id"
)
_TRANSFERS: Final = "SELECT * FROM ledger_transfers WHERE village_id = ? AND seq = ? ORDER BY leg"
_STEPS: Final = (
    "SELECT s.* FROM award_steps s"
    " JOIN awards a ON a.village_id = s.village_id AND a.id = s.award_id"
    " WHERE a.village_id = ? AND a.posted_seq = ? AND s.act = 'post' ORDER BY a.deduction, a.id"
)
_BALANCES: Final = (
    "SELECT balance, village_id, id FROM ledger_accounts WHERE village_id = ? AND id IN ("
    " SELECT debit_account FROM ledger_transfers WHERE village_id = ? AND seq = ? UNION"
    " SELECT credit_account FROM ledger_transfers WHERE village_id = ? AND seq = ?)"
)
_MONTHS: Final = (
    "SELECT * FROM award_months WHERE (village_id, month, item, household_id) IN ("
    " SELECT village_id, CAST(strftime('%Y%m', deed_on) AS INTEGER), item, household_id"
    " FROM awards WHERE village_id = ? AND posted_seq = ? AND NOT deduction)"
)
_HONOURS: Final = (
    "SELECT * FROM award_honours WHERE (village_id, household_id) IN (SELECT village_id,"
    " household_id FROM awards WHERE village_id = ? AND posted_seq = ? AND NOT deduction)"
)
_NOTICE: Final = (
    "SELECT state, closed_at, posted_seq, village_id, id FROM notices"
    " WHERE village_id = ? AND posted_seq = ?"
)
_SUMMED: Final = "DO UPDATE SET points = excluded.points, merits = excluded.merits"


@dataclass(frozen=True)
class Closing:
    """What one closing wrote, as the driver takes it."""

    event: Sequence[Any]
    awards: Rows
    transfers: Rows
    steps: Rows
    balances: Rows
    months: Rows
    honours: Rows
    notice: Sequence[Any]
    trail: Rows


def last_closing(path: Path, village_id: int) -> Closing:
    """What the last event of these books wrote, which must have closed a notice."""
    with closing(sqlite3.connect(path)) as opened:
        event = opened.execute(_EVENT, (village_id,)).fetchone()
        place = (village_id, event[0])

        def found(statement: str, *values: Any) -> Rows:
            return opened.execute(statement, values or place).fetchall()

        return Closing(
            event=event,
            awards=found(_AWARDS),
            transfers=found(_TRANSFERS),
            steps=found(_STEPS),
            balances=found(_BALANCES, village_id, *place, *place),
            months=found(_MONTHS),
            honours=found(_HONOURS),
            notice=found(_NOTICE)[0],
            trail=found("SELECT * FROM audit_entries ORDER BY id DESC LIMIT ?", 2)[::-1],
        )


class Bare:
    """A connection of the driver to a copy of the books, prepared as the product's are."""

    def __init__(self, path: Path, village_id: int) -> None:
        """Open it."""
        self.village_id: Final = village_id
        self._opened: Final = sqlite3.connect(path, isolation_level=None)
        for pragma in ("foreign_keys = ON", "journal_mode = WAL", "synchronous = FULL"):
            self._opened.execute(f"PRAGMA {pragma}")

    def close(self) -> None:
        """Hang up."""
        self._opened.close()

    def write(self, rows: Closing) -> None:
        """Write what a closing writes."""
        run, many = self._opened.execute, self._opened.executemany
        run("BEGIN IMMEDIATE")
        (previous,) = run(
            "SELECT hash FROM ledger_heads WHERE village_id = ?", (self.village_id,)
        ).fetchone()
        payload, end = self._hashed(previous, rows)
        run(_add("ledger_events", 9), (self.village_id, *rows.event, payload, end))
        many(_add("ledger_transfers", 12), rows.transfers)
        many(
            "UPDATE ledger_accounts SET balance = ? WHERE village_id = ? AND id = ?", rows.balances
        )
        run(
            "UPDATE ledger_heads SET seq = ?, hash = ? WHERE village_id = ?",
            (rows.event[0], end, self.village_id),
        )
        many(
            "UPDATE awards SET state = ?, posted_seq = ?, posted_leg = ?, collected = ?"
            " WHERE village_id = ? AND id = ?",
            rows.awards,
        )
        many(_add("award_steps", 10), rows.steps)
        many(f"{_add('award_months', 8)} ON CONFLICT {_SUMMED}", rows.months)
        many(f"{_add('award_honours', 5)} ON CONFLICT {_SUMMED}", rows.honours)
        many(_add("audit_entries", 8), rows.trail)
        run(
            "UPDATE notices SET state = ?, closed_at = ?, posted_seq = ?"
            " WHERE village_id = ? AND id = ?",
            rows.notice,
        )
        run("COMMIT")

    def _hashed(self, previous: str, rows: Closing) -> tuple[str, str]:
        """The event's payload and its hash."""
        seq, kind, at, actor, request_id, reverses = rows.event
        ids = [row[-1] for row in rows.awards]
        payload = canonical_json({"awards": ids, "notice": rows.notice[-1]})
        end = event_hash(
            previous,
            village_id=self.village_id,
            seq=seq,
            kind=kind,
            at=datetime.fromisoformat(f"{at}+00:00"),
            actor=actor,
            request_id=request_id,
            reverses=reverses,
            payload=payload,
            transfers=[(*row[2:7], *row[9:]) for row in rows.transfers],
        )
        return payload, end


def digest(path: Path, table: str) -> tuple[int, str]:
    """How many rows a table has, and the sha256 of all of them in the order of their keys."""
    with closing(sqlite3.connect(path)) as opened:
        keys = [row[1] for row in opened.execute(f"PRAGMA table_info({table})") if row[5]]
        order = ", ".join(f'"{key}"' for key in keys)
        found, rows = sha256(), 0
        for row in opened.execute(f"SELECT * FROM {table} ORDER BY {order}"):  # noqa: S608 - as below
            found.update(repr(row).encode())
            rows += 1
    return rows, found.hexdigest()


def _add(table: str, columns: int) -> str:
    return f"INSERT INTO {table} VALUES ({', '.join('?' * columns)})"  # noqa: S608 - our own names
