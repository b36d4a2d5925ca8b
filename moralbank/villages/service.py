"""Opening a village and changing what it has set."""

import re
from dataclasses import dataclass

from sqlmodel import Session, select

from moralbank import audit, clock
from moralbank.audit import Actor
from moralbank.errors import Invalid, Refused
from moralbank.i18n import mark
from moralbank.ledger import service as ledger
from moralbank.ledger.accounts import open_ledger
from moralbank.ledger.queries import require_clock
from moralbank.villages.codes import Level, level_of
from moralbank.villages.models import Group, SettingRow, Village
from moralbank.villages.queries import SETTING_CHANGED
from moralbank.villages.settings import NOTICE_DAYS, setting


class VillageCodeInvalid(Invalid):
    """The code is the 12-digit statistical division code; a village's ends in 200–399.

    Source: 统计用区划代码 (National Bureau of Statistics): 000–199 are residents' committees,
    200–399 villagers' committees, 400–599 those of other kinds.
    """

    text = mark("村代码不对：须是 12 位统计用区划代码，不以 0 开头，例如 150404103201")
    code = "village_code_invalid"


class VillageNameInvalid(Invalid):
    """A village's name is 2 to 40 characters."""

    text = mark("村名不对：须是 2 到 40 个字")
    code = "village_name_invalid"


class VillageOpenAlready(Refused):
    """The village was opened before."""

    text = mark("%(name)s（%(village)s）已经开户，不能重复开户")
    code = "village_open_already"


_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True)
class OpenVillage:
    """A village to be opened: its 12-digit code and its name."""

    code: str
    name: str


def check_wanted(wanted: OpenVillage) -> None:
    """Raise VillageCodeInvalid or VillageNameInvalid; needs no database."""
    written = re.fullmatch(r"[1-9]\d{11}", wanted.code, re.ASCII)
    if not written or level_of(int(wanted.code)) is not Level.VILLAGE:
        raise VillageCodeInvalid(field="code")
    if not 2 <= len(wanted.name.strip()) <= 40:  # noqa: PLR2004 - said in the message
        raise VillageNameInvalid(field="name")


def open_village(session: Session, wanted: OpenVillage) -> Village:
    """Make a village and begin its books. Raises the refusals above."""
    check_wanted(wanted)
    name = wanted.name.strip()
    existing = session.get(Village, int(wanted.code))
    if existing is not None:
        raise VillageOpenAlready(name=existing.name, village=existing.id)
    village = Village(id=int(wanted.code), name=name, opened_at=clock.now())
    session.add(village)
    session.flush()
    open_ledger(session, village.id)
    return village


def change_setting(session: Session, actor: Actor, key: str, value: str) -> str:
    """Set one of the village's settings; gives back the value as kept.

    Raises Invalid, and ClockBehind for the days of notice: by moments and events the village
    proves that nothing was posted without them.
    """
    checked = setting(key).check(value.strip())
    seq, _hash = ledger.lock(session, actor.village_id)
    if key == NOTICE_DAYS:
        require_clock(session, actor.village_id)
    row = session.get(SettingRow, (actor.village_id, key), populate_existing=True)
    before = row.value if row else setting(key).default
    if row is None:
        row = SettingRow(village_id=actor.village_id, key=key, value=checked)
    row.value = checked
    session.add(row)
    if before != checked:
        said = {"before": before, "after": checked, "seq": seq}
        audit.record(session, actor, SETTING_CHANGED, key, **said)
    return checked


def group_named(session: Session, village_id: int, name: str) -> Group:
    """The village's group of this name, made if it is new."""
    groups = session.exec(select(Group).where(Group.village_id == village_id)).all()
    for group in groups:
        if group.name == name:
            return group
    group = Group(
        village_id=village_id,
        id=ledger.take_number(session, village_id, "group"),
        name=name,
        position=_place(name, otherwise=100 + len(groups)),
    )
    session.add(group)
    session.flush()
    return group


def _place(name: str, *, otherwise: int) -> int:
    """A group's place in lists: 三组 after 二组 though it was made later; others in order."""
    found = re.fullmatch(r"([一二三四五六七八九])?(十)?([一二三四五六七八九])?组.*", name)
    if found is None or not any(found.groups()):
        return otherwise
    tens, ten, ones = found.groups()
    if ten is None:
        return _DIGITS.index(tens or ones)
    return 10 * (_DIGITS.index(tens) if tens else 1) + (_DIGITS.index(ones) if ones else 0)
