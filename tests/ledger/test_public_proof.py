"""Whoever holds a sheet may ask whether its mark still stands; names nobody is told."""

import re

import pytest
from flask import Flask

from moralbank import clock
from moralbank.db import Database
from moralbank.ledger.queries import event_mark, head_mark
from moralbank.notices.hanging import hung_households
from moralbank.printed_marks import marks_in, verdicts
from tests.conftest import on_one_engine
from tests.intruder import intrude
from tests.lively import live
from tests.terminal import Terminal
from tests.village import VILLAGE_ID, Browser, Town, found_village

NOTE = "帮张大娘挑水"


@pytest.mark.parametrize(
    "typed",
    [
        "12-ab12cd34",
        " 账 12-AB12CD34 。",
        "账尾１２－ａｂ１２ｃｄ３４",
        "12 — ab12 cd34",
        "0012-ab12cd34，内容摘要 太短 ab12",
        "2026-11-20 12-ab12cd34",
    ],
)
def test_a_mark_is_read_however_it_was_typed(typed: str) -> None:
    assert marks_in(typed) == ("12-ab12cd34",)


def test_a_number_alone_or_a_shorter_hash_is_no_mark() -> None:
    for typed in ("12", "12-", "12-ab12cd3", "12-ab12cd345", "ab12cd34", "0" * 15, "乱写的", ""):
        assert marks_in(typed) == (), typed
    foot = "张榜时账尾 7-00ff00ff，内容摘要 0123456789abcdef"
    assert marks_in(foot) == ("7-00ff00ff", "0123456789abcdef")


def test_a_villager_is_told_that_it_stands_and_nothing_else(village: Town, app: Flask) -> None:
    live(village, NOTE)
    mark, notice, issue = _marks(village)
    visitor = Browser(app)
    assert f"/proof/{VILLAGE_ID}" in visitor.open(f"/n/{VILLAGE_ID}")
    assert "/proof" in visitor.open("/sign-in")
    assert visitor.client.get("/proof").location.endswith(f"/proof/{VILLAGE_ID}")
    page = visitor.open(f"/proof/{VILLAGE_ID}", mark=f"账 {mark}")
    assert f"“{mark}”还在账里，没有被改动" in page
    assert re.search(rf"是 {clock.today()} 的第 \d+ 号账：.+后面又记了 \d+ 笔账", page)
    for foreign in ("杜", NOTE, "分</", "元"):
        assert foreign not in re.sub(r"<title>.*?</title>|多少分", "", page.split("<main")[1])
    assert "第 1 期公示" in visitor.open(f"/proof/{VILLAGE_ID}", mark=notice)
    assert "没有被改动" in visitor.open(f"/proof/{VILLAGE_ID}", mark=issue)
    wrong = visitor.open(f"/proof/{VILLAGE_ID}", mark=f"{mark[:-8]}00000000")
    assert "的账里没有" in wrong
    assert "村务监督委员会" in wrong
    assert "这不是印的账号" in visitor.open(f"/proof/{VILLAGE_ID}", mark=mark.partition("-")[0])


def test_rows_changed_behind_our_back_no_longer_stand(village: Town) -> None:
    live(village, NOTE)
    typed = " ".join(_marks(village))
    assert _standing(village.database, typed) == [True, True, True]
    intrude(
        village.database,
        "UPDATE ledger_transfers SET memo = 'x' WHERE leg = 1",
        "UPDATE notice_lines SET note = '别的' WHERE line = 1",
        "UPDATE board_lines SET deed = '别的' WHERE line = 1",
    )
    assert _standing(village.database, typed) == [False, False, False]


def test_the_mark_of_another_village_is_not_this_ones(village: Town, terminal: Terminal) -> None:
    other = VILLAGE_ID + 1
    found_village(village.database, other, "柳树沟村", [("一组", "001", "白森")])
    with village.database.reading() as session:
        theirs = head_mark(session, other)
    assert _standing(village.database, theirs) == [False]
    said = terminal.run("check", "--printed", theirs)
    assert re.search(
        rf"“{theirs}”仍在账中，没有被改动：柳树沟村，{clock.today()}，第 \d+ 号账", said
    )


@on_one_engine
def test_nobody_asks_too_fast(app: Flask) -> None:
    visitor, where = Browser(app), f"/proof/{VILLAGE_ID}"
    answers = [visitor.client.get(where, query_string={"mark": "1-00000000"}) for _ in range(21)]
    assert [one.status_code for one in answers] == [200] * 20 + [429]
    assert visitor.client.get(where).status_code == 200, "the page itself is never refused"


def _marks(town: Town) -> tuple[str, str, str]:
    """What stands on sheets: of the first event that moved points, a notice and a board."""
    query = "SELECT min(seq) FROM ledger_transfers"
    with town.database.reading() as session:
        run = session.connection().exec_driver_sql
        seq = run(query).scalar_one()
        notice = run("SELECT digest FROM notices").scalar_one()
        issue = run("SELECT digest FROM board_issues").scalar_one()
        assert hung_households(session, VILLAGE_ID, 1)
        return event_mark(session, VILLAGE_ID, seq), notice[:16], issue[:16]


def _standing(database: Database, typed: str) -> list[bool]:
    with database.reading() as session:
        return [one.stands for one in verdicts(session, VILLAGE_ID, typed)]
