"""How soon the program is there: its help, and the first page after the start.

Every start is a fresh process of this interpreter, and its bytecode is there, as it is for
everybody who starts a second time.
"""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final

from moralbank.bench.figures import MILLISECONDS, Figure, Round, at_most
from moralbank.bench.ground import Ground
from moralbank.bench.plan import Measured, Plan
from moralbank.cli import COMMANDS

AIM: Final = at_most(1.5)
ONLY_WHEN_USED: Final = frozenset(
    {
        "PIL",
        "alembic",
        "cryptography",
        "fontTools",
        "pypdfium2",
        "python_calamine",
        "qrcode",
        "reportlab",
        "xlsxwriter",
        "zxingcpp",
    }
)
"""Packages that print, read pictures and lists, change tables: nothing of them at the start."""

_BARE: Final = ("-c", "import flask, sqlmodel")
_HELP: Final = ("-m", "moralbank", "--help")
_PAGE: Final = "/sign-in"
_PAUSE_S: Final = 0.002
_PATIENCE_S: Final = 60
_IMPORTED: Final = re.compile(r"^import time:.*\| +([\w.]+)$", re.MULTILINE)


class NeverAnswered(RuntimeError):
    """The server ended, or had no page to give."""


def measure(plan: Plan) -> Measured:
    """`moralbank --help`, and from the start of `moralbank serve` to its first page."""
    Ground(plan.folder).database.close()
    starts = Starts(plan.folder)
    baseline = 'python -c "import flask, sqlmodel"'
    starts.bare()  # these first three write the bytecode
    told, served = starts.imported_by_help(), starts.imported_by_page()
    helps = tuple(Round([starts.help()], [starts.bare()]) for _round in range(plan.rounds))
    pages = tuple(Round([starts.page()], [starts.bare()]) for _round in range(plan.rounds))
    return Measured(
        [
            Figure(
                "start-help",
                "moralbank --help",
                baseline,
                MILLISECONDS,
                AIM,
                helps,
                wrong=starts.missing or _needless(told),
                beside={"modules": len(told)},
            ),
            Figure(
                "start-page",
                "from the start of moralbank serve to its first page, answered with 200",
                baseline,
                MILLISECONDS,
                AIM,
                pages,
                wrong=_needless(served),
                beside={"modules": len(served)},
            ),
        ]
    )


class Starts:
    """Fresh processes over one ready ground; times in seconds."""

    def __init__(self, folder: Path) -> None:
        """`folder` is the instance."""
        self.folder = folder
        self.missing = ""
        ours = ("MORALBANK_", "PYTHON")  # neither this machine's settings nor its habits
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        self._environment = {**kept, "PYTHONUTF8": "1"}

    def bare(self) -> float:
        """What everything stands on."""
        begun = time.perf_counter()
        self._run(*_BARE)
        return time.perf_counter() - begun

    def help(self) -> float:
        """The list of commands; what it lacks is remembered as `missing`."""
        begun = time.perf_counter()
        said = self._run(*_HELP).stdout
        taken = time.perf_counter() - begun
        lacking = set(COMMANDS) - set(said.split())
        self.missing = ", ".join(["not listed:", *sorted(lacking)]) if lacking else self.missing
        return taken

    def page(self, *options: str, told: int = subprocess.DEVNULL) -> float:
        """The server's first page; raises NeverAnswered."""
        begun = time.perf_counter()
        with self.serving(*options, told=told) as (server, port):
            wait_for_page(server, port)
            return time.perf_counter() - begun

    def imported_by_help(self) -> set[str]:
        """Every module that `--help` loads."""
        return set(_IMPORTED.findall(self._run("-X", "importtime", *_HELP).stderr))

    def imported_by_page(self) -> set[str]:
        """Every module that the server has loaded when its first page is there."""
        said = self.folder / "imported.txt"
        with said.open("w", encoding="utf-8") as file:
            self.page("-X", "importtime", told=file.fileno())
        return set(_IMPORTED.findall(said.read_text("utf-8")))

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - ourselves
            [sys.executable, *arguments],
            check=True,
            capture_output=True,
            env=self._environment,
            encoding="utf-8",
        )

    @contextmanager
    def serving(
        self, *options: str, told: int = subprocess.DEVNULL
    ) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
        """A server of the folder's ground, for as long as the block lasts; and its port."""
        port = _free_port()
        words = ("--instance", str(self.folder), "serve", "--no-browser", "--port", str(port))
        address = f"sqlite:///{self.folder / 'bench.db'}"
        with subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, *options, "-m", "moralbank", *words],
            stdout=subprocess.DEVNULL,
            stderr=told,
            env={**self._environment, "MORALBANK_DATABASE_URL": address},
        ) as server:
            try:
                yield server, port
            finally:
                server.terminate()


def wait_for_page(server: subprocess.Popen[bytes], port: int) -> None:
    """Return when the first page is there; raises NeverAnswered."""
    given_up = time.perf_counter() + _PATIENCE_S
    while server.poll() is None and time.perf_counter() < given_up:
        try:
            status = _status(port)
        except (OSError, HTTPException):  # not listening yet
            time.sleep(_PAUSE_S)
            continue
        if status == 200:  # noqa: PLR2004 - "OK"
            return
        raise NeverAnswered(str(status))
    raise NeverAnswered(str(server.returncode))


def _status(port: int) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_S)
    try:
        connection.request("GET", _PAGE)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _needless(imported: set[str]) -> str:
    """What was loaded although nobody printed, sent a picture or changed tables."""
    found = ONLY_WHEN_USED & {name.partition(".")[0] for name in imported}
    return ", ".join(["loaded at the start:", *sorted(found)]) if found else ""
