"""A village never sees another's people: every page of a neighbour, opened by every role."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from moralbank import clock
from moralbank.access.permissions import PERMISSIONS, VILLAGE_ROLES, Role
from moralbank.audit import Actor
from moralbank.awards.deciding import approve
from moralbank.awards.service import RecordAward, record
from moralbank.cards.queries import active_cards
from moralbank.errors import NotFound
from moralbank.households.queries import household_named
from moralbank.web.guards import PUBLIC
from tests.lively import live
from tests.village import STAFF, VILLAGERS, Browser, Town, found_village

NEIGHBOUR = 150404103202
NEIGHBOURS = (("一组", "012", "欧阳春"), ("东组", "001", "巴特尔"))
SECRET = "替邻居收麦子那天的事"


@pytest.fixture
def neighbour(village: Town) -> Town:
    """A second village in the same database; in ours 杜仁森 has done, earned and bought things."""
    found_village(village.database, NEIGHBOUR, "小河沿村", NEIGHBOURS)
    live(village, SECRET)
    return Town(village.database, NEIGHBOUR)


def _paths(app: Flask, role: Role) -> list[str]:
    """Every page that a role may open, with small numbers where numbers belong."""
    found = []
    for rule in app.url_map.iter_rules():
        guard = getattr(app.view_functions[rule.endpoint], "guard", PUBLIC)
        if (
            "GET" not in (rule.methods or set())
            or guard == PUBLIC
            or role not in PERMISSIONS[guard]
        ):
            continue
        for number in range(1, 5) if "<int" in rule.rule else [1]:
            path = re.sub(r"<int[^>]*>", str(number), rule.rule)
            found.append(path.replace("<slug>", "shanju").replace("<token>", "none"))
    return found


def test_no_page_shows_a_neighbours_people(app: Flask, neighbour: Town) -> None:
    assert [shown for role in VILLAGE_ROLES for shown in _walk(app, neighbour, role)] == []


def _walk(app: Flask, neighbour: Town, role: Role) -> Iterator[str]:
    """Whatever a neighbour's pages show of ours to somebody of this role."""
    suffix = str(neighbour.village_id)[-3:]
    person = Browser(app).sign_in(STAFF[role] + suffix)
    ours = [head for _group, _number, head in VILLAGERS] + [SECRET]
    for path in _paths(app, role):
        answer = person.client.get(path)
        # 422: labels, of which none was chosen.
        assert answer.status_code in {200, 404, 422}, (role, path, answer.status_code)
        if answer.mimetype != "text/html":
            continue
        page = answer.get_data(as_text=True)
        seen = [name for name in ours if name in page]
        if seen:
            yield f"{path} shows {seen} to {role}"


def test_a_neighbours_card_is_no_card_here(app: Flask, village: Town, neighbour: Town) -> None:
    with village.database.reading() as session:
        du = household_named(session, village.village_id, "一组-012").id
        card = active_cards(session, village.village_id)[du]
    keeper = Browser(app).sign_in(STAFF[Role.SHOPKEEPER] + str(neighbour.village_id)[-3:])
    keeper.open("/counter")
    answer = keeper.send("/counter/find", who=card.token)
    said = keeper.open(answer.headers["Location"]) if answer.status_code == 303 else keeper.page
    assert "杜仁森" not in said


def test_numbers_of_one_village_mean_nothing_in_another(village: Town, neighbour: Town) -> None:
    """A neighbour's reviewer can't approve our deeds, though the numbers are the same."""
    stranger: Callable[[Role], Actor] = neighbour.actor
    with village.database.writing() as session:
        deed = RecordAward(
            household_id=village.household("一组-012").id, item=16, deed_on=clock.today()
        )
        award = record(session, village.actor(Role.RECORDER), "isolation-other", deed)
    with (
        neighbour.database.writing() as session,
        pytest.raises(NotFound),
    ):
        approve(session, stranger(Role.REVIEWER), "isolation-steal", [award])
