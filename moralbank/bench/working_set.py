"""How much memory a server takes after mixed work: pages, sales, photos, sheets, Excel files.

A full run asks as often as a village's office does in an hour, one after the other without a
pause; `MORALBANK_BENCH_PACE` (requests a second) makes it a true hour.
"""

import os
import re
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Final

from moralbank.bench.figures import MEGABYTES, Curve, Figure, Round, Unmeasured, at_most
from moralbank.bench.ground import Ground
from moralbank.bench.mixed import Mix, Office
from moralbank.bench.plan import Measured, Plan
from moralbank.bench.starting import Starts, wait_for_page

LIMIT_BYTES: Final = 100_000_000
WORKS: Final = {"full": 18_000, "middle": 1_500, "small": 10}
"""So many pieces of work; five a second for an hour."""
PACE: Final = "MORALBANK_BENCH_PACE"
_SAMPLES: Final = 60
_WORK: Final = "resident memory of moralbank serve after an hour's mixed work"
_BASELINE: Final = "100 MB"


def measure(plan: Plan) -> Measured:
    """The server's resident memory at its end against the limit, and how it grew: one long run."""
    if not Path("/proc/self/smaps_rollup").exists():
        return Measured([Unmeasured("memory", _WORK, _BASELINE, "only Linux tells")])
    ground = Ground(plan.folder)
    mix = Mix(ground)
    with Starts(plan.folder).serving() as (server, port):
        wait_for_page(server, port)
        begun = _told(server.pid)["Rss"]
        with closing(Office(mix, port, 1)) as office:
            works, sizes = _worked(server.pid, office, WORKS[plan.size.name])
        peak, told = _peak(server.pid), _told(server.pid)
    wrong = ground.problem()
    ground.database.close()
    figure = Figure(
        "memory",
        _WORK,
        _BASELINE,
        MEGABYTES,
        at_most(1),
        (Round([sizes[-1]], [LIMIT_BYTES]),),
        wrong,
        beside={
            "at the start MB": begun / 1e6,
            "peak MB": peak / 1e6,
            "its own share MB": told["Pss"] / 1e6,
            "libraries alone MB": _libraries() / 1e6,
        },
    )
    curve = Curve("memory", _WORK, works, [size / 1e6 for size in sizes], "MB")
    return Measured([figure], [curve])


def _worked(process: int, office: Office, works: int) -> tuple[list[int], list[int]]:
    """Pieces of work done, and bytes at each sample."""
    begun, pace = time.perf_counter(), float(os.environ.get(PACE, "0"))
    every = max(1, works // _SAMPLES)
    done, sizes = [], []
    for work in range(1, works + 1):
        if pace:
            time.sleep(max(0, begun + work / pace - time.perf_counter()))
        office.ask()
        if work % every == 0:
            done.append(work)
            sizes.append(_told(process)["Rss"])
    return done, sizes


def _told(process: int) -> dict[str, int]:
    """What the system says of a process's memory, in bytes: Rss, Pss and others."""
    said = Path(f"/proc/{process}/smaps_rollup").read_text("ascii")
    sizes = re.findall(r"^(\w+):\s+(\d+) kB", said, re.MULTILINE)
    return {name: int(size) * 1024 for name, size in sizes}


def _peak(process: int) -> int:
    said = Path(f"/proc/{process}/status").read_text("ascii")
    found = re.search(r"^VmHWM:\s+(\d+) kB", said, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def _libraries() -> int:
    """Bytes of a process that has merely imported what we stand on."""
    code = "import flask, sqlmodel; print(open('/proc/self/statm').read().split()[1])"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)  # noqa: S603 - ourselves
    return int(told.stdout) * 4096
