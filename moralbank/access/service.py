"""Passwords, users, their groups, and the households they may not judge."""

from collections.abc import Collection, Iterable
from typing import Final
from unicodedata import normalize

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, select

from moralbank import audit, clock
from moralbank.access.hashing import hashed
from moralbank.access.models import Tie, TieKind, User, UserGroup
from moralbank.access.passwords import require_strong
from moralbank.access.permissions import Role, require
from moralbank.access.queries import (
    UserUnknown,
    barred_households,
    groups_looked_after,
    user_row,
)
from moralbank.access.signing_in import forget_tries, require_password
from moralbank.audit import Actor
from moralbank.errors import Invalid, NotFound, Refused
from moralbank.households.queries import household
from moralbank.i18n import listed, mark
from moralbank.ledger.queries import require_clock
from moralbank.ledger.service import lock, take_number
from moralbank.villages.queries import GroupUnknown, groups_of, village_info

LONGEST_NAME: Final = 20
LONGEST_TIE_WORDS: Final = 12


class PasswordSame(Invalid):
    """The new password is the old one."""

    text = mark("新密码不能与现在的一样")
    code = "password_same"


class NameInvalid(Invalid):
    """A user's name is 1 to 20 letters, digits or Chinese characters."""

    text = mark("用户名不对：1 到 20 个汉字、字母或数字，中间不能有空格")
    code = "name_invalid"


class NameTaken(Refused):
    """Somebody has this name already, or one that looks like it."""

    text = mark("用户名“%(name)s”已经有人用了，换一个吧")
    code = "name_taken"


class LastAdmin(Refused):
    """The village would have no administrator left."""

    text = mark("这是最后一位管理员，不能停用或改岗")
    code = "last_admin"


class NoGridWorker(Refused):
    """Only grid workers look after groups."""

    text = mark("只有网格员才负责小组，“%(name)s”现在不是网格员")
    code = "no_grid_worker"


class TieWordsInvalid(Invalid):
    """How somebody is related is said in 1 to 12 characters; of one's own household it may be."""

    text = mark("请写明是什么亲（最多 12 个字），如 女儿家")
    code = "tie_words_invalid"


class TieKnown(Refused):
    """The household is barred for this user already."""

    text = mark("%(household)s已经在“%(name)s”的回避户里了")
    code = "tie_known"


class TieUnknown(NotFound):
    """No such tie in this village."""

    text = mark("没有这条回避关系")
    code = "tie_unknown"


class TieEnded(Refused):
    """The tie was ended before."""

    text = mark("这条回避关系早已解除")
    code = "tie_ended"


def add_user(
    session: Session, actor: Actor, name: str, role: Role, password: str, *, first: bool = True
) -> User:
    """Make a user. `first` asks for a new password at the first sign-in.

    Raises NameInvalid, NameTaken, PasswordWeak.
    """
    near = names_near(session, actor.village_id)
    return enlist(session, actor, name, role, first_password(name, password, near), first=first)


def names_near(session: Session, village_id: int) -> tuple[str, ...]:
    """Names that nobody's password may be: the village's, with and without its 村."""
    village = village_info(session, village_id)
    return village.name, village.name.rstrip("村"), village.full_name


def first_password(name: str, password: str, near: Iterable[str] = ()) -> str:
    """What is kept of a first password for the user of this name; raises PasswordWeak.

    `near` are names that it may not be either (`names_near`). Takes its time (argon2), so do it
    before others must wait for one's writing.
    """
    require_strong(password, [name.strip(), *near], "password")
    return hashed(password)


def enlist(
    session: Session,
    actor: Actor,
    name: str,
    role: Role,
    password_hash: str,
    *,
    first: bool = True,
) -> User:
    """Make a user whose password was hashed before (`first_password`).

    Raises NameInvalid, NameTaken.
    """
    name = name.strip()
    if not (name.isalnum() and len(name) <= LONGEST_NAME):
        raise NameInvalid(field="name")
    if any(_looks(name) == _looks(other) for other in session.exec(select(User.name))):
        raise NameTaken(field="name", name=name)
    user = User(
        village_id=actor.village_id,
        id=take_number(session, actor.village_id, "user"),
        name=name,
        role=role,
        password_hash=password_hash,
        must_change_password=first,
        created_at=clock.now(),
    )
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError as taken:  # by somebody of a village that this one doesn't see
        raise NameTaken(field="name", name=name) from taken
    audit.record(session, actor, "access.add", name, role=role)
    return user


def _looks(name: str) -> str:
    """A name without what hardly tells two apart to the eye: ＷＡＮＧ and Wang look like wang."""
    return normalize("NFKC", name).casefold()


def change_password(session: Session, actor: Actor, present: str, new: str) -> User:
    """Change one's own password; every other session of this user ends.

    Raises PasswordWrong, TooManyTries, PasswordSame, PasswordWeak.
    """
    user = require_password(session, actor, present)
    if new == present:
        raise PasswordSame(field="new")
    require_strong(new, [user.name, *names_near(session, actor.village_id)], "new")
    _set_password(session, user, hashed(new), first=False)
    audit.record(session, actor, "access.password", user.name)
    return user


def reset_password(session: Session, actor: Actor, user_id: int, password: str) -> User:
    """Give somebody a first password anew; raises PasswordWeak."""
    user = _user(session, actor.village_id, user_id)
    near = names_near(session, actor.village_id)
    return replace_password(session, actor, user_id, first_password(user.name, password, near))


def replace_password(session: Session, actor: Actor, user_id: int, password_hash: str) -> User:
    """Give somebody a first password that was hashed before (`first_password`)."""
    user = _user(session, actor.village_id, user_id)
    _set_password(session, user, password_hash, first=True)
    audit.record(session, actor, "access.reset", user.name)
    return user


def end_sessions(session: Session, actor: Actor) -> User:
    """End every session of one's own account."""
    user = _user(session, actor.village_id, actor.user_id)
    user.session_epoch += 1
    session.add(user)
    audit.record(session, actor, "access.end_sessions", user.name)
    return user


def change_role(session: Session, actor: Actor, user_id: int, role: Role) -> User:
    """Give somebody another part; their sessions end. Raises LastAdmin."""
    user = _user(session, actor.village_id, user_id)
    if role != Role.ADMIN:
        _require_other_admin(session, user, field="role")
    before, user.role = user.role, role
    user.session_epoch += 1
    session.add(user)
    audit.record(session, actor, "access.role", user.name, before=before, after=role)
    return user


def set_disabled(session: Session, actor: Actor, user_id: int, *, disabled: bool) -> User:
    """Let somebody in no longer, or again; their sessions end. Raises LastAdmin."""
    user = _user(session, actor.village_id, user_id)
    if disabled:
        _require_other_admin(session, user)
    user.disabled = disabled
    user.session_epoch += 1
    session.add(user)
    audit.record(session, actor, "access.disable" if disabled else "access.enable", user.name)
    return user


def assign_groups(session: Session, actor: Actor, user_id: int, group_ids: Collection[int]) -> None:
    """Say which groups a grid worker looks after from now on, and no others.

    Raises UserUnknown, NoGridWorker, GroupUnknown.
    """
    lock(session, actor.village_id)
    user, wanted = _user(session, actor.village_id, user_id), sorted(set(group_ids))
    if user.role != Role.GRID:
        raise NoGridWorker(name=user.name, field="groups")
    known = {group.id: group.name for group in groups_of(session, actor.village_id)}
    for group_id in wanted:
        if group_id not in known:
            raise GroupUnknown(name=group_id, known=listed(known.values()))
    before = groups_looked_after(session, actor.village_id, user_id)
    if before == set(wanted):
        return
    session.exec(
        delete(UserGroup).where(
            col(UserGroup.village_id) == actor.village_id, col(UserGroup.user_id) == user_id
        )
    )
    session.add_all(
        UserGroup(village_id=actor.village_id, user_id=user_id, group_id=group_id)
        for group_id in wanted
    )
    names = [known[group_id] for group_id in wanted]
    audit.record(session, actor, "access.groups", user.name, groups=names)


def declare_tie(
    session: Session, actor: Actor, user_id: int, household_id: int, kind: TieKind, words: str
) -> int:
    """Bar a user from judging a household, their own or kin's; gives back the tie's number.

    Everybody declares their own ties, the administrator anybody's. Raises NotYourPart,
    UserUnknown, HouseholdUnknown, TieWordsInvalid, TieKnown, ClockBehind.
    """
    if user_id != actor.user_id:
        require(actor, "access.manage")
    words = words.strip()
    if len(words) > LONGEST_TIE_WORDS or (kind == TieKind.KIN and not words):
        raise TieWordsInvalid(field="words")
    lock(session, actor.village_id)
    require_clock(session, actor.village_id)
    user = user_row(session, actor.village_id, user_id)
    whose = household(session, actor.village_id, household_id)
    if household_id in barred_households(session, actor.village_id, user_id):
        raise TieKnown(household=whose.spoken, name=user.name, field="household")
    tie = Tie(
        village_id=actor.village_id,
        id=take_number(session, actor.village_id, "tie"),
        user_id=user_id,
        household_id=household_id,
        kind=kind,
        words=words,
        since=clock.now(),
        ended_at=None,
    )
    session.add(tie)
    session.flush()
    said = {"household": whose.label, "kind": kind, "words": words}
    audit.record(session, actor, "access.tie", user.name, tie=tie.id, **said)
    return tie.id


def end_tie(session: Session, actor: Actor, tie_id: int) -> None:
    """Let a user judge a household again; that they could not stays written.

    Raises TieUnknown, TieEnded.
    """
    require(actor, "access.manage")
    lock(session, actor.village_id)
    tie = session.get(Tie, (actor.village_id, tie_id), populate_existing=True)
    if tie is None:
        raise TieUnknown
    if tie.ended_at is not None:
        raise TieEnded
    tie.ended_at = clock.now()
    session.add(tie)
    user = user_row(session, actor.village_id, tie.user_id)
    whose = household(session, actor.village_id, tie.household_id)
    audit.record(session, actor, "access.untie", user.name, tie=tie_id, household=whose.label)


def _user(session: Session, village_id: int, user_id: int) -> User:
    user = session.get(User, (village_id, user_id))
    if user is None:
        raise UserUnknown(name=user_id)
    return user


def _set_password(session: Session, user: User, password_hash: str, *, first: bool) -> None:
    user.password_hash = password_hash
    user.must_change_password = first
    user.session_epoch += 1
    forget_tries(user)
    session.add(user)


def _require_other_admin(session: Session, user: User, field: str | None = None) -> None:
    if user.role != Role.ADMIN or user.disabled:
        return
    admins = session.exec(
        select(User).where(
            User.village_id == user.village_id,
            User.role == Role.ADMIN,
            User.disabled == False,  # noqa: E712 - SQL
        )
    ).all()
    if len(admins) == 1:
        raise LastAdmin(field=field)
