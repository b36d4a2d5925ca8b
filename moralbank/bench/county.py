"""A county's villages in one database, beside one village that has a database to itself.

One caller acts in both in turns: in a village of the county drawn anew for each act, then the same
in the village alone. So both meet the same minute, and neither waits for a lock: several callers of
one village would wait for each other at the head of its chain, which in a county they hardly do,
and the county would look better than it is. What 8 callers do together, each in villages of its
drawing, stands beside, of the county alone.
"""

import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from random import Random
from statistics import median
from time import perf_counter
from typing import Final

from moralbank import clock, db
from moralbank.bench.county_ground import ITEMS, OFFICE, County, lived
from moralbank.bench.figures import MILLISECONDS, Curve, Figure, Round, Unmeasured, at_most
from moralbank.bench.ground import Ground
from moralbank.bench.plan import Measured, Plan, Size
from moralbank.bench.postgres import is_there, server
from moralbank.bench.redeeming import Crowd, together, waits
from moralbank.boards.periods import quarter_of
from moralbank.boards.queries import rank
from moralbank.cards.claims import Claim, claimant, make
from moralbank.cards.queries import active_cards, card
from moralbank.check import check_village
from moralbank.counter.service import Redeem, redeem
from moralbank.db import Database, see_everything, see_only
from moralbank.regions.queries import comparison
from moralbank.scheme.queries import scheme_on
from moralbank.villages.codes import reach

WORK: Final = (
    "5 redemptions, 3 claims from a card's page, 2 boards, one after the other, in villages"
)
BASELINE: Final = "the same in one village of that size in a database of its own"
AIM: Final = at_most(1.5)
MIX: Final = (
    "redeem",
    "claim",
    "board",
    "redeem",
    "claim",
    "redeem",
    "board",
    "redeem",
    "claim",
    "redeem",
)
"""Ten acts as they come."""
CALLERS: Final = 8
WARM: Final = 10
PROVED: Final = 40
"""So many of the villages that were acted in are proved by `check`, drawn by lot.

All villages are proved by SQL: balances, sums, slips, events and claims that must have come.
"""
BOARD: Final = "shanju"
_SETTLED: Final = timedelta(days=100)
"""So many days ago lies the quarter whose board is asked for: all its deeds are posted."""


class EmptyBoard(RuntimeError):
    """Nobody stands on the board: nothing was measured."""


class ActRefused(RuntimeError):
    """The village refused what it must not."""


def measure(plan: Plan) -> Measured:
    """The mixed load in villages of ever larger counties; figure and proof of the largest."""
    if not is_there():
        return Measured([Unmeasured("county", WORK, BASELINE, "needs the extra bench")])
    grown = _grown(plan)
    turns = _rounds(plan, grown.among, grown.alone)
    county = grown.county
    beside = {**_kinds(turns), **_crowded(plan, grown.among), **_overview(county.database)}
    wrong = _proved(county, grown.among) or grown.ground.problem()
    rounds = tuple(Round(_every(one.ours), _every(one.bare)) for one in turns)
    figure = Figure("county", WORK, BASELINE, MILLISECONDS, AIM, rounds, wrong, beside=beside)
    return Measured([figure], [grown.curve])


@dataclass(frozen=True)
class Grown:
    """A county at its full size and the village beside it, with what each step on the way cost."""

    ground: Ground
    county: County
    alone: "Load"
    among: "Load"
    curve: Curve


@cache
def _grown(plan: Plan) -> Grown:
    """The county of a plan; made once a run, since that takes longest."""
    cluster = plan.closing.enter_context(server(plan.folder))
    size = plan.size
    shape = (size.county_households, size.county_transfers)
    households, transfers = (whole // size.county_villages for whole in shape)
    ground = lived(plan.folder, cluster.database("village"), households, transfers)
    county = County(ground, cluster, "county")
    for database in (ground.database, county.database):
        plan.closing.callback(database.close)
    alone, among = Load(ground.database, ground), Load(county.database, ground)
    steps, costs = _steps(size), []
    for villages in steps:
        county.grow(villages)
        among.villages = county.villages
        costs.append(_rounds(plan, among, alone))
    return Grown(ground, county, alone, among, _curve(steps, costs))


def _steps(size: Size) -> list[int]:
    """A few of the villages, a tenth, all."""
    return sorted({max(1, size.county_villages // part) for part in (85, 10, 1)})


class Load:
    """What people do in the villages of one database, each seeing their own alone."""

    def __init__(self, database: Database, ground: Ground) -> None:
        """The village of `ground`, or others like it in `villages`."""
        self.database = database
        self.villages: Sequence[int] = [ground.village_id]
        self.touched: defaultdict[str, list[int]] = defaultdict(list)
        self._draw = Random(1)  # noqa: S311 - the same villages every time
        self._ground = ground
        self._board = quarter_of(clock.today() - _SETTLED)
        with ground.database.reading() as session:
            self._cards = list(active_cards(session, ground.village_id).values())
            self._item = scheme_on(session, ground.village_id, clock.today()).item(ITEMS[0]).number

    def act(self, turn: int) -> None:
        """The next act of the mix, in a village drawn by lot."""
        kind, village = MIX[turn % len(MIX)], self._draw.choice(self.villages)
        see_only(village)
        self._acts[kind](self, village, self._cards[turn % len(self._cards)].id)
        self.touched[kind].append(village)

    def _redeem(self, village: int, card_id: int) -> None:
        keeper = replace(self._ground.shopkeeper, village_id=village)
        with self.database.writing() as session:
            shown = card(session, village, card_id)
            wanted = Redeem(shown.household_id, card_id, {self._ground.product: 1})
            redeem(session, keeper, secrets.token_hex(16), wanted)

    def _claim(self, village: int, card_id: int) -> None:
        said = Claim(self._item, None, 1, clock.today(), secrets.token_hex(8), 0)
        with self.database.writing() as session:
            shown = card(session, village, card_id)
            actor = claimant(session, shown, "bench")
            make(session, actor, shown, secrets.token_hex(16), said)

    def _rank(self, village: int, _card_id: int) -> None:
        with self.database.reading() as session:
            if not rank(session, village, BOARD, self._board).standings:
                raise EmptyBoard

    _acts: Final = {"redeem": _redeem, "claim": _claim, "board": _rank}


Waits = dict[str, list[float]]
"""How long the acts of each kind took, in seconds."""


@dataclass(frozen=True)
class Turns:
    """One round: the county's acts, and the village's."""

    ours: Waits
    bare: Waits


def _rounds(plan: Plan, among: Load, alone: Load) -> list[Turns]:
    """Both act by act: the same machine, the same second, and each goes first as often."""
    _turns(range(WARM), among, alone)
    acts = plan.size.acts
    return [
        _turns(range(WARM + acts * done, WARM + acts * (done + 1)), among, alone)
        for done in range(plan.rounds)
    ]


def _turns(turns: range, among: Load, alone: Load) -> Turns:
    taken = Turns(defaultdict(list), defaultdict(list))
    for turn in turns:
        sides = [(among, taken.ours), (alone, taken.bare)]
        for load, waits_ in sides if turn % 2 else reversed(sides):
            begun = perf_counter()
            load.act(turn)
            waits_[MIX[turn % len(MIX)]].append(perf_counter() - begun)
    see_everything()
    return taken


def _every(waits_: Waits) -> list[float]:
    return [wait for those in waits_.values() for wait in those]


def _median_ms(rounds: Sequence[Waits]) -> float:
    return median(MILLISECONDS.shown(median(_every(one))) for one in rounds)


def _curve(steps: Sequence[int], costs: Sequence[Sequence[Turns]]) -> Curve:
    ours = [_median_ms([one.ours for one in rounds]) for rounds in costs]
    bare = [_median_ms([one.bare for one in rounds]) for rounds in costs]
    return Curve("county", "median act of the mix, by villages", steps, ours, bare=bare)


def _kinds(rounds: Sequence[Turns]) -> dict[str, float]:
    """The 99th of a hundred waits on both sides, and each kind's median with its ratio."""
    told = {}
    for side, name in (("ours", "p99 ms"), ("bare", "p99 ms, one village")):
        crowds = [Crowd(Round([], []), _every(getattr(one, side))) for one in rounds]
        told[name] = waits(crowds)["p99 ms"]
    for kind in sorted(set(MIX)):
        ours = [wait for one in rounds for wait in one.ours[kind]]
        bare = [wait for one in rounds for wait in one.bare[kind]]
        if ours:
            told[f"{kind} ms"] = MILLISECONDS.shown(median(ours))
            told[f"{kind} ratio"] = median(ours) / median(bare)
    return told


def _crowded(plan: Plan, among: Load) -> dict[str, float]:
    """The same mix by several callers at once, in villages of their drawing."""
    acts = plan.size.acts * plan.rounds
    crowd = together([among.act] * CALLERS, acts)
    if crowd.refusals:
        raise ActRefused(crowd.refusals[0])
    told = waits([crowd])
    return {
        f"acts/s of {CALLERS} callers": acts / crowd.round.ours[0],
        f"p50 ms of {CALLERS} callers": told["p50 ms"],
        f"p99 ms of {CALLERS} callers": told["p99 ms"],
    }


def _overview(database: Database) -> dict[str, float]:
    """The page of the county's office: every village with its figures of a quarter."""
    see_only(*reach(OFFICE))
    taken = []
    for _time in range(3):
        begun = perf_counter()
        with database.reading() as session:
            comparison(session, OFFICE, quarter_of(clock.today() - _SETTLED))
        taken.append(perf_counter() - begun)
    see_everything()
    return {"overview of all villages ms": MILLISECONDS.shown(median(taken))}


_WRONG: Final = {
    "units that don't sum to zero": """
        SELECT count(*) FROM (
            SELECT 1 FROM ledger_accounts GROUP BY village_id, unit HAVING sum(balance) <> 0
        ) AS found""",
    "balances that transfers don't come to": """
        WITH moved AS (
            SELECT village_id, account, sum(amount) AS amount FROM (
                SELECT village_id, debit_account AS account, -amount AS amount
                FROM ledger_transfers
                UNION ALL
                SELECT village_id, credit_account, amount FROM ledger_transfers
            ) AS legs GROUP BY village_id, account
        )
        SELECT count(*) FROM ledger_accounts AS a
        FULL JOIN moved AS m ON m.village_id = a.village_id AND m.account = a.id
        WHERE coalesce(a.balance, 0) <> coalesce(m.amount, 0)""",
    "chains that don't end at their head": """
        SELECT count(*) FROM ledger_heads AS h
        LEFT JOIN (
            SELECT village_id, max(seq) AS last, count(*) AS events
            FROM ledger_events GROUP BY village_id
        ) AS e ON e.village_id = h.village_id
        LEFT JOIN ledger_events AS l ON l.village_id = h.village_id AND l.seq = h.seq
        WHERE h.seq IS DISTINCT FROM e.last OR h.seq IS DISTINCT FROM e.events
            OR h.hash IS DISTINCT FROM l.hash""",
    "sums of merits that aren't those of the deeds": """
        SELECT count(*) FROM (
            SELECT village_id, sum(points) AS points FROM awards
            WHERE state = 'posted' AND NOT deduction GROUP BY village_id
        ) AS a
        FULL JOIN (
            SELECT village_id, sum(points) AS points FROM award_months GROUP BY village_id
        ) AS m USING (village_id)
        WHERE a.points IS DISTINCT FROM m.points""",
}
"""What must not be found in any village: the question, and how it is asked."""


def _proved(county: County, among: Load) -> str:
    """What is wrong in the county's books, or nothing."""
    redeemed, claimed = len(among.touched["redeem"]), len(among.touched["claim"])
    more = {"slips": redeemed, "ledger_events": redeemed, "awards": claimed}
    with county.administered() as connection:
        for words, question in _WRONG.items():
            found = connection.execute(question).fetchone()
            if found is None or found[0]:
                return f"{words}: {found}"
        for table, added in more.items():
            counted = connection.execute(
                f"SELECT count(*), count(*) FILTER (WHERE village_id = %s) FROM {table}"  # noqa: S608
                " WHERE village_id <> %s",
                (county.like, OFFICE),
            ).fetchone()
            if counted is None or counted[0] != counted[1] * (len(among.villages) + 1) + added:
                return f"{table}: {counted}, and {added} were added"
    return _checked(county.database, among)


def _checked(database: Database, among: Load) -> str:
    """What `check` says of some of the villages that were acted in."""
    acted = sorted({village for those in among.touched.values() for village in those})
    db.use(database)
    for village in Random(2).sample(acted, min(PROVED, len(acted))):  # noqa: S311 - as above
        with database.reading() as session:
            problems = check_village(session, village)
        if problems:
            return f"{village}: {problems[0].text}"
    return ""
