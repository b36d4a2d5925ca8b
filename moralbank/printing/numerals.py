"""Chinese numerals and dates, as formal paper writes them."""

from datetime import date

from moralbank.i18n import _

_DIGITS = "〇一二三四五六七八九"
_UNITS = ("", "十", "百", "千")
_THOUSAND = 1000
_MYRIAD = 10_000
_MYRIADS = ("", "万", "亿")
_MOST = 10**12
"""A trillion (万亿): from there on numbers would need a further unit."""
_CAPITALS = "零壹贰叁肆伍陆柒捌玖"
_AS_CAPITALS = str.maketrans(_DIGITS + "十百千", _CAPITALS + "拾佰仟")


def digits(number: int) -> str:
    """Return the digits one by one, as years are read: 2026 → 二〇二六."""
    return "".join(_DIGITS[int(figure)] for figure in str(number))


def counted(number: int) -> str:
    """Return a counted number: 20 → 二十, 110 → 一百一十, 1005 → 一千〇五, 10500 → 一万〇五百.

    From zero up to below a trillion (万亿). Raises ValueError outside that range.
    """
    if not 0 <= number < _MOST:
        message = f"{number} is not between 0 and {_MOST - 1}"
        raise ValueError(message)
    text = _grouped(number, _DIGITS[0])
    return text.removeprefix("一") if text.startswith("一十") else text


def _grouped(number: int, nought: str) -> str:
    """Write a number four figures at a time, ``nought`` once where figures are left out."""
    words, skipped = "", False
    for power in reversed(range(len(_MYRIADS))):
        group = number // _MYRIAD**power % _MYRIAD
        if group:
            gap = nought if words and (skipped or group < _THOUSAND) else ""
            words += gap + _in_full(group) + _MYRIADS[power]
        skipped = not group
    return words or nought


def _in_full(number: int) -> str:
    """Write a number below 10,000 with the 一 that speech leaves out before 十."""
    text = "".join(_place(figure, unit) for figure, unit in _places(number))
    while "〇〇" in text:
        text = text.replace("〇〇", "〇")
    return text.rstrip("〇") or "〇"


def _places(number: int) -> list[tuple[int, str]]:
    figures = [int(figure) for figure in str(number)]
    return list(zip(figures, reversed(_UNITS[: len(figures)]), strict=True))


def _place(figure: int, unit: str) -> str:
    return _DIGITS[figure] + unit if figure else _DIGITS[0]


def formal_date(day: date, *, arabic: bool) -> str:
    """Return a date as the village writes it on formal paper: its setting 落款的日期怎么写."""
    return plain_date(day) if arabic else full_date(day)


def full_date(day: date) -> str:
    """Return a date: 二〇二六年十一月二十日."""
    return f"{month(day.year, day.month)}{counted(day.day)}日"


def plain_date(day: date) -> str:
    """Return a date with Arabic figures: 2026年11月20日."""
    return _("%(year)s年%(month)s月%(day)s日", year=day.year, month=day.month, day=day.day)


def plain_month(day: date) -> str:
    """Return the month of ``day`` with Arabic figures: 2026年11月."""
    return _("%(year)s年%(month)s月", year=day.year, month=day.month)


def month(year: int, number: int) -> str:
    """Return a month: 二〇二六年十一月."""
    return f"{digits(year)}年{counted(number)}月"


def quarter(year: int, number: int) -> str:
    """Return a quarter: 二〇二六年第四季度."""
    return f"{digits(year)}年第{counted(number)}季度"


def amount_words(fen: int) -> str:
    """Return an amount in the capitals of papers about money: 人民币壹仟贰佰元整.

    By 支付结算办法, appendix 1 (正确填写票据和结算凭证的基本规定): 零 once for zeros between
    figures, 整 where the amount ends with yuan or jiao, 零 before fen where there are no jiao.
    Below zero it begins with 负. Raises ValueError from a trillion (万亿) yuan on.
    """
    if abs(fen) >= _MOST * 100:
        message = f"{fen} fen are beyond the capitals"
        raise ValueError(message)
    whole, part = divmod(abs(fen), 100)
    jiao, odd = divmod(part, 10)
    words = "人民币" + ("负" if fen < 0 else "")
    if whole or not part:
        words += _grouped(whole, _DIGITS[0]).translate(_AS_CAPITALS) + "元"
    if jiao:
        words += f"{_CAPITALS[jiao]}角"
    if not odd:
        return f"{words}整"
    return f"{words}{'零' if whole and not jiao else ''}{_CAPITALS[odd]}分"
