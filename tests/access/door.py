"""What stands at the door in tests: wrong tries, codes of a phone, lines of the trail."""

import json
from datetime import datetime
from typing import Any

import pyotp

from moralbank import clock
from tests.village import Browser, Town

WRONG = "cuo-de-mi-ma-1"


def knock(browser: Browser, name: str, password: str = WRONG) -> tuple[int, str]:
    """Try to sign in; the status, and what the page says was wrong."""
    browser.open("/sign-in")
    answer = browser.send("/sign-in", name=name, password=password)
    page = answer.get_data(as_text=True)
    said = [words for words in ("用户名或密码不对", "试错太多次", "试得太频繁") if words in page]
    return answer.status_code, said[0] if said else ""


def told(town: Town, act: str) -> list[dict[str, Any]]:
    """The trail's lines of an act, the oldest first: subject, device and detail."""
    with town.database.engine.begin() as connection:
        rows = connection.exec_driver_sql(
            "SELECT user_id, subject, device, detail FROM audit_entries "
            f"WHERE act = '{act}' ORDER BY id"
        ).all()
    return [
        {"user": user, "subject": subject, "device": device, **json.loads(detail)}
        for user, subject, device, detail in rows
    ]


def digits(secret: str, moment: datetime | None = None) -> str:
    """What the phone shows."""
    return pyotp.TOTP(secret).at(moment or clock.now())
