"""Sheets drawn in the background: watched, waited for in line, cancelled, kept for an hour.

Every job lies in a folder of its own, `paper/<village>/<user>-<role>/<token>/` below the instance,
so that whichever process serves the pages can tell how it stands, and whoever got another role
finds nothing of what the old one might print:

`job.json` says what it is, before anything is drawn; `progress` counts the pieces; `beat` is
touched for as long as the process that draws it lives; `sheet.pdf` is the sheet; `end.json` says
how it ended. Whoever writes that last file first has ended the job: the drawing, or a reader who
cancels it. All files are for the owner of the server alone.
"""

import json
import logging
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context, copy_context
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import Final

from moralbank import clock
from moralbank.audit import Actor
from moralbank.errors import MoralbankError, NotFound, Unavailable
from moralbank.i18n import mark
from moralbank.paper.keeping import SheetNotKept, keep, read, touch
from moralbank.paper.pictures import Leaves, measured

_log = logging.getLogger(__name__)

AT_ONCE: Final = 2
"""So many sheets are drawn at the same moment by one process; the others wait in line."""
MOST_WAITING: Final = 6
"""So many of one user's sheets may be unfinished."""
KEPT_SECONDS: Final = 60 * 60
MOST_KEPT: Final = 30
"""So many of one user's sheets are kept within the hour."""
BEAT_SECONDS: Final = 2.0
LOST_SECONDS: Final = 12.0
"""A job that hasn't ended, and whose process gave no sign for so long, was left behind."""
TELL_SECONDS: Final = 0.25
"""How often a drawing looks whether it was cancelled, and says how far it is."""

SHEET: Final = "sheet.pdf"
_JOB: Final = "job.json"
_PROGRESS: Final = "progress"
_BEAT: Final = "beat"
_END: Final = "end.json"
_TOKEN: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)

Progress = Callable[[int], None]
Draw = Callable[[Progress], bytes]


class SheetGone(NotFound):
    """There is no such sheet, it was another user's, or its hour is over."""

    text = mark("这份预览找不到了：排好的纸只留一小时。请回去再印一次。")
    code = "sheet_gone"


class TooManySheets(Unavailable):
    """One user has many unfinished sheets already: the same can be asked for again a bit later."""

    text = mark("您已经有 %(n)s 份纸在排版或在排队，请等它们排完，或者取消几份")
    code = "too_many_sheets"


class Cancelled(Exception):
    """Whoever asked for the sheet has changed their mind."""


class State(StrEnum):
    """How a job stands. The last five are ends; only READY leaves a sheet."""

    WAITING = "waiting"
    DRAWING = "drawing"
    READY = "ready"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"


@dataclass(frozen=True)
class Order:
    """What is to be drawn, in the words of whoever asked.

    `name` is the file's; `pieces` what the drawing counts up to (0: it doesn't count); `back` the
    local address to return to; `hint` what to tell the printer.
    """

    name: str
    pieces: int = 0
    back: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Job:
    """A job as it stands now; `words` say why it was refused, `leaves` what paper it takes."""

    token: str
    order: Order
    state: State
    done: int
    words: str
    leaves: tuple[Leaves, ...]
    folder: Path

    @property
    def asked(self) -> str:
        """When it was asked for, on the village's wall clock: "10:32"."""
        written = (self.folder / _JOB).stat().st_mtime
        return f"{clock.local(datetime.fromtimestamp(written, UTC)):%H:%M}"

    @property
    def busy(self) -> bool:
        """Whether it goes on."""
        return self.state in {State.WAITING, State.DRAWING}

    @property
    def pages(self) -> int:
        """How many pages the sheet has."""
        return sum(part.pages for part in self.leaves)


class Run:
    """A job in the process that draws it."""

    def __init__(self, folder: Path, draw: Draw) -> None:
        """Take the drawing; whatever language is spoken here holds for it too."""
        self.token = folder.name
        self.fault: Exception | None = None
        self._folder = folder
        self._draw = draw
        self._context: Context = copy_context()
        self._finished = Event()
        self._next_look = 0.0

    def wait(self, seconds: float) -> bool:
        """Wait so long at most; whether the job has ended."""
        return self._finished.wait(seconds)

    def perform(self) -> None:
        """Draw the sheet and keep it; whatever happens is written down."""
        try:
            self._context.run(self._make)
        except Cancelled:
            _end(self._folder, State.CANCELLED)
        except MoralbankError as refusal:
            self.fault = refusal
            _end(self._folder, State.REFUSED, self._context.run(str, refusal))
        except Exception as fault:  # noqa: BLE001 - whoever waits is told; the next one must come
            self.fault = fault
            _log.exception("the sheet %s could not be drawn", self.token)
            _end(self._folder, State.FAILED)
        finally:
            self._finished.set()

    def beat(self) -> None:
        """Give a sign of life."""
        touch(self._folder / _BEAT)

    def _make(self) -> None:
        self._tell(0)
        content = self._draw(self._tell)
        if (self._folder / _END).exists():
            raise Cancelled
        leaves = measured(content)
        keep(self._folder / SHEET, content)
        if not _end(self._folder, State.READY, leaves=leaves):  # cancelled at the last moment
            (self._folder / SHEET).unlink(missing_ok=True)

    def _tell(self, done: int) -> None:
        """Say how far the drawing is; raises Cancelled."""
        if done and time.monotonic() < self._next_look:
            return
        if (self._folder / _END).exists():
            raise Cancelled
        self._next_look = time.monotonic() + TELL_SECONDS
        with suppress(SheetNotKept):  # an old figure does no harm
            keep(self._folder / _PROGRESS, str(done).encode())


class Press:
    """Draws what is asked for, a few sheets at once, in the order in which they were asked for.

    Its threads begin with the first sheet, behind any fork of the server, and hold up no exit.
    """

    def __init__(self, at_once: int = AT_ONCE) -> None:
        """Nothing is drawn yet."""
        self._at_once = at_once
        self._line: SimpleQueue[Run] = SimpleQueue()
        self._runs: dict[Path, Run] = {}
        self._turn = Lock()
        self._busy = Event()
        self._begun = False

    def require_place(self, instance: Path, actor: Actor) -> None:
        """Refuse what an order of this user would now be refused: TooManySheets, SheetNotKept.

        For whoever writes down that something was printed, before it is written down.
        """
        home = _home(instance, actor)
        with self._turn:
            self._require_few(home)
        folder = _opened(home, Order(""))
        shutil.rmtree(folder, ignore_errors=True)

    def take(self, instance: Path, actor: Actor, order: Order, draw: Draw) -> Run:
        """Take an order; raises TooManySheets, SheetNotKept."""
        sweep(instance)
        home = _home(instance, actor)
        with self._turn:
            self._require_few(home)
            run = Run(_opened(home, order), draw)
            self._runs[home / run.token] = run
            self._begin()
        self._busy.set()
        self._line.put(run)
        return run

    def _require_few(self, home: Path) -> None:
        unfinished = sum(folder.parent == home for folder in self._runs)
        if unfinished >= MOST_WAITING:
            raise TooManySheets(n=unfinished)

    def _begin(self) -> None:
        if self._begun:
            return
        self._begun = True
        for number in range(self._at_once):
            Thread(target=self._draw_on, name=f"paper-{number}", daemon=True).start()
        Thread(target=self._beat_on, name="paper-beat", daemon=True).start()

    def _draw_on(self) -> None:
        while True:
            run = self._line.get()
            run.perform()
            with self._turn:
                self._runs = {key: one for key, one in self._runs.items() if one is not run}
                if not self._runs:
                    self._busy.clear()
            del run  # with everything that its drawing held

    def _beat_on(self) -> None:
        while self._busy.wait():
            with self._turn:
                runs = list(self._runs.values())
            for run in runs:
                run.beat()
            del runs
            time.sleep(BEAT_SECONDS)


def find(instance: Path, actor: Actor, token: str) -> Job:
    """A job of this very user, as it stands now; raises SheetGone."""
    folder = _home(instance, actor) / token
    if not _TOKEN.fullmatch(token):
        raise SheetGone
    said = read(folder / _JOB)
    if said is None or _is_over(folder):
        raise SheetGone
    end = read(folder / _END) or {}
    try:
        return Job(
            token=token,
            order=Order(**said),
            state=State(end["state"]) if end else _unfinished(folder),
            done=_done(folder),
            words=end.get("words", ""),
            leaves=tuple(Leaves(**part) for part in end.get("leaves", ())),
            folder=folder,
        )
    except (KeyError, TypeError, ValueError) as error:  # another release of ours wrote it
        raise SheetGone from error


def recent(instance: Path, actor: Actor, most: int) -> list[Job]:
    """This user's last jobs that go on or left a sheet, the newest first."""
    folders = sorted(_home(instance, actor).glob("*"), key=_age)[:MOST_KEPT]
    found = []
    for folder in folders:
        with suppress(SheetGone):  # swept just now
            found.append(find(instance, actor, folder.name))
    return [job for job in found if job.busy or job.state is State.READY][:most]


def sheet_of(job: Job) -> bytes:
    """The sheet of a job that is ready; raises SheetGone, also where it was swept just now."""
    if job.state is not State.READY:
        raise SheetGone
    try:
        return (job.folder / SHEET).read_bytes()
    except OSError as error:
        raise SheetGone from error


def cancel(job: Job) -> None:
    """End a job that goes on; one that has ended stays as it is."""
    if job.busy:
        _end(job.folder, State.CANCELLED)


def drop(instance: Path, actor: Actor, token: str) -> None:
    """Forget a job whose end somebody was told already."""
    shutil.rmtree(_home(instance, actor) / token, ignore_errors=True)


def sweep(instance: Path) -> int:
    """Remove what is older than an hour, and each user's oldest beyond MOST_KEPT; how many went."""
    gone = 0
    for home in (instance / "paper").glob("*/*"):
        ages = sorted((_age(folder), folder) for folder in home.glob("*"))
        for place, (_seconds, folder) in enumerate(ages):
            if _is_over(folder) or (place >= MOST_KEPT and not _alive(folder)):
                shutil.rmtree(folder, ignore_errors=True)
                gone += 1
    return gone


def _home(instance: Path, actor: Actor) -> Path:
    """The folder of one user's jobs."""
    return instance / "paper" / str(actor.village_id) / f"{actor.user_id}-{actor.role}"


def _opened(home: Path, order: Order) -> Path:
    """A new job's folder, with what it is."""
    folder = home / secrets.token_hex(16)
    try:
        home.mkdir(parents=True, mode=0o700, exist_ok=True)
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise SheetNotKept from error
    keep(folder / _JOB, json.dumps(asdict(order)).encode())
    touch(folder / _BEAT)
    return folder


def _unfinished(folder: Path) -> State:
    if not _alive(folder):
        return State.LOST
    return State.DRAWING if (folder / _PROGRESS).exists() else State.WAITING


def _alive(folder: Path) -> bool:
    """Whether somebody still draws it, or may come to draw it."""
    return not (folder / _END).exists() and _age(folder, _BEAT) < LOST_SECONDS


def _is_over(folder: Path) -> bool:
    """Whether its hour is over, and nobody draws it any more."""
    return _age(folder) > KEPT_SECONDS and not _alive(folder)


def _age(folder: Path, name: str = _JOB) -> float:
    """Seconds since a file of a job was written; without it, since anything was."""
    for path in (folder / name, folder):
        with suppress(OSError):
            return time.time() - path.stat().st_mtime
    return float("inf")


def _done(folder: Path) -> int:
    try:
        return int((folder / _PROGRESS).read_text("ascii"))
    except (OSError, ValueError):  # not begun, or just being replaced
        return 0


def _end(folder: Path, state: State, words: str = "", leaves: tuple[Leaves, ...] = ()) -> bool:
    """Write down how a job ended, unless it has ended; whether it was this that ended it."""
    said = {"state": state, "words": words, "leaves": [asdict(part) for part in leaves]}
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        with os.fdopen(os.open(folder / _END, flags, 0o600), "wb") as file:
            file.write(json.dumps(said).encode())
    except FileExistsError:
        return False
    except OSError:  # a full disk, or the folder is gone: readers see that nobody draws it
        _log.exception("the end of the sheet %s could not be written", folder.name)
        return False
    return True
