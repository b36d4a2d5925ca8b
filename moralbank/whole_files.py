"""Files that are there whole or not at all, for their owner alone.

A file grows under another name in the same folder, and takes its own when all of it was written.
"""

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import file_digest
from pathlib import Path
from typing import IO, Any, Final

PRIVATE: Final = 0o600
"""The owner alone reads and writes."""
PART: Final = ".part"
"""What the names of files end in that are not whole yet."""


@contextmanager
def whole_file(
    path: Path, *, partial: Path | None = None, mode: int = PRIVATE, lasting: bool = True
) -> Iterator[IO[bytes]]:
    """A file to be filled and read back; it takes its name when the block ends well.

    `partial` is its name until then, a random one unless it is said. A `lasting` file is there even
    if the power fails right after; others cost no waiting for the disk. Raises OSError.
    """
    growing = partial or path.with_name(f".{path.name}.{secrets.token_hex(4)}{PART}")
    try:
        with _new(growing, mode) as file:
            yield file
            file.flush()
            if lasting:
                os.fsync(file.fileno())
        growing.replace(path)
    except BaseException:
        with suppress(OSError):  # a stick that was pulled out: what went wrong first is told
            growing.unlink(missing_ok=True)
        raise
    if lasting:
        keep_names(path.parent)


def write_whole(path: Path, content: bytes, *, mode: int = PRIVATE, lasting: bool = True) -> None:
    """Write a file as `whole_file` does; raises OSError."""
    with whole_file(path, mode=mode, lasting=lasting) as file:
        file.write(content)


def keep_names(folder: Path) -> None:
    """Wait until a folder's names lie on the disk itself, where a system can be asked for it."""
    with suppress(OSError):  # Windows opens no folders, and some shares can't
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def read_json(path: Path) -> dict[str, Any] | None:
    """What a small file says; None where it is missing, not written to its end, or none of ours."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, RecursionError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def write_json(path: Path, said: Mapping[str, Any]) -> None:
    """Write a small file; raises OSError."""
    write_whole(path, json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True).encode())


def sha256_of(path: Path) -> str:
    """The sha256 (hex) of a file; raises OSError."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _new(path: Path, mode: int) -> IO[bytes]:
    binary = getattr(os, "O_BINARY", 0)  # Windows would else change the ends of lines
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | binary, mode), "w+b")
