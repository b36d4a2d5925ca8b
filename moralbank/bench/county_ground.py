"""A county to measure in: one village made through the services, stamped out under other codes.

The village lived for some two years: a deed a month of each household, approved and posted, and
now and then something from the shop. A stamped village has the same rows under its own code, with
a hash chain of its own; rows of all villages come page by page in turns, as time would have mixed
them. `check` proves each of them like any other.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, timedelta
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any, Final

import psycopg
from sqlalchemy import Table, func, make_url, select
from sqlmodel import Session, SQLModel

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.awards.deciding import approve
from moralbank.awards.service import record_many
from moralbank.bench.ground import HOUSEHOLDS, Ground
from moralbank.bench.postgres import Server
from moralbank.cards.service import issue
from moralbank.counter.service import Redeem, redeem
from moralbank.db import Database
from moralbank.households.service import NewHousehold, add_household
from moralbank.ledger.chain import GENESIS, HASHED, canonical_json
from moralbank.ledger.models import Event, Transfer
from moralbank.ledger.service import hashed
from moralbank.regions.service import OpenOffice, open_office
from moralbank.scheme.queries import scheme_on

OFFICE: Final = 150404_000000
_TOWN, _FIRST = 1_000, 200
"""A town's villages are counted in its last three digits, those of a village from 200 on."""
A_TOWN: Final = 20
"""So many villages has a town."""
ITEMS: Final = ("出义务工", "植树绿化", "照料高龄失能老人", "义务维修公共设施", "参与调解纠纷")
MOST: Final = 12
"""A deed is worth up to so many times its points: few households are equal."""
_A_MONTH: Final = timedelta(days=30)
_SHOPPING: Final = 4
"""Every fourth month each household takes something home."""
_A_SLIP: Final = 3
"""So many transfers is that."""
_LEAST: Final = 200
"""So many transfers need some months, so that there is something to stand on a board for."""
_PAGES: Final = 4
"""So many pages of a table are stamped for all villages before the next."""

_events = Event.__table__  # type: ignore[attr-defined]
_transfers = Transfer.__table__  # type: ignore[attr-defined]


def code(number: int) -> int:
    """The code of the county's village of this number, from 0 on."""
    town, place = divmod(number, A_TOWN)
    return OFFICE + (town + 1) * _TOWN + _FIRST + place


def lived(folder: Path, url: str, households: int, transfers: int) -> Ground:
    """The village of number 0 with its history, in a database of its own at `url`.

    It has as many households and transfers as are asked for, and at least those of any `Ground`.
    """
    transfers = max(transfers, _LEAST)
    begun = clock.now() - _A_MONTH * (_months(max(households, HOUSEHOLDS), transfers) + 2)
    with clock.at(begun):
        ground = Ground(folder, url, code(0))
        with ground.database.writing() as session:
            _move_in(session, ground, households - HOUSEHOLDS)
            issue(session, ground.founder, ground.households)
    draw = Random(0)  # noqa: S311 - the same village every time
    month = 0
    while left := _left(ground, transfers):
        month += 1
        with clock.at(begun + _A_MONTH * month):
            _do_deeds(ground, month, draw, ground.households[:left])
            _go_shopping(ground, month, left - len(ground.households))
    return ground


def _months(households: int, transfers: int) -> int:
    """How long it takes to come to so many transfers."""
    month, there = 0, HOUSEHOLDS
    while there < transfers:
        month += 1
        there += households * (1 if month % _SHOPPING else 1 + _A_SLIP)
    return month


def _left(ground: Ground, wanted: int) -> int:
    with ground.database.reading() as session:
        there = session.connection().scalar(select(func.count()).select_from(_transfers))
    return max(0, wanted - (there or 0))


def _move_in(session: Session, ground: Ground, more: int) -> None:
    for number in range(HOUSEHOLDS + 1, HOUSEHOLDS + more + 1):
        new = NewHousehold(group="二组", number=f"{number:03d}", head="包海")
        ground.households.append(add_household(session, ground.founder, new).id)


def _do_deeds(ground: Ground, month: int, draw: Random, homes: Sequence[int]) -> None:
    """One deed of each household, worth more or less; recorded, approved, posted."""
    worth = {home: draw.randint(1, MOST) for home in homes}
    made: list[int] = []
    with ground.database.writing() as session:
        scheme = scheme_on(session, ground.village_id, clock.today())
        item = scheme.item(ITEMS[month % len(ITEMS)]).number
        for quantity, those in groupby(sorted(homes, key=worth.__getitem__), worth.__getitem__):
            made += record_many(
                session,
                ground.people[Role.RECORDER],
                f"deeds-{month:04d}-{quantity:02d}",
                list(those),
                item,
                quantity=quantity,
                deed_on=clock.today(),
            )
        approve(session, ground.people[Role.REVIEWER], f"review-{month:04d}", sorted(made))


def _go_shopping(ground: Ground, month: int, left: int) -> None:
    if month % _SHOPPING:
        return
    for home in ground.households[: max(0, left // _A_SLIP)]:
        with ground.database.writing() as session:
            wanted = Redeem(home, None, {ground.product: 1})
            redeem(session, ground.shopkeeper, f"shopping-{month:04d}-{home:05d}", wanted)


class County:
    """A database of villages like the one that they were stamped from, which lies idle."""

    def __init__(self, ground: Ground, server: Server, name: str) -> None:
        """A copy of the village's database, with the county's office in it and nobody else."""
        ground.database.close()
        there = make_url(ground.settings.database_url).database
        self.like: Final = ground.village_id
        self._tails: Final = _tails(ground)
        self._address: Final = make_url(server.uri).set(drivername="postgresql", database=name)
        ground.database.close()
        self.database: Final = Database(server.database(name, like=str(there)))
        self.villages: list[int] = []
        with self.database.writing() as session:
            open_office(session, OpenOffice(OFFICE, "量速县"))

    def grow(self, villages: int) -> None:
        """Stamp out as many more as are lacking, and let the server know its tables."""
        codes = [code(number) for number in range(len(self.villages) + 1, villages + 1)]
        with self.administered() as connection:
            if codes:
                with connection.transaction():
                    _stamp(connection, self.like, codes, self._tails)
            connection.execute("VACUUM (ANALYZE)")
            connection.execute("CHECKPOINT")
        self.villages += codes

    @contextmanager
    def administered(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection that sees everything."""
        plain = self._address.render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            yield connection


def _tails(ground: Ground) -> list[bytes]:
    """What the hashes of the village's events cover, without its code at the beginning."""
    with ground.database.reading() as session:
        connection = session.connection()
        moved = connection.execute(
            select(_transfers).order_by(_transfers.c.seq, _transfers.c.leg)
        ).mappings()
        legs = {
            seq: [hashed(row) for row in rows]
            for seq, rows in groupby(moved, key=lambda row: row["seq"])
        }
        events = connection.execute(select(_events).order_by(_events.c.seq)).mappings()
        return [_tail(event, legs.get(event["seq"], [])) for event in events]


def _tail(event: Any, legs: list[list[Any]]) -> bytes:
    moment = event["at"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    said = {**event, "at": moment}
    body = canonical_json([*(said[name] for name in HASHED), legs])
    return body.removeprefix(f"[{event['village_id']}").encode()


def _chain(village: int, tails: Sequence[bytes]) -> Iterator[str]:
    """The hash of each event, if it is this village's."""
    end, head = GENESIS, f"[{village}"
    for tail in tails:
        end = sha256(f"{end}{head}".encode() + tail).hexdigest()
        yield end


def _write_hashes(
    connection: psycopg.Connection[Any], codes: Sequence[int], tails: Sequence[bytes]
) -> None:
    connection.execute(
        "CREATE TEMPORARY TABLE hashes (code bigint, seq int, hash text, PRIMARY KEY (code, seq))"
    )
    with connection.cursor().copy("COPY hashes FROM STDIN") as copy:
        for village in codes:
            for seq, end in enumerate(_chain(village, tails), start=1):
                copy.write_row((village, seq, end))
    connection.execute("ANALYZE hashes")


def _stamp(
    connection: psycopg.Connection[Any], like: int, codes: Sequence[int], tails: Sequence[bytes]
) -> None:
    # The rows of the first village hold together; so do the others', which are the same.
    connection.execute("SET LOCAL session_replication_role = replica")
    _write_hashes(connection, codes, tails)
    for table in SQLModel.metadata.sorted_tables:
        if table.name == "villages":
            connection.execute(
                "INSERT INTO villages (id, name, opened_at)"
                " SELECT of.code, '量速村' || of.code, opened_at FROM villages,"
                " unnest(%s::bigint[]) AS of (code) WHERE id = %s",
                (list(codes), like),
            )
        elif "village_id" in table.columns:
            _stamp_table(connection, table, like, codes)
    connection.execute("DROP TABLE hashes")


_HASH: Final = "(SELECT hash FROM hashes WHERE hashes.code = of.code AND hashes.seq = t.seq)"
_MARK: Final = "'@' || right(of.code::text, 6)"
_OWN: Final = {
    "village_id": "of.code",
    "users.name": f"t.name || {_MARK}",
    "audit_entries.subject": f"t.subject || CASE t.act WHEN 'access.add' THEN {_MARK} ELSE '' END",
    "cards.token": "right(of.code::text, 6) || lpad(t.id::text, 9, '0')",
    "ledger_events.hash": _HASH,
    "ledger_heads.hash": _HASH,
}
"""What is another in each village; everything else is as in the first."""
_COUNTED: Final = frozenset({"audit_entries.id"})


def _stamp_table(
    connection: psycopg.Connection[Any], table: Table, like: int, codes: Sequence[int]
) -> None:
    names = [one.name for one in table.columns if f"{table.name}.{one.name}" not in _COUNTED]
    taken = [_OWN.get(one) or _OWN.get(f"{table.name}.{one}") or f't."{one}"' for one in names]
    columns = ", ".join(f'"{one}"' for one in names)
    size = connection.execute("SELECT pg_relation_size(%s) / 8192", (table.name,)).fetchone()
    for first in range(0, size[0] if size else 0, _PAGES):
        connection.execute(
            f'INSERT INTO "{table.name}" ({columns}) SELECT {", ".join(taken)}'  # noqa: S608 - our own names
            f' FROM "{table.name}" AS t, unnest(%s::bigint[]) AS of (code)'
            f" WHERE t.village_id = %s AND t.ctid >= '({first},0)'"
            f" AND t.ctid < '({first + _PAGES},0)'",
            (list(codes), like),
        )
