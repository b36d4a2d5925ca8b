"""Whether a deed may be recorded: every rule, each with its own words."""

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session

from moralbank import clock
from moralbank.access.queries import user_names
from moralbank.awards.caps import Counted, refusal_by_cap
from moralbank.awards.models import LIVE_STATES, Award
from moralbank.awards.states import STATE_LABELS
from moralbank.errors import Invalid, Refused
from moralbank.households.models import HouseholdStatus
from moralbank.households.queries import (
    HouseholdInfo,
    HouseholdUnknown,
    household_labels,
    members_of,
)
from moralbank.i18n import _, mark
from moralbank.scheme.queries import Item, scheme_on

_awards = Award.__table__  # type: ignore[attr-defined]

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
    """Deductions come only after a private reminder, which is not part of the product yet."""

    text = mark("扣分须先私下提醒，提醒后不改的再评议；现在还不能在这里记扣分")
    code = "deduction_needs_reminder"


class HouseholdMoved(Refused):
    """The household doesn't take part any more."""

    text = mark("%(household)s已经迁出，不能再记分")
    code = "household_moved"


class MemberNotTheirs(Invalid):
    """The member named isn't of this household."""

    text = mark("%(household)s没有这位家庭成员")
    code = "member_not_theirs"


class SameDeed(Refused):
    """The same household, item, day, person and deed was recorded before."""

    text = mark("这件事已经记过了：%(who)s %(when)s 记的，%(state)s（第 %(id)s 条）")
    code = "same_deed"


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
        """The note as compared for "the same deed": width, case, blanks, stops don't matter."""
        plain = unicodedata.normalize("NFKC", self.note).casefold()
        return "".join(letter for letter in plain if letter.isalnum())


def understand(
    session: Session,
    village_id: int,
    item: int,
    *,
    quantity: int | None,
    points_each: int | None,
    deed_on: date | None,
    note: str,
) -> Deed:
    """Read a deed by the scheme in force on its day. Raises what its values deserve.

    Raises NoScheme, ItemUnknown, DeductionNeedsReminder and the Invalid ones above.
    """
    deed_on = _checked_day(deed_on)
    scheme = scheme_on(session, village_id, deed_on)
    known = scheme.item(item)
    if known.deduction:
        raise DeductionNeedsReminder(field="item")
    if quantity is None or not 1 <= quantity <= MOST_QUANTITY:
        raise QuantityInvalid(field="quantity")
    deed = Deed(
        scheme_version=scheme.version,
        item=known,
        quantity=quantity,
        points_each=_points_each(known, points_each),
        deed_on=deed_on,
        note=note.strip(),
    )
    if deed.points > MOST_POINTS:
        raise TooManyPoints(field="quantity", points=deed.points)
    _check_note(deed)
    return deed


def judge(
    session: Session,
    village_id: int,
    deed: Deed,
    household_ids: Sequence[int],
    member_id: int = 0,
) -> dict[int, Refused | None]:
    """For each household why the deed can't be recorded, or None where it can.

    Raises HouseholdUnknown and MemberNotTheirs. The number of statements doesn't grow with the
    number of households.
    """
    infos = household_labels(session, village_id, household_ids)
    for household_id in household_ids:
        if household_id not in infos:
            raise HouseholdUnknown(field="household")
    if member_id:
        _check_member(session, village_id, infos[household_ids[0]], member_id)
    earlier = _earlier(session, village_id, deed, household_ids)
    names = user_names(session, village_id)
    return {
        household_id: _refusal(infos[household_id], deed, member_id, earlier[household_id], names)
        for household_id in household_ids
    }


def why_left_out(
    session: Session,
    village_id: int,
    household_ids: Sequence[int],
    award_ids: Sequence[int],
    item: int,
    **said: Any,
) -> list[tuple[HouseholdInfo, str]]:
    """Of many households those for whom no award was recorded, each with the reason in words."""
    done = select(_awards.c.household_id).where(
        _awards.c.village_id == village_id, _awards.c.id.in_(award_ids)
    )
    recorded = set(session.connection().scalars(done))
    left = [number for number in dict.fromkeys(household_ids) if number not in recorded]
    infos = household_labels(session, village_id, left)
    judged = judge(session, village_id, understand(session, village_id, item, **said), left)
    return [(infos[number], refusal.message) for number, refusal in judged.items() if refusal]


def same_deed(deed: Deed, earlier: Counted, names: dict[int, str]) -> SameDeed:
    """The refusal that names the earlier record."""
    return SameDeed(
        field="note" if deed.note else "deed_on",
        who=names.get(earlier.recorded_by, ""),
        when=clock.local(earlier.recorded_at).strftime("%m-%d %H:%M"),
        state=_(STATE_LABELS[earlier.state]),
        id=earlier.id,
    )


def _checked_day(deed_on: date | None) -> date:
    today = clock.today()
    if deed_on is None:
        raise DayMissing(field="deed_on")
    if deed_on > today:
        raise DeedInFuture(field="deed_on")
    if deed_on < today - timedelta(days=OLDEST_DAYS):
        raise DeedTooOld(field="deed_on")
    return deed_on


def _points_each(item: Item, wanted: int | None) -> int:
    """The points for one time, which must be said where the item leaves a choice."""
    if wanted is None:
        if item.has_range:
            raise PointsNeeded(field="points", item=item.name, points=item.points_text)
        return item.points_min
    levels = [points for _name, points in item.levels]
    allowed = wanted in levels if levels else item.points_min <= wanted <= item.points_max
    if not allowed:
        raise PointsNotAllowed(
            field="points", item=item.name, points=item.points_text, wanted=wanted
        )
    return wanted


def _check_note(deed: Deed) -> None:
    if len(deed.note) > LONGEST_NOTE:
        raise NoteTooLong(field="note")
    if deed.item.evidence and not deed.key:
        raise NoteNeeded(field="note", item=deed.item.name)


def _check_member(session: Session, village_id: int, info: HouseholdInfo, member_id: int) -> None:
    members = members_of(session, village_id, info.id)
    if member_id not in {member.id for member in members}:
        raise MemberNotTheirs(field="member", household=info.head)


def _earlier(
    session: Session, village_id: int, deed: Deed, household_ids: Sequence[int]
) -> dict[int, list[Counted]]:
    """The live deeds of the same item, by household."""
    columns = [_awards.c[name] for name in Counted.__dataclass_fields__]
    rows = session.connection().execute(
        select(*columns)
        .where(
            _awards.c.village_id == village_id,
            _awards.c.item == deed.item.number,
            _awards.c.household_id.in_(household_ids),
            _awards.c.state.in_(LIVE_STATES),
        )
        .order_by(_awards.c.id)
    )
    found: dict[int, list[Counted]] = defaultdict(list)
    for row in rows:
        found[row.household_id].append(Counted(**row._mapping))  # noqa: SLF001 - public API
    return found


def _refusal(
    info: HouseholdInfo,
    deed: Deed,
    member_id: int,
    earlier: list[Counted],
    names: dict[int, str],
) -> Refused | None:
    """The first rule that stands against one household's deed."""
    if info.status == HouseholdStatus.MOVED:
        return HouseholdMoved(field="household", household=info.spoken)
    for known in earlier:
        if (known.deed_on, known.member_id, known.deed_key) == (deed.deed_on, member_id, deed.key):
            return same_deed(deed, known, names)
    if deed.item.cap is None:
        return None
    return refusal_by_cap(
        deed.item.cap,
        deed.deed_on,
        earlier,
        member_id=member_id,
        quantity=deed.quantity,
        points=deed.points,
    )
