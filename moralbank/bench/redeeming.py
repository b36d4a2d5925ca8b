"""Rows `ledger` and `ledger-16`: the service's redemption beside the same rows by bare sqlite3."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Barrier, Thread
from time import perf_counter
from typing import Final

from moralbank.bench.bare_redeeming import Bare
from moralbank.bench.figures import Figure, Round, Scale, at_least, at_most, per_second
from moralbank.bench.ground import Ground
from moralbank.bench.plan import Measured, Plan
from moralbank.counter.queries import SlipFilter, slip_sums
from moralbank.counter.service import Redeem, redeem
from moralbank.ledger.models import AccountKind
from moralbank.ledger.queries import total

CALLERS: Final = 16
SLOWEST_S: Final = 0.2
"""No caller should wait longer for a redemption, in seconds."""
WARM: Final = 20
WORK: Final = (
    "redemption by the service: slip, line, stock, event, transfers, balances, hash, trail"
)
RATE: Final = at_least(0.6)

Act = Callable[[int], None]


def measure(plan: Plan) -> Measured:
    """One caller, and many at once."""
    with grounds(plan) as (ground, bare):
        writer = Bare(bare)
        ours, other = redemption(ground), bare_redemption(writer)
        for turn in range(WARM):
            ours(turn)
            other(turn)
        alone = [_in_turns(ours, other, plan.size.acts) for _round in range(plan.rounds)]
        crowds = [_crowded(ours, other, plan.size.acts) for _round in range(plan.rounds)]
        writer.close()
        wrong = proved(ground, bare) or refused(crowds)
    acts = per_second(plan.size.acts, "redemptions")
    slowest = [Round([max(crowd.waits)], [SLOWEST_S]) for crowd in crowds]
    many = f"{WORK}; {CALLERS} callers at once"
    return Measured(
        [
            Figure("ledger", WORK, "the same rows by sqlite3", acts, RATE, tuple(alone), wrong),
            Figure(
                "ledger-16",
                many,
                "the same rows by sqlite3, one caller",
                acts,
                RATE,
                tuple(crowd.round for crowd in crowds),
                wrong,
                beside=waits(crowds),
            ),
            Figure(
                "ledger-16-slowest",
                f"{many}: the slowest of all",
                "200 ms",
                Scale("ms", lambda seconds: 1000 * seconds),
                at_most(1),
                tuple(slowest),
                wrong,
            ),
        ]
    )


@contextmanager
def grounds(plan: Plan) -> Iterator[tuple[Ground, Ground]]:
    """Two villages alike, each in a file of its own: ours, and the baseline's."""
    made = []
    for name in ("ours", "bare"):
        folder = plan.folder / name
        folder.mkdir()
        made.append(Ground(folder))
        redemption(made[-1])(0)  # slips are numbered from here on
    yield made[0], made[1]
    for ground in made:
        ground.database.close()


def redemption(ground: Ground) -> Act:
    """Our redemption: the turn says whose."""

    def act(turn: int) -> None:
        home = ground.households[turn % len(ground.households)]
        wanted = Redeem(home, None, {ground.product: 1})
        with ground.database.writing() as session:
            redeem(session, ground.shopkeeper, secrets.token_hex(16), wanted)

    return act


def bare_redemption(bare: Bare) -> Act:
    """The baseline's, over one connection."""
    homes = list(bare.known.accounts)

    def act(turn: int) -> None:
        bare.redeem(homes[turn % len(homes)], secrets.token_hex(16))

    return act


def _in_turns(ours: Act, bare: Act, acts: int) -> Round:
    """Both one after the other, act by act: the same machine, the same second."""
    taken = [0.0, 0.0]
    for turn in range(acts):
        for side, act in enumerate((ours, bare)):
            begun = perf_counter()
            act(turn)
            taken[side] += perf_counter() - begun
    return Round([taken[0]], [taken[1]])


@dataclass
class Crowd:
    """Many callers at once: how long all took beside the baseline's one, and each wait."""

    round: Round
    waits: list[float] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)


def _crowded(ours: Act, bare: Act, acts: int) -> Crowd:
    crowd = together([ours] * CALLERS, acts)
    begun = perf_counter()
    for turn in range(acts):
        bare(turn)
    return Crowd(Round(crowd.round.ours, [perf_counter() - begun]), crowd.waits, crowd.refusals)


def together(callers: Sequence[Act], acts: int) -> Crowd:
    """Let all callers begin at once and share so many acts; nothing is measured beside them."""
    crowd, ready = Crowd(Round([], [])), Barrier(len(callers) + 1)

    def work(first: int, act: Act) -> None:
        ready.wait()
        for turn in range(first, acts, len(callers)):
            begun = perf_counter()
            try:
                act(turn)
            except Exception as fault:  # noqa: BLE001 - whatever it is, the figure tells of it
                crowd.refusals.append(f"{type(fault).__name__} {fault}")
            crowd.waits.append(perf_counter() - begun)

    threads = [Thread(target=work, args=one) for one in enumerate(callers)]
    for thread in threads:
        thread.start()
    ready.wait()
    begun = perf_counter()
    for thread in threads:
        thread.join()
    crowd.round = Round([perf_counter() - begun], [])
    return crowd


def waits(crowds: Sequence[Crowd]) -> dict[str, float]:
    """Median and 99th of a hundred of all waits, and the slowest, in milliseconds."""
    every = sorted(1000 * wait for crowd in crowds for wait in crowd.waits)
    places = {"p50 ms": 0.5, "p99 ms": 0.99, "slowest ms": 1.0}
    return {name: every[round(part * (len(every) - 1))] for name, part in places.items()}


def refused(crowds: Sequence[Crowd]) -> str:
    """What any caller was refused, or nothing."""
    refusals = [code for crowd in crowds for code in crowd.refusals]
    return f"{len(refusals)} refusals: {refusals[0]}" if refusals else ""


def proved(*grounds: Ground) -> str:
    """What is wrong in any of these villages, or that they don't hold the same; else nothing.

    The baseline's rows must satisfy every proof that ours do, so they are as many and as good.
    """
    for ground in grounds:
        problem = ground.problem()
        if problem:
            return problem
    sums = {_sums(ground) for ground in grounds}
    return "" if len(sums) == 1 else f"ours and the baseline's books differ: {sums}"


def _sums(ground: Ground) -> tuple[int, ...]:
    """How many slips there are, and what stands on the accounts that they moved."""
    kinds = (
        AccountKind.HOUSEHOLD_POINTS,
        AccountKind.HOUSEHOLD_CREDIT,
        AccountKind.SHOP_ACCEPTED,
        AccountKind.POINTS_EXCHANGED,
    )
    with ground.database.reading() as session:
        held = (total(session, ground.village_id, kind) for kind in kinds)
        return (slip_sums(session, ground.village_id, SlipFilter()).slips, *held)
