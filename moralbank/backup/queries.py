"""How backups stand: for the page, the home page and `doctor`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from moralbank import clock
from moralbank.backup import shelf
from moralbank.backup.disk import is_busy
from moralbank.backup.plan import Plan, State
from moralbank.backup.shelf import Backup
from moralbank.errors import MoralbankError
from moralbank.i18n import _, sentences

OLD: Final = timedelta(days=2)
"""A backup older than this is shown red."""


@dataclass(frozen=True)
class Standing:
    """How backups stand, in words that name no path: village people of a shared server read them.

    `words` is one sentence, `good` whether nothing is wrong, `failure` the last one in its own
    words (which may name a path), "" where it went well.
    """

    words: str
    good: bool
    made_at: datetime | None = None
    failure: str = ""


@dataclass(frozen=True)
class Page:
    """What the page of backups shows besides how they stand; `newest` first."""

    standing: Standing
    plan: Plan
    backups: list[Backup]
    busy: bool
    missing: bool
    """Whether the folder is not there now."""
    same_disk: bool
    """Whether backups lie on the disk that the books lie on, and would go with it."""


def standing(instance: Path) -> Standing:
    """How the machine's backups stand."""
    try:
        plan = Plan.load(instance)
    except MoralbankError as refusal:
        return Standing(
            _("备份设置读不懂，今天起不再自动备份"), good=False, failure=refusal.message
        )
    state = State.load(instance)
    last, failure = state.made_at, state.words if state.failed_at else ""
    if not shelf.is_ready(plan):
        return _bad(_("找不到放备份的文件夹：U 盘拔掉了吗？"), last, failure)
    if failure:
        return _bad(_("最近一次备份没有成功。"), last, failure)
    if last is None:
        return Standing(_last(last), good=False)
    if clock.now() - last > OLD:
        return _bad(_("已经 %(n)s 天没有备份了。", n=_days(last)), last)
    return Standing(_last(last), good=True, made_at=last)


def _bad(why: str, last: datetime | None, failure: str = "") -> Standing:
    return Standing(sentences([why, _last(last)]), good=False, made_at=last, failure=failure)


def page(instance: Path) -> Page:
    """Everything for the page; raises PlanUnreadable."""
    plan = Plan.load(instance)
    return Page(
        standing(instance),
        plan,
        shelf.listed(plan.place),
        is_busy(instance),
        missing=not shelf.is_ready(plan),
        same_disk=_device(plan.place) == _device(instance),
    )


def spoken(moment: datetime) -> str:
    """A moment as one says it: "今天 22:10", "昨天 22:10", "2026-11-18 22:10"."""
    time = f"{clock.local(moment):%H:%M}"
    days = _days(moment)
    if days == 0:
        return _("今天 %(time)s", time=time)
    if days == 1:
        return _("昨天 %(time)s", time=time)
    return clock.minute(moment)


def size(octets: int) -> str:
    """A file's size: "820 KB", "34.5 MB", "1.2 GB"."""
    for unit, name in ((1024**3, "GB"), (1024**2, "MB")):
        if octets >= unit:
            return f"{octets / unit:.1f} {name}"
    return f"{max(1, octets // 1024)} KB"


def _last(made_at: datetime | None) -> str:
    return _("上次备份：%(when)s", when=spoken(made_at)) if made_at else _("还没有备份过")


def _days(moment: datetime) -> int:
    """How many days of the calendar ago."""
    return (clock.today() - clock.local(moment).date()).days


def _device(folder: Path) -> int | None:
    try:
        return folder.stat().st_dev
    except OSError:
        return None
