"""Archives: the same rows, photos and proofs on the other side, whichever database it is."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from moralbank import db
from moralbank.archive.manifest import NoArchive
from moralbank.archive.reading import Archive, ArchiveDamaged
from moralbank.archive.restoring import NotEmpty, fill_empty
from moralbank.archive.rows import RowsUnreadable
from moralbank.archive.writing import write_archive
from moralbank.check import check_village
from moralbank.db import Database
from moralbank.models import metadata
from tests.conftest import Source
from tests.lively import live
from tests.village import Town, found_village

NEIGHBOUR = 150404103202


@pytest.fixture
def archived(village: Town, tmp_path: Path) -> io.BytesIO:
    """A whole installation of two villages, in one of which a little of everything happened."""
    found_village(village.database, NEIGHBOUR, "小河沿村", (("东组", "001", "巴特尔"),))
    live(village, "替邻居收麦子那天的事")
    target = io.BytesIO()
    with village.database.reading() as session:
        write_archive(session, target, tmp_path)
    return target


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request: pytest.FixtureRequest, sources: dict[str, Source]) -> Iterator[Database]:
    """A database without any tables, on each engine."""
    source = sources[request.param]
    database = Database(source.bare())
    yield database
    database.close()
    source.drop(database.engine.url.render_as_string(hide_password=False))


def test_rows_are_the_same_on_the_other_side(
    village: Town, archived: io.BytesIO, elsewhere: Database, tmp_path: Path
) -> None:
    with Archive.open(archived) as archive:
        archive.verify()
        fill_empty(archive, elsewhere)
        before = archive.manifest
    again = io.BytesIO()
    with elsewhere.reading() as session:
        assert check_village(session, village.village_id) == []
        after = write_archive(session, again, tmp_path)
    assert (after.tables, after.villages) == (before.tables, before.villages)
    assert len(after.villages) == 2


def test_a_village_alone_brings_no_row_of_its_neighbour(
    village: Town, archived: io.BytesIO, tmp_path: Path
) -> None:
    del archived
    target = io.BytesIO()
    with village.database.reading() as session:
        manifest = write_archive(session, target, tmp_path, village_id=NEIGHBOUR)
    with zipfile.ZipFile(target) as file:
        said = "".join(file.read(name).decode() for name in file.namelist())
    assert "巴特尔" in said
    assert "杜仁森" not in said
    assert [one.id for one in manifest.villages] == [NEIGHBOUR]


def _changed(archived: io.BytesIO, name: str, change: Callable[[bytes], bytes]) -> io.BytesIO:
    """The same archive with one member changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(archived) as old, zipfile.ZipFile(made, "w") as new:
        for member in old.namelist():
            content = old.read(member)
            new.writestr(member, change(content) if member == name else content)
    return made


def test_a_changed_member_is_found(archived: io.BytesIO) -> None:
    forged = _changed(
        archived, "rows/households.jsonl", lambda kept: kept.replace("杜仁森".encode(), b"x")
    )
    with Archive.open(forged) as archive, pytest.raises(ArchiveDamaged):
        archive.verify()


def test_a_row_of_another_village_does_not_come_in(
    village: Town, archived: io.BytesIO, sources: dict[str, Source], tmp_path: Path
) -> None:
    """A village's file that smuggles rows into its neighbour is refused, row by row."""
    del archived
    target = io.BytesIO()
    with village.database.reading() as session:
        write_archive(session, target, tmp_path, village_id=NEIGHBOUR)
    forged = _changed(
        target,
        "rows/groups.jsonl",
        lambda kept: kept.replace(str(NEIGHBOUR).encode(), str(village.village_id).encode()),
    )
    database = Database(sources["sqlite"].empty())
    with Archive.open(forged) as archive, pytest.raises(RowsUnreadable):  # noqa: SIM117
        with database.loading() as connection:
            archive.load(connection, metadata)
    database.close()


def test_what_is_no_archive_is_said_to_be_none(archived: io.BytesIO, tmp_path: Path) -> None:
    (tmp_path / "roster.xlsx").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(NoArchive), Archive.open(tmp_path / "roster.xlsx"):
        pytest.fail("opened")
    for broken in (b"[]", b"{", json.dumps({"format": "x"}).encode()):
        forged = _changed(archived, "manifest.json", lambda _kept, broken=broken: broken)
        with pytest.raises(NoArchive), Archive.open(forged):
            pytest.fail("opened")


def test_a_database_in_use_is_not_filled(village: Town, archived: io.BytesIO) -> None:
    with Archive.open(archived) as archive, pytest.raises(NotEmpty):
        fill_empty(archive, village.database)
    db.use(village.database)
