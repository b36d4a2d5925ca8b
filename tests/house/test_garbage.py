"""Garbage to every form, address and endpoint: no fault, no trace of the code, nothing changed.

What stands in a form comes from the page's own form; what is sent instead, from hypothesis.
"""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from moralbank.access.permissions import VILLAGE_ROLES, Role
from moralbank.access.service import add_user
from moralbank.check import check_village
from moralbank.models import metadata
from moralbank.paths import PACKAGE
from moralbank.web.throttle import limiter
from tests.conftest import on_one_engine
from tests.house.addresses import (
    NO_ROW,
    WORDS,
    Form,
    Route,
    endpoint_of,
    harvest,
    numbers_in,
    routes,
    rows_of,
)
from tests.lively import live
from tests.soak import LONG, times, told
from tests.village import PASSWORD, STAFF, Browser, Town

EDGES: Final = (
    "",
    " ",
    "0",
    "-1",
    "1",
    "999999999",
    "2147483648",
    "9" * 40,
    "1e309",
    "NaN",
    "1.005",
    "1,5",
    "９９",
    "٣",
    "一百",
    "²",
    "2026-02-30",
    "0000-00-00",
    "9999-12-31",
    "0001-01-01",
    "25:61",
    "null",
    "[]",
    "{}",
    "\x00",
    "\x1b[31m",
    "\u202e\ufeff\u200b",
    "\ud7ff\ue000\uffff",
    "👨‍👩‍👧‍👦" * 9,
    "𬭎" * 300,
    "長" * 5000,
    "e\u0301" * 60,
    "'; DROP TABLE villages;--",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "%s %(n)s {0} ‖ %",
    "../../../etc/passwd",
    "=1+1",
    "a\r\nSet-Cookie: b=c",
    "https://evil.example/",
    "//evil.example/",
)
"""What people have always sent where something else was asked for."""
KEPT_OF_REFUSALS: Final = {"audit_entries", "ledger_numbers", "ledger_requests", "photos", "users"}
"""What a refused request may leave: its own trail, photos for the next try, failed tries."""
PARTS: Final = 8
KINDS: Final = (
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/json",
    "text/plain; charset=nonsense",
    "",
)
_source: Final = "".join(path.read_text("utf-8") for path in PACKAGE.rglob("*views*.py"))
ASKED: Final = sorted(set(re.findall(r'(?:args\.get\w*\(|asked_\w+\()\s*"(\w+)"', _source)))
"""What addresses are asked for after their "?"."""

values = st.one_of(
    st.sampled_from(EDGES),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.integers().map(str),
    st.dates().map(str),
    st.floats().map(str),
)
nested = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)


@dataclass
class Deck:
    """Garbage for one walk: values, a JSON, bytes, and how they are dealt."""

    values: list[str]
    nested: Any
    raw: bytes
    dealt: Random = field(repr=False)

    def value(self) -> str:
        """One of the values, or one that has always done harm."""
        return self.dealt.choice(self.values if self.dealt.random() < 0.5 else EDGES)

    def word(self) -> str:
        """The same for a place in an address."""
        return quote(self.value()[:60], safe="") or "-"


decks = st.builds(
    Deck,
    st.lists(values, min_size=8, max_size=8, unique=True),
    nested,
    st.binary(min_size=9, max_size=60),
    st.integers(0, 2**32).map(Random),
)


_found: dict[tuple[str, str], Form] = {}
"""The forms are the same on every engine: they are looked for once."""


@dataclass
class Ground:
    """A lively village, everybody signed in, and every way into the application."""

    town: Town
    app: Flask
    people: dict[Role, Browser] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    forms: dict[tuple[str, str], Form] = field(default_factory=dict)
    sent: int = 0

    def open(self) -> None:
        """Let everybody sign in, and find the forms."""
        self.people = {role: Browser(self.app).sign_in(STAFF[role]) for role in VILLAGE_ROLES}
        self.numbers = numbers_in(self.town.database, self.town.village_id)
        if not _found:
            for form in harvest(self.app, self.people, self.numbers):
                _found[endpoint_of(self.app, form.action, form.method), form.method] = form
        self.forms = _found
        for person in self.people.values():
            person.open("/password")

    def ask(self, role: Role, path: str, **request: Any) -> Any:
        """What somebody of a role is answered; whom garbage signed out signs in and asks again."""
        answer = self._open(role, path, **request)
        if answer.headers.get("Location", "").startswith("/sign-in"):
            self.people[role] = Browser(self.app).sign_in(STAFF[role])
            self.people[role].open("/password")
            answer = self._open(role, path, **request)
        self.sent += 1
        return answer

    def _open(self, role: Role, path: str, **request: Any) -> Any:
        person = self.people[role]
        if "data" in request:
            token = {"X-CSRFToken": person.token()}
            request = {**request, "headers": {**request["headers"], **token}}
        return person.client.open(path, **request)

    def counts(self) -> tuple[Any, ...]:
        """The end of the chain, and how many rows there are of everything."""
        each = " UNION ALL ".join(
            f"SELECT '{table}' AS a, count(*) AS b FROM {table}"
            for table in sorted(metadata.tables)
            if table not in KEPT_OF_REFUSALS
        )
        with self.town.database.reading() as session:
            connection = session.connection()
            rows = connection.execute(text(each)).all()
            head = connection.execute(text("SELECT seq, hash FROM ledger_heads")).all()
        return sorted(map(tuple, rows)), sorted(map(tuple, head))

    def rows(self) -> dict[str, list[str]]:
        """Everything that a refusal may not change."""
        found = rows_of(self.town.database, self.town.village_id)
        return {table: rows for table, rows in found.items() if table not in KEPT_OF_REFUSALS}


@pytest.fixture
def ground(village: Town, app: Flask) -> Iterator[Ground]:
    live(village, "替邻居收麦子")
    with village.database.writing() as session:  # whom the garbage may lock out, and no walker
        add_user(session, village.actor(Role.ADMIN), "马玉芬", Role.GRID, PASSWORD)
    made = Ground(village, app)
    made.open()
    yield made
    with village.database.reading() as session:
        assert check_village(session, village.village_id) == []


@pytest.mark.soak
def test_garbage_does_no_harm(ground: Ground) -> None:
    """Each way in gets its share, a part of them at a time, so that what failed is soon found.

    In the short form SQLite gets them all, PostgreSQL a third.
    """
    ways = [route for route in routes(ground.app) if route.endpoint != "access.sign_out"]
    if not LONG and not ground.town.database.is_sqlite:
        ways = ways[::3]
    for part in range(PARTS):
        _walk(ground, ways[part::PARTS], times(1, 40))
    told(f"garbage on {ground.town.database.engine.dialect.name}: {ground.sent} requests")


@on_one_engine
def test_a_part_without_a_name_says_nothing(app: Flask) -> None:
    """Such a part of a forged body once stopped the look for the token."""
    person = Browser(app)
    person.open("/sign-in")
    body = b"--x\r\nContent-Disposition: form-data\r\n\r\nA\r\n--x--\r\n"
    kind = "multipart/form-data; boundary=x"
    assert person.client.post("/sign-in", data=body, content_type=kind).status_code == 400


def _walk(ground: Ground, ways: list[Route], examples: int) -> None:
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=not LONG,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(deck=decks)
    def walked(deck: Deck) -> None:
        limiter.reset()
        deck.dealt.seed(f"{deck.dealt.random()}{ground.town.database.is_sqlite}")
        for route in ways:
            _send(ground, route, deck)

    walked()


def _send(ground: Ground, route: Route, deck: Deck) -> None:
    """One request, and what became of it."""
    dealt = deck.dealt
    role = dealt.choice(route.roles or VILLAGE_ROLES)
    words = {name: deck.word() for name in WORDS if dealt.random() < 0.5}
    numbers = {name: dealt.choice((n, n, n, NO_ROW)) for name, n in ground.numbers.items()}
    path = route.path({**numbers, **words})  # type: ignore[dict-item]
    asked = _query(ground, route, deck)
    body = _body(ground, route, deck) if route.method == "POST" else {}
    told_of = f"{route.method} {path}?{urlencode(asked, doseq=True)} {body}"[:2000]
    look = ground.rows if dealt.random() < times(10, 20) / 200 else ground.counts
    before = look() if body else None
    answer = ground.ask(role, path, method=route.method, query_string=asked, **body)
    assert answer.status_code < 500, told_of
    if not answer.is_streamed and answer.mimetype in {"text/html", "application/json"}:
        page = answer.get_data(as_text=True)
        assert "Traceback" not in page, told_of
        assert "<script>alert(1)" not in page, told_of
        assert "{{ 7" not in page or "&lt;" not in page or "49" not in page, told_of
    assert urlsplit(answer.headers.get("Location", "")).netloc in {"", "localhost"}, told_of
    if body and answer.status_code >= 400:
        assert look() == before, f"{answer.status_code} {told_of}"


def _query(ground: Ground, route: Route, deck: Deck) -> dict[str, list[str]]:
    """What stands after the "?": fields of the page's own GET form, or whatever pages ask for."""
    form = ground.forms.get((route.endpoint, "GET"), Form("", "GET"))
    names = [*form.fields, *deck.dealt.sample(ASKED, 4)]
    return {name: [deck.value()] for name in names if deck.dealt.random() < 0.7}


def _body(ground: Ground, route: Route, deck: Deck) -> dict[str, Any]:
    """A body as a browser sends it, or nothing like it."""
    headers = {"X-Request-ID": deck.word()}
    kind = deck.dealt.random()
    if kind < 0.12:
        return {
            "headers": headers,
            "content_type": "application/json",
            "data": json.dumps(deck.nested),
        }
    if kind < 0.24:
        return {"headers": headers, "content_type": deck.dealt.choice(KINDS), "data": deck.raw}
    form = ground.forms.get((route.endpoint, "POST"), Form("", "POST"))
    said: dict[str, Any] = {name: _said(deck, known) for name, known in form.fields.items()}
    for name in (
        "village_id",
        "role",
        "id",
        "balance",
        deck.value()[:20] or "x",
    ):  # mass assignment
        said[name] = [deck.value()]
    said["request_id"] = [
        deck.dealt.choice([f"garbage-{deck.dealt.getrandbits(40)}", deck.value()])
    ]
    files = form.files or (["photos", "file"] if form.multipart or kind > 0.9 else [])
    for name in files:
        said[name] = [
            (io.BytesIO(deck.raw), deck.dealt.choice(["a.jpg", "花.xlsx", deck.value()[:40]]))
        ]
    return {"headers": headers, "data": said, **({"content_type": KINDS[2]} if files else {})}


def _said(deck: Deck, known: list[str]) -> list[str]:
    """What is said in one field: mostly what the page would, else garbage, too much, nothing."""
    chance = deck.dealt.random()
    if chance < 0.5:
        return [deck.dealt.choice(known)] if known else []
    if chance < 0.9:
        return [deck.value()]
    return [] if chance < 0.95 else [deck.value(), *known[:3], deck.value()]
