"""What was decided in a sitting, with which votes, and who had to stay out of what."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlmodel import Session

from moralbank import clock
from moralbank.access.models import User
from moralbank.access.permissions import Role
from moralbank.access.queries import ties, user_names
from moralbank.awards.models import Award, AwardStep, AwardVote
from moralbank.awards.queries import AwardRow, awards_named
from moralbank.awards.states import Act
from moralbank.i18n import _, clauses, listed, mark
from moralbank.ledger.queries import head_mark
from moralbank.notices.models import NoticeLine
from moralbank.sittings.queries import SittingInfo, sitting
from moralbank.sittings.sheets import Decided, MinutesSheet, Present
from moralbank.villages.queries import village_info

_awards = Award.__table__  # type: ignore[attr-defined]
_steps = AwardStep.__table__  # type: ignore[attr-defined]
_votes = AwardVote.__table__  # type: ignore[attr-defined]
_users = User.__table__  # type: ignore[attr-defined]
_lines = NoticeLine.__table__  # type: ignore[attr-defined]

OUTCOMES: Final = {
    Act.APPROVE: mark("通过"),
    Act.REFUSE: mark("未通过"),
    Act.SEND_BACK: mark("退回补充"),
}


@dataclass(frozen=True)
class Decision:
    """One deed as a sitting left it; `reason` is why it was refused or sent back.

    `points` are those that were decided on, negative for a deduction, whatever an objection made
    of them later. Of `voted` reviewers those named in `in_favour` were for it.
    """

    award: AwardRow
    outcome: Act
    points: int
    in_favour: tuple[str, ...]
    voted: int
    reason: str
    at: datetime

    @property
    def outcome_label(self) -> str:
        """The outcome in words."""
        return _(OUTCOMES[self.outcome])

    @property
    def votes(self) -> str:
        """Who was in favour: where one person decides the name, of several how many: "2/3 同意"."""
        if self.voted < 2:  # noqa: PLR2004 - one person decides
            return listed(self.in_favour)
        return _("%(favour)s/%(voted)s 同意", favour=len(self.in_favour), voted=self.voted)


@dataclass(frozen=True)
class StayedOut:
    """Somebody who was there and might not judge a household, and how many of its deeds."""

    name: str
    how: str
    award: AwardRow
    deeds: int

    @property
    def words(self) -> str:
        """The whole in a sentence."""
        return _(
            "%(name)s回避了%(where)s %(head)s家的 %(n)s 件（%(how)s）",
            name=self.name,
            where=self.award.spoken,
            head=self.award.head,
            n=self.deeds,
            how=self.how,
        )


def decided_in(session: Session, village_id: int, held: SittingInfo) -> list[Decision]:
    """What a sitting decided: by group, item and household, then what it sent back."""
    steps = _deciding_steps(session, village_id, held)
    ids = [step.award_id for step in steps]
    rows = {row.id: row for row in awards_named(session, village_id, ids)}
    votes = _votes_on(session, village_id, ids)
    points = _points_before_change(session, village_id, ids)
    names = user_names(session, village_id)
    decisions = [
        _decision(step, rows[step.award_id], votes.get(step.award_id, {}), points, names)
        for step in steps
    ]
    return sorted(decisions, key=_in_order)


def stayed_out(
    session: Session, village_id: int, held: SittingInfo, decisions: Collection[Decision]
) -> list[StayedOut]:
    """Which of those present were barred for which households that the sitting dealt with."""
    present = {person.user_id: person.name for person in held.present if person.user_id}
    deeds = Counter(one.award.household_id for one in decisions)
    rows = {one.award.household_id: one.award for one in decisions}
    end = held.closed_at or clock.now()
    found = [
        StayedOut(
            present[tie.user_id],
            tie.how,
            rows[tie.household_id],
            deeds[tie.household_id],
        )
        for tie in ties(session, village_id)
        if tie.user_id in present
        and tie.household_id in deeds
        and tie.since <= end
        and (tie.ended_at is None or tie.ended_at > held.opened_at)
    ]
    return sorted(found, key=lambda one: (one.name, one.award.label))


def minutes_of(session: Session, village_id: int, sitting_id: int) -> MinutesSheet:
    """The minutes as they are printed; raises SittingUnknown."""
    held = sitting(session, village_id, sitting_id)
    decisions = decided_in(session, village_id, held)
    village = village_info(session, village_id)
    outcomes = Counter(one.outcome for one in decisions)
    return MinutesSheet(
        village=village.name,
        organisation=village.organisation,
        number=held.id,
        held_on=held.held_on,
        place=held.place,
        present=tuple(Present(name=one.name, duty=one.duty_label) for one in held.present),
        stayed_out=tuple(one.words for one in stayed_out(session, village_id, held, decisions)),
        decided=tuple(_line(place, one) for place, one in enumerate(decisions, start=1)),
        note=held.note,
        approved_count=outcomes[Act.APPROVE],
        approved_points=sum(one.points for one in decisions if one.outcome is Act.APPROVE),
        refused_count=outcomes[Act.REFUSE],
        returned_count=outcomes[Act.SEND_BACK],
        mark=head_mark(session, village_id),
    )


def points_words(points: int) -> str:
    """Points with sign and unit: "+5 分", "−2 分"."""
    return _("%(points)s 分", points=f"+{points}" if points >= 0 else f"−{-points}")


def _line(place: int, one: Decision) -> Decided:
    return Decided(
        place=place,
        group=one.award.group,
        number=one.award.number,
        head=one.award.head,
        item=one.award.item_name,
        points=points_words(one.points),
        outcome=one.outcome_label,
        votes=one.votes,
        reason=one.reason,
    )


def _deciding_steps(session: Session, village_id: int, held: SittingInfo) -> list[Any]:
    """The step that decided on each deed of the sitting, or sent it back during the sitting."""
    rows = session.connection().execute(
        select(_steps, _awards.c.sitting_id)
        .join_from(
            _steps,
            _awards,
            and_(_awards.c.village_id == _steps.c.village_id, _awards.c.id == _steps.c.award_id),
        )
        .where(
            _steps.c.village_id == village_id,
            or_(
                and_(
                    _awards.c.sitting_id == held.id,
                    _steps.c.act.in_((Act.APPROVE, Act.REFUSE)),
                ),
                _sent_back(village_id, held),
            ),
        )
        .order_by(_steps.c.award_id, _steps.c.step)
    )
    # What was sent back, mended and decided in one sitting is told once.
    return list({row.award_id: row for row in rows}.values())


def _sent_back(village_id: int, held: SittingInfo) -> ColumnElement[bool]:
    """What reviewers sent back while the sitting went on; grid workers do so on the spot."""
    reviewers = select(_users.c.id).where(
        _users.c.village_id == village_id, _users.c.role == Role.REVIEWER
    )
    return and_(
        _steps.c.act == Act.SEND_BACK,
        _steps.c.by.in_(reviewers),
        _steps.c.at.between(held.opened_at, held.closed_at or clock.now()),
    )


def _votes_on(session: Session, village_id: int, ids: Collection[int]) -> dict[int, dict[int, Any]]:
    """Of each deed's last ballot the last word of every voter: in_favour and reason."""
    last = (
        select(_votes.c.award_id, func.max(_votes.c.ballot).label("ballot"))
        .where(_votes.c.village_id == village_id, _votes.c.award_id.in_(ids))
        .group_by(_votes.c.award_id)
        .subquery()
    )
    rows = session.connection().execute(
        select(_votes.c.award_id, _votes.c.voter, _votes.c.in_favour, _votes.c.reason)
        .join_from(
            _votes,
            last,
            and_(last.c.award_id == _votes.c.award_id, last.c.ballot == _votes.c.ballot),
        )
        .where(_votes.c.village_id == village_id)
        .order_by(_votes.c.award_id, _votes.c.vote)
    )
    found: dict[int, dict[int, Any]] = {}
    for row in rows:
        found.setdefault(row.award_id, {})[row.voter] = row
    return found


def _points_before_change(
    session: Session, village_id: int, ids: Collection[int]
) -> dict[int, int]:
    """The points of deeds that an objection changed, as they first hung on a notice.

    Minutes say what the sitting decided, and so do the minutes printed anew.
    """
    changed = (
        select(_steps.c.award_id)
        .where(
            _steps.c.village_id == village_id,
            _steps.c.award_id.in_(ids),
            _steps.c.act == Act.CHANGE,
        )
        .distinct()
    )
    rows = session.connection().execute(
        select(_lines.c.award_id, _lines.c.points)
        .where(_lines.c.village_id == village_id, _lines.c.award_id.in_(changed))
        .order_by(_lines.c.notice_id.desc())
    )
    return {row.award_id: row.points for row in rows}  # the first notice comes last


def _decision(
    step: Any,
    row: AwardRow,
    votes: Mapping[int, Any],
    points: Mapping[int, int],
    names: Mapping[int, str],
) -> Decision:
    amount = points.get(row.id, row.points)
    return Decision(
        award=row,
        outcome=Act(step.act),
        points=-amount if row.deduction else amount,
        in_favour=tuple(names.get(one, "") for one, vote in votes.items() if vote.in_favour),
        voted=len(votes),
        reason=_reason(step, votes),
        at=step.at,
    )


def _reason(step: Any, votes: Mapping[int, Any]) -> str:
    """Why: of a deed that several refused, what each of them said, once."""
    if step.act != Act.REFUSE:
        return str(step.reason)
    said = [vote.reason for vote in votes.values() if not vote.in_favour and vote.reason]
    return clauses(dict.fromkeys([*said, step.reason]))


def _in_order(one: Decision) -> tuple[bool, int, int, str, int]:
    sent_back = one.outcome is Act.SEND_BACK
    return sent_back, one.award.group_id, one.award.item, one.award.number, one.award.id
