"""The village's trail as a list: who did what, when, from where; the newest first."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session

from moralbank import clock
from moralbank.access.queries import user_names
from moralbank.audit import AuditEntry, came_from
from moralbank.excel import workbook
from moralbank.households.erased import Erased, erased_in
from moralbank.i18n import _
from moralbank.paging import Page, place
from moralbank.supervision.act_details import detail_words, one_line, subject_words
from moralbank.supervision.act_words import GROUPS, WORDS, act_words, group_words

PAGE_SIZE: Final = 50
_audit = AuditEntry.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class ActFilter:
    """What the list is narrowed to: a user's number (0 is the system), an act or a room, a day."""

    user_id: int | None = None
    act: str = ""
    day: date | None = None


@dataclass(frozen=True)
class DoneAct:
    """One line of the trail, ready to be read; `detail` is (what, value)."""

    at: datetime
    by: str
    act: str
    group: str
    subject: str
    device: str
    detail: list[tuple[str, str]]


def kinds() -> list[tuple[str, list[tuple[str, str]]]]:
    """The rooms and acts to choose from, in words: room, then (value, label) of its acts."""
    offered = []
    for room in GROUPS:
        acts = [(act, act_words(act)) for act in WORDS if act.startswith(f"{room}.")]
        offered.append((group_words(room), [(room, _("全部")), *acts]))
    return offered


def act_page(session: Session, village_id: int, wanted: ActFilter, number: int) -> Page[DoneAct]:
    """A page of the village's trail."""
    which = _which(village_id, wanted)
    total = session.scalar(select(func.count()).select_from(_audit).where(*which)) or 0
    here = place(total, number, PAGE_SIZE)
    return Page(_acts(session, village_id, which, here.offset, here.size), here)


def acts(session: Session, village_id: int, wanted: ActFilter) -> list[DoneAct]:
    """All of it."""
    return _acts(session, village_id, _which(village_id, wanted))


def act_list(rows: list[DoneAct]) -> bytes:
    """The list as an Excel file."""
    heads = [_("时间"), _("谁"), _("哪方面"), _("做了什么"), _("对象"), _("详情"), _("从哪里")]
    lines = [
        [
            clock.minute(row.at),
            row.by,
            row.group,
            row.act,
            row.subject,
            one_line(row.detail),
            row.device,
        ]
        for row in rows
    ]
    return workbook(_("操作记录"), heads, lines)


def _which(village_id: int, wanted: ActFilter) -> list[ColumnElement[bool]]:
    which = [_audit.c.village_id == village_id]
    if wanted.user_id is not None:
        which.append(_audit.c.user_id == wanted.user_id)
    if wanted.act in GROUPS:
        which.append(_audit.c.act.startswith(f"{wanted.act}.", autoescape=True))
    elif wanted.act:
        which.append(_audit.c.act == wanted.act)
    if wanted.day is not None:
        which.append(_audit.c.at >= clock.midnight(wanted.day))
        which.append(_audit.c.at < clock.midnight(wanted.day + timedelta(days=1)))
    return which


def _acts(
    session: Session,
    village_id: int,
    which: list[ColumnElement[bool]],
    offset: int = 0,
    limit: int | None = None,
) -> list[DoneAct]:
    found = session.connection().execute(
        select(_audit).where(*which).order_by(_audit.c.id.desc()).offset(offset).limit(limit)
    )
    people = user_names(session, village_id)
    erased = erased_in(session, village_id)
    return [_done(row, people, erased) for row in found]


def _done(row: Any, people: dict[int, str], erased: Erased) -> DoneAct:
    detail = erased.shown(row.act, row.subject, json.loads(row.detail))
    return DoneAct(
        at=row.at,
        by=people.get(row.user_id, str(row.user_id)),
        act=act_words(row.act),
        group=group_words(row.act),
        subject=subject_words(row.act, row.subject),
        device=came_from(row.device),
        detail=detail_words(row.act, detail, people),
    )
