"""The backup that a running server makes by itself, once a day, and the one that a page asks for.

Both run in a thread of their own, so that no request waits for them, and both take the turn: over
one instance there is one at a time, in however many processes it is served.
"""

import logging
from collections.abc import Callable
from contextvars import copy_context
from pathlib import Path
from threading import Lock, Thread
from typing import Final

from sqlmodel import Session

from moralbank.backup.disk import turn
from moralbank.backup.plan import Plan, State
from moralbank.backup.service import NO_BACKUPS_FAULT, back_up
from moralbank.backup.shelf import Backup, Why
from moralbank.db import Database, see_everything
from moralbank.errors import MoralbankError

_log = logging.getLogger(__name__)

Noted = Callable[[Session, Backup], None]


class Run(Thread):
    """A backup in the background; `made` or `refusal` say how it went when it is over."""

    def __init__(
        self, instance: Path, database: Database, why: Why, noted: Noted | None = None
    ) -> None:
        """Prepare it; `noted` writes into the books when it was made."""
        super().__init__(name="backup", daemon=True)  # what is broken off is swept next time
        self.made: Backup | None = None
        self.refusal: MoralbankError | None = None
        self._instance: Final = instance
        self._database: Final = database
        self._why: Final = why
        self._noted: Final = noted
        self._context: Final = copy_context()

    def run(self) -> None:
        """Make it; whatever happens is kept for whoever waits, and logged."""
        self._context.run(self._attempt)

    def _attempt(self) -> None:
        see_everything()
        try:
            with turn(self._instance):
                if self._why != Why.DAILY or is_due(self._instance):
                    self._make()
        except MoralbankError as refusal:
            self.refusal = refusal
            if not isinstance(refusal, NO_BACKUPS_FAULT):
                _log.warning("no backup: %s", refusal.code)
        except Exception:  # noqa: BLE001 - nobody else would hear of it
            _log.exception("a backup could not be made")
            self.refusal = MoralbankError()

    def _make(self) -> None:
        with self._database.reading() as session:
            self.made = back_up(session, self._instance, self._why)
        if self._noted is not None:
            with self._database.writing() as session:
                self._noted(session, self.made)


class Daily:
    """Looks whether today's backup is still to be made; one for each process that serves."""

    def __init__(self) -> None:
        """Nothing was looked for yet."""
        self._turn: Final = Lock()
        self.running: Run | None = None

    def look(self, instance: Path, database: Database) -> None:
        """Begin today's backup unless it was made, goes on, or just failed; never raises."""
        with self._turn:
            if self.running is not None and self.running.is_alive():
                return
            if not is_due(instance):
                return
            self.running = Run(instance, database, Why.DAILY)
            self.running.start()


def is_due(instance: Path) -> bool:
    """Whether the plan wants a backup today and there is none yet."""
    try:
        return Plan.load(instance).daily and State.load(instance).is_due()
    except MoralbankError as refusal:  # the plan can't be read: the page says so
        _log.warning("no daily backup: %s", refusal.code)
        return False


def ask_now(instance: Path, database: Database, noted: Noted, seconds: float) -> Run:
    """Begin a backup that somebody asked for, and wait so long at most.

    Raises what it was refused for; of one that still goes on nothing is known yet.
    """
    run = Run(instance, database, Why.ASKED, noted)
    run.start()
    run.join(seconds)
    if run.refusal is not None:
        raise run.refusal
    return run
