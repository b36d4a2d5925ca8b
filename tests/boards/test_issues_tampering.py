"""What `check` finds when somebody writes into published boards past the program."""

import json

import pytest
from sqlalchemy import select

from moralbank.access.permissions import Role
from moralbank.boards.edits import save_edit
from moralbank.boards.freezing import digest_of
from moralbank.boards.models import BoardIssue, BoardLine
from moralbank.boards.periods import current_quarter
from moralbank.boards.service import hide_board, reset_board
from tests.boards.deeds import change, edit, take_back
from tests.boards.hung import DU, WANG, codes, correct, honour, publish
from tests.intruder import codes_after, intrude
from tests.village import Town

_issues = BoardIssue.__table__  # type: ignore[attr-defined]
_lines = BoardLine.__table__  # type: ignore[attr-defined]

BROKEN = {
    "UPDATE board_lines SET points = 99 WHERE issue_id = 1 AND line = 1": {"board_digest"},
    "UPDATE board_lines SET name = '别人' WHERE issue_id = 2 AND line = 1": {"board_digest"},
    "UPDATE board_lines SET rank = 3 WHERE issue_id = 1 AND line = 4": {
        "board_digest",
        "board_places",
    },
    "DELETE FROM board_lines WHERE issue_id = 1 AND line = 1": {"board_digest", "board_places"},
    "UPDATE board_lines SET points = 16 WHERE issue_id = 1 AND line = 2": {
        "board_digest",
        "board_places",
    },
    "UPDATE board_issues SET top = 1 WHERE id = 1": {"board_digest", "board_places"},
    "UPDATE board_issues SET rule = '谁都算' WHERE id = 3": {"board_digest"},
    "UPDATE board_issues SET number = 7 WHERE id = 2": {"board_digest", "board_numbers"},
    "UPDATE board_issues SET mark = '1-00000000' WHERE id = 1": {"board_digest", "board_mark"},
    "UPDATE board_issues SET mark = '99999999999999-0' WHERE id = 1": {
        "board_digest",
        "board_mark",
    },
    "UPDATE board_issues SET period = '很久以前' WHERE id = 3": {"board_digest", "board_days"},
    "UPDATE board_issues SET hangs_until = first_day WHERE id = 3": {
        "board_digest",
        "board_days",
    },
    "UPDATE board_issues SET corrects = 3 WHERE id = 2": {"board_digest", "board_correction"},
    "UPDATE board_issues SET corrects = NULL, correction = '' WHERE id = 2": {
        "board_digest",
        "board_twice",
    },
    "UPDATE board_issues SET digest = '0' WHERE id = 1": {"board_digest", "board_trail"},
    "DELETE FROM board_issues WHERE id = 3": {"board_missing"},
}


@pytest.fixture
def hung(village: Town) -> Town:
    """Issue 1 of 善举榜, corrected by issue 2, and issue 3 of another board that hangs."""
    awards = honour(village)
    publish(village)
    take_back(village, awards[WANG])
    correct(village, 1)
    change(village, "zuimei", notice_days=3, minimum=1)
    publish(village, "zuimei")
    assert codes(village) == []
    return village


def test_each_is_found(hung: Town) -> None:
    for statement, expected in BROKEN.items():
        assert expected <= codes_after(hung, statement), statement
    assert codes(hung) == []


def test_who_forges_the_digest_too_is_found(hung: Town) -> None:
    """By the trail; and where that is forged as well, by what the households had said."""
    edit(hung, "六组-031", consent=False)
    new = correct(hung, 2, "有一户不愿具名")
    name = f"UPDATE board_lines SET name = '文义' WHERE issue_id = {new} AND name = '文某某'"
    intrude(hung.database, name)
    with hung.database.reading() as session:
        head = session.connection().execute(select(_issues).where(_issues.c.id == new)).one()
        rows = session.connection().execute(
            select(_lines).where(_lines.c.issue_id == new).order_by(_lines.c.line)
        )
        digest = digest_of(head._asdict(), [dict(row) for row in rows.mappings()])
    forged = f"UPDATE board_issues SET digest = '{digest}' WHERE id = {new}"
    assert codes_after(hung, forged) == {"board_trail", "board_named"}
    old = json.dumps(head.digest)
    trail = f"UPDATE audit_entries SET detail = REPLACE(detail, '{old}', '\"{digest}\"')"
    assert codes_after(hung, forged, trail) == {"board_named"}


def test_boards_and_chosen_words_are_those_that_the_trail_tells(village: Town) -> None:
    """Else whoever has the database's password decides who stands on the next board."""
    honour(village)
    change(village, "zuimei", top=7)
    change(village, "zuimei", couplet=("德润家家暖", "善传户户春"))
    change(village, "haoren", minimum=5)
    here, admin, du = village.village_id, village.actor(Role.ADMIN), village.household(DU).id
    with village.database.writing() as session:
        hide_board(session, admin, "xiaoxing", None)
        reset_board(session, admin, "haoren")
        for deed in ("清理河道三天", "", "清理河道"):
            save_edit(session, admin, "shanju", current_quarter().text, du, deed=deed)
    assert codes(village) == []
    for statement, code in (
        ("UPDATE boards SET top = 200 WHERE slug = 'zuimei'", "board_changed"),
        ("UPDATE boards SET title = '别的榜' WHERE slug = 'zuimei'", "board_changed"),
        ("UPDATE boards SET second_line = '' WHERE slug = 'zuimei'", "board_changed"),
        ("UPDATE boards SET minimum = 9 WHERE slug = 'xiaoxing'", "board_changed"),
        ("UPDATE boards SET slug = 'haoren' WHERE slug = 'xiaoxing'", "board_changed"),
        ("DELETE FROM boards WHERE slug = 'xiaoxing'", "board_changed"),
        ("UPDATE boards SET counts = '{}' WHERE slug = 'zuimei'", "unreadable"),
        ("UPDATE board_edits SET deed = '偷了鸡'", "board_edit"),
        (f"UPDATE board_edits SET household_id = 1 WHERE village_id = {here}", "board_edit"),
        ("UPDATE board_edits SET photo_id = 9", "board_edit"),
        ("DELETE FROM board_edits", "board_edit"),
        ("UPDATE audit_entries SET subject = 'x' WHERE act = 'boards.publish'", "unreadable"),
    ):
        if "publish" in statement:
            publish(village)
        assert codes_after(village, statement) == {code}, statement
