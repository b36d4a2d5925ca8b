"""English all the way: on every page of every role nothing Chinese but the village's own words."""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, text

from moralbank.access.permissions import PERMISSIONS, VILLAGE_ROLES, Role
from moralbank.boards.definitions import seeded_boards
from moralbank.boards.honours import EARNED, GIVEN, SLOTS
from moralbank.boards.plating import plate_kinds
from moralbank.cards.queries import active_cards
from moralbank.store.headings import HEADINGS
from moralbank.villages.settings import SETTINGS
from moralbank.web.guards import PUBLIC
from tests.conftest import make_app
from tests.lively import DU, live
from tests.village import STAFF, Browser, Town

CHINESE = re.compile(r"[\u4e00-\u9fff\u3001-\u3011\uff01-\uff5e]+")
SPOKEN = re.compile(r'(?:aria-label|placeholder|title|alt|data-label|label)="([^"]*)"')
FORMS = (
    ("/users/new", {"name": ""}),
    ("/password", {"present": ""}),
    ("/households/new", {"head": "", "people": "--5"}),
    ("/awards/record", {"household": "3", "item": "16", "quantity": " ", "deed_on": "?"}),
    ("/awards/record-many", {"item": "16", "quantity": "--5", "deed_on": " "}),
    ("/cards/sheet.pdf", {"skip": "77"}),
    ("/store/new", {"price": "x"}),
    ("/store/rates", {"fen_per_point": "x"}),
    ("/scheme/new", {"resolution": ""}),
    ("/notices/new", {"days": "99"}),
    ("/objections/new?award=4", {"words": ""}),
    ("/objections/1/decide", {"answer": ""}),
    ("/reminders/new", {"household": "3", "item": "41", "note": ""}),
    ("/rounds/new", {"title": ""}),
    ("/sittings/1/close", {"note": "x" * 401}),
    ("/supervision/rechecks", {"seed": "@"}),
)


@pytest.fixture
def busy(hamlet: Town) -> Town:
    """A village where a little of everything has happened."""
    live(hamlet, "替邻居收麦子那天的事")
    return hamlet


@pytest.fixture
def busy_app(busy: Town, tmp_path: Path) -> Iterator[Flask]:
    made = make_app(busy, tmp_path)
    yield made
    made.extensions["moralbank"].close()


def test_every_page_of_every_role_is_english(busy: Town, busy_app: Flask) -> None:
    own = _own_words(busy)
    assert [left for role in VILLAGE_ROLES for left in _walk(busy_app, own, role)] == []


def _walk(busy_app: Flask, own: list[str], role: Role) -> Iterator[str]:
    """The Chinese that is left on the pages of a role, each page with what it shows."""
    person = Browser(busy_app)
    person.open("/sign-in")
    person.send("/language", language="en")
    assert not _left(person.open("/sign-in"), own)
    person.sign_in(STAFF[role])
    opened = 0
    for path in _paths(busy_app, role):
        answer = person.client.get(path)
        if answer.mimetype != "text/html" or answer.status_code != 200:
            continue
        opened += 1
        if left := _left(answer.get_data(as_text=True), own):
            yield f"{path} says {left} to {role}"
    assert opened > 5


def test_what_everybody_may_open_is_english(busy: Town, busy_app: Flask) -> None:
    own = _own_words(busy)
    with busy.database.reading() as session:
        card = active_cards(session, busy.village_id)[busy.household(DU).id]
    wall, stranger = f"/n/{busy.village_id}", Browser(busy_app)
    stranger.open("/sign-in")
    stranger.send("/language", language="en")
    for path in (
        *(f"/c/{card.token}", f"/c/{card.token}/claim"),
        *(wall, f"{wall}/1", f"{wall}/1/2/object"),
    ):
        assert not _left(stranger.open(path), own), path


def test_every_refused_form_is_english(busy: Town, busy_app: Flask) -> None:
    """Labels in the summary, and the words beside the fields."""
    own = _own_words(busy)
    assert [left for role in VILLAGE_ROLES for left in _send_nonsense(busy_app, own, role)] == []


def _send_nonsense(busy_app: Flask, own: list[str], role: Role) -> Iterator[str]:
    """The Chinese that is left where a role's forms are refused."""
    person = Browser(busy_app).sign_in(STAFF[role])
    person.open("/password")
    person.send("/language", language="en")
    person.open("/password")
    for path, typed in FORMS:
        token = person.token()
        answer = person.client.post(path, data={"csrf_token": token, **typed})
        assert answer.status_code in {403, 422}, path
        if left := _left(answer.get_data(as_text=True), own):
            yield f"{path} says {left} to {role}"


def _readers(guard: str) -> list[Role]:
    """Two of those who may open a page (none, of an office's): its words are hardly one's alone."""
    own = [role for role in VILLAGE_ROLES if role in PERMISSIONS[guard]]
    return own[:1] + own[-1:]


def _paths(app: Flask, role: Role) -> Iterator[str]:
    """The pages that a role reads for all, with small numbers where numbers belong, and home."""
    yield "/"
    for rule in app.url_map.iter_rules():
        guard = getattr(app.view_functions[rule.endpoint], "guard", PUBLIC)
        if "GET" not in (rule.methods or set()) or guard == PUBLIC:
            continue
        if guard not in PERMISSIONS or role not in _readers(guard):
            continue
        for number in (1, 3) if "<int" in rule.rule else (1,):
            path = re.sub(r"<int[^>]*>", str(number), rule.rule)
            yield path.replace("<slug>", "shanju").replace("<token>", "none")
    yield from ("/awards/record?household=3&item=16", "/awards/record-many?item=16")
    yield from ("/awards/record?household=3", "/awards/record?q=drs", "/households?q=drs")
    yield from ("/counter?household=3", "/boards?period=2026-10", "/boards?period=2026")


def _own_words(town: Town) -> list[str]:
    """Whatever the village itself has written, longest first: it stays as it is."""
    found = {"中文", "羊圈湾村村民委员会"}
    engine = town.database.engine
    tables = inspect(engine)
    with engine.connect() as connection:
        for table in tables.get_table_names():
            for row in connection.execute(text(f"SELECT * FROM {table}")):
                for value in row:
                    found |= set(_texts(value))
    for board in seeded_boards():
        found |= {board.title_for("羊圈湾村"), board.lead, *board.couplet}
    for kind in plate_kinds():
        found |= {kind.title, *kind.stars}
    found |= {EARNED, GIVEN, *SLOTS}  # a certificate speaks Chinese
    found |= {setting.default for setting in SETTINGS.values()}
    found |= {name for names in HEADINGS.values() for name in names}  # a goods file's own
    found |= {part.strip() for one in found for part in one.split("·")}
    found |= {one[0] for one in found if one}  # the seal beside a name
    return sorted({one for one in found if CHINESE.search(one)}, key=len, reverse=True)


def _texts(value: Any) -> Iterator[str]:
    """Every text in a column's value, in those kept as JSON too."""
    if isinstance(value, str) and value[:1] in {"[", "{"}:
        value = json.loads(value)
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield value


def _left(page: str, own: list[str]) -> list[str]:
    """The Chinese that is left of what a page shows or reads aloud, without the village's words."""
    page = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    words = "\n".join([*SPOKEN.findall(page), re.sub(r"<[^>]*>", "\n", page)])
    words = html.unescape(words)
    for known in own:
        if len(known) > 1:
            words = words.replace(known, "~")
    units = "".join(known for known in own if len(known) == 1)  # 次: only where it stands alone
    words = re.sub(rf"(?<![\u4e00-\u9fff])[{units}](?![\u4e00-\u9fff])", "~", words)
    return CHINESE.findall(words)
