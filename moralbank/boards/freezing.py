"""A board as it was published, frozen: rows in the words of that moment, and their sha256.

Two issues are the same when everything of them and of their lines is the same, in its order. The
digest stands on the issue's page and in the trail, so that one proves the other.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, Final

from moralbank.boards.deedline import cut
from moralbank.boards.models import BoardIssue, BoardLine
from moralbank.boards.queries import Ranking
from moralbank.ledger.chain import canonical_json
from moralbank.villages.queries import VillageInfo
from moralbank.villages.settings import CONTACT

Row = Mapping[str, Any]

_issues = BoardIssue.__table__  # type: ignore[attr-defined]
_lines = BoardLine.__table__  # type: ignore[attr-defined]

_HEAD: Final = tuple(column.name for column in _issues.columns if column.name != "digest")
_LINE: Final = tuple(column.name for column in _lines.columns)


def digest_of(head: Row, lines: Iterable[Row]) -> str:
    """The sha256 (64 hex digits) of an issue's row and of its lines' rows, in their order.

    Covers every column of both tables but the digest itself.
    """
    body = [
        {name: _plain(head[name]) for name in _HEAD},
        [{name: _plain(line[name]) for name in _LINE} for line in lines],
    ]
    return sha256(canonical_json(body).encode()).hexdigest()


def frozen_board(ranking: Ranking) -> dict[str, Any]:
    """What an issue keeps of its board and period: title, measure, rules in words, couplet."""
    board, period = ranking.board, ranking.period
    return {
        "slug": board.slug,
        "title": _within(ranking.title, _issues.c.title),
        "period": period.text,
        "first_day": period.first,
        "group_name": ranking.group,
        "measure": board.measure,
        "subject": board.subject,
        "rule": _within(ranking.rule, _issues.c.rule),
        "tie_rule": _within(ranking.tie_rule, _issues.c.tie_rule),
        "top": board.top,
        "minimum": board.minimum,
        "first_line": board.couplet[0],
        "second_line": board.couplet[1],
        "style": board.style,
    }


def frozen_village(village: VillageInfo) -> dict[str, Any]:
    """What an issue keeps of its village: how it is called, who publishes, whom to ask."""
    return {
        "village_name": _within(village.full_name, _issues.c.village_name),
        "organisation": village.organisation,
        "contact": village.settings[CONTACT],
    }


def frozen_lines(village_id: int, issue_id: int, ranking: Ranking) -> list[dict[str, Any]]:
    """Everybody who stands there, as shown now: only those with a medal keep their picture."""
    medalled = len(ranking.honoured)
    return [
        {
            "village_id": village_id,
            "issue_id": issue_id,
            "line": line,
            "rank": one.rank,
            "name": _within(one.name, _lines.c.name),
            "household_id": one.household_id,
            "member_id": one.member_id,
            "group_name": one.group,
            "deed": _within(one.deed, _lines.c.deed),
            "points": one.points,
            "photo_id": one.photo_id if line <= medalled and one.shown else None,
        }
        for line, one in enumerate(ranking.standings, start=1)
    ]


def _within(text: str, column: Any) -> str:
    """The text, cut with an ellipsis where the column can't hold it."""
    return cut(text, column.type.length)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value.isoformat() if isinstance(value, date) else value
