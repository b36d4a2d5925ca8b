"""The trail: who did what to whom, from where; rows are only ever added."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, select
from sqlmodel import Field, Session, SQLModel

from moralbank import clock
from moralbank.columns import row_number
from moralbank.i18n import _, mark
from moralbank.prepared import adding

AT_THE_MACHINE: Final = "command line"
"""The device of acts that were done by commands."""


@dataclass(frozen=True)
class Actor:
    """Who acts: a person of one village, in one role, from one place.

    `user_id` 0 is the system itself. `role` is the role's word ("recorder"); what it may do is
    said in `access/permissions.py`. `device` is the address or terminal the act came from.
    `seconded_by` is who confirmed an act that takes two people (`proposals/`), 0 for other acts;
    `alone` says that such an act was done while nobody else could have confirmed it.
    """

    village_id: int
    user_id: int
    name: str
    role: str
    device: str = ""
    seconded_by: int = 0
    alone: bool = False


class AuditEntry(SQLModel, table=True):
    """One act that someone may want to ask about later."""

    __tablename__ = "audit_entries"

    id: int | None = row_number()
    village_id: int = Field(sa_type=BigInteger, foreign_key="villages.id", index=True)
    at: datetime
    user_id: int
    device: str = Field(max_length=80)
    act: str = Field(max_length=40)
    subject: str = Field(max_length=120)
    detail: str


_entries = AuditEntry.__table__  # type: ignore[attr-defined]
_ADD: Final = adding(_entries, but=["id"])


def came_from(device: str) -> str:
    """Where an act came from, for whoever reads the trail: an address, or the machine itself."""
    return _(mark("命令行")) if device == AT_THE_MACHINE else device


@dataclass(frozen=True)
class Line:
    """A line of the trail as proofs read it, its detail as it was given."""

    user_id: int
    at: datetime
    act: str
    subject: str
    detail: dict[str, Any]


def trail(session: Session, village_id: int, acts: Collection[str]) -> list[Line]:
    """What a village's trail says of these acts, the oldest first."""
    rows = session.connection().execute(
        select(_entries)
        .where(_entries.c.village_id == village_id, _entries.c.act.in_(acts))
        .order_by(_entries.c.id)
    )
    return [Line(row.user_id, row.at, row.act, row.subject, json.loads(row.detail)) for row in rows]


def record(session: Session, actor: Actor, act: str, subject: str, **detail: Any) -> None:
    """Add one line to the trail; `act` is room.verb ("households.import").

    Of an act that takes two people the line names the second of them, or says that there was
    none.
    """
    if actor.seconded_by:
        detail["seconded_by"] = actor.seconded_by
    if actor.alone:
        detail["alone"] = True
    session.flush()  # the village itself may be new
    _ADD.run(
        session,
        village_id=actor.village_id,
        at=clock.now(),
        user_id=actor.user_id,
        device=actor.device[:80],
        act=act,
        subject=subject[:120],
        detail=json.dumps(detail, ensure_ascii=False, sort_keys=True, default=str),
    )
