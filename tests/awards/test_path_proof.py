"""The proof of the way finds who skipped a notice, judged kin, or forged an approval."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text
from sqlmodel import Session, SQLModel

from moralbank import clock
from moralbank.access.models import Tie, TieKind
from moralbank.access.permissions import Role
from moralbank.awards import posting, service
from moralbank.awards.check import check_awards
from moralbank.awards.models import AwardVote
from moralbank.awards.rows import award_rows
from moralbank.ledger.models import EventKind
from moralbank.ledger.service import post
from moralbank.notices.service import close_due, open_notice
from moralbank.objections.models import Objection, ObjectionState, ObjectionWay
from moralbank.scheme.queries import scheme_on
from moralbank.scheme.rules import NewScheme, as_new_items
from moralbank.scheme.service import adopt
from moralbank.villages.settings import NOTICE_DAYS, REVIEW_VOTES
from tests.awards.deeds import DU, GAOWA, WANG, ZHONG, Deeds, fresh_id, one_engine

Tampering = Callable[[Session], object]


class _Undo(Exception):
    """Leaves everything as it was."""


def _found(deeds: Deeds, tamper: Tampering) -> set[str]:
    """What the proof finds after a tampering, which is undone at once."""
    found: set[str] = set()
    try:
        with deeds.town.database.writing() as session:
            tamper(session)
            found = {problem.code for problem in check_awards(session, deeds.town.village_id)}
            raise _Undo
    except _Undo:
        return found


def _sql(statement: str) -> Tampering:
    return lambda session: session.connection().execute(text(statement))


def _add(row: SQLModel) -> Tampering:
    """Slip a row in."""

    def tamper(session: Session) -> None:
        session.add(row.model_copy())
        session.flush()

    return tamper


def _against(deeds: Deeds, award_id: int, place: int) -> AwardVote:
    """A vote of the reviewer, who had been in favour."""
    return AwardVote(
        village_id=deeds.town.village_id,
        award_id=award_id,
        vote=place,
        ballot=1,
        voter=deeds.reviewer.user_id,
        in_favour=False,
        reason="",
        at=clock.now(),
        device="",
    )


def _lived(deeds: Deeds) -> dict[str, int]:
    """A village with a bit of everything: posted at once, through a notice, deducted, waiting."""
    town = deeds.town
    posted = deeds.record(DU, "参加集体清扫")
    deeds.approve(posted)
    wanted = deeds.wanted(DU, "乱倒垃圾", note="倒在渠里，拍了照")
    with town.database.writing() as session:
        taken = service.record_deduction(session, deeds.recorder, wanted)
    deeds.approve(taken)
    deeds.allow(NOTICE_DAYS, "3")
    noticed, approved = deeds.record(WANG, "植树绿化"), deeds.record(ZHONG, "植树绿化")
    deeds.approve(noticed, approved)
    with town.database.writing() as session:
        open_notice(session, town.actor(Role.ADMIN), fresh_id(), [noticed])
    return {"posted": posted, "taken": taken, "noticed": noticed, "approved": approved}


def test_every_breach_of_the_way_is_found(deeds: Deeds) -> None:
    known, town = _lived(deeds), deeds.town
    village, reviewer = town.village_id, deeds.reviewer
    now = clock.now() + timedelta(days=3)
    with clock.at(now):
        with town.database.writing() as session:
            close_due(session)
        waits = deeds.record(GAOWA, "参加集体清扫")
    assert deeds.problems() == []
    hung, ready = known["noticed"], known["approved"]
    earlier = now - timedelta(days=9)
    tie = Tie(
        village_id=village,
        id=90,
        user_id=reviewer.user_id,
        household_id=town.household(WANG).id,
        kind=TieKind.KIN,
        words="本家",
        since=earlier,
        ended_at=None,
    )
    objection = Objection(
        village_id=village,
        id=90,
        award_id=hung,
        notice_id=1,
        name="",
        telephone="",
        words="不对",
        answer="",
        new_points=None,
        raised_at=earlier,
        taken_by=0,
        due_on=now.date(),
        way=ObjectionWay.PAGE,
        state=ObjectionState.OPEN,
        decided_by=None,
        decided_at=None,
    )

    def post_as_if(number: int, notice: int | None) -> Tampering:
        def tamper(session: Session) -> None:
            rows = award_rows(session, reviewer, [number])
            posting.post_rows(session, reviewer, None, rows, notice)

        return tamper

    def post_silently(session: Session) -> None:
        issued = {"awards": [ready]}
        post(session, village, EventKind.POST_AWARDS, [], actor=1, payload=issued)

    tamperings: list[tuple[str, Tampering]] = [
        ("award_state", _sql(f"UPDATE awards SET state = 'verified' WHERE id = {waits}")),
        ("award_direct", post_as_if(ready, None)),
        ("award_direct", post_silently),
        ("award_unnoticed", post_as_if(ready, 1)),
        ("award_barred", _add(tie)),
        ("award_self", _sql(f"UPDATE awards SET recorded_by = 4 WHERE id = {hung}")),
        ("award_votes", _sql(f"UPDATE awards SET decided_by = 5 WHERE id = {hung}")),
        ("award_votes", _sql(f"UPDATE awards SET ballot = 2 WHERE id = {ready}")),
        ("award_votes", _add(_against(deeds, hung, 9))),
        ("award_objected_posted", _add(objection)),
        ("award_cap", _sql(f"UPDATE awards SET quantity = 5, points = 10 WHERE id = {waits}")),
        (
            "award_transfer",
            _sql(f"UPDATE awards SET collected = 1 WHERE id = {known['taken']}"),
        ),
    ]
    for code, tamper in tamperings:
        with clock.at(now):
            assert code in _found(deeds, tamper), code
    assert deeds.problems() == []


@one_engine
def test_fewer_votes_than_were_needed_are_found(deeds: Deeds) -> None:
    deeds.allow(REVIEW_VOTES, "2")
    second = deeds.hire("何满仓")
    made = deeds.record(DU, "植树绿化")
    deeds.vote(made)
    deeds.vote(made, who=second)
    assert deeds.problems() == []
    assert _found(deeds, _add(_against(deeds, made, 3))) == {"award_votes"}


@one_engine
def test_caps_of_two_versions_within_a_month(deeds: Deeds) -> None:
    """The cap was halved today: older deeds by the old one, together by the larger."""
    town, today = deeds.town, clock.today()
    yesterday = today - timedelta(days=1)
    with town.database.writing() as session:
        items = as_new_items(scheme_on(session, town.village_id, today))
        new = tuple(
            replace(item, cap=replace(item.cap, amount=4))
            if item.name == "参加集体清扫" and item.cap
            else item
            for item in items
        )
        adopt(session, town.actor(Role.ADMIN), NewScheme("村民会议通过", today, today, new))
    fresh = deeds.record(DU, "参加集体清扫", quantity=2)
    assert deeds.row(fresh).scheme_version == 2
    if yesterday.month == today.month:
        deeds.record(DU, "参加集体清扫", quantity=2, deed_on=yesterday)
    assert deeds.problems() == []
    more = _sql(f"UPDATE awards SET quantity = 3, points = 6 WHERE id = {fresh}")
    assert _found(deeds, more) == {"award_cap"}
