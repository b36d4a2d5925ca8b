"""The web application: assembly only."""

import mimetypes
from functools import lru_cache
from importlib import import_module
from typing import Any, Final

from flask import Flask, current_app, g, request, session, url_for
from flask_login import current_user
from flask_wtf import CSRFProtect
from markupsafe import Markup
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response

from moralbank import db, i18n, logs
from moralbank.access import session as access_session
from moralbank.config import Settings
from moralbank.db import Database
from moralbank.errors import MoralbankError
from moralbank.loading import without_garbage
from moralbank.local_numbers import LARGEST
from moralbank.paths import STATIC, TEMPLATES
from moralbank.printing.papers import USUAL, WALL_PAPERS
from moralbank.villages.queries import VillageInfo, only_village, village_info
from moralbank.web import (
    closing,
    errors,
    filters,
    printed,
    request_log,
    static_files,
    throttle,
    uploads,
)
from moralbank.web.navigation import entries
from moralbank.web.typed import TypedRequest

ROOMS: Final = (
    "access",
    "awards",
    "backup",
    "boards",
    "cards",
    "counter",
    "fund",
    "households",
    "ledger",
    "notices",
    "objections",
    "passbooks",
    "paper",
    "photos",
    "proposals",
    "regions",
    "reminders",
    "rounds",
    "scheme",
    "settlements",
    "sittings",
    "store",
    "supervision",
    "villages",
)
WITHOUT_SESSION: Final = {"health", "trust"}
"""What machines ask, and what a phone opens before it has https: no cookie is set for these."""
SECURITY_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}
HALF_A_YEAR: Final = 15_552_000

# Windows' registry may say that scripts are plain text; browsers then refuse them.
for suffix, kind in ((".js", "text/javascript"), (".css", "text/css"), (".svg", "image/svg+xml")):
    mimetypes.add_type(kind, suffix)


class LocalNumber(IntegerConverter):
    """A number in an address: never larger than the database's integers can be."""

    def __init__(self, map: Map, fixed_digits: int = 0, *, max: int = LARGEST) -> None:  # noqa: A002
        """Keep the bound."""
        super().__init__(map, fixed_digits, max=max)


def create_app(settings: Settings) -> Flask:
    """Put the application together for one set of settings."""
    app = Flask("moralbank", template_folder=str(TEMPLATES), static_folder=str(STATIC))
    app.request_class = TypedRequest
    request_log.install(app)  # before all others: what they log bears the request's name
    app.config.update(
        SECRET_KEY=settings.secret_key(),
        MAX_CONTENT_LENGTH=settings.max_upload,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        # Browsers take a `__Host-` cookie from this very host by https alone.
        SESSION_COOKIE_NAME="__Host-moralbank" if settings.secure_cookies else "moralbank",
        PERMANENT_SESSION_LIFETIME=access_session.IDLE,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.extensions["moralbank"] = Database(settings.database_url)
    app.config["INSTANCE"] = settings.instance
    app.config["DEMO"] = settings.demo
    app.config["SECURITY_HEADERS"] = _headers(settings)
    app.config["PROXIES"] = settings.proxies
    if settings.proxies:
        _believe(app, settings.proxies)
    uploads.install(app)  # before the tokens, which read the form
    CSRFProtect(app)
    throttle.install(app, settings.limiter_url)
    access_session.install(app)
    errors.install(app)
    filters.install(app)
    static_files.install(app)
    app.jinja_env.globals["_"] = _words
    app.jinja_env.globals["wall_papers"] = WALL_PAPERS.values
    app.jinja_env.globals["usual_paper"] = USUAL
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.before_request(_begin)
    closing.install(app)
    printed.install(app)
    app.after_request(_secure)
    app.teardown_request(lambda _fault: db.see_everything())
    app.context_processor(lambda: _context(settings))
    app.url_map.converters["int"] = LocalNumber
    with without_garbage():
        for name in (*(f"{room}.views" for room in ROOMS), "web.home", "web.health", "web.trust"):
            app.register_blueprint(import_module(f"moralbank.{name}").room)
    return app


def _headers(settings: Settings) -> dict[str, str]:
    """What every answer carries for the browser's protection."""
    headers = dict(SECURITY_HEADERS)
    if settings.secure_cookies:
        # Browsers complain of it on plain http.
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if settings.secure_cookies and not settings.own_https:
        # Of our own https the page that helps to trust it must stay open by http.
        headers["Strict-Transport-Security"] = f"max-age={HALF_A_YEAR}"
    return headers


def _believe(app: Flask, proxies: int) -> None:
    """Take the visitor's address, host and https from so many reverse proxies of ours."""
    trusted = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)
    app.wsgi_app = trusted  # type: ignore[method-assign]


def _begin() -> None:
    """Point this request at the database and at its reader's language."""
    db.use(current_app.extensions["moralbank"])
    db.see_everything()  # until it is known who asks
    i18n.use_language(i18n.CHINESE)
    if request.blueprint in WITHOUT_SESSION:
        return
    session.permanent = True
    i18n.use_language(session.get("language", i18n.CHINESE))


def _secure(response: Response) -> Response:
    for name, value in current_app.config["SECURITY_HEADERS"].items():
        response.headers.setdefault(name, value)
    if current_user_known() or request.blueprint == "access":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def current_user_known() -> bool:
    """Whether this response was made for somebody signed in, so must not be kept anywhere."""
    return "_login_user" in g and bool(current_user.is_authenticated)


def _context(settings: Settings) -> dict[str, Any]:
    """What every template knows."""
    language = i18n.current_language()
    return {
        "demo": settings.demo,
        "language": "zh-CN" if language == i18n.CHINESE else "en",
        "other_language": next(other for other in i18n.LANGUAGES.items() if other[0] != language),
        **_addresses(request.script_root),
        "navigation": _navigation(),
        "village": _village(),
    }


@lru_cache(maxsize=8)
def _addresses(_below: str) -> dict[str, str]:
    """Where the page's head leads, on a server `_below` whose root we are."""
    return {
        "language_switch_url": url_for("villages.language"),
        "account_url": url_for("access.password"),
        "home_url": url_for("home.home"),
        "sign_in_url": url_for("access.sign_in"),
        "sign_out_url": url_for("access.sign_out"),
    }


def _navigation() -> list[Any]:
    if not current_user_known() or current_user.must_change_password:
        return []
    return entries(current_user.actor.role)


def _village() -> VillageInfo | None:
    """The signed-in user's village, else the installation's only one, else none."""
    if "village" not in g:
        g.village = _read_village()
    found: VillageInfo | None = g.village
    return found


def _read_village() -> VillageInfo | None:
    try:
        with db.reading() as opened:
            known = current_user_known()
            number = current_user.actor.village_id if known else only_village(opened).id
            return village_info(opened, number)
    except MoralbankError:
        return None  # the page speaks for itself: no database, no village


def _words(msgid: str, **values: Any) -> Markup:
    """A template's text in the reader's language; what fills its places is escaped."""
    text = Markup(i18n.unfilled(msgid, values))  # noqa: S704 - msgids and catalogues are ours
    return text % values if values else text


def create_app_from_environment() -> Flask:
    """The application as `MORALBANK_*` describe it, for `flask run` and WSGI servers."""
    settings = Settings.load()
    logs.begin(settings.log_level)
    app = create_app(settings)
    closing.back_up_daily(app)
    return app
