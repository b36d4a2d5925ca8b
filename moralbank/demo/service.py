"""Building the demo village: its people, then day by day what happened, as if it were real.

Nothing is written but through the rooms' services, with the clock standing at the moment of each
act. All chance comes from one `Random`: the same seed on the same day gives the same books.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Final

from sqlmodel import Session

from moralbank import clock
from moralbank.access.models import TieKind
from moralbank.access.permissions import Role
from moralbank.access.service import add_user, assign_groups, declare_tie
from moralbank.audit import Actor
from moralbank.cards.service import issue
from moralbank.db import Database
from moralbank.demo import market, money
from moralbank.demo.days import live
from moralbank.demo.deeds import Planner
from moralbank.demo.drawings import picture
from moralbank.demo.material import Material
from moralbank.demo.people import Family, draw_families
from moralbank.demo.town import DEVICE, Village, at
from moralbank.households.portrait import set_portrait
from moralbank.households.queries import HouseholdInfo, all_households
from moralbank.households.service import add_member, import_roster
from moralbank.photos.service import keep
from moralbank.photos.storage import folder_of
from moralbank.scheme.queries import scheme_on
from moralbank.scheme.service import adopt_default
from moralbank.store.service import open_shop
from moralbank.villages.queries import groups_of
from moralbank.villages.service import OpenVillage, change_setting, open_village

ALL_HOUSEHOLDS: Final = 256
ALL_DAYS: Final = 183

_PICTURED_EVERY: Final = 6
"""One house in so many was photographed, where its people agreed."""
_STARS: Final = 0.02
"""Households far more eager than the others, as a part of all."""

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Size:
    """How large the demo is: about so many households, so many days of the past."""

    households: int = ALL_HOUSEHOLDS
    days: int = ALL_DAYS


def build_village(
    database: Database,
    material: Material,
    passwords: Mapping[str, str],
    *,
    instance: Path,
    seed: int,
    size: Size,
    progress: Progress,
) -> None:
    """Fill an empty database with the demo village; `progress` hears how many days are done.

    `passwords` are by name, for all of `staff_of(material)`. Photos are kept below the folder
    `instance`. The last day built is yesterday, by the village's clock.
    """
    draw = Random(seed)  # noqa: S311 - not for secrets
    first = clock.today() - timedelta(days=size.days)
    with database.writing() as session:
        with at(first, 8):
            village = _found(session, material, draw, passwords, folder_of(instance))
            _settle(session, village, _groups(material.groups, size.households))
        planner = Planner(village.draw, scheme_on(session, village.id, first), village.zeal)
    for past in range(size.days):
        with database.writing() as session:
            day = first + timedelta(days=past)
            live(session, village, planner, day, past=past, left=size.days - past)
        progress(past + 1)


def staff_of(material: Material) -> list[tuple[str, Role]]:
    """Everybody who signs in, by name."""
    return [
        *((name, role) for role, name in material.staff.items()),
        (material.colleague, Role.REVIEWER),
        (material.private_shop.keeper, Role.SHOPKEEPER),
    ]


def _found(
    session: Session,
    material: Material,
    draw: Random,
    passwords: Mapping[str, str],
    photos: Path,
) -> Village:
    """Open the village with its staff, scheme, shop and settings."""
    number = int(material.code)
    founder = Actor(number, 0, "开户", Role.ADMIN, DEVICE)
    open_village(session, OpenVillage(material.code, material.name))
    people: dict[str, Actor] = {}
    for name, role in staff_of(material):
        user = add_user(session, founder, name, role, passwords[name], first=False)
        people[name] = Actor(number, user.id, name, role, DEVICE)
    adopt_default(session, founder)
    open_shop(session, founder)
    village = Village(number, material, draw, people[material.colleague], photos)
    village.actors.update((role, people[name]) for role, name in material.staff.items())
    for key, value in material.settings.items():
        change_setting(session, village.actors[Role.ADMIN], key, value)
    village.keepers = (
        people[material.staff[Role.SHOPKEEPER]],
        people[material.private_shop.keeper],
    )
    market.open_private_shop(session, village, village.keepers[1])
    market.show_goods(session, village)
    market.restock(session, village, material.words.first_receipt)
    money.resolve_lapse(session, village)
    return village


def _settle(session: Session, village: Village, groups: Mapping[str, int]) -> None:
    """Import the roster, name the members, give everybody a card."""
    admin = village.actors[Role.ADMIN]
    families = draw_families(village.draw, village.material.names, groups)
    rows = [family.row for family in families]
    import_roster(session, admin, rows, filename=village.material.roster)
    households = all_households(session, village.id)
    ids = {(one.group, one.number): one.id for one in households}
    for family in families:
        _name_members(session, village, ids[family.row.group, family.row.number], family)
    village.zeal.update(_draw_zeal(village.draw, [one.id for one in households]))
    issue(session, admin, list(village.zeal), draw=village.draw.randrange)
    _picture_houses(session, village, households[_PICTURED_EVERY - 1 :: _PICTURED_EVERY])
    _look_after(session, village)
    for tie in village.material.ties:
        if (tie.group, tie.number) in ids:  # a smaller demo has fewer households
            who, home = village.actors[Role(tie.role)], ids[tie.group, tie.number]
            declare_tie(session, admin, who.user_id, home, TieKind(tie.kind), tie.words)


def _picture_houses(
    session: Session, village: Village, households: Sequence[HouseholdInfo]
) -> None:
    """Let the counter show these houses; their yards are drawn by their numbers."""
    admin = village.actors[Role.ADMIN]
    for one in households:
        if one.consent:
            photo = keep(session, admin, village.photos, picture("yard", one.id))
            set_portrait(session, admin, one.id, [photo], consent=True)


def _look_after(session: Session, village: Village) -> None:
    """Give the grid worker their groups."""
    mine = village.material.looked_after
    groups = [one.id for one in groups_of(session, village.id) if one.name in mine]
    admin = village.actors[Role.ADMIN]
    assign_groups(session, admin, village.actors[Role.GRID].user_id, groups)


def _name_members(session: Session, village: Village, household: int, family: Family) -> None:
    for wanted in family.members:
        member = add_member(session, village.actors[Role.ADMIN], household, wanted)
        if not wanted.minor:
            village.grown_ups[household].append(member.id)


def _groups(full: Mapping[str, int], households: int) -> dict[str, int]:
    """Households of each group, in proportion where the demo is smaller."""
    share = households / sum(full.values())
    return {name: max(1, round(size * share)) for name, size in full.items()}


def _draw_zeal(draw: Random, households: Sequence[int]) -> dict[int, float]:
    """How eager each household is: most about 1, a few stars far above."""
    zeal = {household: draw.lognormvariate(-0.1, 0.42) for household in households}
    for star in draw.sample(households, max(1, round(len(households) * _STARS))):
        zeal[star] = draw.uniform(9, 13)
    return zeal
