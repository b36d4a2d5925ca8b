"""Opening the office of a town or county: a code with users and a trail, without households."""

import re
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session

from moralbank import audit, clock
from moralbank.access.permissions import Role
from moralbank.audit import AT_THE_MACHINE, Actor
from moralbank.errors import Invalid, Refused
from moralbank.i18n import _, mark
from moralbank.ledger.accounts import open_ledger
from moralbank.villages.codes import DIGITS, Level, level_of
from moralbank.villages.models import Village

_WRITTEN: Final = re.compile(r"[1-9](?:\d|\d{3}|\d{5}|\d{8}|\d{11})", re.ASCII)
"""A code of 2, 4, 6, 9 or 12 digits: as far as it names something, or filled up with zeros."""
_SHORTEST_NAME, _LONGEST_NAME = 2, 40


class OfficeCodeInvalid(Invalid):
    """An office's code is that of a town (9 digits), county (6), city (4) or province (2).

    Source: 统计用区划代码 (National Bureau of Statistics). Written in full it ends in 000.
    """

    text = mark(
        "机构代码不对：乡镇写 9 位（如 150404103），县区写 6 位（如 150404），"
        "也可以补 0 写满 12 位；村的代码不行，村用 init 开户"
    )
    code = "office_code_invalid"


class OfficeNameInvalid(Invalid):
    """An office's name is that of its town or county: 2 to 40 characters."""

    text = mark("名称不对：写乡镇或县区的全称，2 到 40 个字，如 哈拉道口镇")
    code = "office_name_invalid"


class OfficeOpenAlready(Refused):
    """The office was opened before."""

    text = mark("%(name)s（%(office)s）已经开过，要加人用 regions users add")
    code = "office_open_already"


@dataclass(frozen=True)
class OpenOffice:
    """An office to be opened: its full code, and the name of its town or county."""

    code: int
    name: str


def office_code(typed: str) -> int:
    """The full code that was typed, short ("150404103") or long; raises OfficeCodeInvalid."""
    typed = typed.strip()
    if not _WRITTEN.fullmatch(typed):
        raise OfficeCodeInvalid(field="code")
    code = int(typed.ljust(DIGITS, "0"))
    if level_of(code) is Level.VILLAGE:
        raise OfficeCodeInvalid(field="code")
    return code


def wanted_office(code: str, name: str) -> OpenOffice:
    """What was typed as an office; raises OfficeCodeInvalid, OfficeNameInvalid."""
    name = name.strip()
    if not _SHORTEST_NAME <= len(name) <= _LONGEST_NAME:
        raise OfficeNameInvalid(field="name")
    return OpenOffice(office_code(code), name)


def open_office(session: Session, wanted: OpenOffice) -> Village:
    """Make an office; its books stay as empty as they are opened. Raises OfficeOpenAlready."""
    known = session.get(Village, wanted.code)
    if known is not None:
        raise OfficeOpenAlready(name=known.name, office=known.id)
    office = Village(id=wanted.code, name=wanted.name, opened_at=clock.now())
    session.add(office)
    session.flush()
    open_ledger(session, office.id)
    audit.record(session, founder(office.id), "regions.open", office.name)
    return office


def founder(office_id: int) -> Actor:
    """Whoever sits at the machine: opens offices and gives them their people."""
    return Actor(office_id, 0, _("开户"), Role.OVERSEER, AT_THE_MACHINE)
