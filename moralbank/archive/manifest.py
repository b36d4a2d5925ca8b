"""What an archive says of itself: of which release, which villages, how much, and its sums."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final, Self, TypeVar

from moralbank.archive.rows import Sum
from moralbank.errors import Invalid
from moralbank.i18n import mark
from moralbank.ledger.chain import printed_mark

_Kind = TypeVar("_Kind")

FORMAT: Final = 1
_FIRST_CODE, _LAST_CODE = 100_000_000_000, 999_999_999_999
INSTALLATION: Final = "installation"
VILLAGE: Final = "village"


class NoArchive(Invalid):
    """The file is none of our archives, or its own description can't be read."""

    text = mark("这个文件不是道德银行的备份或迁移文件，或者已经损坏")
    code = "no_archive"


class ArchiveNewer(Invalid):
    """The archive was made by a later program."""

    text = mark("这个文件是更新版本的程序做的，这个程序太旧。请先更新程序")
    code = "archive_newer"


@dataclass(frozen=True)
class VillageSum:
    """A village's end of the chain, and what its accounts hold by kind (points, or fen)."""

    id: int
    name: str
    seq: int
    hash: str
    totals: dict[str, int]

    @property
    def mark(self) -> str:
        """The end of its books as sheets print it."""
        return printed_mark(self.seq, self.hash)

    @classmethod
    def read(cls, said: Any) -> Self:
        """As it was written as JSON; raises KeyError, TypeError, ValueError for anything else."""
        one = cls(**_of(dict, said))
        _of(str, one.name)
        _of(str, one.hash)
        _by_name(int, one.totals)
        if not _FIRST_CODE <= _of(int, one.id) <= _LAST_CODE or _of(int, one.seq) < 0:
            raise ValueError(one)
        return one


@dataclass(frozen=True)
class Manifest:
    """What stands in `manifest.json`.

    `kind` is a whole installation or one village; `made_at` a moment in UTC; `photos` are sha256
    by path within the archive, `missing` names photos whose files were gone when it was made.
    """

    kind: str
    program: str
    revision: str
    made_at: str
    villages: list[VillageSum]
    tables: dict[str, Sum]
    photos: dict[str, str]
    missing: list[str] = field(default_factory=list)
    format: int = FORMAT

    def to_json(self) -> bytes:
        """As it is written."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True).encode()

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """As it is read; raises NoArchive, ArchiveNewer."""
        try:
            said: dict[str, Any] = _of(dict, json.loads(content))
            if _of(int, said["format"]) > FORMAT:
                raise ArchiveNewer
            said["villages"] = [VillageSum.read(one) for one in _of(list, said["villages"])]
            said["tables"] = {name: _sum(one) for name, one in said["tables"].items()}
            _by_name(str, said["photos"])
            for text in (said[name] for name in ("kind", "program", "revision", "made_at")):
                _of(str, text)
            for path in _of(list, said["missing"]):
                _of(str, path)
            datetime.fromisoformat(said["made_at"])
            return cls(**said)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise NoArchive from error


def _of(kind: type[_Kind], value: Any) -> _Kind:
    """The value, if it is of just this kind: True is no number. Raises TypeError."""
    if type(value) is not kind:
        raise TypeError(value)
    return value


def _by_name(kind: type[_Kind], value: Any) -> dict[str, _Kind]:
    """The values by name, each of this kind; raises TypeError."""
    return {name: _of(kind, one) for name, one in _of(dict, value).items()}


def _sum(said: Any) -> Sum:
    one = Sum(**_of(dict, said))
    _of(int, one.rows)
    _of(str, one.sha256)
    return one
