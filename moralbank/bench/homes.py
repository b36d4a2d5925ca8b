"""Row `page`: each role's first page, beside the same HTML drawn from remembered values.

Both are asked through the WSGI callable, one request after the other: what a server and a network
add is the same for both and would only bring the two figures closer together. The baseline is a
Flask application of its own with our addresses and templates: it finds the view, signs the form's
token as ours does, and draws the template that ours drew, from the very values; it reads nothing.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from flask import Flask, g, template_rendered
from flask_wtf.csrf import generate_csrf
from sqlalchemy import event
from werkzeug.test import EnvironBuilder

from moralbank.access.permissions import VILLAGE_ROLES, Role
from moralbank.access.service import add_user
from moralbank.app import create_app
from moralbank.audit import Actor
from moralbank.bench.chronicle import AN_EVENT
from moralbank.bench.figures import Figure, at_least, in_turns, per_second
from moralbank.bench.history import CODE, HOUSEHOLDS, PASSWORD, History, founded
from moralbank.bench.plan import Measured, Plan
from moralbank.cards.service import issue
from moralbank.config import Settings
from moralbank.db import Database
from moralbank.households.queries import all_households
from moralbank.regions.service import founder, open_office, wanted_office
from moralbank.store.service import open_shop

_AIM: Final = at_least(0.5)
_A_YEAR: Final = timedelta(days=360)
"""Over so long the deeds are posted: what happened in the last month is a part of them."""
_CARD: Final = "card"
_RECORDED: Final = (Role.RECORDER, Role.REVIEWER)
"""They are there already: it was they who recorded and approved all the deeds."""
_OK: Final = "200 OK"
_TOKEN: Final = re.compile(rb'(name="csrf_token"[^>]*value)="[^"]*"')
_OF_THE_REQUEST: Final = frozenset({"g", "request", "session"})

Ask = Callable[[], bytes]


class WrongAnswer(RuntimeError):
    """A page answered otherwise than it must; the measurement ends."""


@dataclass(frozen=True)
class Page:
    """Somebody's first page, and the cookie that they are signed in by (none for a card)."""

    of: str
    path: str
    cookie: str


@dataclass(frozen=True)
class Drawn:
    """What a view of ours answered: the template, the values that it was drawn from, the HTML.

    `own_address` is a value, too, that stands beside the others.
    """

    endpoint: str
    template: Any
    values: Mapping[str, Any]
    own_address: str | None
    html: bytes


def measure(plan: Plan) -> Measured:
    """A figure for each role, and one for a household's card."""
    village = _Village(plan)
    asks = max(1, plan.size.acts // 2)
    figures = [_figure(village, page, asks, plan.rounds) for page in village.pages]
    village.history.database.close()
    return Measured(figures)


def _figure(village: "_Village", page: Page, asks: int, rounds: int) -> Figure:
    drawn = village.draw(page)
    ours, bare = _asking(village.app, page), _asking(_bare_app(village.app, drawn), page)
    wrong = village.history.wrong or village.difference(drawn, bare)
    return Figure(
        f"page-{page.of}",
        f"first page of {page.of}: {HOUSEHOLDS} households, {village.history.deeds:,} deeds",
        "the same HTML without database",
        per_second(asks, "requests"),
        _AIM,
        tuple(in_turns(_times(ours, asks), _times(bare, asks), rounds)),
        wrong,
        size=len(drawn.html),
        beside={"statements": village.statements(ours)},
    )


class _Village:
    """The village of many deeds with somebody in every part, and an office above it."""

    def __init__(self, plan: Plan) -> None:
        """Make it, and sign everybody in."""
        file = plan.folder / "homes.db"
        chronicle = founded(file, _A_YEAR, _A_YEAR / (plan.size.page_deeds // AN_EVENT + 1))
        chronicle.grow(plan.size.page_deeds)
        self._names: Final = {role: f"{role.value}298" for role in Role}
        self._token: Final = self._settle(Database(f"sqlite:///{file}"))
        self.history: Final = History(file, plan.size.page_deeds)
        self.app: Final = create_app(Settings(plan.folder, f"sqlite:///{file}"))
        self.pages: Final = [
            *(Page(role.value, "/", self._sign_in(name)) for role, name in self._names.items()),
            Page(_CARD, f"/c/{self._token}", ""),
        ]

    def draw(self, page: Page) -> Drawn:
        """Our answer, with what it was drawn from."""
        seen: list[tuple[Any, Mapping[str, Any], str | None]] = []

        def see(_app: Flask, template: Any, context: Mapping[str, Any], **_more: Any) -> None:
            seen.append((template, context, g.get("own_address")))

        with template_rendered.connected_to(see, self.app):
            html = _asking(self.app, page)()
        ((template, context, own_address),) = seen
        endpoint = context["request"].endpoint
        values = {name: kept for name, kept in context.items() if name not in _OF_THE_REQUEST}
        return Drawn(endpoint, template, values, own_address, html)

    def difference(self, drawn: Drawn, bare: Ask) -> str:
        """What the baseline does otherwise than it should; empty if nothing."""
        if read := self.statements(bare):
            return f"the baseline read {read} times"
        return "" if _plain(bare()) == _plain(drawn.html) else "the baseline's HTML is another"

    def statements(self, ask: Ask) -> int:
        """How many statements reach the database while a page is asked for."""
        with _counted(self.app.extensions["moralbank"]) as count:
            ask()
        return len(count)

    def _settle(self, database: Database) -> str:
        """Everybody who isn't there yet, a card for each household; the number of a card."""
        with database.writing() as session:
            admin = Actor(CODE, 0, "bench", Role.ADMIN, "bench")
            for role in VILLAGE_ROLES:
                if role not in _RECORDED:
                    self._add(session, admin, role)
            office = open_office(session, wanted_office(str(CODE)[:9], "量速镇"))
            self._add(session, founder(office.id), Role.OVERSEER)
            open_shop(session, admin)
            homes = [one.id for one in all_households(session, CODE)]
            token = issue(session, admin, homes)[0].token
        database.close()
        return token

    def _add(self, session: Any, actor: Actor, role: Role) -> None:
        add_user(session, actor, self._names[role], role, PASSWORD, first=False)

    def _sign_in(self, name: str) -> str:
        """The cookie of somebody who just signed in."""
        browser = self.app.test_client()
        form = _TOKEN_VALUE.search(browser.get("/sign-in").get_data(as_text=True))
        if form is None:
            raise WrongAnswer(name)
        said = {"name": name, "password": PASSWORD, "csrf_token": form[1]}
        answer = browser.post("/sign-in", data=said)
        cookie = browser.get_cookie(self.app.config["SESSION_COOKIE_NAME"])
        if answer.location != "/" or cookie is None:
            raise WrongAnswer(name)
        return f"{cookie.key}={cookie.value}"


_TOKEN_VALUE: Final = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def _bare_app(ours: Flask, drawn: Drawn) -> Flask:
    """An application that answers with remembered values, at our addresses."""
    bare = Flask("bare")
    bare.config.from_mapping(ours.config)
    bare.url_map = ours.url_map
    bare.jinja_env.globals["csrf_token"] = generate_csrf

    def view(**_where: str) -> str:
        if drawn.own_address:
            g.own_address = drawn.own_address
        now: dict[str, Any] = {}
        bare.update_template_context(now)
        return str(drawn.template.render({**drawn.values, **now}))

    bare.view_functions[drawn.endpoint] = view
    return bare


def _asking(app: Flask, page: Page) -> Ask:
    """Ask for a page of an application; raises WrongAnswer unless it is given."""
    environ = EnvironBuilder(page.path, headers=[("Cookie", page.cookie)]).get_environ()
    status = ""

    def start(said: str, _headers: Any, _fault: Any = None) -> Any:
        nonlocal status
        status = said

    def ask() -> bytes:
        answer = app.wsgi_app(dict(environ), start)
        html = b"".join(answer)
        getattr(answer, "close", lambda: None)()
        if status != _OK:
            raise WrongAnswer(page.of, status)
        return html

    return ask


def _times(ask: Ask, many: int) -> Callable[[], object]:
    return lambda: [ask() for _turn in range(many)]


def _plain(html: bytes) -> bytes:
    """Without the tokens of forms, which differ from one second to the next."""
    return _TOKEN.sub(rb"\1", html)


@contextmanager
def _counted(database: Database) -> Iterator[list[str]]:
    """The statements that reach a database while the block lasts."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
