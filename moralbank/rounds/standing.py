"""How a round stands: of all scores that came in, which one counts, and where they disagree."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from moralbank.households.queries import HouseholdInfo

Place = tuple[int, int]
"""A household and an item: where scores are given."""


@dataclass(frozen=True)
class Score:
    """One score as it came in; `points` 0 means walked by and given nothing."""

    op: str
    revision: int
    household_id: int
    item: int
    points: int
    remark: str
    photo_id: int | None
    scorer: int
    handed_in_by: int
    settles: bool
    scored_at: datetime | None
    received_at: datetime
    device: str

    @property
    def place(self) -> Place:
        """Whose score it is, and for what."""
        return (self.household_id, self.item)


@dataclass(frozen=True)
class Cell:
    """The scores of one household for one item: the last word of each op, first come first.

    `settled` is the committee's word, where there is one.
    """

    scores: tuple[Score, ...]
    settled: Score | None = None

    @property
    def disagrees(self) -> bool:
        """Whether scorers gave different points, settled or not."""
        return len({one.points for one in self.scores}) > 1

    @property
    def open(self) -> bool:
        """Whether the committee still has to say which score counts."""
        return self.disagrees and self.settled is None

    @property
    def points(self) -> int | None:
        """What counts; None while it is open."""
        if self.settled is not None:
            return self.settled.points
        return None if self.disagrees else self.scores[0].points

    @property
    def counting(self) -> tuple[Score, ...]:
        """The scores that gave what counts, the first scorer's first."""
        return tuple(one for one in self.scores if one.points == self.points)

    @property
    def scorer(self) -> int:
        """Whose score counts; call where there is one."""
        return self.counting[0].scorer

    @property
    def givers(self) -> frozenset[int]:
        """Everybody on whose word it rests: who scored so, who handed it in, who settled it."""
        words = (*self.counting, *((self.settled,) if self.settled else ()))
        return frozenset(who for one in words for who in (one.scorer, one.handed_in_by))

    @property
    def remark(self) -> str:
        """What the scorers wrote whose score counts: the first word there is."""
        return next((one.remark for one in self.counting if one.remark), "")

    @property
    def photo_ids(self) -> tuple[int, ...]:
        """The photos of the scores that count."""
        found = (one.photo_id for one in self.counting if one.photo_id is not None)
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class Part:
    """How far a group has come: households in all, scored for every item, in dispute."""

    id: int
    name: str
    households: int
    scored: int
    disputed: int


@dataclass(frozen=True)
class Board:
    """Where a round stands: households in walking order, items, and what was scored."""

    households: Sequence[HouseholdInfo]
    items: Sequence[int]
    cells: Mapping[Place, Cell]

    @property
    def scored(self) -> int:
        """How many households have a score for every item."""
        return sum(self.is_scored(info.id) for info in self.households)

    @property
    def unscored(self) -> list[HouseholdInfo]:
        """The households that lack a score."""
        return [info for info in self.households if not self.is_scored(info.id)]

    @property
    def open(self) -> list[Place]:
        """Where the committee has to say which score counts, in walking order."""
        places = ((info.id, item) for info in self.households for item in self.items)
        return [place for place in places if place in self.cells and self.cells[place].open]

    def is_scored(self, household_id: int) -> bool:
        """Whether a household has a score for every item."""
        return all((household_id, item) in self.cells for item in self.items)

    def parts(self) -> list[Part]:
        """How far each group has come."""
        groups: dict[int, list[HouseholdInfo]] = defaultdict(list)
        for info in self.households:
            groups[info.group_id].append(info)
        disputed = {household_id for household_id, _item in self.open}
        return [
            Part(
                id=group_id,
                name=infos[0].group,
                households=len(infos),
                scored=sum(self.is_scored(info.id) for info in infos),
                disputed=sum(info.id in disputed for info in infos),
            )
            for group_id, infos in groups.items()
        ]

    def walked(self) -> dict[int, int]:
        """How many households each scorer has scored."""
        found: dict[int, set[int]] = defaultdict(set)
        for cell in self.cells.values():
            for one in cell.scores:
                found[one.scorer].add(one.household_id)
        return {scorer: len(households) for scorer, households in found.items()}


def stand(scores: Iterable[Score]) -> dict[Place, Cell]:
    """What counts of these scores, by place: of each op its highest revision."""
    last: dict[str, Score] = {}
    for one in sorted(scores, key=lambda one: (one.revision, one.received_at, one.op)):
        last[one.op] = one
    given: dict[Place, list[Score]] = defaultdict(list)
    settled: dict[Place, Score] = {}
    for one in sorted(last.values(), key=lambda one: (one.received_at, one.op)):
        if one.settles:
            settled[one.place] = one
        else:
            given[one.place].append(one)
    return {place: Cell(tuple(found), settled.get(place)) for place, found in given.items()}
