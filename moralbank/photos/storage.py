"""Where photos' files lie: outside the web root, under random names, for their owner alone.

A photo named N of village V is `uploads/photos/V/N.jpg`, its small rendition `N-small.jpg`.
"""

import re
import secrets
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Final

from moralbank.errors import Unavailable
from moralbank.i18n import mark
from moralbank.whole_files import write_whole

KEPT_LOOSE: Final = 24 * 60 * 60
"""Seconds after which a file that belongs to no photo is removed."""

_NAME: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_PATH: Final = re.compile(r"[1-9][0-9]{11}/[0-9a-f]{32}(-small)?\.jpg", re.ASCII)
_SWEPT: Final = ".swept"
_SMALL: Final = "-small"


class PhotoNotKept(Unavailable):
    """The disk is full, or the folder may not be written."""

    text = mark("照片没能存下来，可能是磁盘满了，请告诉管理员。这次没有写入任何内容")
    code = "photo_not_kept"


def folder_of(instance: Path) -> Path:
    """The folder of all villages' photos, made when the first one is kept."""
    return instance / "uploads" / "photos"


def write(folder: Path, village_id: int, jpeg: bytes, small: bytes) -> str:
    """Keep a photo's two files and give back the random name; raises PhotoNotKept."""
    name = secrets.token_hex(16)
    place = folder / str(village_id)
    try:
        place.mkdir(parents=True, mode=0o700, exist_ok=True)
        write_whole(place / f"{name}.jpg", jpeg)
        write_whole(place / f"{name}{_SMALL}.jpg", small)
    except OSError as error:
        raise PhotoNotKept from error
    return name


def read(folder: Path, village_id: int, name: str, *, small: bool = False) -> bytes | None:
    """A photo's bytes, or None where its file is gone or the name is none of ours."""
    if not _NAME.fullmatch(name):
        return None
    try:
        return (folder / str(village_id) / f"{name}{_SMALL if small else ''}.jpg").read_bytes()
    except FileNotFoundError:
        return None


def paths(village_id: int, name: str) -> tuple[str, str]:
    """A photo's two files, relative to the folder of photos."""
    return f"{village_id}/{name}.jpg", f"{village_id}/{name}{_SMALL}.jpg"


def restore(folder: Path, path: str, content: bytes) -> None:
    """Put a photo's file back under its own name ("village/name.jpg"); raises PhotoNotKept.

    Raises ValueError where the path is none that `paths` gives.
    """
    if not _PATH.fullmatch(path):
        raise ValueError(path)
    place = folder / path
    try:
        place.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        write_whole(place, content)
    except OSError as error:
        raise PhotoNotKept from error


def take_back(folder: Path, paths: Collection[str]) -> None:
    """Remove files that `restore` put here, and their folders where nothing else is in them."""
    for path in paths:
        (folder / path).unlink(missing_ok=True)
    for place in {(folder / path).parent for path in paths}:
        with suppress(OSError):  # other photos are there, or it was never made
            place.rmdir()


def sweep_is_due(folder: Path, village_id: int) -> bool:
    """Whether nobody has swept here for a day; asking counts as sweeping."""
    mark_file = folder / str(village_id) / _SWEPT
    try:
        if time.time() - mark_file.stat().st_mtime < KEPT_LOOSE:
            return False
    except FileNotFoundError:
        pass
    mark_file.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    mark_file.touch()
    return True


def sweep(
    folder: Path, village_id: int, kept: Collection[str], *, older_than: int = KEPT_LOOSE
) -> int:
    """Remove files that are none of the `kept` names and older than so many seconds; how many went.

    Such are left where a photo was written and the deed it belonged to was then refused.
    """
    old = time.time() - older_than
    loose = [
        path
        for path in (folder / str(village_id)).iterdir()
        if path.name != _SWEPT
        and path.stem.removesuffix(_SMALL) not in kept
        and path.stat().st_mtime < old
    ]
    for path in loose:
        path.unlink(missing_ok=True)
    return len(loose)
