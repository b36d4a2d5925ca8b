"""What posted merits come to is kept beside them, and proved against them."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.awards.deeds import DU, GAOWA, WANG, Deeds, on


def _sums(deeds: Deeds, table: str) -> list[tuple[int, ...]]:
    keys = "month, item, " if table == "award_months" else ""
    with deeds.town.database.reading() as session:
        wanted = text(f"SELECT {keys}household_id, member_id, points, merits FROM {table}")
        return [tuple(row) for row in session.connection().execute(wanted)]


def test_deeds_are_added_up_by_month_item_and_person(deeds: Deeds) -> None:
    """Posted one by one or together, and taken back; what waits isn't in it."""
    du, gaowa = (deeds.town.household(label).id for label in (DU, GAOWA))
    tidy, tree = deeds.number("庭院清洁达标"), deeds.number("植树绿化")
    with on(2026, 12, 2) as today:
        deeds.approve(*deeds.record_many([DU, GAOWA], "庭院清洁达标"))
        earlier = deeds.record(DU, "植树绿化", deed_on=today - timedelta(days=9), quantity=2)
        again = deeds.record(DU, "植树绿化")
        deeds.approve(earlier, again)
        deeds.record(DU, "出义务工")
    each = deeds.row(again).points
    worth = deeds.row(1).points
    december = [(202612, tidy, du, 0, worth, 1), (202612, tidy, gaowa, 0, worth, 1)]
    november = (202611, tree, du, 0, 2 * each, 1)
    assert set(_sums(deeds, "award_months")) == {
        november,
        *december,
        (202612, tree, du, 0, each, 1),
    }
    assert (du, 0, worth + 3 * each, 3) in _sums(deeds, "award_honours")
    with on(2026, 12, 3):
        deeds.reverse(again, "记错了")
    assert (202612, tree, du, 0, 0, 0) in _sums(deeds, "award_months")
    assert (du, 0, worth + 2 * each, 2) in _sums(deeds, "award_honours")
    assert deeds.problems() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE award_months SET points = points + 1 WHERE household_id = {du}",
        "UPDATE award_honours SET merits = 2 WHERE household_id = {du}",
        "DELETE FROM award_months WHERE household_id = {du}",
        "DELETE FROM award_honours WHERE household_id = {du}",
        "UPDATE award_months SET month = 202501 WHERE household_id = {du}",
        "INSERT INTO award_honours SELECT village_id, household_id, 9, 50, 1 FROM award_honours",
    ],
)
def test_sums_that_are_not_those_of_the_deeds_are_found(deeds: Deeds, statement: str) -> None:
    deeds.approve(*deeds.record_many([DU, WANG], "庭院清洁达标"))
    assert deeds.problems() == []
    du = deeds.town.household(DU).id
    with deeds.town.database.writing() as session:
        session.connection().execute(text(statement.format(du=du)))
    assert set(deeds.problems()) == {"merit_sums"}
