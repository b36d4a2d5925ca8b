"""What stands behind the village's points (保障): now, over the months, and where it leads."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, select
from sqlmodel import Session

from moralbank import clock
from moralbank.awards.warnings import month_budget
from moralbank.fund.bills import bills
from moralbank.fund.history import (
    Balances,
    balances_at,
    goods,
    goods_since,
    last_events,
    rates_on,
)
from moralbank.fund.reckoning import (
    Flows,
    Forecast,
    MonthPace,
    Position,
    Verdict,
    forecast,
    month_ends,
)
from moralbank.fund.sheets import CoverLine, CoverMonth, CoverSheet
from moralbank.i18n import _, mark
from moralbank.ledger.models import VILLAGE, AccountKind, Event
from moralbank.ledger.queries import head_mark
from moralbank.money import yuan
from moralbank.prepared import Prepared
from moralbank.store.keeping import shops
from moralbank.store.models import ShopKind
from moralbank.villages.queries import village_info

PACE: Final = timedelta(days=91)
"""The last three months tell the present pace."""
MONTH_ENDS: Final = 11
"""Shown before today: together a year."""
VERDICT_WORDS: Final = {
    Verdict.NOTHING_OWED: mark("没有欠账"),
    Verdict.ENOUGH: mark("够"),
    Verdict.TIGHT: mark("紧"),
    Verdict.SHORT: mark("不够"),
}
_POINTS: Final = (
    AccountKind.POINTS_ISSUED,
    AccountKind.POINTS_EXCHANGED,
    AccountKind.POINTS_LAPSED,
)
_CREDIT: Final = (AccountKind.CREDIT_ISSUED, AccountKind.CREDIT_SETTLED)
_AFTER_ALL: Final = datetime(9999, 1, 1, tzinfo=UTC)

_events = Event.__table__  # type: ignore[attr-defined]
_FIRST: Final = Prepared(
    select(_events.c.at).where(_events.c.village_id == bindparam("village"), _events.c.seq == 1)
)


@dataclass(frozen=True)
class MonthEnd:
    """What was there and owed at the end of `day`; None before the village's first event."""

    day: date
    position: Position | None


@dataclass(frozen=True, kw_only=True)
class Cover:
    """What stands behind the points today.

    `own_claim` is what the village's own shops took in (fen): their goods were paid for when they
    were bought, so it counts nothing. `unknown_kinds` of goods lie there without a known cost;
    `unpaid` receipts of goods wait for their money. `forecast` goes on as in the last three months,
    `dry` in the same way but without any money coming in.
    """

    day: date
    now: Position
    months: tuple[MonthEnd, ...]
    flows: Flows | None
    forecast: Forecast | None
    dry: Forecast | None
    budget: MonthPace
    own_claim: int
    unknown_kinds: int
    unpaid: int

    @property
    def verdict_words(self) -> str:
        """One word: "够", "紧", "不够"."""
        return _(VERDICT_WORDS[self.now.verdict])

    @property
    def words(self) -> str:
        """The whole in one sentence."""
        if self.now.ratio is None:
            return _("各户手里没有积分和余额，村里不欠什么")
        each = _("每 1 元积分背后有 %(yuan)s 元", yuan=yuan(self.now.ratio))
        if self.now.lacking:
            lacking = yuan(self.now.lacking)
            return _("%(each)s，还差 %(lacking)s 元", each=each, lacking=lacking)
        return each

    @property
    def forecast_words(self) -> str:
        """Where the present pace leads."""
        if self.forecast is None:
            return _("账还不满一个月，看不出快慢")
        day, dry = self.forecast.short_on, self.dry.short_on if self.dry else None
        if day is not None and day <= self.day:
            return _("现在就不够，要先筹钱，再发积分")
        if day is not None:
            return _("照最近三个月的速度，%(month)s就会不够", month=_month_words(day))
        if dry is not None:
            month = _month_words(dry)
            return _("照最近三个月的速度，一年内都够；要是不再进钱，%(month)s就会不够", month=month)
        return _("照最近三个月的速度，一年内都够，不再进钱也够")

    @property
    def budget_words(self) -> str:
        """How this month's points stand against their budget; empty where none was set."""
        pace = self.budget
        if not pace.limit:
            return ""
        used = _("本月已通过 %(used)s 分，限额 %(limit)s 分", used=pace.used, limit=pace.limit)
        if pace.left < 0:
            return _("%(used)s，超了 %(n)s 分", used=used, n=-pace.left)
        if pace.left == 0:
            return _("%(used)s，已经用完", used=used)
        if pace.runs_out is not None:
            day = pace.runs_out.day
            return _("%(used)s。照现在的速度，%(day)s 日就会用完", used=used, day=day)
        if pace.told:
            return _("%(used)s。照现在的速度，到月底约 %(n)s 分", used=used, n=pace.by_month_end)
        return used

    @property
    def budget_warns(self) -> bool:
        """Whether the budget is used up, or will be before the month ends."""
        return self.budget.runs_out is not None

    @property
    def have(self) -> tuple[CoverLine, ...]:
        """What is there, line by line."""
        return (
            CoverLine(label=_("基金现有的钱"), fen=self.now.cash),
            CoverLine(label=_("村办超市的存货（按进价）"), fen=self.now.goods),
        )

    @property
    def owe(self) -> tuple[CoverLine, ...]:
        """What is owed, line by line."""
        points = _("各户的积分（%(n)s 分）", n=self.now.points)
        return (
            CoverLine(label=points, fen=self.now.points_fen),
            CoverLine(label=_("各户的余额"), fen=self.now.credit),
            CoverLine(label=_("欠签约店的货款"), fen=self.now.claims),
            CoverLine(label=_("欠供货商的货款"), fen=self.now.bills),
        )

    @property
    def aside(self) -> tuple[str, ...]:
        """What is said beside and counts nothing."""
        told = []
        if self.own_claim:
            claim = yuan(self.own_claim)
            told.append(
                _("村办超市兑出、还没对清的 %(yuan)s 元，货是村里进的，不算欠账", yuan=claim)
            )
        if self.unknown_kinds:
            kinds = self.unknown_kinds
            told.append(_("有 %(n)s 种商品没有记进价，它们的存货没有算进来", n=kinds))
        return tuple(told)

    @property
    def ratios(self) -> tuple[CoverMonth, ...]:
        """Month by month as charts show it, the last one today."""
        shown = [
            CoverMonth(label=_("%(n)s月", n=end.day.month), ratio=_ratio(end.position))
            for end in self.months[:-1]
        ]
        return (*shown, CoverMonth(label=_("今天"), ratio=self.now.ratio))


def cover(session: Session, village_id: int) -> Cover:
    """What stands behind the village's points, told from the books alone.

    The number of statements doesn't grow with households, slips or years.
    """
    today, begins = clock.today(), _pace_begins(session, village_id)
    firsts = month_ends(today, MONTH_ENDS)
    moments = [clock.midnight(begins), *map(clock.midnight, firsts), _AFTER_ALL]
    days = [begins, *(first - timedelta(days=1) for first in firsts), today]
    seqs = last_events(session, village_id, moments)
    held = balances_at(session, village_id, [seq for seq in seqs if seq is not None])
    known = [held[seq] if seq is not None else {} for seq in seqs]
    contract = {one.id for one in shops(session, village_id) if one.kind is ShopKind.CONTRACT}
    lying, since = goods(session, village_id), goods_since(session, village_id, moments)
    rates = rates_on(session, village_id, days)
    waiting = bills(session, village_id, since=min(seq or 0 for seq in seqs))
    owed = [
        sum(bill.owed_at(moment, seq) for bill in waiting)
        for moment, seq in zip(moments, seqs, strict=True)
    ]
    positions = [
        _position(balances, contract, rate, goods_fen=lying.cost_fen - more, bills_fen=fen)
        for balances, rate, more, fen in zip(known, rates, since, owed, strict=True)
    ]
    passed = (today - begins).days
    flows = _flows(known[0], known[-1], passed) if passed > 0 else None
    pace = (positions[0], positions[-1], passed, today)
    budget = month_budget(session, village_id)
    return Cover(
        day=today,
        now=positions[-1],
        months=tuple(
            MonthEnd(day, position if seq is not None else None)
            for day, position, seq in zip(days[1:], positions[1:], seqs[1:], strict=True)
        ),
        flows=flows,
        forecast=forecast(*pace),
        dry=forecast(*pace, without=flows.income) if flows else None,
        budget=MonthPace(budget.used, budget.limit, today),
        own_claim=_accepted(known[-1]) - positions[-1].claims,
        unknown_kinds=lying.unknown_kinds,
        unpaid=sum(bill.owed_fen > 0 for bill in waiting),
    )


def cover_sheet(session: Session, village_id: int) -> CoverSheet:
    """The same for paper."""
    told = cover(session, village_id)
    return CoverSheet(
        village=village_info(session, village_id).name,
        day=told.day,
        ratio=told.now.ratio,
        verdict=told.verdict_words,
        words=told.words,
        have=told.have,
        owe=told.owe,
        months=told.ratios,
        forecast=told.forecast_words,
        budget=told.budget_words,
        ledger_mark=head_mark(session, village_id),
        aside=told.aside,
    )


def _pace_begins(session: Session, village_id: int) -> date:
    """The day from which on the pace is told: three months ago, or the first in the books."""
    wanted = clock.today() - PACE
    first = _FIRST.scalar(session, village=village_id)
    return wanted if first is None else max(wanted, clock.local(first).date())


def _position(
    held: Balances, contract: Collection[int], rate: int, *, goods_fen: int, bills_fen: int
) -> Position:
    """What the village's own accounts say of all households together: they mirror theirs."""
    accepted = _accepted(held)
    return Position(
        cash=_own(held, AccountKind.FUND_CASH),
        goods=goods_fen,
        points=-sum(_own(held, kind) for kind in _POINTS),
        rate_fen=rate,
        credit=-sum(_own(held, kind) for kind in _CREDIT) - accepted,
        claims=sum(held.get((AccountKind.SHOP_ACCEPTED, number), 0) for number in contract),
        bills=bills_fen,
    )


def _flows(then: Balances, now: Balances, days: int) -> Flows:
    def more(kind: AccountKind) -> int:
        return _own(now, kind) - _own(then, kind)

    return Flows(
        days=days,
        issued=-more(AccountKind.POINTS_ISSUED),
        spent=more(AccountKind.POINTS_EXCHANGED) + more(AccountKind.POINTS_LAPSED),
        income=-more(AccountKind.FUND_INCOME),
        purchases=more(AccountKind.FUND_GOODS),
    )


def _own(held: Balances, kind: AccountKind) -> int:
    """The balance of an account of the village itself; 0 before it was ever touched."""
    return held.get((kind, VILLAGE), 0)


def _accepted(held: Balances) -> int:
    """What all shops took in and was not settled."""
    return sum(left for (kind, _owner), left in held.items() if kind is AccountKind.SHOP_ACCEPTED)


def _month_words(day: date) -> str:
    return _("%(year)s 年 %(month)s 月", year=day.year, month=day.month)


def _ratio(position: Position | None) -> int | None:
    return None if position is None else position.ratio
