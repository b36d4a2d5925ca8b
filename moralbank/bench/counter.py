"""How long the server needs for a redemption, beside an empty answer of the same server."""

import re
import secrets
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from moralbank import db
from moralbank.access.permissions import Role
from moralbank.bench.figures import MILLISECONDS, Figure, Round, at_most
from moralbank.bench.ground import CODE, Ground
from moralbank.bench.serving import EMPTY, Timed, Visitor, served
from moralbank.check import check_village
from moralbank.counter.queries import SlipFilter, slip_sums

AIM: Final = at_most(3.0)
"""Times an empty answer that the server's part of a redemption should not pass."""
_WARM: Final = 5


class WrongAnswer(RuntimeError):
    """A page answered otherwise than it must; the measurement ends."""


def measure(rounds: int, acts: int) -> list[Figure]:
    """The counter's figures: the server's own part, and what the shopkeeper waits for."""
    with TemporaryDirectory(prefix="moralbank-bench-", ignore_cleanup_errors=True) as folder:
        ground = Ground(Path(folder))
        with served(ground.settings) as (port, ours, bare):
            counter = Counter(ground, port)
            inside, outside = _rounds(counter, ours, bare, rounds, acts)
            counter.browser.close()
        wrong = _proved(ground, _WARM + rounds * acts)
        ground.database.close()
    work = "redemption by HTTP: slip, line, stock, event, transfers, balances, hash, trail"
    return [
        Figure(name, f"{work}; {where}", "empty Flask view", MILLISECONDS, AIM, taken, wrong)
        for name, where, taken in (
            ("counter", "inside the server", inside),
            ("counter-http", "as its caller sees it", outside),
        )
    ]


class Counter:
    """The shopkeeper's browser at the counter."""

    def __init__(self, ground: Ground, port: int) -> None:
        """Sign in, and take the counter's token."""
        self.ground = ground
        self.browser = Visitor(port)
        self.turn = 0
        shopkeeper = ground.people[Role.SHOPKEEPER].name
        token = self._token("/sign-in")
        status, _where = self.browser.post(
            "/sign-in", name=shopkeeper, password=ground.password, csrf_token=token
        )
        _require(status, 303)
        self.csrf_token = self._token(f"/counter?household={ground.households[0]}")

    def redeem(self) -> None:
        """One piece for the next household, by the form that the page sends."""
        self.turn += 1
        status, where = self.browser.post(
            "/counter/redeem",
            **{
                "csrf_token": self.csrf_token,
                "request_id": secrets.token_hex(16),
                "household": self.ground.households[self.turn % len(self.ground.households)],
                f"q-{self.ground.product}": 1,
                "act": "redeem",
            },
        )
        _require(status, 303)
        if "/counter/slips/" not in where:
            raise WrongAnswer(where)

    def ask_nothing(self) -> None:
        """The empty view, over the same connection."""
        status, text = self.browser.get(f"{EMPTY}/")
        _require(status, 200)
        if text:
            raise WrongAnswer(text)

    def _token(self, path: str) -> str:
        status, page = self.browser.get(path)
        _require(status, 200)
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        if found is None:
            raise WrongAnswer(path)
        return found.group(1)


def _rounds(
    counter: Counter, ours: Timed, bare: Timed, rounds: int, acts: int
) -> tuple[tuple[Round, ...], tuple[Round, ...]]:
    """Both in turns: the same machine, the same minute."""
    for _time in range(_WARM):
        counter.redeem()
        counter.ask_nothing()
    inside, outside = [], []
    for _round in range(rounds):
        ours.taken.clear()
        bare.taken.clear()
        waited: tuple[list[float], list[float]] = ([], [])
        for _act in range(acts):
            for times, act in zip(waited, (counter.redeem, counter.ask_nothing), strict=True):
                begun = perf_counter()
                act()
                times.append(perf_counter() - begun)
        inside.append(Round(list(ours.taken), list(bare.taken)))
        outside.append(Round(*waited))
    return tuple(inside), tuple(outside)


def _proved(ground: Ground, slips: int) -> str:
    """What is wrong with the books afterwards, or nothing."""
    db.use(ground.database)
    with ground.database.reading() as session:
        problems = check_village(session, CODE)
        found = slip_sums(session, CODE, SlipFilter()).slips
    if found != slips:
        return f"{found} slips instead of {slips}"
    return problems[0].text if problems else ""


def _require(status: int, wanted: int) -> None:
    if status != wanted:
        raise WrongAnswer(str(status))
