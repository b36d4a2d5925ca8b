"""Logs: one JSON object a line, for whoever runs the machine.

A line never tells what people typed: requests are named by their route and not by their address,
people by their numbers, refusals by their code; of a fault's own words only the first line stays,
without its longer numbers. So no password, card token, PIN or telephone can stand here.
"""

import json
import logging
import os
import re
import secrets
import socket
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Final, TextIO

from moralbank.errors import MoralbankError

LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")
FILE_BYTES: Final = 5 << 20
FILES_KEPT: Final = 8
FOLDER: Final = "logs"

_OURS: Final = "moralbank"
_SANE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
_NUMBER: Final = re.compile(r"\d{4,}")
_TOLD: Final = 300

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The request that this context answers: every line written meanwhile carries it."""


def name_request(given: str) -> str:
    """Take a proxy's name for a request where it is a plain one, else draw one; in use from now."""
    name = given if _SANE.fullmatch(given) else secrets.token_hex(4)  # short enough to be read out
    request_id.set(name)
    return name


class Lines(logging.Formatter):
    """A record as one line of JSON; `extra={"facts": {…}}` adds fields of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the line."""
        moment = datetime.fromtimestamp(record.created, UTC)
        said = record.getMessage()
        line: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "part": record.name,
            "said": said if _is_ours(record.name) else without_numbers(said),
        }
        if request_id.get():
            line["request"] = request_id.get()
        line.update(getattr(record, "facts", {}))
        if record.exc_info and record.exc_info[1]:
            line["fault"] = list(_told(record.exc_info[1]))
        return json.dumps(line, ensure_ascii=False, default=str)


class KeptLines(RotatingFileHandler):
    """A log file that its owner alone reads, and that begins anew before it is too long."""

    def _open(self) -> Any:  # the standard library's way to say how a file is opened
        return open(self.baseFilename, self.mode, encoding=self.encoding, opener=_open_privately)


class Once(logging.Handler):
    """For a command, whose refusals are said anyway: warnings of our own parts, each only once.

    They go in plain words to standard error, until the command begins lines of its own.
    """

    def __init__(self) -> None:
        """Nothing was said yet."""
        super().__init__(logging.WARNING)
        self._said: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Say it."""
        words = self.format(record)
        if _is_ours(record.name) and words not in self._said:
            self._said.add(words)
            print(words, file=sys.stderr)  # noqa: T201 - what the terminal is for


@contextmanager
def for_a_command() -> Iterator[None]:
    """Say warnings once each while a command runs, unless it logs as a server does."""
    root, shown = logging.getLogger(), Once()
    root.addHandler(shown)
    try:
        yield
    finally:
        root.removeHandler(shown)


def begin(level: str, *, stream: TextIO | None = None) -> None:
    """Write what this program's parts log to `stream` (standard error) as lines of JSON.

    Where somebody watches on a terminal they see warnings alone: the rest is in the file.
    """
    root = logging.getLogger()
    for spoken in [one for one in root.handlers if isinstance(one, Once)]:
        root.removeHandler(spoken)
    logging.raiseExceptions = False  # a full disk is no reason to fill the terminal
    shown = logging.StreamHandler(stream or sys.stderr)
    if shown.stream.isatty():
        shown.setLevel(logging.WARNING)
    _use(shown)
    logging.getLogger(_OURS).setLevel(level)


def keep(instance: Path, port: int) -> Path:
    """Write the same to a file of the instance as well, one for each machine and port.

    Two processes never share a file, so that rotating needs no lock. Raises OSError.
    """
    folder = instance / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"moralbank-{_machine()}-{port}.log"
    kept = KeptLines(path, maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8")
    _use(kept)
    return path


def without_numbers(words: str) -> str:
    """Words without any number that could be a token, a PIN or a telephone's."""
    return _NUMBER.sub("…", words)


def brief(fault: BaseException) -> str:
    """A fault in one line: its kind, and the first line of what it says."""
    if isinstance(fault, MoralbankError):
        return f"{type(fault).__name__}: {fault.code}"
    first = next(iter(str(fault).splitlines()), "")
    return f"{type(fault).__name__}: {without_numbers(first)[:_TOLD]}"


def _use(handler: logging.Handler) -> None:
    """Let a handler write for all; one of the same kind from before goes."""
    handler.setFormatter(Lines())
    root = logging.getLogger()
    for old in [one for one in root.handlers if type(one) is type(handler)]:
        if isinstance(old.formatter, Lines):
            root.removeHandler(old)
            old.close()
    root.addHandler(handler)


def _is_ours(name: str) -> bool:
    return name.split(".", maxsplit=1)[0] == _OURS


def _told(fault: BaseException) -> Iterator[str]:
    """Where a fault arose and what caused it, the first cause first."""
    cause = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    if cause is not None:
        yield from _told(cause)
    for frame in traceback.extract_tb(fault.__traceback__):
        yield f"{frame.filename}:{frame.lineno} {frame.name}"
    yield brief(fault)


def _machine() -> str:
    return re.sub(r"[^A-Za-z0-9-]", "_", socket.gethostname()) or "here"


def _open_privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
