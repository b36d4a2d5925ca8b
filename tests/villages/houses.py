"""Installations between which a village moves, what happens in them, and forged files."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest

from moralbank import clock, db
from moralbank.access.permissions import Role
from moralbank.archive.manifest import Manifest
from moralbank.archive.writing import write_archive
from moralbank.awards.deciding import approve
from moralbank.awards.service import RecordAward, record
from moralbank.counter.service import Redeem, redeem
from moralbank.db import Database
from moralbank.ledger.queries import head_mark
from moralbank.photos.service import keep
from moralbank.photos.storage import folder_of
from moralbank.store.queries import products
from moralbank.store.service import ReceivedLine, Receiving, receive
from moralbank.villages.service import change_setting
from moralbank.villages.settings import NOTICE_DAYS
from tests.lively import DU, TREES, WORK
from tests.photos.phone import from_a_phone
from tests.terminal import Terminal
from tests.village import VILLAGE_ID, Town


class House:
    """An installation: a database, an instance folder, and somebody at its command line."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """Nobody has typed anything yet."""
        self.database, self.folder = database, folder
        self._hands = (monkeypatch, capsys)

    def run(self, *arguments: str, **how: Any) -> str:
        """What a command says here; each begins as a process of its own does."""
        db.see_everything()
        return Terminal(self.database, self.folder, *self._hands).run(*arguments, **how)

    def archive(self, village_id: int = VILLAGE_ID) -> Manifest:
        """What a file of a village would hold now."""
        db.see_everything()
        with self.database.reading() as session:
            return write_archive(
                session, io.BytesIO(), folder_of(self.folder), village_id=village_id
            )

    def town(self, village_id: int = VILLAGE_ID) -> Town:
        """A village that lives here."""
        db.see_everything()
        db.use(self.database)
        return Town(self.database, village_id)


class Build(Protocol):
    """Makes an installation of an engine, under a name; a bare one has no tables yet."""

    def __call__(self, engine: str, name: str, *, bare: bool = False) -> House: ...


def photographed(house: House) -> None:
    """A deed with a photo, which has two files."""
    town = house.town()
    recorder = town.actor(Role.RECORDER)
    with town.database.writing() as session:
        photo = keep(session, recorder, folder_of(house.folder), from_a_phone())
        deed = RecordAward(
            town.household("一组-001").id, TREES, deed_on=clock.today(), photos=(photo,)
        )
        record(session, recorder, "moving-photo", deed)


def earn(house: House, tag: str, days_ago: int = 5) -> str:
    """Two deeds that are posted at once; the mark of the books after them."""
    town = house.town()
    with town.database.writing() as session:
        change_setting(session, town.actor(Role.ADMIN), NOTICE_DAYS, "0")
        for label, days in ((DU, days_ago), ("一组-006", days_ago + 1)):
            deed = RecordAward(
                town.household(label).id, WORK, deed_on=clock.today() - timedelta(days=days)
            )
            done = record(session, town.actor(Role.RECORDER), f"{tag}-record-{days}", deed)
            approve(session, town.actor(Role.REVIEWER), f"{tag}-approve-{days}", [done])
        return head_mark(session, town.village_id)


def go_on(house: House, tag: str, days_ago: int = 5) -> str:
    """Deeds that are posted and goods that are taken home; the mark of the books after it."""
    earn(house, tag, days_ago)
    town = house.town()
    du = town.household(DU).id
    with town.database.writing() as session:
        keeper = town.actor(Role.SHOPKEEPER)
        cheap = min(products(session, town.village_id), key=lambda one: one.price_fen)
        came = {cheap.id: ReceivedLine(1, 100, clock.today() + timedelta(days=20))}
        receive(session, keeper, f"{tag}-receive", Receiving(came, supplier="供销社"))
        redeem(session, keeper, f"{tag}-redeem", Redeem(du, None, {cheap.id: 1}))
        return head_mark(session, town.village_id)


def rows(manifest: Manifest) -> dict[str, Any]:
    """All that must be equal on the other side: the trail alone goes on by a line."""
    tables = {name: sum_ for name, sum_ in manifest.tables.items() if name != "audit_entries"}
    return {"tables": tables, "villages": manifest.villages, "photos": manifest.photos}


def forged(
    source: Path,
    target: Path,
    changes: dict[str, Callable[[str], str]],
    manifest: Callable[[dict[str, Any]], None] = lambda _said: None,
    *,
    summed: bool = True,
) -> Path:
    """A village's file with members changed (rows/….jsonl), their sums made to fit again."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        said = json.loads(old.read("manifest.json"))
        for name in old.namelist():
            content = old.read(name)
            if name in changes:
                before, content = content, changes[name](content.decode()).encode()
                assert content != before, f"nothing was changed in {name}"
                lines = content.split(b"\n", 1)[1]
                if summed:
                    digest = hashlib.sha256(lines).hexdigest()
                    table = Path(name).stem
                    said["tables"][table] = {"rows": lines.count(b"\n"), "sha256": digest}
            if name != "manifest.json":
                new.writestr(name, content)
        manifest(said)
        new.writestr("manifest.json", json.dumps(said))
    return target


def in_column(name: str, change: Callable[[Any], Any]) -> Callable[[str], str]:
    """A change of one column's value in the last row of a table."""

    def changed(content: str) -> str:
        heads, *lines = content.splitlines()
        place, last = json.loads(heads).index(name), json.loads(lines[-1])
        last[place] = change(last[place])
        said = json.dumps(last, ensure_ascii=False, separators=(",", ":"))
        return "\n".join([heads, *lines[:-1], said, ""])

    return changed


def drop(file: Path, *members: str) -> None:
    """Take members out of a village's file."""
    with zipfile.ZipFile(file) as old:
        kept = {name: old.read(name) for name in old.namelist() if name not in members}
    with zipfile.ZipFile(file, "w") as new:
        for name, content in kept.items():
            new.writestr(name, content)


def without(*names: str) -> Callable[[str], str]:
    """A table as an older release had it: these columns left out."""

    def changed(content: str) -> str:
        heads, *lines = map(json.loads, content.splitlines())
        kept = [place for place, name in enumerate(heads) if name not in names]
        return "".join(
            json.dumps([row[n] for n in kept], ensure_ascii=False, separators=(",", ":")) + "\n"
            for row in (heads, *lines)
        )

    return changed
