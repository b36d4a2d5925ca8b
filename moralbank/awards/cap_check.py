"""The proof that caps were held, each version of the scheme by its own."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from moralbank.awards.caps import period_around
from moralbank.awards.models import LIVE_STATES
from moralbank.i18n import _
from moralbank.ledger.check import Problem
from moralbank.scheme.models import CapMeasure, CapPer, SchemeItem
from moralbank.scheme.queries import Cap

_items = SchemeItem.__table__  # type: ignore[attr-defined]

Caps = dict[tuple[int, int], Cap]
Heap = tuple[int, int, int, date]
"""What one cap counts together: household, item, member (0: all), first day of the period."""


def check_caps(session: Session, village_id: int, awards: Sequence[Any]) -> Iterator[Problem]:
    """Nobody got more than a cap allows.

    By its own cap for the deeds of each version; and where a version followed another within a
    period, by the larger of the two for all its deeds, if both count in the same way.
    """
    caps = _caps(session, village_id)
    by_version: dict[tuple[int, Heap], int] = defaultdict(int)
    together: dict[Heap, list[Any]] = defaultdict(list)
    for award in awards:
        if award.state in LIVE_STATES:
            cap = caps.get((award.scheme_version, award.item))
            together[_heap(award, cap)].append(award)
            if cap is not None:
                by_version[award.scheme_version, _heap(award, cap)] += _counts(award, cap)
    for (version, heap), done in by_version.items():
        if done > caps[version, heap[1]].amount:
            yield _problem(heap)
    for heap, several in together.items():
        if _too_many(several, caps):
            yield _problem(heap)


def _caps(session: Session, village_id: int) -> Caps:
    """Every cap of every version, by (version, item)."""
    rows = session.connection().execute(
        select(_items).where(_items.c.village_id == village_id, _items.c.cap_amount.is_not(None))
    )
    return {
        (row.version, row.number): Cap(row.cap_amount, row.cap_measure, row.cap_period, row.cap_per)
        for row in rows
    }


def _heap(award: Any, cap: Cap | None) -> Heap:
    if cap is None:
        return (award.household_id, award.item, 0, date.min)
    member = award.member_id if cap.per is CapPer.MEMBER else 0
    first, _last = period_around(cap.period, award.deed_on)
    return (award.household_id, award.item, member, first)


def _counts(award: Any, cap: Cap) -> int:
    return int(award.points if cap.measure is CapMeasure.POINTS else award.quantity)


def _too_many(several: Sequence[Any], caps: Caps) -> bool:
    """Whether the deeds of several versions pass the largest of their caps."""
    versions = {award.scheme_version for award in several}
    held = [caps.get((version, several[0].item)) for version in versions]
    known = [cap for cap in held if cap is not None]
    ways = {(cap.measure, cap.period, cap.per) for cap in known}
    if len(versions) == 1 or len(known) < len(held) or len(ways) > 1:
        return False
    done = sum(_counts(award, known[0]) for award in several)
    return done > max(cap.amount for cap in known)


def _problem(heap: Heap) -> Problem:
    words = {"household": heap[0], "item": heap[1], "day": heap[3]}
    text = _("第 %(household)s 户第 %(item)s 项从 %(day)s 起的一期超过了上限", **words)
    return Problem("award_cap", text)
