"""Two counters in two processes, with a start barrier: nothing is spent or given out twice."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import Any

import pytest

from moralbank.cards.queries import active_cards
from moralbank.paths import PACKAGE
from tests.counter.till import DU, SIQIN, WANG, Till

AT_ONCE = 64


class Counters:
    """Processes that redeem at the same moment."""

    def __init__(self, count: int) -> None:
        """Start them; each says when it stands ready."""
        command = [sys.executable, "-m", "tests.counter.racing"]
        self.processes = [
            subprocess.Popen(
                command,
                cwd=PACKAGE.parent,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _number in range(count)
        ]

    def race(self, till: Till, carts: list[dict[str, Any]]) -> Counter[int | str]:
        """Deal the carts out, wait until all stand ready, let go; what came of each."""
        url = till.town.database.engine.url.render_as_string(hide_password=False)
        share = len(self.processes)
        for place, process in enumerate(self.processes):
            race = {"url": url, "village": till.town.village_id, "carts": carts[place::share]}
            self._tell(process, json.dumps(race))
        for process in self.processes:
            assert self._hear(process) == "ready"
        for process in self.processes:
            self._tell(process, "go")
        return Counter(answer for process in self.processes for answer in self._hear(process))

    def end(self) -> None:
        """Let them go home."""
        for process in self.processes:
            process.communicate(timeout=20)

    def _tell(self, process: subprocess.Popen[str], line: str) -> None:
        assert process.stdin is not None
        process.stdin.write(f"{line}\n")
        process.stdin.flush()

    def _hear(self, process: subprocess.Popen[str]) -> Any:
        assert process.stdout is not None
        return json.loads(process.stdout.readline())


@pytest.fixture(scope="module")
def counters() -> Iterator[Counters]:
    started = Counters(2)
    yield started
    started.end()


def test_two_counters_at_the_same_instant(till: Till, counters: Counters) -> None:
    """64 at once: with points for ten, with one request's id, for the last five pieces."""
    till.stock(SOAP_126G=AT_ONCE, TOWEL=5)
    till.card(DU)
    till.give(DU, 20)
    ten = counters.race(till, _carts(till, [DU], "SOAP-126G"))
    assert ten.pop("points_short") == AT_ONCE - 10
    assert set(ten.values()) == {1}
    assert len(ten) == till.slips() == 10
    assert (till.has(DU).points, till.product("SOAP-126G").stock) == (0, AT_ONCE)

    till.give(WANG, 40)
    once = counters.race(till, _carts(till, [WANG], "SOAP-126G")[:1] * AT_ONCE)
    assert list(once.values()) == [AT_ONCE]
    assert (till.slips(), till.has(WANG).points) == (11, 38)

    till.give(SIQIN, 400)
    till.give(DU, 100, days_ago=2)
    five = counters.race(till, _carts(till, [DU, SIQIN], "TOWEL"))
    assert five.pop("out_of_stock") == AT_ONCE - 5
    assert len(five) == 5
    assert till.product("TOWEL").stock == 0
    assert till.has(DU).points + till.has(SIQIN).points == 500 - 5 * 9


def _carts(till: Till, labels: Sequence[str], sku: str) -> list[dict[str, Any]]:
    """64 carts with one piece each, of these households in turn; Du shows his card."""
    households = [till.town.household(label).id for label in labels]
    product = till.product(sku).id
    with till.town.database.reading() as session:
        cards = active_cards(session, till.town.village_id)
    return [
        {
            "household": household,
            "card": cards[household].id if household in cards else None,
            "lines": {product: 1},
            "request": f"race-{household}-{product}-{number:02d}",
        }
        for number, household in zip(range(AT_ONCE), cycle(households), strict=False)
    ]
