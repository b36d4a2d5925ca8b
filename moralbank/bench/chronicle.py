"""Posted deeds written into a village's file, many at a time and with nothing to wait for.

Each row is as the services would have written it, with the hash chain, the balances and the sums;
for so many of them theirs would be a way of days. What was written here is proved like any other
books (`history.py`). Nobody's steps and votes are written unless asked for (`walk`).
"""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from moralbank.awards.merits import month_number
from moralbank.ledger.chain import canonical_json, event_hash
from moralbank.ledger.models import EventKind, Unit
from moralbank.scheme.queries import Item

AN_EVENT: Final = 1000
"""So many deeds are posted by one event, as by a village's notice."""
_NOTED: Final = 0.6
"""So large a share of deeds has a note."""
_UNEVEN: Final = 1.5
"""How much more the first households do than the last ones (1: nobody does more)."""
_BY_A_MEMBER: Final = 0.3
_MOMENT: Final = "%Y-%m-%d %H:%M:%S.%f"
_EVENT: Final = """
    INSERT INTO ledger_events (village_id, seq, kind, at, actor, payload, hash)
    VALUES (?, ?, 'post_awards', ?, ?, ?, ?)"""
_TRANSFER: Final = """
    INSERT INTO ledger_transfers (village_id, seq, leg, unit, debit_account, credit_account,
        amount, debit_after, credit_after, memo)
    VALUES (?, ?, ?, 'point', ?, ?, ?, ?, ?, ?)"""
_AWARD: Final = """
    INSERT INTO awards (village_id, recorded_by, decided_by, id, household_id, member_id, item,
        points_each, points, deed_on, note, deed_key, recorded_at, posted_seq, posted_leg,
        decided_at, collected, scheme_version, quantity, state, deduction, source, helper, ballot)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 1, 'posted', 0, 'committee', '',
        1)"""
_STEP: Final = """
    INSERT INTO award_steps
    SELECT village_id, id, ?, ?, ?, CASE ? WHEN 1 THEN recorded_by ELSE decided_by END,
        recorded_at, 'bench', '', '' FROM awards"""
_STEPS: Final = ((1, "record", "claimed"), (2, "approve", "approved"), (3, "post", "posted"))
_VOTE: Final = """
    INSERT INTO award_votes
    SELECT village_id, id, 1, ballot, decided_by, 1, '', decided_at, 'bench' FROM awards"""
_INDEXES: Final = (
    "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    " AND tbl_name IN ('awards', 'ledger_transfers')"
)


@dataclass(frozen=True)
class Home:
    """A household, somebody of it, and the account of its points."""

    household_id: int
    member_id: int
    account: int


@dataclass(frozen=True)
class Place:
    """Where deeds are written: the village as it was founded, who recorded and who approved."""

    village_id: int
    recorder: int
    reviewer: int
    issued: int
    homes: Sequence[Home]
    items: Sequence[Item]
    days: Sequence[date]


class Chronicle:
    """One village's deeds in `file`, of which there may be ever more."""

    def __init__(self, file: Path, place: Place, begins: datetime, apart: timedelta) -> None:
        """`begins` is when the first event is posted, with others so far `apart`, AN_EVENT each.

        The books end where the village was founded.
        """
        self.file: Final = file
        self.deeds = 0
        self._place: Final = place
        self._at = begins
        self._apart: Final = apart
        self._draw: Final = Random(place.village_id)  # noqa: S311 - the same village every time
        self._balances: Final[Counter[int]] = Counter()
        self._months: Final[dict[Any, list[int]]] = defaultdict(lambda: [0, 0])
        self._honours: Final[dict[Any, list[int]]] = defaultdict(lambda: [0, 0])
        with self._opened() as file_of:
            self._seq, self._hash = file_of.execute("SELECT seq, hash FROM ledger_heads").fetchone()

    def grow(self, total: int) -> None:
        """Write deeds until there are `total`, over all the days again."""
        more = total - self.deeds
        days = self._place.days
        with self._opened() as file, _without_indexes(file):
            for begin in range(0, more, AN_EVENT):
                size = min(AN_EVENT, more - begin)
                self._post(file, [days[(begin + n) * len(days) // more] for n in range(size)])
            self._end(file)

    def walk(self) -> None:
        """Write the steps and votes of all deeds, too: for a small village that is proved whole."""
        with self._opened() as file:
            file.executemany(_STEP, [(*step, step[0]) for step in _STEPS])
            file.execute(_VOTE)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """The file, where whoever cuts the power loses it."""
        file = sqlite3.connect(self.file, isolation_level=None)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -200000"):
            file.execute(f"PRAGMA {pragma}")
        file.execute("BEGIN")
        yield file
        file.execute("COMMIT")
        file.close()

    def _post(self, file: sqlite3.Connection, days: Iterable[date]) -> None:
        """One event with a deed on each of these days."""
        self._seq += 1
        self._at += self._apart
        written = self._at.strftime(_MOMENT)
        awards: list[tuple[Any, ...]] = []
        transfers: list[tuple[Any, ...]] = []
        hashed: list[tuple[Any, ...]] = []
        place = self._place
        issued, by = place.issued, (place.village_id, place.recorder, place.reviewer)
        for leg, day in enumerate(days, start=1):
            self.deeds += 1
            home, member, item, note = self._deed(day)
            points, owner = item.points_min, home.household_id
            self._balances[home.account] += points
            self._balances[issued] -= points
            left = (self._balances[issued], self._balances[home.account])
            for sums, key in (
                (self._months, (month_number(day.year, day.month), item.number, 1, owner, member)),
                (self._honours, (owner, member)),
            ):
                sums[key][0] += points
                sums[key][1] += 1
            said = (points, points, day.isoformat(), note, f"{note}{self.deeds}")
            placed = (written, self._seq, leg, written, points)
            awards.append((*by, self.deeds, owner, member, item.number, *said, *placed))
            moved = (issued, home.account, points, *left, item.name)
            transfers.append((place.village_id, self._seq, leg, *moved))
            hashed.append((leg, Unit.POINT, issued, home.account, points, item.name, None, None))
        self._write(file, awards, transfers, hashed)

    def _deed(self, day: date) -> tuple[Home, int, Item, str]:
        draw, homes, items = self._draw.random, self._place.homes, self._place.items
        home = homes[int(len(homes) * draw() ** _UNEVEN)]
        item = items[int(len(items) * draw())]
        member = home.member_id if draw() < _BY_A_MEMBER else 0
        note = f"{day:%m-%d}{item.name}" if draw() < _NOTED else ""
        return home, member, item, note

    def _write(
        self,
        file: sqlite3.Connection,
        awards: list[tuple[Any, ...]],
        transfers: list[tuple[Any, ...]],
        hashed: list[tuple[Any, ...]],
    ) -> None:
        place = self._place
        payload = canonical_json({"awards": [row[3] for row in awards], "notice": None})
        self._hash = event_hash(
            self._hash,
            village_id=place.village_id,
            seq=self._seq,
            kind=EventKind.POST_AWARDS,
            at=self._at,
            actor=place.reviewer,
            request_id=None,
            reverses=None,
            payload=payload,
            transfers=hashed,
        )
        event = (self._seq, self._at.strftime(_MOMENT), place.reviewer, payload, self._hash)
        file.execute(_EVENT, (place.village_id, *event))
        file.executemany(_TRANSFER, transfers)
        file.executemany(_AWARD, awards)

    def _end(self, file: sqlite3.Connection) -> None:
        """Head, numbers, balances and sums as all that was written left them."""
        village = self._place.village_id
        file.execute("UPDATE ledger_heads SET seq = ?, hash = ?", (self._seq, self._hash))
        file.execute(
            "INSERT OR REPLACE INTO ledger_numbers (village_id, name, last) VALUES (?, 'award', ?)",
            (village, self.deeds),
        )
        file.executemany(
            "UPDATE ledger_accounts SET balance = ? WHERE id = ?",
            [(left, account) for account, left in self._balances.items()],
        )
        for table, columns, sums in (
            ("award_months", 8, self._months),
            ("award_honours", 5, self._honours),
        ):
            file.executemany(
                f"INSERT OR REPLACE INTO {table} VALUES ({', '.join('?' * columns)})",  # noqa: S608
                ((village, *key, *both) for key, both in sums.items()),
            )


@contextmanager
def _without_indexes(file: sqlite3.Connection) -> Iterator[None]:
    """Without the indexes that slow writing down; they are made again from all rows at once."""
    found = file.execute(_INDEXES).fetchall()
    for name, _sql in found:
        file.execute(f"DROP INDEX {name}")
    yield
    for _name, sql in found:
        file.execute(sql)
