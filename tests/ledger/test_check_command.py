"""`moralbank check` as a script sees it: exit code 0 is the proof, 1 is a broken book."""

import pytest
from sqlalchemy import text

from tests.terminal import Terminal
from tests.village import Town


@pytest.mark.usefixtures("village")
def test_whole_books_end_with_0(terminal: Terminal) -> None:
    said = terminal.run("check")
    assert "✓ 羊圈湾村：账目无误" in said
    mark = said.rsplit("账尾 ", 1)[1].strip()
    assert "没有被改动" in terminal.run("check", "--printed", f"账 {mark}")


def test_broken_books_end_with_1(village: Town, terminal: Terminal) -> None:
    with village.database.engine.connect() as connection:
        connection.execute(
            text("UPDATE ledger_accounts SET balance = 5 WHERE kind = 'household_points'")
        )
        connection.commit()
    said = terminal.run("check", expect=1)
    assert "✗ balance" in said
    assert "处不对" in said
    assert '"code": "balance"' in terminal.run("check", "--json", expect=1)


@pytest.mark.usefixtures("village")
def test_an_unknown_mark_ends_with_1(terminal: Terminal) -> None:
    said = terminal.run("check", "--printed", "1-00000000", expect=1)
    assert "账中没有“1-00000000”" in said


def test_help_and_version_end_with_0(terminal: Terminal) -> None:
    assert "用法" in terminal.run("check", "--help")
    assert "moralbank" in terminal.run("--version")
    assert "没有 nichts 这个命令" in terminal.run("scheme", "nichts", expect=2)


def test_a_misspelt_option_is_answered_in_chinese(terminal: Terminal) -> None:
    said = terminal.run("awards", "record", "--quantit", "1", expect=2)
    assert "是不是 '--quantity'？" in said
    said = terminal.run("awards", "record", "--on", "2026-11-20", expect=2)
    assert "是不是其中一个：" in said
    assert "Did you mean" not in said
