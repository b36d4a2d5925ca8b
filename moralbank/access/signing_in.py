"""Signing in: proving name and password, counting what was wrong, asking for the second factor.

Proving takes its time, so it is done before the writing begins: `prove` first, `enter` then counts.
Wrong tries are kept in the database, so neither a restart nor another process forgets them: five in
a row shut an account for a minute, each one more for twice as long, an hour at most, until a right
one (OWASP ASVS 4, 2.2.1). However many tries run side by side, no more than these are answered.
A browser in which its user signed in before is answered although others shut the account, and has
a few tries of its own (`known_devices.py`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from sqlmodel import Session, select

from moralbank import audit, clock
from moralbank.access.hashing import hashed, matches
from moralbank.access.known_devices import KnownDevices
from moralbank.access.models import User
from moralbank.access.one_time_codes import fitting_step
from moralbank.access.permissions import ROLE_LABELS, Role
from moralbank.access.queries import actor_of
from moralbank.audit import Actor
from moralbank.errors import Denied, Invalid, MoralbankError
from moralbank.i18n import _, mark
from moralbank.villages.models import Village

TRIES: Final = 5
"""So many wrong ones in a row are answered before the account is shut."""
FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)

REFUSED: Final = "access.refused"
SIGNED_IN: Final = "access.sign_in"


class WrongSignIn(Denied):
    """Name or password is wrong, or the user is disabled: the same words for all three."""

    text = mark("用户名或密码不对")
    code = "wrong_sign_in"


class TooManyTries(Denied):
    """Wrong too often: nothing is answered for a while, not even the right one."""

    text = mark("试错太多次，请 %(n)s 分钟后再试")
    code = "too_many_tries"


class PasswordWrong(Invalid):
    """The present password was given wrong."""

    text = mark("现在的密码不对")
    code = "password_wrong"


class CodeWrong(Denied):
    """These are not the six digits of now, or they opened once already."""

    text = mark("验证码不对，或已经用过。手机上的 6 位数字每 30 秒换一次，请输最新的")
    code = "code_wrong"


class SignInOver(Denied):
    """What the right password opened was not used in time, or the account changed meanwhile."""

    text = mark("等得太久了，请重新输入用户名和密码")
    code = "sign_in_over"


class NotTheirPart(Denied):
    """Whoever proved a password has not the part that is needed, in this village."""

    text = mark("“%(name)s”不是这个村的%(role)s，不能这样办")
    code = "not_their_part"


@dataclass(frozen=True)
class Proof:
    """What a name and a password showed; `user_id` is 0 where nobody has the name.

    `kept` is the hash that the password was held against, so that one changed meanwhile counts
    for nothing.
    """

    village_id: int
    user_id: int
    kept: str
    right: bool


def wait_after(tries: int) -> timedelta:
    """How long nothing is answered after so many wrong tries in a row; zero for the first few."""
    if tries < TRIES:
        return timedelta(0)
    doublings = min(tries - TRIES, 10)  # the longest wait is reached long before
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def still_shut(until: datetime | None) -> datetime | None:
    """The end of a wait while it lasts; never longer than it can, should a clock be set back."""
    now = clock.now()
    return until if until is not None and now < until <= now + LONGEST_WAIT else None


def shut(until: datetime) -> TooManyTries:
    """The refusal that says how many minutes are left, a begun one as a whole."""
    seconds = (until - clock.now()).total_seconds()
    refusal = TooManyTries(n=max(1, -int(-seconds // 60)))
    refusal.kept = True
    return refusal


def prove(session: Session, name: str, password: str, known: KnownDevices | None = None) -> Proof:
    """Hold a password against what is kept of it; takes as long for a name that nobody has.

    An account that is shut isn't even asked, but by its user's own browser: raises TooManyTries.
    """
    user = session.exec(select(User).where(User.name == name.strip())).first()
    if user is None:
        matches(_nobodys_hash(), password)
        return Proof(0, 0, "", right=False)
    _require_answered(user, known)
    right = matches(user.password_hash, password)
    return Proof(user.village_id, user.id, user.password_hash, right)


def enter(session: Session, proof: Proof, device: str, known: KnownDevices | None = None) -> User:
    """The user whom a proof lets in, or who is to be asked for a code next.

    Raises WrongSignIn and TooManyTries, which are counted and kept. A right password alone takes
    no wrong try back where a code is asked for: codes could be guessed between passwords.
    """
    user = held(session, proof.village_id, proof.user_id)
    if user is None:
        raise WrongSignIn
    _require_answered(user, known)
    if not proof.right or user.password_hash != proof.kept or user.disabled:
        raise wrong(session, user, device, WrongSignIn(), known)
    if user.totp_secret is None:
        _let_in(session, user, device)
    return user


def enter_as(
    session: Session, proof: Proof, device: str, role: Role, village_id: int | None = None
) -> Actor:
    """Somebody of this part, in this village or in any, whom a password lets in.

    Nothing may have been written before. Raises WrongSignIn, TooManyTries, NotTheirPart.
    """
    user = enter(session, proof, device)
    if user.role != role or village_id not in {None, user.village_id}:
        raise NotTheirPart(name=user.name, role=_(ROLE_LABELS[role]))
    return actor_of(user, device)


def enter_by_code(
    session: Session,
    who: tuple[int, int, int],
    code: str,
    device: str,
    known: KnownDevices | None = None,
) -> User:
    """Let in whoever proved the password and has the code of now.

    `who` is their village, their number and the epoch in which they proved it.

    Raises SignInOver; CodeWrong and TooManyTries, which are counted and kept.
    """
    village_id, user_id, epoch = who
    user = held(session, village_id, user_id)
    if user is None or user.disabled or user.session_epoch != epoch or user.totp_secret is None:
        raise SignInOver
    _require_answered(user, known)
    _use_code(session, user, code, device, known)
    _let_in(session, user, device)
    return user


def note_stranger(session: Session, device: str) -> None:
    """Write down that somebody tried a name that nobody has, where there is one village alone.

    The name isn't told: it may be a password that was typed into the wrong box.
    """
    villages = session.exec(select(Village.id).limit(2)).all()
    if len(villages) == 1:
        audit.record(session, Actor(villages[0], 0, "", "", device), REFUSED, "", unknown=True)


def require_password(session: Session, actor: Actor, present: str) -> User:
    """One's own account, if this is its password; wrong ones are counted as at the door.

    Whoever found an open session can't try out passwords in it. Nothing may have been written
    before. Raises PasswordWrong, TooManyTries.
    """
    user = held(session, actor.village_id, actor.user_id)
    if user is None:
        raise SignInOver
    _require_answered(user)
    if not matches(user.password_hash, present):
        raise wrong(session, user, actor.device, PasswordWrong(field="present"))
    return user


def require_code(session: Session, user: User, code: str, device: str) -> None:
    """Raise CodeWrong, or TooManyTries, unless these are the digits of now; each counts once."""
    _use_code(session, user, code, device)
    forget_tries(user)


def forget_tries(user: User) -> None:
    """Count from the beginning again."""
    user.failed_tries, user.locked_until = 0, None


def wrong(
    session: Session,
    user: User,
    device: str,
    refusal: MoralbankError,
    known: KnownDevices | None = None,
) -> MoralbankError:
    """Count a wrong try and write it down; gives back the refusal to raise, which is kept.

    Those of the user's own browser count for it alone.
    """
    own = known.count_wrong(user) if known else 0
    told: dict[str, int] = {"tries": own, "known": True} if own else _counted(user)
    if "minutes" in told and user.locked_until is not None:
        refusal = shut(user.locked_until)
    session.add(user)
    audit.record(session, actor_of(user, device), REFUSED, user.name, **told)
    session.flush()
    refusal.kept = True
    return refusal


def _counted(user: User) -> dict[str, int]:
    """Count a wrong try for the account, and shut it after several; what the trail tells of it."""
    user.failed_tries += 1
    wait = wait_after(user.failed_tries)
    if not wait:
        return {"tries": user.failed_tries}
    user.locked_until = clock.now() + wait
    return {"tries": user.failed_tries, "minutes": int(wait.total_seconds() // 60)}


def held(session: Session, village_id: int, user_id: int) -> User | None:
    """The user as nobody else may change them until this writing ends; None where there is none."""
    key = (village_id, user_id)
    return session.get(User, key, with_for_update=True, populate_existing=True)


def _require_answered(user: User, known: KnownDevices | None = None) -> None:
    """Raise TooManyTries while the account is shut, unless its user's own browser asks."""
    until = still_shut(user.locked_until)
    if until is not None and not (known and known.may_try(user)):
        raise shut(until)


def _use_code(
    session: Session, user: User, code: str, device: str, known: KnownDevices | None = None
) -> None:
    step = fitting_step(user.totp_secret or "", code, clock.now(), after=user.totp_step)
    if step is None:
        raise wrong(session, user, device, CodeWrong(field="code"), known)
    user.totp_step = step
    session.add(user)


def _let_in(session: Session, user: User, device: str) -> None:
    if still_shut(user.locked_until) is None:  # else for others it stays shut
        forget_tries(user)
    session.add(user)
    audit.record(session, actor_of(user, device), SIGNED_IN, user.name)


@cache
def _nobodys_hash() -> str:
    """Checked when the name is unknown, so that an answer takes as long either way."""
    return hashed("nobody's password")
