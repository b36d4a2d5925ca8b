"""Reading users, the groups they look after, and the households close to them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from moralbank.access.models import Tie, TieKind, User, UserGroup
from moralbank.access.permissions import ROLE_LABELS, Role
from moralbank.audit import Actor
from moralbank.errors import Invalid, NotFound
from moralbank.households.queries import (
    HouseholdInfo,
    HouseholdNotNamed,
    find_households,
    household_labels,
    household_named,
)
from moralbank.i18n import _, mark
from moralbank.prepared import Prepared
from moralbank.villages.models import Group

TIE_LABELS: Final = {TieKind.OWN: mark("本户"), TieKind.KIN: mark("亲属")}
OFFERED: Final = 12
"""So many households at most are offered where several fit what was typed."""


class UserUnknown(NotFound):
    """Nobody in this village has this name."""

    text = mark("没有“%(name)s”这个用户")
    code = "user_unknown"


class SeveralHouseholds(Invalid):
    """What was typed fits more than one household; `found` are those to choose from."""

    text = mark("“%(typed)s”像的不止一户，请选一户")
    code = "several_households"

    def __init__(self, typed: str, found: list[HouseholdInfo]) -> None:
        """Remember who could be meant."""
        super().__init__(field="household", typed=typed)
        self.found = found


@dataclass(frozen=True)
class UserRow:
    """A user as lists show them; `two_steps` says whether their sign-in asks for a code."""

    id: int
    name: str
    role: Role
    role_label: str
    disabled: bool
    must_change_password: bool
    two_steps: bool


@dataclass(frozen=True)
class TieRow:
    """A household close to a user; `words` say how ("女儿家"). It holds until `ended_at`."""

    id: int
    user_id: int
    household_id: int
    kind: TieKind
    words: str
    since: datetime
    ended_at: datetime | None

    @property
    def how(self) -> str:
        """How the household is close to the user: "本户", "女儿家"."""
        return self.words or _(TIE_LABELS[self.kind])


@dataclass(frozen=True)
class TiedHousehold:
    """A tie with the household that it is to, as pages show it."""

    tie: TieRow
    household: HouseholdInfo


class Listed(Protocol):
    """What lists show of a user."""

    id: int
    name: str
    role: Role
    disabled: bool
    must_change_password: bool
    totp_secret: str | None


_OURS: Final = col(User.village_id) == bindparam("village")
_USERS: Final = Prepared(
    select(*(getattr(User, name) for name in Listed.__annotations__))
    .where(_OURS)
    .order_by(col(User.id))
)
_NAMES: Final = Prepared(select(User.id, User.name).where(_OURS))
_LOOKED_AFTER: Final = Prepared(
    select(Group.id, Group.name)
    .join(
        UserGroup,
        (col(UserGroup.village_id) == col(Group.village_id))
        & (col(UserGroup.group_id) == col(Group.id)),
    )
    .where(
        col(UserGroup.village_id) == bindparam("village"),
        col(UserGroup.user_id) == bindparam("user"),
    )
    .order_by(col(Group.position), col(Group.id))
)


def users_of(session: Session, village_id: int) -> list[UserRow]:
    """Everybody who signs in for a village."""
    session.flush()  # who was added or changed in this very transaction
    return [_row(user) for user in _USERS.rows(session, village=village_id)]


def user_named(session: Session, village_id: int, name: str) -> UserRow:
    """The village's user of this name; raises UserUnknown."""
    user = session.exec(
        select(User).where(User.village_id == village_id, User.name == name.strip())
    ).first()
    if user is None:
        raise UserUnknown(name=name[:20])
    return _row(user)


def user_row(session: Session, village_id: int, user_id: int) -> UserRow:
    """One user; raises UserUnknown."""
    user = session.get(User, (village_id, user_id))
    if user is None:
        raise UserUnknown(name=user_id)
    return _row(user)


def user_names(session: Session, village_id: int) -> dict[int, str]:
    """Names by number, for showing who did something; 0 is the system."""
    session.flush()  # who was added or renamed in this very transaction
    return {0: _("系统"), **dict(_NAMES.rows(session, village=village_id))}


def acting(session: Session, name: str, device: str) -> Actor:
    """The actor of this name for the command line; raises UserUnknown, also when disabled."""
    user = session.exec(select(User).where(User.name == name)).first()
    if user is None or user.disabled:
        raise UserUnknown(name=name)
    return actor_of(user, device)


@dataclass(frozen=True)
class Agreement:
    """An administrator and a supervisor of one village, both proved: no one alone may do it."""

    admin: Actor
    supervisor: Actor

    @property
    def actor(self) -> Actor:
        """The administrator, seconded by the supervisor."""
        return replace(self.admin, seconded_by=self.supervisor.user_id)


class Signing(Protocol):
    """What must be known of whoever asks for a page."""

    village_id: int
    id: int
    name: str
    role: Role
    disabled: bool
    must_change_password: bool
    session_epoch: int


_SIGNING: Final = Prepared(
    select(*(getattr(User, name) for name in Signing.__annotations__)).where(
        col(User.village_id) == bindparam("village"), col(User.id) == bindparam("user")
    )
)


def user_signing(session: Session, village_id: int, user_id: int) -> Signing | None:
    """The user of a session as they are now, or None; asked with every page, so made ready once."""
    return _SIGNING.first(session, village=village_id, user=user_id)


def actor_of(user: Signing, device: str) -> Actor:
    """The user as the one who acts."""
    return Actor(user.village_id, user.id, user.name, user.role, device)


def barred_households(session: Session, village_id: int, user_id: int) -> dict[int, TieRow]:
    """The households that a user may not judge now: their own and declared kin, by number."""
    return {tie.household_id: tie for tie in ties(session, village_id, user_id) if not tie.ended_at}


def ties(session: Session, village_id: int, user_id: int | None = None) -> list[TieRow]:
    """Every tie that was ever declared, of one user or of all, ended ones too."""
    wanted = select(Tie).where(Tie.village_id == village_id).order_by(col(Tie.id))
    if user_id is not None:
        wanted = wanted.where(Tie.user_id == user_id)
    return [
        TieRow(**{name: getattr(one, name) for name in TieRow.__dataclass_fields__})
        for one in session.exec(wanted)
    ]


def tied_households(session: Session, village_id: int, user_id: int) -> list[TiedHousehold]:
    """Every tie of a user with its household, those that hold first."""
    found = ties(session, village_id, user_id)
    whose = household_labels(session, village_id, {tie.household_id for tie in found})
    rows = [TiedHousehold(tie, whose[tie.household_id]) for tie in found]
    return sorted(rows, key=lambda row: row.tie.ended_at is not None)


def household_meant(session: Session, village_id: int, typed: str) -> HouseholdInfo:
    """The one household that was typed, as label ("一组-012", moved ones too) or by a name.

    Raises HouseholdNotNamed, SeveralHouseholds.
    """
    try:
        return household_named(session, village_id, typed)
    except HouseholdNotNamed as refusal:
        refusal.field = "household"
        found = find_households(session, village_id, typed, limit=OFFERED)
        if not found:
            raise
    if len(found) > 1:
        raise SeveralHouseholds(typed[:40], found)
    return found[0]


def groups_by_user(session: Session, village_id: int) -> dict[int, list[str]]:
    """The names of the groups that each grid worker looks after, in their order, by user."""
    found = session.exec(
        select(UserGroup.user_id, Group.name)
        .where(
            UserGroup.village_id == village_id,
            Group.village_id == UserGroup.village_id,
            Group.id == UserGroup.group_id,
        )
        .order_by(col(Group.position), col(Group.id))
    )
    names: dict[int, list[str]] = {}
    for user_id, name in found:
        names.setdefault(user_id, []).append(name)
    return names


def groups_looked_after(session: Session, village_id: int, user_id: int) -> set[int]:
    """The numbers of the groups (网格) that a grid worker looks after."""
    return set(names_looked_after(session, village_id, user_id))


def names_looked_after(session: Session, village_id: int, user_id: int) -> dict[int, str]:
    """The names of the same groups by number, in their order."""
    session.flush()  # what was given in this very transaction
    return dict(_LOOKED_AFTER.rows(session, village=village_id, user=user_id))


def _row(user: Listed) -> UserRow:
    return UserRow(
        id=user.id,
        name=user.name,
        role=user.role,
        role_label=_(ROLE_LABELS[user.role]),
        disabled=user.disabled,
        must_change_password=user.must_change_password,
        two_steps=user.totp_secret is not None,
    )
