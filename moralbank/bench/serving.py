"""Our application and an empty one behind one real server, each answer's own time written down."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from threading import Thread
from typing import Any, Final
from urllib.parse import urlencode

from flask import Flask
from waitress.server import create_server
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from moralbank.app import create_app
from moralbank.config import Settings

EMPTY: Final = "/empty"
_TIMEOUT_S: Final = 30

Wsgi = Callable[..., Iterable[bytes]]


class Timed:
    """A WSGI application that writes down how long each answer took, in seconds."""

    def __init__(self, inside: Wsgi) -> None:
        """Nothing was asked yet."""
        self.inside = inside
        self.taken: list[float] = []

    def __call__(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        """Answer, whole."""
        begun = time.perf_counter()
        answer = self.inside(environ, start)
        body = list(answer)
        getattr(answer, "close", lambda: None)()
        self.taken.append(time.perf_counter() - begun)
        return body


class Visitor:
    """A browser of few means: keeps one connection, its cookie and nothing else."""

    def __init__(self, port: int) -> None:
        """Connect."""
        self.connection = HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
        self.cookie = ""

    def close(self) -> None:
        """Hang up."""
        self.connection.close()

    def get(self, path: str) -> tuple[int, str]:
        """Open a page: status and text."""
        return self._ask("GET", path, None)

    def post(self, path: str, **fields: Any) -> tuple[int, str]:
        """Send a form: status, and where it leads (or the page)."""
        return self._ask("POST", path, urlencode(fields))

    def _ask(self, method: str, path: str, body: str | None) -> tuple[int, str]:
        headers = {"Cookie": self.cookie} if self.cookie else {}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            self.cookie = cookie.partition(";")[0]
        return answer.status, answer.headers.get("Location") or text


def empty_app() -> Flask:
    """The least that Flask can answer."""
    app = Flask("empty")
    app.add_url_rule("/", view_func=lambda: "")
    return app


@contextmanager
def served(settings: Settings) -> Iterator[tuple[int, Timed, Timed]]:
    """Serve both: the port, ours, and the empty one below EMPTY."""
    ours, bare = Timed(create_app(settings).wsgi_app), Timed(empty_app().wsgi_app)
    both = DispatcherMiddleware(ours, {EMPTY: bare})
    server = create_server(both, host="127.0.0.1", port=0, threads=8)
    thread = Thread(target=_run, args=(server,), daemon=True)
    thread.start()
    try:
        yield server.effective_port, ours, bare
    finally:
        server.close()
        thread.join(_TIMEOUT_S)


def _run(server: Any) -> None:
    with suppress(OSError):  # closing takes the socket away from under the loop
        server.run()
