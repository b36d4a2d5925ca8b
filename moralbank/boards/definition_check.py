"""The proof that boards, and what was chosen for their lines, are what the trail tells of.

Whoever writes into the database past the program could lower a board's minimum or put other words
beside a name, and the next issue would hang it up in the village's own name.
"""

import json
from collections.abc import Iterator
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session

from moralbank.audit import trail
from moralbank.boards.definitions import BoardContent, seeded_boards
from moralbank.boards.edits import CHOSEN
from moralbank.boards.models import BoardEdit, BoardRow
from moralbank.boards.service import CHANGED
from moralbank.households.queries import all_households
from moralbank.i18n import _
from moralbank.ledger.check import Problem

_rows = BoardRow.__table__  # type: ignore[attr-defined]
_edits = BoardEdit.__table__  # type: ignore[attr-defined]

_LISTS: Final = frozenset({"couplet", "categories", "items"})
_PLAIN: Final = (
    *(field.name for field in fields(BoardContent) if field.name not in _LISTS),
    "hidden",
)
"""Fields of a board that stand in its row as they stand in the trail."""

_Key = tuple[str, str, int, int]
"""Board, period, household and member of an edit."""


def check_definitions(session: Session, village_id: int) -> Iterator[Problem]:
    """Boards that were changed otherwise than the trail tells, and lines' words and pictures."""
    stored, told = _stored(session, village_id), _told(session, village_id)
    for slug in sorted(stored.keys() | told.keys()):
        row, said = stored.get(slug), told.get(slug)
        if row is None or said is None or any(row[name] != said[name] for name in said):
            yield Problem("board_changed", _("榜“%(slug)s”的规定与改动的记录不符", slug=slug))
    chosen, kept = _chosen(session, village_id), _kept(session, village_id)
    for slug, period in sorted({key[:2] for key in _differing(chosen, kept)}):
        words = _("榜“%(slug)s”%(period)s的事迹或照片与选定时的不符", slug=slug, period=period)
        yield Problem("board_edit", words)


def _stored(session: Session, village_id: int) -> dict[str, dict[str, Any]]:
    rows = session.connection().execute(select(_rows).where(_rows.c.village_id == village_id))
    return {
        row["slug"]: {
            **{name: row[name] for name in (*_PLAIN, "changed_by")},
            **json.loads(row["counts"]),
            "couplet": [row["first_line"], row["second_line"]],
        }
        for row in rows.mappings()
    }


def _told(session: Session, village_id: int) -> dict[str, dict[str, Any]]:
    """By board what the trail says of it; of a seed that was changed also what was not."""
    told: dict[str, dict[str, Any]] = {}
    for entry in trail(session, village_id, [CHANGED]):
        slug, detail = entry.detail["slug"], entry.detail
        if detail.get("reset"):
            told.pop(slug, None)
            continue
        said = told.setdefault(slug, _seeded(slug))
        said.update(detail.get("new", {}))
        said.update({name: after for name, (_old, after) in detail.get("changes", {}).items()})
        said["hidden"] = detail.get("hidden", said["hidden"])
        said["changed_by"] = entry.user_id
    return told


def _seeded(slug: str) -> dict[str, Any]:
    """A board as every village begins with it; one of the village's own begins with nothing.

    Which numbers its items had depended on the scheme of the day on which it was changed.
    """
    for board in seeded_boards():
        if board.slug == slug:
            plain = {name: getattr(board, name) for name in _PLAIN}
            return {**plain, "couplet": list(board.couplet), "categories": list(board.categories)}
    return {"hidden": False}


def _kept(session: Session, village_id: int) -> dict[_Key, tuple[Any, ...]]:
    rows = session.connection().execute(select(_edits).where(_edits.c.village_id == village_id))
    return {
        (row.slug, row.period, row.household_id, row.member_id): (
            row.deed,
            row.photo_id,
            row.changed_by,
        )
        for row in rows
    }


def _chosen(session: Session, village_id: int) -> dict[_Key, tuple[Any, ...]]:
    """By line what was chosen last, as the trail tells it."""
    households = all_households(session, village_id, active_only=False)
    numbers = {one.label: one.id for one in households}
    chosen: dict[_Key, tuple[Any, ...]] = {}
    for entry in trail(session, village_id, [CHOSEN]):
        said = entry.detail
        whose = numbers.get(entry.subject, 0)
        key = (said["slug"], said["period"], whose, said["member"])
        if said["deed"] or said["photo"] is not None:
            chosen[key] = (said["deed"], said["photo"], entry.user_id)
        else:
            chosen.pop(key, None)
    return chosen


def _differing(
    one: dict[_Key, tuple[Any, ...]], other: dict[_Key, tuple[Any, ...]]
) -> Iterator[_Key]:
    return (key for key in one.keys() | other.keys() if one.get(key) != other.get(key))
