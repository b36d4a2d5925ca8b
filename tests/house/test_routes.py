"""Every route: guarded, written down, closed to other roles, and its POST needs a token."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask

from moralbank.access.permissions import PERMISSIONS, Role
from moralbank.access.service import add_user
from moralbank.regions.service import founder, open_office, wanted_office
from moralbank.web.guards import PUBLIC
from tests.conftest import make_app
from tests.village import PASSWORD, STAFF, Browser, Town

OVERSEER = "包永胜"
WRITTEN = Path(__file__).with_name("routes.txt")


class Route(NamedTuple):
    """A route as the written list has it."""

    path: str
    methods: str
    guard: str


def _routes(app: Flask) -> list[Route]:
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        guard = getattr(app.view_functions[rule.endpoint], "guard", "NONE")
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        found.append(Route(rule.rule, methods, guard))
    return sorted(found)


def _address(path: str) -> str:
    """A path with its places filled by something that does not exist."""
    path = re.sub(r"<int[^>]*>", "987654", path)
    return re.sub(r"<[a-z_:]*>", "none", path)


@pytest.fixture
def hamlet_app(hamlet: Town, tmp_path: Path) -> Iterator[Flask]:
    made = make_app(hamlet, tmp_path)
    yield made
    made.extensions["moralbank"].close()


@pytest.fixture
def browse_hamlet(hamlet_app: Flask, hamlet: Town) -> Callable[[Role], Browser]:
    """Somebody of a role; an overseer sits in the office of the hamlet's town."""
    with hamlet.database.writing() as session:
        office = open_office(session, wanted_office("150404103", "哈拉道口镇"))
        add_user(session, founder(office.id), OVERSEER, Role.OVERSEER, PASSWORD, first=False)
    people = {**STAFF, Role.OVERSEER: OVERSEER}
    return lambda role: Browser(hamlet_app).sign_in(people[role])


def test_every_route_is_guarded_and_written_down(hamlet_app: Flask) -> None:
    """The list is read in review: whoever adds a route says there who may open it."""
    found = "\n".join(" ".join(route) for route in _routes(hamlet_app)) + "\n"
    assert "NONE" not in found
    assert found == WRITTEN.read_text("utf-8")


def test_strangers_are_sent_to_sign_in(hamlet_app: Flask) -> None:
    for route in _routes(hamlet_app):
        if route.guard == PUBLIC or "GET" not in route.methods:
            continue
        answer = hamlet_app.test_client().get(_address(route.path))
        assert answer.status_code == 302, route
        assert answer.headers["Location"].startswith("/sign-in"), route


@pytest.mark.parametrize("role", Role)
def test_each_role_opens_its_own_part_and_no_other(
    hamlet_app: Flask, browse_hamlet: Callable[[Role], Browser], role: Role
) -> None:
    person = browse_hamlet(role)
    person.open("/password")
    token = person.token()
    for route in _routes(hamlet_app):
        if route.guard == PUBLIC or route.path == "/sign-out":
            continue
        allowed = role in PERMISSIONS[route.guard]
        for method in route.methods.split(","):
            answer = person.client.open(
                _address(route.path), method=method, data={"csrf_token": token}
            )
            assert answer.status_code < 500, (route, method)
            assert (answer.status_code == 403) != allowed, (route, method, answer.status_code)


def test_every_post_needs_its_token(
    hamlet_app: Flask, browse_hamlet: Callable[[Role], Browser]
) -> None:
    people = {role: browse_hamlet(role) for role in Role}
    for route in _routes(hamlet_app):
        if "POST" not in route.methods:
            continue
        may_open = PERMISSIONS.get(route.guard, frozenset(Role))
        person = people[min(may_open)]
        answer = person.client.post(_address(route.path))
        assert answer.status_code == 400, route


def test_every_answer_carries_the_security_headers(hamlet_app: Flask) -> None:
    answer = hamlet_app.test_client().get("/sign-in")
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
