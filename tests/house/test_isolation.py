"""A village never sees or touches another's: every address and every form, by every role."""

from collections.abc import Iterator
from dataclasses import dataclass
from secrets import token_hex

import pytest
from flask import Flask

from moralbank import clock
from moralbank.access.permissions import PERMISSIONS, VILLAGE_ROLES, Role
from moralbank.access.service import add_user
from moralbank.awards.deciding import approve
from moralbank.awards.service import RecordAward, record
from moralbank.cards.queries import active_cards
from moralbank.check import check_village
from moralbank.errors import NotFound
from moralbank.households.service import NewMember, add_member
from moralbank.regions.service import founder, open_office, wanted_office
from moralbank.store.goods import ProductDetails, add_product
from moralbank.store.shops import NewShop, add_shop
from tests.conftest import on_one_engine
from tests.house.addresses import TABLE_OF, Form, Route, harvest, numbers_in, routes, rows_of
from tests.lively import DU, live
from tests.village import PASSWORD, STAFF, VILLAGERS, Browser, Town, found_village

NEIGHBOUR = 150404103202
NEIGHBOURS = (("一组", "012", "欧阳春"), ("东组", "001", "巴特尔"))
SECRET = "替邻居收麦子那天的事"
OURS = [*(head for _group, _number, head in VILLAGERS), SECRET, "羊圈湾"]
"""What nobody of another village may read anywhere."""
FAR_OFFICE = "150404104"
OVERSEER = "包永胜"
NOTHING = {"GET": {404}, "POST": {404, 422}}
"""Some forms are judged before their row is looked for."""
NOT_MADE = {"close_id", "photo_id"}
"""What a lively village has none of, so that its addresses lead nowhere in any village."""


@pytest.fixture
def neighbour(village: Town) -> Town:
    """A second village in the same database; in ours 杜仁森 has done, earned and bought things.

    Of each kind of thing ours has one more than the neighbour, whose number means nothing there.
    """
    found_village(village.database, NEIGHBOUR, "小河沿村", NEIGHBOURS)
    live(village, SECRET)
    admin, keeper = village.actor(Role.ADMIN), village.actor(Role.SHOPKEEPER)
    with village.database.writing() as session:
        add_user(session, admin, "马玉芬", Role.GRID, PASSWORD)
        add_member(session, admin, village.household(DU).id, NewMember("杜小满"))
        add_product(session, keeper, "SUGAR-1", _sugar())
        add_shop(session, admin, NewShop(SECRET[:8]))
        office = open_office(session, wanted_office(FAR_OFFICE, "四道湾子镇"))
        add_user(session, founder(office.id), OVERSEER, Role.OVERSEER, PASSWORD, first=False)
    return Town(village.database, NEIGHBOUR)


def _sugar() -> ProductDetails:
    return ProductDetails(name=SECRET[:8], price_fen=800, category="食品", unit="袋")


@dataclass
class Walk:
    """Somebody's walk through the application, and what of ours they met."""

    app: Flask
    person: Browser
    who: str

    def go(self, route: Route, path: str, **form: object) -> Iterator[str]:
        """Whatever is wrong with what an address answers: a fault of ours, or a word of ours."""
        answer = self.person.client.open(path, method=route.method, data=form or None)
        self.status = answer.status_code
        if answer.status_code >= 500:
            yield f"{self.who} {route.method} {path}: {answer.status_code}"
        if answer.mimetype in {"text/html", "application/json"}:
            page = answer.get_data(as_text=True)
            seen = [name for name in OURS if name in page]
            if seen:
                yield f"{self.who} {route.method} {path} shows {seen}"


def _of_the_neighbour(app: Flask, role: Role) -> Walk:
    person = Browser(app).sign_in(STAFF[role] + str(NEIGHBOUR)[-3:])
    person.open("/password")
    return Walk(app, person, role)


def test_no_address_of_ours_leads_anywhere_for_a_neighbour(
    app: Flask, village: Town, neighbour: Town
) -> None:
    """With our numbers every page and every act is 404; without numbers it is their own.

    On PostgreSQL each address once, by the first who may come there: parts are told apart before
    any row is.
    """
    numbers, theirs = _numbers(village, neighbour)
    before = rows_of(village.database, village.village_id)
    known = routes(app)
    wrong: list[str] = []
    for role in VILLAGE_ROLES:
        walk = _of_the_neighbour(app, role)
        token = walk.person.token()
        for route in known:
            if role not in route.roles or _speaks_for_itself(route):
                continue
            if route.numbered and (village.database.is_sqlite or role == route.roles[0]):
                wrong += walk.go(route, route.path(numbers), csrf_token=token)
                if walk.status not in NOTHING[route.method]:
                    wrong.append(f"{role} {route.method} {route.rule}: {walk.status}")
            if _is_their_own_page(route, role):
                wrong += walk.go(route, route.path(theirs))
    assert not wrong, "\n".join(wrong)
    assert rows_of(village.database, village.village_id) == before


def _numbers(village: Town, neighbour: Town) -> tuple[dict[str, int], dict[str, int]]:
    """Numbers that only our village has, and those of the neighbour."""
    ours = numbers_in(village.database, village.village_id)
    theirs = numbers_in(neighbour.database, neighbour.village_id)
    assert set(TABLE_OF) - set(ours) == NOT_MADE
    assert [name for name, number in theirs.items() if number >= ours[name]] == []
    return ours, theirs


def _speaks_for_itself(route: Route) -> bool:
    """Public pages name a village in their address, by its code or by a card."""
    return route.guard == "public" or route.endpoint == "access.sign_out"


def _is_their_own_page(route: Route, role: Role) -> bool:
    """Each page once, by the first who may open it; sheets take long and are no pages."""
    is_page = route.method == "GET" and not route.rule.endswith((".pdf", ".xlsx", ".png", ".jpg"))
    return is_page and role == route.roles[0]


def test_no_form_of_ours_works_for_a_neighbour(app: Flask, village: Town, neighbour: Town) -> None:
    """Whatever our pages would send, sent by those who have the same parts next door."""
    numbers, _theirs = _numbers(village, neighbour)
    ours = {role: Browser(app).sign_in(STAFF[role]) for role in VILLAGE_ROLES}
    forms = [form for form in harvest(app, ours, numbers) if form.method == "POST"]
    assert len(forms) > 50
    known = {(route.rule, route.method): route for route in routes(app)}
    walks = {role: _of_the_neighbour(app, role) for role in VILLAGE_ROLES}
    before = rows_of(village.database, village.village_id)
    wrong: list[str] = []
    for form in forms:
        route = _route_of(app, known, form)
        if route is None or _speaks_for_itself(route) or route.rule.startswith("/password"):
            continue
        walk = walks[route.roles[-1]]
        # What comes back of what was typed tells nobody anything: no name of ours is typed.
        typed = {name: [_nameless(one) for one in said] for name, said in form.fields.items()}
        sent = {**typed, "csrf_token": walk.person.token(), "request_id": token_hex(16)}
        wrong += walk.go(route, form.action, **sent)
    assert not wrong, "\n".join(wrong)
    assert rows_of(village.database, village.village_id) == before
    # In ours points were earned, spent and taken back on accounts of the same numbers.
    with village.database.reading() as session:
        assert check_village(session, NEIGHBOUR) == []


def _nameless(value: str) -> str:
    return "某某" if any(name in value for name in OURS) else value


def _route_of(app: Flask, known: dict[tuple[str, str], Route], form: Form) -> Route | None:
    rule, _places = app.url_map.bind("localhost").match(form.action, form.method, return_rule=True)
    return known.get((rule.rule, form.method))


@on_one_engine
def test_strangers_and_overseers_of_elsewhere_meet_nobody(
    app: Flask, village: Town, neighbour: Town
) -> None:
    """Signed out one is sent to sign in; an overseer has no part in a village at all."""
    numbers, _theirs = _numbers(village, neighbour)
    before = rows_of(village.database, village.village_id)
    stranger = Walk(app, Browser(app), "a stranger")
    stranger.person.open("/sign-in")
    overseer = Walk(app, Browser(app).sign_in(OVERSEER), "an overseer")
    overseer.person.open("/password")
    wrong: list[str] = []
    for route in routes(app):
        if _speaks_for_itself(route):
            continue
        for walk, status in ((stranger, {302, 303}), (overseer, {403})):
            if walk is overseer and Role.OVERSEER in PERMISSIONS[route.guard]:
                status = {200, 303, 400, 404, 405, 409, 422}  # noqa: PLW2901 - theirs, of their own town
            wrong += walk.go(route, route.path(numbers), csrf_token=walk.person.token())
            if walk.status not in status:
                wrong.append(f"{walk.who} {route.method} {route.rule}: {walk.status}")
    assert not wrong, "\n".join(wrong)
    assert rows_of(village.database, village.village_id) == before


def test_a_neighbours_card_is_no_card_here(app: Flask, village: Town, neighbour: Town) -> None:
    with village.database.reading() as session:
        card = active_cards(session, village.village_id)[village.household(DU).id]
    keeper = Browser(app).sign_in(STAFF[Role.SHOPKEEPER] + str(neighbour.village_id)[-3:])
    keeper.open("/counter")
    answer = keeper.send("/counter/find", who=card.token)
    said = keeper.open(answer.headers["Location"]) if answer.status_code == 303 else keeper.page
    assert "杜仁森" not in said


def test_numbers_of_one_village_mean_nothing_in_another(village: Town, neighbour: Town) -> None:
    """A neighbour's reviewer can't approve our deeds, though the numbers are the same."""
    with village.database.writing() as session:
        deed = RecordAward(household_id=village.household(DU).id, item=16, deed_on=clock.today())
        award = record(session, village.actor(Role.RECORDER), "isolation-other", deed)
    with neighbour.database.writing() as session, pytest.raises(NotFound):
        approve(session, neighbour.actor(Role.REVIEWER), "isolation-steal", [award])
