"""QR codes as vector rectangles."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape
from operator import itemgetter
from typing import Any, Final

from qrcode import base, constants, util
from qrcode.exceptions import DataOverflowError
from qrcode.main import QRCode

from moralbank.printing.sheet import mm

QUIET_ZONE = 4
"""Width of the empty border around a code, in modules (ISO/IEC 18004)."""

MASK: Final = 3
"""Searching the best mask takes six sevenths of the time, and any mask decodes."""

_APART: Final = 20
"""So many digits in a row are packed by themselves, as `qrcode` does unless told otherwise."""
_DARK: Final = re.compile("1+")
_RUN: Final = re.compile(r"(\d+) (\d+) (\d+) 1 re")


class PayloadTooLong(ValueError):
    """The payload cannot be printed legibly into the given space."""


@dataclass(frozen=True)
class Code:
    """A QR code of ``side`` modules without its quiet zone.

    ``path`` is its dark part as PDF operators, one rectangle for each run in a row, in modules
    from the lower left corner.
    """

    side: int
    path: str

    def module_mm(self, space_mm: float) -> float:
        """Return the width of a module when code and quiet zone fill ``space_mm``."""
        return space_mm / (self.side + 2 * QUIET_ZONE)


@lru_cache(maxsize=16)
def encode(payload: str) -> Code:
    """Return the code of ``payload`` at level Q, or H where that costs no more modules.

    Raises PayloadTooLong for what no QR code can hold.
    """
    chunks = list(util.optimal_data_chunks(payload, minimum=_APART))
    try:
        version, level = _size(tuple((chunk.mode, len(chunk)) for chunk in chunks))
    except (DataOverflowError, ValueError) as error:  # which one depends on the excess
        raise PayloadTooLong(payload) from error
    layout = _layout(version, level)
    return Code(layout.side, layout.path(util.create_data(version, level, chunks)))


@cache
def _size(shape: tuple[tuple[int, int], ...]) -> tuple[int, int]:
    """Return the version and level for chunks of these modes and lengths, whatever they say."""
    versions = {}
    for level in (constants.ERROR_CORRECT_Q, constants.ERROR_CORRECT_H):
        code = QRCode(error_correction=level)
        for mode, length in shape:
            code.add_data(util.QRData(b"0" * length, mode, check_data=False))
        versions[code.best_fit()] = level
    return min(versions.items())


@dataclass(frozen=True)
class _Layout:
    """Where `qrcode` puts the bits of the data in codes of one version and level.

    ``pick`` takes the modules, row by row from below and a light one after each row, out of the
    bits of the data with a "0" and a "1" behind them; ``mask`` inverts bits of the data first.
    """

    side: int
    bits: int
    mask: int
    pick: Callable[[str], Sequence[str]]

    def path(self, data: Sequence[int]) -> str:
        """Return the dark modules of a code with these bytes of data as operators."""
        written = f"{int.from_bytes(bytes(data), 'big') ^ self.mask:0{self.bits}b}01"
        modules = "".join(self.pick(written))
        corners, lengths = _numbers(self.side)
        runs = (run.span() for run in _DARK.finditer(modules))
        return " ".join([corners[begin] + lengths[end - begin] for begin, end in runs])


@cache
def _layout(version: int, level: int) -> _Layout:
    """Ask `qrcode` once where it puts each bit; its own walk takes as long as all else does."""
    bits = 8 * sum(block.total_count for block in base.rs_blocks(version, level))
    blank = _drawn(version, level, [0] * (bits // 8))
    modules = [
        module
        for numbers, darks in zip(_bit_numbers(version, level, bits), blank, strict=True)
        for module in (*zip(numbers, darks, strict=True), (0, False))
    ]
    pick = itemgetter(*(number - 1 if number else bits + dark for number, dark in modules))
    mask = sum(1 << bits - number for number, dark in modules if number and dark)
    return _Layout(len(blank), bits, mask, pick)


def _bit_numbers(version: int, level: int, bits: int) -> list[list[int]]:
    """Return which bit, counted from 1, is at each module, 0 for those that are always the same.

    Found by drawing data in which every bit spells its number, one binary digit a time.
    """
    blank = _drawn(version, level, [0] * (bits // 8))
    numbers = [[0] * len(blank) for _row in blank]
    for digit in range(bits.bit_length()):
        spelled = "".join(str(number >> digit & 1) for number in range(1, bits + 1))
        drawn = _drawn(version, level, int(spelled, 2).to_bytes(bits // 8, "big"))
        for row, modules in enumerate(drawn):
            for column, dark in enumerate(modules):
                numbers[row][column] |= (dark != blank[row][column]) << digit
    return numbers


def _drawn(version: int, level: int, data: Sequence[int]) -> list[list[bool]]:
    """Return the rows of the code of these bytes of data, from the lowest up."""
    code = QRCode(version, level, mask_pattern=MASK)
    code.data_cache = data
    code.makeImpl(False, MASK)
    rows: list[list[bool]] = code.modules[::-1]
    return rows


@cache
def _numbers(side: int) -> tuple[list[str], list[str]]:
    """Return the corners of all modules and the widths of all runs as operators say them."""
    corners = [f"{column} {row} " for row in range(side) for column in range(side + 1)]
    return corners, [f"{length} 1 re" for length in range(side + 1)]


def draw(
    canvas: Any, payload: str, x: float, y: float, space_mm: float, *, least_mm: float = 0.3
) -> None:
    """Draw the code with its quiet zone into a square of ``space_mm``, lower left at x, y.

    Nothing is painted under it: the ground must be light already. Raises PayloadTooLong when a
    module would be narrower than ``least_mm``.
    """
    code = encode(payload)
    if code.module_mm(space_mm) < least_mm:
        raise PayloadTooLong(payload)
    module = code.module_mm(space_mm) * mm
    left, low = x + QUIET_ZONE * module, y + QUIET_ZONE * module
    # As raw operators: reportlab formats each number of a path in Python, which takes half of
    # the time of a sheet of cards.
    canvas._code.append(  # noqa: SLF001
        f"q {module:.5f} 0 0 {module:.5f} {left:.4f} {low:.4f} cm 0 g {code.path} f Q"
    )


def svg(payload: str, description: str) -> str:
    """Return the code with its quiet zone on white, as an SVG element that fills its box.

    ``description`` is what a screen reader says. Raises PayloadTooLong.
    """
    code = encode(payload)
    side = code.side + 2 * QUIET_ZONE
    runs = "".join(
        f"M{int(x) + QUIET_ZONE} {side - QUIET_ZONE - 1 - int(y)}h{width}v1h-{width}z"
        for x, y, width in _RUN.findall(code.path)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img"'
        f' shape-rendering="crispEdges"><title>{escape(description)}</title>'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{runs}"/></svg>'
    )
