"""Door plates: the kinds that there are (`seeds/plates.toml`), for whom, and who printed them."""

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Final

from sqlmodel import Session

from moralbank import audit
from moralbank.audit import Actor
from moralbank.boards.honour_sheets import PLATE_SIZES, Plate, PlateKind, PlateSheet, PlateSize
from moralbank.boards.honours import WordsTooLong
from moralbank.errors import Invalid, NotFound
from moralbank.households.queries import HouseholdInfo, HouseholdUnknown, household_labels
from moralbank.i18n import listed, mark
from moralbank.paths import SEEDS
from moralbank.villages.queries import VillageInfo, village_info

LONGEST_PERIOD: Final = 20
LONGEST_ISSUER: Final = 60
PRINTED: Final = "boards.plates"
"""The act under which printed plates stand in the audit trail."""

_BETWEEN: Final = re.compile(r"[\s,，、；;]+")


class PlateKindUnknown(NotFound):
    """Plates come in the kinds of `seeds/plates.toml`."""

    text = mark("没有“%(key)s”这种门牌。现有：%(known)s")
    code = "plate_kind_unknown"


class PlateSizeUnknown(Invalid):
    """Plates come in a few sizes."""

    text = mark("没有“%(key)s”这个尺寸。可选：%(known)s")
    code = "plate_size_unknown"


class NobodysPlate(Invalid):
    """A plate is for a household."""

    text = mark("请勾选要做门牌的户")
    code = "nobodys_plate"


class StarUnknown(Invalid):
    """Stars are named as on the plate, or counted."""

    text = mark("没有“%(name)s”这颗星。现有：%(known)s")
    code = "star_unknown"


class DoorName(StrEnum):
    """What of a household may be read at its door."""

    FULL = "full"
    NUMBER = "number"
    NOTHING = "nothing"


DOOR_LABELS: Final = {
    DoorName.FULL: mark("户号和户主姓名"),
    DoorName.NUMBER: mark("只印户号"),
    DoorName.NOTHING: mark("都不印"),
}


@dataclass(frozen=True)
class PlateWish:
    """Which plates are wanted. `period` may be empty.

    `usual` are the stars (from 0) of every household of which `stars` says nothing.
    """

    kind: PlateKind
    size: PlateSize
    door: DoorName
    organisation: str
    period: str
    plain: bool = False
    usual: frozenset[int] = frozenset()
    stars: Mapping[int, frozenset[int]] = field(default_factory=dict)


@cache
def plate_kinds() -> tuple[PlateKind, ...]:
    """Every kind of plate, in the order of the seeds."""
    found = tomllib.loads((SEEDS / "plates.toml").read_text("utf-8"))["plates"]
    return tuple(
        PlateKind(
            key=one["key"],
            title=one["title"],
            ground=one["ground"],
            ink=one["ink"],
            stars=tuple(one.get("stars", ())),
        )
        for one in found
    )


def plate_kind(key: str) -> PlateKind:
    """The kind of this key, or of this title; raises PlateKindUnknown."""
    for kind in plate_kinds():
        if key in {kind.key, kind.title}:
            return kind
    raise PlateKindUnknown(key=key[:20], known=listed(kind.title for kind in plate_kinds()))


def plate_size(key: str) -> PlateSize:
    """The size of this key; raises PlateSizeUnknown."""
    if key not in PLATE_SIZES:
        raise PlateSizeUnknown(field="size", key=key[:20], known=listed(PLATE_SIZES))
    return PLATE_SIZES[key]


def stars_called(kind: PlateKind, typed: str) -> frozenset[int]:
    """The stars of a text: how many from the left ("8"), or their names; raises StarUnknown."""
    if typed.isascii() and typed.isdecimal():
        return first_stars(kind, int(typed[:3]))
    names = [name for name in _BETWEEN.split(typed) if name]
    for name in names:
        if name not in kind.stars:
            raise StarUnknown(name=name[:20], known=listed(kind.stars))
    return frozenset(kind.stars.index(name) for name in names)


def first_stars(kind: PlateKind, count: int) -> frozenset[int]:
    """So many stars from the left, as many as the plate has at most."""
    return frozenset(range(min(count, len(kind.stars))))


def print_plates(
    session: Session, actor: Actor, household_ids: Collection[int], wish: PlateWish
) -> tuple[PlateSheet, int]:
    """The plates of these households, and how many heads are left out since they don't want it.

    They come in the order of the numbers given. It is noted in the trail who prints whose. Raises
    WordsTooLong, NobodysPlate, HouseholdUnknown.
    """
    if len(wish.period) > LONGEST_PERIOD:
        raise WordsTooLong(field="period", n=LONGEST_PERIOD)
    owners = _owners(session, actor.village_id, household_ids)
    shy = sum(not one.consent for one in owners) if wish.door is DoorName.FULL else 0
    audit.record(
        session,
        actor,
        PRINTED,
        wish.kind.title,
        kind=wish.kind.key,
        size=wish.size.key,
        door=wish.door,
        households=[one.label for one in owners],
        period=wish.period,
    )
    return _sheet(village_info(session, actor.village_id), owners, wish), shy


def _owners(
    session: Session, village_id: int, household_ids: Collection[int]
) -> list[HouseholdInfo]:
    """Each household once; raises NobodysPlate, HouseholdUnknown."""
    numbers = tuple(dict.fromkeys(household_ids))
    if not numbers:
        raise NobodysPlate
    known = household_labels(session, village_id, numbers)
    if len(known) < len(numbers):
        raise HouseholdUnknown
    return [known[number] for number in numbers]


def _sheet(village: VillageInfo, owners: Iterable[HouseholdInfo], wish: PlateWish) -> PlateSheet:
    return PlateSheet(
        kind=wish.kind,
        size=wish.size,
        plates=tuple(_plate(one, wish) for one in owners),
        village=village.full_name,
        organisation=wish.organisation,
        period=wish.period,
        plain=wish.plain,
    )


def _plate(owner: HouseholdInfo, wish: PlateWish) -> Plate:
    named = wish.door is DoorName.FULL and owner.consent
    return Plate(
        number="" if wish.door is DoorName.NOTHING else f"{owner.group} {owner.number} 号",
        head=owner.head if named else "",
        stars=wish.stars.get(owner.id, wish.usual) if wish.kind.stars else frozenset(),
    )
