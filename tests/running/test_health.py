"""`/healthz` and `/readyz`: what machines ask, and what an operator is told of a fault."""

import json
from collections.abc import Callable

import pytest
from flask import Flask

from moralbank.access.permissions import Role
from moralbank.db import Database
from tests.conftest import on_one_engine
from tests.intruder import intrude
from tests.village import Browser, Town


def _asked(app: Flask, path: str) -> tuple[int, str]:
    answer = app.test_client().get(path)
    assert "Set-Cookie" not in answer.headers
    return answer.status_code, answer.get_json()["status"]


def test_both_answer_in_a_word_and_set_no_cookie(app: Flask, village: Town) -> None:
    """And they are not counted as tries: machines ask every few seconds."""
    for _time in range(40):
        assert _asked(app, "/readyz") == (200, "ready")
    assert _asked(app, "/healthz") == (200, "ok")
    intrude(village.database, "UPDATE alembic_version SET version_num = '0001'")
    assert _asked(app, "/readyz") == (503, "database_outdated")
    assert _asked(app, "/healthz") == (200, "ok")


@on_one_engine
def test_without_a_database_the_process_lives_but_is_not_ready(
    app: Flask, village: Town, browse: Callable[[Role], Browser]
) -> None:
    for url in ("postgresql://nobody:geheim@127.0.0.1:9/none", "sqlite:////nowhere/none.db"):
        app.extensions["moralbank"] = Database(url)
        assert _asked(app, "/healthz") == (200, "ok")
        status, word = _asked(app, "/readyz")
        assert status == 503
        assert word.startswith("database_")
    app.extensions["moralbank"] = village.database
    assert _asked(app, "/readyz") == (200, "ready")
    browse(Role.ADMIN)


@on_one_engine
def test_a_fault_has_a_number_by_which_it_is_found_in_the_log(
    app: Flask,
    browse: Callable[[Role], Browser],
    monkeypatch: pytest.MonkeyPatch,
    lines: Callable[[], list[dict[str, object]]],
) -> None:
    """On the page, in the answer's head, and in the log beside where it arose and why."""
    person = browse(Role.ADMIN)
    monkeypatch.setitem(app.view_functions, "households.households", lambda: "".index("x"))
    answer = person.client.get("/households", headers={"X-Request-ID": "caddy-0815-4711"})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, answer.headers["X-Request-ID"]) == (500, "caddy-0815-4711")
    assert "出错编号 caddy-0815-4711" in page
    assert "Traceback" not in page
    told = [line for line in lines() if line.get("request") == "caddy-0815-4711"]
    assert [line["level"] for line in told] == ["ERROR", "INFO"]
    assert "ValueError" in json.dumps(told[0]["fault"])
    assert "test_health.py" in json.dumps(told[0]["fault"])
    assert told[1]["status"] == 500

    app.extensions["moralbank"] = Database("sqlite:////nowhere/none.db")
    gone = app.test_client().get("/sign-in", headers={"X-Request-ID": "not sane\tat all"})
    number = gone.headers["X-Request-ID"]
    assert gone.status_code == 503
    assert len(number) == 8
    assert f"出错编号 {number}" in gone.get_data(as_text=True)
    assert any(
        line.get("request") == number and "database_missing" in str(line["said"])
        for line in lines()
    )
