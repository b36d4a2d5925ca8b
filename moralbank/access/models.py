"""Table of users."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from moralbank.access.permissions import Role
from moralbank.columns import choice, local_key, village_key


class User(SQLModel, table=True):
    """A person who signs in. `name` is unique in the installation, as sign-in knows no village.

    `session_epoch` grows when the password or the role changes or the user is disabled: every
    session of an older epoch ends.
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
