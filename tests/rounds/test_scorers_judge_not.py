"""On whose word a round's deed rests: they neither verify nor decide it, and the proof knows."""

import pytest

from moralbank.access.permissions import Role
from moralbank.audit import Actor
from moralbank.awards.bars import OwnScore
from moralbank.awards.check import check_awards
from moralbank.awards.models import AwardState, AwardVote
from moralbank.rounds.grid import Sheet, take_sheet
from moralbank.rounds.queries import scorers_of
from moralbank.rounds.service import close_round, settle
from moralbank.villages.settings import VERIFICATION
from tests.awards.deeds import Deeds, fresh_id
from tests.notices.wall import after
from tests.rounds.walk import DU, LOST_AND_FOUND, WANG, Walk
from tests.village import Town


@pytest.fixture
def walk(village: Town) -> Walk:
    """An open round of a village that verifies everything."""
    deeds = Deeds(village)
    deeds.allow(VERIFICATION, "all")
    deeds.look_after("何志勇", DU)
    return Walk(village).begin()


def _close(walk: Walk, who: Actor) -> None:
    with walk.town.database.writing() as session:
        close_round(session, who, fresh_id(), walk.round_id, unscored_too=True)


def _verify(walk: Walk, award_id: int, who: Actor) -> AwardState:
    deeds = Deeds(walk.town)
    deeds.verify(award_id, who=who, note="看过")
    return deeds.row(award_id).state


def test_every_scorer_whose_score_counts(walk: Walk) -> None:
    town, other = walk.town, Deeds(walk.town).hire("张会", Role.RECORDER)
    grid, recorder = town.actor(Role.GRID), town.actor(Role.RECORDER)
    walk.send(Role.RECORDER, walk.op(DU, 5))
    walk.send(Role.GRID, walk.op(DU, 5))
    _close(walk, town.actor(Role.ADMIN))
    for scorer in (grid, recorder):
        with pytest.raises(OwnScore if scorer is grid else Exception, match="要由别人来核实"):
            _verify(walk, 1, scorer)
    assert len(walk.trail("awards.own")) == 2
    assert _verify(walk, 1, other) is AwardState.VERIFIED


def test_whoever_typed_it_in_or_settled_it(walk: Walk) -> None:
    town, typist = walk.town, Deeds(walk.town).hire("张会", Role.RECORDER)
    du, wang = town.household(DU).id, town.household(WANG).id
    grid, recorder = town.actor(Role.GRID), town.actor(Role.RECORDER)
    with town.database.writing() as session:
        cells = {(du, LOST_AND_FOUND): "优"}
        take_sheet(session, typist, fresh_id(), walk.round_id, Sheet(grid.user_id, cells, {}))
    walk.send(Role.GRID, walk.op(WANG, 3))
    walk.send(Role.RECORDER, walk.op(WANG, 5))
    with town.database.writing() as session:
        settle(session, typist, walk.round_id, wang, LOST_AND_FOUND, 5)
    _close(walk, typist)
    for award_id in (1, 2):
        with pytest.raises(OwnScore):
            _verify(walk, award_id, typist)
    with town.database.reading() as session:
        assert scorers_of(session, town.village_id, [1, 2]) == {
            1: {typist.user_id, grid.user_id},
            2: {typist.user_id, recorder.user_id},
        }
    assert _verify(walk, 1, recorder) is AwardState.VERIFIED


def test_a_vote_of_a_scorer_is_found(walk: Walk) -> None:
    town, grid = walk.town, walk.town.actor(Role.GRID)
    walk.send(Role.RECORDER, walk.op(DU, 5))
    walk.send(Role.GRID, walk.op(DU, 5))
    _close(walk, town.actor(Role.ADMIN))
    deeds = Deeds(town)
    _verify(walk, 1, deeds.hire("张会", Role.RECORDER))
    assert deeds.problems() == []
    with town.database.writing() as session:
        said = {"in_favour": False, "reason": "", "device": "", "at": deeds.row(1).recorded_at}
        key = {"village_id": town.village_id, "award_id": 1, "vote": 1, "ballot": 1}
        session.add(AwardVote(**key, voter=grid.user_id, **said))
        session.flush()
        found = {problem.code for problem in check_awards(session, town.village_id)}
        session.rollback()
    assert found == {"award_self"}


def test_a_round_is_closed_long_after_its_day(walk: Walk) -> None:
    walk.send(Role.RECORDER, walk.op(DU, 5))
    with after(402):
        _close(walk, walk.town.actor(Role.ADMIN))
    assert Deeds(walk.town).row(1).points == 5
