"""Points that are getting old: who is to be warned, who would lose how many, what lapsed."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, exists, func, select
from sqlmodel import Session

from moralbank import clock
from moralbank.fund.lapse_days import WARNED, lapsing_points, next_day, too_old
from moralbank.fund.lapse_rules import rule_now
from moralbank.fund.models import Lapse
from moralbank.i18n import _
from moralbank.ledger.models import AccountKind, Event, EventKind, Transfer
from moralbank.ledger.queries import account_of, balances

_lapses = Lapse.__table__  # type: ignore[attr-defined]
_events = Event.__table__  # type: ignore[attr-defined]
_transfers = Transfer.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class LapseAhead:
    """Points of a household that lapse within thirty days unless they are used."""

    day: date
    points: int

    @property
    def words(self) -> str:
        """What the household is told."""
        return _(
            "您有 %(n)s 分将在 %(year)s 年 %(month)s 月 %(day)s 日清零，请在这之前兑换",
            n=self.points,
            year=self.day.year,
            month=self.day.month,
            day=self.day.day,
        )


@dataclass(frozen=True)
class LapseNext:
    """The next day of a rule: from which day on points stay, and who would lose how many today."""

    day: date
    older_than: date
    households: dict[int, int]

    @property
    def points(self) -> int:
        """All that would lapse."""
        return sum(self.households.values())


@dataclass(frozen=True)
class Loss:
    """Points that a household loses, and the account that they are on."""

    household_id: int
    account: int
    points: int


@dataclass(frozen=True)
class LapseDone:
    """Points that lapsed; `seq` is None where nobody had any."""

    id: int
    day: date
    older_than: date
    households: int
    points: int
    seq: int | None
    at: datetime


def lapses(session: Session, village_id: int) -> list[LapseDone]:
    """What lapsed, the newest day first."""
    rows = session.connection().execute(
        select(_lapses).where(_lapses.c.village_id == village_id).order_by(_lapses.c.day.desc())
    )
    return [
        LapseDone(row.id, row.day, row.older_than, row.households, row.points, row.seq, row.at)
        for row in rows
    ]


def lapse_ahead(session: Session, village_id: int, household_id: int) -> LapseAhead | None:
    """What a household is warned of; None while nothing of it lapses within thirty days."""
    day, older_than = _day_ahead(session, village_id)
    if day is None:
        return None
    own = account_of(session, village_id, AccountKind.HOUSEHOLD_POINTS, household_id)
    earned = earned_since(session, village_id, older_than, own.account).get(own.account, 0)
    points = lapsing_points(own.amount, earned)
    return LapseAhead(day, points) if points else None


def lapse_warning(session: Session, village_id: int) -> str:
    """What public notices say while points lapse within thirty days; else nothing."""
    day, older_than = _day_ahead(session, village_id)
    if day is None:
        return ""
    words = {"before": day_words(older_than), "day": day_words(day)}
    if older_than == day:
        return _("还没有用的积分将在 %(day)s清零，请在这之前兑换", **words)
    return _("%(before)s以前得的积分，还没有用的将在 %(day)s清零，请在这之前兑换", **words)


def lapse_next(session: Session, village_id: int) -> LapseNext | None:
    """Who would lose how many points on the rule's next day, as things are now; None: no rule."""
    rule = rule_now(session, village_id)
    if rule is None or rule.begins is None:
        return None
    day = next_day(rule.begins, clock.today())
    older_than = too_old(day, rule.keeps_months)
    losses = losing(session, village_id, older_than)
    return LapseNext(day, older_than, {one.household_id: one.points for one in losses})


def earned_since(
    session: Session, village_id: int, since: date, account: int | None = None
) -> dict[int, int]:
    """Points posted to households' accounts since a day began, by account.

    What was taken back again is left out. `account` asks for one household's alone.
    """
    issued = account_of(session, village_id, AccountKind.POINTS_ISSUED).account
    back = _transfers.alias()
    taken_back = exists().where(
        back.c.village_id == village_id,
        back.c.reverses_seq == _transfers.c.seq,
        back.c.reverses_leg == _transfers.c.leg,
    )
    wanted = [
        _transfers.c.village_id == village_id,
        _transfers.c.debit_account == issued,
        _events.c.kind == EventKind.POST_AWARDS,
        _events.c.at >= clock.midnight(since),
        ~taken_back,
    ]
    if account is not None:
        wanted.append(_transfers.c.credit_account == account)
    same_event = and_(
        _events.c.village_id == _transfers.c.village_id, _events.c.seq == _transfers.c.seq
    )
    rows = session.connection().execute(
        select(_transfers.c.credit_account, func.sum(_transfers.c.amount).label("points"))
        .join(_events, same_event)
        .where(*wanted)
        .group_by(_transfers.c.credit_account)
    )
    return {row.credit_account: int(row.points) for row in rows}


def losing(session: Session, village_id: int, older_than: date) -> list[Loss]:
    """Households with points from before a day, in the order of their numbers."""
    earned = earned_since(session, village_id, older_than)
    found = [
        Loss(owner, own.account, lapsing_points(own.amount, earned.get(own.account, 0)))
        for owner, own in balances(session, village_id, AccountKind.HOUSEHOLD_POINTS).items()
    ]
    return sorted((one for one in found if one.points), key=lambda one: one.household_id)


def _day_ahead(session: Session, village_id: int) -> tuple[date | None, date]:
    """The day of which households are warned now, if there is one, and its cut-off."""
    rule, today = rule_now(session, village_id), clock.today()
    if rule is None or rule.begins is None:
        return None, today
    day = next_day(rule.begins, today)
    return (day if day - today <= WARNED else None), too_old(day, rule.keeps_months)


def day_words(day: date) -> str:
    """A day as households are told of it."""
    return _("%(year)s 年 %(month)s 月 %(day)s 日", year=day.year, month=day.month, day=day.day)
