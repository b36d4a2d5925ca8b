"""The settlement on paper: sums and three places to sign on its head sheet, every slip behind."""

from collections.abc import Iterator, Sequence
from typing import Final

from moralbank.i18n import _
from moralbank.money import yuan
from moralbank.printing import formal, sheet
from moralbank.printing.flow import Frame, Piece, gap, printed, stacked
from moralbank.printing.fonts import Voice
from moralbank.printing.numerals import plain_date
from moralbank.printing.ruled import RuledColumn, RuledTable, bold, named
from moralbank.printing.sheet import mm
from moralbank.printing.table import Align
from moralbank.settlements.sheets import SettlementSheet

_FRAME: Final = Frame(sheet.A4)
_ROW: Final = 6 * mm


def settlement(settled: SettlementSheet) -> bytes:
    """Return the settlement as a PDF on A4.

    Goods stand on the head sheet above the signatures where they fit, else behind them.
    """
    title = _("%(shop)s结算单", shop=settled.shop)
    head, goods = [*_head(settled, title), *_sums(settled)], list(_goods(settled))
    signatures = stacked(gap(3 * mm), *_steps(settled), gap(2 * mm), _sealed())
    listed = [*_slips(settled), *_refunds(settled)]
    if sum(piece.height for piece in (*head, *goods, signatures)) <= _FRAME.room:
        chapters = [[*head, *goods, signatures], listed]
    else:
        behind = _remark(_("按商品的明细在后页。"))
        chapters = [[*head, behind, signatures], [*goods, *listed]]
    foot = _("%(village)s　%(title)s　%(number)s", title=title, **_named(settled))
    if settled.ledger_mark:
        foot = _("%(foot)s　账 %(mark)s", foot=foot, mark=settled.ledger_mark)
    name = f"{title} {settled.number}"
    return printed(_FRAME, name, [*filter(None, chapters)], formal.page_foot(_FRAME, foot))


def _named(settled: SettlementSheet) -> dict[str, str]:
    return {"village": _village(settled), "number": settled.number}


def _village(settled: SettlementSheet) -> str:
    return f"{settled.town}{settled.village}"


def _head(settled: SettlementSheet, title: str) -> Iterator[Piece]:
    days = _(
        "结算期：%(first)s至%(last)s",
        first=plain_date(settled.first),
        last=plain_date(settled.last),
    )
    shop = _(
        "%(village)s　%(shop)s（%(kind)s）",
        village=_village(settled),
        shop=settled.shop,
        kind=settled.shop_kind_words,
    )
    number = _("结算单号：%(number)s", number=settled.number)
    yield formal.coded_head(_FRAME, title, (number, days, shop), settled.number)


def _sums(settled: SettlementSheet) -> Iterator[Piece]:
    """Yield what was given out, taken back, settled, due and paid."""
    rows = [
        (_("兑换单"), str(len(settled.slips)), yuan(settled.slips_fen)),
        (_("退货单"), str(len(settled.refunds)), yuan(-settled.refunds_fen)),
        (_("货款（已减退货）"), "", yuan(settled.amount_fen)),
        (_("应付"), "", yuan(settled.due_fen)),
        (_("实付"), "", _paid_words(settled)),
    ]
    width = _FRAME.width / 3
    table = RuledTable(
        (
            RuledColumn(_("项目"), width, bold),
            RuledColumn(_("张数"), width, align=Align.RIGHT),
            RuledColumn(_("金额（元）"), width, bold, Align.RIGHT),
        ),
        _FRAME.left,
        size=10.5,
        row=6.8 * mm,
    )
    yield from table.rows(rows)
    words = RuledTable(
        (
            RuledColumn("", 44 * mm, bold),
            RuledColumn("", _FRAME.width - 44 * mm, bold, Align.LEFT),
        ),
        _FRAME.left,
        size=12,
        row=9 * mm,
    )
    yield words.one_row((_("货款（大写）"), settled.amount_words))
    yield from map(_remark, _remarks(settled))


def _paid_words(settled: SettlementSheet) -> str:
    if settled.paid_fen is None:
        return ""
    return yuan(settled.paid_fen) if settled.pays else _("不用付款")


def _remarks(settled: SettlementSheet) -> Iterator[str]:
    if not settled.pays:
        yield _("村办超市的货，进货时已经付过钱：结算只对账，不用付款。")
    if settled.reason:
        yield _("实付与应付不同的原因：%(reason)s", reason=settled.reason)


def _remark(words: str) -> Piece:
    text = formal.paragraph(_FRAME, words, size=10, indented=False, voice=Voice.HEI)
    return stacked(gap(1 * mm), text)


def _goods(settled: SettlementSheet) -> Iterator[Piece]:
    yield formal.section(_FRAME, _("按商品"))
    table = RuledTable(
        (
            RuledColumn(_("序号"), 14 * mm),
            RuledColumn(_("商品"), 98 * mm, align=Align.LEFT, grows=True),
            RuledColumn(_("件数"), 28 * mm, align=Align.RIGHT),
            RuledColumn(_("金额（元）"), 40 * mm, align=Align.RIGHT),
        ),
        _FRAME.left,
        size=9.5,
        row=_ROW,
    )
    cells = [
        (str(number), one.title, str(one.pieces), yuan(one.fen))
        for number, one in enumerate(settled.goods, start=1)
    ]
    pieces = sum(one.pieces for one in settled.goods)
    total = sum(one.fen for one in settled.goods)
    yield from table.rows([*cells, ("", _("合计"), str(pieces), yuan(total))])


def _steps(settled: SettlementSheet) -> Iterator[Piece]:
    """Yield who did which step in the system, and when."""
    heads = (_("开单"), _("店方确认"), _("监督员核对"), _("付款") if settled.pays else _("对清"))
    columns = tuple(RuledColumn(head, _FRAME.width / len(heads), named) for head in heads)
    table = RuledTable(columns, _FRAME.left, size=9, row=_ROW)
    yield from table.rows([(settled.drafted, settled.signed, settled.checked, settled.paid)])


def _sealed() -> Piece:
    return formal.sealed(_FRAME, (_("店方"), _("村民委员会"), _("村务监督委员会")))


def _slips(settled: SettlementSheet) -> Iterator[Piece]:
    columns = (
        RuledColumn(_("序号"), 14 * mm),
        RuledColumn(_("单号"), 42 * mm),
        RuledColumn(_("日期"), 26 * mm),
        RuledColumn(_("组 户号"), 32 * mm),
        RuledColumn(_("户主"), 38 * mm, named),
        RuledColumn(_("金额（元）"), 28 * mm, align=Align.RIGHT),
    )
    rows = [
        (str(number), one.label, str(one.day), one.household, one.head, yuan(one.fen))
        for number, one in enumerate(settled.slips, start=1)
    ]
    total = ("", _("合计"), "", "", "", yuan(settled.slips_fen))
    yield from _listed(_("兑换单"), columns, rows, total)


def _refunds(settled: SettlementSheet) -> Iterator[Piece]:
    columns = (
        RuledColumn(_("序号"), 14 * mm),
        RuledColumn(_("退货单号"), 50 * mm),
        RuledColumn(_("原单号"), 50 * mm),
        RuledColumn(_("日期"), 38 * mm),
        RuledColumn(_("金额（元）"), 28 * mm, align=Align.RIGHT),
    )
    rows = [
        (str(number), one.label, one.slip_label, str(one.day), yuan(-one.fen))
        for number, one in enumerate(settled.refunds, start=1)
    ]
    total = ("", _("合计"), "", "", yuan(-settled.refunds_fen))
    yield from _listed(_("退货单"), columns, rows, total)


def _listed(
    title: str,
    columns: tuple[RuledColumn, ...],
    rows: Sequence[Sequence[str]],
    total: Sequence[str],
) -> Iterator[Piece]:
    if rows:
        yield formal.section(_FRAME, title)
        table = RuledTable(columns, _FRAME.left, size=9, row=5.6 * mm)
        yield from table.rows([*rows, total])
