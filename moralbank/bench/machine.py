"""What figures depend on: the machine, its disk, and the versions of what they were made with."""

import os
import platform
import sqlite3
import time
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any, Final

from moralbank import __version__
from moralbank.doctor.mounts import mount_of

PACKAGES: Final = ("sqlalchemy", "sqlmodel", "flask", "waitress", "psycopg", "reportlab")
_FSYNCS: Final = 20
_PROCESSORS: Final = Path("/proc/cpuinfo")


def machine(folder: Path, postgresql: str = "") -> dict[str, Any]:
    """The machine as plain values; `folder` is where was measured, `postgresql` its version.

    What this machine doesn't tell is left empty. Raises OSError where `folder` can't be written.
    """
    mount = mount_of(folder)
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "moralbank": __version__,
        "cores": os.cpu_count(),
        "processor": _processor(),
        "memory_gb": _memory(),
        "system": _system(),
        "file_system": mount.kind if mount else "",
        "fsync_ms": round(1000 * _fsync(folder), 3),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "postgresql": postgresql,
        **{name: _version(name) for name in PACKAGES},
    }


def load() -> float | None:
    """How many programs wanted a processor over the last minute, where the system tells."""
    try:
        return round(os.getloadavg()[0], 2)
    except (AttributeError, OSError):  # Windows keeps no such count
        return None


def _processor() -> str:
    with suppress(OSError):
        for line in _PROCESSORS.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


def _memory() -> float | None:
    """Gigabytes of RAM."""
    try:
        return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9, 1)
    except (AttributeError, OSError, ValueError):
        return None


def _system() -> str:
    with suppress(OSError):
        name = platform.freedesktop_os_release().get("PRETTY_NAME", "")
        return f"{name}, {platform.system()} {platform.release()}"
    return platform.platform()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _fsync(folder: Path) -> float:
    """Seconds that a small write takes to reach the disk."""
    times = []
    with (folder / "fsync").open("wb") as file:
        for _time in range(_FSYNCS):
            file.write(b"x" * 4096)
            file.flush()
            begun = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - begun)
    return median(times)
