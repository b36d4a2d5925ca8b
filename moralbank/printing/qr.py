"""QR codes as vector rectangles."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

from qrcode import constants
from qrcode.exceptions import DataOverflowError
from qrcode.main import QRCode

from moralbank.printing.sheet import mm

QUIET_ZONE = 4
"""Width of the empty border around a code, in modules (ISO/IEC 18004)."""

_MASK = 3
"""Searching the best mask takes six sevenths of the time, and any mask decodes."""


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
    try:
        chosen = _made(payload, constants.ERROR_CORRECT_Q)
        strongest = _made(payload, constants.ERROR_CORRECT_H)
    except (DataOverflowError, ValueError) as error:  # which one depends on the excess
        raise PayloadTooLong(payload) from error
    if strongest.version == chosen.version:
        chosen = strongest
    return _run_merged(chosen.get_matrix())


def _made(payload: str, level: int) -> Any:
    code = QRCode(error_correction=level, border=0, mask_pattern=_MASK)
    code.add_data(payload)
    code.best_fit()
    return code


def _run_merged(matrix: list[list[bool]]) -> Code:
    bars = []
    for row, modules in enumerate(reversed(matrix)):
        column = 0
        for dark, group in groupby(modules):
            length = len(list(group))
            if dark:
                bars.append(f"{column} {row} {length} 1 re")
            column += length
    return Code(len(matrix), " ".join(bars))


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
    canvas.saveState()
    canvas.translate(x + QUIET_ZONE * module, y + QUIET_ZONE * module)
    canvas.scale(module, module)
    canvas.setFillGray(0)
    # As raw operators: reportlab formats each number of a path in Python, which takes half of
    # the time of a sheet of cards.
    canvas._code.append(f"{code.path} f")  # noqa: SLF001
    canvas.restoreState()
