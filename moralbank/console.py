"""What commands stand on: who acts, from which database, and how results are shown."""

import json
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click

from moralbank import db
from moralbank.access.permissions import PERMISSIONS, ROLE_LABELS, Role, require
from moralbank.access.queries import Agreement, acting
from moralbank.access.signing_in import enter_as, prove
from moralbank.audit import AT_THE_MACHINE, Actor
from moralbank.config import Settings
from moralbank.db import Database, reading, see_everything, see_only, writing
from moralbank.errors import Invalid
from moralbank.i18n import _, mark
from moralbank.migrations import upgrade
from moralbank.printing.papers import USUAL, WALL_PAPERS
from moralbank.villages.codes import reach
from moralbank.whole_files import write_whole

A_DAY: Final = click.DateTime(["%Y-%m-%d"])
A_NUMBER: Final = click.IntRange(1, 999_999_999)
TO_A_FILE: Final = click.Path(path_type=Path, dir_okay=False)

Command = Callable[..., Any]


class NobodyNamed(Invalid):
    """A command that acts needs a person who acts."""

    text = mark("请用 --as 用户名（或环境变量 MORALBANK_USER）说明由谁来办")
    code = "nobody_named"


@dataclass
class Console:
    """What the options before the command said."""

    instance: Path | None
    user: str | None

    def settings(self, *, demo: bool = False) -> Settings:
        """The machine's settings."""
        return Settings.load(self.instance, demo=demo)

    def open(self) -> Database:
        """Use the instance's database from here on."""
        database = Database(self.settings().database_url)
        db.use(database)
        return database

    @contextmanager
    def opened(self) -> Iterator[Database]:
        """The same for as long as the block lasts."""
        database = self.open()
        try:
            yield database
        finally:
            database.close()

    @contextmanager
    def founded(self) -> Iterator[Database]:
        """The same; folder, signing key and tables are made where they are missing."""
        self.settings().secret_key()
        with self.opened() as database:
            upgrade(database.engine)
            yield database

    def actor(self, permission: str) -> Actor:
        """Who acts, with the right to; raises NobodyNamed, UserUnknown, NotYourPart."""
        if not self.user:
            raise NobodyNamed
        with reading() as session:
            actor = acting(session, self.user, device=AT_THE_MACHINE)
        require(actor, permission)
        see_only(*reach(actor.village_id))
        return actor


@dataclass(frozen=True)
class Person:
    """Who says yes at the machine, and the password that proves it."""

    name: str
    password: str


def acts(permission: str) -> Callable[[Command], Command]:
    """A command done by somebody whose role has `permission`; passes `actor` first."""
    PERMISSIONS[permission]  # a misspelt permission fails at import

    def decorate(command: Command) -> Command:
        @click.pass_obj
        @wraps(command)
        def guarded(console: Console, *args: Any, **kwargs: Any) -> Any:
            with console.opened():
                return command(console.actor(permission), *args, **kwargs)

        guarded.guard = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


with_request_id = click.option(
    "--request-id",
    default=lambda: secrets.token_hex(16),
    help=_("请求编号：重做时用同一个，只算一次"),
)
with_json = click.option("--json", "as_json", is_flag=True, help=_("以 JSON 输出，供程序读取"))


with_wall_paper = click.option(
    "--paper",
    type=click.Choice(tuple(WALL_PAPERS)),
    default=USUAL,
    show_default=True,
    help=_("纸张"),
)
with_plain = click.option("--plain", is_flag=True, help=_("只用黑色：黑白打印机，或印在红纸上"))
to_output = click.option("-o", "--output", required=True, type=TO_A_FILE, help=_("写到哪个文件"))


def day_of(typed: datetime | None) -> date | None:
    """The day that was typed for an option of A_DAY."""
    return None if typed is None else typed.date()


def show(
    rows: Sequence[dict[str, Any]], columns: dict[str, str], *, as_json: bool, title: str = ""
) -> None:
    """Print rows as a table with Chinese heads (`columns`: key → head), or as JSON."""
    if as_json:
        show_json(rows)
        return
    from rich import box  # noqa: PLC0415 - tables are drawn by few commands
    from rich.console import Console as Terminal  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(title=title or None, box=box.SIMPLE_HEAD, title_justify="left")
    for head in columns.values():
        table.add_column(head)
    for row in rows:
        table.add_row(*("" if row[key] is None else str(row[key]) for key in columns))
    # A pipe has no width: let lines be as long as they are.
    wide = None if sys.stdout.isatty() else 200
    Terminal(width=wide, highlight=False, soft_wrap=True).print(table)


def show_json(value: Any) -> None:
    """Print a value as JSON, Chinese readable."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, nothing elsewhere; call the given function with how much is done."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.console import Console as Terminal  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Terminal(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


def write_file(path: Path, content: bytes) -> None:
    """Write a sheet, and say where; it is there whole or, after Ctrl+C, as it was before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not path.is_file():  # a printer, a pipe: nothing to be replaced
        path.write_bytes(content)
    else:
        # Behind a link the file, not the link; whoever may read its folder may read it.
        write_whole(path.resolve(), content, mode=0o666, lasting=False)
    click.echo(_("已写入 %(path)s（%(kb)s KB）", path=path, kb=max(1, len(content) // 1024)))


def read_password(*, from_stdin: bool, prompt: str) -> str:
    """A new password from the next line of stdin, or typed twice without showing."""
    return _read_unseen(prompt, from_stdin=from_stdin, twice=True)


def read_secret(*, from_stdin: bool, prompt: str) -> str:
    """What somebody has kept already: from the next line of stdin, or typed once."""
    return _read_unseen(prompt, from_stdin=from_stdin, twice=False)


def _read_unseen(prompt: str, *, from_stdin: bool, twice: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt(prompt, hide_input=True, confirmation_prompt=twice))


def ask_person(role: Role, name: str | None, *, from_stdin: bool) -> Person:
    """Who says yes for this part; the name is asked for where no option said it."""
    who = name or str(click.prompt(_("%(role)s用户名", role=_(ROLE_LABELS[role]))))
    prompt = _("%(name)s的密码", name=who)
    return Person(who, read_secret(from_stdin=from_stdin, prompt=prompt))


def agreed(admin: Person, supervisor: Person, village_id: int | None = None) -> Agreement:
    """Prove both, of this village or of one that is any; wrong tries are counted as at the door.

    Raises WrongSignIn, TooManyTries, NotTheirPart.
    """
    see_everything()
    first = _proven(admin, Role.ADMIN, village_id)
    return Agreement(first, _proven(supervisor, Role.SUPERVISOR, first.village_id))


def _proven(person: Person, role: Role, village_id: int | None) -> Actor:
    with reading() as session:  # proving takes its time: nobody's writing waits for it
        proof = prove(session, person.name, person.password)
    with writing() as session:
        return enter_as(session, proof, AT_THE_MACHINE, role, village_id)
