"""The fund's vouchers as an Excel file."""

from collections.abc import Iterable

from moralbank import clock
from moralbank.excel import Cell, workbook
from moralbank.fund.queries import VoucherInfo
from moralbank.i18n import _


def voucher_list(vouchers: Iterable[VoucherInfo]) -> bytes:
    """An .xlsx of these vouchers in their order.

    Amounts of those that were taken back stand in a column of their own, so that the first can be
    added up.
    """
    columns = (
        _("编号"),
        _("凭证日期"),
        _("种类"),
        _("来源"),
        _("凭证号"),
        _("对方"),
        _("收入（元）"),
        _("支出（元）"),
        _("已冲正（元）"),
        _("备注"),
        _("冲正原因"),
        _("账"),
        _("记账时间"),
    )
    return workbook(_("基金凭证"), columns, [_row(one) for one in vouchers])


def _row(one: VoucherInfo) -> tuple[Cell, ...]:
    amount = one.amount_fen / 100
    return (
        one.id,
        one.day.isoformat(),
        one.kind_words,
        one.source_words,
        one.number,
        one.party,
        amount if one.live and one.signed_fen > 0 else None,
        amount if one.live and one.signed_fen < 0 else None,
        None if one.live else amount,
        one.note,
        one.reversed_why,
        one.seq,
        clock.minute(one.at),
    )
