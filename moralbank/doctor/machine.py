"""The machine: its programs, the instance folder, disk, clock, fonts."""

import os
import platform
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fontTools.ttLib import TTFont, TTLibError

from moralbank import clock
from moralbank.config import KEY_BYTES, SIGNING_KEY, Settings
from moralbank.doctor.findings import Finding, careful, fine, wrong
from moralbank.i18n import _, listed
from moralbank.printing.fonts import FOLDER, Voice

GIGABYTE: Final = 1 << 30
LEAST_FREE: Final = GIGABYTE
NEXT_TO_NOTHING: Final = GIGABYTE // 10
SAFE_SQLITE: Final = (3, 51, 3)
"""The first without the WAL-reset fault: https://sqlite.org/releaselog/3_51_3.html."""
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def python(_settings: Settings) -> Iterator[Finding]:
    """Which Python this is."""
    yield fine("python", _("Python %(version)s", version=platform.python_version()))


def sqlite_library(
    _settings: Settings, version: tuple[int, int, int] = sqlite3.sqlite_version_info
) -> Iterator[Finding]:
    """Whether the SQLite library that Python brought is one without the WAL-reset fault."""
    name = ".".join(map(str, version))
    if version >= SAFE_SQLITE:
        yield fine("sqlite", _("SQLite %(version)s", version=name))
        return
    yield careful(
        "sqlite",
        _(
            "SQLite %(version)s：有一个很少见的毛病，几个连接同时写时可能弄坏数据库"
            "（3.51.3 起已修好）",
            version=name,
        ),
        _(
            "换新的 Python 或升级系统。在那以前：同一个数据库只开一个 moralbank serve，"
            "每天备份；几个程序一起用的，换 PostgreSQL"
        ),
    )


def folder(settings: Settings) -> Iterator[Finding]:
    """Whether the instance folder can be written, and by its owner alone."""
    place = settings.instance
    if not place.is_dir():
        yield wrong(
            "folder",
            _("没有数据文件夹：%(path)s", path=place),
            _("用 --instance 指到数据文件夹，或运行 moralbank init 开户"),
        )
        return
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as fault:
        yield wrong(
            "folder",
            _("数据文件夹写不进去：%(path)s（%(why)s）", path=place, why=fault.strerror),
            _("看看磁盘是不是满了、只读，或者这个用户有没有权限"),
        )
        return
    yield from _private("folder", place, 0o700, _("数据文件夹：%(path)s", path=place))


def secret_key(settings: Settings) -> Iterator[Finding]:
    """Whether the key that signs sessions is whole and private."""
    path = settings.instance / SIGNING_KEY
    if not path.exists():
        yield fine("secret_key", _("登录密钥：第一次启动网页时生成"))
    elif path.stat().st_size < KEY_BYTES:
        yield wrong(
            "secret_key",
            _("登录密钥 secret.key 不完整"),
            _("停下程序，删掉 secret.key 再启动；大家重新登录一次就好"),
        )
    else:
        yield from _private("secret_key", path, 0o600, _("登录密钥只有本用户能读"))


def disk(settings: Settings) -> Iterator[Finding]:
    """Whether there is room for the books to grow, and for a backup and a restore beside them."""
    place = settings.instance if settings.instance.is_dir() else settings.instance.parent
    try:
        free = shutil.disk_usage(place).free
    except OSError:
        return  # what is said of the folder says it
    room = _("磁盘还剩 %(gb)s GB", gb=f"{free / GIGABYTE:.1f}")
    wanted = max(LEAST_FREE, 3 * _size_of_books(settings.instance))
    if free >= wanted:
        yield fine("disk", room)
        return
    said = careful if free > NEXT_TO_NOTHING else wrong
    least = f"{wanted / GIGABYTE:.1f}"
    yield said("disk", room, _("清理磁盘，至少留 %(gb)s GB；旧备份先拷到别处再删", gb=least))


def time(_settings: Settings) -> Iterator[Finding]:
    """Which time it is for us, to be compared with a watch; the zone must be known."""
    yield fine(
        "time", _("现在是 %(now)s（北京时间），请与手机对一对", now=clock.minute(clock.now()))
    )


def fonts(_settings: Settings) -> Iterator[Finding]:
    """Whether all fonts that paper is written with can be opened."""
    broken = [voice for voice in Voice if not _opens(FOLDER / f"{voice}.ttf")]
    if broken:
        yield wrong(
            "fonts",
            _("打印用的字体打不开：%(names)s", names=listed(broken)),
            _("重新安装本软件（pip install --force-reinstall）"),
        )
    else:
        yield fine("fonts", _("打印用的 %(n)s 套字体都在", n=len(Voice)))


def _opens(path: Path) -> bool:
    try:
        with TTFont(path, lazy=True) as font:
            return bool(font["maxp"].numGlyphs)
    except (OSError, TTLibError):
        return False


def _size_of_books(instance: Path) -> int:
    return sum(path.stat().st_size for path in instance.glob("moralbank.db*"))


def _private(key: str, path: Path, mode: int, words: str) -> Iterator[Finding]:
    """Whether nobody else on this machine may read a file; Windows has other rights than these."""
    if os.name != "nt" and path.stat().st_mode & _OTHERS:
        yield careful(
            key,
            _("这台电脑上别的用户也能读：%(path)s", path=path),
            _("运行 chmod %(mode)s %(path)s", mode=f"{mode:o}", path=path),
        )
    else:
        yield fine(key, words)
