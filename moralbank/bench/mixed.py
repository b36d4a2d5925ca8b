"""An hour of a village's office, mixed: pages, records with photos, sales, scans, sheets, lists.

Whoever asks is signed in as who does that work; every answer must be what was asked for.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from io import BytesIO
from random import Random
from typing import Final

import qrcode
from PIL import Image
from sqlmodel import Session

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.access.service import add_user
from moralbank.bench.callers import OK, SEE_OTHER, TIMEOUT_S, Visitor, WrongAnswer
from moralbank.bench.ground import Ground
from moralbank.cards.service import issue
from moralbank.scheme.queries import scheme_on

_BOUNDARY: Final = "moralbank-bench-boundary"
_SIGNED_IN: Final = b"/sign-out"
"""A button that every page of somebody signed in has, and the page for signing in has not."""
_MORE_PEOPLE: Final = (Role.ADMIN, Role.SUPERVISOR, Role.ACCOUNTANT)
_PAGES: Final[Mapping[Role, tuple[str, ...]]] = {
    Role.RECORDER: (
        *("/", "/awards", "/awards/record", "/awards/record-many", "/awards/mine", "/boards"),
        *("/awards/record?household={home}", "/households", "/households?q=bh", "/cards"),
        *("/households/{home}", "/cards/household/{home}", "/passbooks", "/paper", "/rounds"),
        *("/passbooks/household/{home}", "/ledger/{home}", "/notices", "/reminders", "/scheme"),
    ),
    Role.REVIEWER: ("/", "/awards", "/awards/review", "/boards", "/sittings", "/objections"),
    Role.SHOPKEEPER: (
        *("/", "/counter", "/counter?who=bh", "/counter?household={home}", "/counter/slips"),
        *("/counter/day", "/store", "/store/order", "/store/receive", "/settlements"),
    ),
    Role.ADMIN: ("/", "/users", "/settings", "/supervision/acts", "/proposals", "/store/rates"),
    Role.SUPERVISOR: ("/", "/supervision", "/supervision/rechecks", "/fund/cover", "/ledger"),
    Role.ACCOUNTANT: ("/", "/fund", "/settlements", "/counter/days", "/store/expiring"),
}
_LISTS: Final = (
    (Role.RECORDER, "/awards.xlsx"),
    (Role.RECORDER, "/households.xlsx"),
    (Role.SHOPKEEPER, "/counter/slips.xlsx"),
    (Role.SHOPKEEPER, "/store/goods.xlsx"),
)
_SHEETS: Final = (
    (Role.SHOPKEEPER, "/store/prices.pdf"),
    (Role.RECORDER, "/scheme/poster.pdf"),
    (Role.RECORDER, "/boards/shanju.pdf"),
    (Role.ACCOUNTANT, "/fund/cover.pdf"),
)
_PHOTO_SIDES: Final = (1280, 960)
_PAUSE_S: Final = 0.2


class Mix:
    """A ground with all of the office's people and cards, and what is asked of its server."""

    def __init__(self, ground: Ground) -> None:
        """Give the ground its other people, and each household a card."""
        self.ground = ground
        self.names = {role: actor.name for role, actor in ground.people.items()}
        with ground.database.writing() as session:
            self._hire(session)
            cards = issue(session, ground.founder, ground.households)
            self.tokens = [card.token for card in cards]
            day = clock.today()
            self.item = scheme_on(session, ground.village_id, day).item("参加村民会议").number
        self.photos = [_photo(token) for token in self.tokens[:5]]

    def _hire(self, session: Session) -> None:
        for role in _MORE_PEOPLE:
            self.names[role] = f"{role}{self.ground.village_id % 1000}"
            founder, password = self.ground.founder, self.ground.password
            add_user(session, founder, self.names[role], role, password, first=False)


class Office:
    """The office's people, each at a browser; `ask` is one request or two of the mix."""

    def __init__(self, mix: Mix, port: int, seed: int) -> None:
        """Sign everybody in; the same seed asks the same."""
        self._mix, self._draw = mix, Random(seed)  # noqa: S311 - no secret is drawn
        self._anybody = Visitor(port)
        self._people = {role: Visitor(port) for role in mix.names}
        for role, person in self._people.items():
            person.sign_in(mix.names[role], mix.ground.password)
        self._slip = ""
        works: Mapping[Callable[[], None], int] = {
            self._page: 150,
            self._card_page: 12,
            self._redeem: 10,
            self._record: 10,
            self._scan: 4,
            self._slip_sheet: 3,
            self._list: 3,
            self._card_sheet: 2,
            self._passbook: 2,
            self._sheet: 2,
            self._look: 2,
        }
        self._works, self._weights = list(works), list(works.values())
        self._begin()

    def ask(self) -> None:
        """The next piece of work; raises WrongAnswer."""
        self._draw.choices(self._works, self._weights)[0]()

    def close(self) -> None:
        """Leave, and close every connection."""
        for visitor in (self._anybody, *self._people.values()):
            visitor.connection.close()

    def _begin(self) -> None:
        """Each kind of work once, so that the shortest run has them all."""
        for work in self._works:
            work()

    def _home(self) -> int:
        return self._draw.choice(self._mix.ground.households)

    def _page(self) -> None:
        role = self._draw.choice(list(_PAGES))
        path = self._draw.choice(_PAGES[role]).format(home=self._home())
        self._take(role, path, _SIGNED_IN)

    def _list(self) -> None:
        self._take(*self._draw.choice(_LISTS), b"PK")

    def _sheet(self) -> None:
        self._take(*self._draw.choice(_SHEETS), b"%PDF")

    def _look(self) -> None:
        """A sheet drawn in the background, and its first page as a picture."""
        role, sheet = self._draw.choice(_SHEETS)
        status, where, _content = self._people[role].send("GET", f"{sheet}?look=1")
        _require(sheet, status, where.startswith("/paper/"), SEE_OTHER)
        given_up = time.perf_counter() + TIMEOUT_S
        while b'"ready"' not in self._people[role].send("GET", f"{where}/state")[2]:
            if time.perf_counter() > given_up:
                raise WrongAnswer(where)
            time.sleep(_PAUSE_S)
        self._take(role, where, _SIGNED_IN)
        self._take(role, f"{where}/pages/1/small.png", b"\x89PNG")

    def _slip_sheet(self) -> None:
        if self._slip:
            self._take(Role.SHOPKEEPER, f"{self._slip}.pdf", b"%PDF")

    def _card_page(self) -> None:
        path = f"/c/{self._draw.choice(self._mix.tokens)}"
        status, _where, content = self._anybody.send("GET", path)
        _require(path, status, "包" in content.decode())

    def _redeem(self) -> None:
        home, keeper = self._home(), self._people[Role.SHOPKEEPER]
        fields = {
            f"q-{self._mix.ground.product}": 1,
            "act": "redeem",
            "household": home,
            "csrf_token": keeper.token(f"/counter?household={home}"),
            "request_id": secrets.token_hex(16),
        }
        status, where = keeper.ask("POST", "/counter/redeem", fields)
        _require("/counter/redeem", status, "/counter/slips/" in where, SEE_OTHER)
        self._slip = where.partition("?")[0]

    def _record(self) -> None:
        home, recorder = self._home(), self._people[Role.RECORDER]
        page = f"/awards/record?household={home}&item={self._mix.item}"
        fields = {
            "household": f"{home}",
            "item": f"{self._mix.item}",
            "quantity": "1",
            "deed_on": clock.today().isoformat(),
            "note": f"开会 {self._draw.random()}",  # the same deed twice would be refused
            "act": "submit",
            "csrf_token": recorder.token(page),
            "request_id": secrets.token_hex(16),
        }
        photo = ("photos", self._draw.choice(self._mix.photos))
        status, where, _content = recorder.send("POST", "/awards/record", *_parts(fields, photo))
        _require("/awards/record", status, "saved=" in where, SEE_OTHER)

    def _scan(self) -> None:
        keeper = self._people[Role.SHOPKEEPER]
        fields = {"csrf_token": keeper.token("/counter")}
        photo = ("picture", self._draw.choice(self._mix.photos))
        status, where, _content = keeper.send("POST", "/counter/scan", *_parts(fields, photo))
        _require("/counter/scan", status, "household=" in where, SEE_OTHER)

    def _card_sheet(self) -> None:
        recorder = self._people[Role.RECORDER]
        fields = {"csrf_token": recorder.token("/cards"), "household": f"{self._home()}"}
        self._print("/cards/sheet.pdf", fields)

    def _passbook(self) -> None:
        page = f"/passbooks/household/{self._home()}"
        token = self._people[Role.RECORDER].token(page)
        fields = {"how": "booklet", "sample": "1", "csrf_token": token}
        self._print(f"{page}/print.pdf", fields)

    def _print(self, path: str, fields: Mapping[str, str]) -> None:
        recorder = self._people[Role.RECORDER]
        status, _where, content = recorder.send("POST", path, *_parts(fields))
        _require(path, status, content.startswith(b"%PDF"))

    def _take(self, role: Role, path: str, mark: bytes) -> None:
        """A page with `mark` in it, or a file that begins so."""
        status, _where, content = self._people[role].send("GET", path)
        held = content.find(mark) >= 0 if mark is _SIGNED_IN else content.startswith(mark)
        _require(path, status, held)


def _require(path: str, status: int, held: object, wanted: int = OK) -> None:
    if status != wanted or not held:
        raise WrongAnswer(path, status)


def _parts(fields: Mapping[str, str], photo: tuple[str, bytes] | None = None) -> tuple[bytes, str]:
    """A form with a file, as browsers send it, and its kind."""
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="'
    said = [f'{head}{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
    if photo:
        name, content = photo
        kind = "Content-Type: image/jpeg\r\n\r\n"
        said.append(f'{head}{name}"; filename="p.jpg"\r\n{kind}'.encode() + content + b"\r\n")
    whole = b"".join([*said, f"--{_BOUNDARY}--\r\n".encode()])
    return whole, f"multipart/form-data; boundary={_BOUNDARY}"


def _photo(token: str) -> bytes:
    """A phone's picture of a card's code on a table."""
    table = Image.new("RGB", _PHOTO_SIDES, (124, 108, 92))
    table.paste(qrcode.make(token).get_image().convert("RGB"), (300, 200))
    file = BytesIO()
    table.save(file, "JPEG", quality=80)
    return file.getvalue()
