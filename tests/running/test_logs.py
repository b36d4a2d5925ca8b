"""Logs: a line for each request, nothing of what people typed, in files that stay small."""

import io
import logging
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from moralbank import logs
from moralbank.access.permissions import Role
from moralbank.cards.pins import set_pin
from moralbank.cards.service import issue
from moralbank.db import reading, writing
from moralbank.villages.service import change_setting
from moralbank.villages.settings import CARD_PIN, ON
from tests.village import PASSWORD, STAFF, VILLAGE_ID, Browser, Town

DU = "一组-012"
PIN = "580417"
TELEPHONE = "13947654321"
WRONG = "falsches-kennwort-9"


def _card(village: Town) -> str:
    """A card with a PIN; its token."""
    actor = village.actor(Role.RECORDER)
    with writing() as session:
        change_setting(session, village.actor(Role.ADMIN), CARD_PIN, ON)
        [card] = issue(session, actor, [village.household(DU).id])
        set_pin(session, actor, card.id, PIN)
        return card.token


def test_no_secret_stands_in_any_log(
    village: Town, app: Flask, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Right and wrong ones, in addresses, forms, heads, and in what faults say; on both engines."""
    token = _card(village)
    visitor, clerk = Browser(app), Browser(app)
    visitor.open("/sign-in")
    visitor.send("/sign-in", name=STAFF[Role.ADMIN], password=WRONG)
    clerk.sign_in(STAFF[Role.ADMIN])
    visitor.open(f"/c/{token}")
    for pin in ("580418", PIN):
        visitor.send(f"/c/{token}/pin", pin=pin)
    visitor.open(f"/c/{token}")
    visitor.open(f"/c/{token}x/none", 404)
    visitor.client.get("/healthz", headers={"X-Request-ID": f"{token} {TELEPHONE}"})
    clerk.open("/households/new")
    clerk.send(
        "/households/new", group="一组", number="077", head="包铁柱", telephone=TELEPHONE, people=1
    )
    clerk.open("/households", q=TELEPHONE)

    def fault(token: str) -> None:
        """A fault whose words, and whose cause's words, hold what was read."""
        logging.getLogger("waitress").error("Exception while serving %s", f"/c/{token}")
        wanted = text("SELECT CAST(:telephone AS INTEGER) FROM nowhere")
        try:
            with reading() as session:
                session.connection().execute(wanted, {"telephone": TELEPHONE})
        except Exception as cause:
            message = f"card {token} of {TELEPHONE}\nPIN {PIN}"
            raise LookupError(message) from cause

    monkeypatch.setitem(app.view_functions, "cards.public_page", fault)
    visitor.open(f"/c/{token}", 500)
    told = log.getvalue()
    assert "LookupError" in told
    assert "/c/<token>/pin" in told
    secrets = (token, PIN, "580418", TELEPHONE, WRONG, PASSWORD, "杜仁森", "包铁柱", "王秀兰")
    assert not [secret for secret in secrets if secret in told]


def test_a_line_tells_of_a_request_what_an_operator_asks(
    browse: Callable[[Role], Browser],
    village: Town,
    lines: Callable[[], list[dict[str, object]]],
) -> None:
    browse(Role.ADMIN).open("/households")
    [line] = [line for line in lines() if line.get("route") == "/households"]
    assert isinstance(line.pop("ms"), float)
    assert str(line.pop("time")).endswith("Z")
    assert len(str(line.pop("request"))) == 8
    assert line == {
        "level": "INFO",
        "part": "moralbank.web.request_log",
        "said": "request",
        "method": "GET",
        "route": "/households",
        "status": 200,
        "village": VILLAGE_ID,
        "user": village.actor(Role.ADMIN).user_id,
    }


def test_a_command_says_warnings_of_ours_once(capsys: pytest.CaptureFixture[str]) -> None:
    with logs.for_a_command():
        for part in ("moralbank.check", "moralbank.check", "fontTools.subset"):
            logging.getLogger(part).warning("%s is odd", part)
            logging.getLogger(part).info("as usual")
    logging.getLogger("moralbank.check").info("over")
    assert capsys.readouterr().err == "moralbank.check is odd\n"


def test_files_begin_anew_and_only_so_many_stay(
    tmp_path: Path, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each process has its own, which its owner alone reads."""
    monkeypatch.setattr(logs, "FILE_BYTES", 2000)
    monkeypatch.setattr(logs, "FILES_KEPT", 2)
    first = logs.keep(tmp_path, 8000)
    for number in range(60):
        logging.getLogger("moralbank.test").info("line %s", number)
    second = logs.keep(tmp_path, 8001)
    assert first != second
    kept = sorted(first.parent.iterdir())
    assert kept == sorted([first, Path(f"{first}.1"), Path(f"{first}.2"), second])
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    assert stat.S_IMODE(first.parent.stat().st_mode) == 0o700
    assert '"line 59"' in first.read_text("utf-8")
    assert all(path.stat().st_size <= 2000 for path in kept)
    assert len(log.getvalue().splitlines()) == 60
