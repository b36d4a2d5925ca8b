"""The counter slip: 80 mm thermal paper, black only, as long as its content.

Everything is Hei Bold: at 203 dots per inch thinner strokes break. Lengths are points.
"""

from typing import Any

from moralbank.counter.slips import SlipLine, SlipSheet
from moralbank.i18n import _
from moralbank.money import yuan
from moralbank.printing import qr
from moralbank.printing.fonts import Voice
from moralbank.printing.sheet import Document, Paper, mm
from moralbank.printing.text import Line, boxed, line, shrunk

_ROLL_MM = 80.0
_PRINTABLE_MM = 72.0
_LEFT = (_ROLL_MM - _PRINTABLE_MM) / 2 * mm
_RIGHT = _LEFT + _PRINTABLE_MM * mm
_WIDTH = _RIGHT - _LEFT
_MIDDLE = _ROLL_MM / 2 * mm
_SMALL, _TEXT, _LARGE, _HUGE = 8.5, 10.5, 14.0, 17.0
_SMALLEST = 6.5
_LEADING = 1.42
_RULE_SPACE = 6.5
_SIGNATURE_SPACE = 12 * mm
_QR_MM = 26.0
_TOP_MM, _TAIL_MM = 4.0, 8.0


def slip(sheet: SlipSheet) -> bytes:
    """Return the slip of one exchange as a PDF page of 80 mm width and fitting height."""
    printer = _Roll(None)
    _print(printer, sheet)
    height_mm = printer.used / mm + _TOP_MM + _TAIL_MM
    document = Document(Paper(_ROLL_MM, height_mm), f"{sheet.shop} {sheet.number}")
    document.canvas.setFillGray(0)
    document.canvas.setStrokeGray(0)
    _print(_Roll(document.canvas, (height_mm - _TOP_MM) * mm), sheet)
    return document.close()


def amount(fen: int, rate_fen: int) -> str:
    """Return an amount in yuan, and in points as well where it is a whole number of points."""
    if fen % rate_fen:
        return _("%(yuan)s 元", yuan=yuan(fen))
    return _("%(yuan)s 元 = %(points)s 分", yuan=yuan(fen), points=fen // rate_fen)


class _Roll:
    """A roll that is written from top to bottom; without a canvas it only measures."""

    def __init__(self, canvas: Any, top: float = 0.0) -> None:
        self._canvas = canvas
        self._top = top
        self.used = 0.0

    @property
    def _y(self) -> float:
        return self._top - self.used

    def centred(self, text: str, size: float, *, tracking: float = 0.0) -> None:
        """Write ``text`` in the middle, on several lines where it is long."""
        for part in boxed(_bold(text, size, tracking=tracking), _WIDTH, size * 2.6, _SMALLEST):
            self.used += part.size * _LEADING
            self._draw(part, _MIDDLE - part.width / 2)

    def pair(self, left: str, right: str, size: float = _TEXT) -> None:
        """Write ``left`` and ``right`` to both edges of one line; ``left`` wraps if it must."""
        end = shrunk(_bold(right, size), _WIDTH * 0.62, _SMALLEST)
        room = _WIDTH - end.width - (6 if right else 0)
        for number, part in enumerate(boxed(_bold(left, size), room, size * 3.6, _SMALLEST)):
            self.used += size * _LEADING
            self._draw(part, _LEFT)
            if number == 0:
                self._draw(end, _RIGHT - end.width)

    def rule(self, *, dashed: bool = True) -> None:
        """Draw a line from edge to edge."""
        self.used += _RULE_SPACE
        if self._canvas is not None:
            self._canvas.saveState()
            self._canvas.setLineWidth(1)
            if dashed:
                self._canvas.setDash(2.5, 2)
            self._canvas.line(_LEFT, self._y, _RIGHT, self._y)
            self._canvas.restoreState()
        self.used += _RULE_SPACE * 0.3

    def signature(self, label: str) -> None:
        """Leave a place to sign, on a line behind ``label``."""
        self.used += _SIGNATURE_SPACE
        words = _bold(label, _TEXT)
        self._draw(words, _LEFT)
        if self._canvas is not None:
            self._canvas.setLineWidth(1)
            self._canvas.line(_LEFT + words.width + 4, self._y - 2, _RIGHT, self._y - 2)
        self.used += 2 * mm

    def code(self, payload: str) -> None:
        """Draw a QR code in the middle."""
        self.used += _QR_MM * mm
        if self._canvas is not None:
            qr.draw(self._canvas, payload, _MIDDLE - _QR_MM * mm / 2, self._y, _QR_MM)

    def stamp(self, text: str) -> None:
        """Write ``text`` white on a black bar, to be seen at a glance."""
        size, high = _LARGE, _LARGE * 1.5
        self.used += high + 2 * mm
        if self._canvas is not None:
            self._canvas.rect(_LEFT, self._y, _WIDTH, high, stroke=0, fill=1)
            self._canvas.setFillGray(1)
            words = shrunk(_bold(text, size, tracking=6), _WIDTH, _SMALLEST)
            words.draw_centred(self._canvas, _MIDDLE, self._y + high / 2 - words.centre_drop)
            self._canvas.setFillGray(0)
        self.used += 1 * mm

    def _draw(self, words: Line, x: float) -> None:
        if self._canvas is not None:
            words.draw(self._canvas, x, self._y)


def _bold(text: str, size: float, *, tracking: float = 0.0) -> Line:
    return line(text, Voice.HEI_BOLD, size, tracking=tracking, spell=True)


def _print(roll: _Roll, sheet: SlipSheet) -> None:
    _print_head(roll, sheet)
    _print_goods(roll, sheet)
    _print_balances(roll, sheet)
    _print_foot(roll, sheet)


def _print_head(roll: _Roll, sheet: SlipSheet) -> None:
    roll.centred(sheet.shop, _HUGE)
    roll.centred(_("积分兑换凭条"), _TEXT + 1, tracking=4)
    if sheet.reprint:
        roll.stamp(_("补打"))
    roll.rule(dashed=False)
    roll.pair(_("单号 %(number)s", number=sheet.number), "")
    roll.pair(_("时间 %(at)s", at=sheet.at.strftime("%Y-%m-%d %H:%M")), "", _SMALL)
    roll.pair(_("户主 %(head)s", head=sheet.head), sheet.household, _TEXT + 1)
    roll.pair(
        _("领取人 %(name)s", name=sheet.collector),
        _("经办 %(name)s", name=sheet.cashier),
        _SMALL,
    )


def _print_goods(roll: _Roll, sheet: SlipSheet) -> None:
    roll.rule()
    roll.pair(_("商品"), _("数量 × 单价 = 元"), _SMALL)
    for goods in sheet.lines:
        roll.pair(f"{goods.name} {goods.spec}", _sum_of(goods))
    roll.rule()
    roll.pair(_("合计"), amount(sheet.total_fen, sheet.rate_fen), _LARGE)


def _sum_of(goods: SlipLine) -> str:
    total = yuan(goods.quantity * goods.price_fen)
    return f"{goods.quantity} × {yuan(goods.price_fen)} = {total}"


def _print_balances(roll: _Roll, sheet: SlipSheet) -> None:
    if sheet.points_used:
        worth = yuan(sheet.points_used * sheet.rate_fen)
        exchanged = _("%(points)s 分 = %(yuan)s 元", points=sheet.points_used, yuan=worth)
        roll.pair(_("兑换积分"), exchanged)
    if sheet.credit_used_fen:
        roll.pair(_("使用余额"), _("%(yuan)s 元", yuan=yuan(sheet.credit_used_fen)))
    if sheet.credit_brought_fen:
        roll.pair(_("找回余额"), _("%(yuan)s 元", yuan=yuan(sheet.credit_brought_fen)))
    roll.rule()
    roll.pair(_("原有积分"), _("%(points)s 分", points=sheet.points_before))
    roll.pair(_("现有积分"), _("%(points)s 分", points=sheet.points_after), _LARGE)
    if sheet.credit_before_fen or sheet.credit_after_fen:
        roll.pair(_("原有余额"), _("%(yuan)s 元", yuan=yuan(sheet.credit_before_fen)))
        roll.pair(_("现有余额"), _("%(yuan)s 元", yuan=yuan(sheet.credit_after_fen)), _LARGE)


def _print_foot(roll: _Roll, sheet: SlipSheet) -> None:
    roll.rule()
    roll.signature(_("签字/手印："))
    roll.code(sheet.number)
    roll.centred(_("扫码核对本单"), _SMALL)
    roll.centred(sheet.ledger_mark, _SMALL)
