"""Every address of the application, with a real village's numbers, and the forms found there."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin, urlsplit

from flask import Flask
from sqlalchemy import text
from werkzeug.exceptions import HTTPException

from moralbank.access.permissions import PERMISSIONS, VILLAGE_ROLES, Role
from moralbank.db import Database
from moralbank.models import metadata
from moralbank.web.guards import PUBLIC
from tests.village import Browser

TABLE_OF: Final = {
    "award_id": "awards",
    "batch_id": "stock_batches",
    "card_id": "cards",
    "close_id": "day_closes",
    "count_id": "stock_counts",
    "household_id": "households",
    "issue_id": "board_issues",
    "member_id": "members",
    "notice_id": "notices",
    "objection_id": "objections",
    "photo_id": "photos",
    "product_id": "products",
    "proposal_id": "proposals",
    "receipt_id": "stock_receipts",
    "recheck_id": "rechecks",
    "refund_id": "refunds",
    "reminder_id": "reminders",
    "round_id": "rounds",
    "settlement_id": "settlements",
    "shop_id": "shops",
    "sitting_id": "sittings",
    "slip_id": "slips",
    "tie_id": "ties",
    "user_id": "users",
    "voucher_id": "vouchers",
}
"""The table that a number in an address counts, by the number's name."""
NO_ROW: Final = 987654
WORDS: Final = {"slug": "shanju", "token": "none", "name": "none", "size": "small"}
_PLACE: Final = re.compile(r"<(?:(?P<kind>\w+)(?:\([^)]*\))?:)?(?P<name>\w+)>")


@dataclass(frozen=True)
class Route:
    """A way into the application: an address with its places still open."""

    rule: str
    method: str
    endpoint: str
    guard: str

    @property
    def names(self) -> tuple[str, ...]:
        """What the open places are called."""
        return tuple(found["name"] for found in _PLACE.finditer(self.rule))

    @property
    def numbered(self) -> bool:
        """Whether the address names a row of a village by its number."""
        return any(name in TABLE_OF for name in self.names)

    @property
    def roles(self) -> tuple[Role, ...]:
        """The village's parts that may come here."""
        if self.guard == PUBLIC:
            return VILLAGE_ROLES
        return tuple(role for role in VILLAGE_ROLES if role in PERMISSIONS[self.guard])

    def path(self, numbers: Mapping[str, int]) -> str:
        """The address with its places filled: `numbers`, else words and a number of nothing."""

        def fill(place: re.Match[str]) -> str:
            name = place["name"]
            if name in numbers:
                return str(numbers[name])
            return str(NO_ROW) if place["kind"] == "int" else WORDS.get(name, "none")

        return _PLACE.sub(fill, self.rule)


def routes(app: Flask) -> list[Route]:
    """Every route but static files, one for each method."""
    found = [
        Route(rule.rule, method, rule.endpoint, getattr(view, "guard", "NONE"))
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        for view in [app.view_functions[rule.endpoint]]
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]
    return sorted(found, key=lambda route: (route.rule, route.method))


def numbers_in(database: Database, village_id: int) -> dict[str, int]:
    """A village's highest number of each kind; what it has none of is left out."""
    with database.reading() as session:
        found = {
            name: session.connection().scalar(
                text(f"SELECT max(id) FROM {table} WHERE village_id = :village"),
                {"village": village_id},
            )
            for name, table in TABLE_OF.items()
        }
    return {name: number for name, number in found.items() if number is not None}


def rows_of(database: Database, village_id: int) -> dict[str, list[str]]:
    """Everything that is kept of a village, to be compared."""
    found = {}
    with database.reading() as session:
        for table in metadata.sorted_tables:
            if "village_id" in table.c:
                rows = session.connection().execute(
                    table.select().where(table.c.village_id == village_id)
                )
                found[table.name] = sorted(map(str, rows))
    return found


@dataclass
class Form:
    """A form of a page: where it is sent, and what it would send as it stands, by field."""

    action: str
    method: str
    multipart: bool = False
    fields: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)


class _Forms(HTMLParser):
    """Reads forms as a browser does; boxes and radio buttons count as ticked."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._path, self._by_id = path, dict[str, Form]()
        self._inside: Form | None = None
        self._choice: tuple[Form, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = self._form(said.get("id", ""))
            self._inside.action = urlsplit(urljoin(self._path, said.get("action", ""))).path
            self._inside.method = said.get("method", "get").upper()
            self._inside.multipart = "multipart" in said.get("enctype", "")
        form = self._form(said["form"]) if "form" in said else self._inside
        if tag == "option" and self._choice is not None:
            holder, name = self._choice
            holder.fields.setdefault(name, []).append(said.get("value", ""))
        if form is None or not said.get("name"):
            return
        if tag == "select":
            self._choice = (form, said["name"])
        elif tag == "input" and said.get("type") == "file":
            form.files.append(said["name"])
        elif tag in {"input", "textarea", "button"}:
            form.fields.setdefault(said["name"], []).append(said.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = None
        elif tag == "select":
            self._choice = None

    def _form(self, known_as: str) -> Form:
        if known_as in self._by_id:
            return self._by_id[known_as]
        self.forms.append(Form(self._path, "GET"))
        if known_as:
            self._by_id[known_as] = self.forms[-1]
        return self.forms[-1]


def forms_on(page: str, path: str) -> list[Form]:
    """The forms of a page that was opened at `path`."""
    reader = _Forms(path)
    reader.feed(page)
    return reader.forms


def harvest(app: Flask, people: Mapping[Role, Browser], numbers: Mapping[str, int]) -> list[Form]:
    """One form for each address that forms are sent to, off every page that shows any."""
    found: dict[tuple[str, str], Form] = {}
    for route, person in _pages(app, people):
        path = route.path(numbers)
        answer = person.client.get(path)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        for form in forms_on(answer.get_data(as_text=True), path):
            kept = found.setdefault((endpoint_of(app, form.action, form.method), form.method), form)
            for name, values in form.fields.items():
                kept.fields.setdefault(name, values)
    return list(found.values())


def _pages(app: Flask, people: Mapping[Role, Browser]) -> Iterator[tuple[Route, Browser]]:
    """Every page with somebody who may open it."""
    for route in routes(app):
        page = route.method == "GET" and not route.rule.endswith((".pdf", ".xlsx", ".png", ".jpg"))
        if page and route.roles:
            yield route, people[route.roles[0]]


def endpoint_of(app: Flask, path: str, method: str) -> str:
    """Which view an address leads to; "" where to none."""
    try:
        return str(app.url_map.bind("localhost").match(path, method)[0])
    except HTTPException:
        return ""
