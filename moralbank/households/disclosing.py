"""Everything kept about one household and its people, to be handed to them in one file.

个人信息保护法第四十五条: whoever it is about may see and copy it. Of others nothing stands in it:
names of other households and of their people are masked where they occur in what was written,
nobody is told who voted, who raised an objection, or who was a witness; a card's number is cut.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Table, select
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.audit import Actor
from moralbank.awards.models import Award
from moralbank.counter.models import Slip
from moralbank.excel import Sheet, workbook_of
from moralbank.households.disclosed import disclosed_sheets
from moralbank.households.queries import household
from moralbank.i18n import _, mark
from moralbank.photos import storage
from moralbank.photos.models import Photo, PhotoSubject, PhotoUse
from moralbank.reminders.models import Reminder
from moralbank.rounds.models import RoundScore
from moralbank.villages.queries import village_info

_UNSAFE: Final = re.compile(r"[^\w（）-]+")

_awards: Final[Table] = Award.__table__  # type: ignore[attr-defined]
_slips: Final[Table] = Slip.__table__  # type: ignore[attr-defined]
_reminders: Final[Table] = Reminder.__table__  # type: ignore[attr-defined]
_scores: Final[Table] = RoundScore.__table__  # type: ignore[attr-defined]
_photos: Final[Table] = Photo.__table__  # type: ignore[attr-defined]
_uses: Final[Table] = PhotoUse.__table__  # type: ignore[attr-defined]

_NOTE: Final = mark(
    "%(village)s%(household)s的个人资料，%(at)s从积分系统里导出。\n\n"
    "“资料.xlsx”用表格软件打开；“资料.json”内容相同，供别的程序读取；照片有 %(photos)s 张。\n"
    "写到别人家的姓名，只留姓；谁投的票、谁提的异议、谁是见证人，不在里面；卡号只有末四位。\n"
    "同时还用作别家证据的照片没有放进来（%(left)s 张），要看请找村委会。\n"
    "资料有错，请找村委会更正；迁出以后可以要求抹去。\n"
)


@dataclass(frozen=True)
class Disclosure:
    """The file (a zip) with its safe name, and how many photos are in it."""

    name: str
    content: bytes
    photos: int


def disclose(session: Session, actor: Actor, household_id: int, folder: Path) -> Disclosure:
    """Everything kept about a household, and a line in the trail that it was handed out.

    `folder` is where photos lie. Raises HouseholdUnknown.
    """
    info = household(session, actor.village_id, household_id)
    sheets = disclosed_sheets(session, actor.village_id, info)
    photos, left = _photos_of(session, actor.village_id, info.id, folder)
    audit.record(session, actor, "households.disclose", info.label, photos=len(photos))
    said = {"village": village_info(session, actor.village_id).name, "household": info.label}
    note = _(_NOTE, **said, at=clock.minute(clock.now()), photos=len(photos), left=left)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(_("说明.txt"), note)
        packed.writestr(_("资料.xlsx"), workbook_of(sheets))
        packed.writestr(_("资料.json"), _as_json(sheets))
        for number, jpeg in photos.items():
            packed.writestr(_("照片/%(n)s.jpg", n=f"{number:06d}"), jpeg)
    name = _("%(household)s-个人资料.zip", household=_UNSAFE.sub("_", info.label))
    return Disclosure(name, content.getvalue(), len(photos))


def _photos_of(
    session: Session, village_id: int, household_id: int, folder: Path
) -> tuple[dict[int, bytes], int]:
    """By number: the pictures that show its house, deeds, reminders, signatures; how many not.

    Left out are pictures that others' things rest on as well, and those of whoever objected.
    """
    own = _own_things(session, village_id, household_id)
    uses: dict[int, set[tuple[str, int]]] = {}
    for row in session.connection().execute(select(_uses).where(_uses.c.village_id == village_id)):
        uses.setdefault(row.photo_id, set()).add((row.subject, row.subject_id))
    scored = select(_scores.c.photo_id).where(
        _scores.c.village_id == village_id, _scores.c.household_id == household_id
    )
    seen = set(session.connection().scalars(scored)) - {None}  # of its yard, in a round
    shown = {number for number, of in uses.items() if of & own} | seen
    alone = {
        number
        for number in shown
        if all(use in own or use[0] == PhotoSubject.ROUND for use in uses.get(number, ()))
    }
    named = select(_photos.c.id, _photos.c.name).where(
        _photos.c.village_id == village_id, _photos.c.id.in_(alone)
    )
    found = {
        row.id: storage.read(folder, village_id, row.name)
        for row in session.connection().execute(named.order_by(_photos.c.id))
    }
    kept = {number: content for number, content in found.items() if content is not None}
    return kept, len(shown) - len(alone)


def _own_things(session: Session, village_id: int, household_id: int) -> set[tuple[str, int]]:
    """What pictures may show that is the household's: its house, deeds, reminders, slips."""
    own: set[tuple[str, int]] = {
        (PhotoSubject.HOUSEHOLD, household_id),
        (PhotoSubject.LAUREATE, household_id),
    }
    for kind, table in (
        (PhotoSubject.AWARD, _awards),
        (PhotoSubject.REMINDER, _reminders),
        (PhotoSubject.SLIP, _slips),
    ):
        mine = select(table.c.id).where(
            table.c.village_id == village_id, table.c.household_id == household_id
        )
        own |= {(kind, number) for number in session.connection().scalars(mine)}
    return own


def _as_json(sheets: Iterable[Sheet]) -> str:
    whole = {
        sheet.title: [dict(zip(sheet.columns, row, strict=True)) for row in sheet.rows]
        for sheet in sheets
    }
    return json.dumps(whole, ensure_ascii=False, indent=1)
