"""Reading users."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from moralbank.access.models import User
from moralbank.access.permissions import ROLE_LABELS, Role
from moralbank.audit import Actor
from moralbank.errors import NotFound
from moralbank.i18n import _, mark


class UserUnknown(NotFound):
    """Nobody in this village has this name."""

    text = mark("没有“%(name)s”这个用户")
    code = "user_unknown"


@dataclass(frozen=True)
class UserRow:
    """A user as lists show them."""

    id: int
    name: str
    role: Role
    role_label: str
    disabled: bool
    must_change_password: bool


def users_of(session: Session, village_id: int) -> list[UserRow]:
    """Everybody who signs in for a village."""
    found = session.exec(select(User).where(User.village_id == village_id).order_by(col(User.id)))
    return [_row(user) for user in found]


def user_row(session: Session, village_id: int, user_id: int) -> UserRow:
    """One user; raises UserUnknown."""
    user = session.get(User, (village_id, user_id))
    if user is None:
        raise UserUnknown(name=user_id)
    return _row(user)


def user_names(session: Session, village_id: int) -> dict[int, str]:
    """Names by number, for showing who did something; 0 is the system."""
    found = session.exec(select(User.id, User.name).where(User.village_id == village_id))
    return {0: _("系统"), **dict(found.all())}


def acting(session: Session, name: str, device: str) -> Actor:
    """The actor of this name for the command line; raises UserUnknown, also when disabled."""
    user = session.exec(select(User).where(User.name == name)).first()
    if user is None or user.disabled:
        raise UserUnknown(name=name)
    return actor_of(user, device)


def actor_of(user: User, device: str) -> Actor:
    """The user as the one who acts."""
    return Actor(user.village_id, user.id, user.name, user.role, device)


def _row(user: User) -> UserRow:
    return UserRow(
        id=user.id,
        name=user.name,
        role=user.role,
        role_label=_(ROLE_LABELS[user.role]),
        disabled=user.disabled,
        must_change_password=user.must_change_password,
    )
