"""A job's files: there whole or not at all, for the owner of the server alone."""

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from moralbank.errors import Unavailable
from moralbank.i18n import mark


class SheetNotKept(Unavailable):
    """The disk is full, or the folder may not be written."""

    text = mark("排好的纸没能存下来，可能是磁盘满了。请告诉管理员，腾出地方后重做。")
    code = "sheet_not_kept"


def read(path: Path) -> dict[str, Any] | None:
    """What a file says; None where it is missing or not written to its end yet."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def keep(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all; raises SheetNotKept."""
    temporary = ""
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")  # mode 0600
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise SheetNotKept from error


def touch(path: Path) -> None:
    """Let a file be as of now; where that can't be written, it stays as old as it is."""
    with suppress(OSError):
        path.touch(mode=0o600)
