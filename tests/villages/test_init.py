"""Opening a village from the command line."""

import json
import os
import stat
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from moralbank.db import Database
from tests.conftest import Source
from tests.terminal import Terminal

PASSWORD = "hao-ren-hao-shi-7"
CODE = "150404103201"


@pytest.fixture
def url(source: Source) -> str:
    """An address with tables but no village, on both engines."""
    return source.empty()


@pytest.fixture
def terminal(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    """The command line over it."""
    return Terminal(url, tmp_path / "bank", monkeypatch, capsys)


def opening(code: str = CODE, name: str = "羊圈湾村", admin: str = "王秀兰") -> list[str]:
    """The command that opens a village."""
    named = ["--village-code", code, "--village-name", name, "--admin", admin]
    return ["init", *named, "--password-stdin"]


def villages(url: str) -> list[tuple[int, str]]:
    """The villages in a database."""
    database = Database(url)
    with database.engine.connect() as connection:
        rows = connection.execute(text("SELECT id, name FROM villages ORDER BY id")).all()
    database.close()
    return [(row.id, row.name) for row in rows]


def test_a_village_is_opened_with_all_it_needs(terminal: Terminal, url: str) -> None:
    said = terminal.run(*opening(), stdin=f"{PASSWORD}\n")
    assert "羊圈湾村（150404103201）已开户" in said
    assert "moralbank serve" in said
    assert PASSWORD not in said
    assert villages(url) == [(int(CODE), "羊圈湾村")]
    users = json.loads(terminal.run("users", "list", "--json", who="王秀兰"))
    assert [(user["name"], user["role"]) for user in users] == [("王秀兰", "admin")]
    assert "账目无误" in terminal.run("check")
    goods = json.loads(terminal.run("store", "list", "--json", who="王秀兰"))
    assert len(goods) >= 20
    assert "志愿服务" in terminal.run("scheme", "show", who="王秀兰")


def test_the_signing_key_is_its_owners_alone(terminal: Terminal, tmp_path: Path) -> None:
    terminal.run(*opening(), stdin=f"{PASSWORD}\n")
    key = tmp_path / "bank" / "secret.key"
    assert len(key.read_bytes()) == 32
    if sys.platform != "win32":
        assert stat.S_IMODE(os.stat(key).st_mode) == 0o600  # noqa: PTH116 - says what it checks


def test_a_village_is_opened_once(terminal: Terminal, url: str) -> None:
    terminal.run(*opening(), stdin=f"{PASSWORD}\n")
    said = terminal.run(*opening(name="河沿村", admin="李四"), stdin=f"{PASSWORD}\n", expect=1)
    assert "羊圈湾村（150404103201）已经开户" in said
    assert villages(url) == [(int(CODE), "羊圈湾村")]


@pytest.mark.parametrize(
    ("command", "password", "words"),
    [
        (opening(code="15040410320"), PASSWORD, "12 位"),
        (opening(code="1504041032011"), PASSWORD, "12 位"),
        (opening(code="050404103201"), PASSWORD, "12 位"),
        (opening(code="15040410320a"), PASSWORD, "12 位"),
        (opening(code="１５０４０４１０３２０１"), PASSWORD, "12 位"),
        (opening(code=""), PASSWORD, "12 位"),
        (opening(name="村"), PASSWORD, "村名不对"),
        (opening(name="村" * 41), PASSWORD, "村名不对"),
        (opening(name="   "), PASSWORD, "村名不对"),
        (opening(admin="王 秀兰"), PASSWORD, "用户名不对"),
        (opening(admin=""), PASSWORD, "用户名不对"),
        (opening(), "12345", "密码太简单"),
        (opening(), "", "密码太简单"),
        (opening(admin="wangxiulan"), "wangxiulan", "密码太简单"),
    ],
)
def test_a_wrong_opening_leaves_nothing(
    terminal: Terminal, url: str, command: list[str], password: str, words: str
) -> None:
    assert words in terminal.run(*command, stdin=f"{password}\n", expect=1)
    assert villages(url) == []


def test_an_opening_needs_its_options(terminal: Terminal) -> None:
    terminal.run("init", "--village-code", CODE, expect=2)


def test_an_address_of_another_kind_is_refused(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MORALBANK_DATABASE_URL", "mysql://localhost/bank")
    assert "数据库地址不对" in terminal.run(*opening(), stdin=f"{PASSWORD}\n", expect=1)


def test_a_folder_without_tables_gets_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The usual beginning: nothing there at all."""
    path = tmp_path / "bank" / "moralbank.db"
    terminal = Terminal(f"sqlite:///{path}", tmp_path / "bank", monkeypatch, capsys)
    terminal.run(*opening(), stdin=f"{PASSWORD}\n")
    assert path.is_file()
    assert "账目无误" in terminal.run("check")


@pytest.mark.parametrize(("code", "name"), [("15040410320", "羊圈湾村"), (CODE, "村")])
def test_code_and_name_are_judged_before_a_password_is_asked_for(
    terminal: Terminal, code: str, name: str
) -> None:
    said = terminal.run(*opening(code, name)[:-1], stdin=f"{PASSWORD}\n{PASSWORD}\n", expect=1)
    assert "不对" in said
    assert "管理员密码" not in said
