"""Forms of the supervisor: a draw, and what was found on the spot."""

from collections.abc import Iterable, Mapping

from moralbank.forms import AtMost, BaseForm, TextField
from moralbank.i18n import mark
from moralbank.supervision.models import Finding
from moralbank.supervision.queries import RecheckRow
from moralbank.supervision.service import LONGEST_SEED, Found


class DrawForm(BaseForm):
    """Which month to draw from, with which seed; an empty one is drawn by the system."""

    month = TextField(mark("月份"))
    seed = TextField(mark("种子"), [AtMost(LONGEST_SEED)])


def read_found(rows: Iterable[RecheckRow], sent: Mapping[str, str]) -> dict[int, Found]:
    """What was sent of each line; a line that wasn't stays as it was."""
    return {row.line: _read(row, sent) for row in rows}


def _read(row: RecheckRow, sent: Mapping[str, str]) -> Found:
    finding = sent.get(f"finding-{row.line}", "")
    return Found(
        Finding(finding) if finding in set(Finding) else row.finding,
        sent.get(f"note-{row.line}", row.note).strip(),
    )
