"""A real server and a real Chromium."""

import base64
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from werkzeug.serving import BaseWSGIServer, make_server

from moralbank.access.permissions import Role
from tests.conftest import make_app
from tests.notices.wall import after
from tests.village import PASSWORD, STAFF, Town

CHROMIUM = next(
    (
        path
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (path := shutil.which(name))
    ),
    None,
)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--lang=zh-CN",
)
PHONE = {"width": 390, "height": 844}
TABLET = {"width": 820, "height": 1180}
LAPTOP = {"width": 1366, "height": 768}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser; without one it is skipped, or fails where CI is set."""
    for item in items:
        if "browser" in Path(item.path).parts:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None and not os.environ.get("CI"):
                item.add_marker(pytest.mark.skip(reason="no browser on this machine"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium, started once."""
    assert CHROMIUM is not None, "CI must have a browser: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def person(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Somebody at a device of their own; a fault in a page's script fails the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_device(size: dict[str, int] | None = None) -> Page:
        context = chromium.new_context(viewport=size or LAPTOP, locale="zh-CN")  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield open_device
    for context in contexts:
        context.close()
    assert not faults


@dataclass
class Served:
    """A village's bank, served by its own process."""

    address: str
    instance: Path

    def command(self, *arguments: str, user: str | None = None, stdin: str = "") -> str:
        """Run a command of ours on the same instance; its output."""
        return run_command(self.instance, *arguments, user=user, stdin=stdin)


def run_command(
    instance: Path, *arguments: str, user: str | None = None, stdin: str = "", expect: int = 0
) -> str:
    """`moralbank …` in a process of its own."""
    who = ["--as", user] if user else []
    done = subprocess.run(
        [sys.executable, "-m", "moralbank", "--instance", str(instance), *who, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == expect, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout + (done.stderr if expect else "")


def fetch_form(page: Page, selector: str) -> bytes:
    """The PDF that a page's form asks for, sent with all its fields but the wish to look first."""
    encoded = page.evaluate(
        """async selector => {
            const form = document.querySelector(selector);
            const body = new FormData(form);
            body.delete("look");
            const answer = await fetch(form.action, {method: "POST", body});
            const bytes = new Uint8Array(await answer.arrayBuffer());
            return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(""));
        }""",
        selector,
    )
    return base64.b64decode(encoded)


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[], Served]]:
    """Start `moralbank serve` on the test's instance folder, as a village does."""
    running: list[subprocess.Popen[bytes]] = []

    def start() -> Served:
        port = free_port()
        command = [sys.executable, "-m", "moralbank", "--instance", str(tmp_path / "instance")]
        log = (tmp_path / "serve.log").open("wb")
        process = subprocess.Popen(
            [*command, "serve", "--port", str(port), "--no-browser"], stdout=log, stderr=log
        )
        log.close()
        running.append(process)
        wait_for(port, process)
        return Served(f"http://127.0.0.1:{port}", tmp_path / "instance")

    yield start
    for process in running:
        process.terminate()
        process.wait(10)


def wait_for(port: int, process: "subprocess.Popen[bytes] | subprocess.Popen[str]") -> None:
    """Until the process listens at the port."""
    for _attempt in range(200):
        assert process.poll() is None, "the server ended by itself"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("the server did not come up")


@dataclass
class Office:
    """The committee's machine, in this process: stopped, started again, its clock set ahead.

    While `loses_answers`, what phones and counters send is kept, but the answer never reaches
    them: the power fails between the two. Its clock runs, `days_later` days ahead of ours.
    """

    app: Flask
    port: int = 0
    days_later: int = 0
    loses_answers: bool = False
    lost: threading.Event = field(default_factory=threading.Event)
    running: list[tuple[BaseWSGIServer, threading.Thread]] = field(default_factory=list)

    def start(self) -> "Office":
        """Serve, at the same address as before."""
        server = make_server("127.0.0.1", self.port, self, threaded=True)
        self.port = server.port
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.running.append((server, thread))
        return self

    def stop(self) -> None:
        """Serve no more."""
        for server, thread in self.running:
            server.shutdown()
            server.server_close()
            thread.join()
        self.running.clear()

    @property
    def address(self) -> str:
        """Where its pages are."""
        return f"http://127.0.0.1:{self.port}"

    def sign_in(self, page: Page, role: Role) -> Page:
        """Let somebody of the village's staff sign in; their page."""
        page.goto(f"{self.address}/sign-in")
        page.get_by_label("用户名").fill(STAFF[role])
        page.get_by_label("密码", exact=True).fill(PASSWORD)
        page.locator("main").get_by_role("button", name="登录").click()
        expect(page.get_by_role("heading", name=f"{STAFF[role]}，您好")).to_be_visible()
        return page

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request on the office's day, unless the power fails."""
        with after(self.days_later):
            answer = self.app(environ, start)
        if self.loses_answers and environ["PATH_INFO"].endswith(("/scores", "/redeem")):
            self.lost.set()
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError
        return answer


@pytest.fixture
def office(hamlet: Town, tmp_path: Path) -> Iterator[Office]:
    """The village's pages, served from this process."""
    app = make_app(hamlet, tmp_path)
    made = Office(app).start()
    yield made
    made.stop()
    app.extensions["moralbank"].close()
