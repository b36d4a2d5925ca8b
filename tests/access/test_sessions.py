"""When a session ends, and what it leaves behind."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from moralbank.access import session as sessions
from moralbank.access.permissions import Role
from moralbank.access.service import change_role, set_disabled
from moralbank.app import create_app
from moralbank.config import Settings
from moralbank.photos.service import keep
from moralbank.photos.storage import folder_of
from tests.access.door import told
from tests.photos.phone import from_a_phone
from tests.village import PASSWORD, STAFF, Browser, Town

NEW = "chun-hua-qiu-shi-26"

Browse = Callable[[Role], Browser]


def stolen(person: Browser, app: Flask) -> Browser:
    """Another browser with a copy of somebody's cookie."""
    cookie = person.client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    thief = Browser(app)
    thief.client.set_cookie(cookie.key, cookie.value)
    return thief


def aged(person: Browser, by: timedelta) -> None:
    """Let somebody have signed in so much earlier."""
    with person.client.session_transaction() as kept:
        village, user, epoch, since, mark = kept["_user_id"].split(":")
        earlier = int(since) - int(by.total_seconds())
        kept["_user_id"] = f"{village}:{user}:{epoch}:{earlier}:{mark}"


@pytest.mark.parametrize("change", ["password", "role", "disabled", "others"])
def test_what_changes_an_account_ends_its_sessions_everywhere(
    village: Town, app: Flask, browse: Browse, change: str
) -> None:
    """李建军's other browser opens neither pages nor sheets being drawn nor photos any more."""
    here, elsewhere = browse(Role.RECORDER), browse(Role.RECORDER)
    elsewhere.open("/awards/record")
    recorder, admin = village.actor(Role.RECORDER), village.actor(Role.ADMIN)
    with village.database.writing() as session:
        keep(session, recorder, folder_of(app.config["INSTANCE"]), from_a_phone())
    sheet = elsewhere.client.get("/paper/quick-start.pdf?look=1").location
    pages = ["/", sheet, f"{sheet}/sheet.pdf", f"{sheet}/state", "/photos/1.jpg"]
    before = [elsewhere.client.get(page).status_code for page in pages]
    photo = elsewhere.client.get("/photos/1.jpg")
    assert photo.headers["Cache-Control"] == "private, no-cache"  # asked for again each time
    kept = {"If-None-Match": photo.headers["ETag"]}
    assert elsewhere.client.get("/photos/1.jpg", headers=kept).status_code == 304
    here.open("/password")
    if change == "password":
        assert here.send("/password", present=PASSWORD, new=NEW, again=NEW).status_code == 303
    elif change == "others":
        assert here.send("/password/sessions").status_code == 303
    with village.database.writing() as session:
        if change == "role":
            change_role(session, admin, recorder.user_id, Role.SUPERVISOR)
        elif change == "disabled":
            set_disabled(session, admin, recorder.user_id, disabled=True)
    assert before == [200] * 5
    for page in pages:
        answer = elsewhere.client.get(page)
        assert (answer.status_code, answer.location.split("?")[0]) == (302, "/sign-in"), page
    assert here.client.get("/").status_code == (200 if change in {"password", "others"} else 302)


def test_a_session_ends_after_twelve_hours_however_busy(browse: Browse) -> None:
    person = browse(Role.ADMIN)
    aged(person, sessions.LONGEST - timedelta(minutes=1))
    person.open("/users")
    person.open("/password")
    assert person.send("/password/sessions").status_code == 303  # which makes it no younger
    person.open("/users")
    aged(person, timedelta(minutes=2))
    assert person.client.get("/users").status_code == 302


def test_a_session_ends_two_hours_after_its_last_use(app: Flask, browse: Browse) -> None:
    assert app.permanent_session_lifetime == timedelta(hours=2)
    person = browse(Role.ADMIN)
    app.permanent_session_lifetime = timedelta(seconds=-1)  # as if so much later
    try:
        assert person.client.get("/users").status_code == 302
    finally:
        app.permanent_session_lifetime = timedelta(hours=2)


def test_signing_out_ends_copies_of_the_cookie_too(
    village: Town, app: Flask, browse: Browse
) -> None:
    person, other = browse(Role.ADMIN), browse(Role.ADMIN)
    thief = stolen(person, app)
    thief.open("/users")
    person.open("/users")
    assert person.send("/sign-out").status_code == 303
    assert thief.client.get("/users").status_code == 302
    other.open("/users")  # a session of its own
    assert [line["subject"] for line in told(village, "access.sign_out")] == [STAFF[Role.ADMIN]]


def test_signing_in_leaves_nothing_of_whoever_was_there_before(app: Flask) -> None:
    """Session fixation: what an attacker put into the cookie is gone, but for the language."""
    person = Browser(app)
    person.open("/sign-in")
    with person.client.session_transaction() as kept:
        kept.update(language="zh", card=[1, 2, "x", "y"], planted="by somebody else")
        before = kept["csrf_token"]
    person.send("/sign-in", name=STAFF[Role.ADMIN], password=PASSWORD)
    with person.client.session_transaction() as kept:
        assert kept["language"] == "zh"
        assert not {"card", "planted"} & set(kept)
        assert kept.get("csrf_token") != before
    person.open("/users")
    person.send("/sign-out")
    with person.client.session_transaction() as kept:
        assert set(kept) <= {"language", "_permanent", "csrf_token"}


@pytest.mark.parametrize("key", ["", "1", "1:1:1", "x:y:z:1:m", "150404103201:1:1:0:", "::::"])
def test_a_made_up_key_opens_nothing(browse: Browse, key: str) -> None:
    person = browse(Role.ADMIN)
    with person.client.session_transaction() as kept:
        kept["_user_id"] = key
    assert person.client.get("/users").status_code == 302


def test_cookies_are_as_closed_as_the_way_they_travel(hamlet: Town, tmp_path: Path) -> None:
    url = hamlet.database.engine.url.render_as_string(hide_password=False)
    said = {}
    for secure in (False, True):
        app = create_app(Settings(tmp_path, url, secure_cookies=secure))
        base = "https://village.example" if secure else "http://localhost"
        answer = app.test_client().get("/sign-in", base_url=base)
        cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
        said[secure] = (cookie, answer.headers)
        app.extensions["moralbank"].close()
    assert said[False][0].startswith("moralbank=")
    assert "Secure" not in said[False][0]
    assert "Strict-Transport-Security" not in said[False][1]
    assert said[True][0].startswith("__Host-moralbank=")
    assert "Secure" in said[True][0]
    assert said[True][1]["Strict-Transport-Security"] == "max-age=15552000"
    assert said[True][1]["Cross-Origin-Opener-Policy"] == "same-origin"
