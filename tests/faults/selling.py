"""A shopkeeper at the counter's pages, whose machine fails while a household waits."""

from contextlib import AbstractContextManager
from html.parser import HTMLParser
from http import HTTPStatus
from typing import Any, Final

from flask import Flask

from moralbank.access.permissions import Role
from moralbank.errors import Unavailable
from tests.counter.till import DU, Till
from tests.village import STAFF, Browser, Town

POINTS: Final = 400
SOAP: Final = "SOAP-126G"
POINTS_EACH: Final = 2


class Fields(HTMLParser):
    """What the form with a request id would send."""

    def __init__(self, page: str) -> None:
        """Read it."""
        super().__init__()
        self.sent: dict[str, str] = {}
        self._form: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Gather the fields of each form; keep those of the one that has a request id."""
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = {}
        if tag == "input" and (said.get("type") not in {"radio", "checkbox"} or "checked" in said):
            self._form[said.get("name", "")] = said.get("value", "")
            if "request_id" in self._form:
                self.sent = self._form


class Sale:
    """The counter before a sale: 杜仁森 has points, there is soap on the shelf."""

    def __init__(self, town: Town, app: Flask) -> None:
        """Stock the shelf, give points, sign the shopkeeper in."""
        self.till = Till(town)
        self.till.stock(SOAP_126G=200)
        self.till.give(DU, POINTS)
        self.home = town.household(DU).id
        self.soap = f"q-{self.till.product(SOAP).id}"
        self.keeper = Browser(app).sign_in(STAFF[Role.SHOPKEEPER])

    def filled(self, pieces: int = 3) -> dict[str, str]:
        """The form as the shopkeeper fills it in."""
        self.keeper.open("/counter", household=self.home)
        return {**Fields(self.keeper.page).sent, self.soap: str(pieces)}

    def send(self, form: dict[str, str]) -> Any:
        """Press the button."""
        answer = self.keeper.client.post("/counter/redeem", data=form)
        self.keeper.page = answer.get_data(as_text=True)
        return answer

    @property
    def kept(self) -> dict[str, str]:
        """What the page that came back would send."""
        return Fields(self.keeper.page).sent

    def books(self) -> tuple[int, int, int]:
        """Slips, points, pieces on the shelf."""
        return self.till.slips(), self.till.has(DU).points, self.till.product(SOAP).stock

    def fails(self, form: dict[str, str], refusal: type[Unavailable]) -> None:
        """Send it while the database fails: plain words, and everything typed is still there."""
        answer = self.send(form)
        assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE, self.keeper.page[:2000]
        assert str(refusal.text) in self.keeper.page
        assert self.kept["request_id"] == form["request_id"]
        assert self.kept[self.soap] == form[self.soap]

    def survives(
        self, fault: AbstractContextManager[Any], refusal: type[Unavailable], *, kept: bool = False
    ) -> None:
        """A sale meets a fault, then is sent again; `kept` says that it had been done after all."""
        slips, points, pieces = self.books()
        form = self.filled()
        with fault:
            self.fails(form, refusal)
        cost = 3 * POINTS_EACH
        sold = (slips + 1, points - cost, pieces - 3)
        assert self.books() == (sold if kept else (slips, points, pieces))
        self.prove_again(self.kept)
        assert self.books() == sold
        assert self.till.problems() == []

    def prove_again(self, form: dict[str, str]) -> None:
        """The same once more finds its slip; the same id with another cart is refused."""
        first, second = self.send(form), self.send(form)
        assert first.status_code == second.status_code == HTTPStatus.SEE_OTHER, self.keeper.page
        assert first.location == second.location
        other = self.send({**form, self.soap: "4"})
        assert other.status_code == HTTPStatus.CONFLICT
        assert "已经办好了" in self.keeper.page
