"""How boards are read: sums and what is told by their indexes, never all deeds of a period."""

import re

from moralbank.boards.periods import current_quarter
from moralbank.boards.queries import rank
from tests.boards.deeds import board, do
from tests.plans import plans
from tests.village import Town


def test_a_board_reads_sums_and_the_deeds_of_those_alone_who_stand_there(village: Town) -> None:
    do(village, "一组-012", "出义务工", note="修渠")
    found = plans(
        village.database,
        lambda session: rank(session, village.village_id, "shanju", current_quarter()),
    )
    by_sums = [plan for plan in found if "award_months" in plan]
    by_deeds = [plan for plan in found if "awards" in plan.replace("awards_1", "")]
    assert len(by_sums) == 2  # places, and what those in them did how often
    told, read = [plan for plan in by_deeds if plan not in by_sums]
    if village.database.is_sqlite:
        key = "(village_id=? AND month=? AND item=?)"
        assert all(key in plan for plan in by_sums)
        assert (
            "ix_awards_told (village_id=? AND household_id=? AND member_id=? AND item=?"
            " AND deed_on>? AND deed_on<?)" in told
        )
        assert "(village_id=? AND id=?)" in read
    else:
        # Which index is for the data to say; they must be the deeds of one person.
        assert re.search(r"Index Cond: .*household_id = award_honours.household_id", told), told


def test_of_many_deeds_the_highest_are_told(hamlet: Town) -> None:
    """However many there were: what a line can tell is found among the first."""
    for number in range(1, 10):
        do(hamlet, "一组-012", "义务维修公共设施", number, note=f"修好{number}处")
    (one,) = board(hamlet, "shanju").standings
    assert one.deed == "修好9处；修好8处；修好7处；修好6处"
    assert one.notes == tuple(f"修好{number}处" for number in range(9, 1, -1))
