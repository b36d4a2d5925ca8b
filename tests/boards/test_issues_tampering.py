"""What `check` finds when somebody writes into published boards past the program."""

import json

import pytest
from sqlalchemy import select

from moralbank.boards.freezing import digest_of
from moralbank.boards.models import BoardIssue, BoardLine
from tests.boards.deeds import change, edit, take_back
from tests.boards.hung import WANG, codes, correct, honour, publish
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
