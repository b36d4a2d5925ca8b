"""A household with a phone and its card, and the committee that answers it."""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Flask

from moralbank import clock, db
from moralbank.access.permissions import Role
from moralbank.awards import deciding
from moralbank.awards.queries import AwardRow, Filter, listed_awards
from moralbank.cards.queries import CardInfo, active_card, card_by_token
from moralbank.cards.service import issue
from moralbank.households.service import NewMember, add_member
from moralbank.scheme.queries import scheme_on
from moralbank.villages.service import change_setting
from tests.village import Browser, Town


class Family:
    """杜仁森's household, or another, at its card's page."""

    def __init__(self, app: Flask, town: Town, label: str = "一组-012") -> None:
        """Have a card and a phone."""
        self.app, self.town, self.phone = app, town, Browser(app)
        self.home = town.household(label)
        with town.database.writing() as session:
            issue(session, town.actor(Role.RECORDER), [self.home.id])
        self.token = self._token()
        self.address = f"/c/{self.token}"

    @property
    def card(self) -> CardInfo:
        """The card as it stands."""
        with self.town.database.reading() as session:
            return card_by_token(session, self.token)

    def item(self, name: str) -> str:
        """An item's number, as its tile has it."""
        with self.town.database.reading() as session:
            return str(scheme_on(session, self.town.village_id, clock.today()).item(name).number)

    def member(self, name: str, relation: str = "") -> int:
        """Somebody of the family."""
        with self.town.database.writing() as session:
            actor = self.town.actor(Role.ADMIN)
            return add_member(session, actor, self.home.id, NewMember(name, relation)).id

    def claim(
        self,
        item: str = "",
        photos: Sequence[bytes] = (),
        *,
        tile: str = "",
        reopen: bool = True,
        **said: Any,
    ) -> Any:
        """Fill in the form for an item (or as a tile has it) and send it; the answer.

        `reopen` false sends the form that is on the phone's page already.
        """
        if reopen:
            self.phone.open(f"{self.address}/claim", again=said.get("again", ""))
        said = {
            "request_id": self.phone.value("request_id"),
            "item": tile or (self.item(item) if item else ""),
            "quantity": "1",
            "deed_on": str(clock.today()),
            "note": "扫了村部门前的雪",
            "member": "0",
            **said,
        }
        files = [(io.BytesIO(content), f"{place}.jpg") for place, content in enumerate(photos)]
        answer = self.phone.send(f"{self.address}/claim", photos=files, **said)
        db.use(self.town.database)
        return answer

    def deeds(self) -> list[AwardRow]:
        """What stands of this household, the newest first."""
        with self.town.database.reading() as session:
            return listed_awards(
                session, self.town.village_id, Filter(household_id=self.home.id, first=date.min)
            )

    def set(self, key: str, value: str) -> None:
        """Let the village set something."""
        with self.town.database.writing() as session:
            change_setting(session, self.town.actor(Role.ADMIN), key, value)

    def asked(self, award_id: int, what: str) -> None:
        """Let the committee ask about a claim."""
        with self.town.database.writing() as session:
            deciding.send_back(session, self.town.actor(Role.RECORDER), award_id, what)

    def denied(self, award_id: int, why: str) -> None:
        """Let the committee find a claim wrong."""
        with self.town.database.writing() as session:
            deciding.deny(session, self.town.actor(Role.RECORDER), award_id, why)

    def _token(self) -> str:
        with self.town.database.reading() as session:
            return active_card(session, self.town.village_id, self.home).token
