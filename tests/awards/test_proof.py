"""The proof finds whatever was altered behind the service's back."""

import pytest
from sqlalchemy import text

from moralbank.ledger.models import AccountKind, EventKind
from moralbank.ledger.queries import account_of
from moralbank.ledger.service import Leg, post
from tests.awards.deeds import DU, GAOWA, WANG, Deeds

NOT_POSTED = "posted_seq = NULL, posted_leg = NULL, collected = NULL"


@pytest.fixture
def settled(deeds: Deeds) -> Deeds:
    """Three posted deeds (1 to 3), the third taken back, and one that waits (4)."""
    ids = deeds.record_many([DU, WANG, GAOWA], "庭院清洁达标")
    deeds.approve(*ids)
    deeds.reverse(ids[2], "记错了")
    deeds.record(DU, "植树绿化")
    assert deeds.problems() == []
    return deeds


def _tamper(deeds: Deeds, *statements: str) -> None:
    with deeds.town.database.writing() as session:
        for statement in statements:
            session.connection().execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        (
            "UPDATE awards SET points = 6, quantity = 2, collected = 6 WHERE id = 1",
            "award_transfer",
        ),
        ("UPDATE awards SET household_id = household_id + 1 WHERE id = 1", "award_transfer"),
        ("UPDATE awards SET state = 'reversed' WHERE id = 1", "award_reversal"),
        ("UPDATE awards SET state = 'posted' WHERE id = 3", "award_reversal"),
        (f"UPDATE awards SET state = 'refused', {NOT_POSTED} WHERE id = 1", "award_missing"),
        (f"UPDATE awards SET state = 'claimed', {NOT_POSTED} WHERE id = 2", "award_event"),
    ],
)
def test_altered_deeds_are_found(settled: Deeds, statement: str, code: str) -> None:
    _tamper(settled, statement)
    assert code in settled.problems()


def test_swapped_deeds_are_found(settled: Deeds) -> None:
    """Two deeds of one event changing places shows, though every sum is right."""
    seq = settled.row(1).posted_seq
    _tamper(
        settled,
        f"UPDATE awards SET state = 'claimed', {NOT_POSTED} WHERE id < 3",
        f"UPDATE awards SET state = 'posted', posted_seq = {seq}, posted_leg = 3 - id, "
        "collected = points WHERE id < 3",
    )
    found = settled.problems()
    assert "award_transfer" in found
    assert "award_event" in found


def test_a_deed_that_names_another_event_is_found(settled: Deeds) -> None:
    """A transfer that took something back posted nothing."""
    reversal = "(SELECT max(seq) FROM ledger_transfers WHERE reverses_seq IS NOT NULL)"
    place = f"posted_seq = {reversal}, posted_leg = 1, collected = points"
    _tamper(settled, f"UPDATE awards SET state = 'posted', {place} WHERE id = 4")
    assert "award_unposted" in settled.problems()


def test_points_without_a_deed_are_found(settled: Deeds) -> None:
    town = settled.town
    owner = town.household(WANG).id
    with town.database.writing() as session:
        issued = account_of(session, town.village_id, AccountKind.POINTS_ISSUED).account
        theirs = account_of(session, town.village_id, AccountKind.HOUSEHOLD_POINTS, owner).account
        leg = Leg(issued, theirs, 50, "人情分")
        post(session, town.village_id, EventKind.POST_AWARDS, [leg], actor=1)
    found = settled.problems()
    assert "award_missing" in found
    assert "award_event" in found
