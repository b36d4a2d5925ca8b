"""A job's folder: files that are there whole or not at all, for the owner of the server alone.

`job.json` says what the job is, before anything is drawn; `progress` counts the pieces; `beat` is
touched for as long as the process that draws it lives; `sheet.pdf` is the sheet; `end.json` says
how it ended. Whoever writes that last file first has ended the job: the drawing, or a reader who
cancels it.
"""

import json
import os
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from moralbank.errors import Unavailable
from moralbank.i18n import mark
from moralbank.whole_files import PRIVATE, write_whole

JOB: Final = "job.json"
PROGRESS: Final = "progress"
BEAT: Final = "beat"
SHEET: Final = "sheet.pdf"
END: Final = "end.json"

KEPT_SECONDS: Final = 60 * 60
LOST_SECONDS: Final = 12.0
"""A job that hasn't ended, and whose process gave no sign for so long, was left behind."""


class SheetNotKept(Unavailable):
    """The disk is full, or the folder may not be written."""

    text = mark("排好的纸没能存下来，可能是磁盘满了。请告诉管理员，腾出地方后重做。")
    code = "sheet_not_kept"


def opened(home: Path, said: Mapping[str, Any]) -> Path:
    """A new job's folder in `home`, with what is said of it; raises SheetNotKept."""
    folder = home / secrets.token_hex(16)
    try:
        home.mkdir(parents=True, mode=0o700, exist_ok=True)
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise SheetNotKept from error
    keep(folder / JOB, json.dumps(said).encode())
    touch(folder / BEAT)
    return folder


def end(folder: Path, said: Mapping[str, Any]) -> bool:
    """Write down how a job ended, unless it has ended; whether it was this that ended it.

    Raises OSError where it can't be written.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        descriptor = os.open(folder / END, flags, PRIVATE)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "wb") as file:
        file.write(json.dumps(said).encode())
    return True


def alive(folder: Path) -> bool:
    """Whether somebody still draws it, or may come to draw it."""
    return not (folder / END).exists() and age(folder, BEAT) < LOST_SECONDS


def is_over(folder: Path) -> bool:
    """Whether its hour is over, and nobody draws it any more."""
    return age(folder) > KEPT_SECONDS and not alive(folder)


def age(folder: Path, name: str = JOB) -> float:
    """Seconds since a file of a job was written; without it, since anything was."""
    for path in (folder / name, folder):
        with suppress(OSError):
            return time.time() - path.stat().st_mtime
    return float("inf")


def keep(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all; raises SheetNotKept."""
    try:
        write_whole(path, content, lasting=False)  # no job outlives the power
    except OSError as error:
        raise SheetNotKept from error


def touch(path: Path) -> None:
    """Let a file be as of now; where that can't be written, it stays as old as it is."""
    with suppress(OSError):
        path.touch(mode=PRIVATE)
