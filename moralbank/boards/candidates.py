"""Who could stand on a board: what was read for a period, added up for each of them."""

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sqlmodel import Session

from moralbank import clock
from moralbank.awards.honours import Merits, Span, honour_totals, merits, notes, tallies
from moralbank.boards.definitions import Board
from moralbank.boards.models import DeedChoice, Measure, Subject, Ties
from moralbank.boards.periods import Period
from moralbank.fund.models import FundSource, VoucherKind
from moralbank.fund.queries import VoucherFilter, VoucherInfo, vouchers
from moralbank.households.queries import HouseholdInfo, all_households
from moralbank.i18n import _, mark
from moralbank.scheme.queries import NoScheme, Scheme, scheme_on
from moralbank.villages.queries import VillageInfo, village_info

NAMELESS: Final = frozenset(
    {"", "匿名", "匿名者", "匿名人士", "无名氏", "无名", "佚名", "好心人", "爱心人士", "不留名"}
)
"""What donors are entered as who don't want to be named."""
KIND_PERSON: Final = mark("爱心人士")
_FEN_A_YUAN: Final = 100
_NOTES_READ: Final = 8
"""Of each person's deeds so many notes at most are read, to be told or chosen from."""


@dataclass(frozen=True)
class Sources:
    """What was read for a period, once for all boards.

    `schemes` are those in force on the days that `_days` names, where there was one; `merits` and
    `before` are what everybody has in the period and in the one before it, by the board's name;
    `honours` by household and member, as `honour_totals` gives them.
    """

    village: VillageInfo
    period: Period
    households: Mapping[int, HouseholdInfo]
    merits: Mapping[str, Sequence[Merits]]
    before: Mapping[str, Sequence[Merits]]
    gifts: Sequence[VoucherInfo]
    honours: Mapping[tuple[int, int], int]
    schemes: Mapping[date, Scheme]

    def numbers(self, board: Board) -> frozenset[int]:
        """The items that count on a board, by the schemes at the beginning and end.

        Both, since an item may be added or retired within a quarter and its deeds still count.
        """
        return _numbers(board, self.period, self.schemes)

    @property
    def latest(self) -> Scheme | None:
        """The scheme by which the board speaks: at the period's end, or of today."""
        return self.schemes[max(self.schemes)] if self.schemes else None


@dataclass
class Candidate:
    """Somebody who could stand on a board.

    `household` is None and `member_id` 0 for a donor; `member_id` is 0 for a household and for
    its head. `walk` is the place among equals. `earned` are the points of the period, `before`
    those of the period before, where they count; `gifts` is how often a donor gave, `gifts_fen`
    how much in all. `members` are those whose deeds these are, False for minors: their notes may
    name a child. What they did how often (`counts`) and what was noted of it is read for those
    alone who stand on the board (`read_deeds`).
    """

    household: HouseholdInfo | None
    member_id: int
    name: str
    walk: int
    measure: Measure
    honour: int = 0
    earned: int = 0
    before: int = 0
    gifts_fen: int = 0
    gifts: int = 0
    members: dict[int, bool] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    @property
    def points(self) -> int:
        """What places are decided by, in the measure's unit."""
        if self.measure == Measure.DONATED:
            return self.gifts_fen // _FEN_A_YUAN
        return self.earned - self.before


def read_sources(
    session: Session,
    village_id: int,
    boards: Sequence[Board],
    period: Period,
    group_id: int | None = None,
) -> Sources:
    """Everything that these boards need, in as many statements however many people there are."""
    schemes = _schemes(session, village_id, boards, period)
    by_points = [board for board in boards if board.subject != Subject.DONOR]
    improved = [board for board in by_points if board.measure == Measure.IMPROVED]

    def read(some: Sequence[Board], when: Period) -> dict[str, Sequence[Merits]]:
        spans = {one.slug: _span(_numbers(one, period, schemes), when) for one in some}
        return {slug: merits(session, village_id, span) for slug, span in spans.items()}

    households = all_households(session, village_id, group_id=group_id)
    ties = {board.ties for board in by_points}
    return Sources(
        village=village_info(session, village_id),
        period=period,
        households={household.id: household for household in households},
        merits=read(by_points, period),
        before=read(improved, period.before),
        gifts=_gifts(session, village_id, period) if len(by_points) < len(boards) else (),
        honours=honour_totals(session, village_id) if Ties.HONOUR in ties else {},
        schemes=schemes,
    )


def candidates(board: Board, sources: Sources) -> list[Candidate]:
    """Everybody who reaches the board's minimum; households moved away are not among them."""
    found = _donors(sources) if board.subject == Subject.DONOR else _doers(board, sources)
    # Who has not gained, or gave less than a whole yuan, stands on no board.
    return [one for one in found if one.points >= max(board.minimum, 1)]


def read_deeds(
    session: Session, village_id: int, board: Board, sources: Sources, chosen: Sequence[Candidate]
) -> None:
    """What those who stand on a board did how often, and what was noted of it first."""
    doers = {
        (one.household.id, member): one for one in chosen if one.household for member in one.members
    }
    households = {household for household, _member in doers}
    if not households:
        return
    span = _span(sources.numbers(board), sources.period)
    for tally in tallies(session, village_id, span, households):
        if one := doers.get((tally.household_id, tally.member_id)):
            one.counts[tally.item_name] += tally.merits
    highest = board.deed == DeedChoice.HIGHEST
    for note in notes(session, village_id, span, households, highest=highest, most=_NOTES_READ):
        one = doers.get((note.household_id, note.member_id))
        if one and one.members[note.member_id]:
            one.notes.append(note.note)


def _span(numbers: Collection[int], period: Period) -> Span:
    return Span(period.first, period.last, numbers)


def _numbers(board: Board, period: Period, schemes: Mapping[date, Scheme]) -> frozenset[int]:
    known = [schemes[day] for day in _days(board, period) if day in schemes]
    return frozenset().union(*(board.numbers(scheme) for scheme in known))


def _days(board: Board, period: Period) -> tuple[date, ...]:
    """The days whose schemes say what counts."""
    days = (period.first, min(period.last, clock.today()))
    return (period.before.first, *days) if board.measure == Measure.IMPROVED else days


def _schemes(
    session: Session, village_id: int, boards: Iterable[Board], period: Period
) -> dict[date, Scheme]:
    found = {}
    for day in sorted({day for board in boards for day in _days(board, period)}):
        with suppress(NoScheme):
            found[day] = scheme_on(session, village_id, day)
    return found


def _gifts(session: Session, village_id: int, period: Period) -> list[VoucherInfo]:
    """Donations to the fund that were not taken back, the first one first."""
    wanted = VoucherFilter(
        kind=VoucherKind.INCOME,
        source=FundSource.DONATION,
        first=period.first,
        last=period.last,
    )
    found = [one for one in vouchers(session, village_id, wanted) if one.live]
    return sorted(found, key=lambda one: (one.day, one.id))


def _doers(board: Board, sources: Sources) -> Iterable[Candidate]:
    """Households, or people, with a deed that counts."""
    walk = {household: place for place, household in enumerate(sources.households)}
    found: dict[tuple[int, int], Candidate] = {}
    heads: set[tuple[int, int]] = set()

    def of(one: Merits) -> Candidate | None:
        household = sources.households.get(one.household_id)
        if household is None or _by_a_child(board, one):
            return None
        member_id, name = _doer(board, one, household)
        if member_id != one.member_id:
            heads.add((household.id, one.member_id))
        fresh = Candidate(household, member_id, name, walk[household.id], board.measure)
        candidate = found.setdefault((household.id, member_id), fresh)
        candidate.members[one.member_id] = not one.minor
        return candidate

    for one in sources.merits.get(board.slug, ()):
        if candidate := of(one):
            candidate.earned += one.points
    for one in sources.before.get(board.slug, ()):
        if candidate := of(one):
            candidate.before += one.points
    honours = _honours(board, sources, heads)
    for key, candidate in found.items():
        candidate.honour = honours[key]
    return found.values()


def _by_a_child(board: Board, merit: Merits) -> bool:
    """A minor never stands on a board; what they did still counts for their household."""
    return board.subject == Subject.MEMBER and merit.minor


def _doer(board: Board, merit: Merits, household: HouseholdInfo) -> tuple[int, str]:
    """The member's number and name; what was done by nobody named is the head's."""
    named = board.subject == Subject.MEMBER and merit.member_id
    if not named or merit.member_name == household.head:
        return 0, household.head
    return merit.member_id, merit.member_name


def _honours(
    board: Board, sources: Sources, heads: Collection[tuple[int, int]]
) -> Counter[tuple[int, int]]:
    """All points ever posted of households; of people, what is known to be theirs.

    `heads` are the members who are the head of their household, and so count as nobody named.
    """
    totals: Counter[tuple[int, int]] = Counter()
    for (household, member), points in sources.honours.items():
        own = board.subject == Subject.MEMBER and (household, member) not in heads
        totals[household, member if own else 0] += points
    return totals


def _donors(sources: Sources) -> Iterator[Candidate]:
    """Who gave, by name. Nobody knows whether two without a name are one: each stands alone.

    A voucher knows no household, so whoever is called as the head of one that doesn't want to be
    named stands there without a name, too.
    """
    found: dict[str, Candidate] = {}
    shy = {plain_name(one.head) for one in sources.households.values() if not one.consent}
    for gift in sources.gifts:
        party = plain_name(gift.party)
        nameless = party in NAMELESS or party in shy
        name = _(KIND_PERSON) if nameless else party
        key = f"#{gift.id}" if nameless else party
        fresh = Candidate(None, 0, name, len(found), Measure.DONATED)
        donor = found.setdefault(key, fresh)
        donor.gifts_fen += gift.amount_fen
        donor.gifts += 1
    yield from found.values()


def plain_name(name: str) -> str:
    """A name as it is compared: full-width or not, with single blanks."""
    return " ".join(unicodedata.normalize("NFKC", name).split())
