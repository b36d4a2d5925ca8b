"""A round in a test's village: opened, walked, handed in."""

import itertools
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlmodel import col, select

from moralbank import clock
from moralbank.access.models import Tie, TieKind
from moralbank.access.permissions import Role
from moralbank.audit import AuditEntry
from moralbank.rounds.choices import Choice
from moralbank.rounds.models import RoundScore
from moralbank.rounds.opening import OpenRound, open_round
from moralbank.rounds.operations import read_operations
from moralbank.rounds.queries import board_of, round_info
from moralbank.rounds.scoring import Answer, take_scores
from moralbank.rounds.standing import Board
from moralbank.villages.queries import groups_of
from tests.village import Town

LOST_AND_FOUND: Final = 22
"""拾金不昧, 1–5 points."""
TIDY_YARD: Final = 1
"""庭院清洁达标, 3 points."""
THREE: Final = (Choice("优", 5), Choice("良", 3), Choice("合格", 0))
DU, WANG, BAI, BUHE, WEN = "一组-012", "六组-042", "一组-001", "一组-006", "六组-031"


@dataclass
class Walk:
    """One round and the people who walk in it."""

    town: Town
    round_id: int = 0
    ids: Any = field(default_factory=lambda: itertools.count(1))

    def begin(
        self,
        items: tuple[tuple[int, tuple[Choice, ...]], ...] = ((LOST_AND_FOUND, THREE),),
        held_on: date | None = None,
        groups: Iterable[str] = (),
    ) -> "Walk":
        """Open a round through all groups, or through some, for recorder and grid worker."""
        with self.town.database.writing() as session:
            known = groups_of(session, self.town.village_id)
            chosen = [one.id for one in known if one.name in groups or not groups]
            wanted = OpenRound(
                title="11 月庭院评比",
                held_on=held_on or clock.today(),
                items=items,
                groups=tuple(chosen),
                scorers=(self.user(Role.RECORDER), self.user(Role.GRID)),
            )
            actor = self.town.actor(Role.ADMIN)
            self.round_id = open_round(session, actor, f"open-round-{next(self.ids)}", wanted)
        return self

    def user(self, role: Role) -> int:
        """The number of the person who has this part."""
        return self.town.actor(role).user_id

    def op(
        self, label: str, points: Any, *, op: str = "", revision: int = 1, **more: Any
    ) -> dict[str, Any]:
        """An operation as a phone sends it."""
        return {
            "op": op or f"{next(self.ids):032x}",
            "revision": revision,
            "household": self.town.household(label).id,
            "item": LOST_AND_FOUND,
            "points": points,
            "remark": "",
            "at": datetime(2026, 11, 20, 9, tzinfo=UTC).isoformat(),
            **more,
        }

    def send(self, role: Role, *operations: Any) -> list[Answer]:
        """Hand operations in, as the phone of somebody of this role does."""
        sent = read_operations(json.dumps({"operations": operations}).encode())
        with self.town.database.writing() as session:
            return take_scores(session, self.town.actor(role), self.round_id, sent)

    def rows(self) -> list[RoundScore]:
        """Every score of the round as it stands in its table."""
        with self.town.database.reading() as session:
            wanted = select(RoundScore).order_by(col(RoundScore.op), col(RoundScore.revision))
            return list(session.exec(wanted))

    def board(self) -> Board:
        """Where the round stands."""
        with self.town.database.reading() as session:
            info = round_info(session, self.town.village_id, self.round_id)
            return board_of(session, self.town.village_id, info)

    def points(self, label: str) -> int | None:
        """What counts for a household; None while it is in dispute."""
        cell = self.board().cells[self.town.household(label).id, LOST_AND_FOUND]
        return cell.points

    def declare_kin(self, role: Role, label: str, words: str = "女儿家") -> None:
        """Bar somebody from a household."""
        with self.town.database.writing() as session:
            session.add(
                Tie(
                    village_id=self.town.village_id,
                    id=next(self.ids),
                    user_id=self.user(role),
                    household_id=self.town.household(label).id,
                    kind=TieKind.KIN,
                    words=words,
                    since=clock.now(),
                    ended_at=None,
                )
            )

    def trail(self, act: str) -> list[AuditEntry]:
        """What stands in the trail under an act."""
        with self.town.database.reading() as session:
            return list(session.exec(select(AuditEntry).where(AuditEntry.act == act)))
