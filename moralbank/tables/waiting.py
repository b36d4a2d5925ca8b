"""A list between its upload and its import, kept in the instance folder for a day.

Each lies in a folder of its own under `uploads/<kind>`, named by a random token that only the
one who uploaded it may use.
"""

import json
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path, PurePath
from typing import Any, Final

from moralbank import clock
from moralbank.audit import Actor
from moralbank.errors import NotFound
from moralbank.i18n import mark

KEPT_FOR: Final = timedelta(days=1)

_TOKEN: Final = re.compile(r"[0-9a-f]{32}")
_CONTENT: Final = "content"
_FACTS: Final = "facts.json"


class UploadGone(NotFound):
    """The file was imported, dropped or has lain too long, or it is somebody else's."""

    text = mark("这份表格已经导入过，或者放得太久，请重新上传")
    code = "upload_gone"


@dataclass(frozen=True)
class Upload:
    """A file that waits. `mapping` is what the user chose: field → column, or None for none."""

    token: str
    filename: str
    content: bytes
    mapping: dict[str, int | None] = field(default_factory=dict)


class Shelf:
    """The place where lists of one kind wait, under one instance folder."""

    def __init__(self, instance: Path, kind: str) -> None:
        """Nothing is made before something is kept; `kind` is the folder's name ("rosters")."""
        self._folder: Final = instance / "uploads" / kind

    def keep(self, actor: Actor, filename: str, content: bytes) -> str:
        """Keep a file for its user; gives back its token. Whatever lay too long is removed."""
        self._sweep()
        token = secrets.token_hex(16)
        place = self._folder / token
        place.mkdir(parents=True, mode=0o700)
        (place / _CONTENT).write_bytes(content)
        self._write(place, actor, PurePath(filename).name[:80], {})
        return token

    def find(self, actor: Actor, token: str) -> Upload:
        """The file of this token; raises UploadGone."""
        place, facts = self._own(actor, token)
        content = (place / _CONTENT).read_bytes()
        return Upload(token, facts["filename"], content, facts["mapping"])

    def remap(self, actor: Actor, token: str, mapping: Mapping[str, int | None]) -> None:
        """Remember which columns the user chose; raises UploadGone."""
        place, facts = self._own(actor, token)
        self._write(place, actor, facts["filename"], mapping)

    def drop(self, actor: Actor, token: str) -> None:
        """Remove the file; raises UploadGone."""
        place, _facts = self._own(actor, token)
        shutil.rmtree(place)

    def _own(self, actor: Actor, token: str) -> tuple[Path, dict[str, Any]]:
        """A token's place and facts, if it is the actor's and not too old."""
        place = self._folder / token
        if not _TOKEN.fullmatch(token) or not (place / _FACTS).is_file():
            raise UploadGone
        facts = _read(place)
        if facts["owner"] != _owner(actor) or _is_old(facts):
            raise UploadGone
        return place, facts

    def _write(
        self, place: Path, actor: Actor, filename: str, mapping: Mapping[str, int | None]
    ) -> None:
        facts = {
            "owner": _owner(actor),
            "filename": filename,
            "mapping": dict(mapping),
            "at": clock.now().isoformat(),
        }
        (place / _FACTS).write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")

    def _sweep(self) -> None:
        """Remove what lies longer than `KEPT_FOR`: they are full of personal data."""
        for place in self._folder.glob("*/"):
            if not (place / _FACTS).is_file() or _is_old(_read(place)):
                shutil.rmtree(place, ignore_errors=True)


def _owner(actor: Actor) -> list[int]:
    return [actor.village_id, actor.user_id]


def _read(place: Path) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((place / _FACTS).read_text(encoding="utf-8"))
    return facts


def _is_old(facts: Mapping[str, Any]) -> bool:
    return clock.now() - datetime.fromisoformat(facts["at"]) > KEPT_FOR
