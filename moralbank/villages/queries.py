"""Reading villages, groups and settings."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from moralbank.audit import AuditEntry
from moralbank.errors import NotFound, NoVillage
from moralbank.i18n import listed, mark
from moralbank.ledger.models import Head
from moralbank.prepared import Prepared
from moralbank.villages.codes import is_village
from moralbank.villages.models import Group, SettingRow, Village
from moralbank.villages.settings import ORGANISATION, SETTINGS, TOWN

SETTING_CHANGED: Final = "villages.setting"
"""The act under which changes of settings stand in the audit trail."""
USER_RENAMED: Final = "villages.rename_user"
"""The act under which a user's other name stands there, given when the village moved in."""
_TELEPHONE: Final = re.compile(r"[0-9][0-9 \-]{5,}[0-9]")


class VillageUnknown(NotFound):
    """No village has this code."""

    text = mark("没有代码为 %(village)s 的村")
    code = "village_unknown"


class GroupUnknown(NotFound):
    """The village has no such group."""

    text = mark("没有“%(name)s”这个小组。本村有：%(known)s")
    code = "group_unknown"


@dataclass(frozen=True)
class VillageInfo:
    """A village as pages and sheets speak of it.

    Since `left_at` its books go on in another installation, and here they are only read.
    """

    id: int
    name: str
    town: str
    organisation: str
    settings: dict[str, str]
    left_at: datetime | None = None

    @property
    def full_name(self) -> str:
        """The village behind its town, as posters name it."""
        return f"{self.town}{self.name}"


_VILLAGE: Final = Prepared(
    select(Village.id, Village.name, Head.left_at)
    .join(Head, col(Head.village_id) == col(Village.id), isouter=True)
    .where(Village.id == bindparam("village"))
)


def village_info(session: Session, village_id: int) -> VillageInfo:
    """The village with everything it has set; raises VillageUnknown."""
    session.flush()  # what was changed in this very transaction
    village = _VILLAGE.first(session, village=village_id)
    if village is None:
        raise VillageUnknown(village=village_id)
    values = settings_of(session, village_id)
    return VillageInfo(
        id=village.id,
        name=village.name,
        town=values[TOWN],
        organisation=values[ORGANISATION] or f"{village.name}村民委员会",
        settings=values,
        left_at=village.left_at,
    )


def only_village(session: Session) -> Village:
    """The installation's village where there is just one; raises NoVillage where there is none.

    With several villages the one with the smallest code is given; offices above them are none.
    """
    villages = select(Village).where(is_village(col(Village.id)))
    village = session.exec(villages.order_by(col(Village.id))).first()
    if village is None:
        raise NoVillage
    return village


def require_opened(session: Session) -> None:
    """Raise NoVillage where nobody could sign in: neither a village was opened nor an office."""
    if session.exec(select(Village.id).limit(1)).first() is None:
        raise NoVillage


def village_names(session: Session) -> dict[int, str]:
    """Every village's name by its code, in their order; offices above them are none."""
    villages = select(Village.id, Village.name).where(is_village(col(Village.id)))
    return dict(session.exec(villages.order_by(col(Village.id))).all())


def telephone_in(contact: str) -> str:
    """The number in a contact that a phone can call ("04760000000"), or nothing."""
    found = _TELEPHONE.search(contact)
    return re.sub(r"[ \-]", "", found.group()) if found else ""


_SETTINGS: Final = Prepared(
    select(SettingRow.key, SettingRow.value).where(SettingRow.village_id == bindparam("village"))
)


def settings_of(session: Session, village_id: int) -> dict[str, str]:
    """Every setting's value, defaults included, by key."""
    session.flush()  # what was changed in this very transaction
    changed = {row.key: row.value for row in _SETTINGS.rows(session, village=village_id)}
    return {key: changed.get(key, setting.default) for key, setting in SETTINGS.items()}


def number_set(session: Session, village_id: int, key: str) -> int:
    """A setting that is a whole number."""
    return int(settings_of(session, village_id)[key])


@dataclass(frozen=True)
class SettingPast:
    """What a setting was: its first value, and each change with its moment, new value and event.

    The event is the last one in the books when it was changed; changes from before that was
    written down have none.
    """

    first: str
    changes: tuple[tuple[datetime, str, int | None], ...]

    def when(self, seq: int, moment: datetime) -> str:
        """The value in force when this event was written; `moment` is the event's own."""
        value = self.first
        for changed, after, last in self.changes:
            if (last >= seq) if last is not None else (changed > moment):
                break
            value = after
        return value


def setting_past(session: Session, village_id: int, key: str) -> SettingPast:
    """The past of one setting, as the audit trail has it."""
    found = session.exec(
        select(AuditEntry)
        .where(
            AuditEntry.village_id == village_id,
            AuditEntry.act == SETTING_CHANGED,
            AuditEntry.subject == key,
        )
        .order_by(col(AuditEntry.id))
    )
    told = [(entry.at, json.loads(entry.detail)) for entry in found]
    changes = tuple((at, str(detail["after"]), detail.get("seq")) for at, detail in told)
    return SettingPast(told[0][1]["before"] if told else SETTINGS[key].default, changes)


def groups_of(session: Session, village_id: int) -> list[Group]:
    """The village's groups in their order."""
    return list(
        session.exec(
            select(Group)
            .where(Group.village_id == village_id)
            .order_by(col(Group.position), col(Group.id))
        )
    )


def group_called(session: Session, village_id: int, name: str) -> Group:
    """The village's group of this name; raises GroupUnknown, which names those there are."""
    groups = groups_of(session, village_id)
    for group in groups:
        if group.name == name.strip():
            return group
    raise GroupUnknown(name=name[:20], known=listed(group.name for group in groups))


def group_of(session: Session, village_id: int, group_id: int) -> Group:
    """The village's group of this number; raises GroupUnknown as `group_called` does."""
    groups = groups_of(session, village_id)
    for group in groups:
        if group.id == group_id:
            return group
    raise GroupUnknown(name=group_id, known=listed(group.name for group in groups))
