"""A sheet as an answer: drawn and given back."""

from collections.abc import Callable
from typing import Final

from flask import Response

from moralbank.web.files import pdf_file

Progress = Callable[[int], None]
"""Told how many pieces are done; raises where whoever asked has changed their mind."""
Draw = Callable[[Progress], bytes]
"""Draws a sheet from plain values; touches neither the database nor the request."""

LOOK: Final = "look"
"""The address's or form's word for: show me the pages first."""


def printed(name: str, draw: Draw, *, pieces: int = 0) -> Response:
    """The sheet as a PDF called `name`.

    `pieces` is what `draw` will count up to. Raises whatever `draw` refuses.
    """
    del pieces
    return pdf_file(draw(_nobody_waits), name)


def _nobody_waits(_done: int) -> None:
    """Nobody sees how far a sheet is that comes at once."""
