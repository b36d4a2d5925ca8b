"""One village for all mutants, laid out once and copied as a file for each."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from moralbank import db
from moralbank.db import Database
from tests.conftest import Source
from tests.mutants.stand import Stand
from tests.village import VILLAGE_ID, Town


@pytest.fixture(scope="session")
def laid_out(sources: dict[str, Source]) -> Path:
    """The file of a village with goods and points."""
    url = sources["sqlite"].settled()
    database = Database(url)
    db.use(database)
    Stand(Town(database, VILLAGE_ID)).furnish()
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return Path(url.removeprefix("sqlite:///"))


@pytest.fixture(scope="session")
def workshop(laid_out: Path) -> Database:
    """The one engine over whichever copy lies there now, so that statements compile once."""
    return Database(f"sqlite:///{laid_out.with_name('workshop.db')}")


@pytest.fixture
def stand(laid_out: Path, workshop: Database) -> Iterator[Stand]:
    """A fresh copy of that village."""
    path = Path(workshop.engine.url.database or "")
    shutil.copyfile(laid_out, path)
    db.use(workshop)
    workshop._known = None
    yield Stand(Town(workshop, VILLAGE_ID))
    workshop.close()
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
