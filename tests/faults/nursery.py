"""A process that has children work on a database, and kills them.

It is asked line by line in JSON and answers so. Having imported everything and tried everything
once, it forks children that begin at once; it never has a connection of its own open meanwhile.
"""

import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final

from sqlalchemy import event

from moralbank.db import Database
from moralbank.errors import MoralbankError, Unavailable
from tests.faults.acts import Act, Work, day_of_work
from tests.faults.hammering import hammer
from tests.village import VILLAGE_ID, Town

PATIENCE_S: Final = 60


class Diary:
    """What a child says, line by line, in a file that outlives it."""

    def __init__(self, path: Path) -> None:
        """Begin a page."""
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def write(self, said: dict[str, Any]) -> None:
        """One line, in one go: a kill leaves it whole or away."""
        os.write(self._file, json.dumps(said).encode() + b"\n")


class Nursery:
    """One database, on which children work."""

    def __init__(self, url: str) -> None:
        """Know it; nothing is opened."""
        self.database = Database(url)
        self.work = Work(Town(self.database, VILLAGE_ID))

    def whole_day(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Work until told, here: nothing may be refused; how many statements it took."""
        counted = [0]
        self._at_each_statement(lambda: counted.__setitem__(0, counted[0] + 1))
        self._day(asked, Diary(Path(asked["diary"])))
        self.database.close()
        return {"statements": counted[0]}

    def killed(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Let a child work, and kill it after some seconds, or let it die at its n-th statement."""
        Path(asked["diary"]).touch()  # it may die before it writes anything
        child = self._fork(lambda: self._doomed(asked))
        if "seconds" in asked:
            time.sleep(asked["seconds"])
            os.kill(child, signal.SIGKILL)
        return {"died_of": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}

    def together(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Do the first job here, then let children do the others at the same moment.

        What is done here first, children needn't compile each for itself.
        """
        hammer(self.database, asked["jobs"][0], begin=0)
        self.database.close()
        begin = time.time() + 0.2
        children = [
            self._fork(lambda job=job: hammer(self.database, job, begin))  # type: ignore[misc]
            for job in asked["jobs"][1:]
        ]
        return {"ended": [os.waitstatus_to_exitcode(os.waitpid(one, 0)[1]) for one in children]}

    def _fork(self, what: Callable[[], None]) -> int:
        child = os.fork()
        if child:
            return child
        try:
            what()
        except BaseException:  # noqa: BLE001 - a child never goes on as its parent
            traceback.print_exc()
            os._exit(1)
        os._exit(0)

    def _doomed(self, asked: dict[str, Any]) -> None:
        left = [asked.get("statement", -1)]

        def count() -> None:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        self._at_each_statement(count)
        self._day(asked, Diary(Path(asked["diary"])), moment=count)

    def _at_each_statement(self, note: Callable[[], None]) -> None:
        engine = self.database.engine
        event.listen(engine, "before_cursor_execute", lambda *_arguments: note())
        event.listen(engine, "commit", lambda _connection: note())

    def _day(
        self, asked: dict[str, Any], diary: Diary, moment: Callable[[], None] = lambda: None
    ) -> None:
        """Announce each act, do it, acknowledge it; stop after so many, if it is said."""
        acts = day_of_work(asked["name"], date.fromisoformat(asked["first"]))
        result: int | None = None
        for _number in range(asked.get("acts", 10_000)):
            act = next(acts) if result is None else acts.send(result)
            diary.write({"tries": act})
            result = self._persist(act) if asked.get("persist") else self.work.do(act)
            moment()  # it is kept, and nobody knows yet
            diary.write({"done": act, "result": result})

    def _persist(self, act: Act) -> int:
        """As a person would: where the database can't be reached, the same again."""
        given_up = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self.work.do(act)
            except Unavailable:
                if time.monotonic() > given_up:
                    raise
                time.sleep(random.uniform(0.01, 0.05))  # noqa: S311 - no secret


def main() -> None:
    """Answer until nobody asks any more."""
    nursery: Nursery | None = None
    for line in sys.stdin:
        asked = json.loads(line)
        if nursery is None or asked.get("url"):
            nursery = Nursery(asked["url"])
        try:
            answer = getattr(nursery, asked["please"])(asked)
        except MoralbankError:
            answer = {"failed": traceback.format_exc()}
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
