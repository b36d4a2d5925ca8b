"""Archives: the same rows, photos and proofs on the other side, whichever database it is."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import create_engine

from moralbank import db
from moralbank.archive import reading
from moralbank.archive.manifest import ArchiveNewer, NoArchive
from moralbank.archive.reading import Archive, ArchiveDamaged
from moralbank.archive.restoring import NotEmpty, fill_empty
from moralbank.archive.rows import RowsUnreadable, fill
from moralbank.archive.writing import write_archive
from moralbank.check import check_village
from moralbank.db import Database, newest_migration
from moralbank.models import metadata
from tests.conftest import ENGINES, Source
from tests.lively import live
from tests.village import Town, found_village

NEIGHBOUR = 150404103202
on_sqlite = pytest.mark.parametrize("source", ["sqlite"], indirect=True)
"""For what is the archive's, not the database's."""


def archive_of(town: Town, folder: Path, village_id: int | None = None) -> io.BytesIO:
    """The installation that a village lives in, or one village of it."""
    target = io.BytesIO()
    with town.database.reading() as session:
        write_archive(session, target, folder, village_id=village_id)
    return target


@pytest.fixture
def neighbours(village: Town) -> Town:
    """The village, beside which another lives."""
    found_village(village.database, NEIGHBOUR, "小河沿村", (("东组", "001", "巴特尔"),))
    return village


@pytest.fixture
def elsewhere(village: Town, sources: dict[str, Source]) -> Iterator[Database]:
    """A database without any tables, of the engine that the village's is not of."""
    source = sources[ENGINES[1 if village.database.is_sqlite else 0]]
    database = Database(source.bare())
    yield database
    database.close()
    source.drop(database.engine.url.render_as_string(hide_password=False))


def test_rows_are_the_same_on_the_other_side(
    neighbours: Town, elsewhere: Database, tmp_path: Path
) -> None:
    """A whole installation, in which a little of everything happened."""
    live(neighbours, "替邻居收麦子那天的事")
    with Archive.open(archive_of(neighbours, tmp_path)) as archive:
        archive.verify()
        fill_empty(archive, elsewhere)
        before = archive.manifest
    again = io.BytesIO()
    with elsewhere.reading() as session:
        assert check_village(session, neighbours.village_id) == []
        after = write_archive(session, again, tmp_path)
    assert (after.tables, after.villages) == (before.tables, before.villages)
    assert len(after.villages) == 2


def test_a_village_alone_brings_no_row_of_its_neighbour(neighbours: Town, tmp_path: Path) -> None:
    target = archive_of(neighbours, tmp_path, NEIGHBOUR)
    with zipfile.ZipFile(target) as file:
        said = "".join(file.read(name).decode() for name in file.namelist())
    assert "巴特尔" in said
    assert "杜仁森" not in said
    with Archive.open(target) as archive:
        assert [one.id for one in archive.manifest.villages] == [NEIGHBOUR]


def _changed(archived: io.BytesIO, name: str, change: Callable[[bytes], bytes]) -> io.BytesIO:
    """The same archive with one member changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(archived) as old, zipfile.ZipFile(made, "w") as new:
        for member in old.namelist():
            content = old.read(member)
            new.writestr(member, change(content) if member == name else content)
    return made


@on_sqlite
def test_a_changed_member_is_found(village: Town, tmp_path: Path) -> None:
    forged = _changed(
        archive_of(village, tmp_path),
        "rows/households.jsonl",
        lambda kept: kept.replace("杜仁森".encode(), b"x"),
    )
    with Archive.open(forged) as archive, pytest.raises(ArchiveDamaged):
        archive.verify()


@on_sqlite
def test_a_row_of_another_village_does_not_come_in(
    neighbours: Town, sources: dict[str, Source], tmp_path: Path
) -> None:
    """A village's file that smuggles rows into its neighbour is refused, row by row."""
    forged = _changed(
        archive_of(neighbours, tmp_path, NEIGHBOUR),
        "rows/groups.jsonl",
        lambda kept: kept.replace(str(NEIGHBOUR).encode(), str(neighbours.village_id).encode()),
    )
    database = Database(sources["sqlite"].empty())
    with Archive.open(forged) as archive, pytest.raises(RowsUnreadable):  # noqa: SIM117
        with database.loading() as connection:
            archive.load(connection, metadata)
    database.close()


@on_sqlite
def test_what_is_no_archive_is_said_to_be_none(village: Town, tmp_path: Path) -> None:
    archived = archive_of(village, tmp_path)
    (tmp_path / "roster.xlsx").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(NoArchive), Archive.open(tmp_path / "roster.xlsx"):
        pytest.fail("opened")
    for broken in (b"[]", b"{", json.dumps({"format": "x"}).encode()):
        forged = _changed(archived, "manifest.json", lambda _kept, broken=broken: broken)
        with pytest.raises(NoArchive), Archive.open(forged):
            pytest.fail("opened")


NEST: Final = "[" * 100_000 + "]" * 100_000
# What somebody wrote into a manifest: none of it is of the kind that stands there.
WRONG: Final[dict[str, tuple[Any, ...]]] = {
    "format": (True, "1"),
    "villages": (None, {}, [1], [{"id": 1}]),
    "tables": ([], {"users": None}, {"users": {"rows": "1", "sha256": 5}}),
    "photos": ([], 1, {"photos/x.jpg": None}),
    "missing": (None, "", [[]]),
    "revision": (None, 6, []),
    "made_at": (None, 1, "yesterday"),
}
WRONG_SUMS: Final = {"id": (True, 1, 10**12), "seq": (-1, "1"), "hash": (None,), "totals": ([],)}


def test_a_manifest_of_other_kinds_is_none(hamlet: Town, tmp_path: Path) -> None:
    """Nothing in it reaches further than its reading: not the database, nor a path."""
    with zipfile.ZipFile(archive_of(hamlet, tmp_path)) as file:
        said = json.loads(file.read("manifest.json"))
    first = said["villages"][0]
    forged = [{**said, key: value} for key, values in WRONG.items() for value in values]
    forged += [
        {**said, "villages": [{**first, key: value}]}
        for key, values in WRONG_SUMS.items()
        for value in values
    ]
    for content in (NEST, *map(json.dumps, forged)):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as new:
            new.writestr("manifest.json", content)
        with pytest.raises(NoArchive), Archive.open(made):
            pytest.fail(content[:200])


@pytest.mark.parametrize(
    "line",
    [
        NEST,
        '{"a":1}',
        '[150404103202,"\\ud800","x",1,true]',
        '[150404103202,"a\\u0000b"]',
        f"[{1 << 70}]",
    ],
)
def test_lines_that_no_database_holds_are_refused(line: str) -> None:
    """Nested too deeply, no list, half a character, a zero, more than 64 bits."""
    table = metadata.tables["settings"]
    several = [table.c.village_id, table.c.key, table.c.value]
    values = {1: [table.c.village_id], 2: several[:2]}
    columns = values.get(line.count(",") + 1, several)
    with create_engine("sqlite://").connect() as connection, pytest.raises(RowsUnreadable):
        fill(connection, table, [line], columns=columns)


def test_a_line_without_end_is_not_read_into_memory(
    hamlet: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LARGEST_LINE", 1 << 16)
    whole = archive_of(hamlet, tmp_path)
    forged = _changed(whole, "rows/households.jsonl", lambda kept: kept + b" " * (1 << 17))
    with Archive.open(forged) as archive, pytest.raises(ArchiveDamaged):
        archive.verify()


@pytest.mark.parametrize(("revision", "refusal"), [("0000", NoArchive), ("9999", ArchiveNewer)])
def test_tables_that_never_were_ours_are_not_made(
    hamlet: Town, tmp_path: Path, revision: str, refusal: type[Exception]
) -> None:
    known = newest_migration().encode()
    whole = archive_of(hamlet, tmp_path)
    forged = _changed(whole, "manifest.json", lambda kept: kept.replace(known, revision.encode()))
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    with Archive.open(forged) as archive, pytest.raises(refusal):
        fill_empty(archive, database)
    database.close()


def test_a_database_in_use_is_not_filled(village: Town, tmp_path: Path) -> None:
    with Archive.open(archive_of(village, tmp_path)) as archive, pytest.raises(NotEmpty):
        fill_empty(archive, village.database)
    db.use(village.database)
