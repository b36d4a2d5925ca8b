"""Settings of one running program, read once from `MORALBANK_*` and then frozen.

What a village may change lives in the database (`villages/settings.py`); here stands only what
the machine decides: where the files are and which database is used.
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from moralbank.errors import Invalid
from moralbank.i18n import mark

MEGABYTE: Final = 1024 * 1024


class BadDatabaseUrl(Invalid):
    """`MORALBANK_DATABASE_URL` is no address of a database we know."""

    text = mark("数据库地址不对：只支持 sqlite:///… 和 postgresql://…")
    code = "bad_database_url"


@dataclass(frozen=True)
class Settings:
    """What the machine decides.

    `instance` is the folder of the database, the signing key and uploads; `database_url` an
    SQLAlchemy URL; `demo` puts the 演示 mark on every page; `max_upload` is in bytes,
    a little more than the largest file, so that one just too large is refused on its own page.
    """

    instance: Path
    database_url: str
    demo: bool = False
    max_upload: int = 6 * MEGABYTE
    secure_cookies: bool = False

    @classmethod
    def load(cls, instance: Path | None = None, *, demo: bool = False) -> Self:
        """Read the environment; `instance` given on the command line wins."""
        folder = instance or Path(os.environ.get("MORALBANK_INSTANCE", "instance"))
        folder = folder.expanduser().resolve()
        url = os.environ.get("MORALBANK_DATABASE_URL") or f"sqlite:///{folder / 'moralbank.db'}"
        _check_url(url)
        secure = os.environ.get("MORALBANK_SECURE_COOKIES", "") == "1"
        return cls(instance=folder, database_url=url, demo=demo, secure_cookies=secure)

    def secret_key(self) -> bytes:
        """The key that signs sessions: drawn at first use, kept in a file only its owner reads."""
        path = self.instance / "secret.key"
        if not path.exists():
            self.instance.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(32))
        return path.read_bytes()


def _check_url(url: str) -> None:
    try:
        backend = make_url(url).get_backend_name()
    except ArgumentError as error:
        raise BadDatabaseUrl from error
    if backend not in {"sqlite", "postgresql"}:
        raise BadDatabaseUrl
