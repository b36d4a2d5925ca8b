"""A notice of ten thousand lines: what it costs to hang and to close it hardly grows with them."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import event

from moralbank import clock
from moralbank.audit import Actor
from moralbank.awards.models import AwardState
from moralbank.awards.rows import add_steps, write_posted
from moralbank.awards.states import Act
from moralbank.notices import service
from tests.awards.deeds import DU, one_engine
from tests.notices.wall import WORK, Wall, after
from tests.plans import plans
from tests.village import VILLAGERS


def _statements(wall: Wall, act: Callable[[], object]) -> int:
    """How many statements an act sends; many rows by one count once."""
    sent: list[str] = []

    def note(*said: object) -> None:
        sent.append(str(said[2]))

    engine = wall.town.database.engine
    event.listen(engine, "before_cursor_execute", note)
    act()
    event.remove(engine, "before_cursor_execute", note)
    return len(sent)


def _close(wall: Wall, notice: int) -> None:
    with wall.town.database.writing() as session:
        assert service.close(session, service.the_clock(wall.town.village_id), notice)


def test_more_lines_need_no_more_statements(wall: Wall) -> None:
    labels = [f"{group}-{number}" for group, number, _head in VILLAGERS]
    few = [wall.approved(DU, WORK), wall.deducted(DU)]
    many = [
        number
        for day in range(3)
        for number in wall.record_many(
            labels, WORK, deed_on=clock.today() - timedelta(days=day), note="修水渠"
        )
    ]
    wall.approve(*many)
    many.append(wall.deducted(labels[0], deed_on=clock.today() - timedelta(days=1)))
    hung: list[int] = []
    wall.hang(wall.approved(DU))  # the first notice of a village opens its number
    cost = [
        _statements(wall, lambda ids=ids: hung.append(wall.hang(*ids)))  # type: ignore[misc]
        for ids in (few, many)
    ]
    assert cost[0] == cost[1]
    with after(3):
        first, second = (
            _statements(wall, lambda number=number: _close(wall, number))  # type: ignore[misc]
            for number in hung
        )
        assert first == second
        wall.close_due()
    assert set(wall.states(many)) == {AwardState.POSTED}
    assert wall.row(few[1]).points == wall.row(many[-1]).points > 0


@one_engine
def test_rows_are_found_by_their_keys(wall: Wall) -> None:
    award = wall.approved(DU)
    someone = Actor(wall.town.village_id, 0, "系统", "system", "clock")
    hanging = [(Act.NOTICE, AwardState.NOTICED)]
    (stepping,) = plans(
        wall.town.database, lambda session: add_steps(session, someone, [award], hanging)
    )
    assert "SCAN award" not in stepping
    (posting,) = plans(
        wall.town.database,
        lambda session: write_posted(session, wall.town.village_id, 1, {}),
    )
    assert "MATERIALIZE posted" in posting
    assert "SEARCH awards USING COVERING INDEX" in posting
    assert "(village_id=? AND id=?)" in posting
