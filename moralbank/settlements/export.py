"""Settlements as Excel files: the list, and one with its slips, refunds and goods."""

from collections.abc import Iterable, Sequence

from moralbank import clock
from moralbank.excel import Cell, Sheet, workbook, workbook_of
from moralbank.i18n import _
from moralbank.settlements.contents import GoodsRow, RefundRow, SlipRow
from moralbank.settlements.queries import SettlementInfo


def settlement_list(settlements: Iterable[SettlementInfo]) -> bytes:
    """An .xlsx with a row for each settlement; amounts in yuan."""
    columns = (
        _("结算单号"),
        _("店铺"),
        _("从"),
        _("到"),
        _("单数"),
        _("兑换（元）"),
        _("退货（元）"),
        _("货款（元，已减退货）"),
        _("应付（元）"),
        _("实付（元）"),
        _("状态"),
        _("原因"),
        _("开单"),
        _("店方确认"),
        _("监督员核对"),
        _("付款"),
    )
    return workbook(_("结算单"), columns, [_row(one) for one in settlements])


def settlement_book(
    slips: Sequence[SlipRow], refunds: Sequence[RefundRow], goods: Sequence[GoodsRow]
) -> bytes:
    """An .xlsx of one settlement: its goods, its slips, and its refunds where there are any."""
    sheets = [_goods_sheet(goods), _slips_sheet(slips)]
    return workbook_of([*sheets, _refunds_sheet(refunds)] if refunds else sheets)


def _row(one: SettlementInfo) -> tuple[Cell, ...]:
    hands = (one.drafted, one.signed, one.checked, one.paid)
    return (
        one.label,
        one.shop.name,
        one.first.isoformat(),
        one.last.isoformat(),
        one.slips,
        one.slips_fen / 100,
        one.refunds_fen / 100,
        one.amount_fen / 100,
        one.due_fen / 100,
        None if one.paid_fen is None or one.squared else one.paid_fen / 100,
        one.state_label,
        one.reason,
        *("" if hand is None else hand.words for hand in hands),
    )


def _goods_sheet(goods: Sequence[GoodsRow]) -> Sheet:
    columns = (_("商品"), _("数量"), _("金额（元）"))
    return Sheet(_("商品"), columns, [(one.title, one.pieces, one.fen / 100) for one in goods])


def _slips_sheet(slips: Sequence[SlipRow]) -> Sheet:
    columns = (_("单号"), _("时间"), _("户号"), _("户主"), _("金额（元）"))
    rows = [
        (
            one.label,
            clock.minute(one.at),
            one.household.label,
            one.household.head,
            one.fen / 100,
        )
        for one in slips
    ]
    return Sheet(_("兑换单"), columns, rows)


def _refunds_sheet(refunds: Sequence[RefundRow]) -> Sheet:
    columns = (
        _("退货单号"),
        _("时间"),
        _("原兑换单"),
        _("户号"),
        _("户主"),
        _("退回（元）"),
        _("原因"),
    )
    rows = [
        (
            one.label,
            clock.minute(one.at),
            one.slip_label,
            one.household.label,
            one.household.head,
            one.fen / 100,
            one.reason,
        )
        for one in refunds
    ]
    return Sheet(_("退货"), columns, rows)
