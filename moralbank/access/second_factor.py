"""The second factor (两步登录) of whoever wants one: switched on, switched off, taken off."""

from typing import Final

from sqlmodel import Session

from moralbank import audit, clock
from moralbank.access.models import User
from moralbank.access.one_time_codes import fitting_step
from moralbank.access.permissions import require
from moralbank.access.queries import user_named
from moralbank.access.signing_in import (
    CodeWrong,
    forget_tries,
    held,
    require_code,
    require_password,
)
from moralbank.audit import Actor
from moralbank.errors import Refused
from moralbank.i18n import mark

ON: Final = "access.totp_on"
OFF: Final = "access.totp_off"
TAKEN_OFF: Final = "access.totp_taken_off"


class HasSecondFactor(Refused):
    """The second factor is on already."""

    text = mark("两步登录已经开着")
    code = "has_second_factor"


class NoSecondFactor(Refused):
    """There is no second factor to be switched off."""

    text = mark("“%(name)s”没有开两步登录")
    code = "no_second_factor"


def turn_on(session: Session, actor: Actor, secret: str, present: str, code: str) -> User:
    """Ask for codes of this secret from now on; every other session of this user ends.

    The code proves that the phone holds the secret. Raises PasswordWrong, TooManyTries,
    HasSecondFactor, CodeWrong.
    """
    user = require_password(session, actor, present)
    if user.totp_secret is not None:
        raise HasSecondFactor
    step = fitting_step(secret, code, clock.now(), after=None)
    if step is None:
        raise CodeWrong(field="code")  # the user's own phone: nothing was guessed
    user.totp_secret, user.totp_step = secret, step
    _end_sessions(session, user)
    audit.record(session, actor, ON, user.name)
    return user


def turn_off(session: Session, actor: Actor, present: str, code: str) -> User:
    """Ask for codes no longer; every other session of this user ends.

    Raises PasswordWrong, NoSecondFactor, CodeWrong, TooManyTries.
    """
    user = require_password(session, actor, present)
    if user.totp_secret is None:
        raise NoSecondFactor(name=user.name)
    require_code(session, user, code, actor.device)
    _forget(session, user)
    audit.record(session, actor, OFF, user.name)
    return user


def take_off(session: Session, actor: Actor, name: str) -> User:
    """Let somebody in by password alone whose phone was lost; their sessions end.

    Raises NotYourPart, UserUnknown, NoSecondFactor.
    """
    require(actor, "access.manage")
    found = user_named(session, actor.village_id, name)
    user = held(session, actor.village_id, found.id)
    if user is None or user.totp_secret is None:
        raise NoSecondFactor(name=found.name)
    _forget(session, user)
    audit.record(session, actor, TAKEN_OFF, user.name)
    return user


def _forget(session: Session, user: User) -> None:
    user.totp_secret = user.totp_step = None
    _end_sessions(session, user)


def _end_sessions(session: Session, user: User) -> None:
    forget_tries(user)
    user.session_epoch += 1
    session.add(user)
