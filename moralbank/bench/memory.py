"""How much memory a process of its own needs at most while it prints cards into a file.

Run as `python -m moralbank.bench.memory COUNT`; says the bytes, or nothing where the system
doesn't tell (only Linux does, in /proc).
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from moralbank.bench.people import CardFaces
from moralbank.cards.pdf import card_sheet

_STATUS: Final = Path("/proc/self/status")


def peak_of(count: int) -> int | None:
    """The peak of a fresh process that prints `count` cards, in bytes; None where unknown."""
    command = [sys.executable, "-m", "moralbank.bench.memory", str(count)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - ourselves
    return int(said) if said.strip() else None


def _print_and_tell(count: int) -> None:
    with tempfile.TemporaryFile() as file:
        card_sheet(CardFaces(count), to=file)
    if _STATUS.exists():
        # Not getrusage: its peak begins with that of the process that started this one.
        found = re.search(r"^VmHWM:\s+(\d+) kB", _STATUS.read_text("ascii"), re.MULTILINE)
        sys.stdout.write(str(int(found[1]) * 1024) if found else "")


if __name__ == "__main__":
    _print_and_tell(int(sys.argv[1]))
