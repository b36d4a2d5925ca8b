"""The review group of a test's village: 赵德顺, 周长海 and 韩梅, and their sittings."""

from moralbank.access.models import TieKind
from moralbank.access.permissions import Role
from moralbank.access.queries import actor_of
from moralbank.access.service import add_user, declare_tie
from moralbank.audit import Actor
from moralbank.clock import today
from moralbank.sittings.decided import Decision, decided_in, stayed_out
from moralbank.sittings.models import Duty
from moralbank.sittings.queries import sitting
from moralbank.sittings.service import Attending, close_sitting, open_sitting_now
from moralbank.villages.service import change_setting
from tests.awards.deeds import Deeds, fresh_id
from tests.village import PASSWORD, Town


class Group(Deeds):
    """Deeds, and the people who decide on them together."""

    def __init__(self, town: Town) -> None:
        """Add two reviewers to 赵德顺."""
        super().__init__(town)
        self.admin, self.supervisor = town.actor(Role.ADMIN), town.actor(Role.SUPERVISOR)
        self.zhou, self.han = self._reviewer("周长海"), self._reviewer("韩梅")

    def set(self, key: str, value: str) -> None:
        """Change one of the village's settings."""
        with self.town.database.writing() as session:
            change_setting(session, self.admin, key, value)

    def kin(self, who: Actor, label: str, words: str) -> int:
        """Let somebody declare kin."""
        whose = self.town.household(label).id
        with self.town.database.writing() as session:
            return declare_tie(session, who, who.user_id, whose, TieKind.KIN, words)

    def meet(self, *people: Actor, guest: str = "") -> int:
        """Open a sitting with these people; the first is in the chair."""
        present = [
            Attending(Duty.REVIEWER if place else Duty.CHAIR, user_id=one.user_id)
            for place, one in enumerate(people)
        ]
        if guest:
            present.append(Attending(Duty.GUEST, guest))
        with self.town.database.writing() as session:
            return open_sitting_now(session, people[0], fresh_id(), today(), "村委会二楼", present)

    def close(self, number: int, note: str = "") -> None:
        """End a sitting."""
        with self.town.database.writing() as session:
            close_sitting(session, self.reviewer, number, note)

    def decided(self, number: int) -> list[Decision]:
        """What a sitting decided."""
        with self.town.database.reading() as session:
            held = sitting(session, self.town.village_id, number)
            return decided_in(session, self.town.village_id, held)

    def stayed_out(self, number: int) -> list[str]:
        """Who stayed out of what, in words."""
        with self.town.database.reading() as session:
            held = sitting(session, self.town.village_id, number)
            decisions = decided_in(session, self.town.village_id, held)
            found = stayed_out(session, self.town.village_id, held, decisions)
        return [one.words for one in found]

    def _reviewer(self, name: str) -> Actor:
        with self.town.database.writing() as session:
            user = add_user(session, self.admin, name, Role.REVIEWER, PASSWORD, first=False)
        return actor_of(user, "test")
