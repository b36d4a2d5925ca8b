"""The village that tests live in: its people by name, its jobs, and ways to reach them."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask
from flask import session as kept_session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from sqlmodel import select

from moralbank.access.models import User
from moralbank.access.permissions import Role
from moralbank.access.queries import actor_of
from moralbank.access.service import add_user
from moralbank.audit import Actor
from moralbank.db import Database
from moralbank.households.queries import HouseholdInfo, household_named
from moralbank.households.service import NewHousehold, add_household
from moralbank.scheme.service import adopt_default
from moralbank.store.service import open_shop
from moralbank.villages.service import OpenVillage, change_setting, open_village
from moralbank.villages.settings import NOTICE_DAYS

VILLAGE_ID: Final = 150404103201
PASSWORD: Final = "hao-ren-hao-shi-7"
STAFF: Final = {
    Role.ADMIN: "王秀兰",
    Role.RECORDER: "李建军",
    Role.GRID: "何志勇",
    Role.REVIEWER: "赵德顺",
    Role.SUPERVISOR: "孙守正",
    Role.SHOPKEEPER: "周桂兰",
    Role.ACCOUNTANT: "钱文秀",
}
# Group, number and head of each household.
VILLAGERS: Final = (
    ("一组", "001", "白森"),
    ("一组", "006", "布和"),
    ("一组", "012", "杜仁森"),
    ("二组", "007", "斯琴高娃"),
    ("二组", "014", "司马玉珍"),
    ("六组", "031", "文义"),
    ("六组", "042", "王䶮"),
    ("六组", "043", "钟𬭎"),
)


@dataclass
class Town:
    """One opened village in one database."""

    database: Database
    village_id: int

    def actor(self, role: Role) -> Actor:
        """The person who has this part."""
        with self.database.reading() as session:
            user = session.exec(
                select(User).where(User.village_id == self.village_id, User.role == role)
            ).first()
        assert user is not None
        return actor_of(user, "test")

    def household(self, label: str) -> HouseholdInfo:
        """A household by its label, "一组-012"."""
        with self.database.reading() as session:
            return household_named(session, self.village_id, label)


def found_village(
    database: Database,
    code: int = VILLAGE_ID,
    name: str = "羊圈湾村",
    villagers: Sequence[tuple[str, str, str]] = VILLAGERS,
) -> None:
    """Open a village with everybody in it, through the services."""
    suffix = "" if code == VILLAGE_ID else str(code)[-3:]
    with database.writing() as session:
        open_village(session, OpenVillage(str(code), name))
        founder = Actor(code, 0, "开户", Role.ADMIN, "test")
        for role, who in STAFF.items():
            add_user(session, founder, who + suffix, role, PASSWORD, first=False)
        adopt_default(session, founder)
        open_shop(session, founder)
        # Most tests need points at once; those of notices set the days themselves.
        change_setting(session, founder, NOTICE_DAYS, "0")
        for group, number, head in villagers:
            add_household(session, founder, NewHousehold(group=group, number=number, head=head))


class Browser:
    """A person at the pages: signs in, opens, fills in; CSRF tokens are found as a browser does."""

    def __init__(self, app: Flask) -> None:
        """Nobody is signed in yet."""
        self.client: FlaskClient = app.test_client()
        self.page = ""

    def sign_in(self, name: str, password: str = PASSWORD) -> "Browser":
        """Sign in; the answer must lead on. The page that asks is not opened: its token is made."""
        self.page = self._with_token()
        answer = self.send("/sign-in", name=name, password=password)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return self

    def _with_token(self) -> str:
        """What a page with a form leaves: a token in the session, and the field that holds it."""
        with self.client.application.test_request_context():
            token = generate_csrf()
            kept = kept_session["csrf_token"]
        with self.client.session_transaction() as ours:
            ours["csrf_token"] = kept
        return f'<input name="csrf_token" value="{token}">'

    def open(self, path: str, expect: int = 200, **query: Any) -> str:
        """Open a page and give back its text."""
        answer = self.client.get(path, query_string=query)
        self.page = answer.get_data(as_text=True)
        assert answer.status_code == expect, f"{path}: {answer.status_code}\n{self.page[:3000]}"
        return self.page

    def send(self, path: str, **form: Any) -> Any:
        """Post a form with the token of the page last opened; lists repeat a field."""
        answer = self.client.post(path, data={"csrf_token": self.token(), **form})
        if answer.mimetype == "text/html" and answer.status_code != 303:
            self.page = answer.get_data(as_text=True)
        return answer

    def upload(self, path: str, name: str, filename: str, content: bytes, **form: Any) -> Any:
        """Post a file."""
        return self.send(path, **{name: (io.BytesIO(content), filename), **form})

    def agree(self) -> None:
        """Confirm what somebody else proposed last."""
        number = max(map(int, re.findall(r"/proposals/(\d+)", self.open("/proposals"))))
        self.open(f"/proposals/{number}")
        answer = self.send(f"/proposals/{number}/confirm", request_id=self.value("request_id"))
        assert answer.status_code == 303, answer.get_data(as_text=True)

    def token(self) -> str:
        """The CSRF token that the page holds."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.page)
        return found.group(1) if found else ""

    def words(self, path: str, expect: int = 200) -> str:
        """A page without its CSRF tokens, which differ from one second to the next."""
        return re.sub(r'(name="csrf_token"[^>]*value)="[^"]*"', r"\1", self.open(path, expect))

    def value(self, name: str) -> str:
        """The value of a (hidden) field of the page."""
        found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', self.page)
        assert found, f"no field {name} on the page"
        return found.group(1)
