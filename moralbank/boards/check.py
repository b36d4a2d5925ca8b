"""The proof of what was published: issues are what was frozen, and name nobody against their will.

Not proven is that an issue's points are those that the ledger held at its mark: which items count
on a board is kept in words only, and deeds may have been taken back since. The digest, which stands
in the trail too, says that they are the points of that moment.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from moralbank import clock
from moralbank.audit import Line, trail
from moralbank.boards.definition_check import check_definitions
from moralbank.boards.freezing import digest_of
from moralbank.boards.issuing import PUBLISHED
from moralbank.boards.models import BoardIssue, BoardLine, Ties
from moralbank.boards.periods import read_period
from moralbank.boards.ties import tie_rule
from moralbank.errors import Invalid
from moralbank.households.imports import IMPORT
from moralbank.households.masking import is_masked
from moralbank.households.queries import all_households
from moralbank.i18n import _, in_the_villages_language, mark
from moralbank.ledger.chain import printed_mark
from moralbank.ledger.check import Problem
from moralbank.ledger.models import Event
from moralbank.local_numbers import local_number

_issues = BoardIssue.__table__  # type: ignore[attr-defined]
_lines = BoardLine.__table__  # type: ignore[attr-defined]
_events = Event.__table__  # type: ignore[attr-defined]

_EDIT = "households.edit"
_ERASE = "households.erase"


@dataclass(frozen=True)
class _Hung:
    """An issue's row and its lines' rows, in their order."""

    head: Any
    lines: Sequence[Any]

    @property
    def place(self) -> tuple[str, str, str]:
        """Board, period and group: of these there is one issue that nothing corrected."""
        return self.head["slug"], self.head["period"], self.head["group_name"]

    def problem(self, code: str, words: str) -> Problem:
        """Something wrong with it; `words` (a msgid) has places for title and number."""
        return Problem(code, _(words, title=self.head["title"], n=self.head["number"]))


def check_boards(session: Session, village_id: int) -> list[Problem]:
    """Everything wrong with a village's boards and issues; an empty list: nothing is."""
    hung = _all_hung(session, village_id)
    marks = _marks(session, village_id, hung)
    told = trail(session, village_id, [PUBLISHED, _EDIT, _ERASE, IMPORT])
    unwilling = _unwilling(session, village_id, told)
    problems: list[Problem] = []
    for one in hung.values():
        problems += _check_frozen(one, marks)
        problems += _check_days(one)
        problems += _check_places(one)
        problems += _check_correction(one, hung)
        problems += _check_names(one, unwilling.get(one.head["id"], ()))
    problems += _check_numbers(hung)
    problems += _check_twice(hung)
    problems += _check_trail(hung, [entry for entry in told if entry.act == PUBLISHED])
    problems += check_definitions(session, village_id)
    return problems


def _all_hung(session: Session, village_id: int) -> dict[int, _Hung]:
    connection = session.connection()
    lines: dict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(
        select(_lines)
        .where(_lines.c.village_id == village_id)
        .order_by(_lines.c.issue_id, _lines.c.line)
    ).mappings():
        lines[row["issue_id"]].append(row)
    heads = connection.execute(
        select(_issues).where(_issues.c.village_id == village_id).order_by(_issues.c.id)
    ).mappings()
    return {head["id"]: _Hung(head, lines[head["id"]]) for head in heads}


def _marks(session: Session, village_id: int, hung: dict[int, _Hung]) -> set[str]:
    """The marks of the events that issues name, as the books have them."""
    named = {one.head["mark"].partition("-")[0] for one in hung.values()}
    rows = session.connection().execute(
        select(_events.c.seq, _events.c.hash).where(
            _events.c.village_id == village_id,
            _events.c.seq.in_([seq for name in named if (seq := local_number(name))]),
        )
    )
    return {printed_mark(row.seq, row.hash) for row in rows}


def _check_frozen(one: _Hung, marks: set[str]) -> Iterator[Problem]:
    """It is what was frozen, at a moment that the books have."""
    if digest_of(one.head, one.lines) != one.head["digest"]:
        yield one.problem("board_digest", mark("%(title)s第 %(n)s 期的内容与发布时的不符"))
    if one.head["mark"] not in marks:
        yield one.problem("board_mark", mark("%(title)s第 %(n)s 期上印的账尾，账上没有"))


def _check_days(one: _Hung) -> Iterator[Problem]:
    """Its days are those of its period, and it hung from the day on which it was published."""
    head, issued = one.head, clock.local(one.head["issued_at"]).date()
    hangs = head["hangs_from"] is None or head["hangs_from"] == issued <= head["hangs_until"]
    if not hangs or (head["first_day"], head["last_day"]) != _counted(head["period"], issued):
        yield one.problem("board_days", mark("%(title)s第 %(n)s 期的日期不对"))


def _counted(written: str, issued: date) -> tuple[date, date] | None:
    """The days that counted, for a period published on a day; None where it is no period."""
    try:
        period = read_period(written)
    except Invalid:
        return None
    return period.first, min(period.last, issued)


def _check_places(one: _Hung) -> Iterator[Problem]:
    """Somebody stands there; places follow points by its rule of ties, and nobody is too many."""
    stands = [(line["rank"], line["points"]) for line in one.lines]
    points = [each for _rank, each in stands]
    last = points[min(len(points), one.head["top"]) - 1] if points else 0
    enough = bool(points) and min(points) >= max(one.head["minimum"], 1, last)
    placed = enough and any(_follow(stands, ties) for ties in _ties_of(one.head["tie_rule"]))
    if not placed:
        yield one.problem("board_places", mark("%(title)s第 %(n)s 期的名次与分数对不上"))


def _ties_of(words: str) -> Sequence[Ties]:
    """The rule of ties that is meant; any of them where it was said in words of other days."""
    with in_the_villages_language():
        meant = [ties for ties in Ties if tie_rule(ties) == words]
    return meant or list(Ties)


def _follow(stands: Sequence[tuple[int, int]], ties: Ties) -> bool:
    """Whether places and points go down together, from place 1 on.

    Who has as many points shares the place, or stands lower by honour or by strokes.
    """
    if stands[0][0] != 1:
        return False
    for position, ((before, more), (after, less)) in enumerate(pairwise(stands), start=2):
        shared = after == before
        if more < less or (shared and more > less):
            return False
        if not shared and more == less and ties in {Ties.COMPETITION, Ties.DENSE}:
            return False
        if not shared and after != (before + 1 if ties is Ties.DENSE else position):
            return False
    return True


def _check_correction(one: _Hung, hung: dict[int, _Hung]) -> Iterator[Problem]:
    """What it corrects came before it, and is of the same board, period and group."""
    corrects = one.head["corrects"]
    if corrects is None:
        return
    old = hung.get(corrects)
    if old is None or corrects >= one.head["id"] or old.place != one.place:
        yield one.problem("board_correction", mark("%(title)s第 %(n)s 期更正的不是它自己的前一期"))


def _check_names(one: _Hung, unwilling: Collection[int]) -> Iterator[Problem]:
    """Nobody is named whose household didn't want it when the issue was published."""
    named = {line["household_id"] for line in one.lines if not is_masked(line["name"])}
    if named & set(unwilling):
        yield one.problem("board_named", mark("%(title)s第 %(n)s 期写了不愿具名的人的姓名"))


def _unwilling(
    session: Session, village_id: int, told: Sequence[Line]
) -> dict[int, frozenset[int]]:
    """By issue: households that didn't want to be named when it was published.

    They are as they are now, less what changed since, read backwards from the trail.
    """
    households = all_households(session, village_id, active_only=False)
    numbers = {one.label: one.id for one in households}
    unwilling = {one.id for one in households if not one.consent}
    found: dict[int, frozenset[int]] = {}
    for entry in reversed(told):
        if entry.act == PUBLISHED:
            found[int(entry.subject)] = frozenset(unwilling)
        for label, changed in _households_changed(entry):
            if "consent" in changed and label in numbers:
                before = changed["consent"][0]
                (unwilling.discard if before else unwilling.add)(numbers[label])
    return found


def _households_changed(entry: Line) -> Iterable[tuple[str, dict[str, Any]]]:
    """Label and changed fields, of one edited or erased, or of all that an import changed."""
    if entry.act in {_EDIT, _ERASE}:
        return [(entry.subject, entry.detail)]
    changes: dict[str, dict[str, Any]] = entry.detail.get("changes", {})
    return changes.items()


def _check_numbers(hung: dict[int, _Hung]) -> Iterator[Problem]:
    """Each board's issues count from 1 without a gap, in the order in which they came."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for one in hung.values():
        numbers[one.head["slug"]].append(one.head["number"])
    for slug, found in numbers.items():
        if found != list(range(1, len(found) + 1)):
            yield Problem("board_numbers", _("榜“%(slug)s”的期号不连续", slug=slug))


def _check_twice(hung: dict[int, _Hung]) -> Iterator[Problem]:
    """Of a board, period and group one issue begins, and all others correct the one before."""
    begun: set[tuple[str, str, str]] = set()
    for one in hung.values():
        if one.head["corrects"] is not None:
            continue
        if one.place in begun:
            words = mark("%(title)s第 %(n)s 期与先前的一期重复，却没有写明更正")
            yield one.problem("board_twice", words)
        begun.add(one.place)


def _check_trail(hung: dict[int, _Hung], told: Sequence[Line]) -> Iterator[Problem]:
    """Every publication that the trail tells of is there as it was, and none besides."""
    published = {int(line.subject): line.detail for line in told}
    for number in sorted(published.keys() - hung.keys()):
        said = {"slug": published[number]["slug"], "n": published[number]["number"]}
        words = _("榜“%(slug)s”第 %(n)s 期发布过，现在却没有了", **said)
        yield Problem("board_missing", words)
    for number, one in hung.items():
        if published.get(number, {}).get("digest") != one.head["digest"]:
            yield one.problem("board_trail", mark("%(title)s第 %(n)s 期与操作记录里发布的不符"))
