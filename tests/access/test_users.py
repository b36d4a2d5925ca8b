"""Users: added, given other parts, disabled, by the administrator alone."""

import json
from collections.abc import Callable

import pytest
from flask import Flask

from moralbank.access.permissions import VILLAGE_ROLES, Role
from moralbank.access.queries import users_of
from moralbank.access.service import LastAdmin, NameTaken, add_user, change_role, set_disabled
from tests.conftest import on_one_engine
from tests.terminal import Terminal
from tests.village import PASSWORD, STAFF, Browser, Town, found_village

FIRST = "di-yi-ci-yong-de"
ADMIN = STAFF[Role.ADMIN]

Browse = Callable[[Role], Browser]


def names(village: Town) -> dict[str, Role]:
    """Everybody of the village, with their parts."""
    with village.database.reading() as session:
        return {user.name: user.role for user in users_of(session, village.village_id)}


def add(admin: Browser, **typed: str) -> int:
    """Fill in the form of a new user; its status."""
    admin.open("/users/new")
    form = {"name": "吴志强", "role": "recorder", "password": FIRST} | typed
    form["request_id"] = admin.value("request_id")
    return int(admin.send("/users/new", **form).status_code)


def test_a_user_is_added_and_must_choose_a_password(
    village: Town, app: Flask, browse: Browse
) -> None:
    admin = browse(Role.ADMIN)
    assert add(admin) == 303
    browse(Role.SUPERVISOR).agree()
    assert names(village)["吴志强"] == Role.RECORDER
    page = admin.open("/users")
    assert "已提请复核（第 1 号）" in page
    assert "还没改初始密码" in page
    newcomer = Browser(app).sign_in("吴志强", FIRST)
    assert newcomer.client.get("/").location == "/password"


@on_one_engine
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": STAFF[Role.REVIEWER]}, "已经有人用了"),
        ({"name": "吴 志强"}, "用户名不对"),
        ({"name": "吴<b>"}, "用户名不对"),
        ({"name": "强" * 21}, "太长"),
        ({"name": ""}, "请填写这一项"),
        ({"password": "12345"}, "密码太简单"),
        ({"name": "wuzhiqiang", "password": "wuzhiqiang"}, "密码太简单"),
        ({"role": "king"}, ""),
    ],
)
def test_a_wrong_user_is_refused_and_what_was_typed_stays(
    village: Town, browse: Browse, typed: dict[str, str], words: str
) -> None:
    admin, before = browse(Role.ADMIN), names(village)
    assert add(admin, **typed) in {409, 422}
    assert words in admin.page
    assert FIRST not in admin.page
    kept = typed.get("name", "吴志强").replace("<b>", "&lt;b&gt;")
    assert f'value="{kept}"' in admin.page
    assert names(village) == before


def test_a_user_is_moved_disabled_and_let_in_again(
    village: Town, app: Flask, browse: Browse
) -> None:
    admin, recorder = browse(Role.ADMIN), village.actor(Role.RECORDER)
    supervisor = browse(Role.SUPERVISOR)
    page = f"/users/{recorder.user_id}"

    def send(what: str, **form: str) -> None:
        admin.open(page)
        request_id = admin.value("request_id")
        answer = admin.send(f"{page}/{what}", request_id=request_id, **form)
        assert answer.status_code == 303

    send("role", role="supervisor")
    supervisor.agree()
    assert names(village)[recorder.name] == Role.SUPERVISOR
    send("disabled", disabled="1")
    assert "已停用" in admin.open(page)
    send("disabled", disabled="0")
    supervisor.agree()
    send("password", password=FIRST)
    supervisor.agree()
    assert "监督员" in Browser(app).sign_in(recorder.name, FIRST).open("/password")


def test_a_weak_first_password_is_refused(village: Town, app: Flask, browse: Browse) -> None:
    admin, recorder = browse(Role.ADMIN), village.actor(Role.RECORDER)
    page = f"/users/{recorder.user_id}"
    admin.open(page)
    admin.send(f"{page}/password", password="12345678901234567890"[:7])
    assert "密码太简单" in admin.open(page)
    Browser(app).sign_in(recorder.name, PASSWORD)


def test_nobody_is_called_as_somebody_else_to_the_eye(hamlet: Town) -> None:
    """Wide letters, capitals and ligatures: 监督员 finds the other one's acts under such a name."""
    with hamlet.database.writing() as session:
        add_user(session, hamlet.actor(Role.ADMIN), "fiona", Role.GRID, PASSWORD)
    for name in ("ｆｉｏｎａ", "Fiona", "ﬁona"):
        with pytest.raises(NameTaken), hamlet.database.writing() as session:
            add_user(session, hamlet.actor(Role.ADMIN), name, Role.GRID, PASSWORD)


def test_the_last_administrator_stays(village: Town, browse: Browse) -> None:
    admin = browse(Role.ADMIN)
    page = f"/users/{village.actor(Role.ADMIN).user_id}"
    admin.open(page)
    for act, form in (("disabled", {"disabled": "1"}), ("role", {"role": "recorder"})):
        request_id = admin.value("request_id")
        assert admin.send(f"{page}/{act}", request_id=request_id, **form).status_code == 409
        assert "最后一位管理员" in admin.page
        assert f'action="{page}/role"' in admin.page  # still on this user's page
        assert "mishap" not in admin.page
        admin.open(page)
    assert names(village)[ADMIN] == Role.ADMIN


def test_what_was_chosen_for_the_last_administrator_stays_chosen(
    village: Town, browse: Browse
) -> None:
    admin = browse(Role.ADMIN)
    page = f"/users/{village.actor(Role.ADMIN).user_id}"
    admin.open(page)
    admin.send(f"{page}/role", request_id=admin.value("request_id"), role="recorder")
    assert 'value="recorder" checked' in admin.page


@pytest.mark.parametrize(
    ("form", "words"), [({"role": "king"}, "请从列出的里面选一项"), ({}, "请填写这一项")]
)
def test_a_part_that_does_not_exist_is_refused_in_words(
    village: Town, browse: Browse, form: dict[str, str], words: str
) -> None:
    admin, before = browse(Role.ADMIN), names(village)
    page = f"/users/{village.actor(Role.RECORDER).user_id}"
    admin.open(page)
    assert admin.send(f"{page}/role", **form).status_code == 422
    assert words in admin.page
    assert "Invalid" not in admin.page
    assert names(village) == before


def test_one_of_two_administrators_may_go(village: Town) -> None:
    admin = village.actor(Role.ADMIN)
    with village.database.writing() as session:
        second = add_user(session, admin, "吴志强", Role.ADMIN, FIRST)
        set_disabled(session, admin, admin.user_id, disabled=True)
    with village.database.writing() as session, pytest.raises(LastAdmin):
        change_role(session, admin, second.id, Role.RECORDER)


def test_another_villages_user_is_not_found(village: Town, browse: Browse) -> None:
    found_village(village.database, 150404103202, "河沿村")
    with village.database.writing() as session:
        admin = village.actor(Role.ADMIN)
        for _more in range(2):
            add_user(session, admin, f"多{_more}", Role.RECORDER, FIRST)
    browse(Role.ADMIN).open("/users/999", expect=404)
    stranger = Browser(browse(Role.ADMIN).client.application).sign_in(f"{ADMIN}202")
    assert "多0" not in stranger.open("/users")
    stranger.open("/users/8", expect=404)


@on_one_engine
@pytest.mark.parametrize("role", [role for role in VILLAGE_ROLES if role != Role.ADMIN])
def test_others_do_not_see_the_users(browse: Browse, role: Role) -> None:
    person = browse(role)
    page = person.open("/users", expect=403)
    assert "请由管理员来办" in page


def test_users_are_added_and_listed_by_command(village: Town, terminal: Terminal) -> None:
    said = terminal.run(
        "users", "add", "吴志强", "--role", "recorder", "--password-stdin",
        who=ADMIN, stdin=f"{FIRST}\n",
    )  # fmt: skip
    assert "已提请复核（第 1 号）" in said
    assert "吴志强" not in names(village)
    terminal.run("proposals", "confirm", "1", who=STAFF[Role.SUPERVISOR])
    assert names(village)["吴志强"] == Role.RECORDER
    rows = json.loads(terminal.run("users", "list", "--json", who=ADMIN))
    new = {"name": "吴志强", "role": "recorder", "groups": [], "disabled": False}
    assert {"id": len(STAFF) + 1, **new} in rows
    assert "记分员" in terminal.run("users", "list", who=ADMIN)


@on_one_engine
@pytest.mark.parametrize(
    ("who", "name", "password", "words"),
    [
        (ADMIN, STAFF[Role.REVIEWER], FIRST, "已经有人用了"),
        (ADMIN, "吴志强", "12345", "密码太简单"),
        (STAFF[Role.RECORDER], "吴志强", FIRST, "请由管理员来办"),
        ("李四", "吴志强", FIRST, "没有“李四”这个用户"),
        ("", "吴志强", FIRST, "--as"),
    ],
)
def test_a_refused_command_adds_nobody(
    village: Town, terminal: Terminal, who: str, name: str, password: str, words: str
) -> None:
    before = names(village)
    add_one = ["users", "add", name, "--role", "recorder", "--password-stdin"]
    said = terminal.run(*add_one, who=who, stdin=f"{password}\n", expect=1)
    assert words in said
    assert names(village) == before
