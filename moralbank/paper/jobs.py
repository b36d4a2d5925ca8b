"""Sheets drawn in the background: watched, waited for in line, cancelled, kept for an hour.

Every job lies in a folder of its own (`keeping.py`), `paper/<village>/<user>-<role>/<token>/` below
the instance, so that whichever process serves the pages can tell how it stands, and whoever got
another role finds nothing of what the old one might print.
"""

import logging
import re
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
from moralbank.paper import keeping
from moralbank.paper.keeping import BEAT, END, JOB, PROGRESS, SHEET, SheetNotKept, keep, touch
from moralbank.paper.pictures import Leaves, measured
from moralbank.printing import Progress
from moralbank.whole_files import read_json

_log = logging.getLogger(__name__)

AT_ONCE: Final = 2
"""So many sheets are drawn at the same moment by one process; the others wait in line."""
MOST_WAITING: Final = 6
"""So many of one user's sheets may be unfinished."""
MOST_KEPT: Final = 30
"""So many of one user's sheets are kept within the hour."""
BEAT_SECONDS: Final = 2.0
TELL_SECONDS: Final = 0.25
"""How often a drawing looks whether it was cancelled, and says how far it is."""

_TOKEN: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)

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

    @property
    def title(self) -> str:
        """What pages call the sheet: its file's name without the ending."""
        return self.name.removesuffix(".pdf")


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
        written = (self.folder / JOB).stat().st_mtime
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
            _log.exception("a sheet could not be drawn")
            _end(self._folder, State.FAILED)
        finally:
            self._finished.set()

    def beat(self) -> None:
        """Give a sign of life."""
        touch(self._folder / BEAT)

    def _make(self) -> None:
        self._tell(0)
        content = self._draw(self._tell)
        if (self._folder / END).exists():
            raise Cancelled
        leaves = measured(content)
        keep(self._folder / SHEET, content)
        if not _end(self._folder, State.READY, leaves=leaves):  # cancelled at the last moment
            (self._folder / SHEET).unlink(missing_ok=True)

    def _tell(self, done: int) -> None:
        """Say how far the drawing is; raises Cancelled."""
        if done and time.monotonic() < self._next_look:
            return
        if (self._folder / END).exists():
            raise Cancelled
        self._next_look = time.monotonic() + TELL_SECONDS
        with suppress(SheetNotKept):  # an old figure does no harm
            keep(self._folder / PROGRESS, str(done).encode())


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
        folder = keeping.opened(home, asdict(Order("")))
        shutil.rmtree(folder, ignore_errors=True)

    def take(self, instance: Path, actor: Actor, order: Order, draw: Draw) -> Run:
        """Take an order; raises TooManySheets, SheetNotKept."""
        sweep(instance)
        home = _home(instance, actor)
        with self._turn:
            self._require_few(home)
            run = Run(keeping.opened(home, asdict(order)), draw)
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
    said = read_json(folder / JOB)
    if said is None or keeping.is_over(folder):
        raise SheetGone
    end = read_json(folder / END) or {}
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
    folders = sorted(_home(instance, actor).glob("*"), key=keeping.age)[:MOST_KEPT]
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
        for place, folder in enumerate(sorted(home.glob("*"), key=keeping.age)):
            if keeping.is_over(folder) or (place >= MOST_KEPT and not keeping.alive(folder)):
                shutil.rmtree(folder, ignore_errors=True)
                gone += 1
    return gone


def _home(instance: Path, actor: Actor) -> Path:
    """The folder of one user's jobs."""
    return instance / "paper" / str(actor.village_id) / f"{actor.user_id}-{actor.role}"


def _unfinished(folder: Path) -> State:
    if not keeping.alive(folder):
        return State.LOST
    return State.DRAWING if (folder / PROGRESS).exists() else State.WAITING


def _done(folder: Path) -> int:
    try:
        return int((folder / PROGRESS).read_text("ascii"))
    except (OSError, ValueError):  # not begun, or just being replaced
        return 0


def _end(folder: Path, state: State, words: str = "", leaves: tuple[Leaves, ...] = ()) -> bool:
    """Write down how a job ended, unless it has ended; whether it was this that ended it."""
    said = {"state": state, "words": words, "leaves": [asdict(part) for part in leaves]}
    try:
        return keeping.end(folder, said)
    except OSError:  # a full disk, or the folder is gone: readers see that nobody draws it
        _log.exception("the end of a sheet could not be written")
        return False
