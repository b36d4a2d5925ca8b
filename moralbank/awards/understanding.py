"""What was said of a deed, understood by the scheme of its day; not yet whose deed it is."""

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlmodel import Session

from moralbank import clock
from moralbank.errors import Invalid, Refused
from moralbank.i18n import mark
from moralbank.scheme.queries import Item, Scheme, scheme_on

MOST_QUANTITY: Final = 999
MOST_POINTS: Final = 10_000
LONGEST_NOTE: Final = 200
OLDEST_DAYS: Final = 400


class QuantityInvalid(Invalid):
    """A quantity is a whole number from 1 to 999."""

    text = mark("数量不对：须是 1 到 999 的整数")
    code = "quantity_invalid"


class PointsNeeded(Invalid):
    """The item has several amounts, so one must be said."""

    text = mark("“%(item)s”要写明给几分：%(points)s")
    code = "points_needed"


class PointsNotAllowed(Invalid):
    """The item doesn't give so many points."""

    text = mark("“%(item)s”只能给 %(points)s，不能给 %(wanted)s 分")
    code = "points_not_allowed"


class TooManyPoints(Invalid):
    """One deed is worth at most 10,000 points."""

    text = mark("一次最多记 10000 分，这次是 %(points)s 分")
    code = "too_many_points"


class DayMissing(Invalid):
    """A deed has its day; none is guessed."""

    text = mark("请写明是哪一天的事")
    code = "day_missing"


class DeedInFuture(Invalid):
    """A deed is recorded when it has been done."""

    text = mark("日期不能晚于今天")
    code = "deed_in_future"


class DeedTooOld(Invalid):
    """A deed is recorded within 400 days: the last year's settlement and a little more."""

    text = mark("日期太早：只能补记 400 天以内的事")
    code = "deed_too_old"


class NoteTooLong(Invalid):
    """A note is at most 200 characters."""

    text = mark("事由太长：最多 200 个字")
    code = "note_too_long"


class NoteNeeded(Invalid):
    """The item asks for evidence, so the record must say what was seen."""

    text = mark("“%(item)s”要有依据：请写明事由（谁、做了什么、凭什么）")
    code = "note_needed"


class DeductionNeedsReminder(Refused):
    """Deductions come only out of a private reminder."""

    text = mark("扣分须先私下提醒：请先写提醒，过了改正期限还没有改的，再从提醒转为扣分")
    code = "deduction_needs_reminder"


class DeductionFixed(Invalid):
    """A deduction that was sent back is still about what its reminder said."""

    text = mark("这是提醒以后转的扣分，住户、项目和日期不能改，可以补充情况说明和照片")
    code = "deduction_fixed"


class NoDeduction(Invalid):
    """A reminder leads to a deduction, not to points."""

    text = mark("“%(item)s”不是扣分项")
    code = "no_deduction"


def key_of(note: str) -> str:
    """A note as it is compared: width, case, blanks and stops don't matter."""
    plain = unicodedata.normalize("NFKC", note).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


@dataclass(frozen=True)
class Deed:
    """What was done, as understood by the scheme of its day; not yet whose deed it is."""

    scheme_version: int
    item: Item
    quantity: int
    points_each: int
    deed_on: date
    note: str

    @property
    def points(self) -> int:
        """What it is worth in all."""
        return self.points_each * self.quantity

    @property
    def key(self) -> str:
        """The note as compared for "the same deed"."""
        return key_of(self.note)


@dataclass(frozen=True)
class Reading:
    """What a deed's reader lets pass.

    `deduction`: it comes out of a reminder, so it must be one, else it may not. `draft`: what
    proves it may still be missing.
    """

    deduction: bool = False
    draft: bool = False


MERIT: Final = Reading()


def understand(
    session: Session,
    village_id: int,
    item: int,
    *,
    quantity: int | None,
    points_each: int | None,
    deed_on: date | None,
    note: str,
    reading: Reading = MERIT,
) -> Deed:
    """Read a deed by the scheme in force on its day. Raises what its values deserve.

    Raises NoScheme, ItemUnknown, DeductionNeedsReminder and the Invalid ones above.
    """
    deed_on = checked_day(deed_on)
    scheme = scheme_on(session, village_id, deed_on)
    said: dict[str, Any] = {"quantity": quantity, "points_each": points_each, "note": note}
    return read_deed(scheme, item, deed_on=deed_on, reading=reading, **said)


def read_deed(
    scheme: Scheme,
    item: int,
    *,
    quantity: int | None,
    points_each: int | None,
    deed_on: date,
    note: str,
    reading: Reading = MERIT,
) -> Deed:
    """The same by a scheme that was read before."""
    known = scheme.item(item)
    if known.deduction and not reading.deduction:
        raise DeductionNeedsReminder(field="item")
    if reading.deduction and not known.deduction:
        raise NoDeduction(field="item", item=known.name)
    deed = Deed(
        scheme_version=scheme.version,
        item=known,
        quantity=checked_quantity(quantity),
        points_each=checked_points(known, points_each),
        deed_on=deed_on,
        note=note.strip(),
    )
    _check_note(deed, draft=reading.draft)
    return checked_sum(deed)


def checked_day(deed_on: date | None) -> date:
    """The day of a deed; raises DayMissing, DeedInFuture, DeedTooOld."""
    today = clock.today()
    if deed_on is None:
        raise DayMissing(field="deed_on")
    if deed_on > today:
        raise DeedInFuture(field="deed_on")
    if deed_on < today - timedelta(days=OLDEST_DAYS):
        raise DeedTooOld(field="deed_on")
    return deed_on


def checked_points(item: Item, wanted: int | None) -> int:
    """The points for one time, which must be said where the item leaves a choice."""
    if wanted is None:
        if item.has_range:
            raise PointsNeeded(field="points", item=item.name, points=item.points_text)
        return item.points_min
    if not item.allows(wanted):
        raise PointsNotAllowed(
            field="points", item=item.name, points=item.points_text, wanted=wanted
        )
    return wanted


def checked_quantity(quantity: int | None) -> int:
    """How often it was done; raises QuantityInvalid."""
    if quantity is None or not 1 <= quantity <= MOST_QUANTITY:
        raise QuantityInvalid(field="quantity")
    return quantity


def checked_sum(deed: Deed) -> Deed:
    """The deed, unless it is worth too much; raises TooManyPoints."""
    if deed.points > MOST_POINTS:
        raise TooManyPoints(field="quantity", points=deed.points)
    return deed


def _check_note(deed: Deed, *, draft: bool) -> None:
    if len(deed.note) > LONGEST_NOTE:
        raise NoteTooLong(field="note")
    if deed.item.evidence and not deed.key and not draft:
        raise NoteNeeded(field="note", item=deed.item.name)
