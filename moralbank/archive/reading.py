"""Reading an archive back: its sums first, then its rows, then the proof that all are the same.

Archives come from USB sticks and other machines, so nothing in them is believed: members are known
by name, rows must fit our columns, and what was loaded is read again before it is kept.
"""

import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Final, Self

from sqlalchemy import Column, Connection, MetaData, Table

from moralbank.archive.manifest import VILLAGE, Manifest, NoArchive
from moralbank.archive.rows import RowsUnreadable, Sum, Summing, columns_of, fill, sum_of
from moralbank.archive.writing import MANIFEST, PHOTOS, ROWS, Told, unheard, village_sums
from moralbank.errors import Refused
from moralbank.i18n import mark
from moralbank.photos import storage

LARGEST_MANIFEST: Final = 64 * 1024 * 1024
LARGEST_PHOTO: Final = 32 * 1024 * 1024
LARGEST_LINE: Final = 64 * 1024 * 1024
"""Bytes of a row; a whole board or scheme is a thousandth of it."""
_BROKEN: Final = (
    EOFError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    UnicodeDecodeError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What reading a member raises that is gone, cut off, changed, or packed as ours never are."""


class ArchiveDamaged(Refused):
    """A member of the archive is not what the manifest says."""

    text = mark("文件已损坏或被改过：“%(name)s”与清单不符。请换一份备份")
    code = "archive_damaged"


class ArchiveDiffers(Refused):
    """What was loaded is not, to the last row, what the archive holds; nothing was kept."""

    text = mark("导入后核对不符（%(what)s），已全部撤回，没有改动什么")
    code = "archive_differs"


class Archive:
    """An open archive; `manifest` is what it says of itself."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        """Read the manifest; raises NoArchive, ArchiveNewer."""
        self._file = file
        try:
            if file.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
                raise NoArchive
            self.manifest: Final = Manifest.from_json(file.read(MANIFEST))
        except _BROKEN as error:
            raise NoArchive from error

    @classmethod
    @contextmanager
    def open(cls, source: Path | IO[bytes]) -> Iterator[Self]:
        """Open a file; raises NoArchive, ArchiveNewer."""
        try:
            opened = zipfile.ZipFile(source)
        except (zipfile.BadZipFile, OSError) as error:
            raise NoArchive from error
        with opened:
            yield cls(opened)

    @property
    def village_id(self) -> int | None:
        """The one village it is of, or None where it is a whole installation's."""
        return self.manifest.villages[0].id if self.manifest.kind == VILLAGE else None

    def verify(self, told: Told = unheard) -> None:
        """Read every member and compare it with its sum; raises ArchiveDamaged."""
        done = 0
        for name, expected in self.manifest.tables.items():
            if self._summed(name) != expected:
                raise ArchiveDamaged(name=name)
            told(done := done + 1)
        for path, digest in self.manifest.photos.items():
            if sha256(self._photo(path)).hexdigest() != digest:
                raise ArchiveDamaged(name=path)
            told(done := done + 1)

    def load(
        self,
        connection: Connection,
        tables: MetaData,
        told: Told = unheard,
    ) -> None:
        """Put every row into `tables`, which must be those of the archive's own release.

        Raises RowsUnreadable; `told` hears how many tables are done.
        """
        for done, table in enumerate(self._ours(tables), start=1):
            columns, lines = self._rows(table)
            fill(connection, table, lines, self.village_id, columns)
            told(done)

    def prove(self, connection: Connection, tables: MetaData) -> None:
        """Read everything back; raises ArchiveDiffers unless rows, totals and hashes are equal."""
        for table in self._ours(tables):
            found = sum_of(connection, table, self.village_id, self._rows(table)[0])
            if found != self.manifest.tables[table.name]:
                raise ArchiveDiffers(what=table.name)
        if village_sums(connection, self.village_id) != self.manifest.villages:
            raise ArchiveDiffers(what="ledger_heads")

    def column(self, table: str, name: str) -> list[Any]:
        """What a table has in one column, row by row; raises RowsUnreadable, ArchiveDamaged."""
        heads, lines = self._entry(table)
        try:
            place = heads.index(name)
            return [json.loads(line)[place] for line in lines]
        except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            raise RowsUnreadable(table=table) from error

    def unpack_photos(self, folder: Path, told: Told = unheard) -> None:
        """Write every photo into the folder of photos; raises ArchiveDamaged, PhotoNotKept."""
        for done, (path, digest) in enumerate(self.manifest.photos.items(), start=1):
            content = self._photo(path)
            if sha256(content).hexdigest() != digest:
                raise ArchiveDamaged(name=path)
            try:
                storage.restore(folder, path.removeprefix(f"{PHOTOS}/"), content)
            except ValueError as error:
                raise ArchiveDamaged(name=path) from error
            told(done)

    def _ours(self, tables: MetaData) -> list[Table]:
        """The tables in the order of their keys; the archive must have just these."""
        ours = [table for table in tables.sorted_tables if table.name != "alembic_version"]
        if {table.name for table in ours} != set(self.manifest.tables):
            raise NoArchive
        return ours

    def _rows(self, table: Table) -> tuple[list[Column[Any]], Iterator[str]]:
        """A table's columns in the order of the archive, and its lines.

        Columns that a migration added stand last in a database, in the program wherever they were
        written: an older release's table has them in another order than its archive.
        """
        heads, lines = self._entry(table.name)
        known = {column.name: column for column in columns_of(table)}
        if not isinstance(heads, list) or sorted(map(str, heads)) != sorted(known):
            raise RowsUnreadable(table=table.name)
        return [known[str(name)] for name in heads], lines

    def _summed(self, name: str) -> Sum:
        summing = Summing()
        for _line in summing.passing(self._entry(name)[1]):
            pass
        return summing.sum

    def _entry(self, name: str) -> tuple[list[str], Iterator[str]]:
        """A table's columns and its lines."""
        lines = self._read_lines(name)
        try:
            return json.loads(next(lines)), lines
        except (RecursionError, StopIteration, ValueError) as error:
            raise ArchiveDamaged(name=name) from error

    def _read_lines(self, name: str) -> Iterator[str]:
        try:
            with io.BufferedReader(self._file.open(f"{ROWS}/{name}.jsonl")) as entry:  # type: ignore[type-var]
                while line := entry.readline(LARGEST_LINE):
                    if len(line) == LARGEST_LINE:
                        raise ArchiveDamaged(name=name)
                    yield line.decode().rstrip("\n")
        except _BROKEN as error:
            raise ArchiveDamaged(name=name) from error

    def _photo(self, path: str) -> bytes:
        try:
            if self._file.getinfo(path).file_size > LARGEST_PHOTO:
                raise ArchiveDamaged(name=path)
            return self._file.read(path)
        except _BROKEN as error:
            raise ArchiveDamaged(name=path) from error
