"""What this machine was told about backups, and how the last one went.

`instance/backup.json` is the plan (`moralbank backup set`), `instance/backup-state.json` how it
goes. Both are the machine's, not a village's.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

from moralbank import clock
from moralbank.errors import Invalid
from moralbank.i18n import mark
from moralbank.whole_files import read_json, write_json

PLAN: Final = "backup.json"
STATE: Final = "backup-state.json"
FOLDER: Final = "backups"
KEPT: Final = 14
AFTER_FAILURE: Final = timedelta(hours=1)
"""So long a daily backup waits after it failed before it is tried again."""
FIRST_YEAR, LAST_YEAR = 2000, 9000
"""No clock of ours ever showed a moment outside these."""


class PlanUnreadable(Invalid):
    """The file of the plan was changed by hand and can't be understood."""

    text = mark("备份设置“%(path)s”读不懂。请删掉它，再用 moralbank backup set 重新设置")
    code = "backup_plan_unreadable"


@dataclass(frozen=True)
class Plan:
    """Where backups go, how many are kept, whether one is made every day by itself.

    `folder` None is the instance's own; `recipient` is the public key (age1…) they are sealed for,
    "" where they are not. `maker` is this instance's own word: what others put into the same
    folder is theirs.
    """

    instance: Path
    folder: Path | None = None
    keep: int = KEPT
    daily: bool = True
    recipient: str = ""
    maker: str = ""

    @classmethod
    def load(cls, instance: Path) -> Self:
        """The plan that was made, or the usual one; raises PlanUnreadable."""
        path = instance / PLAN
        if not path.exists():
            return cls(instance)
        said = read_json(path)
        try:
            return cls._from(instance, said or {})
        except (KeyError, TypeError, ValueError) as error:
            raise PlanUnreadable(path=path) from error

    @classmethod
    def _from(cls, instance: Path, said: dict[str, Any]) -> Self:
        folder = said["folder"]
        keep, daily = int(said["keep"]), bool(said["daily"])
        if keep < 1:
            raise ValueError(keep)
        return cls(
            instance,
            None if folder is None else Path(folder),
            keep,
            daily,
            str(said["recipient"]),
            str(said["maker"]),
        )

    @property
    def place(self) -> Path:
        """The folder of backups."""
        return self.folder or self.instance / FOLDER

    def kept(self) -> Self:
        """Write the plan down, with a word of this instance's own; raises OSError."""
        plan = replace(self, maker=self.maker or secrets.token_hex(8))
        said = {
            "folder": None if plan.folder is None else str(plan.folder),
            "keep": plan.keep,
            "daily": plan.daily,
            "recipient": plan.recipient,
            "maker": plan.maker,
        }
        write_json(self.instance / PLAN, said)
        return plan


@dataclass(frozen=True)
class State:
    """How backups go: the last that was made, and the failure since then, if there was one.

    `words` say the failure in the village's language.
    """

    made_at: datetime | None = None
    name: str = ""
    failed_at: datetime | None = None
    words: str = ""

    @classmethod
    def load(cls, instance: Path) -> Self:
        """The state as it was written last; nothing where it can't be read."""
        said = read_json(instance / STATE) or {}
        try:
            return cls(
                moment(said.get("made_at")),
                str(said.get("name", "")),
                moment(said.get("failed_at")),
                str(said.get("words", "")),
            )
        except (TypeError, ValueError):
            return cls()

    def is_due(self) -> bool:
        """Whether none was made today, and none failed within the hour."""
        now = clock.now()
        if self.failed_at is not None and now - AFTER_FAILURE < self.failed_at <= now:
            return False
        return self.made_at is None or clock.local(self.made_at).date() != clock.today()


def moment(said: str | None) -> datetime | None:
    """A moment as it was written down; raises ValueError, TypeError."""
    if said is None:
        return None
    found = datetime.fromisoformat(said)
    if found.tzinfo is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(said)
    return found


def note_success(instance: Path, name: str, made_at: datetime) -> None:
    """Write down that a backup was made; raises OSError."""
    _keep(instance, State(made_at, name))


def note_failure(instance: Path, words: str) -> None:
    """Write down that none could be made; raises OSError."""
    _keep(instance, replace(State.load(instance), failed_at=clock.now(), words=words))


def _keep(instance: Path, state: State) -> None:
    said = {
        "made_at": None if state.made_at is None else state.made_at.isoformat(),
        "name": state.name,
        "failed_at": None if state.failed_at is None else state.failed_at.isoformat(),
        "words": state.words,
    }
    write_json(instance / STATE, said)
