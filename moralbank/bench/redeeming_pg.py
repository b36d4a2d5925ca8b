"""Row `ledger-pg`: redemptions in eight villages at once on PostgreSQL, beside bare psycopg."""

from collections.abc import Sequence
from typing import Final

from moralbank.bench import pgbench, postgres
from moralbank.bench.bare_redeeming import Bare
from moralbank.bench.figures import Figure, Round, Unmeasured, per_second
from moralbank.bench.ground import CODE, Ground
from moralbank.bench.plan import Measured, Plan
from moralbank.bench.postgres import Server
from moralbank.bench.redeeming import (
    RATE,
    WARM,
    WORK,
    Act,
    Crowd,
    bare_redemption,
    proved,
    redemption,
    refused,
    together,
    waits,
)

VILLAGES: Final = 8
NAME: Final = "ledger-pg"
BASELINE: Final = "the same rows by bare psycopg, as many connections"


def measure(plan: Plan) -> Measured:
    """Eight villages at once: ours, the baseline's, and what pgbench finds."""
    if not postgres.is_there():
        why = 'PostgreSQL: pip install "moralbank[bench]"'
        return Measured([Unmeasured(NAME, WORK, BASELINE, why)])
    with postgres.server(plan.folder) as server:
        ours, bare = (_grounds(server, plan, name) for name in ("ours", "bare"))
        acting = [redemption(ground) for ground in ours]
        writers = [Bare(ground) for ground in bare]
        bareness = [bare_redemption(writer) for writer in writers]
        for crowd in (acting, bareness):
            together(crowd, WARM * len(crowd))
        crowds = [_round(acting, bareness, plan.size.acts * 2) for _round_ in range(plan.rounds)]
        wrong = _wrong(ours, bare, crowds)
        for writer in writers:
            writer.close()
        for ground in (*ours, *bare):
            ground.database.close()
        beside = waits(crowds) | _pgbench(server, plan)
    figure = Figure(
        NAME,
        f"{WORK}; {VILLAGES} villages at once",
        BASELINE,
        per_second(plan.size.acts * 2, "redemptions"),
        RATE,
        tuple(crowd.round for crowd in crowds),
        wrong,
        beside=beside,
    )
    return Measured([figure])


def _grounds(server: Server, plan: Plan, name: str) -> list[Ground]:
    url, villages = server.database(f"redeeming_{name}"), min(VILLAGES, plan.size.acts)
    made = [Ground(plan.folder, url, CODE + number) for number in range(villages)]
    for ground in made:
        redemption(ground)(0)  # slips are numbered from here on
    return made


def _round(ours: Sequence[Act], bare: Sequence[Act], acts: int) -> Crowd:
    mine, other = together(ours, acts), together(bare, acts)
    taken = Round(mine.round.ours, other.round.ours)
    return Crowd(taken, mine.waits, mine.refusals + other.refusals)


def _wrong(ours: Sequence[Ground], bare: Sequence[Ground], crowds: Sequence[Crowd]) -> str:
    found = (proved(*pair) for pair in zip(ours, bare, strict=True))
    return next((wrong for wrong in found if wrong), "") or refused(crowds)


def _pgbench(server: Server, plan: Plan) -> dict[str, float]:
    """What PostgreSQL's own measure finds on this server, in transactions a second."""
    if not pgbench.is_there():
        return {}
    seconds, scale = (1, 1) if plan.size.name == "small" else (5, pgbench.SCALE)
    found = pgbench.tps(server.database("tpcb"), VILLAGES, seconds, scale=scale)
    return {"pgbench TPC-B/s": found}
