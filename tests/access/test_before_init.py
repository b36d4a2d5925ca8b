"""Before a village is opened, every door says what to do; nothing breaks."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from moralbank import db
from moralbank.access.permissions import Role
from moralbank.db import Database
from tests.conftest import make_app
from tests.terminal import Terminal
from tests.village import PASSWORD, STAFF, Browser, Town

PAGES = ("/", "/sign-in", "/households", "/boards")


@pytest.fixture
def bare(empty: Database, tmp_path: Path) -> Iterator[Flask]:
    """The application over a database without a village."""
    made = make_app(Town(empty, 0), tmp_path)
    yield made
    made.extensions["moralbank"].close()


def pages_of(app: Flask, cookie: str = "") -> dict[str, str]:
    """What a stranger (or somebody with an old session) sees; all must be 503 in the end."""
    seen = {}
    for path in PAGES:
        client = app.test_client()
        if cookie:
            client.set_cookie("moralbank", cookie)
        answer = client.get(path, follow_redirects=True)
        assert answer.status_code == 503, (path, answer.status_code)
        seen[path] = answer.get_data(as_text=True)
    return seen


def test_an_empty_database_asks_for_the_opening(bare: Flask) -> None:
    for page in pages_of(bare).values():
        assert "还没有开户" in page
        assert "moralbank init" in page
        assert "道德银行" in page


def test_a_missing_database_says_so(tmp_path: Path) -> None:
    missing = Town(Database(f"sqlite:///{tmp_path / 'gone.db'}"), 0)
    app = make_app(missing, tmp_path)
    for page in pages_of(app).values():
        assert "找不到数据库" in page
    assert not (tmp_path / "gone.db").exists()


def test_an_outdated_database_asks_for_the_upgrade(empty: Database, bare: Flask) -> None:
    with empty.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    for page in pages_of(bare).values():
        assert "moralbank db upgrade" in page


def test_a_foreign_database_asks_for_the_upgrade(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    path.write_bytes(b"")
    app = make_app(Town(Database(f"sqlite:///{path}"), 0), tmp_path)
    for page in pages_of(app).values():
        assert "moralbank db upgrade" in page
    app.extensions["moralbank"].close()


def test_an_old_session_does_not_break_the_page(village: Town, tmp_path: Path) -> None:
    """Somebody is signed in, then the computer restarts without its database."""
    before = make_app(village, tmp_path)
    admin = Browser(before).sign_in(STAFF[Role.ADMIN])
    cookie = admin.client.get_cookie("moralbank")
    assert cookie is not None
    before.extensions["moralbank"].close()
    after = make_app(Town(Database(f"sqlite:///{tmp_path / 'gone.db'}"), 0), tmp_path)
    for page in pages_of(after, cookie.value).values():
        assert "找不到数据库" in page
    db.use(village.database)


def test_nobody_signs_in_to_nothing(bare: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(bare.config, "WTF_CSRF_ENABLED", False)
    form = {"name": STAFF[Role.ADMIN], "password": PASSWORD}
    answer = bare.test_client().post("/sign-in", data=form)
    assert answer.status_code in {403, 503}


@pytest.mark.parametrize("command", [("check",), ("users", "list"), ("households", "list")])
def test_commands_say_what_is_missing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: tuple[str, ...],
) -> None:
    terminal = Terminal(f"sqlite:///{tmp_path / 'gone.db'}", tmp_path, monkeypatch, capsys)
    said = terminal.run(*command, who=STAFF[Role.ADMIN], expect=1)
    assert "moralbank init" in said
