"""How we use databases, so that they keep what they promise: held here, written down in db.py."""

import ast
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Final

from sqlalchemy import event
from sqlmodel import Session

from moralbank import db
from moralbank.access.permissions import Role
from moralbank.paths import PACKAGE
from moralbank.villages.queries import settings_of
from moralbank.villages.service import change_setting
from moralbank.villages.settings import CONTACT
from tests.village import Town

ENTRANCES: Final = sorted(
    path for pattern in ("*/views*.py", "*/commands*.py") for path in PACKAGE.glob(pattern)
)
DRAWING: Final = {"render_template", "excel_file", "pdf_file", "send_file"}
"""What is done with what was read, when the session is over."""
OPENING: Final = {"reading", "writing"}


def test_one_writer_at_a_time_in_a_process(hamlet: Town) -> None:
    """Eight threads write at once; never does more than one of them ask SQLite for its lock."""
    out: list[object] = []
    most: list[int] = []
    admin, at_once = hamlet.actor(Role.ADMIN), Barrier(8)

    def take(connection: object, *_rest: object) -> None:
        out.append(connection)
        most.append(len(out))

    def give_back(connection: object, *_rest: object) -> None:
        out.remove(connection)

    def write(number: int) -> None:
        at_once.wait()
        with hamlet.database.writing() as session:
            change_setting(session, admin, CONTACT, f"0476-{number:07d}")

    engine = hamlet.database.engine
    event.listen(engine, "checkout", take)
    event.listen(engine, "checkin", give_back)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    event.remove(engine, "checkout", take)
    event.remove(engine, "checkin", give_back)
    assert len(most) == 8
    assert max(most) == 1


def test_readers_wait_for_no_writer_and_see_one_moment(hamlet: Town) -> None:
    """Write-ahead logging: a page is read while somebody writes, as it was before."""
    admin = hamlet.actor(Role.ADMIN)
    with hamlet.database.writing() as writer:
        change_setting(writer, admin, CONTACT, "0476-7654321")
        writer.flush()
        with hamlet.database.reading() as reader:
            assert _contact(reader, hamlet) == ""
    with hamlet.database.reading() as reader:
        assert _contact(reader, hamlet) == "0476-7654321"


def test_every_connection_waits_for_the_disk(hamlet: Town) -> None:
    """Whatever was done on a connection before, it is as the house says when it is used again."""
    with hamlet.database.writing() as session:
        raw = session.connection().connection.dbapi_connection
        assert raw is not None
        assert raw.execute("PRAGMA busy_timeout").fetchone() == (db.BUSY_SECONDS * 1000,)
        assert raw.execute("PRAGMA synchronous").fetchone() == (2,)
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_nothing_is_drawn_while_a_session_is_open() -> None:
    """Sheets and pages take long; meanwhile nobody holds a snapshot, a lock or a connection."""
    for path in ENTRANCES:
        tree = ast.parse(path.read_text("utf-8"))
        drawn = DRAWING | set(_from_pdf(tree))
        for block in _sessions(tree):
            called = {name for node in ast.walk(block) if (name := _called(node))}
            assert not called & drawn, f"{path}:{block.lineno} with a session open"


def _from_pdf(tree: ast.Module) -> Iterator[str]:
    """What a file has from a room's `pdf.py` or from the paper kit."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith(".pdf"):
            yield from (alias.asname or alias.name for alias in node.names)


def _sessions(tree: ast.Module) -> Iterator[ast.With]:
    for node in ast.walk(tree):
        if isinstance(node, ast.With):
            opened = {_called(item.context_expr) for item in node.items}
            if opened & OPENING:
                yield node


def _called(node: ast.AST) -> str:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def _contact(session: Session, town: Town) -> str:
    return settings_of(session, town.village_id)[CONTACT]
