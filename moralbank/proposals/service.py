"""Two people for an act (双人复核): proposed by one, confirmed by another.

Whoever holds the permission that an act needs proposes it; another enabled person with
`proposals.decide` confirms it or turns it down. As long as there is nobody else who could confirm
(a village being founded), it is done at once, and the trail says that it was done alone.

Disabling somebody is one person's act, since it closes doors; but the last one who could confirm
beside oneself is disabled, like given another part or another password, by their own consent
alone: else whoever did it would act alone from then on. Where that one can't sign in any more,
whoever keeps the computer confirms in their name at the command line, and the trail says so.

At the confirmation every rule holds anew: what the act changes must still be what the two people
read, the proposer still be there with the right to it, and the act itself still be allowed. Where
one of them fails, the proposal stays open: it can be turned down, withdrawn, or confirmed once the
hindrance is gone. After seven days nobody can confirm it any more.
"""

import json
from dataclasses import asdict, dataclass, replace
from typing import Final

from sqlmodel import Session, col, select

from moralbank import audit, clock
from moralbank.access.permissions import Role, may, require
from moralbank.access.queries import user_row, users_of
from moralbank.audit import Actor
from moralbank.errors import Denied, Invalid, Refused
from moralbank.i18n import _, in_the_villages_language, listed, mark
from moralbank.ledger.requests import once
from moralbank.ledger.service import take_number
from moralbank.proposals.act import DECIDING, Act, others_who_decide, told
from moralbank.proposals.acts import ACTS
from moralbank.proposals.models import Proposal, ProposalState
from moralbank.proposals.queries import (
    LASTS,
    STATE_LABELS,
    ProposalUnknown,
    changes_kept,
    is_lapsed,
    waiting,
)

LONGEST_ANSWER: Final = 200
LONGEST_WORDS: Final = 400

PROPOSED: Final = "proposals.propose"
CONFIRMED: Final = "proposals.confirm"
TURNED_DOWN: Final = "proposals.turn_down"
WITHDRAWN: Final = "proposals.withdraw"


class OwnProposal(Denied):
    """Nobody confirms or turns down what they proposed themselves."""

    text = mark("这是您自己提请的，要由另一人复核；不办了可以撤回")
    code = "own_proposal"


class NotYourProposal(Denied):
    """Only who proposed it withdraws it."""

    text = mark("这是%(name)s提请的，只有本人能撤回；不同意可以退回")
    code = "not_your_proposal"


class PartChanged(Denied):
    """Whoever asks was shut out, or given another part, while the request was on its way."""

    text = mark("您的岗位刚刚改了，或者账号已停用。这件事没有办")
    code = "part_changed"


class DecidedBefore(Refused):
    """It was confirmed, turned down or withdrawn before, or lapsed."""

    text = mark("第 %(n)s 号提请已经办过了：%(state)s")
    code = "proposal_decided"


class WaitsAlready(Refused):
    """The same kind of act waits for the same subject."""

    text = mark("同样的事已有一件在等复核（第 %(n)s 号）。要改，先撤回那一件")
    code = "proposal_waits"


class ProposerGone(Refused):
    """Who proposed it is disabled, or may no longer do such a thing."""

    text = mark("提请人%(name)s已停用或改了岗位，这件事不能再办，请退回")
    code = "proposer_gone"


class Overtaken(Refused):
    """What the act would change is no longer what it was when it was proposed."""

    text = mark("提请以后情况变了，现在是：%(now)s。请退回，重新提请")
    code = "proposal_overtaken"


class NothingChanges(Invalid):
    """What was proposed is so already."""

    text = mark("现在就是这样，没有要改的")
    code = "nothing_changes"


class ReasonMissing(Invalid):
    """Who turns something down says why, in 2 to 200 characters."""

    text = mark("请写明为什么退回（2 到 200 个字）")
    code = "reason_missing"


@dataclass(frozen=True)
class Proposed:
    """What became of an act: `done` with the number that it gave, or waiting as a proposal.

    `others` are the names of those who could confirm it; the other number is 0.
    """

    proposal_id: int
    result: int
    others: tuple[str, ...]

    @property
    def done(self) -> bool:
        """Whether it was done at once."""
        return not self.proposal_id

    @property
    def words(self) -> str:
        """That it waits, and for whom: "已提请复核（第 3 号），等孙守正同意"."""
        others = listed(self.others)
        return _("已提请复核（第 %(n)s 号），等%(others)s同意", n=self.proposal_id, others=others)


def propose(session: Session, actor: Actor, request_id: str, act: Act) -> Proposed:
    """Propose an act; do it at once where it takes one person, or nobody else could confirm.

    Every refusal of the act itself is raised now already. Raises NotYourPart, PartChanged,
    WaitsAlready, NothingChanges, RequestReused, RefusedBefore besides.
    """
    require(actor, act.permission)

    def perform() -> int:
        # Kept under the request's id: a proposal's number, or minus what was done at once gave.
        _require_still(session, actor, act.permission)
        if not act.takes_two(session, actor):
            return -act.perform(session, actor)
        if not others_who_decide(session, actor):
            return -act.perform(session, replace(actor, alone=True))
        return _write(session, actor, act)

    content = [act.key, act.shown()]
    number = once(session, actor.village_id, request_id, PROPOSED, content, perform).result
    others = tuple(one.name for one in others_who_decide(session, actor))
    return Proposed(max(number, 0), max(-number, 0), others)


def confirm(session: Session, actor: Actor, request_id: str, proposal_id: int) -> int:
    """Do what another proposed, by both; the number that the act gave.

    Raises NotYourPart, PartChanged, ProposalUnknown, OwnProposal, DecidedBefore, ProposerGone,
    Overtaken, and what the act raises; the proposal then stays open.
    """
    require(actor, DECIDING)

    def perform() -> int:
        row = _waiting(session, actor, proposal_id)
        act = _wanted(row)
        proposer = _proposer(session, actor, row, act)
        _require_unchanged(session, row, act)
        result = act.perform(session, proposer)
        _close(session, row, ProposalState.CONFIRMED, by=actor.user_id, result=result)
        audit.record(session, actor, CONFIRMED, str(row.id), words=row.words)
        return result

    return once(session, actor.village_id, request_id, CONFIRMED, proposal_id, perform).result


def turn_down(
    session: Session, actor: Actor, request_id: str, proposal_id: int, reason: str
) -> None:
    """Say no to what another proposed, and why.

    Raises NotYourPart, PartChanged, ProposalUnknown, OwnProposal, DecidedBefore, ReasonMissing.
    """
    require(actor, DECIDING)
    reason = reason.strip()
    if not 2 <= len(reason) <= LONGEST_ANSWER:  # noqa: PLR2004 - said in the message
        raise ReasonMissing(field="reason")

    def perform() -> int:
        row = _waiting(session, actor, proposal_id)
        _close(session, row, ProposalState.TURNED_DOWN, by=actor.user_id, answer=reason)
        audit.record(session, actor, TURNED_DOWN, str(row.id), words=row.words, reason=reason)
        return row.id

    once(session, actor.village_id, request_id, TURNED_DOWN, [proposal_id, reason], perform)


def withdraw(session: Session, actor: Actor, request_id: str, proposal_id: int) -> None:
    """Take back what one proposed oneself.

    Raises ProposalUnknown, NotYourProposal, DecidedBefore.
    """

    def perform() -> int:
        row = _open(session, actor.village_id, proposal_id)
        if row.proposed_by != actor.user_id:
            raise NotYourProposal(name=user_row(session, actor.village_id, row.proposed_by).name)
        _close(session, row, ProposalState.WITHDRAWN)
        audit.record(session, actor, WITHDRAWN, str(row.id), words=row.words)
        return row.id

    once(session, actor.village_id, request_id, WITHDRAWN, proposal_id, perform)


def _write(session: Session, actor: Actor, act: Act) -> int:
    """Write the proposal down, after the act was tried and undone; its number."""
    _forget_lapsed(session, actor.village_id)
    for one in waiting(session, actor.village_id):
        if (one.act, one.subject) == (act.key, act.subject):
            raise WaitsAlready(n=one.id)
    _rehearse(session, actor, act)
    with in_the_villages_language():
        changes = act.changes(session, actor.village_id)
        if all(one.before == one.after for one in changes):
            raise NothingChanges
        words = _("%(what)s：%(changes)s", what=act.title, changes=told(changes))
    number = take_number(session, actor.village_id, "proposal")
    content = {
        "wanted": act.kept(),
        "subject": act.subject,
        "changes": [asdict(change) for change in changes],
    }
    row = Proposal(
        village_id=actor.village_id,
        id=number,
        act=act.key,
        words=words[:LONGEST_WORDS],
        content=json.dumps(content, ensure_ascii=False),
        state=ProposalState.OPEN,
        proposed_by=actor.user_id,
        proposed_at=clock.now(),
        decided_by=None,
        decided_at=None,
        answer="",
        result=None,
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, PROPOSED, str(number), words=row.words)
    return number


def _rehearse(session: Session, actor: Actor, act: Act) -> None:
    """Do it and undo it: what its rules refuse need not wait for a second person."""
    savepoint = session.begin_nested()
    try:
        act.perform(session, actor)
    finally:
        savepoint.rollback()


def _open(session: Session, village_id: int, proposal_id: int) -> Proposal:
    row = session.get(Proposal, (village_id, proposal_id), populate_existing=True)
    if row is None:
        raise ProposalUnknown(n=proposal_id)
    state = ProposalState.LAPSED if is_lapsed(row.state, row.proposed_at) else row.state
    if state != ProposalState.OPEN:
        raise DecidedBefore(n=proposal_id, state=_(STATE_LABELS[state], n=LASTS.days))
    return row


def _waiting(session: Session, actor: Actor, proposal_id: int) -> Proposal:
    """A proposal that waits for this second person."""
    _require_still(session, actor, DECIDING)
    row = _open(session, actor.village_id, proposal_id)
    if row.proposed_by == actor.user_id:
        raise OwnProposal
    return row


def _require_still(session: Session, actor: Actor, permission: str) -> None:
    """Raise PartChanged unless the actor, read before the lock was ours, is who they were."""
    user = user_row(session, actor.village_id, actor.user_id)
    if user.disabled or not may(user.role, permission):
        raise PartChanged


def _wanted(row: Proposal) -> Act:
    """The act; raises DecidedBefore where it lapsed and its secrets are gone, whatever clocks say.

    A clock that was wrong for a while, and set right, would else find it waiting without them.
    """
    kind, kept = ACTS[row.act], json.loads(row.content)["wanted"]
    if not kind.secrets <= kept.keys():
        state = _(STATE_LABELS[ProposalState.LAPSED], n=LASTS.days)
        raise DecidedBefore(n=row.id, state=state)
    return kind.read(kept)


def _proposer(session: Session, actor: Actor, row: Proposal, act: Act) -> Actor:
    """Who proposed it, as they are now, seconded by the actor."""
    users = {one.id: one for one in users_of(session, actor.village_id)}
    user = users[row.proposed_by]
    if user.disabled or not may(Role(user.role), act.permission):
        raise ProposerGone(name=user.name)
    where = _("第 %(n)s 号提请", n=row.id)
    return Actor(actor.village_id, user.id, user.name, user.role, where, seconded_by=actor.user_id)


def _require_unchanged(session: Session, row: Proposal, act: Act) -> None:
    """Raise Overtaken where the act would now change something else than was proposed."""
    with in_the_villages_language():
        now = act.changes(session, row.village_id)
    if now != changes_kept(row.content):
        raise Overtaken(now=told(now))


def _close(
    session: Session,
    row: Proposal,
    state: ProposalState,
    *,
    by: int | None = None,
    answer: str = "",
    result: int | None = None,
) -> None:
    """Decide it, and forget its secrets."""
    _forget_secrets(row)
    row.state, row.answer, row.result = state, answer, result
    row.decided_by, row.decided_at = by, clock.now()
    session.add(row)
    session.flush()


def _forget_secrets(row: Proposal) -> None:
    content = json.loads(row.content)
    content["wanted"] = ACTS[row.act].remembered(content["wanted"]).shown()
    row.content = json.dumps(content, ensure_ascii=False)


def _forget_lapsed(session: Session, village_id: int) -> None:
    """Forget the secrets of proposals that nobody answered in time: nobody closes those."""
    lapsed = session.exec(
        select(Proposal).where(
            Proposal.village_id == village_id,
            Proposal.state == ProposalState.OPEN,
            Proposal.proposed_at <= clock.now() - LASTS,
            col(Proposal.act).in_([key for key, kind in ACTS.items() if kind.secrets]),
        )
    )
    for row in lapsed:
        _forget_secrets(row)
        session.add(row)
