"""One of several counters, each a process of its own, that redeem at the same moment.

Reads a line of JSON (database's url, shopkeeper, carts), says "ready", waits for "go", lets eight
threads redeem the carts at once, and answers a line of JSON: for each the slip's number, or the
code of the refusal.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from moralbank.access.permissions import Role
from moralbank.counter.models import Proof
from moralbank.counter.service import Redeem, redeem
from moralbank.db import Database
from moralbank.errors import MoralbankError
from tests.village import Town

THREADS = 8


def _attempt(town: Town, cart: dict[str, Any]) -> int | str:
    lines = {int(number): pieces for number, pieces in cart["lines"].items()}
    wanted = Redeem(cart["household"], cart["card"], lines, proof=Proof.PIN)
    try:
        with town.database.writing() as session:
            return redeem(session, town.actor(Role.SHOPKEEPER), cart["request"], wanted)
    except MoralbankError as refusal:
        return refusal.code


def _say(answer: Any) -> None:
    sys.stdout.write(f"{json.dumps(answer)}\n")
    sys.stdout.flush()


def main() -> None:
    """Race as often as asked to."""
    for line in sys.stdin:
        race = json.loads(line)
        town = Town(Database(race["url"]), race["village"])
        town.actor(Role.SHOPKEEPER)  # the connection stands before the start
        with ThreadPoolExecutor(THREADS) as pool:
            _say("ready")
            sys.stdin.readline()
            _say(list(pool.map(partial(_attempt, town), race["carts"])))
        town.database.close()


if __name__ == "__main__":
    main()
