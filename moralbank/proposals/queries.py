"""Reading proposals: one, all of them, those that wait, and for whom."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, bindparam, case, func, literal_column, select
from sqlmodel import Session

from moralbank import clock
from moralbank.access.permissions import may
from moralbank.access.queries import UserRow, user_names
from moralbank.audit import Actor
from moralbank.errors import NotFound
from moralbank.i18n import _, mark
from moralbank.paging import Page, place
from moralbank.prepared import Prepared
from moralbank.proposals.act import DECIDING, Change, deciders, titled, told
from moralbank.proposals.acts import ACTS
from moralbank.proposals.models import Proposal, ProposalState

_proposals = Proposal.__table__  # type: ignore[attr-defined]

LASTS: Final = timedelta(days=7)
"""So long a proposal waits; nobody can confirm it afterwards."""
PAGE_ROWS: Final = 30

STATE_LABELS: Final = {
    ProposalState.OPEN: mark("等复核"),
    ProposalState.CONFIRMED: mark("已同意，已办成"),
    ProposalState.TURNED_DOWN: mark("已退回"),
    ProposalState.WITHDRAWN: mark("已撤回"),
    ProposalState.LAPSED: mark("%(n)s 天没有人复核，已作废"),
}


class ProposalUnknown(NotFound):
    """No such proposal in this village."""

    text = mark("没有第 %(n)s 号提请")
    code = "proposal_unknown"


@dataclass(frozen=True)
class ProposalInfo:
    """A proposal as pages show it.

    `act` is the key of its kind, `subject` what it is about (a user's name, or nothing).
    `proposer` and `decider` are names, `result` the number that the act gave.
    """

    village_id: int
    id: int
    act: str
    subject: str
    words: str
    changes: tuple[Change, ...]
    state: ProposalState
    proposed_by: int
    proposer: str
    proposed_at: datetime
    decided_by: int | None
    decider: str
    decided_at: datetime | None
    answer: str
    result: int | None

    @property
    def label(self) -> str:
        """What kind of act it is, in words."""
        return _(ACTS[self.act].label)

    @property
    def title(self) -> str:
        """What it is, in words, and what about."""
        return titled(ACTS[self.act].label, self.subject)

    @property
    def told(self) -> str:
        """What it changes, in one line."""
        return told(self.changes)

    @property
    def state_label(self) -> str:
        """What became of it, in words."""
        return _(STATE_LABELS[self.state], n=LASTS.days)

    @property
    def waits(self) -> bool:
        """Whether it still needs a second person."""
        return self.state is ProposalState.OPEN

    @property
    def lapses_at(self) -> datetime:
        """Until when it can be confirmed."""
        return self.proposed_at + LASTS


def is_lapsed(state: ProposalState, proposed_at: datetime) -> bool:
    """Whether a proposal has waited too long. This is never written down: the days say it."""
    return state is ProposalState.OPEN and clock.now() >= proposed_at + LASTS


def changes_kept(content: str) -> list[Change]:
    """What a proposal changes, as it was read when it was proposed."""
    return [Change(**one) for one in json.loads(content)["changes"]]


def proposal(session: Session, village_id: int, proposal_id: int) -> ProposalInfo:
    """One proposal; raises ProposalUnknown, also for another village's."""
    found = _read(session, village_id, _proposals.c.id == proposal_id)
    if not found:
        raise ProposalUnknown(n=proposal_id)
    return found[0]


def proposal_page(session: Session, village_id: int, number: int) -> Page[ProposalInfo]:
    """All proposals page by page, those that wait first, then the newest."""
    ours = _proposals.c.village_id == village_id
    total = session.connection().scalar(select(func.count()).select_from(_proposals).where(ours))
    here = place(total or 0, number, PAGE_ROWS)
    wanted = _newest(village_id).limit(here.size).offset(here.offset)
    return Page(_infos(session, village_id, wanted), here)


def proposals(session: Session, village_id: int) -> list[ProposalInfo]:
    """All proposals, those that wait first, then the newest."""
    return _infos(session, village_id, _newest(village_id))


def waiting(session: Session, village_id: int) -> list[ProposalInfo]:
    """Every proposal that waits for a second person, the newest first."""
    rows = _WAITING.rows(session, village=village_id, since=clock.now() - LASTS)
    return _told(session, village_id, rows)


def waiting_for(session: Session, actor: Actor) -> list[ProposalInfo]:
    """The proposals that the actor may confirm or turn down: never their own."""
    if not may(actor.role, DECIDING):
        return []
    found = waiting(session, actor.village_id)
    return [one for one in found if one.proposed_by != actor.user_id]


def who_could_confirm(session: Session, info: ProposalInfo) -> list[UserRow]:
    """Everybody who could confirm this one now."""
    others = deciders(session, info.village_id)
    return [one for one in others if one.id != info.proposed_by]


def waiting_about(
    session: Session, village_id: int, acts: Collection[str], subject: str | None = None
) -> list[ProposalInfo]:
    """What waits of these kinds of acts, about one subject or any."""
    found = waiting(session, village_id)
    return [one for one in found if one.act in acts and subject in {None, one.subject}]


def _is_open() -> Any:
    return and_(
        _proposals.c.state == ProposalState.OPEN,
        _proposals.c.proposed_at > clock.now() - LASTS,
    )


def _newest(village_id: int) -> Any:
    first = case((_is_open(), 0), else_=1)
    ours = _proposals.c.village_id == village_id
    return select(_proposals).where(ours).order_by(first, _proposals.c.id.desc())


def _read(session: Session, village_id: int, wanted: Any) -> list[ProposalInfo]:
    return _infos(session, village_id, _newest(village_id).where(wanted))


def _infos(session: Session, village_id: int, wanted: Any) -> list[ProposalInfo]:
    return _told(session, village_id, session.connection().execute(wanted).all())


_WAITING: Final = Prepared(
    select(_proposals)
    .where(
        _proposals.c.village_id == bindparam("village"),
        _proposals.c.state == literal_column(f"'{ProposalState.OPEN.value}'"),
        _proposals.c.proposed_at > bindparam("since"),
    )
    .order_by(_proposals.c.id.desc())
)


def _told(session: Session, village_id: int, rows: Sequence[Any]) -> list[ProposalInfo]:
    names = user_names(session, village_id) if rows else {}
    return [_info(row, names) for row in rows]


def _info(row: Any, names: dict[int, str]) -> ProposalInfo:
    lapsed = is_lapsed(row.state, row.proposed_at)
    return ProposalInfo(
        village_id=row.village_id,
        id=row.id,
        act=row.act,
        subject=json.loads(row.content)["subject"],
        words=row.words,
        changes=tuple(changes_kept(row.content)),
        state=ProposalState.LAPSED if lapsed else row.state,
        proposed_by=row.proposed_by,
        proposer=names.get(row.proposed_by, ""),
        proposed_at=row.proposed_at,
        decided_by=row.decided_by,
        decider=names.get(row.decided_by or 0, "") if row.decided_by else "",
        decided_at=row.decided_at,
        answer=row.answer,
        result=row.result,
    )
