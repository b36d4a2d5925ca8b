"""Migrations: how a database gets from one release's tables to the next."""

from typing import TYPE_CHECKING

from sqlalchemy import Engine

from moralbank.db import require_known_revision
from moralbank.paths import PACKAGE

if TYPE_CHECKING:
    from alembic.config import Config


def alembic_config(engine: Engine) -> "Config":
    """Alembic's configuration for this database, without any ini file."""
    from alembic.config import Config  # noqa: PLC0415 - Alembic only where tables are changed

    config = Config()
    config.set_main_option("script_location", str(PACKAGE / "migrations"))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the tables to this program's release; does nothing where they are there already.

    `revision` names an older release, for a database that is then filled from its archive.

    Raises DatabaseDamaged, DatabaseNewer, and leaves such a database as it is.
    """
    from alembic import command  # noqa: PLC0415 - as above

    require_known_revision(engine)
    command.upgrade(alembic_config(engine), revision)
