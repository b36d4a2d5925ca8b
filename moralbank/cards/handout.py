"""The hand-out list: who receives a card, and signs for it, group by group on A4."""

from collections.abc import Iterator
from itertools import groupby, starmap
from typing import Any, Final

from moralbank.cards.faces import HandoutSheet, Recipient
from moralbank.i18n import _
from moralbank.printing import formal, sheet
from moralbank.printing.flow import Foot, Frame, Piece, draw_pages, gap, held, printed
from moralbank.printing.ruled import RuledColumn, RuledTable, bold, named
from moralbank.printing.sheet import mm
from moralbank.printing.table import Align

_FRAME: Final = Frame(sheet.A4)
_ROW: Final = 9.5 * mm
"""High enough to sign in."""
_LAST_TOGETHER: Final = 2
"""Rows that go with the totals, so that no page has the totals alone."""


def handout_list(handout: HandoutSheet) -> bytes:
    """Return the list as a PDF, each group on pages of its own."""
    return printed(_FRAME, _title(), _chapters(handout), _foot(handout))


def draw_handout(canvas: Any, handout: HandoutSheet) -> None:
    """Draw the list onto pages of a document, from a fresh one on."""
    canvas.setPageSize(_FRAME.paper.points)
    draw_pages(canvas, _FRAME, _chapters(handout), _foot(handout))


def _title() -> str:
    return _("发卡登记表")


def _foot(handout: HandoutSheet) -> Foot:
    words = _("%(place)s 积分卡%(title)s", place=handout.town + handout.village, title=_title())
    return formal.page_foot(_FRAME, words)


def _chapters(handout: HandoutSheet) -> list[list[Piece]]:
    groups = groupby(handout.recipients, key=lambda one: one.group)
    return [list(_chapter(handout, group, list(rows))) for group, rows in groups]


def _chapter(handout: HandoutSheet, group: str, recipients: list[Recipient]) -> Iterator[Piece]:
    place = _("%(place)s %(group)s", place=handout.town + handout.village, group=group)
    yield formal.title(_FRAME, _title())
    yield formal.subtitle(_FRAME, place, 12.5)
    yield gap(2 * mm)
    rows = _table().rows(starmap(_cells, enumerate(recipients, start=1)))
    yield from held(list(rows), _LAST_TOGETHER)
    yield formal.filled_in(_FRAME, *_totals(len(recipients)), pitch=13 * mm)
    yield formal.filled_in(_FRAME, _("发卡人"), _("小组长"), _("发完日期"))


def _cells(number: int, one: Recipient) -> tuple[str, ...]:
    return (str(number), one.number, one.head, one.tail, "", "")


def _totals(count: int) -> tuple[str, ...]:
    return _("本组应发 %(n)s 张，实发", n=count), _("没领到的户号")


def _table() -> RuledTable:
    columns = (
        RuledColumn(_("序号"), 13 * mm),
        RuledColumn(_("户号"), 19 * mm),
        RuledColumn(_("户主"), 43 * mm, named, Align.LEFT),
        RuledColumn(_("卡号后四位"), 27 * mm, bold),
        RuledColumn(_("领取人签字"), 48 * mm),
        RuledColumn(_("日期"), 30 * mm),
    )
    return RuledTable(columns, _FRAME.left, size=11, row=_ROW)
