"""The list of a re-check on paper: to walk with, to tick, and to draw again by anyone."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from moralbank.i18n import _
from moralbank.printing import formal, sheet
from moralbank.printing.flow import Frame, Piece, gap, printed, stacked
from moralbank.printing.fonts import Voice
from moralbank.printing.numerals import plain_date, plain_month
from moralbank.printing.ruled import RuledColumn, RuledTable, bold, named
from moralbank.printing.sheet import mm
from moralbank.printing.table import Align
from moralbank.printing.text import Line, line
from moralbank.supervision.sheets import RecheckLine, RecheckSheet

_FRAME: Final = Frame(sheet.A4.turned)
_BOX: Final = "□"


def recheck_sheet(recheck: RecheckSheet) -> bytes:
    """Return the list as a PDF on A4, lying."""
    title = _(
        "%(month)s入账积分抽查表（第 %(number)s 次抽取）",
        month=plain_month(recheck.month),
        number=recheck.number,
    )
    pieces = [*_head(recheck, title), *_rows(recheck), stacked(gap(3 * mm), *_signed())]
    foot = _(
        "%(village)s　抽查第 %(number)s 次　种子 %(seed)s　账 %(mark)s",
        village=recheck.village,
        number=recheck.number,
        seed=recheck.seed,
        mark=recheck.mark,
    )
    return printed(_FRAME, title, [pieces], formal.page_foot(_FRAME, foot))


def _head(recheck: RecheckSheet, title: str) -> Iterator[Piece]:
    yield formal.title(_FRAME, title, 19)
    issued = _(
        "%(organisation)s　%(name)s %(day)s 抽取",
        organisation=recheck.organisation,
        name=recheck.drawn_by,
        day=plain_date(recheck.drawn_on),
    )
    yield formal.subtitle(_FRAME, issued)
    drawn = _(
        "当月入账 %(out_of)s 项，抽 %(percent)s%%，共 %(n)s 项。种子：%(seed)s。",
        out_of=recheck.out_of,
        percent=recheck.percent,
        n=len(recheck.lines),
        seed=recheck.seed,
    )
    yield formal.paragraph(_FRAME, drawn, size=10.5, indented=False, voice=Voice.HEI_BOLD)
    words = _("抽取办法：%(rule)s", rule=recheck.rule_words)
    yield formal.paragraph(_FRAME, words, size=10, indented=False, voice=Voice.HEI)
    yield gap(1.5 * mm)


def _rows(recheck: RecheckSheet) -> Iterator[Piece]:
    if not recheck.lines:
        yield formal.paragraph(_FRAME, _("当月没有入账的积分，不用抽查。"))
        return
    rows = list(_table().rows(map(_cells, recheck.lines)))
    # The place to sign never stands on a sheet without a line.
    yield from [*rows[:-1], replace(rows[-1], keeps=True)]


def _table() -> RuledTable:
    return RuledTable(
        (
            RuledColumn(_("序号"), 10 * mm),
            RuledColumn(_("编号"), 14 * mm),
            RuledColumn(_("组 户号"), 22 * mm),
            RuledColumn(_("户主"), 24 * mm, named),
            RuledColumn(_("日期"), 20 * mm),
            RuledColumn(_("事项"), 36 * mm, align=Align.LEFT, grows=True),
            RuledColumn(_("事由"), 40 * mm, align=Align.LEFT, grows=True),
            RuledColumn(_("分"), 14 * mm, bold, Align.RIGHT),
            RuledColumn(_("评议人"), 18 * mm, named),
            RuledColumn(_("入账"), 20 * mm),
            RuledColumn(_("属实"), 11 * mm, _tick_box),
            RuledColumn(_("不属实"), 12 * mm, _tick_box),
            RuledColumn(_("说明"), 26 * mm),
        ),
        _FRAME.left,
        size=9,
        row=8.5 * mm,
    )


def _tick_box(text: str, size: float) -> Line:
    return line(text, Voice.HEI, size * 1.6)


def _cells(one: RecheckLine) -> tuple[str, ...]:
    return (
        str(one.place),
        str(one.award),
        _("%(group)s %(number)s", group=one.group, number=one.number),
        one.head,
        str(one.deed_on),
        one.item,
        one.note,
        one.points,
        one.decided_by,
        str(one.posted_on),
        _BOX,
        _BOX,
        "",
    )


def _signed() -> Iterator[Piece]:
    people = [_("抽查人"), _("抽查人"), _("村务监督委员会")]
    yield from formal.signatures(_FRAME, people, columns=3)
    yield formal.filled_in(_FRAME, _("抽查日期"), _("查出不属实几项"), _("处理意见"))
