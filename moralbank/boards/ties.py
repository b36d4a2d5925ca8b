"""Places: most points first, and what becomes of those who are equal."""

from collections.abc import Sequence
from typing import Final

from moralbank.boards.candidates import Candidate
from moralbank.boards.models import Ties
from moralbank.boards.strokes import strokes_key
from moralbank.i18n import _, mark

TIE_LABELS: Final = {
    Ties.COMPETITION: mark("并列，后面的名次空出来：1、2、2、4"),
    Ties.DENSE: mark("并列，名次连着排：1、2、2、3"),
    Ties.HONOUR: mark("荣誉总分高的在前"),
    Ties.STROKES: mark("按姓氏笔画，少的在前"),
}
"""What a village may choose from."""
_RULES: Final = {
    Ties.COMPETITION: mark("相同的并列，后面的名次空出来（1、2、2、4）。"),
    Ties.DENSE: mark("相同的并列，名次连着排（1、2、2、3）。"),
    Ties.HONOUR: mark("相同的，荣誉总分（历年入账的加分）高的在前；再相同的并列。"),
    Ties.STROKES: mark("相同的，按姓氏笔画从少到多排；笔画也相同的并列。"),
}


def tie_rule(ties: Ties) -> str:
    """What becomes of equal points, in a sentence for the poster."""
    return _(_RULES[ties])


def placed(
    candidates: Sequence[Candidate], ties: Ties, top: int
) -> tuple[tuple[int, Candidate], ...]:
    """Those who stand on a board of `top` places, each with the place, the first one first.

    Who can't be told apart shares a place, and who shares the last place stands there too. Fewer
    strokes only bring order: nobody is left out whose points are enough, on account of the name.
    """
    ordered = sorted(
        candidates, key=lambda one: (-one.points, _parting(one, ties), one.walk, one.name)
    )
    found: list[tuple[int, Candidate]] = []
    place = 0
    for position, candidate in enumerate(ordered, start=1):
        last = found[-1][1] if found else None
        if last is None or not _equal(last, candidate, ties):
            if position > top and not _kept_by_strokes(last, candidate, ties):
                break
            place = place + 1 if ties == Ties.DENSE else position
        found.append((place, candidate))
    return tuple(found)


def _parting(candidate: Candidate, ties: Ties) -> tuple[object, ...]:
    """What parts those with equal points, the smaller one in front."""
    if ties == Ties.HONOUR:
        return (-candidate.honour,)
    if ties == Ties.STROKES:
        return strokes_key(candidate.name)
    return ()


def _equal(one: Candidate, other: Candidate, ties: Ties) -> bool:
    return one.points == other.points and _parting(one, ties) == _parting(other, ties)


def _kept_by_strokes(last: Candidate | None, candidate: Candidate, ties: Ties) -> bool:
    return ties == Ties.STROKES and last is not None and last.points == candidate.points
