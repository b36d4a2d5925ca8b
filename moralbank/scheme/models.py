"""Tables of the scheme. A version is never changed once adopted: a new one follows it."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from moralbank.columns import choice, local_key, village_key


class CapPeriod(StrEnum):
    """How long a cap counts before it begins anew."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ONCE = "once"


class CapMeasure(StrEnum):
    """What a cap counts."""

    TIMES = "times"
    POINTS = "points"


class CapPer(StrEnum):
    """Whom a cap counts for."""

    HOUSEHOLD = "household"
    MEMBER = "member"


class SchemeVersion(SQLModel, table=True):
    """The rules in force from `valid_from` on, and the resolution that adopted them."""

    __tablename__ = "scheme_versions"

    village_id: int = village_key()
    version: int = local_key()
    valid_from: date
    adopted_on: date
    resolution: str = Field(max_length=120)
    created_by: int
    created_at: datetime


class SchemeCategory(SQLModel, table=True):
    """One of the categories (类) of a version."""

    __tablename__ = "scheme_categories"
    __table_args__ = (
        ForeignKeyConstraint(
            ["village_id", "version"],
            ["scheme_versions.village_id", "scheme_versions.version"],
            ondelete="RESTRICT",
        ),
        UniqueConstraint("village_id", "version", "name"),
    )

    village_id: int = village_key()
    version: int = local_key()
    position: int = local_key()
    name: str = Field(max_length=20)


class SchemeItem(SQLModel, table=True):
    """An item (项). `number` stays the same through all versions.

    A deed gives `points_min`..`points_max` points for each `unit`; `levels` (JSON: list of
    [name, points]) name the only amounts allowed, where there are such. A deduction has
    `deduction` true and its points as positive numbers. Cap columns are all set or all empty.
    """

    __tablename__ = "scheme_items"
    __table_args__ = (
        ForeignKeyConstraint(
            ["village_id", "version", "category"],
            [
                "scheme_categories.village_id",
                "scheme_categories.version",
                "scheme_categories.position",
            ],
            ondelete="RESTRICT",
        ),
        UniqueConstraint("village_id", "version", "name"),
        CheckConstraint("points_min > 0 AND points_max >= points_min", name="points"),
        CheckConstraint("(cap_amount IS NULL) = (cap_measure IS NULL)", name="cap_measure_set"),
        CheckConstraint("(cap_amount IS NULL) = (cap_period IS NULL)", name="cap_period_set"),
        CheckConstraint("cap_amount > 0", name="cap_amount"),
    )

    village_id: int = village_key()
    version: int = local_key()
    number: int = local_key()
    category: int
    name: str = Field(max_length=30)
    points_min: int
    points_max: int
    levels: str
    unit: str = Field(max_length=12)
    cap_amount: int | None
    cap_measure: CapMeasure | None = choice(CapMeasure)
    cap_period: CapPeriod | None = choice(CapPeriod)
    cap_per: CapPer = choice(CapPer)
    evidence: bool
    deduction: bool
    note: str = Field(max_length=120)
