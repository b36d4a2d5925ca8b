"""Every kind of sheet is what it was when somebody last looked at it."""

import pytest

from tests.printing.sheets import NAMES, SHEETS, sheets_of
from tests.printing.snapshot import KEPT, differences, kept, snapshot


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_sheet_stands_as_it_was_kept(sheet: str) -> None:
    """After a change that was meant: `python -m tests.printing.snapshot`, see there."""
    found = differences(kept(sheet), snapshot(SHEETS[sheet]()))
    assert not found, "\n".join([sheet, *found])


def test_nothing_is_kept_of_sheets_that_are_gone() -> None:
    assert {file.stem for file in KEPT.glob("*.json")} == set(SHEETS)


def test_a_difference_says_which_text_moved_came_and_went() -> None:
    before = kept("minutes")
    run = next(run for run in before[0]["runs"] if run[4] == NAMES[0])
    moved, larger = [run[0] + 3, *run[1:]], [run[0], run[1], run[2] + 1, *run[3:]]
    for changed, said in ((moved, "moved from"), (larger, "was MoralbankKai")):
        now = [{**before[0], "runs": [changed if one is run else one for one in before[0]["runs"]]}]
        (told,) = differences(before[:1], now)
        assert NAMES[0] in told
        assert said in told
    others = snapshot(sheets_of(("王秀兰", *NAMES[1:]))["minutes"]())
    told = "\n".join(differences(before, others))
    assert f"'{NAMES[0]}' went" in told
    assert "'王秀兰' came" in told
