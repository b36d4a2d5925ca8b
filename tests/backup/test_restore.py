"""The drill: a backup put into an empty folder, or in the place of other books, to the last row."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine, text

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.archive.manifest import INSTALLATION, Manifest
from moralbank.archive.reading import Archive
from moralbank.archive.restoring import tables_of
from moralbank.archive.rows import Summing, columns_of, lines_of, sum_of
from moralbank.archive.writing import MANIFEST, village_sums, write_archive
from moralbank.check import check_village
from moralbank.db import Database
from moralbank.ledger.chain import canonical_json
from moralbank.migrations import alembic_config, upgrade
from moralbank.models import metadata
from tests.backup.conftest import Elsewhere, opened, other_engine, photos_in
from tests.conftest import Source, make_app
from tests.house.test_migrations import RELEASES, fill
from tests.intruder import intrude
from tests.terminal import Terminal
from tests.village import PASSWORD, STAFF, VILLAGE_ID, Browser, Town

Machine = Callable[[str], Elsewhere]
TRAIL = "audit_entries"
BOTH = ("--admin", STAFF[Role.ADMIN], "--supervisor", STAFF[Role.SUPERVISOR], "--password-stdin")


def backed_up(terminal: Terminal, folder: Path) -> Path:
    """A backup made by the command line."""
    terminal.run("backup", "create")
    return next(folder.glob("backups/moralbank-*.zip"))


def manifest_of(path: Path) -> Manifest:
    with Archive.open(path) as archive:
        return archive.manifest


def restores(database: Database) -> list[dict[str, object]]:
    """What the trail says of restores."""
    with database.engine.connect() as connection:
        found = connection.execute(
            text("SELECT user_id, detail FROM audit_entries WHERE act = 'backup.restore'")
        )
        return [{"user": row.user_id, **json.loads(row.detail)} for row in found]


def test_into_an_empty_folder_of_the_other_engine(
    lively: Town, terminal: Terminal, tmp_path: Path, elsewhere: Machine
) -> None:
    """Equal to the last row and photo; a known user signs in; the books prove."""
    file = backed_up(terminal, tmp_path)
    machine = elsewhere(other_engine(lively))
    said = machine.terminal.run("backup", "restore", str(file))
    assert "分毫不差" in said
    database = opened(machine.url)
    kept = manifest_of(file)
    with database.engine.connect() as connection:
        for table in metadata.sorted_tables:
            if table.name != TRAIL:
                assert sum_of(connection, table) == kept.tables[table.name], table.name
        assert sum_of(connection, metadata.tables[TRAIL]).rows == kept.tables[TRAIL].rows + 1
        assert village_sums(connection) == kept.villages
    assert restores(database) == [{"user": 0, "made_at": kept.made_at}]
    assert photos_in(machine.folder) == photos_in(tmp_path) != {}
    with database.reading() as session:
        assert check_village(session, VILLAGE_ID) == []
    app = make_app(Town(database, VILLAGE_ID), machine.folder)
    person = Browser(app).sign_in(STAFF[Role.SUPERVISOR])
    assert "杜仁森" in person.open("/households", q="杜仁森")
    database.close()


def test_into_a_database_without_any_village(
    village: Town,
    terminal: Terminal,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One that the server made when it was started first: nobody is asked, it goes aside."""
    del village
    file = backed_up(terminal, tmp_path)
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    url = f"sqlite:///{fresh / 'moralbank.db'}"
    database = Database(url)
    upgrade(database.engine)
    database.close()
    said = Terminal(url, fresh, monkeypatch, capsys).run("backup", "restore", str(file))
    assert "分毫不差" in said
    assert len(list(fresh.glob("replaced/*/moralbank.db"))) == 1


def test_in_the_place_of_other_books_two_people_agree(
    lively: Town, terminal: Terminal, tmp_path: Path
) -> None:
    file = backed_up(terminal, tmp_path)
    (tmp_path / "secret.key").write_bytes(b"x" * 32)
    with lively.database.engine.begin() as connection:
        connection.execute(text("UPDATE villages SET name = '后来的村'"))
    lively.database.close()
    restore = ("backup", "restore", str(file))

    def name() -> str:
        with lively.database.engine.connect() as connection:
            return str(connection.scalar(text("SELECT name FROM villages")))

    for people, answers, words in (
        (BOTH, f"{PASSWORD}\nwrong-password\n", "用户名或密码不对"),
        (
            (*BOTH[:3], STAFF[Role.ADMIN], BOTH[4]),
            f"{PASSWORD}\n{PASSWORD}\n",
            "不是这个村的监督员",
        ),
    ):
        said = terminal.run(*restore, *people, stdin=answers, expect=1)
        assert words in said
    assert name() == "后来的村"
    if lively.database.is_sqlite:  # somebody still works with the file: this very process
        said = terminal.run(*restore, *BOTH, stdin=f"{PASSWORD}\n{PASSWORD}\n", expect=1)
        assert "还开着" in said
    lively.database.close()
    assert not (tmp_path / "replaced").exists()

    terminal.run(*restore, *BOTH, stdin=f"{PASSWORD}\n{PASSWORD}\n")
    assert name() == "羊圈湾村"
    (line,) = restores(lively.database)
    assert (line["admin"], line["supervisor"]) == (BOTH[1], BOTH[3])
    assert line["user"] == lively.actor(Role.ADMIN).user_id
    assert line["seconded_by"] == lively.actor(Role.SUPERVISOR).user_id
    with lively.database.reading() as session:
        assert check_village(session, VILLAGE_ID) == []
    with lively.database.engine.connect() as connection, pytest.raises(Exception, match="append"):
        connection.execute(text("DELETE FROM audit_entries"))  # the guards came along
    (aside,) = (tmp_path / "replaced").iterdir()
    assert (aside / "secret.key").exists()
    assert not (tmp_path / "secret.key").exists()
    old = manifest_of(next(aside.glob("moralbank-*.zip")))
    assert [village.name for village in old.villages] == ["后来的村"]
    assert old_name(lively, aside) == "后来的村"


def old_name(town: Town, aside: Path) -> str:
    """The village's name in the books that were moved aside."""
    if town.database.is_sqlite:
        engine = create_engine(f"sqlite:///{next(aside.glob('*.db'))}")
        with engine.connect() as connection:
            return str(connection.scalar(text("SELECT name FROM villages")))
    schema = f"replaced_{aside.name.replace('-', '_')}"
    with town.database.engine.connect() as connection:
        assert connection.scalar(text(f"SELECT count(*) FROM {schema}.alembic_version")) == 1
        return str(connection.scalar(text(f"SELECT name FROM {schema}.villages")))


def test_books_that_cannot_be_read_are_replaced_by_two_people_of_the_backup(
    hamlet: Town,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    terminal = Terminal(hamlet.database, tmp_path, monkeypatch, capsys)
    file = backed_up(terminal, tmp_path)
    restore = ("backup", "restore", str(file), *BOTH)
    intrude(hamlet.database, "DELETE FROM alembic_version")  # nobody knows what its tables are
    hamlet.database.close()
    path = Path(hamlet.database.engine.url.database or "")
    head = 100  # it says how writes are kept; https://sqlite.org/fileformat.html
    before = path.read_bytes()[head:]
    assert "用户名或密码不对" in terminal.run(*restore, stdin=f"{PASSWORD}\nx\n", expect=1)
    assert path.read_bytes()[head:] == before
    path.write_bytes(b"coffee" * 20_000)
    with clock.at(clock.now()):  # two tries of one second
        assert "用户名或密码不对" in terminal.run(*restore, stdin=f"{PASSWORD}\nx\n", expect=1)
        terminal.run(*restore, stdin=f"{PASSWORD}\n{PASSWORD}\n")
    assert hamlet.household("一组-012").head == "杜仁森"
    assert [old.read_bytes()[:6] for old in tmp_path.glob("replaced/*/*.db")] == [b"coffee"] * 1


def broken(file: Path, folder: Path) -> dict[str, Path]:
    """A backup after accidents: a byte of its rows flipped, its end lost, another file's bytes."""
    folder.mkdir()
    whole = file.read_bytes()
    with zipfile.ZipFile(file) as archive:
        rows = archive.getinfo("rows/households.jsonl")
    place = rows.header_offset + 30 + len(rows.filename) + 60
    cases = {
        "flipped": whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :],
        "truncated": whole[: len(whole) * 2 // 3],
        "none": b"%PDF-1.7 no backup at all",
    }
    for name, content in cases.items():
        (folder / f"{name}.zip").write_bytes(content)
    return {name: folder / f"{name}.zip" for name in cases}


def test_a_broken_backup_leaves_everything_as_it_was(
    village: Town, terminal: Terminal, tmp_path: Path, elsewhere: Machine
) -> None:
    files = broken(backed_up(terminal, tmp_path), tmp_path / "broken")
    with village.database.reading() as session, (tmp_path / "one.zip").open("wb") as one:
        write_archive(session, one, tmp_path, village_id=VILLAGE_ID)
    assert "villages import" in terminal.run(
        "backup", "restore", str(tmp_path / "one.zip"), expect=1
    )
    machine = elsewhere("sqlite" if village.database.is_sqlite else "postgresql")
    for name, path in files.items():
        terminal.run("backup", "verify", str(path), expect=1)
        said = machine.terminal.run("backup", "restore", str(path), expect=1)
        assert "没有办成" in said, name
    left = {path.name for path in machine.folder.iterdir()}
    assert left <= {"backup.lock"}
    database = Database(machine.url)
    with database.engine.connect() as connection:
        names = (
            "sqlite_master" if database.is_sqlite else "pg_tables WHERE schemaname !~ '^pg_|^inf'"
        )
        assert connection.scalar(text(f"SELECT count(*) FROM {names}")) == 0
    database.close()


def test_a_backup_of_an_older_release_is_upgraded(
    elsewhere: Machine, sources: dict[str, Source], tmp_path: Path
) -> None:
    """Made on SQLite, restored into PostgreSQL: whose own tables of that release must fit too."""
    release = RELEASES[-1]
    database = Database(sources["sqlite"].bare())
    command.upgrade(alembic_config(database.engine), release.stem)
    plain = create_engine(database.engine.url)
    with plain.begin() as connection:
        fill(connection, release)
    plain.dispose()
    file = tmp_path / "moralbank-20261105-090000.zip"
    with database.engine.connect() as connection, zipfile.ZipFile(file, "w") as archive:
        sums = {}
        for table in tables_of(database.engine, release.stem).sorted_tables:
            if table.name != "alembic_version":
                summing = Summing()
                heads = canonical_json([column.name for column in columns_of(table)])
                lines = [heads, *summing.passing(lines_of(connection, table))]
                archive.writestr(f"rows/{table.name}.jsonl", "\n".join([*lines, ""]))
                sums[table.name] = summing.sum
        said = Manifest(
            INSTALLATION, "0.0.5", release.stem, "2026-11-05", village_sums(connection), sums, {}
        )
        archive.writestr(MANIFEST, said.to_json())
    database.close()
    machine = elsewhere("postgresql")
    machine.terminal.run("backup", "restore", str(file))
    restored = opened(machine.url)
    with restored.reading() as session:
        assert check_village(session, VILLAGE_ID) == []
    restored.close()
