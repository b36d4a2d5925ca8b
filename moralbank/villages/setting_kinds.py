"""What settings may hold: each kind's check gives back the clean value or raises Invalid."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date

from moralbank.errors import Invalid
from moralbank.i18n import listed, mark


class AddressInvalid(Invalid):
    """The public address must be http(s)://host[:port] without a path."""

    text = mark("公开网址不对：应像 https://bank.example.cn 这样，后面不带路径")
    code = "address_invalid"


class TooLong(Invalid):
    """A setting is at most 60 characters."""

    text = mark("内容太长：最多 60 个字")
    code = "too_long"


class NotOneOf(Invalid):
    """A setting has one of a few values."""

    text = mark("只能是：%(known)s")
    code = "not_one_of"


class NotWithin(Invalid):
    """A setting is a whole number between two bounds."""

    text = mark("须是 %(least)s 到 %(most)s 的整数")
    code = "not_within"


class NumbersInvalid(Invalid):
    """A setting is a list of item numbers."""

    text = mark("请写项目编号，用空格隔开，例如 18 22 29")
    code = "numbers_invalid"


class DaysInvalid(Invalid):
    """A setting is a list of days."""

    text = mark("请写日期，用空格隔开，例如 2027-01-01 2027-02-16（最多 15 天）")
    code = "days_invalid"


class MonthDaysInvalid(Invalid):
    """A setting is a list of days of the month."""

    text = mark("请写每月几号，用空格隔开，例如 1 15；不填则天天可以")
    code = "month_days_invalid"


class OffsetInvalid(Invalid):
    """An offset is two lengths of at most 20 mm."""

    text = mark("请写两个数，往右、往上各偏多少毫米，例如 1.5 -2；都在 -20 到 20 之间")
    code = "offset_invalid"


def _plain(value: str) -> str:
    """What was typed with full-width digits and commas, as one list of words."""
    return " ".join(re.split(r"[\s,、;]+", unicodedata.normalize("NFKC", value).strip())).strip()


def short_text(value: str) -> str:
    """At most 60 characters; raises TooLong."""
    if len(value) > 60:  # noqa: PLR2004 - said in the message
        raise TooLong
    return value


def address(value: str) -> str:
    """An address of http or https without a path; raises AddressInvalid."""
    value = value.rstrip("/")
    if value and not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?", value):
        raise AddressInvalid
    return value


def item_numbers(value: str) -> str:
    """Numbers of items, one space between them; raises NumbersInvalid."""
    words = _plain(value).split()
    if not all(re.fullmatch(r"[0-9]{1,3}", word, re.ASCII) for word in words):
        raise NumbersInvalid
    return " ".join(words)


def days(value: str) -> str:
    """At most 15 days in their order; raises DaysInvalid."""
    words = _plain(value).split()
    try:
        found = sorted({date.fromisoformat(word) for word in words})
    except ValueError as error:
        raise DaysInvalid from error
    if len(found) > 15:  # noqa: PLR2004 - said in the message
        raise DaysInvalid
    return " ".join(str(day) for day in found)


def month_days(value: str) -> str:
    """Days of the month in their order; raises MonthDaysInvalid."""
    words = _plain(value).split()
    if not all(re.fullmatch(r"[0-9]{1,2}", word, re.ASCII) for word in words):
        raise MonthDaysInvalid
    found = sorted({int(word) for word in words})
    if found and not 1 <= found[0] <= found[-1] <= 31:  # noqa: PLR2004 - days of a month
        raise MonthDaysInvalid
    return " ".join(map(str, found))


def offset(value: str) -> str:
    """Millimetres to the right and upwards, each from -20 to 20; raises OffsetInvalid."""
    plain = _plain(value).replace("−", "-")
    number = r"-?\d{1,2}(?:\.\d)?"
    if not re.fullmatch(f"{number} {number}", plain, re.ASCII):
        raise OffsetInvalid
    if any(abs(float(word)) > 20 for word in plain.split()):  # noqa: PLR2004 - said in the message
        raise OffsetInvalid
    return plain


def moved_by(value: str) -> tuple[float, float]:
    """What `offset` let through, as millimetres to the right and upwards."""
    right, up = map(float, value.split())
    return right, up


def whole(least: int, most: int) -> Callable[[str], str]:
    """A whole number from `least` to `most`; the check raises NotWithin."""

    def check(value: str) -> str:
        plain = _plain(value)
        if not re.fullmatch(r"[0-9]{1,9}", plain, re.ASCII) or not least <= int(plain) <= most:
            raise NotWithin(least=least, most=most)
        return str(int(plain))

    return check


def one_of(choices: tuple[tuple[str, str], ...]) -> Callable[[str], str]:
    """One of a few values; the check raises NotOneOf."""

    def check(value: str) -> str:
        known = [word for word, _words in choices]
        if value not in known:
            raise NotOneOf(known=listed(known))
        return value

    return check
