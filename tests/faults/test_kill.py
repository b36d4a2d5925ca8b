"""`kill -9` at random moments: what was acknowledged is there, nothing is half done."""

import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

import pytest

from moralbank import clock
from moralbank.db import Database
from moralbank.paths import PACKAGE
from tests.conftest import ENGINES
from tests.faults.acts import DAYS, Act, Work, founded
from tests.faults.conftest import Lasting, Nursery, restart
from tests.soak import times, told

KILLS: Final = {"sqlite": times(5, 200), "postgresql": times(3, 200)}
A_DAY: Final = 18
"""Acts of a whole day's work: each kind at least once."""
HUNG: Final = 7
"""After so many acts of a day something hangs that will be due."""
LONGEST_S: Final = times(0.4, 1.5)
ASKED_AGAIN: Final = {"redeem", "refund", "hang", "approve"}
"""What may be asked for again on any later day; a deed's own day is what was asked for."""


@dataclass
class Killed:
    """A village that worked until it was killed, again and again."""

    nursery: Nursery
    work: Work
    folder: Path
    first: date
    days: int = 0
    statements: int = 0
    seen: dict[str, tuple[Act, int]] = field(default_factory=dict)

    @property
    def today(self) -> dict[str, Any]:
        """What the nursery is to know of the day that begins."""
        on = self.first + timedelta(days=DAYS * self.days)
        return {
            "name": f"d{self.days:03d}",
            "first": str(on),
            "diary": str(self.folder / f"{self.days:03d}.jsonl"),
        }

    def read(self) -> tuple[list[tuple[Act, int]], Act | None]:
        """The day's diary: acknowledged acts with their results, and what was being tried."""
        done: list[tuple[Act, int]] = []
        trying = None
        for line in Path(self.today["diary"]).read_text("utf-8").splitlines():
            said = json.loads(line)
            trying = said.get("tries")
            if "done" in said:
                done.append((said["done"], said["result"]))
        return done, trying

    def prove(self) -> bool:
        """The books of the day that ended; whether the act that was cut off was kept after all."""
        done, trying = self.read()
        kept = False
        if trying is not None:
            found = self.work.trace(trying)
            kept = found is not None
            result = self.work.do(trying)
            assert found in {None, result}, "the second answer differs from the first"
            done.append((trying, result))
        for act, result in done:
            assert self.work.trace(act) == result, f"acknowledged and lost: {act}"
            self.seen[f"{act['do']} {act['id']}"] = (act, result)
        last = done[-1][0]["on"] if done else self.today["first"]
        assert self.work.problems(last) == []
        sold = [act for act, _result in self.seen.values() if act["do"] == "redeem"]
        assert self.work.slips() == len(sold)
        self.days += 1
        return kept

    def prove_all(self) -> None:
        """Whatever was acknowledged on any day, once more, and asked for again."""
        for act, result in self.seen.values():
            assert self.work.trace(act) == result
        latest = max(act["on"] for act, _result in self.seen.values())
        with_numbers = [one for one in self.seen.values() if one[0]["do"] in ASKED_AGAIN]
        for act, result in random.sample(with_numbers, 12):
            assert self.work.do({**act, "on": latest}) == result
        sold = [act for act, _result in self.seen.values() if act["do"] == "redeem"]
        assert self.work.slips() == len(sold)


@pytest.fixture(scope="module", params=ENGINES)
def killed(
    request: pytest.FixtureRequest,
    lasting: Lasting,
    nursery: Nursery,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Killed]:
    """A village on a database of its own, founded long enough ago for all its days."""
    source, folder = lasting[0][request.param], tmp_path_factory.mktemp("killed")
    url = source.empty()
    database = Database(url)
    if not database.is_sqlite:
        _keep_what_is_acknowledged(database)
    first = clock.today() - timedelta(days=DAYS * (max(KILLS.values()) + 40))
    made = Killed(nursery, Work(founded(database, first)), folder, first)
    database.close()
    whole = nursery.please("whole_day", url=url, acts=A_DAY, **made.today)
    made.statements = whole["statements"]
    made.prove()
    yield made
    database.close()
    source.drop(url)


@pytest.mark.soak
def test_killed_at_random_moments(killed: Killed, request: pytest.FixtureRequest) -> None:
    """Half by the clock, half at the n-th statement: so commits are hit as well."""
    engine = "sqlite" if killed.work.town.database.is_sqlite else "postgresql"
    chance = random.Random(20261120)  # noqa: S311 - moments, not secrets
    kept = acts = 0
    for number in range(KILLS[engine]):
        by_clock = {"seconds": chance.uniform(0.0, LONGEST_S)}
        by_count = {"statement": chance.randint(1, killed.statements)}
        asked = {**killed.today, **(by_clock if number % 2 else by_count)}
        assert killed.nursery.please("killed", **asked)["died_of"] == -9
        acts += len(killed.read()[0])
        kept += killed.prove()
    killed.prove_all()
    told(
        f"{request.node.name}: {KILLS[engine]} kills, {acts} acts acknowledged and all there, "
        f"{kept} kept without having been acknowledged, none half done"
    )


@pytest.mark.soak
@pytest.mark.parametrize("killed", ["postgresql"], indirect=True)
def test_postgresql_itself_is_killed(killed: Killed, lasting: Lasting) -> None:
    """Its clients ask again under the same ids until it is back; all of the day is done once."""
    chance = random.Random(7)  # noqa: S311 - moments, not secrets
    crashes = times(1, 20)
    for _crash in range(crashes):
        killed.nursery.ask("whole_day", acts=A_DAY, persist=True, **killed.today)
        time.sleep(chance.uniform(0.05, LONGEST_S))
        restart(lasting[1], "immediate")
        killed.nursery.hear()
        assert len(killed.read()[0]) == A_DAY
        killed.prove()
    told(f"PostgreSQL stopped as by a power cut {crashes} times under work: nothing lost or twice")


@pytest.mark.soak
@pytest.mark.parametrize("killed", ENGINES[: times(1, 2)], indirect=True)
def test_the_program_starts_by_itself_after_a_kill(killed: Killed) -> None:
    """It needs nobody's hand: it serves, and posts what fell due while it lay dead."""
    killed.nursery.please("whole_day", acts=HUNG, **killed.today)
    hung = [act for act, _result in killed.read()[0]][-1]
    close = {"do": "close", "id": hung["id"].partition("-hang")[0] + "-close", "on": hung["on"]}
    assert killed.work.trace(close) is None
    url = killed.work.town.database.engine.url.render_as_string(hide_password=False)
    for _start in range(times(1, 5)):
        with _served(url, killed.folder) as port:
            assert _status(port, "/sign-in") == HTTPStatus.OK
            assert killed.work.trace(close) == 0
    assert killed.work.problems(str(clock.today())) == []


def _keep_what_is_acknowledged(database: Database) -> None:
    """The tests' server acknowledges before it has written; nobody else's does."""
    with database.engine.begin() as connection:
        name = database.engine.url.database
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET synchronous_commit = on")
    database.close()


@contextmanager
def _served(url: str, folder: Path) -> Iterator[int]:
    """`moralbank serve` on a free port, until it is killed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["--instance", str(folder), "serve", "--port", str(port), "--no-browser"]
    with subprocess.Popen(
        [sys.executable, "-m", "moralbank", *words],
        cwd=PACKAGE.parent,
        env={**os.environ, "MORALBANK_DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            _wait_for(port, server)
            yield port
        finally:
            server.kill()


def _wait_for(port: int, server: subprocess.Popen[str]) -> None:
    for _try in range(1200):
        if server.poll() is not None:
            pytest.fail(f"the server did not start: {server.stderr and server.stderr.read()}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("the server did not start")


def _status(port: int, path: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status
