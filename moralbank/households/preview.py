"""What importing a file would do, before anything is done."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from sqlmodel import Session

from moralbank.errors import Invalid
from moralbank.households.headings import FIELDS, REQUIRED, Header, find_header
from moralbank.households.queries import existing_households
from moralbank.households.roster import JudgedRow, judge, parse
from moralbank.households.workbook import read_table
from moralbank.i18n import _, listed
from moralbank.printing import rare
from moralbank.tables.cells import Cell, Fate, Table, heading, is_blank

SAMPLES: Final = 3
LONGEST_SAMPLE: Final = 10
_WORTH_A_LOOK: Final = (Fate.ERROR, Fate.CHANGED, Fate.NEW, Fate.SAME)
# Numbers of identity or bank cards must not show even in a sample.
_LONG_NUMBER: Final = re.compile(r"[0-9０-９]{14,}[xXｘＸ]?")


@dataclass(frozen=True)
class Column:
    """A column of the user's file to choose from: "B 列：小组（一组、二组）"."""

    index: int
    label: str


@dataclass(frozen=True)
class Preview:
    """A roster judged against the village.

    `header` is None where the columns could not be told; `trouble` then says why.
    """

    table: Table
    header: Header | None
    trouble: str
    columns: tuple[Column, ...]
    judged: tuple[JudgedRow, ...]

    @property
    def counts(self) -> dict[Fate, int]:
        """How many rows have each fate."""
        return {fate: len(self.of(fate)) for fate in Fate}

    @property
    def has_work(self) -> bool:
        """Whether importing would change anything."""
        return any(item.fate in {Fate.NEW, Fate.CHANGED} for item in self.judged)

    @property
    def paper_warning(self) -> str:
        """What to say of names that no font can write; empty when all can be printed."""
        return rare.warning(item.row.head for item in self.judged)

    def of(self, fate: Fate | None) -> list[JudgedRow]:
        """The rows of one fate; or all, those first that someone should look at."""
        if fate is not None:
            return [item for item in self.judged if item.fate == fate]
        return sorted(self.judged, key=lambda item: _WORTH_A_LOOK.index(item.fate))

    def column_of(self, field: str) -> int | None:
        """The column that a field is read from."""
        return self.header.columns.get(field) if self.header else None


def preview(
    session: Session,
    village_id: int,
    content: bytes,
    filename: str,
    mapping: Mapping[str, int | None],
) -> Preview:
    """Read a file and judge its rows; raises Invalid only when it is no table at all."""
    table = read_table(content, filename)
    try:
        header = choose_columns(table, mapping)
    except Invalid as refusal:
        return Preview(table, None, refusal.message, _columns(table, None), ())
    judged = judge(parse(table, header), existing_households(session, village_id))
    trouble = "" if judged else _("表头下面没有一户人家，请检查是否选错了文件或列。")
    return Preview(table, header, trouble, _columns(table, header), judged)


def choose_columns(table: Table, mapping: Mapping[str, int | None]) -> Header:
    """The table's header with the user's choices; None leaves an optional field unread.

    Raises MissingColumns, BadMapping.
    """
    header = find_header(table, {name: at for name, at in mapping.items() if at is not None})
    unread = {name for name, at in mapping.items() if at is None and name not in REQUIRED}
    columns = {name: at for name, at in header.columns.items() if name not in unread}
    return replace(header, columns=columns)


def mapping_of(answers: Mapping[str, str]) -> dict[str, int | None]:
    """The choices of the mapping form: a column's index for each field, "" for none."""
    return {
        name: int(answers[name]) if answers[name].isdecimal() and answers[name].isascii() else None
        for name in FIELDS
        if name in answers
    }


def _columns(table: Table, header: Header | None) -> tuple[Column, ...]:
    """All columns that may be read, identity numbers left out."""
    ignored = header.ignored if header else ()
    top = header.row_index if header else -1
    return tuple(
        Column(index, _label(table, index, top))
        for index in range(len(table.rows[0]))
        if top < 0 or heading(table.rows[top][index]) not in ignored
    )


def _label(table: Table, index: int, top: int) -> str:
    """A column by its letter, its heading and a few cells under it."""
    title = heading(table.rows[top][index]) if top >= 0 else ""
    filled = [row[index] for row in table.rows[top + 1 :] if not is_blank(row[index])]
    samples = islice(dict.fromkeys(_sample(cell) for cell in filled), SAMPLES)
    words = {"letter": _letter(index), "title": title or _("没有名称")}
    if not filled:
        return _("%(letter)s 列：%(title)s", **words)
    return _("%(letter)s 列：%(title)s（%(cells)s）", **words, cells=listed(samples))


def _sample(cell: Cell) -> str:
    """The beginning of a cell, whole numbers without .0 and long numbers blotted out."""
    whole = isinstance(cell, float) and cell.is_integer()
    text = f"{cell:.0f}" if whole else " ".join(str(cell).split())
    text = _LONG_NUMBER.sub("…", text)
    return text if len(text) <= LONGEST_SAMPLE + 1 else text[:LONGEST_SAMPLE] + "…"


def _letter(index: int) -> str:
    """A column's name as Excel shows it: 0 is A, 26 is AA."""
    letters = ""
    while index >= 0:
        index, place = index // 26 - 1, index % 26
        letters = chr(ord("A") + place) + letters
    return letters
