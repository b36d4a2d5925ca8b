"""Migrations: how a database gets from one release's tables to the next."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from moralbank.db import require_known_revision
from moralbank.paths import PACKAGE


def alembic_config(engine: Engine) -> Config:
    """Alembic's configuration for this database, without any ini file."""
    config = Config()
    config.set_main_option("script_location", str(PACKAGE / "migrations"))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the tables to this program's release; does nothing where they are there already.

    `revision` names an older release, for a database that is then filled from its archive.

    Raises DatabaseDamaged, DatabaseNewer, and leaves such a database as it is.
    """
    require_known_revision(engine)
    command.upgrade(alembic_config(engine), revision)
