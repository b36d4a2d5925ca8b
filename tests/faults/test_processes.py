"""Two processes on one SQLite file, eight on PostgreSQL: the same shops, households and ids."""

import json
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

import pytest

from moralbank import clock
from moralbank.check import check_village
from moralbank.db import Database
from moralbank.scheme.queries import scheme_on
from tests.conftest import ENGINES
from tests.counter.till import DU, SIQIN, Till
from tests.faults.conftest import Lasting, Nursery
from tests.soak import LONG, times, told
from tests.village import VILLAGE_ID, Town, found_village

OTHER_VILLAGE: Final = 150404103202
CHILDREN: Final = {"sqlite": 2, "postgresql": 8}
THREADS: Final = 2
ACTS: Final = {"sqlite": times(30, 1500), "postgresql": times(6, 250)}
"""What each child does by itself; as many again every child does, under the same ids."""
TAIL: Final = 20
"""The slowest hundredth of all acts takes at most so many times the median."""
START: Final = 60
SOAP: Final = "SOAP-126G"
SHORT: Final = {"points_short", "out_of_stock"}
ACT: Final = dict[str, Any]


@dataclass
class Crowd:
    """Two villages, in each two households that earn and spend, in many processes at once."""

    database: Database
    nursery: Nursery
    folder: Path
    tills: dict[int, Till] = field(default_factory=dict)
    chance: random.Random = field(default_factory=lambda: random.Random(42))  # noqa: S311

    def found(self) -> None:
        """Points for thirty pieces, and soap for about as many as will be asked for."""
        found_village(self.database)
        found_village(self.database, OTHER_VILLAGE, "小河沿村")
        for village_id in (VILLAGE_ID, OTHER_VILLAGE):
            till = self.tills[village_id] = Till(Town(self.database, village_id))
            for label in (DU, SIQIN):
                till.give(label, START)
            till.stock(SOAP_126G=times(90, 999))
        self.database.close()

    def acts(self, prefix: str, count: int) -> list[ACT]:
        """Sales and deeds, drawn by chance, each with its request id."""
        return [self._act(f"{prefix}-{number:04d}") for number in range(count)]

    def _act(self, name: str) -> ACT:
        village_id, till = self.chance.choice(list(self.tills.items()))
        label = self.chance.choice([DU, SIQIN])
        act = {"id": name, "village": village_id, "household": till.town.household(label).id}
        if self.chance.random() < 0.4:
            with self.database.reading() as session:
                scheme = scheme_on(session, village_id, clock.today())
            return {**act, "item": scheme.item("参加村民会议").number}
        return {**act, "lines": {till.product(SOAP).id: 1}}

    def at_once(self, shares: list[list[ACT]]) -> list[tuple[ACT, int | str, float]]:
        """Do the first share, then let a child do each other: what came of each act, in seconds."""
        files = [self.folder / f"{number}.json" for number in range(len(shares))]
        jobs = [
            {"threads": THREADS, "acts": acts, "answers": str(file)}
            for acts, file in zip(shares, files, strict=True)
        ]
        self.database.close()
        url = self.database.engine.url.render_as_string(hide_password=False)
        ended = self.nursery.please("together", url=url, jobs=jobs)["ended"]
        assert ended == [0] * (len(shares) - 1)
        return [
            (act, result, took)
            for acts, file in zip(shares, files, strict=True)
            for act, (_id, result, took) in zip(acts, json.loads(file.read_text()), strict=True)
        ]


@pytest.fixture(scope="module", params=ENGINES)
def crowd(
    request: pytest.FixtureRequest,
    lasting: Lasting,
    nursery: Nursery,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Crowd]:
    source = lasting[0][request.param]
    url = source.empty()
    made = Crowd(Database(url), nursery, tmp_path_factory.mktemp("crowd"))
    made.found()
    yield made
    made.database.close()
    source.drop(url)


@pytest.mark.soak
def test_many_processes_on_one_database(crowd: Crowd) -> None:
    """No update is lost, nobody is told of locks, an id counts once whoever sends it."""
    engine = "sqlite" if crowd.database.is_sqlite else "postgresql"
    count, children = ACTS[engine], CHILDREN[engine]
    shared = crowd.acts("both", count)
    shares = [crowd.acts("first", 8)]
    for child in range(children):
        share = crowd.acts(f"own{child}", count) + shared
        crowd.chance.shuffle(share)
        shares.append(share)
    answers = crowd.at_once(shares)
    results = _one_result_for_each_id(answers)
    for village_id, till in crowd.tills.items():
        _prove_books(till, village_id, answers, results)
    _tell(engine, children, [took for _act, _result, took in answers])


def _one_result_for_each_id(
    answers: list[tuple[ACT, int | str, float]],
) -> dict[str, int | str]:
    """Each id's result, which everybody got; refusals are those that a village knows."""
    results: dict[str, set[int | str]] = defaultdict(set)
    for act, result, _took in answers:
        results[act["id"]].add(result)
    assert all(len(told) == 1 for told in results.values())
    only = {name: next(iter(told)) for name, told in results.items()}
    assert {code for code in only.values() if isinstance(code, str)} <= SHORT
    return only


def _prove_books(
    till: Till,
    village_id: int,
    answers: list[tuple[ACT, int | str, float]],
    results: dict[str, int | str],
) -> None:
    """What the village has is what it began with, and every acknowledged act."""
    acts = {act["id"]: act for act, _result, _took in answers if act["village"] == village_id}
    done = {name: acts[name] for name in acts if isinstance(results[name], int)}
    sold = {name: act for name, act in done.items() if "lines" in act}
    assert sorted(int(results[name]) for name in sold) == list(range(1, len(sold) + 1))
    assert till.slips() == len(sold)
    for label in (DU, SIQIN):
        home = till.town.household(label).id
        earned = sum(act["household"] == home for name, act in done.items() if name not in sold)
        spent = 2 * sum(act["household"] == home for act in sold.values())
        assert till.has(label).points == START + earned - spent >= 0
    assert till.product(SOAP).stock == times(90, 999) - len(sold)
    with till.town.database.reading() as session:
        assert check_village(session, village_id) == []


def _tell(engine: str, children: int, took: list[float]) -> None:
    middle, last = median(took), quantiles(took, n=100)[-1]
    told(
        f"{children} processes on {engine}: {len(took)} acts, median {middle * 1000:.1f} ms, "
        f"p99 {last * 1000:.1f} ms ({last / middle:.1f} times, at most {TAIL}), "
        f"longest {max(took) * 1000:.0f} ms"
    )
    if LONG:
        assert last <= TAIL * middle
