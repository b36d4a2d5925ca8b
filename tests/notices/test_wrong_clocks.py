"""Clocks that were set back accuse nobody, nor does who changes the days of notice meanwhile."""

from collections.abc import Callable
from threading import Thread

import pytest

from moralbank.awards import deciding
from moralbank.awards.models import AwardState
from moralbank.ledger.queries import ClockBehind
from moralbank.objections.models import ObjectionState
from moralbank.villages.settings import NOTICE_DAYS
from tests.awards.deeds import DU, GAOWA, one_engine
from tests.notices.wall import Wall, after
from tests.village import Town

A_FEW_MINUTES = 4 / (24 * 60)


def test_a_clock_far_behind_the_books_is_told_so(village: Town) -> None:
    wall = Wall(village)
    wall.change(NOTICE_DAYS, "0")
    posted = wall.approved(DU)
    acts: list[Callable[[], object]] = [
        lambda: wall.object_to(posted),
        lambda: wall.bar(wall.reviewer, DU),
        lambda: wall.change(NOTICE_DAYS, "3"),
    ]
    with after(-1):
        for act in acts:
            with pytest.raises(ClockBehind):
                act()
        wall.change("contact", "村委会 0476-7654321")  # proves nothing: it may be changed
    assert wall.codes() == []
    for act in acts:
        act()
    assert wall.codes() == []


def test_a_clock_a_little_behind_accuses_nobody(village: Town) -> None:
    wall = Wall(village)
    hung = wall.approved(DU)
    wall.hang(hung)
    with after(3):
        wall.close_due()
        with after(-A_FEW_MINUTES):
            objection = wall.object_to(hung)
            wall.bar(wall.reviewer, DU)
            wall.change(NOTICE_DAYS, "0")
        assert wall.codes() == []
        wall.answer(objection, ObjectionState.DISMISSED)
        wall.approved(GAOWA)
        with after(-A_FEW_MINUTES):
            wall.change(NOTICE_DAYS, "3")  # in the books it comes after
        assert wall.codes() == []


def test_the_days_of_notice_change_between_two_approvals(
    village: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody changes them just while a deed is posted at once: they wait until it is done."""
    wall = Wall(village)
    wall.change(NOTICE_DAYS, "0")
    waits = wall.record(DU, "出义务工", note="修渠")
    post_rows, changes = deciding.post_rows, Thread(target=wall.change, args=(NOTICE_DAYS, "3"))

    def slow(*arguments: object, **said: object) -> object:
        changes.start()
        changes.join(0.3)
        return post_rows(*arguments, **said)  # type: ignore[arg-type]

    monkeypatch.setattr(deciding, "post_rows", slow)
    wall.approve(waits)
    changes.join()
    assert (wall.state(waits), wall.codes()) == (AwardState.POSTED, [])


@one_engine
def test_an_answer_given_with_a_clock_set_back(village: Town) -> None:
    wall = Wall(village)
    hung = wall.approved(DU)
    wall.hang(hung)
    objection = wall.object_to(hung)
    with after(-0.01):
        wall.answer(objection, ObjectionState.DISMISSED)
    with after(4):
        wall.close_due()
        assert (wall.state(hung), wall.codes()) == (AwardState.POSTED, [])
