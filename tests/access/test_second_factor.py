"""The second factor: switched on and off, asked for at the door, each code once."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from moralbank import clock
from moralbank.access.one_time_codes import fitting_step
from moralbank.access.permissions import Role
from tests.access.door import WRONG, digits, knock, told
from tests.terminal import Terminal
from tests.village import PASSWORD, STAFF, Browser, Town

ADMIN = STAFF[Role.ADMIN]
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

Browse = Callable[[Role], Browser]


def secret_on(page: str) -> str:
    """The secret as the page spells it."""
    found = re.search(r'second-step__letters">([A-Z2-7 ]+)<', page)
    assert found
    return found[1].replace(" ", "")


def switch_on(person: Browser) -> str:
    """Switch it on; the secret that the phone holds now."""
    secret = secret_on(person.open("/password/code"))
    answer = person.send("/password/code", present=PASSWORD, code=digits(secret))
    assert answer.status_code == 303, person.page
    return secret


def wait_at_the_code(app: Flask) -> Browser:
    """Somebody whose password was right."""
    person = Browser(app)
    assert knock(person, ADMIN, PASSWORD)[0] == 303
    person.open("/sign-in/code")
    return person


@pytest.mark.parametrize(
    ("second", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(second: int, code: str) -> None:
    """RFC 6238, appendix B: the last six of its eight digits, for SHA-1."""
    moment = clock.now().fromtimestamp(second, tz=clock.now().tzinfo)
    assert fitting_step(RFC_SECRET, code, moment, after=None) == second // 30
    assert fitting_step(RFC_SECRET, f"{code[:3]} {code[3:]}", moment, after=None) == second // 30
    assert fitting_step(RFC_SECRET, code, moment + timedelta(seconds=90), after=None) is None
    assert fitting_step(RFC_SECRET, code, moment, after=second // 30) is None
    for odd in ("", "12345", "١٢٣٤٥٦", "287082" * 9):
        assert fitting_step(RFC_SECRET, odd, moment, after=None) is None


def test_it_is_switched_on_asked_for_and_switched_off(
    village: Town, app: Flask, browse: Browse
) -> None:
    here, elsewhere = browse(Role.ADMIN), browse(Role.ADMIN)
    assert "建议管理员开通两步登录" in here.open("/users")
    page = here.open("/password/code")
    secret = secret_on(page)
    assert len(secret) == 32  # 160 bits
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in page
    assert secret_on(here.open("/password/code")) == secret  # a reloaded page is the same one
    for wrong in ({"code": "000000", "present": PASSWORD}, {"code": "1", "present": WRONG}, {}):
        assert here.send("/password/code", **wrong).status_code == 422
    assert "验证码不对" not in here.open("/password")
    switch_on(here)
    assert secret not in here.open("/password/code")
    assert "已开" in here.page
    assert elsewhere.client.get("/").status_code == 302  # every other session ended
    assert "建议管理员开通两步登录" not in here.open("/users")

    now = clock.now() + timedelta(minutes=2)
    with clock.at(now):
        person = wait_at_the_code(app)
        assert person.client.get("/users").status_code == 302  # not a login yet
        assert person.send("/sign-in/code", code="123").status_code == 403
        assert "验证码不对" in person.page
        answer = person.send("/sign-in/code", code=digits(secret, now))
        assert (answer.status_code, answer.location) == (303, "/")
        again = wait_at_the_code(app)
        assert again.send("/sign-in/code", code=digits(secret, now)).status_code == 403
    with clock.at(now + timedelta(minutes=1)):
        code = digits(secret, clock.now())
        person.open("/password/code")
        assert person.send("/password/code/off", present=PASSWORD, code="0").status_code == 422
        assert person.send("/password/code/off", present=WRONG, code=code).status_code == 422
        answer = person.send("/password/code/off", present=PASSWORD, code=code)
        assert answer.status_code == 303
        Browser(app).sign_in(ADMIN).open("/users")
    acts = {act: len(told(village, act)) for act in ("access.totp_on", "access.totp_off")}
    assert acts == {"access.totp_on": 1, "access.totp_off": 1}
    everything = [str(told(village, act)) for act in (*acts, "access.refused", "access.sign_in")]
    assert not any(secret in line or PASSWORD in line for line in everything)


def test_codes_are_not_guessed_between_right_passwords(
    village: Town, app: Flask, browse: Browse
) -> None:
    """Who knows the password still has five codes in a row, however often it is given again."""
    secret = switch_on(browse(Role.ADMIN))
    person = wait_at_the_code(app)
    for guess in range(5):
        if guess == 3:
            person = wait_at_the_code(app)
        assert person.send("/sign-in/code", code=f"{guess:06}").status_code == 403
    assert "试错太多次" in person.page
    later = digits(secret, clock.now())
    assert person.send("/sign-in/code", code=later).status_code == 403
    assert knock(Browser(app), ADMIN, PASSWORD) == (403, "试错太多次")
    assert [line["tries"] for line in told(village, "access.refused")] == [1, 2, 3, 4, 5]


def test_a_right_password_waits_five_minutes_for_its_code(app: Flask, browse: Browse) -> None:
    first = browse(Role.ADMIN)
    secret = switch_on(first)
    now = clock.now() + timedelta(minutes=2)
    with clock.at(now):
        person, other = wait_at_the_code(app), wait_at_the_code(app)
    with clock.at(now + timedelta(minutes=5, seconds=1)):
        answer = person.send("/sign-in/code", code=digits(secret, clock.now()))
        assert answer.status_code == 403
        assert "等得太久" in person.page
        assert person.client.get("/sign-in/code").location == "/sign-in"
    with clock.at(now + timedelta(minutes=1)):
        first.open("/password")
        assert first.send("/password/sessions").status_code == 303  # the account changed
        answer = other.send("/sign-in/code", code=digits(secret, clock.now()))
        assert (answer.status_code, "等得太久" in other.page) == (403, True)
    assert Browser(app).client.get("/sign-in/code").location == "/sign-in"


def test_the_page_one_wanted_is_kept_over_both_steps(app: Flask, browse: Browse) -> None:
    secret = switch_on(browse(Role.ADMIN))
    person = Browser(app)
    person.page = person.client.get("/sign-in?next=/settings").get_data(as_text=True)
    query = "?next=/settings&unsaved=1&_external=1&_scheme=javascript"
    first = person.send(f"/sign-in{query}", name=ADMIN, password=PASSWORD)
    assert first.location == "/sign-in/code?next=/settings&unsaved=1"
    person.page = person.client.get(first.location).get_data(as_text=True)
    with clock.at(clock.now() + timedelta(minutes=1)):
        answer = person.send(first.location, code=digits(secret, clock.now()))
    assert answer.location == "/settings"
    assert "刚才那一步没有保存" in person.client.get("/settings").get_data(as_text=True)


def test_a_lost_phone_is_helped_at_the_machine(
    village: Town, app: Flask, browse: Browse, terminal: Terminal
) -> None:
    shopkeeper, admin = browse(Role.SHOPKEEPER), browse(Role.ADMIN)
    switch_on(shopkeeper)
    page = f"/users/{village.actor(Role.SHOPKEEPER).user_id}"
    name = STAFF[Role.SHOPKEEPER]
    assert f"moralbank users totp-off {name}" in admin.open(page)
    off = ("users", "totp-off", name)
    assert "请由管理员来办" in terminal.run(*off, who=STAFF[Role.RECORDER], expect=1)
    assert "已关" in terminal.run(*off, who=ADMIN)
    assert "没有开两步登录" in terminal.run(*off, who=ADMIN, expect=1)
    assert shopkeeper.client.get("/").status_code == 302
    Browser(app).sign_in(name)
    assert [line["subject"] for line in told(village, "access.totp_taken_off")] == [name]
