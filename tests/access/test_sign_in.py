"""Signing in: right, wrong, too often, and where it leads."""

import pytest
from flask import Flask

from moralbank.access.permissions import Role
from moralbank.access.service import set_disabled
from tests.conftest import on_one_engine
from tests.village import PASSWORD, STAFF, Browser, Town

ADMIN = STAFF[Role.ADMIN]


@pytest.fixture
def stranger(app: Flask) -> Browser:
    """Somebody who stands at the sign-in page."""
    browser = Browser(app)
    browser.open("/sign-in")
    return browser


def test_name_and_password_let_in(stranger: Browser) -> None:
    answer = stranger.send("/sign-in", name=f" {ADMIN} ", password=PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/")
    page = stranger.open("/")
    assert ADMIN in page
    assert "管理员" in page
    assert stranger.client.get("/sign-in").status_code == 303


def test_a_sign_in_is_written_down(village: Town, stranger: Browser) -> None:
    stranger.send("/sign-in", name=ADMIN, password=PASSWORD)
    with village.database.engine.connect() as connection:
        acts = connection.exec_driver_sql("SELECT act FROM audit_entries ORDER BY id DESC")
        assert acts.first() == ("access.sign_in",)


@pytest.mark.parametrize(
    ("name", "password"), [(ADMIN, "hao-ren-hao-shi-8"), ("李四", PASSWORD), (ADMIN, ADMIN)]
)
def test_wrong_name_or_password_say_the_same(stranger: Browser, name: str, password: str) -> None:
    answer = stranger.send("/sign-in", name=name, password=password)
    assert answer.status_code == 403
    assert "用户名或密码不对" in stranger.page
    assert f'value="{name}"' in stranger.page
    assert password not in stranger.page or password == name
    assert stranger.client.get("/").status_code == 302


def test_a_disabled_user_stays_out(village: Town, stranger: Browser) -> None:
    recorder = village.actor(Role.RECORDER)
    with village.database.writing() as session:
        set_disabled(session, village.actor(Role.ADMIN), recorder.user_id, disabled=True)
    answer = stranger.send("/sign-in", name=recorder.name, password=PASSWORD)
    assert answer.status_code == 403
    assert "用户名或密码不对" in stranger.page


def test_blank_fields_are_pointed_at(stranger: Browser) -> None:
    assert stranger.send("/sign-in", name="", password="").status_code == 422
    assert stranger.page.count("请填写这一项") >= 2


def test_after_five_wrong_tries_one_waits_while_another_name_gets_in(stranger: Browser) -> None:
    for _attempt in range(5):
        assert stranger.send("/sign-in", name=ADMIN, password="wrong").status_code == 403
    answer = stranger.send("/sign-in", name=ADMIN, password=PASSWORD)
    assert answer.status_code == 403
    assert "请 1 分钟后再试" in stranger.page
    for _attempt in range(5):
        stranger.send("/sign-in", name=ADMIN, password="wrong")
    assert stranger.send("/sign-in", name=ADMIN, password="wrong").status_code == 429
    assert "请等一分钟" in stranger.page
    stranger.open("/sign-in")
    answer = stranger.send("/sign-in", name=STAFF[Role.RECORDER], password=PASSWORD)
    assert answer.status_code == 303


def test_right_tries_are_not_counted(app: Flask) -> None:
    seen = [Browser(app).sign_in(ADMIN).open("/") for _attempt in range(7)]
    assert all(ADMIN in page for page in seen)


def test_one_is_led_back_to_the_page_one_wanted(app: Flask) -> None:
    stranger = Browser(app)
    turned = stranger.client.get("/settings")
    assert turned.status_code == 302
    stranger.page = stranger.client.get(turned.location).get_data(as_text=True)
    assert "登录后回到刚才要打开的页面" in stranger.page
    answer = stranger.send(turned.location, name=ADMIN, password=PASSWORD)
    assert answer.location == "/settings"


@on_one_engine
@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "evil.example",
        "javascript:alert(1)",
        "\\\\evil.example",
        "",
    ],
)
def test_one_is_never_led_to_another_site(app: Flask, wanted: str) -> None:
    stranger = Browser(app)
    stranger.open("/sign-in", next=wanted)
    answer = stranger.client.post(
        "/sign-in",
        query_string={"next": wanted},
        data={"csrf_token": stranger.token(), "name": ADMIN, "password": PASSWORD},
    )
    assert (answer.status_code, answer.location) == (303, "/")


def test_blanks_inside_an_address_lead_nowhere_else(app: Flask) -> None:
    """Browsers drop tabs from addresses: one that was passed on as it is would lead out."""
    stranger = Browser(app)
    stranger.open("/sign-in")
    answer = stranger.client.post(
        "/sign-in",
        query_string={"next": "/\t/evil.example"},
        data={"csrf_token": stranger.token(), "name": ADMIN, "password": PASSWORD},
    )
    assert "\t" not in answer.location


def test_without_its_token_a_form_is_not_taken(app: Flask) -> None:
    answer = app.test_client().post("/sign-in", data={"name": ADMIN, "password": PASSWORD})
    assert answer.status_code == 400
    assert "页面放得太久" in answer.get_data(as_text=True)


def test_signing_out_ends_the_session(app: Flask) -> None:
    admin = Browser(app).sign_in(ADMIN)
    admin.open("/password")
    assert admin.send("/sign-out").location == "/sign-in"
    assert admin.client.get("/password").status_code == 302


def test_the_language_is_switched_and_back(app: Flask) -> None:
    stranger = Browser(app)
    stranger.open("/sign-in")
    back = {"Referer": "http://localhost/sign-in"}
    form = {"csrf_token": stranger.token(), "language": "en"}
    answer = stranger.client.post("/language", data=form, headers=back)
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert '<html lang="en"' in stranger.open("/sign-in")
    stranger.send("/language", language="zh-CN")
    assert '<html lang="zh-CN"' in stranger.open("/sign-in")


def test_the_language_switch_leads_to_no_other_site(stranger: Browser) -> None:
    form = {"csrf_token": stranger.token(), "language": "en"}
    away = {"Referer": "https://evil.example/"}
    answer = stranger.client.post("/language", data=form, headers=away)
    assert answer.location == "/"


@on_one_engine
@pytest.mark.parametrize(
    ("left", "back"),
    [
        ("/counter?who=012", "/counter?who=012"),
        ("/counter/redeem", "/counter"),
        ("/counter/find", "/counter"),
        ("/awards/approve", "/awards"),
        ("/awards/7/refuse", "/awards/7"),
        ("/ledger/check", "/ledger"),
        ("/cards/sheet.pdf", "/cards"),
        ("/households/3/members", "/households/3"),
        ("/nowhere/at/all", "/"),
        ("//evil.example/counter", "/"),
    ],
)
def test_the_language_switch_leads_to_a_page_that_can_be_opened(
    stranger: Browser, left: str, back: str
) -> None:
    """A refused form stands at an address that only takes forms: its room's page is next."""
    form = {"csrf_token": stranger.token(), "language": "en"}
    came = {"Referer": f"http://localhost{left}"}
    answer = stranger.client.post("/language", data=form, headers=came)
    assert answer.location == back


@pytest.mark.parametrize(
    ("sent", "page"),
    [("/counter/redeem", "/counter?household=1"), ("/awards/record", "/awards/record?household=1")],
)
def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(
    app: Flask, sent: str, page: str
) -> None:
    """周桂兰 signs out in another window and then confirms: nothing is saved, and she is told."""
    stranger = Browser(app)
    stranger.open("/sign-in")
    came = {"Referer": f"http://localhost{page}"}
    turned = stranger.client.post(sent, data={"csrf_token": stranger.token()}, headers=came)
    assert turned.status_code == 303
    assert "刚才那一步没有保存" in stranger.client.get(turned.location).get_data(as_text=True)
    stranger.page = stranger.client.get(turned.location).get_data(as_text=True)
    answer = stranger.send(turned.location, name=STAFF[Role.SHOPKEEPER], password=PASSWORD)
    assert (answer.status_code, answer.location) == (303, page)
    assert "刚才那一步没有保存" in stranger.client.get("/").get_data(as_text=True)


def test_without_a_known_page_one_is_led_to_the_forms_room(app: Flask) -> None:
    stranger = Browser(app)
    stranger.open("/sign-in")
    turned = stranger.client.post("/counter/redeem", data={"csrf_token": stranger.token()})
    stranger.page = stranger.client.get(turned.location).get_data(as_text=True)
    answer = stranger.send(turned.location, name=STAFF[Role.SHOPKEEPER], password=PASSWORD)
    assert answer.location == "/counter"


def test_signing_out_twice_loses_nothing(app: Flask) -> None:
    stranger = Browser(app)
    stranger.open("/sign-in")
    turned = stranger.send("/sign-out")
    assert turned.location == "/sign-in"
