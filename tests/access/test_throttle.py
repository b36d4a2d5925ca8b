"""Wrong passwords: counted in the database, answered alike for names that nobody has."""

import statistics
from datetime import timedelta
from functools import cache
from itertools import count
from time import perf_counter

import pytest
from argon2 import PasswordHasher
from flask import Flask
from limits.storage import MemoryStorage

from moralbank import clock
from moralbank.access import hashing, signing_in
from moralbank.access.known_devices import KnownDevice
from moralbank.access.one_time_codes import new_secret
from moralbank.access.permissions import Role
from moralbank.access.second_factor import turn_on
from moralbank.access.service import reset_password
from moralbank.access.signing_in import TooManyTries, prove, wait_after
from moralbank.cards import pins
from moralbank.db import Database
from moralbank.web.throttle import limiter
from tests.access.door import WRONG, digits, knock, told
from tests.conftest import on_one_engine
from tests.counter.till import Till
from tests.village import PASSWORD, STAFF, VILLAGE_ID, Browser, Town

ADMIN, RECORDER = STAFF[Role.ADMIN], STAFF[Role.RECORDER]
NOBODY = "李四"
ELSEWHERE = count(1)
"""Addresses that nobody had before."""


def test_five_wrong_passwords_shut_an_account_for_twice_as_long_each_time(
    village: Town, app: Flask
) -> None:
    stranger, now = Browser(app), clock.now()
    for _attempt in range(4):
        assert knock(stranger, ADMIN) == (403, "用户名或密码不对")
    with clock.at(now):
        assert knock(stranger, ADMIN) == (403, "试错太多次")
        assert "请 1 分钟后再试" in stranger.page
    with clock.at(now + timedelta(seconds=59)):
        assert knock(stranger, ADMIN, PASSWORD) == (403, "试错太多次")
        Browser(app).sign_in(RECORDER)  # nobody else waits
    limiter.reset()
    with clock.at(now + timedelta(seconds=61)):
        assert knock(stranger, ADMIN) == (403, "试错太多次")
        assert "请 2 分钟后再试" in stranger.page
    with clock.at(now + timedelta(seconds=61 + 121)):
        assert knock(stranger, ADMIN, PASSWORD)[0] == 303
        later = Browser(app)
        assert knock(later, ADMIN) == (403, "用户名或密码不对")  # counted from the beginning
    refused = told(village, "access.refused")
    assert [(line["tries"], line.get("minutes", 0)) for line in refused] == [
        (1, 0), (2, 0), (3, 0), (4, 0), (5, 1), (6, 2), (1, 0),
    ]  # fmt: skip
    assert {line["subject"] for line in refused} == {ADMIN}
    assert {line["device"] for line in refused} == {"127.0.0.1"}
    assert WRONG not in str(refused)


def test_an_account_is_shut_for_an_hour_at_most() -> None:
    waits = [wait_after(tries) // timedelta(minutes=1) for tries in (4, 5, 6, 7, 10, 11, 12, 900)]
    assert waits == [0, 1, 2, 4, 32, 60, 60, 60]


def test_another_process_and_a_restart_know_of_it(village: Town, app: Flask) -> None:
    for _attempt in range(5):
        knock(Browser(app), ADMIN)
    limiter.reset()  # all that a process remembers by itself
    elsewhere = Database(village.database.engine.url.render_as_string(hide_password=False))
    with elsewhere.reading() as session, pytest.raises(TooManyTries):
        prove(session, ADMIN, PASSWORD)
    elsewhere.close()
    assert knock(Browser(app), ADMIN, PASSWORD) == (403, "试错太多次")


def test_a_cards_pin_is_shut_for_every_process_too(village: Town) -> None:
    card = Till(village).card("一组-012")
    with village.database.writing() as session:
        pins.set_pin(session, village.actor(Role.ADMIN), card.id, "8316")
    url = village.database.engine.url.render_as_string(hide_password=False)
    said = []
    for _attempt in range(5):
        process = Database(url)
        with process.reading() as session:
            seen = pins.pin_of(session, card)
        with (
            pytest.raises((pins.PinWrong, pins.PinLocked)) as refused,
            process.writing() as session,
        ):
            pins.enter(session, card, seen, right=False)
        said.append(refused.type)
        process.close()
    assert said == [pins.PinWrong] * 4 + [pins.PinLocked]
    with village.database.reading() as session:
        seen = pins.pin_of(session, card)
    assert not pins.is_right(seen, "8316")
    with pytest.raises(pins.PinLocked), village.database.writing() as session:
        pins.enter(session, card, seen, right=True)


def test_a_password_given_anew_opens_a_shut_account(village: Town, app: Flask) -> None:
    for _attempt in range(5):
        knock(Browser(app), RECORDER)
    recorder = village.actor(Role.RECORDER)
    with village.database.writing() as session:
        reset_password(session, village.actor(Role.ADMIN), recorder.user_id, "di-yi-ci-yong-de")
    Browser(app).sign_in(RECORDER, "di-yi-ci-yong-de")


def test_names_that_nobody_has_are_answered_alike(village: Town, app: Flask) -> None:
    """The same words, status and waits, try by try; the page differs by the name alone."""
    said = {}
    for name in (RECORDER, NOBODY):
        limiter.reset()
        now, answers = clock.now(), []
        for minute in (0, 0, 0, 0, 0, 0, 1.1, 1.2, 3.5, 8):
            with clock.at(now + timedelta(minutes=minute)):
                stranger = Browser(app)
                status, words = knock(stranger, name)
                shown = stranger.words("/sign-in"), stranger.page.replace(name, "")
                answers.append((status, words, len(shown[1])))
        said[name] = answers
    assert said[RECORDER] == said[NOBODY]
    assert {words for _status, words, _length in said[NOBODY]} == {
        "用户名或密码不对", "试错太多次",
    }  # fmt: skip
    strangers = [line for line in told(village, "access.refused") if line.get("unknown")]
    assert len(strangers) == 8  # none is written while the name is shut
    assert NOBODY not in str(strangers)


def test_an_unknown_name_takes_as_long_as_a_known_one(
    hamlet: Town, real_hasher: PasswordHasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashing, "_hasher", real_hasher)
    monkeypatch.setattr(signing_in, "_nobodys_hash", cache(lambda: hashing.hashed("nobody's")))
    admin = hamlet.actor(Role.ADMIN)
    with hamlet.database.writing() as session:
        reset_password(session, admin, admin.user_id, PASSWORD + "!")
    times: dict[str, list[float]] = {ADMIN: [], NOBODY: []}
    for _again in range(4):
        for name, taken in times.items():
            with hamlet.database.reading() as session:
                begun = perf_counter()
                assert not prove(session, name, WRONG).right
                taken.append(perf_counter() - begun)
    known, unknown = (statistics.median(taken[1:]) for taken in times.values())
    assert 0.5 < known / unknown < 2


@on_one_engine
def test_one_address_that_tries_many_names_waits(app: Flask) -> None:
    stranger = Browser(app)
    statuses = [knock(stranger, f"谁{number}")[0] for number in range(61)]
    assert statuses == [403] * 60 + [429]
    assert knock(Browser(app), ADMIN, PASSWORD)[0] == 429


class Broken(MemoryStorage):
    """A store of limits that can't be reached."""

    STORAGE_SCHEME = ["broken"]  # noqa: RUF012 - as its base has it

    @property
    def base_exceptions(self) -> type[Exception]:
        """What such a store raises."""
        return ConnectionError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Fail."""
        raise ConnectionError(key, expiry, amount)

    def get(self, key: str) -> int:
        """Fail."""
        raise ConnectionError(key)


@on_one_engine
def test_a_store_of_limits_that_fails_shuts_nobody_out(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(limiter, "_storage", Broken())
    for name in (ADMIN, NOBODY):
        assert knock(Browser(app), name) == (403, "用户名或密码不对")
    assert "杜仁森" in Browser(app).sign_in(ADMIN).open("/households")
    assert "the store of limits fails" in caplog.text


def device_cookies(person: Browser) -> dict[str, str]:
    """What a browser holds beside its session."""
    kept = person.client._cookies or {}  # werkzeug lists them nowhere else
    return {one.key: one.value for one in kept.values() if "-device-" in one.key}


def a_usual_phone(app: Flask, name: str) -> Browser:
    """A browser in which somebody signed in before, and whose session is over."""
    phone = Browser(app).sign_in(name)
    phone.client.delete_cookie(app.config["SESSION_COOKIE_NAME"])
    return phone


def with_cookies(app: Flask, cookies: dict[str, str]) -> Browser:
    """Another browser, elsewhere, that holds these."""
    thief = Browser(app)
    thief.client.environ_base["REMOTE_ADDR"] = f"203.0.113.{next(ELSEWHERE)}"
    for key, value in cookies.items():
        thief.client.set_cookie(key, value)
    return thief


def shut(app: Flask, name: str) -> None:
    """Let a stranger elsewhere try until nothing is answered."""
    stranger = with_cookies(app, {})
    for _attempt in range(5):
        said = knock(stranger, name)
    assert said == (403, "试错太多次")


def test_the_usual_phone_is_answered_though_strangers_shut_the_account(
    village: Town, app: Flask
) -> None:
    """王秀兰 signs in on her phone, after wrong tries of her own; for all others it stays shut."""
    phone, shared = a_usual_phone(app, ADMIN), a_usual_phone(app, RECORDER)
    shared.sign_in(ADMIN)  # the office's computer knows both
    shared.client.delete_cookie(app.config["SESSION_COOKIE_NAME"])
    shut(app, ADMIN)
    assert knock(phone, ADMIN) == (403, "用户名或密码不对")
    assert knock(phone, ADMIN, PASSWORD)[0] == 303
    for name in (ADMIN, RECORDER):
        assert knock(shared, name, PASSWORD)[0] == 303
        shared.client.delete_cookie(app.config["SESSION_COOKIE_NAME"])
    assert knock(Browser(app), ADMIN, PASSWORD) == (403, "试错太多次")
    tries = [(line["tries"], "known" in line) for line in told(village, "access.refused")]
    assert tries == [(1, False), (2, False), (3, False), (4, False), (5, False), (1, True)]


def test_a_stolen_device_cookie_is_worth_five_guesses(village: Town, app: Flask) -> None:
    """Nor does its owner's next sign-in, or a session found open, win the thief new ones."""
    phone = a_usual_phone(app, ADMIN)
    thief = with_cookies(app, device_cookies(phone))
    shut(app, ADMIN)
    for _attempt in range(5):
        assert knock(thief, ADMIN) == (403, "用户名或密码不对")
    assert knock(thief, ADMIN, PASSWORD) == (403, "试错太多次")
    assert [line["tries"] for line in told(village, "access.refused")] == [1, 2, 3, 4, 5] * 2
    with clock.at(clock.now() + timedelta(minutes=2)):
        phone.sign_in(ADMIN)  # as anybody, now that the wait is over
        shut(app, ADMIN)
        assert knock(thief, ADMIN, PASSWORD) == (403, "试错太多次")
        phone.open("/password")
        assert knock(with_cookies(app, device_cookies(phone)), ADMIN)[1] == "用户名或密码不对"
        assert phone.send("/password/sessions").status_code == 303
        renewed = with_cookies(app, device_cookies(phone))
        for _attempt in range(4):
            assert knock(renewed, ADMIN) == (403, "用户名或密码不对")
        assert knock(renewed, ADMIN, PASSWORD) == (403, "试错太多次")


def test_no_other_device_cookie_helps(village: Town, app: Flask) -> None:
    """Forged, another user's, given under the other's name, or from before the account changed."""
    [(hers, old)] = device_cookies(a_usual_phone(app, ADMIN)).items()
    [(his, other)] = device_cookies(a_usual_phone(app, RECORDER)).items()
    body, _dot, signature = old.partition(".")
    forged = KnownDevice(VILLAGE_ID, village.actor(Role.ADMIN).user_id, 1, "0" * 32)
    shut(app, ADMIN)
    for value in (
        forged.signed(b"another key"),
        other,
        f"{other.partition('.')[0]}.{signature}",
        body,
        "",
    ):
        thief = with_cookies(app, {hers: value, his: other})
        assert knock(thief, ADMIN, PASSWORD) == (403, "试错太多次"), value
    assert knock(with_cookies(app, {hers: old}), ADMIN, PASSWORD)[0] == 303
    admin = village.actor(Role.ADMIN)
    with village.database.writing() as session:
        reset_password(session, admin, admin.user_id, "di-yi-ci-yong-de")
    shut(app, ADMIN)
    late = with_cookies(app, {hers: old})
    assert knock(late, ADMIN, "di-yi-ci-yong-de") == (403, "试错太多次")


def test_six_digits_too_are_answered_on_the_usual_phone_alone(village: Town, app: Flask) -> None:
    """A right password without its digits makes no browser known; wrong digits count as well."""
    secret, admin = new_secret(), village.actor(Role.ADMIN)
    now = clock.now()
    with village.database.writing() as session:
        turn_on(session, admin, secret, PASSWORD, digits(secret))
    with clock.at(now + timedelta(minutes=1)):
        phone, half = Browser(app).sign_in(ADMIN), Browser(app).sign_in(ADMIN)
        phone.open("/sign-in/code")
        assert not device_cookies(phone)
        assert phone.send("/sign-in/code", code=digits(secret)).status_code == 303
        assert device_cookies(phone)
        assert not device_cookies(half)
        phone.client.delete_cookie(app.config["SESSION_COOKIE_NAME"])
        shut(app, ADMIN)
        assert knock(half, ADMIN, PASSWORD) == (403, "试错太多次")
        assert knock(phone, ADMIN, PASSWORD)[0] == 303
    with clock.at(now + timedelta(minutes=1, seconds=50)):
        phone.open("/sign-in/code")
        assert phone.send("/sign-in/code", code="000000").status_code == 403
        assert phone.send("/sign-in/code", code=digits(secret)).status_code == 303
        assert told(village, "access.refused")[-1]["known"]


def test_wrong_present_passwords_are_counted_as_at_the_door(village: Town, app: Flask) -> None:
    """Whoever finds 王秀兰's open session can't try out her password in it."""
    found = Browser(app).sign_in(ADMIN)
    for _attempt in range(5):
        found.open("/password")
        form = {"present": WRONG, "new": "chun-hua-qiu-shi", "again": "chun-hua-qiu-shi"}
        assert found.send("/password", **form).status_code == 422
    assert "试错太多次" in found.page
    found.open("/password")
    assert found.send("/password", **form | {"present": PASSWORD}).status_code == 422
    assert len(told(village, "access.refused")) == 5
    assert knock(Browser(app), ADMIN, PASSWORD) == (403, "试错太多次")
