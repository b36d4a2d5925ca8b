"""Settings of one running program, read once from `MORALBANK_*` and then frozen.

What a village may change lives in the database (`villages/settings.py`); here stands only what
the machine decides: where the files are and which database is used.
"""

import os
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from moralbank.errors import Invalid
from moralbank.i18n import listed, mark
from moralbank.logs import LEVELS

MEGABYTE: Final = 1024 * 1024
SIGNING_KEY: Final = "secret.key"
"""The file of the instance folder that holds the key which signs sessions."""
KEY_BYTES: Final = 32


class BadDatabaseUrl(Invalid):
    """`MORALBANK_DATABASE_URL` is no address of a database we know."""

    text = mark("数据库地址不对：只支持 sqlite:///… 和 postgresql://…")
    code = "bad_database_url"


class BadProxies(Invalid):
    """`MORALBANK_PROXIES` is no small whole number."""

    text = mark("MORALBANK_PROXIES 要填前面有几层反向代理：0 到 9 的整数")
    code = "bad_proxies"


class BadLogLevel(Invalid):
    """`MORALBANK_LOG_LEVEL` is no level that logs know."""

    text = mark("MORALBANK_LOG_LEVEL 只能是：%(known)s")
    code = "bad_log_level"


@dataclass(frozen=True)
class Settings:
    """What the machine decides.

    `instance` is the folder of the database, the signing key and uploads; `database_url` an
    SQLAlchemy URL; `demo` puts the 演示 mark on every page; `max_upload` is in bytes,
    a little more than the largest file, so that one just too large is refused on its own page;
    `secure_cookies` lets cookies go over https alone;
    `proxies` says how many reverse proxies of ours stand in front, whose word on the visitor's
    address and on https is then taken; `log_level` what the logs tell; `own_https` that this
    program itself serves https, with certificates below the instance folder; `limiter_url` where
    several servers count together how often something is asked (`web/throttle.py`).
    """

    instance: Path
    database_url: str
    demo: bool = False
    max_upload: int = 6 * MEGABYTE
    secure_cookies: bool = False
    proxies: int = 0
    log_level: str = "INFO"
    own_https: bool = False
    limiter_url: str = "memory://"

    @classmethod
    def load(cls, instance: Path | None = None, *, demo: bool = False) -> Self:
        """Read the environment; `instance` given on the command line wins."""
        folder = instance or Path(os.environ.get("MORALBANK_INSTANCE", "instance"))
        folder = folder.expanduser().resolve()
        url = os.environ.get("MORALBANK_DATABASE_URL") or f"sqlite:///{folder / 'moralbank.db'}"
        _check_url(url)
        secure = os.environ.get("MORALBANK_SECURE_COOKIES", "") == "1"
        return cls(
            instance=folder,
            database_url=url,
            demo=demo,
            secure_cookies=secure,
            proxies=_proxies(os.environ.get("MORALBANK_PROXIES") or "0"),
            log_level=_log_level(os.environ.get("MORALBANK_LOG_LEVEL") or "INFO"),
            limiter_url=os.environ.get("MORALBANK_LIMITER_URL") or "memory://",
        )

    def with_database(self, url: str) -> Self:
        """The same with another database; raises BadDatabaseUrl."""
        _check_url(url)
        return replace(self, database_url=url)

    def secret_key(self) -> bytes:
        """The key that signs sessions: drawn at first use, kept in a file only its owner reads."""
        path = self.instance / SIGNING_KEY
        if not path.exists():
            self.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(KEY_BYTES))
        return path.read_bytes()


def _check_url(url: str) -> None:
    try:
        backend = make_url(url).get_backend_name()
    except ArgumentError as error:
        raise BadDatabaseUrl from error
    if backend not in {"sqlite", "postgresql"}:
        raise BadDatabaseUrl


def _proxies(typed: str) -> int:
    if not (typed.isascii() and typed.isdigit() and len(typed) == 1):
        raise BadProxies
    return int(typed)


def _log_level(typed: str) -> str:
    if typed.upper() not in LEVELS:
        raise BadLogLevel(known=listed(LEVELS))
    return typed.upper()
