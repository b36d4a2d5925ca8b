"""Pages of a village with very many rows: as many questions to the database, and no longer."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from flask import Flask
from sqlalchemy import event

from moralbank.access.permissions import Role
from moralbank.db import Database
from moralbank.paths import TEMPLATES
from tests.conftest import make_app
from tests.house.addresses import Route, numbers_in, routes
from tests.lists.many import multiply
from tests.lively import live
from tests.village import STAFF, Browser, Town

FEW: Final = 4
MANY: Final = 60
HEAVIEST: Final = 100_000
"""Bytes of HTML that a page has at most, without pictures and before it is packed."""
HEAVIER: Final = {
    "/scheme/new": (150_000, "a form of every item, however many households there are")
}
"""Pages that may be heavier, how heavy, and why."""


@contextmanager
def _counted(database: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)


def _pages(app: Flask, town: Town) -> list[tuple[Route, Role, str]]:
    numbers = numbers_in(town.database, town.village_id)
    return [
        (route, role, route.path({**numbers, "village_id": town.village_id}))
        for route in routes(app)
        if route.method == "GET" and not route.rule.endswith((".pdf", ".xlsx", ".jpg", ".png"))
        for role in (route.roles if route.rule == "/" else route.roles[:1])
    ]


def _measured(
    people: Mapping[Role, Browser], town: Town, pages: list[tuple[Route, Role, str]]
) -> dict[tuple[str, Role], tuple[int, int]]:
    """Statements and bytes of each page that is HTML."""
    found = {}
    for route, role, path in pages:
        with _counted(town.database) as statements:
            answer = people[role].client.get(path)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            found[route.rule, role] = (len(statements), len(answer.data))
    return found


def test_pages_ask_as_often_and_weigh_no_more_with_many_rows(hamlet: Town, tmp_path: Path) -> None:
    live(hamlet, "帮了邻居")
    app = make_app(hamlet, tmp_path)
    pages = _pages(app, hamlet)
    people = {role: Browser(app).sign_in(name) for role, name in STAFF.items()}
    multiply(hamlet.database, 1, FEW)
    few = _measured(people, hamlet, pages)
    multiply(hamlet.database, FEW + 1, MANY)
    many = _measured(people, hamlet, pages)
    assert few.keys() == many.keys()
    assert len(many) > 100
    oftener = {page: (few[page][0], many[page][0]) for page in many if many[page][0] > few[page][0]}
    assert not oftener
    heavy = {page: size for page, (_asked, size) in many.items() if size > _heaviest(page[0])}
    assert not heavy


def _heaviest(rule: str) -> int:
    return HEAVIER.get(rule, (HEAVIEST, ""))[0]


def test_styles_and_scripts_are_kept_for_good_under_the_address_of_their_content(
    hamlet: Town, tmp_path: Path
) -> None:
    client = make_app(hamlet, tmp_path).test_client()
    page = client.get("/sign-in").get_data(as_text=True)
    (style,) = re.findall(r'rel="stylesheet" href="(/static/app\.css\?v=[0-9a-f]{12})"', page)
    with client.get(style) as kept:
        assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert sha256(kept.data).hexdigest().startswith(style.partition("=")[2])
    for address in ("/static/app.css", "/static/app.css?v=0123456789ab"):
        with client.get(address) as asked_again:
            assert asked_again.headers["Cache-Control"] == "no-cache"


def test_no_script_holds_up_a_page() -> None:
    for template in TEMPLATES.rglob("*.html"):
        for script in re.findall(r"<script[^>]*>", template.read_text(encoding="utf-8")):
            assert 'type="module"' in script or "defer" in script, (template.name, script)
