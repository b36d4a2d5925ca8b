"""What the demo's households do from their card's page: claim deeds, answer what was asked."""

from datetime import date, timedelta
from typing import Final

from sqlmodel import Session

from moralbank.audit import Actor
from moralbank.awards.queries import AwardRow, awards_named
from moralbank.cards import claims
from moralbank.cards.queries import CardInfo, active_cards
from moralbank.demo.deeds import PlannedDeed
from moralbank.demo.drawings import picture
from moralbank.demo.town import DEVICE, Village, at
from moralbank.photos.service import keep

_PICTURED: Final = 0.8
"""Of the claims of which a picture can be drawn, the part that comes with one."""
_ANSWERED_AFTER: Final = timedelta(days=3)


def claim(
    session: Session, village: Village, card: CardInfo, planned: PlannedDeed, day: date, member: int
) -> None:
    """Claim what was planned, some with a photo."""
    actor = claims.claimant(session, card, DEVICE)
    shown = planned.picture and village.draw.random() < _PICTURED
    wanted = claims.Claim(
        item=planned.item.number,
        points_each=planned.points_each,
        quantity=planned.quantity,
        deed_on=day,
        note=planned.note,
        member_id=member,
        photos=_photo(session, village, actor, planned.picture) if shown else (),
    )
    claims.make(session, actor, card, village.request_id(), wanted)


def answer_questions(session: Session, village: Village, day: date) -> None:
    """Hand in again what was sent back some days ago, with what was asked for."""
    due = [number for number, asked in village.asked.items() if asked[0] + _ANSWERED_AFTER == day]
    cards = active_cards(session, village.id)
    for minute, row in enumerate(awards_named(session, village.id, due)):
        _asked_on, question = village.asked[row.id]
        card = cards.get(row.household_id)
        if card and row.household_id in village.zeal:  # its card may be lost, it may have moved
            with at(day, 12, after=minute):
                _answer(session, village, card, row, question)


def _answer(
    session: Session, village: Village, card: CardInfo, row: AwardRow, question: int
) -> None:
    actor = claims.claimant(session, card, DEVICE)
    detail = village.material.words.details[question]
    said = detail.format(month=row.deed_on.month, day=row.deed_on.day)
    scene = next(one.picture for one in village.material.habits if one.item == row.item_name)
    wanted = claims.Claim(
        item=row.item,
        points_each=row.points_each,
        quantity=row.quantity,
        deed_on=row.deed_on,
        note=f"{row.note}，{said}",
        member_id=row.member_id,
        photos=_photo(session, village, actor, scene) if scene else (),
    )
    claims.make(session, actor, card, village.request_id(), wanted, again=row.id)


def _photo(session: Session, village: Village, actor: Actor, scene: str) -> tuple[int]:
    """Keep a picture drawn for this claim alone."""
    content = picture(scene, village.draw.getrandbits(32))
    return (keep(session, actor, village.photos, content),)
