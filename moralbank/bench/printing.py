"""How quickly paper is made: cards beside the fastest way known, and beside the usual ones."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from moralbank.bench.bare_cards import bare_cards, cut_font
from moralbank.bench.figures import (
    MEGABYTES,
    MILLISECONDS,
    Aim,
    Figure,
    Round,
    Unmeasured,
    at_least,
    at_most,
    in_turns,
    per_second,
)
from moralbank.bench.memory import peak_of
from moralbank.bench.other_cards import fpdf2_cards, html_cards, merged_cards
from moralbank.bench.people import CardFaces, board, notice
from moralbank.bench.proofs import wrong_cards, wrong_names
from moralbank.bench.replay import drawn, replayed
from moralbank.boards.pdf import board_poster
from moralbank.cards.faces import CardFace
from moralbank.cards.pdf import card_sheet
from moralbank.i18n import _
from moralbank.notices.pdf import notice_list

Cards = Callable[[Sequence[CardFace]], bytes]
Measured = Figure | Unmeasured

BARE_AIM: Final = at_least(0.6)
"""Of the fastest way known: what is left over for names that fit and spell, and for `qrcode`."""
MERGE_AIM: Final = at_least(50)
MEMORY_AIM: Final = at_most(1.2)
"""Flat: fifty times as many cards in a fifth more memory at most."""
REDRAWN_AIM: Final = at_most(4)
"""Our sheets embed up to five voices where the replay has one, and measure every string."""
_MANY_TIMES: Final = 50
_WARM: Final = 20
_POSTERS: Final = 100
_HOUSEHOLDS: Final = 400


def measure(names: Sequence[str], rounds: int, cards: int) -> list[Measured]:
    """The figures called, `cards` cards each; those of `ROWS` in their order."""
    return [row(name, rounds, cards) for name, row in ROWS.items() if name in names]


def _bare(name: str, rounds: int, cards: int) -> Figure:
    faces = list(CardFaces(cards))
    font = cut_font(faces)
    baseline = "reportlab by raw operators, cut font, zxing-cpp's codes"
    return _cards(name, faces, baseline, lambda some: bare_cards(some, font), rounds, BARE_AIM)


def _beside(other: Cards, baseline: str, aim: Aim | None = None) -> Callable[..., Measured]:
    """A row that measures ours beside a way that needs packages of the extra `bench`."""

    def row(name: str, rounds: int, cards: int) -> Measured:
        try:
            return _cards(name, list(CardFaces(cards)), baseline, other, rounds, aim)
        except (ImportError, OSError):  # WeasyPrint also needs a library of the system
            why = _('未装：pip install "moralbank[bench]"')
            return Unmeasured(name, _work(cards), baseline, why)

    return row


def _cards(
    name: str,
    faces: Sequence[CardFace],
    baseline: str,
    other: Cards,
    rounds: int,
    aim: Aim | None,
) -> Figure:
    files: dict[str, bytes] = {}

    def ours() -> None:
        files["ours"] = card_sheet(faces)

    def theirs() -> None:
        files["baseline"] = other(faces)

    card_sheet(faces[:_WARM])
    other(faces[:_WARM])
    taken = tuple(in_turns(ours, theirs, rounds))
    wrong = "; ".join(
        f"{whose}: {fault}"
        for whose, pdf in files.items()
        if (fault := wrong_cards(pdf, [face.payload for face in faces]))
    )
    scale, size = per_second(len(faces), "cards"), len(files["ours"])
    return Figure(name, _work(len(faces)), baseline, scale, aim, taken, wrong, size)


def _work(cards: int) -> str:
    return f"{cards} household cards, ten to a sheet of A4"


def _memory(name: str, rounds: int, cards: int) -> Measured:
    """One round: a process that does the same again needs the same again."""
    del rounds
    many = _MANY_TIMES * cards
    work, baseline = f"{many} cards into a file, peak memory", f"{cards} cards"
    few_peak, many_peak = peak_of(cards), peak_of(many)
    if few_peak is None or many_peak is None:
        return Unmeasured(name, work, baseline, _("这种系统上量不了"))
    taken = (Round([many_peak], [few_peak]),)
    return Figure(name, work, baseline, MEGABYTES, MEMORY_AIM, taken)


def _posters(name: str, rounds: int, cards: int) -> Figure:
    del cards
    sheets = [board(number) for number in range(_POSTERS)]
    first = [entry.name for entry in sheets[0].entries]
    work = f"{_POSTERS} board posters of A4, {len(first)} names each"
    return _redrawn(
        name, work, [partial(board_poster, one, paper="a4") for one in sheets], first, rounds
    )


def _notice(name: str, rounds: int, cards: int) -> Figure:
    del cards
    sheet = notice(_HOUSEHOLDS)
    names = [line.head for line in sheet.households]
    work = f"notice of {_HOUSEHOLDS} households on A4"
    return _redrawn(name, work, [partial(notice_list, sheet)], names, rounds)


def _redrawn(
    name: str,
    work: str,
    sheets: Sequence[Callable[[], bytes]],
    names: Sequence[str],
    rounds: int,
) -> Figure:
    """Sheets beside their own strings and rectangles; the first must show `names`."""
    made = [sheet() for sheet in sheets]
    pages = [drawn(pdf) for pdf in made]
    taken = in_turns(
        lambda: [sheet() for sheet in sheets], lambda: [replayed(one) for one in pages], rounds
    )
    baseline = "the same strings and rectangles by bare reportlab"
    wrong, size = wrong_names(made[0], names), len(made[0])
    return Figure(name, work, baseline, MILLISECONDS, REDRAWN_AIM, tuple(taken), wrong, size)


ROWS: Final[dict[str, Callable[[str, int, int], Measured]]] = {
    "cards": _bare,
    "cards-merge": _beside(merged_cards, "one-card files, merged by pypdf", MERGE_AIM),
    "cards-weasyprint": _beside(html_cards, "HTML by WeasyPrint"),
    "cards-fpdf2": _beside(fpdf2_cards, "fpdf2"),
    "cards-memory": _memory,
    "posters": _posters,
    "notice-sheet": _notice,
}
"""What measures each figure: by its name, the number of rounds and that of cards."""
