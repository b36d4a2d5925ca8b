"""Tables of photos and of what they show."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from moralbank.columns import belongs_to, choice_type, local_key, village_key


class PhotoSubject(StrEnum):
    """What a photo is evidence of; `subject_id` is that thing's village-local number."""

    AWARD = "award"
    REMINDER = "reminder"
    OBJECTION = "objection"
    ROUND = "round"
    HOUSEHOLD = "household"
    PRODUCT = "product"
    SLIP = "slip"
    VOUCHER = "voucher"
    LAUREATE = "laureate"


class Photo(SQLModel, table=True):
    """A photo as we keep it: upright, without its location, sized down, under a random name.

    `original` is the sha256 of the picture's own dots after it was turned upright, so that the
    same photo is known again however it was sent; `width` and `height` in pixels. `taken_by` 0:
    from a card's page.
    """

    __tablename__ = "photos"
    __table_args__ = (
        UniqueConstraint("name"),
        Index("ix_photos_original", "village_id", "original"),
    )

    village_id: int = village_key()
    id: int = local_key()
    name: str = Field(max_length=32)
    original: str = Field(max_length=64)
    width: int
    height: int
    taken_by: int
    at: datetime


class PhotoUse(SQLModel, table=True):
    """What a photo belongs to: a deed, a round whose scores bring it, goods, a voucher and so on.

    A slip's is the signature of whoever took the goods; a laureate's `subject_id` is the number
    of their household, which was asked before the picture went onto a board.
    """

    __tablename__ = "photo_uses"
    __table_args__ = (
        belongs_to("photos", "photo_id"),
        # The photo with it: for the newest one SQLite would else walk through all of the village's.
        Index("ix_photo_uses_subject", "village_id", "subject", "subject_id", "photo_id"),
    )

    village_id: int = village_key()
    photo_id: int = local_key()
    subject: PhotoSubject = Field(primary_key=True, sa_type=choice_type(PhotoSubject))
    subject_id: int = local_key()
