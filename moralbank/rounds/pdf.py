"""The paper form of a round: each group on sheets of its own, in walking order, boxes to tick."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from moralbank.i18n import _
from moralbank.printing import formal, palette, sheet
from moralbank.printing.flow import Frame, Piece, gap, paginated, printed, stacked
from moralbank.printing.fonts import Voice
from moralbank.printing.numerals import plain_date
from moralbank.printing.ruled import RuledColumn, RuledTable, named, shade
from moralbank.printing.sheet import mm
from moralbank.printing.text import Line, boxed, draw_block_centred, line
from moralbank.rounds.sheets import FormGroup, FormItem, RoundForm

_BOX: Final = "□"
_NUMBER, _HEAD, _REMARK = 14 * mm, 26 * mm, 30 * mm
_NARROWEST: Final = 9 * mm
"""Narrower boxes are hard to hit with a pen: then the sheet lies."""
_WIDEST: Final = 18 * mm
_TITLES, _CHOICES = 7 * mm, 9 * mm
_ROWS: Final = (7.8 * mm, 7.4 * mm, 7 * mm, 6.6 * mm)
"""Heights of a row to choose from; one of less than 6.6 mm has no room for a tick by pen."""
_SMALLEST: Final = 4.0


def round_form(form: RoundForm) -> bytes:
    """Return the form as a PDF on A4, lying where many boxes stand side by side."""
    frame = _frame(form)
    title = _("%(village)s%(title)s", village=form.village, title=form.title)
    chapters = [_chapter(frame, form, group) for group in form.groups if group.households] or [
        [formal.title(frame, title), formal.paragraph(frame, _("这次评比没有住户。"))]
    ]
    foot = _("%(title)s　评比第 %(number)s 次", title=title, number=form.number)
    return printed(frame, title, chapters, formal.page_foot(frame, foot))


def _frame(form: RoundForm) -> Frame:
    standing = Frame(sheet.A4, side_mm=12)
    fits = _room(standing) >= _count(form) * _NARROWEST
    return standing if fits else Frame(sheet.A4.turned, side_mm=12)


def _room(frame: Frame) -> float:
    """What is left for the boxes."""
    return frame.width - _NUMBER - _HEAD - _REMARK


def _chapter(frame: Frame, form: RoundForm, group: FormGroup) -> list[Piece]:
    """One group, on as few sheets as can be, its rows as high as these allow."""
    drafts = [list(_pieces(frame, form, group, row)) for row in _ROWS]
    return min(drafts, key=lambda pieces: len(paginated(pieces, frame.room)))


def _pieces(frame: Frame, form: RoundForm, group: FormGroup, row: float) -> Iterator[Piece]:
    words = _("%(title)s评分表（%(group)s）", title=form.title, group=group.name)
    yield formal.title(frame, words, 18)
    facts = _(
        "%(village)s　%(day)s　%(n)s 户",
        village=form.village,
        day=plain_date(form.held_on),
        n=len(group.households),
    )
    yield formal.subtitle(frame, facts)
    yield formal.paragraph(
        frame,
        _("每户每项在一个方框里打 √。写错了划掉重打，并在旁边签名。自己家和亲属家不评，写“回避”。"),
        size=10,
        indented=False,
    )
    yield gap(1 * mm)
    yield from _rows(frame, form, group, row)
    yield stacked(gap(2 * mm), *_signed(frame, form))


def _rows(frame: Frame, form: RoundForm, group: FormGroup, row: float) -> Iterator[Piece]:
    width = _box_width(frame, form)
    table = RuledTable(tuple(_columns(frame, form, width)), frame.left, size=10.5, row=row)
    boxes = [_BOX] * _count(form)
    cells = [(number, head, *boxes, "") for number, head in group.households]
    rows = list(table.rows(cells, head=_head(frame, form, width)))
    # Signatures never hang on a sheet without a household.
    yield from [*rows[:-1], replace(rows[-1], keeps=True)]


def _count(form: RoundForm) -> int:
    """How many boxes stand in a row."""
    return sum(len(item.choices) for item in form.items)


def _box_width(frame: Frame, form: RoundForm) -> float:
    return min(_WIDEST, _room(frame) / max(_count(form), 1))


def _columns(frame: Frame, form: RoundForm, width: float) -> Iterator[RuledColumn]:
    yield RuledColumn(_("户号"), _NUMBER)
    yield RuledColumn(_("户主"), _HEAD, named)
    for item in form.items:
        for word, _points in item.choices:
            yield RuledColumn(word, width, _tick_box)
    yield RuledColumn(_("备注"), frame.width - _NUMBER - _HEAD - _count(form) * width)


def _tick_box(text: str, size: float) -> Line:
    return line(text, Voice.HEI, size * 1.5)


def _head(frame: Frame, form: RoundForm, width: float) -> Piece:
    """The items above their choices, each choice with its points."""
    high = _TITLES + _CHOICES

    def draw(canvas: Any, top: float) -> None:
        shade(canvas, frame.left, top, frame.width, high)
        left = frame.left
        for title, wide in ((_("户号"), _NUMBER), (_("户主"), _HEAD)):
            _draw_cell(canvas, title, left, top, wide, high)
            left += wide
        for item in form.items:
            _draw_item(canvas, item, left, top, width)
            left += len(item.choices) * width
        _draw_cell(canvas, _("备注"), left, top, frame.right - left, high)

    return Piece(high, draw, keeps=True)


def _draw_item(canvas: Any, item: FormItem, left: float, top: float, width: float) -> None:
    _draw_cell(canvas, item.name, left, top, len(item.choices) * width, _TITLES)
    for number, (word, points) in enumerate(item.choices):
        column = left + number * width
        _draw_cell(canvas, "", column, top - _TITLES, width, _CHOICES)
        _draw_words(canvas, word, column, top - _TITLES, width, _CHOICES * 0.56)
        given = _("%(points)s 分", points=points)
        _draw_words(canvas, given, column, top - _TITLES - _CHOICES * 0.5, width, _CHOICES * 0.46)


def _draw_cell(
    canvas: Any, text: str, left: float, top: float, width: float, height: float
) -> None:
    canvas.setStrokeColor(palette.INK)
    canvas.setLineWidth(0.6)
    canvas.rect(left, top - height, width, height, stroke=1, fill=0)
    _draw_words(canvas, text, left, top, width, height)


def _draw_words(
    canvas: Any, text: str, left: float, top: float, width: float, height: float
) -> None:
    canvas.setFillColor(palette.INK)
    size = min(10, height * 0.8)
    lines = boxed(line(text, Voice.HEI_BOLD, size), width - 4, height * 0.96, _SMALLEST)
    draw_block_centred(canvas, lines, left + width / 2, top - height / 2)


def _signed(frame: Frame, form: RoundForm) -> Iterator[Piece]:
    people = [_("评分人 %(name)s", name=name) for name in form.scorers] or [_("评分人")]
    yield from formal.signatures(frame, people, columns=3 if len(people) > 1 else 2)
    yield formal.filled_in(frame, _("走访日期"), _("录入人"), _("录入日期"))
