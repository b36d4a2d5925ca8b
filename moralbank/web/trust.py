"""The page that helps phones and computers to trust our own certificate (`serve --https`).

It is read before https works, so it is served over plain http too, sets no cookie, and asks people
to compare the fingerprint with the one that the committee's own computer shows.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from flask import Blueprint, current_app, render_template, request, send_file
from markupsafe import Markup

from moralbank.errors import NotFound
from moralbank.i18n import mark
from moralbank.web.guards import public
from moralbank.web.own_address import outward_address

room = Blueprint("trust", __name__)

_HERE: Final = ("127.0.0.1", "::1")
_SIGNS: Final = (
    # what a device's browser says of itself → the device; the first that fits
    ("iPhone", "iphone"),
    ("iPad", "iphone"),
    ("Android", "android"),
    ("HarmonyOS", "android"),
    ("Windows", "windows"),
)


class NoOwnHttps(NotFound):
    """This server has no certificate of its own."""

    text = mark("这里没有用自己的证书，不需要安装什么。")
    code = "no_own_https"


@dataclass(frozen=True)
class OwnAuthority:
    """What is to be trusted: its file, what phones call it, its fingerprints, and both ports."""

    file: Path
    label: str
    sha256: str
    sha1: str
    plain_port: int
    port: int


@room.get("/trust")
@public
def trust() -> Any:
    """Show how this certificate is trusted, the visitor's kind of device first."""
    from moralbank.printing.qr import svg  # noqa: PLC0415 - slow to import

    authority = _authority()
    host = outward_address()
    here = f"http://{host}:{authority.plain_port}/trust"
    return render_template(
        "trust/trust.html",
        authority=authority,
        device=_device(request.user_agent.string),
        here=here,
        code=Markup(svg(here, here)),  # noqa: S704 - drawn and escaped there
        there=f"https://{host}:{authority.port}",
        at_home=request.remote_addr in {*_HERE, host},
        # Nothing may be sent from here: there is no session yet, and no https.
        language_switch_url="",
        sign_in_url="",
        home_url="",
    )


@room.get("/trust/ca.crt")
@public
def authority() -> Any:
    """Hand out the certificate that is to be trusted; its key stays."""
    return send_file(
        _authority().file,
        mimetype="application/x-x509-ca-cert",
        as_attachment=True,
        download_name="moralbank-ca.crt",
        max_age=0,
    )


def _authority() -> OwnAuthority:
    found: OwnAuthority | None = current_app.config.get("OWN_AUTHORITY")
    if found is None:
        raise NoOwnHttps
    return found


def _device(said: str) -> str:
    """The kind of device that a browser says it runs on; elsewhere people look for themselves."""
    return next((device for sign, device in _SIGNS if sign in said), "")
