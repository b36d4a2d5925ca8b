"""Tables of villages, groups and settings."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from moralbank.columns import local_key, village_key


class Village(SQLModel, table=True):
    """A village. `id` is its 12-digit statistical division code, unique in the country.

    A code that ends in 000 is the office of a town or county above its villages (`codes.py`): it
    has users and a trail as a village has, and neither households nor points.
    """

    __tablename__ = "villages"
    __table_args__ = (
        CheckConstraint("id BETWEEN 100000000000 AND 999999999999", name="twelve_digits"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    name: str = Field(max_length=40)
    opened_at: datetime


class Group(SQLModel, table=True):
    """A group (小组, 网格) of a village; `position` is its place in lists."""

    __tablename__ = "groups"
    __table_args__ = (UniqueConstraint("village_id", "name"),)

    village_id: int = village_key()
    id: int = local_key()
    name: str = Field(max_length=20)
    position: int


class SettingRow(SQLModel, table=True):
    """One thing a village has set; what may be set stands in `villages/settings.py`."""

    __tablename__ = "settings"

    village_id: int = village_key()
    key: str = Field(primary_key=True, max_length=40)
    value: str = Field(max_length=200)
