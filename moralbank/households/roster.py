"""Judging a village's household roster: what each row says, and what importing it would do.

Pure functions from a `Table` to judged rows; the service alone writes. A wrong cell never
raises: it becomes an error of its row, in words that the village accountant can act on.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple, TypeVar

from moralbank.households.cells import (
    clean_address,
    clean_consent,
    clean_group,
    clean_head,
    clean_note,
    clean_number,
    clean_people,
    clean_telephone,
)
from moralbank.households.headings import (
    ADDRESS,
    CONSENT,
    FIELDS,
    GROUP,
    HEAD,
    NOTE,
    NUMBER,
    PEOPLE,
    TELEPHONE,
    Header,
    field_label,
    names_field,
)
from moralbank.i18n import _
from moralbank.tables.cells import (
    Cell,
    Fate,
    Row,
    Table,
    WrongCellError,
    as_text,
    heading,
    is_blank,
    squeezed,
)

EXAMPLE: Final = "示例"
"""A row that begins with this word shows how to fill in the sheet and is never imported."""

Value = str | int | bool | None
T = TypeVar("T")

_FOOT: Final = re.compile(
    r".{0,8}(合计|总计|小计|共计)|(填表|制表|审核|经办|负责)(人|日期|时间)?[:：]?|(备注|说明|注)[:：]"
)


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One household as the sheet has it, cleaned; a cell that can't be read is left blank.

    `line` is the row's number in the sheet, from 1. `errors` are sentences for people and
    `wrong` the fields they are about.
    """

    line: int
    group: str = ""
    number: str = ""
    head: str = ""
    telephone: str = ""
    people: int | None = None
    address: str = ""
    note: str = ""
    consent: bool | None = None
    errors: tuple[str, ...] = ()
    wrong: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ExistingHousehold:
    """What the village already knows of a household."""

    head: str
    telephone: str = ""
    people: int | None = None
    address: str = ""
    note: str = ""
    consent: bool | None = None
    erased: bool = False


class Change(NamedTuple):
    """A field that importing would alter."""

    field: str
    old: Value
    new: Value


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A row with its fate; `reasons` are its errors, or its changes in words."""

    row: RosterRow
    fate: Fate
    changes: tuple[Change, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(slots=True)
class _Findings:
    """What is wrong with the row being read."""

    errors: list[str] = field(default_factory=list)
    wrong: set[str] = field(default_factory=set)

    def read(self, name: str, clean: Callable[[Cell], T], cell: Cell, blank: T) -> T:
        """Clean a cell, or note what is wrong with it and go on with `blank`."""
        try:
            return clean(cell)
        except WrongCellError as error:
            self.errors.append(_("%(column)s：%(why)s", column=field_label(name), why=str(error)))
            self.wrong.add(name)
            return blank


def parse(table: Table, header: Header) -> tuple[RosterRow, ...]:
    """Read every household below the headings; never raises.

    Blank rows, totals, signatures and repeated headings are left out. A group written once for
    a run of rows (merged cells) holds until the next one.
    """
    rows: list[RosterRow] = []
    group: Cell = None
    for index in range(header.row_index + 1, len(table.rows)):
        cells = table.rows[index]
        raw = {name: cells[column] for name, column in header.columns.items()}
        if _is_no_household(cells, raw):
            continue
        if not is_blank(raw[GROUP]):
            group = raw[GROUP]
        if all(is_blank(cell) for name, cell in raw.items() if name != GROUP):
            continue
        rows.append(_read_row(index + 1, raw | {GROUP: group}))
    return _with_collisions(rows)


def judge(
    rows: Iterable[RosterRow], existing: Mapping[tuple[str, str], ExistingHousehold]
) -> tuple[JudgedRow, ...]:
    """Say for every row what importing it would do; `existing` goes by (group, number).

    A blank cell never erases what the village already knows.
    """
    return tuple(_judge_row(row, existing.get((row.group, row.number))) for row in rows)


def _is_no_household(cells: Row, raw: Mapping[str, Cell]) -> bool:
    """Whether a row is an example, a repeated heading, a total or a signature."""
    first = next((heading(cell) for cell in cells if not is_blank(cell)), "")
    if first == EXAMPLE:
        return True
    if names_field(raw[HEAD], HEAD) and names_field(raw[NUMBER], NUMBER):
        return True
    texts = (squeezed(cell) for cell in (first, raw[GROUP], raw[NUMBER], raw[HEAD]))
    if not any(_FOOT.match(text) for text in texts):
        return False
    # 负责 and the like can begin a real row's first cell: a whole household is never dropped.
    findings = _Findings()
    head = findings.read(HEAD, clean_head, raw[HEAD], "")
    return _FOOT.match(head) is not None or not findings.read(NUMBER, clean_number, raw[NUMBER], "")


def _read_row(line: int, raw: Mapping[str, Cell]) -> RosterRow:
    """Clean one household's cells, collecting what is wrong with them."""
    found = _Findings()
    values = {name: raw.get(name) for name in FIELDS}
    row = RosterRow(
        line=line,
        group=found.read(GROUP, clean_group, values[GROUP], ""),
        number=found.read(NUMBER, clean_number, values[NUMBER], ""),
        head=found.read(HEAD, clean_head, values[HEAD], ""),
        telephone=found.read(TELEPHONE, clean_telephone, values[TELEPHONE], ""),
        people=found.read(PEOPLE, clean_people, values[PEOPLE], None),
        address=found.read(ADDRESS, clean_address, values[ADDRESS], ""),
        note=found.read(NOTE, clean_note, values[NOTE], ""),
        consent=found.read(CONSENT, clean_consent, values[CONSENT], None),
    )
    return replace(row, errors=tuple(found.errors), wrong=frozenset(found.wrong))


def _with_collisions(rows: Sequence[RosterRow]) -> tuple[RosterRow, ...]:
    """Add errors to rows that claim one household number, each naming another's line."""
    claims: dict[tuple[str, str], list[RosterRow]] = {}
    for row in rows:
        if row.group and row.number and row.head:
            claims.setdefault((row.group, row.number), []).append(row)
    rivals: dict[int, RosterRow] = {}
    for first, *others in claims.values():
        if not others:
            continue
        other_head = next((row for row in others if row.head != first.head), others[0])
        rivals[first.line] = other_head
        for row in others:
            rivals[row.line] = other_head if row.head == first.head != other_head.head else first
    return tuple(_collided(row, rivals[row.line]) if row.line in rivals else row for row in rows)


def _collided(row: RosterRow, rival: RosterRow) -> RosterRow:
    """A row with the error that `rival` claims the same household."""
    if row.head == rival.head:
        error = _("与第 %(line)s 行重复", line=rival.line)
    else:
        error = _(
            "户号与第 %(line)s 行相同，那里的户主是%(head)s", line=rival.line, head=rival.head
        )
    return replace(row, errors=(*row.errors, error), wrong=row.wrong | {NUMBER})


def _judge_row(row: RosterRow, existing: ExistingHousehold | None) -> JudgedRow:
    """The fate of one row."""
    if row.errors:
        return JudgedRow(row, Fate.ERROR, reasons=row.errors)
    if existing is None:
        return JudgedRow(row, Fate.NEW)
    if existing.erased:
        words = _("这一户的个人资料已经抹去，不能再导入；新来的住户请另用一个户号")
        return JudgedRow(row, Fate.ERROR, reasons=(words,))
    changes = tuple(
        Change(name, getattr(existing, name), getattr(row, name))
        for name in (HEAD, TELEPHONE, PEOPLE, ADDRESS, NOTE, CONSENT)
        if getattr(row, name) not in {"", None, getattr(existing, name)}
    )
    fate = Fate.CHANGED if changes else Fate.SAME
    return JudgedRow(row, fate, changes, tuple(_change_in_words(change) for change in changes))


def _change_in_words(change: Change) -> str:
    """A change as the accountant reads it."""
    return _(
        "%(field)s由“%(old)s”改为“%(new)s”",
        field=field_label(change.field),
        old=as_text(change.old),
        new=as_text(change.new),
    )
