"""The counter's papers: slips and refunds on thermal paper or A5, and the day's end on A4."""

from collections.abc import Iterator
from typing import Final

from moralbank.counter.slips import (
    DayGoods,
    DaySheet,
    RefundSheet,
    SlipLine,
    SlipPaper,
    SlipSheet,
)
from moralbank.i18n import _
from moralbank.money import yuan
from moralbank.printing import formal, halves, roll
from moralbank.printing import sheet as paper_sizes
from moralbank.printing.docket import Docket, Item, Pair, Weight
from moralbank.printing.flow import Frame, Piece, gap, held, printed, stacked
from moralbank.printing.fonts import Voice
from moralbank.printing.numerals import plain_date
from moralbank.printing.ruled import RuledColumn, RuledTable, bold
from moralbank.printing.sheet import mm
from moralbank.printing.table import Align

_ROLLS: Final = {SlipPaper.ROLL_80: roll.ROLL_80, SlipPaper.ROLL_58: roll.ROLL_58}
_FRAME: Final = Frame(paper_sizes.A4)


def slip(sheet: SlipSheet, paper: SlipPaper = SlipPaper.ROLL_80) -> bytes:
    """Return the slip of one exchange as a PDF on the shop's paper."""
    return _on(paper, _slip_docket(sheet))


def refund(sheet: RefundSheet, paper: SlipPaper = SlipPaper.ROLL_80) -> bytes:
    """Return the slip of goods taken back as a PDF on the shop's paper."""
    return _on(paper, _refund_docket(sheet))


def _on(paper: SlipPaper, docket: Docket) -> bytes:
    if paper is SlipPaper.A5:
        return halves.printed(docket, (_("存根联　店方留存"), _("领取联　交领取人")))
    return roll.printed(docket, _ROLLS[paper])


def amount(fen: int, rate_fen: int) -> str:
    """Return an amount in yuan, and in points as well where it is a whole number of points."""
    if fen % rate_fen:
        return _yuan(fen)
    return _("%(yuan)s 元 = %(points)s 分", yuan=yuan(fen), points=fen // rate_fen)


def _yuan(fen: int) -> str:
    return _("%(yuan)s 元", yuan=yuan(fen))


def _points(points: int) -> str:
    return _("%(points)s 分", points=points)


def _slip_docket(sheet: SlipSheet) -> Docket:
    return Docket(
        issuer=sheet.shop,
        title=_("积分兑换凭条"),
        stamp=_("补打") if sheet.reprint else "",
        facts=tuple(_slip_facts(sheet)),
        items=tuple(_item(goods) for goods in sheet.lines),
        sums=tuple(_slip_sums(sheet)),
        balances=tuple(_slip_balances(sheet)),
        notes=(*sheet.refunded, *((sheet.warning,) if sheet.warning else ())),
        signature="" if sheet.signed else _("签字/手印："),
        code=sheet.number,
        caption=_("扫码核对本单"),
        mark=sheet.ledger_mark,
    )


def _slip_facts(sheet: SlipSheet) -> Iterator[Pair]:
    collector = sheet.collector
    if sheet.relation:
        collector = _("%(name)s（%(relation)s）", name=collector, relation=sheet.relation)
    yield Pair(_("单号 %(number)s", number=sheet.number))
    yield Pair(_("时间 %(at)s", at=sheet.at.strftime("%Y-%m-%d %H:%M")), weight=Weight.SMALL)
    yield Pair(_("户主 %(head)s", head=sheet.head), sheet.household)
    taken = _("领取人 %(name)s", name=collector)
    yield Pair(taken, _("经办 %(name)s", name=sheet.cashier), Weight.SMALL)
    if sheet.proof:
        yield Pair(sheet.proof, weight=Weight.SMALL)


def _item(goods: SlipLine) -> Item:
    return Item(
        f"{goods.name} {goods.spec}",
        str(goods.quantity),
        yuan(goods.price_fen),
        yuan(goods.quantity * goods.price_fen),
    )


def _slip_sums(sheet: SlipSheet) -> Iterator[Pair]:
    yield Pair(_("合计"), amount(sheet.total_fen, sheet.rate_fen), Weight.LARGE)
    if sheet.points_used:
        worth = yuan(sheet.points_used * sheet.rate_fen)
        exchanged = _("%(points)s 分 = %(yuan)s 元", points=sheet.points_used, yuan=worth)
        yield Pair(_("兑换积分"), exchanged)
    if sheet.credit_paid_fen > 0:
        yield Pair(_("使用余额"), _yuan(sheet.credit_paid_fen))
    if sheet.credit_paid_fen < 0:
        yield Pair(_("找回余额"), _yuan(-sheet.credit_paid_fen))


def _slip_balances(sheet: SlipSheet) -> Iterator[Pair]:
    yield Pair(_("原有积分"), _points(sheet.points_before))
    yield Pair(_("现有积分"), _points(sheet.points_after), Weight.LARGE)
    if sheet.credit_before_fen or sheet.credit_after_fen:
        yield Pair(_("原有余额"), _yuan(sheet.credit_before_fen))
        yield Pair(_("现有余额"), _yuan(sheet.credit_after_fen), Weight.LARGE)


def _refund_docket(sheet: RefundSheet) -> Docket:
    return Docket(
        issuer=sheet.shop,
        title=_("退货凭条"),
        stamp=_("补打") if sheet.reprint else "",
        facts=tuple(_refund_facts(sheet)),
        items=tuple(_refunded_items(sheet)),
        sums=tuple(_refund_sums(sheet)),
        balances=tuple(_refund_balances(sheet)),
        notes=(_("退货原因：%(reason)s", reason=sheet.reason),) if sheet.reason else (),
        signature=_("签字/手印："),
        code=sheet.number,
        caption=_("扫码核对本单"),
        mark=sheet.ledger_mark,
    )


def _refund_facts(sheet: RefundSheet) -> Iterator[Pair]:
    yield Pair(_("退货单号 %(number)s", number=sheet.number))
    yield Pair(_("原单号 %(number)s", number=sheet.slip_number))
    at = _("时间 %(at)s", at=sheet.at.strftime("%Y-%m-%d %H:%M"))
    yield Pair(at, _("经办 %(name)s", name=sheet.by), Weight.SMALL)
    yield Pair(_("户主 %(head)s", head=sheet.head), sheet.household)


def _refunded_items(sheet: RefundSheet) -> Iterator[Item]:
    for goods, written_off in zip(sheet.lines, sheet.written_off, strict=True):
        item = _item(goods)
        spoiled = _("%(goods)s（已报损）", goods=item.title.strip())
        yield Item(spoiled, item.pieces, item.each, item.total) if written_off else item


def _refund_sums(sheet: RefundSheet) -> Iterator[Pair]:
    yield Pair(_("退货合计"), _yuan(sheet.total_fen), Weight.LARGE)
    if sheet.points_back:
        yield Pair(_("退回积分"), _points(sheet.points_back), Weight.LARGE)
    if sheet.credit_back_fen > 0:
        yield Pair(_("退回余额"), _yuan(sheet.credit_back_fen), Weight.LARGE)
    if sheet.credit_back_fen < 0:
        yield Pair(_("收回找零"), _yuan(-sheet.credit_back_fen))


def _refund_balances(sheet: RefundSheet) -> Iterator[Pair]:
    yield Pair(_("现有积分"), _points(sheet.points_after), Weight.LARGE)
    if sheet.credit_after_fen or sheet.credit_back_fen:
        yield Pair(_("现有余额"), _yuan(sheet.credit_after_fen), Weight.LARGE)


def day(sheet: DaySheet) -> bytes:
    """Return a shop's closed day as a PDF on A4."""
    title = _("%(shop)s日结表　%(day)s", shop=sheet.shop, day=plain_date(sheet.day))
    foot = _("%(village)s　%(title)s　账 %(mark)s", title=title, **_village_mark(sheet))
    pieces = [*_day_head(sheet), *held([*_day_goods(sheet)]), *_day_end(sheet)]
    return printed(_FRAME, title, [pieces], formal.page_foot(_FRAME, foot))


def _village_mark(sheet: DaySheet) -> dict[str, str]:
    return {"village": sheet.village, "mark": sheet.ledger_mark}


def _day_head(sheet: DaySheet) -> Iterator[Piece]:
    yield formal.title(_FRAME, _("%(shop)s日结表", shop=sheet.shop), 20)
    closed = _(
        "%(village)s　%(day)s　（%(name)s %(at)s 日结）",
        village=sheet.village,
        day=plain_date(sheet.day),
        name=sheet.closed_by,
        at=f"{plain_date(sheet.closed_at)} {sheet.closed_at:%H:%M}",
    )
    yield formal.subtitle(_FRAME, closed)
    yield gap(2 * mm)
    yield formal.section(_FRAME, _("账面与清点"))
    yield from _figures(sheet)
    yield gap(1.5 * mm)
    if sheet.reason:
        words = _("不符原因：%(reason)s", reason=sheet.reason)
        yield formal.paragraph(_FRAME, words, size=10.5, indented=False, voice=Voice.HEI_BOLD)
    used = _("当天用去积分 %(points)s 分", points=sheet.points_used)
    words = _(
        "%(used)s，使用余额 %(credit)s 元，退回积分 %(back)s 分。",
        used=used,
        credit=yuan(sheet.credit_used_fen),
        back=sheet.points_back,
    )
    yield formal.paragraph(_FRAME, words, size=10.5, indented=False, voice=Voice.HEI)
    yield gap(1 * mm)


def _figures(sheet: DaySheet) -> Iterator[Piece]:
    """Yield what the books say beside what was counted, and the difference."""
    width = _FRAME.width / 5
    columns = [RuledColumn("", width)]
    heads = (_("账上"), _("点到的纸单"), _("相差"), _("当天退货"))
    columns += [RuledColumn(head, width, bold, Align.RIGHT) for head in heads]
    table = RuledTable(tuple(columns), _FRAME.left, size=10.5, row=7.5 * mm)
    over = sheet.counted_slips - sheet.slips
    yield from table.rows(
        (
            (_("张数"), str(sheet.slips), str(sheet.counted_slips), f"{over:+d}" if over else "0",
             str(sheet.refunds)),
            (_("金额（元）"), yuan(sheet.total_fen), yuan(sheet.counted_fen),
             _signed(sheet.counted_fen - sheet.total_fen), yuan(sheet.refunded_fen)),
        )
    )  # fmt: skip


def _signed(fen: int) -> str:
    return f"+{yuan(fen)}" if fen > 0 else yuan(fen)


def _day_goods(sheet: DaySheet) -> Iterator[Piece]:
    yield formal.section(_FRAME, _("按商品"))
    if not sheet.goods:
        yield formal.paragraph(_FRAME, _("当天没有兑换。"))
        return
    rows = [_goods_cells(number, goods) for number, goods in enumerate(sheet.goods, start=1)]
    yield from _goods_table().rows([*rows, _goods_sum(sheet)])


def _goods_table() -> RuledTable:
    return RuledTable(
        (
            RuledColumn(_("序号"), 12 * mm),
            RuledColumn(_("商品"), 68 * mm, align=Align.LEFT, grows=True),
            RuledColumn(_("兑出"), 18 * mm, align=Align.RIGHT),
            RuledColumn(_("金额（元）"), 26 * mm, align=Align.RIGHT),
            RuledColumn(_("退回"), 16 * mm, align=Align.RIGHT),
            RuledColumn(_("退货（元）"), 20 * mm, align=Align.RIGHT),
            RuledColumn(_("净额（元）"), 20 * mm, bold, Align.RIGHT),
        ),
        _FRAME.left,
        size=9.5,
        row=6.4 * mm,
    )


def _goods_cells(number: int, goods: DayGoods) -> tuple[str, ...]:
    return (
        str(number),
        goods.title,
        str(goods.pieces),
        yuan(goods.fen),
        str(goods.pieces_back or ""),
        yuan(goods.fen_back) if goods.fen_back else "",
        yuan(goods.fen - goods.fen_back),
    )


def _goods_sum(sheet: DaySheet) -> tuple[str, ...]:
    total = DayGoods(
        title=_("合计"),
        pieces=sum(goods.pieces for goods in sheet.goods),
        fen=sum(goods.fen for goods in sheet.goods),
        pieces_back=sum(goods.pieces_back for goods in sheet.goods),
        fen_back=sum(goods.fen_back for goods in sheet.goods),
    )
    return ("", *_goods_cells(0, total)[1:])


def _day_end(sheet: DaySheet) -> Iterator[Piece]:
    keeper = _("店长（%(name)s）", name=sheet.closed_by)
    signed = formal.signatures(_FRAME, [keeper, _("复核人")])
    yield stacked(gap(5 * mm), *signed, formal.filled_in(_FRAME, _("备注")))
