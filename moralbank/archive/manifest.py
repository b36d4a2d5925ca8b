"""What an archive says of itself: of which release, which villages, how much, and its sums."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self

from moralbank.archive.rows import Sum
from moralbank.errors import Invalid
from moralbank.i18n import mark
from moralbank.ledger.chain import printed_mark

FORMAT: Final = 1
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
            said: dict[str, Any] = json.loads(content)
            if said["format"] > FORMAT:
                raise ArchiveNewer
            said["villages"] = [VillageSum(**one) for one in said["villages"]]
            said["tables"] = {name: Sum(**one) for name, one in said["tables"].items()}
            return cls(**said)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise NoArchive from error
