"""On which kind of file system a folder lies (Linux; elsewhere nothing is known)."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MOUNTS: Final = Path("/proc/mounts")
BLOCKS: Final = Path("/sys/class/block")
NETWORKED: Final = frozenset(
    {
        "9p",
        "afs",
        "ceph",
        "cifs",
        "drvfs",
        "fuse.glusterfs",
        "fuse.sshfs",
        "glusterfs",
        "ncpfs",
        "nfs",
        "nfs4",
        "smb3",
        "smbfs",
        "vboxsf",
        "virtiofs",
    }
)
SIMPLE: Final = frozenset({"exfat", "fuseblk", "msdos", "vfat"})
"""Of Windows' world and of sticks: without the owner's rights, often without a journal."""
_ESCAPED: Final = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True)
class Mount:
    """A mounted file system: device, place, kind."""

    device: str
    place: Path
    kind: str

    @property
    def is_networked(self) -> bool:
        """Whether its files lie on another machine, where SQLite's locks can't be relied on."""
        return self.kind in NETWORKED

    @property
    def is_stick(self) -> bool:
        """Whether it can be pulled out, or is formatted as sticks are."""
        return self.kind in SIMPLE or _hangs_on_usb(self.device)


def mount_of(folder: Path, table: Path = MOUNTS) -> Mount | None:
    """The file system that a folder lies on; None where the machine doesn't say."""
    try:
        lines = table.read_text("utf-8").splitlines()
    except OSError:
        return None
    place = folder.resolve()
    around = [one for one in map(_parsed, lines) if place.is_relative_to(one.place)]
    # The last of those that are nested deepest lies over the others.
    return max(reversed(around), key=lambda one: len(one.place.parts), default=None)


def _parsed(line: str) -> Mount:
    device, place, kind, *_rest = line.split(" ")
    return Mount(_plain(device), Path(_plain(place)), kind)


def _plain(written: str) -> str:
    """A name of the table, which writes a blank as its octal number."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 8)), written)


def _hangs_on_usb(device: str) -> bool:
    try:
        return "/usb" in str((BLOCKS / Path(device).name).resolve(strict=True))
    except OSError:
        return False
