"""The database: reachable, of our release, and kept as it must be."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, select

from moralbank.check import check_village
from moralbank.db import Database, newest_migration, reading
from moralbank.doctor.findings import Finding, careful, fine, wrong
from moralbank.doctor.mounts import mount_of
from moralbank.errors import MoralbankError
from moralbank.i18n import _, listed
from moralbank.ledger.queries import require_clock
from moralbank.villages.models import Village
from moralbank.villages.queries import village_names

FULL: Final = 2
"""`PRAGMA synchronous`: each commit waits for the disk."""
_ROLE: Final = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")


def reach(database: Database) -> Iterator[Finding]:
    """Whether the database is there and its tables are ours; raises nothing."""
    try:
        database.require_current()
    except MoralbankError as refusal:
        yield wrong("database", refusal.message, _why(refusal))
        return
    shown = database.engine.url.render_as_string(hide_password=True)
    yield fine("database", _("数据库打得开：%(url)s", url=shown))
    yield fine("migrations", _("数据库版本与程序一致（%(number)s）", number=newest_migration()))


def kept(database: Database) -> Iterator[Finding]:
    """How the database keeps what was written, and for whom; it must have been reached."""
    with reading() as session:
        yield from (_sqlite if database.is_sqlite else _postgresql)(database, session)


def villages(database: Database) -> Iterator[Finding]:
    """Which villages there are, and whether the clock runs behind their books."""
    del database
    with reading() as session:
        found = village_names(session)
        yield fine("villages", _("开户的村：%(n)s 个", n=len(found)))
        for number, name in found.items():
            try:
                require_clock(session, number)
            except MoralbankError as refusal:
                advice = _("校准这台电脑的时间（打开自动对时）")
                yield wrong("clock", f"{name}：{refusal.message}", advice)


def books(database: Database) -> Iterator[Finding]:
    """Whether every village's books can be proved, from their first event."""
    del database
    with reading() as session:
        for number, name in session.exec(select(Village.id, Village.name)).all():
            problems = check_village(session, number)
            if problems:
                yield wrong(
                    "books",
                    _("%(village)s：账目有 %(n)s 处不对", village=name, n=len(problems)),
                    _("停止记账，保留数据库，运行 moralbank check 看是哪里，请懂的人来查"),
                )
            else:
                yield fine("books", _("%(village)s：账目无误", village=name))


def _sqlite(database: Database, session: Session) -> Iterator[Finding]:
    mode, synchronous = (_pragma(session, name) for name in ("journal_mode", "synchronous"))
    if (mode, synchronous) == ("wal", FULL):
        yield fine("keeping", _("断电也不丢：WAL，每笔都等写到磁盘"))
    else:
        yield wrong(
            "keeping",
            _(
                "断电可能丢账：journal_mode=%(mode)s，synchronous=%(level)s",
                mode=mode,
                level=synchronous,
            ),
            _("把数据文件夹放到这台电脑自己的硬盘上"),
        )
    yield from _place(Path(database.engine.url.database or ""))


def _place(file: Path) -> Iterator[Finding]:
    mount = mount_of(file.parent)
    if mount is None:
        return
    shown = _("数据库所在的磁盘：%(place)s（%(kind)s）", place=mount.place, kind=mount.kind)
    if mount.is_networked:
        yield wrong(
            "place",
            _("数据库放在网络盘上：%(place)s（%(kind)s）", place=mount.place, kind=mount.kind),
            _(
                "SQLite 在网络盘上会坏。停下程序，用备份恢复到本机硬盘；"
                "要几台电脑共用，换 PostgreSQL"
            ),
        )
    elif mount.is_stick:
        yield careful(
            "place",
            _(
                "数据库放在 U 盘或移动硬盘上：%(place)s（%(kind)s）",
                place=mount.place,
                kind=mount.kind,
            ),
            _("没停程序就拔会坏账。搬到本机硬盘，U 盘只放备份"),
        )
    else:
        yield fine("place", shown)


def _postgresql(database: Database, session: Session) -> Iterator[Finding]:
    del database
    version, encoding, zone = (
        session.connection().scalar(text(f"SHOW {name}"))
        for name in ("server_version", "server_encoding", "TimeZone")
    )
    yield fine("postgresql", f"PostgreSQL {version}, TimeZone {zone}")
    if encoding == "UTF8":
        yield fine("encoding", _("数据库编码 UTF8"))
    else:
        yield wrong(
            "encoding",
            _("数据库编码是 %(encoding)s，生僻字存不进去", encoding=encoding),
            _("重建数据库：createdb -E UTF8 -T template0，再用备份恢复"),
        )
    yield from _durability(session)
    if session.connection().scalar(_ROLE):
        yield careful(
            "row_security",
            _("程序用的数据库用户权限太大（超级用户或 BYPASSRLS），各村之间的第二道墙不起作用"),
            _("另建一个普通用户：createuser moralbank，把数据库交给它，再用它连接"),
        )
    else:
        yield fine("row_security", _("各村之间的第二道墙（行级安全）有效"))


def _durability(session: Session) -> Iterator[Finding]:
    """Whether what was acknowledged outlives a crash of the server."""
    off = [
        name
        for name in ("fsync", "synchronous_commit", "full_page_writes")
        if session.connection().scalar(text(f"SHOW {name}")) == "off"
    ]
    if off:
        yield wrong(
            "keeping",
            _("断电可能丢账：PostgreSQL 的 %(names)s 关着", names=listed(off)),
            _("在 postgresql.conf 里改成 on，再重启 PostgreSQL"),
        )
    else:
        yield fine("keeping", _("办成的每一笔都写到磁盘上才算数"))


def _why(refusal: MoralbankError) -> str:
    """What to look after where the database doesn't answer; other refusals say so themselves."""
    if not isinstance(refusal.__cause__, DatabaseError):
        return ""
    why = str(refusal.__cause__).split("\n", 1)[0]
    return _(
        "看看数据库启动了没有，MORALBANK_DATABASE_URL 的地址、用户、密码对不对：%(why)s", why=why
    )


def _pragma(session: Session, name: str) -> Any:
    with closing(session.connection().exec_driver_sql(f"PRAGMA {name}")) as found:
        return found.scalar()
