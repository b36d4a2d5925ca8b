"""The folder of backups: what lies in it, what each file says of itself, what may go from it.

Beside `moralbank-20261120-103205.zip` (or `….zip.age`, sealed) stands `….json`, which says what it
holds, so that a list needs no passphrase. A note for people says what the files are; where it is
missing, the folder is not the one that was chosen, but say the empty place of a stick.
"""

import re
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self

from moralbank import clock
from moralbank.archive.manifest import VillageSum
from moralbank.archive.sealing import ENDING
from moralbank.backup.disk import FolderMissing, plain_faults
from moralbank.backup.plan import Plan, moment
from moralbank.i18n import _, in_the_villages_language, mark
from moralbank.whole_files import PART, read_json, write_json, write_whole

NOTE: Final = "道德银行备份说明.txt"
KEY: Final = "key.age"
KEYS: Final = "key*.age"

_NAME: Final = re.compile(r"moralbank-[0-9]{8}-[0-9]{6}(-[0-9]+)?\.zip(\.age)?", re.ASCII)
_NOTE_WORDS: Final = (
    mark("这个文件夹里放的是道德银行的备份，请不要删、不要改名。"),
    mark("moralbank-日期-时间.zip 是一份完整的备份：账、住户、照片都在里面，请像账本一样保管。"),
    mark("结尾是 .age 的封了口，要有 key.age 和口令才能打开。口令请写在纸上，锁好。"),
    mark("核对：moralbank backup verify 备份文件。"),
    mark("恢复：在装好道德银行的电脑上运行 moralbank backup restore 备份文件。"),
)


class Why(StrEnum):
    """What a backup was made for. One made before a restore is never removed by itself."""

    ASKED = "asked"
    DAILY = "daily"
    BEFORE_RESTORE = "before_restore"


@dataclass(frozen=True)
class Backup:
    """A backup in a folder, as the file beside it says; `bytes` is its size.

    Of one whose description is missing only name, size and time (the file's) are known.
    `proved_at` is when its books were loaded and proved last.
    """

    folder: Path
    name: str
    made_at: datetime
    bytes: int
    why: Why = Why.ASKED
    maker: str = ""
    program: str = ""
    recipient: str = ""
    sha256: str = ""
    rows: int = 0
    photos: int = 0
    missing: int = 0
    villages: tuple[VillageSum, ...] = ()
    proved_at: datetime | None = None

    @property
    def path(self) -> Path:
        """The file itself."""
        return self.folder / self.name

    @property
    def sealed(self) -> bool:
        """Whether it takes a passphrase to open it."""
        return self.name.endswith(ENDING)

    @property
    def described(self) -> bool:
        """Whether the file beside it was there: without it nothing is known of its inside."""
        return bool(self.sha256)

    def proved(self) -> Self:
        """The same, its books proved now; written down. Raises OSError."""
        found = replace(self, proved_at=clock.now())
        if found.described:
            found.describe()
        return found

    def describe(self) -> None:
        """Write the file beside it; raises OSError."""
        said = self.said()
        del said["folder"]  # it may be carried elsewhere
        write_json(_beside(self.path), said)

    def said(self) -> dict[str, Any]:
        """What the file beside it says, and lists for programs."""
        return {
            **asdict(self),
            "folder": str(self.folder),
            "made_at": self.made_at.isoformat(),
            "proved_at": None if self.proved_at is None else self.proved_at.isoformat(),
            "sealed": self.sealed,
        }


def prepare(folder: Path) -> None:
    """Make a folder one for backups: the folder itself, and the note in it.

    Raises FolderMissing (also where the folder above is not there), FolderReadOnly, FolderFull.
    """
    with plain_faults(folder):
        folder.mkdir(mode=0o700, exist_ok=True)
        with in_the_villages_language():
            words = "\r\n".join([*(_(line) for line in _NOTE_WORDS), ""])
        write_whole(folder / NOTE, words.encode("utf-8-sig"))  # for Windows' own editor


def require_ready(plan: Plan) -> Path:
    """The plan's folder, ready to be written; raises FolderMissing.

    The instance's own is made where it is missing; another one must be the one that was chosen: a
    stick's place without its stick is an empty folder on the machine's own disk.
    """
    if plan.folder is None and not (plan.place / NOTE).exists():
        prepare(plan.place)
    if not is_ready(plan):
        raise FolderMissing(folder=plan.place)
    return plan.place


def is_ready(plan: Plan) -> bool:
    """Whether a backup could be put into the plan's folder, as far as one can see."""
    return plan.folder is None or (plan.folder / NOTE).is_file()


def listed(folder: Path) -> list[Backup]:
    """The backups in a folder, the newest first; none where the folder is missing."""
    try:
        ours = [path for path in folder.iterdir() if _NAME.fullmatch(path.name)]
        names = [path.name for path in ours if path.is_file()]  # no links that lead nowhere
        found = [described(folder / name) for name in names]
    except OSError:
        return []
    return sorted(found, key=lambda one: (one.made_at, one.name), reverse=True)


def described(path: Path) -> Backup:
    """A backup as the file beside it says; raises OSError."""
    kept = path.stat()
    written = datetime.fromtimestamp(kept.st_mtime, clock.VILLAGE_ZONE)
    bare = Backup(path.parent, path.name, written, kept.st_size)
    said = read_json(_beside(path)) or {}
    try:
        return _read(bare, said) if said else bare
    except (KeyError, OverflowError, TypeError, ValueError):
        return bare


def _read(bare: Backup, said: dict[str, Any]) -> Backup:
    made_at = moment(said["made_at"])
    if made_at is None or said["name"] != bare.name:
        raise ValueError(said)
    return replace(
        bare,
        made_at=made_at,
        why=Why(said["why"]),
        maker=str(said["maker"]),
        program=str(said["program"]),
        recipient=str(said["recipient"]),
        sha256=str(said["sha256"]),
        rows=int(said["rows"]),
        photos=int(said["photos"]),
        missing=int(said["missing"]),
        villages=tuple(VillageSum.read(one) for one in said["villages"]),
        proved_at=moment(said["proved_at"]),
    )


def free_name(folder: Path, made_at: datetime, *, sealed: bool) -> str:
    """A name in this folder that no backup has yet."""
    stem = f"moralbank-{clock.local(made_at):%Y%m%d-%H%M%S}"
    ending = f".zip{ENDING}" if sealed else ".zip"
    tried, name = 1, f"{stem}{ending}"
    while (folder / name).exists() or _beside(folder / name).exists():
        tried += 1
        name = f"{stem}-{tried}{ending}"
    return name


def part_of(folder: Path, maker: str, name: str) -> Path:
    """Where a backup grows until it is whole."""
    return folder / f".{maker}-{name}{PART}"


def sweep(folder: Path, maker: str) -> None:
    """Remove what our own broken-off backups left; whoever calls has the turn."""
    for left in folder.glob(f".{maker}-moralbank-*{PART}"):
        left.unlink(missing_ok=True)


def prune(plan: Plan, newest: Backup) -> list[str]:
    """Remove our own older backups beyond the number that is kept; the names that went.

    Never the newest, never one made before a restore, never what this instance did not make.
    """
    ours = [
        one
        for one in listed(newest.folder)
        if one.maker == plan.maker and one.why != Why.BEFORE_RESTORE and one.name != newest.name
    ]
    gone = ours[max(plan.keep - 1, 0) :]
    for one in gone:
        one.path.unlink(missing_ok=True)
        _beside(one.path).unlink(missing_ok=True)
    return [one.name for one in gone]


def put_key(folder: Path, sealed: bytes) -> None:
    """Keep a key file; another one that lies there is kept under the day's name. Raises OSError.

    Older backups are sealed for the older key: no key file is ever removed.
    """
    place = folder / KEY
    if place.exists() and place.read_bytes() != sealed:
        stamp = f"{clock.local(clock.now()):%Y%m%d-%H%M%S}"
        place.rename(folder / f"key-until-{stamp}.age")
    write_whole(place, sealed)


def keys_in(*folders: Path) -> list[bytes]:
    """The key files that lie in these folders, the one in use first, each once."""
    found = [path for folder in folders for path in sorted(folder.glob(KEYS), key=_in_use_first)]
    return list(dict.fromkeys(path.read_bytes() for path in found if path.is_file()))


def _in_use_first(path: Path) -> tuple[bool, str]:
    return path.name != KEY, path.name


def _beside(path: Path) -> Path:
    return path.with_name(path.name.partition(".")[0] + ".json")
