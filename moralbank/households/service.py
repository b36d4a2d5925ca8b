"""Writing households: one by hand, many from a roster, their members."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from sqlmodel import Session, and_, col, select

from moralbank import audit, clock
from moralbank.audit import Actor
from moralbank.awards.models import Award
from moralbank.errors import Invalid, Refused
from moralbank.households.entry import cleaned
from moralbank.households.erased import require_whole
from moralbank.households.headings import CONSENT, FIELDS, GROUP, HEAD, NUMBER, field_label
from moralbank.households.imports import IMPORT
from moralbank.households.models import Household, HouseholdStatus, Member
from moralbank.households.pinyin import initials
from moralbank.households.queries import (
    HouseholdUnknown,
    MemberUnknown,
    existing_households,
    household,
)
from moralbank.households.roster import JudgedRow, RosterRow, judge
from moralbank.i18n import _, mark
from moralbank.ledger import service as ledger
from moralbank.ledger.accounts import HOUSEHOLD_ACCOUNTS, open_accounts
from moralbank.tables.cells import Fate
from moralbank.villages.models import Group
from moralbank.villages.service import group_named

LONGEST_RELATION: Final = 12


class HouseholdInvalid(Invalid):
    """A value breaks one of the roster's rules (see `households/cells.py`)."""

    text = mark("%(why)s")
    code = "household_invalid"


class NumberTaken(Refused):
    """Another household of the group has this number."""

    text = mark("%(label)s已经是%(head)s家，户号不能重复")
    code = "number_taken"


class MemberInvalid(Invalid):
    """A relation is at most 12 characters."""

    text = mark("与户主的关系太长：最多 %(n)s 个字")
    code = "member_invalid"


class MemberTaken(Refused):
    """The household has a member of this name."""

    text = mark("这一户已经有“%(name)s”了")
    code = "member_taken"


class MemberHasAwards(Refused):
    """Deeds are recorded in the member's name."""

    text = mark("“%(name)s”名下有记过的分，不能删去；名字写错了可以改")
    code = "member_has_awards"


class RosterHasErrors(Refused):
    """Rows have errors and nobody said to leave them out."""

    text = mark(
        "有 %(n)s 行有错，这次没有导入任何内容。"
        "请改好再导，或者选“跳过有错的行”（命令行加 --skip-errors）"
    )
    code = "roster_has_errors"


@dataclass(frozen=True)
class NewHousehold:
    """A household to be added; texts as they were typed."""

    group: str
    number: str
    head: str
    telephone: str = ""
    people: int | None = None
    address: str = ""
    note: str = ""
    consent: bool = True


@dataclass(frozen=True)
class EditHousehold:
    """What a household shall be from now on; its group and number stay."""

    head: str
    telephone: str = ""
    people: int | None = None
    address: str = ""
    note: str = ""
    consent: bool = True
    status: HouseholdStatus = HouseholdStatus.ACTIVE


@dataclass(frozen=True)
class NewMember:
    """A person of a household; `minor` keeps the name off boards."""

    name: str
    relation: str = ""
    minor: bool = False


@dataclass(frozen=True)
class Imported:
    """What an import did, in rows."""

    new: int
    changed: int
    same: int
    skipped: int


def add_household(session: Session, actor: Actor, wanted: NewHousehold) -> Household:
    """Add a household and open its accounts; its group is made if it is new.

    Raises HouseholdInvalid, NumberTaken.
    """
    ledger.lock(session, actor.village_id)
    row = _clean(asdict(wanted))
    group = group_named(session, actor.village_id, row.group)
    _require_free(session, group, row.number)
    (made,) = _add_rows(session, actor, [row])
    audit.record(session, actor, "households.add", f"{row.group}-{row.number}", head=row.head)
    return made


def edit_household(
    session: Session, actor: Actor, household_id: int, wanted: EditHousehold
) -> dict[str, tuple[Any, Any]]:
    """Change a household; gives back what was altered, field → (old, new).

    Raises HouseholdUnknown, HouseholdErased, HouseholdInvalid.
    """
    ledger.lock(session, actor.village_id)
    info = household(session, actor.village_id, household_id)
    require_whole(info)
    row = _clean({**asdict(wanted), GROUP: info.group, NUMBER: info.number})
    values = {name: getattr(row, name) for name in FIELDS if name not in {GROUP, NUMBER}}
    values |= {CONSENT: wanted.consent, "status": wanted.status}
    changes = _apply(_household(session, actor, household_id), values)
    if changes:
        audit.record(session, actor, "households.edit", info.label, **changes)
    return changes


def import_roster(
    session: Session,
    actor: Actor,
    rows: Sequence[RosterRow],
    *,
    filename: str,
    skip_errors: bool = False,
) -> Imported:
    """Import a roster's rows, judged here against the village as it now stands.

    New households get their accounts in one event; households that the roster doesn't name
    stay as they are. Raises RosterHasErrors unless `skip_errors` leaves such rows out.
    """
    ledger.lock(session, actor.village_id)
    judged = judge(rows, existing_households(session, actor.village_id))
    by_fate = {fate: [item for item in judged if item.fate == fate] for fate in Fate}
    wrong = by_fate[Fate.ERROR]
    if wrong and not skip_errors:
        raise RosterHasErrors(n=len(wrong))
    _add_rows(session, actor, [item.row for item in by_fate[Fate.NEW]])
    changed = _change_rows(session, actor, by_fate[Fate.CHANGED])
    done = Imported(
        new=len(by_fate[Fate.NEW]),
        changed=len(changed),
        same=len(by_fate[Fate.SAME]),
        skipped=len(wrong),
    )
    audit.record(session, actor, IMPORT, filename, **asdict(done), changes=changed)
    return done


def add_member(session: Session, actor: Actor, household_id: int, wanted: NewMember) -> Member:
    """Add a person to a household.

    Raises HouseholdUnknown, HouseholdErased, MemberInvalid, MemberTaken.
    """
    ledger.lock(session, actor.village_id)
    info = household(session, actor.village_id, household_id)
    require_whole(info)
    wanted = _clean_member(wanted)
    _require_new_name(session, actor, household_id, wanted.name)
    member = Member(
        village_id=actor.village_id,
        id=ledger.take_number(session, actor.village_id, "member"),
        household_id=household_id,
        **asdict(wanted),
    )
    session.add(member)
    session.flush()
    audit.record(session, actor, "households.member_add", info.label, **asdict(wanted))
    return member


def edit_member(session: Session, actor: Actor, member_id: int, wanted: NewMember) -> Member:
    """Change a person's name, relation or age. Raises MemberUnknown and as `add_member`."""
    ledger.lock(session, actor.village_id)
    member = _member(session, actor, member_id)
    info = household(session, actor.village_id, member.household_id)
    require_whole(info)
    wanted = _clean_member(wanted)
    if wanted.name != member.name:
        _require_new_name(session, actor, member.household_id, wanted.name)
    changes = _alter(member, asdict(wanted))
    if changes:
        audit.record(session, actor, "households.member_edit", info.label, **changes)
    return member


def remove_member(session: Session, actor: Actor, member_id: int) -> Member:
    """Take a person out of a household. Raises MemberUnknown, MemberHasAwards."""
    ledger.lock(session, actor.village_id)
    member = _member(session, actor, member_id)
    named = select(Award.id).where(
        Award.village_id == actor.village_id, Award.member_id == member_id
    )
    if session.exec(named.limit(1)).first() is not None:
        raise MemberHasAwards(name=member.name)
    label = household(session, actor.village_id, member.household_id).label
    session.delete(member)
    audit.record(session, actor, "households.member_remove", label, name=member.name)
    return member


def _clean(values: dict[str, Any]) -> RosterRow:
    """The values by the roster's rules; raises HouseholdInvalid beside the first wrong field."""
    row = cleaned(values)
    if not row.errors:
        return row
    field = next(name for name in FIELDS if name in row.wrong)
    # Beside its own field an error need not say whose it is.
    named = _("%(column)s：%(why)s", column=field_label(field), why="")
    raise HouseholdInvalid(field=field, why=row.errors[0].removeprefix(named))


def _require_free(session: Session, group: Group, number: str) -> None:
    taken = session.exec(
        select(Household).where(
            Household.village_id == group.village_id,
            Household.group_id == group.id,
            Household.number == number,
        )
    ).first()
    if taken is not None:
        raise NumberTaken(field=NUMBER, label=f"{group.name}-{number}", head=taken.head)


def _add_rows(session: Session, actor: Actor, rows: Sequence[RosterRow]) -> list[Household]:
    """Households for these rows, in their order, and all their accounts by one event."""
    if not rows:
        return []
    groups = {
        name: group_named(session, actor.village_id, name).id
        for name in dict.fromkeys(row.group for row in rows)
    }
    numbers = ledger.take_numbers(session, actor.village_id, "household", len(rows))
    made = [
        _new(actor.village_id, number, groups[row.group], row)
        for number, row in zip(numbers, rows, strict=True)
    ]
    session.add_all(made)
    session.flush()
    accounts = [(kind, one.id) for one in made for kind in HOUSEHOLD_ACCOUNTS]
    open_accounts(session, actor.village_id, accounts, actor=actor.user_id)
    return made


def _new(village_id: int, number: int, group_id: int, row: RosterRow) -> Household:
    return Household(
        village_id=village_id,
        id=number,
        group_id=group_id,
        number=row.number,
        head=row.head,
        initials=initials(row.head),
        telephone=row.telephone,
        people=row.people,
        address=row.address,
        note=row.note,
        consent=row.consent is not False,
        status=HouseholdStatus.ACTIVE,
        joined_at=clock.now(),
    )


def _change_rows(
    session: Session, actor: Actor, items: Iterable[JudgedRow]
) -> dict[str, dict[str, tuple[Any, Any]]]:
    """Alter what the rows say otherwise; label → field → (old, new)."""
    found = session.exec(
        select(Household, Group.name)
        .join(
            Group,
            and_(
                col(Group.village_id) == Household.village_id,
                col(Group.id) == Household.group_id,
            ),
        )
        .where(Household.village_id == actor.village_id)
    )
    known = {(group, one.number): one for one, group in found}
    return {
        f"{item.row.group}-{item.row.number}": _apply(
            known[item.row.group, item.row.number],
            {change.field: change.new for change in item.changes},
        )
        for item in items
    }


def _apply(one: Household, values: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Set a household's values, its initials following the head's name."""
    changes = _alter(one, values)
    if HEAD in changes:
        one.initials = initials(one.head)
    return changes


def _alter(row: Household | Member, values: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Set what differs; field → (old, new)."""
    changes = {
        name: (getattr(row, name), value)
        for name, value in values.items()
        if getattr(row, name) != value
    }
    for name, (_old, new) in changes.items():
        setattr(row, name, new)
    return changes


def _household(session: Session, actor: Actor, household_id: int) -> Household:
    found = session.get(Household, (actor.village_id, household_id))
    if found is None:
        raise HouseholdUnknown
    return found


def _member(session: Session, actor: Actor, member_id: int) -> Member:
    found = session.get(Member, (actor.village_id, member_id))
    if found is None:
        raise MemberUnknown
    return found


def _clean_member(wanted: NewMember) -> NewMember:
    """A member's name by the rules for heads. Raises MemberInvalid, HouseholdInvalid."""
    try:
        row = _clean({GROUP: "1", NUMBER: "1", HEAD: wanted.name})
    except HouseholdInvalid as refusal:
        raise HouseholdInvalid(field="name", **refusal.values) from None
    relation = wanted.relation.strip()
    if len(relation) > LONGEST_RELATION:
        raise MemberInvalid(field="relation", n=LONGEST_RELATION)
    return replace(wanted, name=row.head, relation=relation)


def _require_new_name(session: Session, actor: Actor, household_id: int, name: str) -> None:
    same = select(Member.id).where(
        Member.village_id == actor.village_id,
        Member.household_id == household_id,
        Member.name == name,
    )
    if session.exec(same).first() is not None:
        raise MemberTaken(field="name", name=name)
