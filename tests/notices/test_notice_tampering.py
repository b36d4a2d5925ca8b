"""What `check` finds when somebody writes into notices and objections past the program."""

from datetime import timedelta

import pytest

from moralbank import clock
from moralbank.notices import service
from moralbank.objections.models import ObjectionState
from tests.awards.deeds import DU, GAOWA, WANG
from tests.intruder import codes_after
from tests.notices.wall import WORK, Wall, after
from tests.village import Town


@pytest.fixture
def hung(village: Town) -> Wall:
    """One closed notice (deed 1 posted, 2 upheld), one open (3 hangs, 4 disputed)."""
    wall = Wall(village)
    first, second = wall.approved(DU), wall.approved(WANG, WORK)
    wall.hang(first, second)
    wall.answer(wall.object_to(second), ObjectionState.UPHELD)
    with after(3):
        wall.close_due()
        third, fourth = wall.approved(GAOWA), wall.approved(DU, WORK)
        wall.hang(third, fourth)
        wall.object_to(fourth)
    assert (first, second, third, fourth) == (1, 2, 3, 4)
    assert wall.codes() == []
    return wall


BROKEN = {
    "UPDATE notice_lines SET points = 9 WHERE award_id = 3": "notice_digest",
    "UPDATE notice_lines SET note = '别的事' WHERE award_id = 1": "notice_digest",
    "UPDATE notices SET last_day = first_day WHERE id = 2": "notice_digest",
    "UPDATE notice_households SET added = added + 1 WHERE notice_id = 1": "notice_sums",
    "UPDATE notices SET posted_seq = 1 WHERE id = 1": "notice_unposted",
    "UPDATE notices SET state = 'open', closed_at = NULL WHERE id = 1": "notice_early",
    "UPDATE notices SET posted_seq = NULL WHERE id = 1": "notice_unposted",
    "UPDATE awards SET notice_id = 2 WHERE id = 1": "notice_event",
    "UPDATE awards SET notice_id = 1 WHERE id = 3": "notice_line",
    "UPDATE notices SET state = 'closed', closed_at = opened_at WHERE id = 2": "notice_left",
    "UPDATE awards SET household_id = household_id + 1 WHERE id = 3": "notice_deed",
    "UPDATE awards SET item = item + 1 WHERE id = 4": "notice_deed",
    "UPDATE awards SET points_each = 30, points = 30 * quantity WHERE id = 3": "notice_deed",
    "UPDATE awards SET deduction = NOT deduction WHERE id = 3": "notice_deed",
    "UPDATE awards SET deed_on = '2026-01-05' WHERE id = 1": "notice_deed",
    "UPDATE awards SET member_id = 7 WHERE id = 1": "notice_deed",
    "UPDATE notices SET closed_at = opened_at WHERE id = 1": "notice_short",
    "UPDATE award_steps SET act = 'object' WHERE award_id = 1 AND act = 'post'": "award_steps",
    "UPDATE awards SET state = 'noticed' WHERE id = 4": "objection_held",
    "UPDATE awards SET state = 'noticed' WHERE id = 2": "objection_upheld",
    "UPDATE awards SET state = 'objected' WHERE id = 3": "objection_missing",
    "UPDATE objections SET answer = '' WHERE id = 1": "objection_answer",
}


def test_closed_before_its_time_is_found(hung: Wall) -> None:
    """By somebody who tells the service another day than the clock's."""
    with after(3), hung.town.database.writing() as session:
        service.close(session, hung.publisher, 2, today=clock.today() + timedelta(days=9))
    assert hung.codes() == ["notice_short"]


def test_each_is_found(hung: Wall) -> None:
    for statement, code in BROKEN.items():
        assert code in codes_after(hung.town, statement), statement
    assert hung.codes() == []
