"""Printing is remembered: nothing is printed twice, nothing is left out, mistakes are set back."""

from typing import Final

import pytest

from moralbank.errors import MoralbankError
from moralbank.households.queries import HouseholdUnknown
from moralbank.ledger.queries import head_mark
from moralbank.ledger.requests import RefusedBefore, RequestReused
from moralbank.passbooks import service
from moralbank.passbooks.layout import ROWS
from moralbank.passbooks.pdf import passbooks
from moralbank.passbooks.queries import PRINTED, SET_BACK
from moralbank.passbooks.sheets import How, Printer
from tests.awards.deeds import DU, GAOWA, WANG, Deeds
from tests.awards.queue import trail
from tests.intruder import codes_after
from tests.passbooks.clerk import Clerk, printed_lines
from tests.printing.passbook import leaves, lines_on, said_of
from tests.village import Town, found_village

NEIGHBOUR: Final = 150404103202


def test_looking_moves_nothing_and_asking_twice_counts_once(clerk: Clerk) -> None:
    clerk.earn(DU, 3)
    assert clerk.book(DU).prints == 0
    (sample,) = clerk.sample(How.BOOKLET, DU)
    assert sample.sample
    assert (clerk.book(DU).printed, clerk.book(DU).fresh) == (0, 3)

    first = clerk.print(How.BOOKLET, DU, request_id="booklet-1")
    assert first[0].lines == sample.lines
    assert not first[0].sample
    with clerk.town.database.reading() as session:
        assert first[0].mark == head_mark(session, clerk.town.village_id)
    clerk.earn(DU, 1)
    again = clerk.print(How.BOOKLET, DU, request_id="booklet-1")
    assert again == first
    assert passbooks(again, Printer()) == passbooks(first, Printer())
    row = clerk.book(DU)
    assert (row.printed, row.fresh, row.prints, row.by) == (3, 1, 1, "李建军")
    with pytest.raises(RequestReused):
        clerk.print(How.WHOLE, DU, request_id="booklet-1")
    assert [one["how"] for one in trail(clerk, PRINTED)] == ["booklet"]


def test_refills_and_added_rows_go_on_from_the_last_line(clerk: Clerk) -> None:
    clerk.earn(DU, ROWS - 1)
    clerk.earn(WANG, 2)
    assert printed_lines(clerk.print(How.REFILL, WANG, DU, GAOWA)) == [
        list(range(1, ROWS)),  # walking order; who has nothing new is left out
        [1, 2],
    ]
    clerk.earn(DU, 3)
    (added,) = clerk.print(How.CONTINUE, DU)
    assert [line.number for line in added.lines] == [ROWS]  # the page is full now
    assert added.before.balance == ROWS - 1
    assert clerk.book(DU).fresh == 2
    (refill,) = clerk.print(How.REFILL, DU)
    assert [line.number for line in refill.lines] == [ROWS + 1, ROWS + 2]
    read = leaves(passbooks([refill], Printer()))
    assert [line for leaf in read for line in lines_on(leaf)] == said_of(clerk.lines(DU)[ROWS:])
    for _time in range(2):  # refused, and the same request stays so
        with pytest.raises((service.NothingNew, RefusedBefore)) as refused:
            clerk.print(How.REFILL, DU, WANG, request_id="refill-none")
        assert refused.value.code == "nothing_new"
    assert printed_lines(clerk.print(How.WHOLE, DU)) == [list(range(1, ROWS + 3))]
    assert printed_lines(clerk.print(How.BOOKLET, GAOWA)) == [[]]  # an empty one to begin with


def test_what_came_out_badly_is_set_back(clerk: Clerk) -> None:
    clerk.earn(DU, 5)
    with pytest.raises(service.NeverPrinted):
        clerk.set_back(DU, 0)
    clerk.print(How.BOOKLET, DU)
    for wrong in (-1, 5, 6):
        with pytest.raises(service.LineNotPrinted) as refused:
            clerk.set_back(DU, wrong)
        assert "0 到 4" in refused.value.message
    clerk.set_back(DU, 2, "set-back-1")
    assert (clerk.book(DU).printed, clerk.book(DU).prints) == (2, 1)
    assert printed_lines(clerk.print(How.REFILL, DU)) == [[3, 4, 5]]
    clerk.set_back(DU, 2, "set-back-1")  # sent twice: it was done before
    assert clerk.book(DU).printed == 5
    assert trail(clerk, SET_BACK) == [{"before": 5, "lines": 2}]


def test_a_whole_printing_is_taken_back_while_it_is_the_newest(clerk: Clerk) -> None:
    clerk.earn(DU, 2)
    clerk.earn(WANG, 1)
    clerk.print(How.BOOKLET, DU)
    clerk.earn(DU, 1)
    clerk.print(How.REFILL, DU, WANG)
    with pytest.raises(service.NotTheLast):
        clerk.set_back_last(1)
    clerk.set_back_last()
    assert [clerk.book(label).printed for label in (DU, WANG)] == [2, 0]
    with pytest.raises(service.NotTheLast):
        clerk.set_back_last(2)
    assert printed_lines(clerk.print(How.REFILL, DU, WANG)) == [[3], [1]]


def test_nobody_prints_for_nobody_or_for_a_neighbour(village: Town) -> None:
    found_village(village.database, NEIGHBOUR, "小河沿村", (("东组", "001", "巴特尔"),))
    clerk, theirs = Clerk(village), Deeds(Town(village.database, NEIGHBOUR))
    number = 1 + max(clerk.ids([DU, GAOWA, WANG, "六组-043"]))
    wanted: tuple[tuple[list[int], type[MoralbankError]], ...] = (
        ([], service.NobodyChosen),
        ([*clerk.ids([DU]), number], HouseholdUnknown),
        ([-1], HouseholdUnknown),
    )
    for ids, refusal in wanted:
        with pytest.raises(refusal), village.database.writing() as session:
            service.print_passbook(session, clerk.recorder, "print-none", ids, How.BOOKLET)
    with pytest.raises(HouseholdUnknown), village.database.writing() as session:
        service.set_back(session, theirs.recorder, "back-none", clerk.ids([DU])[0] + 5, 0)
    assert clerk.book(DU).prints == 0


def test_check_finds_what_was_written_past_the_program(village: Town) -> None:
    clerk = Clerk(village)
    clerk.earn(DU, 2)
    clerk.print(How.BOOKLET, DU, GAOWA)
    clerk.set_back(DU, 1)
    assert clerk.codes() == []
    for statement, codes in (
        ("UPDATE passbooks SET lines = 3 WHERE lines = 1", {"passbook_lines", "passbook_trail"}),
        ("UPDATE passbooks SET prints = 0", {"passbook_trail"}),
        ("UPDATE passbooks SET printed_by = 99", {"passbook_trail"}),
        ("UPDATE passbooks SET lines = 2 WHERE lines = 1", {"passbook_trail"}),
        ("UPDATE passbooks SET mark = '3-00000000'", {"passbook_mark", "passbook_trail"}),
        ("UPDATE passbooks SET mark = 'x'", {"passbook_mark", "passbook_trail"}),
        ("DELETE FROM passbooks WHERE lines = 0", {"passbook_trail"}),
        (f"UPDATE passbooks SET mark = '{'9' * 20}-0'", {"passbook_mark", "passbook_trail"}),
        (f"DELETE FROM audit_entries WHERE act = '{PRINTED}'", {"passbook_trail"}),
        # What can't be read is said, and everything else is still proven.
        (f"UPDATE audit_entries SET detail = 'x' WHERE act = '{PRINTED}'", {"unreadable"}),
        (f"UPDATE audit_entries SET subject = 'x' WHERE act = '{SET_BACK}'", {"unreadable"}),
    ):
        assert codes_after(village, statement) == codes, statement
