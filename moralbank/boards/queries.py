"""Who stands on a board: posted deeds of a period, added up and put in order."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from sqlmodel import Session

from moralbank import clock
from moralbank.awards.honours import Deed, deeds
from moralbank.boards.deedline import counted, told
from moralbank.boards.definitions import Board, all_boards, board_called
from moralbank.boards.models import Subject, Ties
from moralbank.boards.periods import Period
from moralbank.boards.sheets import BoardEntry, BoardSheet, laureates
from moralbank.errors import NotFound
from moralbank.households.masking import surname
from moralbank.households.queries import HouseholdInfo, all_households
from moralbank.i18n import _, mark
from moralbank.ledger.queries import head_mark
from moralbank.scheme.queries import NoScheme, scheme_on
from moralbank.villages.queries import VillageInfo, group_of, village_info
from moralbank.villages.settings import CONTACT, PUBLIC_ADDRESS


class NotPublished(NotFound):
    """The village shows its boards on the wall only: it has set no public address."""

    text = mark("没有这个榜")
    code = "not_published"


@dataclass(frozen=True)
class Ranking:
    """One board in one period. `group` is the only group shown, or empty for the village."""

    board: Board
    title: str
    period: Period
    entries: tuple[BoardEntry, ...]
    group: str = ""

    @property
    def honoured(self) -> tuple[BoardEntry, ...]:
        """Those with a medal, the same as on the poster."""
        return laureates(self.entries)

    @property
    def rest(self) -> tuple[BoardEntry, ...]:
        """Everybody after those with a medal."""
        return self.entries[len(self.honoured) :]

    @property
    def subject_label(self) -> str:
        """What heads the column of names."""
        return _("户主") if self.board.subject == Subject.HOUSEHOLD else _("姓名")


@dataclass
class _Candidate:
    """Somebody with deeds that count."""

    household: HouseholdInfo
    name: str
    deeds: list[Deed] = field(default_factory=list)

    @property
    def points(self) -> int:
        return sum(deed.points for deed in self.deeds)


@dataclass(frozen=True)
class _Sources:
    """What was read for a period, once for all boards."""

    village_name: str
    households: dict[int, HouseholdInfo]
    deeds: Sequence[Deed]
    numbers: dict[str, frozenset[int]]


def rank(
    session: Session, village_id: int, slug: str, period: Period, *, group_id: int | None = None
) -> Ranking:
    """One board; raises BoardUnknown, GroupUnknown."""
    board = board_called(slug)
    group = "" if group_id is None else group_of(session, village_id, group_id).name
    sources = _read(session, village_id, (board,), period, group_id)
    return _ranking(board, period, sources, group)


def rank_all(session: Session, village_id: int, period: Period) -> tuple[Ranking, ...]:
    """Every board, from one reading of the period's deeds."""
    sources = _read(session, village_id, all_boards(), period, None)
    return tuple(_ranking(board, period, sources, "") for board in all_boards())


def published_village(session: Session, village_id: int) -> VillageInfo:
    """The village, if it shows its boards to everybody; raises NotPublished, VillageUnknown."""
    village = village_info(session, village_id)
    if not village.settings[PUBLIC_ADDRESS]:
        raise NotPublished
    return village


def board_sheet(session: Session, village_id: int, ranking: Ranking) -> BoardSheet:
    """The ranking as the poster prints it, with everything the village has set."""
    village = village_info(session, village_id)
    contact = village.settings[CONTACT]
    where = f" · {ranking.group}" if ranking.group else ""
    return BoardSheet(
        title=ranking.title,
        village=f"{village.town}{village.name}",
        organisation=village.organisation,
        period=f"{ranking.period.label}{where}",
        subject=ranking.subject_label,
        entries=ranking.entries,
        couplet=ranking.board.couplet,
        contact=_("有异议请找：%(contact)s", contact=contact) if contact else "",
        issued_on=clock.today(),
        public_url=_public_url(village, ranking),
        ledger_mark=_("账 %(mark)s", mark=head_mark(session, village_id)),
    )


def masked(name: str) -> str:
    """A name whose owner asked not to be named: 杜某某, 司马某某."""
    return f"{surname(name)}某某"


def _public_url(village: VillageInfo, ranking: Ranking) -> str | None:
    """Where the poster's code leads, if the village has a public address."""
    address = village.settings[PUBLIC_ADDRESS]
    if not address:
        return None
    return f"{address}/b/{village.id}/{ranking.board.slug}?period={ranking.period.text}"


def _read(
    session: Session,
    village_id: int,
    boards: Iterable[Board],
    period: Period,
    group_id: int | None,
) -> _Sources:
    numbers = _numbers(session, village_id, boards, period)
    wanted = frozenset().union(*numbers.values())
    households = all_households(session, village_id, group_id=group_id)
    return _Sources(
        village_name=village_info(session, village_id).name,
        households={household.id: household for household in households},
        deeds=deeds(session, village_id, period.first, period.last, wanted),
        numbers=numbers,
    )


def _numbers(
    session: Session, village_id: int, boards: Iterable[Board], period: Period
) -> dict[str, frozenset[int]]:
    """The items that count on each board, by the schemes at the period's beginning and end.

    Both, since an item may be added or retired within a quarter and its deeds still count.
    """
    schemes = []
    for day in sorted({period.first, min(period.last, clock.today())}):
        with suppress(NoScheme):
            schemes.append(scheme_on(session, village_id, day))
    return {
        board.slug: frozenset().union(*(board.numbers(scheme) for scheme in schemes))
        for board in boards
    }


def _ranking(board: Board, period: Period, sources: _Sources, group: str) -> Ranking:
    candidates = [
        candidate for candidate in _candidates(board, sources) if candidate.points >= board.minimum
    ]
    places = {household: place for place, household in enumerate(sources.households)}
    candidates.sort(key=lambda one: (-one.points, places[one.household.id], one.name))
    title = board.title_for(sources.village_name)
    return Ranking(board, title, period, _entries(board, candidates), group)


def _candidates(board: Board, sources: _Sources) -> Iterable[_Candidate]:
    """Everybody with a deed that counts; households moved away are not among them."""
    found: dict[tuple[int, str], _Candidate] = {}
    counting = sources.numbers[board.slug]
    by_member = board.subject == Subject.MEMBER
    for deed in sources.deeds:
        household = sources.households.get(deed.household_id)
        if household is None or deed.item not in counting or (by_member and deed.minor):
            continue
        # What was done by nobody named is the head's: their name stands for the household.
        name = deed.member_name if by_member and deed.member_id else household.head
        key = (household.id, name)
        found.setdefault(key, _Candidate(household, name)).deeds.append(deed)
    return found.values()


def _entries(board: Board, candidates: Sequence[_Candidate]) -> tuple[BoardEntry, ...]:
    """Those who stand on the board, with places; equal points have equal places, all or none."""
    entries: list[BoardEntry] = []
    place = 0
    for position, candidate in enumerate(candidates, start=1):
        tied = bool(entries) and entries[-1].points == candidate.points
        if not tied:
            if position > board.top:
                break
            place = position if board.ties == Ties.COMPETITION else place + 1
        entries.append(_entry(board, candidate, place))
    return tuple(entries)


def _entry(board: Board, candidate: _Candidate, place: int) -> BoardEntry:
    """One line; who asked not to be named is masked, and so are the notes that could tell."""
    household = candidate.household
    shown = household.consent
    return BoardEntry(
        rank=place,
        name=candidate.name if shown else masked(candidate.name),
        group=household.group,
        deed=told(candidate.deeds, board.deed) if shown else counted(candidate.deeds),
        points=candidate.points,
    )
