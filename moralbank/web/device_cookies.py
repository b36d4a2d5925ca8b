"""The cookies by which a browser is known again at the door (`access/known_devices.py`).

One for each account that signed in here: several people may share the office's computer. They let
nobody in, and are as well guarded as the session's: no script reads them, other sites don't send
them, and where cookies go by https alone they belong to this very host.
"""

from flask import Response, after_this_request, current_app, request

from moralbank.access.known_devices import LIFE, KnownDevice, KnownDevices, read_all
from moralbank.access.models import User
from moralbank.web.throttle import store


def known_here() -> KnownDevices:
    """What this request's browser holds."""
    names = (name for name in request.cookies if name.startswith(_prefix()))
    return KnownDevices(read_all((request.cookies[name] for name in names), _key()), store())


def give(user: User) -> None:
    """Know this browser as this user's from now on, by a new mark: their sign-in was right."""
    _send(KnownDevice.of(user))


def renew(user: User, epoch: int) -> None:
    """Let a browser that was this user's until the account changed stay theirs.

    The mark stays as well, with its wrong tries: no new ones are won by changing the account.
    """
    before = (user.village_id, user.id, epoch)
    for one in known_here().held:
        if (one.village_id, one.user_id, one.epoch) == before:
            _send(KnownDevice.of(user, one.mark))
            return


def _send(device: KnownDevice) -> None:
    name, value = f"{_prefix()}{device.village_id}-{device.user_id}", device.signed(_key())

    @after_this_request
    def _set(response: Response) -> Response:
        response.set_cookie(
            name,
            value,
            max_age=LIFE,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return response


def _prefix() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-device-"


def _key() -> bytes:
    key: bytes = current_app.config["SECRET_KEY"]
    return key
