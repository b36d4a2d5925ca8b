"""One's own password, and when a session ends."""

from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlmodel import select

from moralbank.access import hashing
from moralbank.access.models import User
from moralbank.access.permissions import Role
from moralbank.access.service import add_user, change_role, reset_password, set_disabled
from tests.conftest import on_one_engine
from tests.village import PASSWORD, STAFF, Browser, Town

NEW = "chun-hua-qiu-shi-26"
FIRST = "di-yi-ci-yong-de"

Browse = Callable[[Role], Browser]


@pytest.fixture
def newcomer(village: Town, app: Flask) -> Browser:
    """吴志强, a recorder whose password was given by the administrator."""
    with village.database.writing() as session:
        add_user(session, village.actor(Role.ADMIN), "吴志强", Role.RECORDER, FIRST)
    return Browser(app).sign_in("吴志强", FIRST)


def change(person: Browser, present: str, new: str, again: str | None = None) -> int:
    """Fill in the form; its status."""
    person.open("/password")
    again = new if again is None else again
    return int(person.send("/password", present=present, new=new, again=again).status_code)


def test_the_first_password_comes_before_anything_else(newcomer: Browser) -> None:
    for path in ("/", "/households", "/awards/record", "/boards"):
        answer = newcomer.client.get(path)
        assert (answer.status_code, answer.location) == (303, "/password"), path
    assert "第一次登录，先换密码" in newcomer.open("/password")
    assert "/awards/record" not in newcomer.page
    assert change(newcomer, FIRST, NEW) == 303
    assert "密码已改好" in newcomer.open("/")


def test_the_new_password_is_the_one_that_counts(app: Flask, newcomer: Browser) -> None:
    change(newcomer, FIRST, NEW)
    Browser(app).sign_in("吴志强", NEW)
    stranger = Browser(app)
    stranger.open("/sign-in")
    assert stranger.send("/sign-in", name="吴志强", password=FIRST).status_code == 403


@on_one_engine
@pytest.mark.parametrize(
    ("present", "new", "again", "words"),
    [
        ("not-this-one", NEW, NEW, "现在的密码不对"),
        (PASSWORD, "short-7", "short-7", "密码太简单"),
        (PASSWORD, "aaaaaaaaaaaa", "aaaaaaaaaaaa", "密码太简单"),
        (PASSWORD, PASSWORD, PASSWORD, "新密码不能与现在的一样"),
        (PASSWORD, NEW, NEW + "x", "两次输入的新密码不一样"),
        (PASSWORD, "", "", "请填写这一项"),
        (PASSWORD, "x" * 129, "x" * 129, "太长"),
    ],
)
def test_a_wrong_change_is_refused_and_shows_no_password(
    browse: Browse, present: str, new: str, again: str, words: str
) -> None:
    person = browse(Role.ACCOUNTANT)
    assert change(person, present, new, again) == 422
    assert words in person.page
    assert not any(secret in person.page for secret in (present, new, again) if secret)
    Browser(person.client.application).sign_in(STAFF[Role.ACCOUNTANT])


def test_a_changed_password_ends_the_other_sessions(app: Flask, browse: Browse) -> None:
    here, elsewhere = browse(Role.RECORDER), browse(Role.RECORDER)
    elsewhere.open("/password")
    assert change(here, PASSWORD, NEW) == 303
    here.open("/password")
    assert elsewhere.client.get("/password").status_code == 302
    assert not app.testing


def test_a_session_ends_when_the_user_is_disabled_moved_or_given_a_password(
    village: Town, browse: Browse
) -> None:
    admin = village.actor(Role.ADMIN)
    recorder, shopkeeper, accountant = (
        village.actor(role) for role in (Role.RECORDER, Role.SHOPKEEPER, Role.ACCOUNTANT)
    )
    people = [browse(role) for role in (Role.RECORDER, Role.SHOPKEEPER, Role.ACCOUNTANT)]
    for person in people:
        person.open("/password")
    with village.database.writing() as session:
        set_disabled(session, admin, recorder.user_id, disabled=True)
        change_role(session, admin, shopkeeper.user_id, Role.SUPERVISOR)
        reset_password(session, admin, accountant.user_id, FIRST)
    for person in people:
        assert person.client.get("/password").status_code == 302


def test_passwords_are_hashed_as_argon2_advises(
    village: Town, real_hasher: PasswordHasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RFC 9106's second choice: argon2id, 64 MiB, 3 passes, 4 lanes."""
    monkeypatch.setattr(hashing, "_hasher", real_hasher)
    with village.database.writing() as session:
        add_user(session, village.actor(Role.ADMIN), "新来的", Role.RECORDER, PASSWORD)
    with village.database.reading() as session:
        user = session.exec(select(User).where(User.name == "新来的")).one()
    assert user.password_hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
