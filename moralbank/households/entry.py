"""One household typed by hand, cleaned by the roster's own rules so that both ways agree."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from moralbank.households.headings import FIELDS, GROUP, HEAD, NUMBER, Header
from moralbank.households.roster import RosterRow, parse
from moralbank.i18n import _
from moralbank.tables.cells import Cell, Table

# 一组-012, 一组012, 1组12号: whatever stands before the last number is the group.
_LABEL: Final = re.compile(r"(.*[^\d-])-?(\d{1,8}[A-Za-z]?)号?")
_DASHES: Final = str.maketrans(dict.fromkeys("‐‑‒–—―−─", "-"))
_SOMEBODY: Final = "某"


def cleaned(values: Mapping[str, Cell]) -> RosterRow:
    """The values (by roster field) as a row of the roster would have them, errors and all."""
    columns = {name: index for index, name in enumerate(FIELDS)}
    table = Table("", (tuple(values.get(name) for name in FIELDS),))
    rows = parse(table, Header(-1, columns))
    if not rows:
        words = _("请填写小组、户号和户主姓名")
        return RosterRow(line=1, errors=(words,), wrong=frozenset({HEAD}))
    return rows[0]


def read_label(typed: str) -> tuple[str, str] | None:
    """Group and number of "一组-012", also written 一组012, 1组12号 or full-width; else None."""
    text = unicodedata.normalize("NFKC", re.sub(r"\s+", "", typed)).translate(_DASHES)
    match = _LABEL.fullmatch(text)
    if match is None:
        return None
    row = cleaned({GROUP: match[1], NUMBER: match[2], HEAD: _SOMEBODY})
    return None if row.errors else (row.group, row.number)
