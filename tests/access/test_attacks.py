"""What strangers and colleagues try: addresses leading out, fields not theirs, guesses."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlmodel import Session

from moralbank.access.models import User
from moralbank.access.passwords import COMMONEST, SHORTEST, PasswordWeak, require_strong
from moralbank.access.permissions import VILLAGE_ROLES, Role
from moralbank.access.service import add_user
from moralbank.cards.token import LENGTH, make_token
from moralbank.households.models import Household
from moralbank.villages.models import SettingRow, Village
from moralbank.web.throttle import limiter
from tests.access.door import told
from tests.conftest import on_one_engine
from tests.counter.till import Till
from tests.village import PASSWORD, STAFF, VILLAGE_ID, Browser, Town, found_village

ADMIN = STAFF[Role.ADMIN]
OTHER = 150404103202
OUTWARD = (
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\r\nLocation: //evil.example",
    "/%0d%0aSet-Cookie: a=b\r\n",
    "http:evil.example",
    "https://evil.example/",
    "https:/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    " //evil.example",
    "/\u2028/evil.example",
    "@evil.example",
)

Browse = Callable[[Role], Browser]


@on_one_engine
@pytest.mark.parametrize("wanted", OUTWARD)
def test_no_address_leads_out_of_the_house(app: Flask, wanted: str) -> None:
    """Neither after a sign-in, nor by the switch of language, nor by a page that says who sent."""
    stranger = Browser(app)
    stranger.open("/sign-in")
    form = {"csrf_token": stranger.token(), "language": "zh", "page": wanted}
    switched = stranger.client.post("/language", data=form)
    stranger.open("/sign-in")
    form = {"csrf_token": stranger.token(), "name": ADMIN, "password": PASSWORD}
    entered = stranger.client.post("/sign-in", query_string={"next": wanted}, data=form)
    for answer in (switched, entered):
        assert answer.status_code == 303
        assert answer.location.startswith("/"), answer.location
        assert not answer.location.startswith(("//", "/\\")), answer.location
        assert "evil" not in answer.location.split("?")[0]
        assert "Set-Cookie: a=b" not in str(answer.headers)


def everything(session: Session) -> dict[str, list[tuple[object, ...]]]:
    """Who is who, and whose is what."""
    columns = {
        "users": [User.village_id, User.id, User.name, User.role, User.disabled, User.totp_secret],
        "households": [Household.village_id, Household.id, Household.head],
        "settings": [SettingRow.village_id, SettingRow.key, SettingRow.value],
        "villages": [Village.id, Village.name],
    }
    connection = session.connection()
    return {
        name: sorted(tuple(row) for row in connection.execute(select(*several)))
        for name, several in columns.items()
    }


def test_fields_that_a_form_does_not_have_change_nothing(village: Town, browse: Browse) -> None:
    """Mass assignment: role, village, number, locks and secrets sent along with every form."""
    found_village(village.database, OTHER, "河沿村")
    extra = {
        "role": "admin", "village_id": str(OTHER), "id": "1", "user_id": "1", "disabled": "0",
        "totp_secret": "A" * 32, "password_hash": "x", "session_epoch": "1", "failed_tries": "-99",
        "must_change_password": "0", "created_at": "2000-01-01", "state": "posted",
    }  # fmt: skip
    recorder, admin = browse(Role.RECORDER), browse(Role.ADMIN)
    with village.database.reading() as session:
        before = everything(session)
    recorder.open("/password")
    new = "chun-hua-qiu-shi-26"
    form = {"present": PASSWORD, "new": new, "again": new}
    assert recorder.send("/password", **form, **extra).status_code == 303
    with village.database.reading() as session:
        assert everything(session) == before
    whole = {"present": new, "code": "000000", "language": "zh"}
    for path in ("/password/sessions", "/password/code", "/password/code/off", "/language"):
        recorder.open("/password")
        recorder.send(path, **whole, **extra)
    admin.open("/settings")
    admin.send("/settings", no_such_setting="1", **extra)
    with village.database.reading() as session:
        after = everything(session)
    assert [row for row in after["users"] if row[3] == Role.ADMIN] == [
        row for row in before["users"] if row[3] == Role.ADMIN
    ]
    assert after["households"] == before["households"]
    assert after["villages"] == before["villages"]
    assert not {row[1] for row in after["settings"]} & (set(extra) | {"no_such_setting"})
    assert [row for row in after["users"] if row[0] == OTHER] == [
        row for row in before["users"] if row[0] == OTHER
    ]


def test_numbers_of_another_village_are_nobodys(village: Town, browse: Browse) -> None:
    """Users, households, cards, slips and jobs of 河沿村 are 404 for this village's admin."""
    found_village(village.database, OTHER, "河沿村")
    other = Town(village.database, OTHER)
    with village.database.writing() as session:
        more = [
            add_user(session, other.actor(Role.ADMIN), f"河沿{n}", Role.RECORDER, PASSWORD).id
            for n in range(2)
        ]
    admin = browse(Role.ADMIN)
    admin.open("/users")
    for path in (f"/users/{more[-1]}", "/users/0", "/users/2147483647"):
        admin.open(path, expect=404)
    admin.open("/users")
    for act in ("role", "password", "disabled", "groups", "ties"):
        form = {"role": "admin", "password": PASSWORD, "disabled": "1", "kind": "own"}
        answer = admin.send(f"/users/{more[-1]}/{act}", household="一组-012", **form)
        assert answer.status_code in {404, 422}, act
        admin.open("/users")


@pytest.mark.parametrize(
    "weak",
    [
        "12345678", "88888888", "QWERTYUIOP", "Password1", "woaini1314", "5201314520", "短密码",
        "aaaaaaaaaaaa", "AaAaAaAa", "王秀兰123456", "wangxiulan1980", "羊圈湾村2026",
        "羊圈湾888888", "yangjuanwancun", "YangJuanWan-666", "daodeyinhang", "x" * 129, "",
    ],
)  # fmt: skip
def test_what_would_be_guessed_is_no_password(weak: str) -> None:
    with pytest.raises(PasswordWeak) as refused:
        require_strong(weak, [ADMIN, "羊圈湾村", "羊圈湾"], "password")
    assert refused.value.field == "password"


@pytest.mark.parametrize(
    "good", [PASSWORD, "kuai le de xiao gou", "春天来了我们去种树", "t7#qLm2z", "x9" * 64]
)
def test_any_other_is_whatever_it_is_made_of(good: str) -> None:
    require_strong(good, [ADMIN, "羊圈湾村", "羊圈湾"], "password")


def test_the_commonest_are_many_and_long_enough_to_matter() -> None:
    assert len(COMMONEST) >= 200
    assert all(len(one) >= SHORTEST and one == one.casefold() for one in COMMONEST)


@on_one_engine
def test_the_villages_name_is_no_password_on_any_way_in(village: Town, browse: Browse) -> None:
    admin = browse(Role.ADMIN)
    admin.open("/password")
    weak = "yangjuanwan2026"
    assert admin.send("/password", present=PASSWORD, new=weak, again=weak).status_code == 422
    assert "密码太简单" in admin.page
    with village.database.writing() as session, pytest.raises(PasswordWeak):
        add_user(session, village.actor(Role.ADMIN), "吴志强", Role.RECORDER, "羊圈湾村888")


WANTED_HEADERS = {
    "Content-Security-Policy": "default-src 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "microphone=()",
}


@on_one_engine
def test_every_kind_of_answer_carries_the_headers(browse: Browse) -> None:
    admin = browse(Role.ADMIN)
    client, stranger = admin.client, admin.client.application.test_client()
    answers = {
        "page": client.get("/users"),
        "static": client.get("/static/app.css"),
        "redirect": stranger.get("/users"),
        "public": stranger.get("/sign-in"),
        "not found": client.get("/no/such/page"),
        "denied": client.get("/counter"),
        "wrong method": client.get("/sign-out"),
        "no token": client.post("/password"),
        "sheet": client.get("/paper/quick-start.pdf"),
        "list": client.get("/households.xlsx"),
        "json": client.get("/paper/none/state"),
    }
    statuses = {name: answer.status_code for name, answer in answers.items()}
    assert statuses == {
        "page": 200, "static": 200, "redirect": 302, "public": 200, "not found": 404,
        "denied": 403, "wrong method": 405, "no token": 400, "sheet": 200, "list": 200, "json": 404,
    }  # fmt: skip
    for name, answer in answers.items():
        for header, value in WANTED_HEADERS.items():
            assert value in answer.headers.get(header, ""), (name, header)
        assert "unsafe" not in answer.headers["Content-Security-Policy"], name
        if name not in {"static", "redirect"}:
            assert answer.headers["Cache-Control"] == "no-store", name
        answer.close()


def test_a_cards_number_stays_on_its_page(village: Town, app: Flask) -> None:
    """Neither in the trail nor in what browsers tell the next page; its own forms still work."""
    till = Till(village)
    till.give("一组-012", 40)
    token = till.card("一组-012").token
    villager = Browser(app)
    answer = villager.client.get(f"/C/{token}")
    villager.page = answer.get_data(as_text=True)
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    form = {"csrf_token": villager.token(), "language": "en", "page": villager.value("page")}
    here = {"Referer": "http://localhost/"}
    switched = villager.client.post("/language", data=form, headers=here)
    assert switched.location == f"/c/{token}"
    for sender, status in (("https://localhost/", 303), ("https://evil.example/", 400)):
        answer = villager.client.post(
            "/language", base_url="https://localhost", data=form, headers={"Referer": sender}
        )
        assert answer.status_code == status  # by https the sender's origin is asked for
    keeper = Browser(app).sign_in(STAFF[Role.SHOPKEEPER])
    keeper.open("/counter", who=token)
    with village.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT act, subject, detail FROM audit_entries").all()
    assert rows
    assert not any(token in "".join(row) for row in rows)


def test_cards_numbers_are_not_found_by_trying(app: Flask) -> None:
    """46 random bits, of which a try hits one in 10^14 per card: and sixty tries in ten minutes.

    A county with 100 000 cards, tried from one address for a year without a pause: one chance in
    9 000 of finding any.
    """
    assert LENGTH - 1 == 14
    drawn = {make_token() for _again in range(500)}
    assert len(drawn) == 500
    stranger = Browser(app)
    paths = ("/c/{}", "/C/{}", "/c/{}/claim", "/c/{}/photos/x.jpg")
    statuses = [
        stranger.client.get(paths[number % 4].format(make_token())).status_code
        for number in range(61)
    ]
    assert statuses == [404] * 60 + [429]
    stranger.open("/sign-in")
    sent = stranger.send(f"/c/{make_token()}/pin", pin="4711")
    assert sent.status_code == 429
    limiter.reset()
    tries_a_year = 300 * 365
    assert tries_a_year * 100_000 / 10**14 < 1 / 9_000


@on_one_engine
def test_whoever_reaches_beyond_their_part_is_written_down_once_a_minute(
    village: Town, browse: Browse
) -> None:
    keeper = browse(Role.SHOPKEEPER)
    for _again in range(3):
        keeper.open("/users", expect=403)
        keeper.open(f"/users/{village.actor(Role.ADMIN).user_id}", expect=403)
    denied = told(village, "access.denied")
    assert [line["subject"] for line in denied] == ["GET /users", "GET /users/<int:user_id>"]
    assert {line["user"] for line in denied} == {village.actor(Role.SHOPKEEPER).user_id}
    assert {line["why"] for line in denied} == {"not_your_part"}
    Browser(keeper.client.application).open("/sign-in")  # a stranger's 302 is nobody's line
    limiter.reset()  # a minute later
    keeper.open("/users", expect=403)
    assert len(told(village, "access.denied")) == 3


def test_prints_and_lists_are_written_down(village: Town, browse: Browse) -> None:
    admin = browse(Role.ADMIN)
    admin.client.get("/households.xlsx")
    admin.client.head("/households.xlsx")
    admin.client.get("/households/import/template.xlsx")
    assert [line["rows"] for line in told(village, "households.export")] == [8]
    admin.client.get("/paper/quick-start.pdf")
    looked = admin.client.get("/paper/quick-start.pdf?look=1").location
    for _again in range(3):  # however often its pages are looked at
        admin.open(looked)
        admin.client.get(f"{looked}/sheet.pdf")
    printed = told(village, "paper.print")
    assert [line["subject"] for line in printed] == ["记分员口袋卡.pdf"] * 2
    assert {line["user"] for line in printed} == {village.actor(Role.ADMIN).user_id}


def test_roles_are_those_of_the_tests() -> None:
    """A role that is added must be thought of here: who may do what is one table."""
    assert set(STAFF) == set(VILLAGE_ROLES)
    assert VILLAGE_ID % 1000
