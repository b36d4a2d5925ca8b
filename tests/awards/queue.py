"""What the queues of judging are tested with: parts, kin, settings, photos."""

import io
import json
import re
from html import unescape
from typing import Any

from sqlmodel import select

from moralbank.access.models import TieKind
from moralbank.access.permissions import Role
from moralbank.access.service import add_user, assign_groups, declare_tie
from moralbank.audit import Actor, AuditEntry
from moralbank.awards.models import AwardSource
from moralbank.photos.models import PhotoSubject
from moralbank.photos.queries import photos_of
from moralbank.villages.service import change_setting
from tests.awards.deeds import Deeds
from tests.photos.phone import sent, snapshot
from tests.village import PASSWORD

PAPER: dict[str, Any] = {"source": AwardSource.PAPER, "helper": "组长王海"}
"""A claim on paper must be verified, as the village has it from the start."""


def change(deeds: Deeds, key: str, value: str) -> None:
    """Change a setting of the village."""
    with deeds.town.database.writing() as session:
        change_setting(session, deeds.town.actor(Role.ADMIN), key, value)


def look_after(deeds: Deeds, *labels: str) -> None:
    """Let 何志勇 look after the groups of these households."""
    grid, groups = (
        deeds.town.actor(Role.GRID),
        {deeds.town.household(one).group_id for one in labels},
    )
    with deeds.town.database.writing() as session:
        assign_groups(session, deeds.town.actor(Role.ADMIN), grid.user_id, groups)


def tie(deeds: Deeds, who: Actor, label: str, words: str) -> None:
    """Declare that somebody is kin to a household."""
    household = deeds.town.household(label).id
    with deeds.town.database.writing() as session:
        admin = deeds.town.actor(Role.ADMIN)
        declare_tie(session, admin, who.user_id, household, TieKind.KIN, words)


def second_reviewer(deeds: Deeds) -> Actor:
    """马玉芬, who reviews too."""
    with deeds.town.database.writing() as session:
        admin, town = deeds.town.actor(Role.ADMIN), deeds.town
        user = add_user(session, admin, "马玉芬", Role.REVIEWER, PASSWORD, first=False)
        return Actor(town.village_id, user.id, "马玉芬", Role.REVIEWER, "test")


def trail(deeds: Deeds, act: str) -> list[dict[str, Any]]:
    """What the trail keeps of an act, the oldest first."""
    with deeds.town.database.reading() as session:
        found = session.exec(select(AuditEntry.detail).where(AuditEntry.act == act))
        return [json.loads(detail) for detail in found]


def photos_kept(deeds: Deeds, award_id: int) -> int:
    """How many photos show a deed."""
    with deeds.town.database.reading() as session:
        found = photos_of(session, deeds.town.village_id, PhotoSubject.AWARD, [award_id])
    return len(found.get(award_id, []))


def photo(colour: str = "green") -> tuple[io.BytesIO, str]:
    """A photo as a form sends it."""
    return io.BytesIO(sent(snapshot(colour=colour))), "IMG_0001.jpg"


def part_of(page: str, award_id: int) -> str:
    """What a queue shows of one deed."""
    for part in re.split(r'<li class="claim[ "]', page.partition('id="ticked"')[0])[1:]:
        if f'id="deed-{award_id}"' in part:
            return unescape(part)
    raise AssertionError(award_id)
