"""Refusals: what the product says when it can't, or won't, do something.

Every refusal is a class beside the service that raises it. Its `text` is the Chinese message
(a msgid, with `%(name)s` places), its `code` a stable word for programs. How a refusal becomes
an HTTP status is known by `web/errors.py` alone, how it becomes an exit code by `cli.py`.
"""

from typing import Any, ClassVar

from moralbank.i18n import _, mark


class MoralbankError(Exception):
    """Base of everything that a user may be told.

    `message` is translated when read, so it speaks the language of whoever reads it.
    `field` names the form field at fault, if there is one. `kept` says that the refusal itself
    was written down (under its request id, or in the trail) and is to be committed with nothing
    else: whoever raises it has written nothing besides, or undone it by a savepoint.
    `uncertain` says that the act may have been done all the same: asking again will tell.
    """

    text: ClassVar[str] = mark("没有办成，请重试")
    code: ClassVar[str] = "error"
    kept: bool = False
    uncertain: ClassVar[bool] = False

    def __init__(self, *, field: str | None = None, **values: Any) -> None:
        """Remember the values that fill the places of the text."""
        self.field = field
        self.values = values
        super().__init__(self.code)

    @property
    def message(self) -> str:
        """The whole sentence in the reader's language."""
        return _(self.text, **self.values)

    def __str__(self) -> str:
        """Say the message."""
        return self.message


class Invalid(MoralbankError):
    """What was given can't be understood or lies outside its bounds."""

    text = mark("填写的内容不对，请检查")
    code = "invalid"


class NotFound(MoralbankError):
    """The thing named does not exist in this village."""

    text = mark("没有找到")
    code = "not_found"


class Denied(MoralbankError):
    """This person may not do this."""

    text = mark("您的岗位不能做这件事")
    code = "denied"


class Refused(MoralbankError):
    """A rule of the village or of the books stands against it."""

    text = mark("按规定不能这样办")
    code = "refused"


class Unavailable(MoralbankError):
    """The database or another part can't be reached just now."""

    text = mark("系统暂时不能用，请稍后再试")
    code = "unavailable"


class DatabaseLocked(Unavailable):
    """Another program holds the database."""

    text = mark("数据库正被别的程序占用，这次没有写入。请稍等几秒再试一次。")
    code = "database_locked"


class DatabaseGone(Unavailable):
    """The connection broke, or none can be had: whether the last step was kept nobody knows."""

    text = mark(
        "数据库连接断了，可能正在重新启动。请等几秒，照原样再办一次：如果刚才已经办成，不会重复算。"
    )
    code = "database_gone"
    uncertain = True


class DatabaseReadOnly(Unavailable):
    """The file, its folder or its disk may only be read; or the server is a standby."""

    text = mark(
        "数据库现在只能看、不能写，这次没有写入。请检查数据文件夹的权限，"
        "以及磁盘（U 盘）是不是写保护了，然后再办一次。"
    )
    code = "database_read_only"


class DatabaseUnopened(Unavailable):
    """The file, or the server's database, is there but may not be opened."""

    text = mark("打不开数据库，请检查数据文件夹的权限和磁盘，或数据库的用户名和密码。")
    code = "database_unopened"


class DiskFull(Unavailable):
    """No room is left where the database lies."""

    text = mark("磁盘满了，这次没有写入。请先清出一些空间，然后再办一次；已经入账的都还在。")
    code = "disk_full"


class DiskFailed(Unavailable):
    """The disk refused to read or write; what was acknowledged before is kept."""

    text = mark(
        "磁盘读写出错。请检查磁盘是不是坏了、满了或被拔掉了，然后照原样再办一次：不会重复算。"
        "已经入账的请尽快备份。"
    )
    code = "disk_failed"
    uncertain = True


class DatabaseMissing(Unavailable):
    """There is no database yet, or it was moved away."""

    text = mark("找不到数据库。请先运行 moralbank init 开户，或检查数据文件夹是否移动过。")
    code = "database_missing"


class DatabaseOutdated(Unavailable):
    """The tables are older (or newer) than this program."""

    text = mark("数据库版本与程序不一致，请运行 moralbank db upgrade。")
    code = "database_outdated"


class DatabaseNewer(Unavailable):
    """The tables are of a later release than this program."""

    text = mark("数据库是更新版本的程序建的，这个程序太旧。请先更新程序，数据没有改动。")
    code = "database_newer"


class DatabaseDamaged(Unavailable):
    """The file is no database of ours, or was damaged."""

    text = mark("这个文件不是道德银行的数据库，或者已经损坏。请不要再写入，用备份恢复。")
    code = "database_damaged"


class NoVillage(Unavailable):
    """`moralbank init` has not been run."""

    text = mark("这里还没有开户。请在这台电脑上运行 moralbank init。")
    code = "no_village"
