"""Paper as a row among the others: every figure of `bench print`, and cards against seconds."""

from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Final

from moralbank.bench.bare_cards import bare_cards, cut_font
from moralbank.bench.figures import Curve
from moralbank.bench.people import CardFaces
from moralbank.bench.plan import Measured, Plan
from moralbank.bench.printing import ROWS
from moralbank.bench.printing import measure as measure_paper
from moralbank.cards.pdf import card_sheet

_TIMES: Final = 10


def measure(plan: Plan) -> Measured:
    """The figures of paper and the curve of cards; what can't be read back is INVALID."""
    cards = plan.size.cards
    return Measured(measure_paper(tuple(ROWS), plan.rounds, cards), [_growth(cards)])


def _growth(cards: int) -> Curve:
    """Seconds for a tenth of `cards`, for all of them, for ten times as many."""
    sizes = [cards // _TIMES, cards, cards * _TIMES]
    ours, bare = [], []
    for size in sizes:
        faces = list(CardFaces(size))
        font = cut_font(faces)
        ours.append(_seconds(partial(card_sheet, faces)))
        bare.append(_seconds(partial(bare_cards, faces, font)))
    return Curve("cards", "household cards, ten to a sheet of A4", sizes, ours, "s", bare)


def _seconds(draw: Callable[[], bytes]) -> float:
    begun = perf_counter()
    draw()
    return perf_counter() - begun
