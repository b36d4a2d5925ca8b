"""The proof that what takes two people was done by two, and that nobody came in past the trail.

Who could have confirmed at a moment is read from the trail alone: it tells of everybody who was
added, given another part, disabled and let in again. A village's acts from before this rule bear
no mark; from its first marked one on, each must.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session

from moralbank.access.permissions import may
from moralbank.access.queries import users_of
from moralbank.audit import Line, trail
from moralbank.i18n import _, mark
from moralbank.ledger.check import Problem
from moralbank.proposals.act import DECIDING
from moralbank.proposals.acts import (
    ACTS,
    AddUser,
    AdoptScheme,
    ChangeRole,
    LetIn,
    SetRate,
    ShutOut,
)
from moralbank.proposals.models import Proposal, ProposalState
from moralbank.proposals.service import CONFIRMED
from moralbank.scheme.models import SchemeVersion
from moralbank.store.queries import rate_history
from moralbank.villages.queries import USER_RENAMED

_proposals = Proposal.__table__  # type: ignore[attr-defined]
_versions = SchemeVersion.__table__  # type: ignore[attr-defined]

_LABELS: Final = {one.trail: one.label for one in ACTS.values()}
_MARKS: Final = frozenset({"alone", "seconded_by"})


@dataclass
class _People:
    """Everybody's part as the trail tells it, up to a line."""

    roles: dict[str, str] = field(default_factory=dict)
    out: set[str] = field(default_factory=set)

    def deciders(self) -> set[str]:
        """The names of those who could confirm."""
        return {name for name, role in self.roles.items() if may(role, DECIDING)} - self.out

    def take(self, line: Line) -> None:
        """Go on by one line."""
        if line.act == AddUser.trail:
            self.roles[line.subject] = line.detail["role"]
        elif line.act == ChangeRole.trail:
            self.roles[line.subject] = line.detail["after"]
        elif line.act == ShutOut.trail:
            self.out.add(line.subject)
        elif line.act == LetIn.trail:
            self.out.discard(line.subject)
        elif line.act == USER_RENAMED:
            self._rename(line.detail["before"], line.subject)

    def _rename(self, before: str, after: str) -> None:
        self.roles[after] = self.roles.pop(before, "")
        if before in self.out:
            self.out ^= {before, after}


def check_proposals(session: Session, village_id: int) -> list[Problem]:
    """Everything that one person did where it takes two; an empty list proves there is nothing."""
    lines = trail(session, village_id, [*_LABELS, USER_RENAMED])
    first = next((n for n, line in enumerate(lines) if _MARKS & line.detail.keys()), len(lines))
    names = {one.id: one.name for one in users_of(session, village_id)}
    confirmed = _confirmed(session, village_id)
    told = {(line.subject, line.user_id) for line in trail(session, village_id, [CONFIRMED])}
    problems = [
        *_check_deciders(confirmed, told),
        *_check_lines(lines, first, names, confirmed),
        *_check_parts(session, village_id, lines),
    ]
    if first < len(lines):
        problems += _check_untold(session, village_id, lines, lines[first])
    return problems


def _confirmed(session: Session, village_id: int) -> list[Any]:
    """The confirmed proposals in the order of their numbers."""
    wanted = select(_proposals).where(
        _proposals.c.village_id == village_id, _proposals.c.state == ProposalState.CONFIRMED
    )
    return list(session.connection().execute(wanted.order_by(_proposals.c.id)))


def _check_deciders(confirmed: list[Any], told: set[tuple[str, int]]) -> Iterator[Problem]:
    """Each was confirmed by another than its proposer, and the trail knows by whom."""
    for row in confirmed:
        if row.decided_by == row.proposed_by:
            yield Problem("proposal_self", _("第 %(n)s 号提请是本人自己同意的", n=row.id))
        if (str(row.id), row.decided_by) not in told:
            words = _("第 %(n)s 号提请的复核人与操作记录不符", n=row.id)
            yield Problem("proposal_trail", words)


def _check_lines(
    lines: list[Line], first: int, names: dict[int, str], confirmed: list[Any]
) -> Iterator[Problem]:
    """Each act was done by both, or while there was nobody else; each proposal did one."""
    people, open_ones = _People(), list(confirmed)
    names = _first_names(names, lines)
    for number, line in enumerate(lines):
        others = people.deciders() - {names.get(line.user_id, "")}
        people.take(line)
        if line.act == USER_RENAMED:
            names = _renamed(names, line.detail["before"], line.subject)
        elif "seconded_by" in line.detail:
            done = _proposal_of(line, open_ones)
            if done is None or names.get(line.detail["seconded_by"], "") not in others:
                yield _lone(line, mark("%(act)s（%(subject)s，%(at)s）的复核对不上"))
            if done is not None:
                open_ones.remove(done)
        elif number >= first and _needs_two(line, others):
            yield _lone(line, mark("%(act)s（%(subject)s，%(at)s）要两个人办，却只有一个人"))
    for row in open_ones:
        words = _("第 %(n)s 号提请写着已办成，操作记录里却没有", n=row.id)
        yield Problem("proposal_undone", words)


def _first_names(names: dict[int, str], lines: list[Line]) -> dict[int, str]:
    """What everybody was called before anybody got another name (a village that moved in)."""
    for line in reversed(lines):
        if line.act == USER_RENAMED:
            names = _renamed(names, line.subject, line.detail["before"])
    return names


def _renamed(names: dict[int, str], before: str, after: str) -> dict[int, str]:
    return {number: after if name == before else name for number, name in names.items()}


def _needs_two(line: Line, others: set[str]) -> bool:
    """Whether a line that names no second person should have named one."""
    if line.act == ShutOut.trail:
        return others == {line.subject}
    return bool(others) or not line.detail.get("alone")


def _proposal_of(line: Line, open_ones: list[Any]) -> Any:
    """The confirmed proposal that this line is what became of; None where there is none."""
    for row in open_ones:
        kind = ACTS[row.act]
        hands = (kind.trail, row.proposed_by, row.decided_by)
        if hands != (line.act, line.user_id, line.detail["seconded_by"]):
            continue
        told = kind.remembered(json.loads(row.content)["wanted"]).told(row.result)
        if told.pop("subject") == line.subject and told.items() <= line.detail.items():
            return row
    return None


def _check_parts(session: Session, village_id: int, lines: list[Line]) -> Iterator[Problem]:
    """Everybody has the part that the trail gave them, and no other."""
    people = _People()
    for line in lines:
        people.take(line)
    for one in users_of(session, village_id):
        told = (people.roles.get(one.name), one.name in people.out)
        if told != (one.role.value, one.disabled):
            words = _("用户“%(name)s”的岗位或停用与操作记录不符", name=one.name)
            yield Problem("role_untold", words)


def _check_untold(
    session: Session, village_id: int, lines: list[Line], first: Line
) -> Iterator[Problem]:
    """Since the rule holds, no rate and no version without its line."""
    told = {(line.act, line.subject, line.detail.get("fen_per_point")) for line in lines}
    for rate in rate_history(session, village_id):
        said = (SetRate.trail, rate.valid_from.isoformat(), rate.fen_per_point)
        if rate.at > first.at and said not in told:
            words = _("第 %(seq)s 号账定的兑换比例，操作记录里没有", seq=rate.seq)
            yield Problem("rate_untold", words)
    adopted = select(_versions.c.version).where(
        _versions.c.village_id == village_id, _versions.c.created_at > first.at
    )
    for version in session.connection().scalars(adopted.order_by(_versions.c.version)):
        if (AdoptScheme.trail, str(version), None) not in told:
            words = _("第 %(version)s 版积分细则，操作记录里没有", version=version)
            yield Problem("scheme_untold", words)


def _lone(line: Line, words: str) -> Problem:
    """A line that should name a second person, in words."""
    said = {"act": _(_LABELS[line.act]), "subject": line.subject, "at": line.at}
    return Problem("one_person", _(words, **said))
