"""Who stands on a board: posted deeds, or gifts, of a period, added up and put in order."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from moralbank import clock
from moralbank.boards.candidates import (
    Candidate,
    Sources,
    candidates,
    read_deeds,
    read_sources,
)
from moralbank.boards.deedline import counted, noted, told
from moralbank.boards.definitions import Board, board_called, boards_of
from moralbank.boards.edits import AS_TOLD, Edit, Key, edits_of
from moralbank.boards.models import Subject
from moralbank.boards.periods import Period, of_group
from moralbank.boards.rules import rule
from moralbank.boards.sheets import BoardEntry, BoardSheet, laureates
from moralbank.boards.ties import placed, tie_rule
from moralbank.households.masking import masked
from moralbank.i18n import _, sentences
from moralbank.ledger.queries import head_mark
from moralbank.villages.queries import group_of, village_info
from moralbank.villages.settings import (
    CONTACT,
    DATES_ARABIC,
    FIRST_LINE,
    FORMAL_DATES,
    LEFT,
    PUBLIC_ADDRESS,
)

Edits = Mapping[Key, Edit]


@dataclass(frozen=True)
class Standing:
    """One who stands on a board, as it shows them.

    `household_id` 0: a donor; `member_id` 0: the household, or its head. `shown` says that they may
    be named; else `name` is masked, `deed` counts without telling, and there are neither `notes`
    nor `photo_id`. `notes` are what the deeds' own notes tell, to choose from (never a minor's).
    """

    rank: int
    name: str
    group: str
    deed: str
    points: int
    household_id: int
    member_id: int
    shown: bool
    notes: tuple[str, ...] = ()
    photo_id: int | None = None


@dataclass(frozen=True)
class Ranking:
    """One board in one period. `group` is the only group shown, or empty for the village.

    `rule` says what counts, `tie_rule` what becomes of those who are equal, both in the language
    in use, as all words of the standings.
    """

    board: Board
    title: str
    period: Period
    standings: tuple[Standing, ...]
    group: str
    rule: str
    tie_rule: str

    @property
    def spoken(self) -> str:
        """Period and group as pages write them."""
        return of_group(self.period.spoken, self.group)

    @property
    def entries(self) -> tuple[BoardEntry, ...]:
        """The lines as a sheet shows them, without photos."""
        return tuple(
            BoardEntry(
                rank=one.rank, name=one.name, group=one.group, deed=one.deed, points=one.points
            )
            for one in self.standings
        )

    @property
    def honoured(self) -> tuple[Standing, ...]:
        """Those with a medal, the same as on the poster."""
        return laureates(self.standings)


def rank(
    session: Session, village_id: int, slug: str, period: Period, group_id: int | None = None
) -> Ranking:
    """One board; raises BoardUnknown, GroupUnknown."""
    board = board_called(session, village_id, slug)
    return rank_as(session, village_id, board, period, group_id)


def rank_as(
    session: Session, village_id: int, board: Board, period: Period, group_id: int | None = None
) -> Ranking:
    """How a board would stand if it were as given, kept or not; raises GroupUnknown.

    Donors have no group: their board is always the village's.
    """
    if board.subject == Subject.DONOR:
        group_id = None
    group = "" if group_id is None else group_of(session, village_id, group_id).name
    sources = read_sources(session, village_id, (board,), period, group_id)
    edits = edits_of(session, village_id, board.slug, period.text)
    return _ranking(session, board, sources, edits, group)


def rank_all(session: Session, village_id: int, period: Period) -> tuple[Ranking, ...]:
    """Every board in use, from one reading of the period; lines are as the notes tell them."""
    boards = boards_of(session, village_id)
    sources = read_sources(session, village_id, boards, period)
    return tuple(_ranking(session, board, sources, {}, "") for board in boards)


def board_sheet(session: Session, village_id: int, ranking: Ranking) -> BoardSheet:
    """The ranking as a test print, before it is published, with everything the village has set."""
    village = village_info(session, village_id)
    return BoardSheet(
        title=ranking.title,
        village=village.full_name,
        organisation=village.organisation,
        period=of_group(ranking.period.label, ranking.group),
        subject=ranking.board.subject_label,
        entries=ranking.entries,
        couplet=ranking.board.couplet,
        issued_on=clock.today(),
        public_url=public_url(village.settings, village_id, ranking.board.slug),
        measure=ranking.board.measure_label,
        unit=ranking.board.unit,
        issue=_("试印稿"),
        rule=sentences((ranking.rule, ranking.tie_rule)),
        **sheet_words(village.settings, village.settings[CONTACT], head_mark(session, village_id)),
    )


def sheet_words(settings: Mapping[str, str], contact: str, mark: str) -> dict[str, Any]:
    """What every board's sheet says alike: whom to ask and the ledger's mark, both in words.

    And whether the couplet hangs from the left and dates have Arabic figures, by the village's
    `settings` of today.
    """
    return {
        "contact": _("有异议请找：%(contact)s", contact=contact) if contact else "",
        "ledger_mark": _("账 %(mark)s", mark=mark),
        "first_line_left": settings[FIRST_LINE] == LEFT,
        "arabic_dates": settings[FORMAL_DATES] == DATES_ARABIC,
    }


def public_url(settings: Mapping[str, str], village_id: int, place: str) -> str | None:
    """Where everybody may see a board ("shanju") or an issue ("shanju/3"), if online at all."""
    address = settings[PUBLIC_ADDRESS]
    return f"{address}/b/{village_id}/{place}" if address else None


def _ranking(session: Session, board: Board, sources: Sources, edits: Edits, group: str) -> Ranking:
    places = placed(candidates(board, sources), board.ties, board.top)
    read_deeds(session, sources.village.id, board, sources, [one for _place, one in places])
    return Ranking(
        board=board,
        title=board.title_for(sources.village.name),
        period=sources.period,
        standings=tuple(_standing(one, place, edits) for place, one in places),
        group=group,
        rule=rule(board, sources.period, sources.latest),
        tie_rule=tie_rule(board.ties),
    )


def _standing(candidate: Candidate, place: int, edits: Edits) -> Standing:
    """One line; who asked not to be named is masked, and so is everything that could tell."""
    household = candidate.household
    if household is None:
        return _donor(candidate, place)
    if not household.consent:
        name, deed = masked(candidate.name), counted(candidate.counts)
        own = (household.id, candidate.member_id, False)
        return Standing(place, name, household.group, deed, candidate.points, *own)
    edit = edits.get((household.id, candidate.member_id), AS_TOLD)
    return Standing(
        rank=place,
        name=candidate.name,
        group=household.group,
        deed=edit.deed or told(candidate.notes, candidate.counts),
        points=candidate.points,
        household_id=household.id,
        member_id=candidate.member_id,
        shown=True,
        notes=noted(candidate.notes),
        photo_id=edit.photo_id,
    )


def _donor(candidate: Candidate, place: int) -> Standing:
    """Who gave to the fund. What the accountant noted on a voucher is not for the wall."""
    deed = _("捐赠 %(n)s 笔", n=candidate.gifts)
    return Standing(place, candidate.name, "", deed, candidate.points, 0, 0, shown=True)
