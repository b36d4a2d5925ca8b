"""What every act that takes two people has in common, and who could confirm one.

An act is what somebody wants, as plain values that can wait as JSON. It is done by the very
services that did it before there were proposals, so that every rule of theirs holds twice: when
it is proposed, and at the moment when it is confirmed.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Final, Self

from sqlmodel import Session

from moralbank.access.permissions import may
from moralbank.access.queries import UserRow, users_of
from moralbank.audit import Actor
from moralbank.i18n import _, clauses

DECIDING: Final = "proposals.decide"
"""The permission that makes somebody a second person."""


def deciders(session: Session, village_id: int) -> list[UserRow]:
    """Everybody who could confirm an act now: enabled, and in a part that may."""
    return [
        one for one in users_of(session, village_id) if not one.disabled and may(one.role, DECIDING)
    ]


def others_who_decide(session: Session, actor: Actor) -> list[UserRow]:
    """Everybody who could confirm what the actor proposes; nobody in a village being founded."""
    return [one for one in deciders(session, actor.village_id) if one.id != actor.user_id]


@dataclass(frozen=True)
class Change:
    """One thing that an act changes: what it is now, and what it will be ("" is nothing)."""

    label: str
    before: str
    after: str

    @property
    def words(self) -> str:
        """The change in one line: "岗位 记分员 → 会计"."""
        said = {"label": self.label, "before": self.before, "after": self.after}
        if not self.before or self.before == self.after:
            return _("%(label)s %(after)s", **said)
        return _("%(label)s %(before)s → %(after)s", **said)


def told(changes: Iterable[Change]) -> str:
    """The changes in one line; what stays as it is is left out."""
    return clauses(one.words for one in changes if one.before != one.after)


def titled(label: str, subject: str) -> str:
    """What is done, and to whom: "改岗位（李建军）"; `label` is a msgid."""
    said = {"label": _(label), "subject": subject}
    return _("%(label)s（%(subject)s）", **said) if subject else said["label"]


class Act(ABC):
    """An act that takes two people, with what it needs.

    `key` names its kind in the table of proposals, `trail` in the trail once it is done;
    `permission` is what proposing takes. `secrets` are values that nobody is ever shown, and that
    are forgotten once it is decided, or has lapsed and another one is proposed.
    """

    key: ClassVar[str]
    label: ClassVar[str]
    permission: ClassVar[str]
    trail: ClassVar[str]
    secrets: ClassVar[frozenset[str]] = frozenset()

    @property
    def title(self) -> str:
        """What it is, in words, and what about."""
        return titled(self.label, self.subject)

    @property
    @abstractmethod
    def subject(self) -> str:
        """What it is about: of each kind only one at a time waits for the same subject."""

    @abstractmethod
    def changes(self, session: Session, village_id: int) -> list[Change]:
        """What is now beside what will be; of what is stored alone, never of today's date."""

    @abstractmethod
    def perform(self, session: Session, actor: Actor) -> int:
        """Do it; the number that it gave. Raises what its service raises."""

    @abstractmethod
    def told(self, result: int) -> dict[str, Any]:
        """What the trail must say of it once done: "subject", and its line's detail."""

    def takes_two(self, session: Session, actor: Actor) -> bool:
        """Whether this one takes two people as things stand now."""
        del session, actor
        return True

    def kept(self) -> dict[str, Any]:
        """Its values as JSON holds them."""
        return asdict(self)  # type: ignore[call-overload, no-any-return]

    def shown(self) -> dict[str, Any]:
        """Its values, save those that nobody is shown."""
        return {name: value for name, value in self.kept().items() if name not in self.secrets}

    @classmethod
    def read(cls, kept: dict[str, Any]) -> Self:
        """The act again from what `kept` gave."""
        return cls(**kept)

    @classmethod
    def remembered(cls, kept: dict[str, Any]) -> Self:
        """The act from what is left of it once its secrets were forgotten."""
        return cls.read({**dict.fromkeys(cls.secrets, ""), **kept})
