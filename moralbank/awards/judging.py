"""Whether a household may be given a deed: every rule, each with its own words."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session

from moralbank import clock
from moralbank.access.queries import user_names
from moralbank.awards.acting import who_did
from moralbank.awards.caps import CapRefused, Counted, refusal_by_cap
from moralbank.awards.models import LIVE_STATES, Award, AwardSource, AwardState
from moralbank.awards.states import STATE_LABELS, Act
from moralbank.awards.understanding import (
    Deed,
    checked_points,
    checked_quantity,
    checked_sum,
    understand,
)
from moralbank.errors import Invalid, Refused
from moralbank.households.models import HouseholdStatus
from moralbank.households.queries import (
    HouseholdInfo,
    HouseholdUnknown,
    household_labels,
    members_of,
)
from moralbank.i18n import _, mark
from moralbank.scheme.queries import scheme_version

_awards = Award.__table__  # type: ignore[attr-defined]


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


class SomeRefused(Refused):
    """Some households can't be given the deed, and nobody said to leave them out.

    `refusals` holds each such household's number with its refusal, `accepted` how many others
    there are.
    """

    text = mark("有 %(n)s 户不能记，这次一户也没有记。可以跳过它们，只记其余 %(others)s 户")
    code = "some_refused"

    def __init__(self, *, refusals: dict[int, Refused], accepted: int) -> None:
        """Remember who was refused and why."""
        super().__init__(n=len(refusals), others=accepted)
        self.refusals = refusals
        self.accepted = accepted


class AllRefused(SomeRefused):
    """None of the households can be given the deed."""

    text = mark("选的 %(n)s 户都不能记，原因见下")
    code = "all_refused"


def judge(
    session: Session,
    village_id: int,
    deed: Deed,
    household_ids: Sequence[int],
    member_id: int = 0,
    *,
    instead_of: int = 0,
) -> dict[int, Refused | None]:
    """For each household why the deed can't be recorded, or None where it can.

    `instead_of` is the award that this is to become, which doesn't count. Raises
    HouseholdUnknown and MemberNotTheirs. The number of statements doesn't grow with the number of
    households.
    """
    bench = Bench(session, village_id, household_ids, [deed.item.number], instead_of=instead_of)
    if member_id:
        _check_member(session, village_id, bench.infos[household_ids[0]], member_id)
    return {number: bench.refusal(number, deed, member_id) for number in household_ids}


def accepted_of(
    session: Session, village_id: int, deed: Deed, whose: Sequence[int], *, skip_refused: bool
) -> list[int]:
    """Those of many households that can be given the deed; raises SomeRefused, AllRefused."""
    judged = judge(session, village_id, deed, whose)
    refusals = {number: refusal for number, refusal in judged.items() if refusal is not None}
    accepted = [number for number in whose if number not in refusals]
    if not accepted:
        raise AllRefused(refusals=refusals, accepted=0)
    if refusals and not skip_refused:
        raise SomeRefused(refusals=refusals, accepted=len(accepted))
    return accepted


def check_change(
    session: Session, village_id: int, row: Any, *, quantity: int, points_each: int
) -> None:
    """Whether an award may be worth so much, by the version of the scheme that it was judged by.

    Raises QuantityInvalid, PointsNotAllowed, TooManyPoints, and CapRefused.
    """
    item = scheme_version(session, village_id, row.scheme_version).item(row.item)
    deed = Deed(
        scheme_version=row.scheme_version,
        item=item,
        quantity=checked_quantity(quantity),
        points_each=checked_points(item, points_each),
        deed_on=row.deed_on,
        note=row.note,
    )
    checked_sum(deed)
    bench = Bench(session, village_id, [row.household_id], [row.item], instead_of=row.id)
    refusal = bench.cap_refusal(row.household_id, deed, row.member_id)
    if refusal is not None:
        raise refusal


class Bench:
    """Judges deeds of some households by what they have already: read once for all of them."""

    def __init__(
        self,
        session: Session,
        village_id: int,
        household_ids: Sequence[int],
        items: Collection[int],
        *,
        instead_of: int = 0,
    ) -> None:
        """Read the households and their live deeds of these items; raises HouseholdUnknown."""
        self.infos: Final = household_labels(session, village_id, household_ids)
        if self.infos.keys() < set(household_ids):
            raise HouseholdUnknown(field="household")
        self._names: Final = user_names(session, village_id)
        self._earlier: Final = _earlier(session, village_id, household_ids, items, instead_of)

    def refusal(self, household_id: int, deed: Deed, member_id: int = 0) -> Refused | None:
        """The first rule that stands against one household's deed."""
        info = self.infos[household_id]
        if info.status == HouseholdStatus.MOVED:
            return HouseholdMoved(field="household", household=info.spoken)
        for known in self._earlier[household_id, deed.item.number]:
            there = (known.deed_on, known.member_id, known.deed_key)
            if there == (deed.deed_on, member_id, deed.key):
                return same_deed(deed, known, self._names)
        return self.cap_refusal(household_id, deed, member_id)

    def cap_refusal(self, household_id: int, deed: Deed, member_id: int) -> CapRefused | None:
        """What the item's cap says against it, if anything."""
        if deed.item.cap is None:
            return None
        return refusal_by_cap(
            deed.item.cap,
            deed.deed_on,
            self._earlier[household_id, deed.item.number],
            member_id=member_id,
            quantity=deed.quantity,
            points=deed.points,
        )

    def count(self, household_id: int, deed: Deed, by: int) -> None:
        """Let a deed that was let through count against those judged after it."""
        counted = Counted(
            id=0,
            household_id=household_id,
            member_id=0,
            item=deed.item.number,
            quantity=deed.quantity,
            points=deed.points,
            deed_on=deed.deed_on,
            deed_key=deed.key,
            state=AwardState.CLAIMED,
            recorded_by=by,
            recorded_at=clock.now(),
            source=AwardSource.ROUND,
        )
        self._earlier[household_id, deed.item.number].append(counted)


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
        who=who_did(names, earlier.recorded_by, Act.RECORD, earlier.source),
        when=clock.local(earlier.recorded_at).strftime("%m-%d %H:%M"),
        state=_(STATE_LABELS[earlier.state]),
        id=earlier.id,
    )


def _check_member(session: Session, village_id: int, info: HouseholdInfo, member_id: int) -> None:
    members = members_of(session, village_id, info.id)
    if member_id not in {member.id for member in members}:
        raise MemberNotTheirs(field="member", household=info.head)


def _earlier(
    session: Session,
    village_id: int,
    household_ids: Collection[int],
    items: Collection[int],
    instead_of: int,
) -> dict[tuple[int, int], list[Counted]]:
    """The live deeds of these items, by household and item."""
    columns = [_awards.c[name] for name in Counted.__dataclass_fields__]
    rows = session.connection().execute(
        select(*columns)
        .where(
            _awards.c.village_id == village_id,
            _awards.c.item.in_(items),
            _awards.c.household_id.in_(household_ids),
            _awards.c.state.in_(LIVE_STATES),
            _awards.c.id != instead_of,
        )
        .order_by(_awards.c.id)
    )
    found: dict[tuple[int, int], list[Counted]] = defaultdict(list)
    for row in rows:
        found[row.household_id, row.item].append(Counted(**row._mapping))  # noqa: SLF001 - public API
    return found
