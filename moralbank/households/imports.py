"""Imports of rosters, as the trail tells of them."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session

from moralbank.audit import AuditEntry

_audit = AuditEntry.__table__  # type: ignore[attr-defined]

IMPORT: Final = "households.import"
"""The act under which imports stand in the audit trail."""


@dataclass(frozen=True)
class ImportInfo:
    """What one import of a roster did, in rows; `by` is the user's number."""

    at: datetime
    by: int
    filename: str
    new: int
    changed: int
    same: int
    skipped: int


def imports_of(session: Session, village_id: int, limit: int = 20) -> list[ImportInfo]:
    """The latest imports of rosters, newest first."""
    rows = session.connection().execute(
        select(_audit.c.at, _audit.c.user_id, _audit.c.subject, _audit.c.detail)
        .where(_audit.c.village_id == village_id, _audit.c.act == IMPORT)
        .order_by(_audit.c.id.desc())
        .limit(limit)
    )
    return [_import_info(row) for row in rows]


def _import_info(row: Any) -> ImportInfo:
    detail = json.loads(row.detail)
    return ImportInfo(
        at=row.at,
        by=row.user_id,
        filename=row.subject,
        new=detail["new"],
        changed=detail["changed"],
        same=detail["same"],
        skipped=detail["skipped"],
    )
