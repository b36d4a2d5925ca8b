"""The notice wall of a test's village: approve deeds, hang them, let days go by."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.audit import Actor
from moralbank.awards import service as awards
from moralbank.awards.models import AwardState
from moralbank.check import check_village
from moralbank.notices import service
from moralbank.notices.hanging import HungLine, hung_households
from moralbank.notices.queries import NoticeInfo, notice
from moralbank.objections import service as objections
from moralbank.objections.models import ObjectionState, ObjectionWay
from moralbank.objections.queries import ObjectionInfo, objection
from moralbank.objections.service import RaiseObjection
from moralbank.villages.service import change_setting
from tests.awards.deeds import Deeds, fresh_id
from tests.village import Town

MEETING, WORK = "参加村民会议", "出义务工"
LITTER = "乱倒垃圾"


@contextmanager
def after(days: int) -> Iterator[date]:
    """Let so many days have gone by."""
    with clock.at(clock.now() + timedelta(days=days)):
        yield clock.today()


class Wall(Deeds):
    """Notices and objections of one village that hangs what it approves for three days."""

    def __init__(self, town: Town) -> None:
        """Set the days."""
        super().__init__(town)
        self.publisher, self.supervisor = town.actor(Role.ADMIN), town.actor(Role.SUPERVISOR)
        self._kept = itertools.count(1)
        self.change("notice_days", "3")
        self.change("public_address", "https://bank.example.cn")
        self.change("contact", "村务监督委员会 0476-1234567")

    def change(self, key: str, value: str) -> None:
        """Change one of the village's settings."""
        with self.town.database.writing() as session:
            change_setting(session, self.publisher, key, value)

    def approved(self, label: str, item: str = MEETING, **said: Any) -> int:
        """A deed that was recorded and approved; each is another one."""
        said.setdefault("note", f"第 {next(self._kept)} 次")
        made = self.record(label, item, **said)
        self.approve(made)
        return made

    def deducted(self, label: str, **said: Any) -> int:
        """A deduction that was approved, after its reminder came to nothing."""
        wanted = self.wanted(label, LITTER, note="拍了照，村口第二根电线杆", **said)
        with self.town.database.writing() as session:
            made = awards.record_deduction(session, self.recorder, wanted)
        self.approve(made)
        return made

    def hang(self, *ids: int, request_id: str | None = None, **said: Any) -> int:
        """Open a notice."""
        with self.town.database.writing() as session:
            return service.open_notice(
                session, self.publisher, request_id or fresh_id(), ids, **said
            )

    def close_due(self) -> list[int]:
        """Close what is due by the clock."""
        with self.town.database.writing() as session:
            return service.close_due(session)

    def notice(self, number: int) -> NoticeInfo:
        """A notice as it stands."""
        with self.town.database.reading() as session:
            return notice(session, self.town.village_id, number)

    def lines(self, number: int) -> list[HungLine]:
        """What hangs on a notice."""
        with self.town.database.reading() as session:
            households = hung_households(session, self.town.village_id, number)
        return [line for one in households for line in one.lines]

    def state(self, award_id: int) -> AwardState:
        """Where a deed stands."""
        return self.row(award_id).state

    def states(self, ids: Sequence[int]) -> list[AwardState]:
        """Where several deeds stand."""
        return [self.state(number) for number in ids]

    def object_to(self, award_id: int, words: str = "那天他没来", **said: Any) -> int:
        """Somebody calls and objects."""
        request_id = said.pop("request_id", None) or fresh_id()
        who: Actor = said.pop("who", self.recorder)
        wanted = RaiseObjection(award_id, words, ObjectionWay.PHONE, **said)
        with self.town.database.writing() as session:
            return objections.raise_objection(session, who, request_id, wanted)

    def answer(
        self,
        number: int,
        outcome: ObjectionState,
        words: str = "查了签到表",
        new_points: int | None = None,
        *,
        who: Actor | None = None,
        request_id: str | None = None,
    ) -> None:
        """The supervisor decides."""
        with self.town.database.writing() as session:
            objections.decide(
                session,
                who or self.supervisor,
                request_id or fresh_id(),
                number,
                outcome,
                words,
                new_points,
            )

    def objection(self, number: int) -> ObjectionInfo:
        """An objection as it stands."""
        with self.town.database.reading() as session:
            return objection(session, self.town.village_id, number)

    def codes(self) -> list[str]:
        """What `moralbank check` finds; `spend` goes without a slip."""
        with self.town.database.reading() as session:
            found = [problem.code for problem in check_village(session, self.town.village_id)]
        return [code for code in found if code != "slip_missing"]
