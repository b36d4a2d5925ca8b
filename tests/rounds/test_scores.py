"""Scores as they come in from phones: each once, none lost, disputes to the committee."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.audit import Actor
from moralbank.awards.models import AwardSource
from moralbank.awards.queries import awards_named
from moralbank.households.models import Household, HouseholdStatus
from moralbank.households.queries import household
from moralbank.households.service import (
    EditHousehold,
    NewHousehold,
    add_household,
    edit_household,
)
from moralbank.rounds.models import RoundResult
from moralbank.rounds.operations import NotReadable, TooManyOperations, read_operations
from moralbank.rounds.queries import form_of, round_page
from moralbank.rounds.scoring import NotScorer, Outcome
from moralbank.rounds.service import (
    HouseholdBarred,
    NotGiven,
    NothingToSettle,
    OpenConflicts,
    OwnScore,
    RoundAhead,
    RoundClosed,
    close_round,
    settle,
)
from tests.rounds.walk import BAI, BUHE, DU, LOST_AND_FOUND, THREE, TIDY_YARD, WANG, WEN, Walk
from tests.village import Town

OP = "0123456789abcdef" * 2


def test_the_same_operation_again_is_one_row(walk: Walk) -> None:
    first = walk.op(DU, 5, op=OP, remark="柴草码得齐")
    assert [one.outcome for one in walk.send(Role.RECORDER, first)] == [Outcome.OK]
    for _try in range(3):  # the answer was lost on its way back
        assert walk.send(Role.RECORDER, first)[0].outcome is Outcome.DUPLICATE
    (row,) = walk.rows()
    assert (row.points, row.remark, row.settles) == (5, "柴草码得齐", False)
    other = walk.send(Role.RECORDER, {**first, "points": 3})[0]
    assert (other.outcome, "另一台手机" in other.words) == (Outcome.REFUSED, True)


def test_a_changed_mind_keeps_its_id_and_the_last_revision_counts(walk: Walk) -> None:
    walk.send(Role.RECORDER, walk.op(DU, 5, op=OP), walk.op(DU, 3, op=OP, revision=2))
    assert (len(walk.rows()), walk.points(DU)) == (2, 3)
    late = walk.send(Role.RECORDER, walk.op(DU, 5, op=OP))[0]
    assert (late.outcome, walk.points(DU)) == (Outcome.DUPLICATE, 3)
    stolen = walk.send(Role.RECORDER, walk.op(WANG, 5, op=OP, revision=3))[0]
    foreign = walk.send(Role.GRID, walk.op(DU, 5, op=OP, revision=3))[0]
    assert {stolen.outcome, foreign.outcome} == {Outcome.REFUSED}


def test_two_scorers_agree_or_the_committee_settles(walk: Walk) -> None:
    walk.send(Role.RECORDER, walk.op(DU, 5), walk.op(WANG, 3))
    agreed, differs = walk.send(Role.GRID, walk.op(DU, 5), walk.op(WANG, 5))
    assert (agreed.outcome, differs.outcome) == (Outcome.OK, Outcome.CONFLICT)
    assert "李建军" in differs.words
    assert (walk.points(DU), walk.points(WANG)) == (5, None)
    town, wang = walk.town, walk.town.household(WANG).id
    arguments = (walk.round_id, wang, LOST_AND_FOUND)
    with pytest.raises(OwnScore), town.database.writing() as session:
        settle(session, town.actor(Role.RECORDER), *arguments, 3)
    with pytest.raises(NotGiven), town.database.writing() as session:
        settle(session, town.actor(Role.ADMIN), *arguments, 0)
    with pytest.raises(NothingToSettle), town.database.writing() as session:
        settle(session, town.actor(Role.ADMIN), walk.round_id, walk.town.household(DU).id, 1, 5)
    with pytest.raises(OpenConflicts) as refusal, town.database.writing() as session:
        close_round(session, town.actor(Role.ADMIN), "close-too-early", walk.round_id)
    assert "六组 042 号 王䶮" in refusal.value.message
    with town.database.writing() as session:
        settle(session, town.actor(Role.ADMIN), *arguments, 5)
    assert walk.points(WANG) == 5
    stubborn = walk.send(Role.RECORDER, walk.op(WANG, 3))[0]
    assert stubborn.words == "村委会已定为 5 分"


def test_own_two_phones_can_disagree_too(walk: Walk) -> None:
    walk.send(Role.RECORDER, walk.op(DU, 5))
    answer = walk.send(Role.RECORDER, walk.op(DU, 3))[0]
    assert (answer.outcome, "两台手机" in answer.words) == (Outcome.CONFLICT, True)


def test_kin_are_barred_whoever_hands_it_in(walk: Walk) -> None:
    walk.declare_kin(Role.GRID, DU)
    barred, taken = walk.send(Role.GRID, walk.op(DU, 5), walk.op(WANG, 5))
    assert (barred.outcome, taken.outcome) == (Outcome.REFUSED, Outcome.OK)
    assert barred.words.startswith("回避：一组 012 号")
    walk.declare_kin(Role.ADMIN, WANG)
    walk.send(Role.RECORDER, walk.op(WANG, 3))
    town = walk.town
    wang = town.household(WANG).id
    with pytest.raises(HouseholdBarred), town.database.writing() as session:
        settle(session, town.actor(Role.ADMIN), walk.round_id, wang, LOST_AND_FOUND, 3)
    tries = walk.trail("rounds.barred")
    assert [(one.user_id, one.subject) for one in tries] == [
        (walk.user(Role.GRID), DU),
        (walk.user(Role.ADMIN), WANG),
    ]


def test_each_wrong_operation_is_refused_alone(walk: Walk) -> None:
    town = walk.town
    with town.database.writing() as session:
        row = session.exec(select(Household).where(Household.id == town.household(BAI).id)).one()
        row.status = HouseholdStatus.MOVED
        session.add(row)
    good = walk.op(DU, 5, remark="好\x00\ud83d" * 3, at="昨天")
    wrong: list[Any] = [
        *(walk.op(DU, 4), walk.op(DU, 5, item=TIDY_YARD), walk.op(DU, 5, household=987654)),
        *(walk.op(BAI, 5), walk.op(DU, 5, photo=77), walk.op(DU, -1), walk.op(DU, 10**30)),
        *(walk.op(DU, True), walk.op(DU, "5"), walk.op(DU, 5, op="x"), walk.op(DU, 5, remark=[])),
        *(walk.op(DU, 5, revision=0), walk.op(DU, 5, op=f"grid-1-{1:025}"), None, [], "op", 7, {}),
    ]
    answers = walk.send(Role.RECORDER, *wrong, good)
    assert [one.outcome for one in answers] == [Outcome.REFUSED] * len(wrong) + [Outcome.OK]
    assert all(one.words for one in answers[:-1])
    (kept,) = walk.rows()
    assert (kept.remark, kept.scored_at) == ("好好好", None)
    with pytest.raises(NotScorer):
        walk.send(Role.ADMIN, good)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"operations": 7}', b"\xff\xfe", b"[" * 100_000, b"9" * 9_000],
)
def test_garbage_is_no_list_of_operations(content: bytes) -> None:
    with pytest.raises(NotReadable):
        read_operations(content)


def test_at_most_a_hundred_come_at_once() -> None:
    with pytest.raises(TooManyOperations):
        read_operations(json.dumps({"operations": [{}] * 101}).encode())


def test_closing_sends_what_counts_down_the_path_once(village: Town) -> None:
    yesterday = clock.today() - timedelta(days=1)
    walk = Walk(village).begin(held_on=yesterday)
    walk.send(Role.RECORDER, walk.op(DU, 5, remark="柴草码得齐"), walk.op(WANG, 0))
    walk.send(Role.GRID, walk.op(DU, 5), walk.op(WEN, 3), walk.op(BUHE, 3))
    with village.database.writing() as session:
        row = session.exec(
            select(Household).where(Household.id == village.household(BUHE).id)
        ).one()
        row.status = HouseholdStatus.MOVED
        session.add(row)
    admin = village.actor(Role.ADMIN)
    for _double_click in range(2):
        with village.database.writing() as session:
            close_round(session, admin, "close-the-round", walk.round_id, unscored_too=True)
    with pytest.raises(RoundClosed), village.database.writing() as session:
        close_round(session, admin, "close-it-again", walk.round_id)
    with village.database.reading() as session:
        results = {one.household_id: one for one in session.exec(select(RoundResult))}
        given = [one.award_id for one in results.values() if one.award_id is not None]
        deeds = awards_named(session, village.village_id, given)
    assert [(one.head, one.points, one.note, one.recorder) for one in deeds] == [
        ("杜仁森", 5, "柴草码得齐", "李建军"),
        ("文义", 3, "评比：11 月庭院评比", "何志勇"),
    ]
    assert {one.deed_on for one in deeds} == {yesterday}
    assert {one.source for one in deeds} == {AwardSource.ROUND}
    wang, buhe = (results[village.household(label).id] for label in (WANG, BUHE))
    assert (wang.points, wang.award_id, wang.left_out) == (0, None, "")
    assert "迁出" in buhe.left_out
    late = walk.op(DU, 5, op=OP)
    assert walk.send(Role.RECORDER, late)[0].words == "评比已结束"


def test_a_closed_round_keeps_the_households_of_its_day(village: Town) -> None:
    walk, admin = Walk(village).begin(groups=("一组",)), village.actor(Role.ADMIN)
    walk.send(Role.RECORDER, walk.op(DU, 5))
    with village.database.writing() as session:
        _move(session, admin, village.household(BAI).id)  # before the end: not walked to
        close_round(session, admin, "close-the-round", walk.round_id, unscored_too=True)
    assert _counted(walk) == (2, 1)
    with clock.at(clock.now() + timedelta(days=9)), village.database.writing() as session:
        add_household(session, admin, NewHousehold("一组", "099", "常青"))
        _move(session, admin, village.household(BUHE).id)
        _move(session, admin, village.household(DU).id)
        _move(session, admin, village.household(BAI).id, HouseholdStatus.ACTIVE)
    assert _counted(walk) == (2, 1)
    assert [one.head for one in walk.board().unscored] == ["布和"]


def _counted(walk: Walk) -> tuple[int, int]:
    """Households of the round and how many are scored: list, page and paper form say the same."""
    town, board = walk.town, walk.board()
    with town.database.reading() as session:
        (row,) = round_page(session, town.village_id).rows
        form = form_of(session, town.village_id, walk.round_id)
    assert (row.households, row.scored) == (len(board.households), board.scored)
    assert sum(len(one.households) for one in form.groups) == row.households
    return row.households, row.scored


def _move(
    session: Session, admin: Actor, number: int, status: HouseholdStatus = HouseholdStatus.MOVED
) -> None:
    known = household(session, admin.village_id, number)
    wanted = EditHousehold(
        head=known.head,
        telephone=known.telephone,
        people=known.people,
        address=known.address,
        note=known.note,
        consent=known.consent,
        status=status,
    )
    edit_household(session, admin, number, wanted)


def test_a_round_ends_on_its_day_or_later(hamlet: Town) -> None:
    walk = Walk(hamlet).begin(held_on=clock.today() + timedelta(days=2))
    walk.send(Role.RECORDER, walk.op(DU, 5))
    with pytest.raises(RoundAhead), hamlet.database.writing() as session:
        close_round(session, hamlet.actor(Role.ADMIN), "close-too-early", walk.round_id)


def test_a_household_outside_the_groups_is_not_walked_to(hamlet: Town) -> None:
    walk = Walk(hamlet).begin(items=((LOST_AND_FOUND, THREE),), groups=("一组",))
    answer = walk.send(Role.RECORDER, walk.op(WANG, 5))[0]
    assert "不在这次评比的小组里" in answer.words
    assert [one.head for one in walk.board().unscored] == ["白森", "布和", "杜仁森"]
