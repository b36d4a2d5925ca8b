"""Whoever writes past the program to act alone, or to come in by the back, is found."""

import pytest

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.access.service import add_user
from moralbank.check import check_village
from moralbank.proposals.acts import AddUser, ChangeRole, SetRate
from moralbank.proposals.service import confirm, propose
from moralbank.store.service import set_rate
from tests.intruder import codes_after
from tests.village import STAFF, Town

GRID, RECORDER = STAFF[Role.GRID], STAFF[Role.RECORDER]


@pytest.fixture
def acted(village: Town) -> Town:
    """A rate, another part and a newcomer, each by two."""
    acts = (
        SetRate(50, clock.today(), "村民会议第 3 号"),
        ChangeRole(GRID, "accountant"),
        AddUser("吴志强", "reviewer", "$argon2id$none"),
    )
    for act in acts:
        with village.database.writing() as session:
            admin, supervisor = village.actor(Role.ADMIN), village.actor(Role.SUPERVISOR)
            asked = propose(session, admin, f"request-{act.key}", act)
            confirm(session, supervisor, f"confirm-{act.key}", asked.proposal_id)
    with village.database.reading() as session:
        assert check_village(session, village.village_id) == []
    return village


def test_what_an_intruder_changes_of_them_is_found(acted: Town) -> None:
    rate, role = "act = 'store.rate'", "act = 'access.role'"
    last = "id = (SELECT max(id) FROM audit_entries WHERE {})"
    recorder = acted.actor(Role.RECORDER).user_id
    changed = {
        # Somebody without the part is said to have confirmed.
        f"UPDATE proposals SET decided_by = {recorder} WHERE id = 1": {
            "one_person",
            "proposal_trail",
            "proposal_undone",
        },
        f"UPDATE audit_entries SET user_id = {recorder} WHERE act = 'proposals.confirm'"
        " AND subject = '1'": {"proposal_trail"},
        # What was done is not what was confirmed.
        "UPDATE proposals SET content = replace(content, '\"fen_per_point\": 50', "
        "'\"fen_per_point\": 90') WHERE id = 1": {"one_person", "proposal_undone"},
        # The second person vanishes from the line, or is said to be missing.
        f'UPDATE audit_entries SET detail = \'{{"before": "grid", "after": "accountant"}}\''
        f" WHERE {role}": {"one_person", "proposal_undone"},
        f'UPDATE audit_entries SET detail = \'{{"fen_per_point": 50, "alone": true}}\''
        f" WHERE {last.format(rate)}": {"one_person", "proposal_undone"},
        # The line itself vanishes, or the proposal.
        f"DELETE FROM audit_entries WHERE {role}": {"proposal_undone", "role_untold"},
        "UPDATE proposals SET state = 'withdrawn' WHERE id = 2": {"one_person"},
        # Nobody is asked at all.
        f"UPDATE users SET role = 'admin' WHERE name = '{RECORDER}'": {"role_untold"},
        f"UPDATE users SET disabled = {_true(acted)} WHERE name = '{RECORDER}'": {"role_untold"},
    }
    found = {statement: codes_after(acted, statement) for statement in changed}
    assert found == changed


def _true(town: Town) -> str:
    return "1" if town.database.is_sqlite else "true"


def test_an_act_past_the_second_person_is_found(acted: Town) -> None:
    """As our own program would be caught that forgot to ask."""
    admin = acted.actor(Role.ADMIN)
    with acted.database.writing() as session:
        set_rate(session, admin, 70, clock.today(), "没有问过谁")
        add_user(session, admin, "李四", Role.SUPERVISOR, "mei-you-wen-guo-shui")
    with acted.database.reading() as session:
        found = check_village(session, acted.village_id)
    assert [one.code for one in found] == ["one_person", "one_person"]
    words = found[1].text
    assert "添加用户" in words
    assert "李四" in words
    forgotten = "DELETE FROM audit_entries WHERE detail LIKE '%70%' OR subject = '李四'"
    assert codes_after(acted, forgotten) == {"rate_untold", "role_untold"}
