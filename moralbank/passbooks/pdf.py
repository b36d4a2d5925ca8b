"""Passbooks on paper: leaves with lines, folded booklets, and rows added to a leaf in hand.

A leaf is half an A4, lying: 210 × 148.5 mm. Two of them stand one above the other on a sheet, so
that a booklet is folded and stapled without cutting, and refills are cut once.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import groupby
from typing import Any, Final

from moralbank.i18n import _
from moralbank.money import yuan
from moralbank.passbooks.cover import draw_cover, draw_notes
from moralbank.passbooks.layout import ROWS, Leaf, leaves, row_of
from moralbank.passbooks.sheets import How, PassbookLine, PassbookSheet, Printer, Totals
from moralbank.printing import Progress, palette
from moralbank.printing.booklet import draw_middle_marks, sides
from moralbank.printing.fonts import Voice
from moralbank.printing.sheet import A4, A5, Document, mm
from moralbank.printing.stocks import Paper
from moralbank.printing.text import (
    Line,
    boxed,
    draw_block,
    draw_block_centred,
    line,
    name_line,
    shrunk,
    title_line,
)

WIDTH_MM, HEIGHT_MM = A4.width_mm, A4.height_mm / 2
"""A leaf, lying."""
_LEFT: Final = 9 * mm
_WIDTH: Final = WIDTH_MM * mm - 2 * _LEFT
_RIGHT: Final = _LEFT + _WIDTH
_TOP: Final = 131 * mm
"""The upper edge of the table."""
_HEAD: Final = 8 * mm
_ROW: Final = 7.35 * mm
_TABLE: Final = _HEAD + (ROWS + 2) * _ROW
_NUMBER, _DAY, _WORDS, _GIVEN, _TAKEN, _BALANCE, _BY, _SIGN = range(8)
_COLUMNS_MM: Final = (9.0, 22.0, 70.0, 16.0, 16.0, 18.0, 18.0, 23.0)
_PADDING: Final = 1.2 * mm
_SIZE, _FIGURE, _SMALL = 9.5, 11.5, 6.0
_LEAST: Final = 4.5
_SLIGHTLY: Final = 0.8
"""How much smaller words may be so that they stay on one line."""
_HAIR, _EDGE = 0.4, 1.0

Draw = Callable[[float, float], None]
"""Draws a page of a booklet, or a leaf, with its lower left corner at x, y."""


def passbooks(
    sheets: Sequence[PassbookSheet],
    printer: Printer,
    *,
    progress: Progress | None = None,
) -> bytes:
    """Return the PDF of passbooks, all printed in the same way; ``progress`` counts them.

    Booklets come as A4 sheets for duplex, turned over the short edge; leaves two on an A4, to be
    cut; rows to be added one leaf (A5) a page. Raises ValueError for no sheet at all.
    """
    how = sheets[0].how
    document = Document(_paper(how), _("积分存折"))
    pages = _Pages(document.canvas, printer)
    drawn = pages.booklets if how is How.BOOKLET else pages.loose
    done = 0
    for page, (owner, draw) in enumerate(drawn(sheets)):
        if progress is not None and owner != done:
            progress(owner)
            done = owner
        if page:
            document.canvas.showPage()
        document.canvas.translate(printer.offset_mm[0] * mm, printer.offset_mm[1] * mm)
        draw()
    if progress is not None:
        progress(len(sheets))
    return document.close()


def _paper(how: How) -> Paper:
    return A5.turned if how is How.CONTINUE else A4


class _Pages:
    """Draws pages; what all leaves of a village share is stored once in the file."""

    def __init__(self, canvas: Any, printer: Printer) -> None:
        self._canvas, self._printer = canvas, printer
        self._accent = palette.INK if printer.saving else palette.RED
        self._furniture: dict[str, str] = {}

    def booklets(self, sheets: Sequence[PassbookSheet]) -> Iterator[tuple[int, Callable[[], None]]]:
        """Yield the sides of all booklets, each with how many booklets are done before it."""
        for done, sheet in enumerate(sheets):
            inner = leaves(sheet)
            pages: list[Draw] = [
                self._page(sheet, draw_cover),
                *(self._leaf(sheet, leaf) for leaf in inner),
                self._page(sheet, draw_notes),
            ]
            for number, side in enumerate(sides(len(pages))):
                halves = [pages[page - 1] for page in side if page is not None]
                yield done, self._side(halves, staples=number == 0)

    def loose(self, sheets: Sequence[PassbookSheet]) -> Iterator[tuple[int, Callable[[], None]]]:
        """Yield pages of leaves: one a page where they are added to, else two."""
        drawn = [
            (done, self._leaf(sheet, leaf))
            for done, sheet in enumerate(sheets)
            for leaf in leaves(sheet)
        ]
        if sheets[0].how is How.CONTINUE:
            spare = (A5.width_mm - HEIGHT_MM) / 2 * mm
            for done, draw in drawn:
                yield done, partial(draw, 0, spare)
            return
        for _number, group in groupby(enumerate(drawn), key=lambda one: one[0] // 2):
            pair = [one for _place, one in group]
            yield pair[0][0], self._side([draw for _done, draw in pair])

    def _side(self, halves: Sequence[Draw], *, staples: bool = False) -> Callable[[], None]:
        def draw() -> None:
            draw_middle_marks(self._canvas, A4, staples=staples)
            for half, bottom in zip(halves, (HEIGHT_MM * mm, 0), strict=False):
                half(0, bottom)

        return draw

    def _page(
        self, sheet: PassbookSheet, draw: Callable[[Any, PassbookSheet, Printer], None]
    ) -> Draw:
        """A page of a booklet that has no lines."""

        def placed(x: float, y: float) -> None:
            self._canvas.saveState()
            self._canvas.translate(x, y)
            draw(self._canvas, sheet, self._printer)
            self._stamp(sheet)
            self._canvas.restoreState()

        return placed

    def _leaf(self, sheet: PassbookSheet, leaf: Leaf) -> Draw:
        def placed(x: float, y: float) -> None:
            self._canvas.saveState()
            self._canvas.translate(x, y)
            if sheet.how is not How.CONTINUE:
                self._canvas.doForm(self._form(sheet))
                self._draw_margins(sheet, leaf)
            self._draw_rows(leaf)
            self._stamp(sheet)
            self._canvas.restoreState()

        return placed

    def _form(self, sheet: PassbookSheet) -> str:
        if sheet.bank not in self._furniture:
            name = f"leaf-{len(self._furniture)}"
            self._canvas.beginForm(name, 0, 0, WIDTH_MM * mm, HEIGHT_MM * mm)
            self._draw_furniture(sheet)
            self._canvas.endForm()
            self._furniture[sheet.bank] = name
        return self._furniture[sheet.bank]

    def _draw_furniture(self, sheet: PassbookSheet) -> None:
        canvas = self._canvas
        canvas.setFillColor(self._accent)
        bank = shrunk(title_line(sheet.bank, 21, tracking=1), 40 * mm, 8)
        bank.draw(canvas, _LEFT, _TOP + 2.6 * mm)
        words = line(_("积分存折"), Voice.SONG, 10.5, tracking=1)
        words.draw(canvas, _LEFT + bank.width + 4 * mm, _TOP + 2.8 * mm)
        if not self._printer.saving:
            canvas.setFillColor(palette.CREAM_SHADE)
            for row in range(0, ROWS, 2):
                canvas.rect(_LEFT, _row_top(row + 1) - _ROW, _WIDTH, _ROW, stroke=0, fill=1)
            canvas.setFillColor(palette.CREAM_DARK)
            canvas.rect(_LEFT, _TOP - _HEAD, _WIDTH, _HEAD, stroke=0, fill=1)
        self._draw_grid()
        self._draw_titles()

    def _draw_grid(self) -> None:
        """Draw the rules of the table, a thick and a thin one at its top and foot."""
        canvas = self._canvas
        bottom = _TOP - _TABLE
        canvas.setStrokeColor(self._accent)
        canvas.setLineWidth(_HAIR)
        for row in range(ROWS + 2):
            canvas.line(_LEFT, _row_top(row), _RIGHT, _row_top(row))
        for column in range(1, len(_COLUMNS_MM)):
            canvas.line(_edge(column), _TOP, _edge(column), bottom)
        for low, thin in ((_TOP, 1.1 * mm), (bottom, -1.1 * mm)):
            canvas.setLineWidth(_EDGE)
            canvas.line(_LEFT, low, _RIGHT, low)
            canvas.setLineWidth(_HAIR)
            canvas.line(_LEFT, low + thin, _RIGHT, low + thin)
        canvas.setLineWidth(_EDGE)
        for row in (0, 1, ROWS + 1):
            canvas.line(_LEFT, _row_top(row), _RIGHT, _row_top(row))
        for side in (_LEFT, _RIGHT):
            canvas.line(side, _TOP, side, bottom)

    def _draw_titles(self) -> None:
        titles = (
            _("笔"),
            _("日期"),
            _("事由"),
            _("存入"),
            _("支出"),
            _("结余"),
            _("经办人"),
            _("签字"),
        )
        self._canvas.setFillColor(self._accent)
        for column, title in enumerate(titles):
            words = shrunk(line(title, Voice.HEI_BOLD, 10), _room(column), _LEAST)
            words.draw_centred(self._canvas, _middle(column), _TOP - _HEAD / 2 - words.centre_drop)
        self._write_label(_("过次页"), ROWS + 1)

    def _write_label(self, label: str, row: int) -> None:
        words = shrunk(line(label, Voice.HEI, _SIZE), _room(_WORDS), _LEAST)
        words.draw_centred(self._canvas, _middle(_WORDS), _row_middle(row) - words.centre_drop)

    def _draw_margins(self, sheet: PassbookSheet, leaf: Leaf) -> None:
        """Write whose leaf it is, which one, and what its lines come to."""
        canvas = self._canvas
        canvas.setFillColor(palette.INK)
        number = line(_("第 %(n)s 页", n=leaf.number), Voice.HEI, _SIZE)
        number.draw_right(canvas, _RIGHT, _TOP + 2.8 * mm)
        whose = shrunk(line(sheet.household, Voice.HEI, 10.5), 44 * mm, _LEAST)
        right = _RIGHT - 20 * mm
        whose.draw_right(canvas, right, _TOP + 2.8 * mm)
        left = _LEFT + 66 * mm
        room = right - whose.width - 4 * mm - left
        head = shrunk(name_line(sheet.head, 15), room, 6)
        head.draw_right(canvas, left + room, _TOP + 2.6 * mm)
        canvas.setFillColor(self._accent)
        self._write_label(_("开户") if leaf.number == 1 else _("承前页"), 0)
        self._draw_foot(sheet, leaf)
        if leaf.struck:
            self._strike(leaf.struck)

    def _draw_foot(self, sheet: PassbookSheet, leaf: Leaf) -> None:
        canvas = self._canvas
        small = {"mark": sheet.mark, "day": sheet.printed_on.isoformat()}
        end = line(_("账 %(mark)s　%(day)s 印", **small), Voice.HEI, _SMALL)
        canvas.setFillColor(palette.GREY)
        end.draw_right(canvas, _RIGHT, 9 * mm)
        place = shrunk(line(sheet.organisation, Voice.HEI, _SMALL), _WIDTH / 2, _LEAST)
        place.draw(canvas, _LEFT, 9 * mm)
        if leaf.totals is None:
            return
        canvas.setFillColor(palette.INK)
        words = _summary(leaf.totals, sheet.lines[-1].number if sheet.lines else 0)
        shrunk(line(words, Voice.HEI_BOLD, 10), _WIDTH * 0.7, 6).draw(canvas, _LEFT, 13.4 * mm)
        if sheet.credit_fen:
            left = _("店信用结余 %(yuan)s 元", yuan=yuan(sheet.credit_fen))
            credit = shrunk(line(left, Voice.HEI, 8), _WIDTH * 0.28, 5)
            credit.draw_right(canvas, _RIGHT, 13.4 * mm)

    def _strike(self, rows: int) -> None:
        """Cross out rows whose lines stand on another leaf, so that nobody can write there."""
        canvas = self._canvas
        canvas.saveState()
        canvas.setStrokeColor(palette.GREY)
        canvas.setLineWidth(0.7)
        low, high = _row_top(rows + 1) + 1 * mm, _row_top(1) - 1 * mm
        canvas.line(_LEFT + 2 * mm, low, _RIGHT - 2 * mm, high)
        canvas.restoreState()

    def _draw_rows(self, leaf: Leaf) -> None:
        self._canvas.setFillColor(palette.INK)
        if leaf.opening is not None:
            self._write_totals(leaf.opening, 0)
        for one in leaf.lines:
            self._write_line(one, row_of(one.number) + 1)
        if leaf.closing is not None:
            self._write_totals(leaf.closing, ROWS + 1)

    def _write_line(self, one: PassbookLine, row: int) -> None:
        canvas, middle = self._canvas, _row_middle(row)
        number = line(str(one.number), Voice.HEI, 8)
        number.draw_centred(canvas, _middle(_NUMBER), middle - number.centre_drop)
        day = shrunk(line(one.day.isoformat(), Voice.HEI, 9.5), _room(_DAY), _LEAST)
        day.draw_centred(canvas, _middle(_DAY), middle - 0.4 * mm)
        mark = shrunk(line(one.mark, Voice.HEI, 5.4), _room(_DAY), 4)
        mark.draw_centred(canvas, _middle(_DAY), middle - 2.9 * mm)
        draw_block(canvas, _fitted(one.words), _edge(_WORDS) + _PADDING, middle)
        self._write_figure(one.amount, _GIVEN if one.amount > 0 else _TAKEN, row)
        self._write_figure(one.balance, _BALANCE, row)
        by = boxed(name_line(one.by, 10.5), _room(_BY), _ROW * 0.88, _LEAST)
        draw_block_centred(canvas, by, _middle(_BY), middle)

    def _write_totals(self, totals: Totals, row: int) -> None:
        for column, points in (
            (_GIVEN, totals.given),
            (_TAKEN, totals.taken),
            (_BALANCE, totals.balance),
        ):
            self._write_figure(points, column, row)

    def _write_figure(self, points: int, column: int, row: int) -> None:
        words = shrunk(line(f"{abs(points):,}", Voice.HEI_BOLD, _FIGURE), _room(column), _LEAST)
        end = _edge(column + 1) - _PADDING
        words.draw_right(self._canvas, end, _row_middle(row) - words.centre_drop)

    def _stamp(self, sheet: PassbookSheet) -> None:
        """Say across a page that was only looked at that it proves nothing."""
        if not sheet.sample:
            return
        canvas = self._canvas
        canvas.saveState()
        canvas.setFillGray(0.55)
        canvas.setFillAlpha(0.45)
        canvas.translate(WIDTH_MM / 2 * mm, HEIGHT_MM / 2 * mm)
        canvas.rotate(18)
        words = shrunk(line(_("样张　未登记"), Voice.HEI_BOLD, 54), _WIDTH * 0.8, 10)
        words.draw_centred(canvas, 0, -words.centre_drop)
        canvas.restoreState()


def _summary(totals: Totals, number: int) -> str:
    if not number:
        return _("还没有入账")
    return _(
        "截至第 %(number)s 笔：存入合计 %(given)s 分　支出合计 %(taken)s 分　结余 %(balance)s 分",
        number=number,
        given=f"{totals.given:,}",
        taken=f"{totals.taken:,}",
        balance=f"{totals.balance:,}",
    )


@lru_cache(maxsize=2048)
def _fitted(words: str) -> tuple[Line, ...]:
    """The words of a line as they fit into their cell; a whole village went to the same meeting."""
    full = line(words, Voice.HEI, _SIZE, spell=True)
    # One line, a little smaller, is easier to read than two, and much sooner found.
    if full.width * _SLIGHTLY <= _room(_WORDS):
        return (shrunk(full, _room(_WORDS), _SIZE * _SLIGHTLY),)
    return boxed(full, _room(_WORDS), _ROW * 0.88, _LEAST)


def _row_top(row: int) -> float:
    """The upper edge of a row; 0 is what is carried from the page before."""
    return _TOP - _HEAD - row * _ROW


def _row_middle(row: int) -> float:
    return _row_top(row) - _ROW / 2


def _edge(column: int) -> float:
    """The left edge of a column."""
    return _LEFT + sum(_COLUMNS_MM[:column]) * mm


def _middle(column: int) -> float:
    return (_edge(column) + _edge(column + 1)) / 2


def _room(column: int) -> float:
    return _COLUMNS_MM[column] * mm - 2 * _PADDING
