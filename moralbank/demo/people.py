"""Drawing the households of the demo and the people in them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

from moralbank.demo.material import Names
from moralbank.households.roster import RosterRow
from moralbank.households.service import NewMember

_MONGOLIAN: Final = 0.16
_WOMAN_HEAD: Final = 0.2
_NO_CONSENT: Final = 0.03
_PARENT: Final = 0.22
_CHILD: Final = 0.35


@dataclass(frozen=True)
class Family:
    """A household's row of the roster and the people named beside its head."""

    row: RosterRow
    members: tuple[NewMember, ...]


def draw_families(
    draw: Random, names: Names, groups: Mapping[str, int], streets_of: int = 12
) -> list[Family]:
    """A family for each place of each group; no two heads have one name.

    `streets_of` is how many houses stand in a street.
    """
    taken = set(names.fixed.values())
    families: list[Family] = []
    for group, size in groups.items():
        for place in range(1, size + 1):
            number = f"{place:03d}"
            head = names.fixed.get((group, number)) or _new_name(draw, names, taken)
            street = names.streets[(place - 1) // streets_of % len(names.streets)]
            families.append(
                Family(
                    row=_row(draw, len(families), group, number, head, street),
                    members=tuple(_members(draw, names, head)),
                )
            )
    return families


def _row(draw: Random, position: int, group: str, number: str, head: str, street: str) -> RosterRow:
    return RosterRow(
        line=position + 1,
        group=group,
        number=number,
        head=head,
        # A subscriber's number that begins with 000 is nobody's.
        telephone=f"0476000{position:04d}",
        people=draw.choices((1, 2, 3, 4, 5, 6), (8, 30, 22, 22, 12, 6))[0],
        address=f"{group}{street} {int(number)} 号",
        consent=draw.random() >= _NO_CONSENT,
    )


def _new_name(draw: Random, names: Names, taken: set[str]) -> str:
    """A head's name that nobody has yet."""
    while True:
        name = _name(draw, names, woman=draw.random() < _WOMAN_HEAD)
        if name not in taken:
            taken.add(name)
            return name


def _name(draw: Random, names: Names, *, woman: bool) -> str:
    if draw.random() < _MONGOLIAN:
        return draw.choice(names.mongolian_women if woman else names.mongolian_men)
    surname = draw.choices(list(names.surnames), list(names.surnames.values()))[0]
    return surname + draw.choice(names.women if woman else names.men)


def _members(draw: Random, names: Names, head: str) -> Iterator[NewMember]:
    """A spouse, sometimes a parent, sometimes a child (who stands on no board)."""
    woman = not any(head.endswith(given) for given in (*names.women, *names.mongolian_women))
    spouse = _name(draw, names, woman=woman)
    yield NewMember(name=spouse, relation="配偶")
    if draw.random() < _PARENT:
        parent = _name(draw, names, woman=True)
        if parent != spouse:
            yield NewMember(name=parent, relation="母亲")
    if draw.random() < _CHILD:
        name = f"{head[:1]}小{draw.choice('宝米豆雨雪禾苗')}"
        yield NewMember(name=name, relation="孩子", minor=True)
