"""Whether the ink of every text stays in its place: within the paper, off its neighbours and rules.

A rule is a thin straight line: the border of a table's cell, a line to write on.
"""

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pypdfium2 as pdfium
from pypdfium2 import raw

from tests.printing.paper import MM
from tests.printing.snapshot import Page, Run, pages_of

OVERLAP: Final = 0.12
"""Texts that share less than this part of their size only touch: a tail's curl, a dot's room."""
_CROSSED: Final = 0.15
"""A rule crosses a text when it lies deeper in it than this part of its size."""
_THIN_MM, _LONG_MM = 0.8, 3.0
_WATERMARKS: Final = ("德", "善")
_WATERMARK_SIZE: Final = 60
"""The large pale characters behind a card's words and on an empty board; points, at least."""


@dataclass(frozen=True)
class _Box:
    left: float
    bottom: float
    right: float
    top: float

    @property
    def upright(self) -> bool:
        """Whether it is a rule from top to bottom."""
        return self.right - self.left < _THIN_MM and self.top - self.bottom > _LONG_MM

    @property
    def lying(self) -> bool:
        """Whether it is a rule from left to right."""
        return self.top - self.bottom < _THIN_MM and self.right - self.left > _LONG_MM


def faults(pdf: bytes, edge_mm: float) -> list[str]:
    """What is wrong, in words; nothing may be written nearer to the paper's edges than this."""
    document = pdfium.PdfDocument(pdf)
    try:
        rules = [[box for box in _paths(page) if box.upright or box.lying] for page in document]
    finally:
        document.close()
    return [
        f"page {number}: {words}"
        for number, (page, lines) in enumerate(zip(pages_of(pdf), rules, strict=True), start=1)
        for words in _page_faults(page, lines, edge_mm)
    ]


def _page_faults(page: Page, rules: Sequence[_Box], edge_mm: float) -> Iterator[str]:
    runs = sorted((run for run in page.runs if not _is_watermark(run)), key=lambda run: run.left)
    for number, run in enumerate(runs):
        right, top = page.width - run.right, page.height - run.top
        margin = min(run.left, run.bottom, right, top)
        if margin < edge_mm:
            yield f"{run.text!r} is {margin:.1f} mm from the edge"
        yield from _overlaps(run, runs[number + 1 :])
        yield from (f"a rule crosses {run.text!r}" for rule in rules if _crosses(rule, run))


def _is_watermark(run: Run) -> bool:
    return run.text in _WATERMARKS and run.size > _WATERMARK_SIZE


def _overlaps(run: Run, others: Sequence[Run]) -> Iterator[str]:
    """Yield those of the texts further right that stand on this one; they are sorted."""
    for other in others:
        if other.left >= run.right:
            return
        hair = OVERLAP * min(run.size, other.size) / MM
        across = min(run.right, other.right) - other.left
        up = min(run.top, other.top) - max(run.bottom, other.bottom)
        if min(across, up) > hair:
            yield f"{run.text!r} and {other.text!r} share {across:.1f} × {up:.1f} mm"


def _crosses(rule: _Box, run: Run) -> bool:
    hair = _CROSSED * run.size / MM
    if rule.upright:
        within = run.left + hair < rule.left and rule.right < run.right - hair
        return within and min(rule.top, run.top) - max(rule.bottom, run.bottom) > hair
    within = run.bottom + hair < rule.bottom and rule.top < run.top - hair
    return within and min(rule.right, run.right) - max(rule.left, run.left) > hair


def _paths(page: pdfium.PdfPage) -> Iterator[_Box]:
    """Yield the box of everything drawn on a page, and on the forms that it shows."""
    count = raw.FPDFPage_CountObjects(page)
    objects = (raw.FPDFPage_GetObject(page, number) for number in range(count))
    yield from _drawn(objects, pdfium.PdfMatrix())


def _drawn(objects: Iterator[Any], placed: pdfium.PdfMatrix) -> Iterator[_Box]:
    for drawn in objects:
        kind = raw.FPDFPageObj_GetType(drawn)
        if kind == raw.FPDF_PAGEOBJ_FORM:
            count = raw.FPDFFormObj_CountObjects(drawn)
            within = (raw.FPDFFormObj_GetObject(drawn, number) for number in range(count))
            yield from _drawn(within, _matrix_of(drawn).multiply(placed))
        elif kind == raw.FPDF_PAGEOBJ_PATH:
            edges = [ctypes.c_float() for _edge in range(4)]
            raw.FPDFPageObj_GetBounds(drawn, *edges)
            yield _Box(*(edge / MM for edge in placed.on_rect(*(one.value for one in edges))))


def _matrix_of(form: Any) -> pdfium.PdfMatrix:
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(form, matrix)
    return pdfium.PdfMatrix(matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)
