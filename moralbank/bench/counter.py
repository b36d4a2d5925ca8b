"""Row `http`: redemptions by many counters at once, beside empty answers of the same server."""

from collections.abc import Mapping
from typing import Any, Final

from moralbank.bench.callers import SEE_OTHER, Process, callers
from moralbank.bench.figures import Figure, Round, at_least, per_second
from moralbank.bench.ground import Ground
from moralbank.bench.plan import Measured, Plan
from moralbank.bench.redeeming import CALLERS, Crowd, waits
from moralbank.bench.serving import EMPTY, LISTENER, served
from moralbank.counter.queries import SlipFilter, slip_sums

RATE: Final = at_least(0.25)
WARM: Final = 64


def measure(plan: Plan) -> Measured:
    """Redemptions a second by HTTP, their waits, and empty answers a second."""
    ground = Ground(plan.folder)
    crowds, servers = [], set()
    with served(ground.settings) as port, callers() as browsers:
        _sign_in(browsers, ground, port)
        ours, bare = _redeeming(ground), {"path": f"{EMPTY}/", "status": 200, "leads": ""}
        for task in (ours, bare):
            browsers.do(**task, acts=WARM)
        for _round in range(plan.rounds):
            said, empty = (browsers.do(**task, acts=plan.size.acts) for task in (ours, bare))
            taken = Round([said["taken"]], [empty["taken"]])
            crowds.append(Crowd(taken, said["waits"], said["wrong"] + empty["wrong"]))
            servers |= {*said["servers"], *empty["servers"]}
    wrong = _wrong(ground, crowds, servers, WARM + plan.rounds * plan.size.acts)
    ground.database.close()
    return Measured(
        [
            Figure(
                "http",
                f"a redemption by HTTP, {CALLERS} counters at once, waitress",
                "an empty Flask view in the same server",
                per_second(plan.size.acts, "requests"),
                RATE,
                tuple(crowd.round for crowd in crowds),
                wrong,
                beside=waits(crowds),
            )
        ]
    )


def _sign_in(browsers: Process, ground: Ground, port: int) -> None:
    browsers.do(
        port=port,
        callers=CALLERS,
        name=ground.shopkeeper.name,
        password=ground.password,
        form=f"/counter?household={ground.households[0]}",
    )


def _redeeming(ground: Ground) -> dict[str, Any]:
    """One piece for the next household, by the form that the page sends."""
    fields: Mapping[str, Any] = {f"q-{ground.product}": 1, "act": "redeem"}
    return {
        "path": "/counter/redeem",
        "fields": fields,
        "turns": {"household": ground.households},
        "status": SEE_OTHER,
        "leads": "/counter/slips/",
    }


def _wrong(ground: Ground, crowds: list[Crowd], servers: set[str], slips: int) -> str:
    """What was answered wrongly or by somebody else, or is wrong in the books; or nothing."""
    refusals = [what for crowd in crowds for what in crowd.refusals]
    if refusals:
        return f"{len(refusals)} wrong answers: {refusals[0]}"
    if servers != {LISTENER}:
        return f"answered by {servers}"
    with ground.database.reading() as session:
        found = slip_sums(session, ground.village_id, SlipFilter()).slips
    return ground.problem() if found == slips else f"{found} slips instead of {slips}"
