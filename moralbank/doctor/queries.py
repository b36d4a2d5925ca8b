"""The whole examination, line by line; a look that fails is a finding, and the others go on."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from moralbank.config import Settings
from moralbank.db import Database
from moralbank.doctor import databases, machine, surroundings
from moralbank.doctor.findings import Finding, Verdict, wrong
from moralbank.i18n import _
from moralbank.logs import brief

Look = Callable[[], Iterator[Finding]]

_MACHINE: Final = (
    machine.python,
    machine.folder,
    machine.secret_key,
    machine.disk,
    machine.time,
    machine.fonts,
)


def examine(settings: Settings, database: Database, *, books: bool) -> Iterator[Finding]:
    """Look at everything; `books` proves every village's books too, which takes its time."""
    for look in _MACHINE:
        yield from _safely(partial(look, settings))
    if database.is_sqlite:
        yield from _safely(partial(machine.sqlite_library, settings))
    reached = list(_safely(partial(databases.reach, database)))
    yield from reached
    if all(finding.verdict is not Verdict.WRONG for finding in reached):
        yield from _safely(partial(databases.kept, database))
        yield from _safely(partial(databases.villages, database))
        yield from _safely(partial(surroundings.addresses, settings))
    yield from _safely(partial(surroundings.backups, settings))
    if books and all(finding.verdict is not Verdict.WRONG for finding in reached):
        yield from _safely(partial(databases.books, database))


def _safely(look: Look) -> Iterator[Finding]:
    try:
        yield from look()
    except Exception as fault:  # noqa: BLE001 - the doctor looks at machines that are ill
        yield wrong("unseen", _("有一项没能检查：%(why)s", why=brief(fault)), "")
