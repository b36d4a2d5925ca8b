"""A child that awards and redeems as fast as it can, beside others that do the same."""

import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, Final

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.audit import Actor
from moralbank.awards.deciding import approve
from moralbank.awards.service import RecordAward, record
from moralbank.counter.models import Proof
from moralbank.counter.service import Redeem, redeem
from moralbank.db import Database
from moralbank.errors import MoralbankError
from tests.village import Town

ROLES: Final = (Role.RECORDER, Role.REVIEWER, Role.SHOPKEEPER)


def hammer(database: Database, job: dict[str, Any], begin: float) -> None:
    """Do a job's acts from a moment on, with so many threads; its answers go into a file.

    Each answer is the request's id, its result or the refusal's code, and the seconds it took.
    """
    database.require_current()
    time.sleep(max(0.0, begin - time.time()))
    with ThreadPoolExecutor(job["threads"]) as pool:
        answers = list(pool.map(lambda act: _answer(database, act), job["acts"]))
    Path(job["answers"]).write_text(json.dumps(answers), "utf-8")


def _answer(database: Database, act: dict[str, Any]) -> Sequence[Any]:
    begun = time.perf_counter()
    try:
        result: int | str = _do(Town(database, act["village"]), act)
    except MoralbankError as refusal:
        result = refusal.code
    return act["id"], result, time.perf_counter() - begun


@cache
def _actor(database: Database, village_id: int, role: Role) -> Actor:
    return Town(database, village_id).actor(role)


def _do(town: Town, act: dict[str, Any]) -> int:
    recorder, reviewer, keeper = (_actor(town.database, town.village_id, role) for role in ROLES)
    with town.database.writing() as session:
        if "lines" in act:
            lines = {int(product): pieces for product, pieces in act["lines"].items()}
            wanted = Redeem(act["household"], None, lines, proof=Proof.PIN)
            return redeem(session, keeper, act["id"], wanted)
        day = clock.today()
        deed = RecordAward(act["household"], act["item"], deed_on=day, note=act["id"])
        number = record(session, recorder, act["id"], deed)
        approve(session, reviewer, f"{act['id']}-yes", [number])
        return number
