"""Tables of users, of the groups they look after, and of the households close to them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from moralbank.access.permissions import Role
from moralbank.columns import belongs_to, choice, local_key, village_key


class User(SQLModel, table=True):
    """A person who signs in. `name` is unique in the installation, as sign-in knows no village.

    `session_epoch` grows when the password or the role changes or the user is disabled: every
    session of an older epoch ends. Wrong passwords are counted in `failed_tries` until a right
    one, and shut the account until `locked_until`. `totp_secret` (base32) is asked of those who
    chose a second factor; `totp_step` is the last time step (RFC 6238) that was used, so that no
    code opens twice.
    """

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("name"),)

    village_id: int = village_key()
    id: int = local_key()
    name: str = Field(max_length=20)
    role: Role = choice(Role)
    password_hash: str = Field(max_length=200)
    must_change_password: bool
    session_epoch: int = Field(default=1)
    disabled: bool = Field(default=False)
    created_at: datetime
    failed_tries: int = Field(default=0)
    locked_until: datetime | None = None
    totp_secret: str | None = Field(default=None, max_length=64)
    totp_step: int | None = Field(default=None, sa_type=BigInteger)


class UserGroup(SQLModel, table=True):
    """A group (网格) that a grid worker looks after."""

    __tablename__ = "user_groups"
    __table_args__ = (belongs_to("users", "user_id"), belongs_to("groups", "group_id"))

    village_id: int = village_key()
    user_id: int = local_key()
    group_id: int = local_key()


class TieKind(StrEnum):
    """How a household is close to a user."""

    OWN = "own"
    KIN = "kin"


class Tie(SQLModel, table=True):
    """A household that a user may not judge: their own, or declared kin (回避).

    Ties are never deleted: `check` asks who was barred at the moment of a decision.
    """

    __tablename__ = "ties"
    __table_args__ = (
        belongs_to("users", "user_id"),
        belongs_to("households", "household_id"),
        Index(
            "uq_ties_one_each",
            "village_id",
            "user_id",
            "household_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    village_id: int = village_key()
    id: int = local_key()
    user_id: int
    household_id: int
    kind: TieKind = choice(TieKind)
    words: str = Field(max_length=12)
    since: datetime
    ended_at: datetime | None
