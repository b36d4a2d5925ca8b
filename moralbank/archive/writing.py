"""Making an archive: one moment of the books, and the photos that they name.

The rows are read in one snapshot, so the bank may go on working meanwhile; never is a file of the
live database copied. Photos are written before the rows that name them and removed after, so every
photo that the snapshot names lies on the disk.
"""

import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

from sqlalchemy import Connection, Table, func, select
from sqlmodel import Session

from moralbank import __version__, clock
from moralbank.archive.manifest import INSTALLATION, VILLAGE, Manifest, VillageSum
from moralbank.archive.rows import Sum, Summing, columns_of, lines_of
from moralbank.db import newest_migration
from moralbank.ledger.chain import canonical_json
from moralbank.ledger.models import Account, Head
from moralbank.models import metadata
from moralbank.photos import storage
from moralbank.photos.models import Photo
from moralbank.villages.models import Village

MANIFEST: Final = "manifest.json"
ROWS: Final = "rows"
PHOTOS: Final = "photos"

Told = Callable[[int], None]
"""Hears how many steps of a long work are done."""

_accounts = Account.__table__  # type: ignore[attr-defined]
_heads = Head.__table__  # type: ignore[attr-defined]
_photos = Photo.__table__  # type: ignore[attr-defined]
_villages = Village.__table__  # type: ignore[attr-defined]


def unheard(_done: int) -> None:
    """Nobody asked how far it is."""


def write_archive(
    session: Session,
    target: IO[bytes],
    photos: Path,
    *,
    village_id: int | None = None,
    told: Told = unheard,
) -> Manifest:
    """Write everything that `session` sees (or one village of it) into `target`, as a zip file.

    `photos` is the folder of photos (`photos.storage.folder_of`); `told` hears how many tables and
    photos are done. The session must be `reading()`: one moment of the books.
    """
    connection = session.connection()
    steps = iter(range(1, 1 << 31))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        tables = {}
        for table in metadata.sorted_tables:
            tables[table.name] = _write_table(connection, file, table, village_id)
            told(next(steps))
        kept, missing = {}, []
        for path in _photo_paths(connection, village_id):
            written = _write_photo(file, photos, path)
            if written is None:
                missing.append(path)
            else:
                kept[f"{PHOTOS}/{path}"] = written
            told(next(steps))
        manifest = Manifest(
            kind=INSTALLATION if village_id is None else VILLAGE,
            program=__version__,
            revision=newest_migration(),
            made_at=clock.now().isoformat(),
            villages=village_sums(connection, village_id),
            tables=tables,
            photos=kept,
            missing=missing,
        )
        file.writestr(MANIFEST, manifest.to_json())
    return manifest


def pieces(session: Session, village_id: int | None = None) -> int:
    """How many steps `write_archive` will tell of."""
    files = sum(1 for _path in _photo_paths(session.connection(), village_id))
    return len(metadata.sorted_tables) + files


def village_sums(connection: Connection, village_id: int | None = None) -> list[VillageSum]:
    """Each village's end of the chain and what its accounts hold, by kind."""
    wanted = (
        select(_villages.c.id, _villages.c.name, _heads.c.seq, _heads.c.hash)
        .join(_heads, _heads.c.village_id == _villages.c.id)
        .order_by(_villages.c.id)
    )
    if village_id is not None:
        wanted = wanted.where(_villages.c.id == village_id)
    return [
        VillageSum(row.id, row.name, row.seq, row.hash, _totals(connection, row.id))
        for row in connection.execute(wanted).all()
    ]


def _totals(connection: Connection, village_id: int) -> dict[str, int]:
    rows = connection.execute(
        select(_accounts.c.kind, func.sum(_accounts.c.balance).label("total"))
        .where(_accounts.c.village_id == village_id)
        .group_by(_accounts.c.kind)
    )
    return {str(row.kind.value): int(row.total) for row in rows}


def _write_table(
    connection: Connection, file: zipfile.ZipFile, table: Table, village_id: int | None
) -> Sum:
    summing = Summing()
    heads = canonical_json([column.name for column in columns_of(table)])
    with file.open(f"{ROWS}/{table.name}.jsonl", "w", force_zip64=True) as entry:
        entry.write(heads.encode() + b"\n")
        for line in summing.passing(lines_of(connection, table, village_id)):
            entry.write(line.encode() + b"\n")
    return summing.sum


def _photo_paths(connection: Connection, village_id: int | None) -> list[str]:
    """Every file that the rows name, as "village/name.jpg"."""
    wanted = select(_photos.c.village_id, _photos.c.name).order_by(
        _photos.c.village_id, _photos.c.id
    )
    if village_id is not None:
        wanted = wanted.where(_photos.c.village_id == village_id)
    rows = connection.execute(wanted).all()
    return [path for row in rows for path in storage.paths(row.village_id, row.name)]


def _write_photo(file: zipfile.ZipFile, photos: Path, path: str) -> str | None:
    """The photo's sha256, or None where its file is gone."""
    try:
        content = (photos / path).read_bytes()
    except FileNotFoundError:
        return None
    file.writestr(f"{PHOTOS}/{path}", content, zipfile.ZIP_STORED)  # a JPEG gets no smaller
    return sha256(content).hexdigest()
