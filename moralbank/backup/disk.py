"""What disks need: turns, and plain words for their faults.

Backups go to sticks and shares: they are pulled out, full, read-only, or of a kind that holds no
large files.
"""

import errno
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from moralbank.errors import MoralbankError, Unavailable
from moralbank.i18n import mark
from moralbank.whole_files import PRIVATE

LOCK: Final = "backup.lock"


class FolderMissing(Unavailable):
    """The folder of backups is not there, or is not the one that was chosen."""

    text = mark(
        "找不到放备份的文件夹“%(folder)s”：U 盘拔掉了吗？插好再试；换了 U 盘或文件夹，"
        "请在这台电脑上运行 moralbank backup set --folder 重新指定"
    )
    code = "backup_folder_missing"


class FolderReadOnly(Unavailable):
    """The folder of backups may not be written."""

    text = mark("“%(folder)s”不让写：U 盘的写保护开着，或者这个用户没有权限")
    code = "backup_folder_read_only"


class FolderFull(Unavailable):
    """No room is left where the backup goes."""

    text = mark(
        "“%(folder)s”满了，备份没有做成。请腾出地方，或用 moralbank backup set --keep 少留几份"
    )
    code = "backup_disk_full"


class FileTooLarge(Unavailable):
    """The disk holds no file of this size: FAT32 ends at 4 GB."""

    text = mark("“%(folder)s”放不下这么大的文件：老式 U 盘（FAT32）一个文件最多 4 GB，请换成 exFAT")
    code = "backup_too_large"


class DiskFault(Unavailable):
    """The disk said something else; `why` is in its words."""

    text = mark("“%(folder)s”读写出错（%(why)s）。U 盘可能坏了，请换一个再试")
    code = "backup_disk_fault"


class BackupBusy(Unavailable):
    """A backup, a proof or a restore goes on here already."""

    text = mark("正在备份或恢复，请等它做完再试")
    code = "backup_busy"


_KINDS: Final[Mapping[int, type[MoralbankError]]] = {
    errno.ENOSPC: FolderFull,
    errno.EDQUOT: FolderFull,
    errno.EFBIG: FileTooLarge,
    errno.EROFS: FolderReadOnly,
    errno.EACCES: FolderReadOnly,
    errno.EPERM: FolderReadOnly,
    errno.ENOENT: FolderMissing,
    errno.ENOTDIR: FolderMissing,
    errno.ENODEV: FolderMissing,
    errno.ENXIO: FolderMissing,
}


@contextmanager
def plain_faults(folder: Path) -> Iterator[None]:
    """Say a disk's faults in plain words."""
    try:
        yield
    except OSError as error:
        kind = _KINDS.get(error.errno or 0, DiskFault)
        raise kind(folder=folder, why=error.strerror or error) from error


@contextmanager
def turn(instance: Path) -> Iterator[None]:
    """One at a time over one instance, in whichever process or thread; raises BackupBusy.

    The system lets go of the lock when a process ends, however it ends.
    """
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(instance / LOCK, os.O_RDWR | os.O_CREAT, PRIVATE)
    try:
        if not _locked(descriptor):
            raise BackupBusy
        yield
    finally:
        os.close(descriptor)


def is_busy(instance: Path) -> bool:
    """Whether somebody has the turn now."""
    if not (instance / LOCK).exists():
        return False
    try:
        with turn(instance):
            return False
    except BackupBusy:
        return True


def _locked(descriptor: int) -> bool:
    """Take the lock without waiting; whether it was free."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - exists there alone

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - exists here alone

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
