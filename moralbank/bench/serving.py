"""Our application and an empty one behind one real server, as `moralbank serve` runs it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from logging import ERROR, getLogger
from secrets import token_hex
from threading import Thread
from typing import Any, Final

from flask import Flask
from waitress.server import create_server
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from moralbank.app import create_app
from moralbank.config import Settings
from moralbank.web.commands import THREADS

EMPTY: Final = "/empty"
LISTENER: Final = f"moralbank-bench-{token_hex(4)}"
"""What every answer names as its server: whoever else listens on the port is found out."""
_TIMEOUT_S: Final = 30

getLogger("waitress.queue").setLevel(ERROR)  # more callers than threads are what is measured


def empty_app() -> Flask:
    """The least that Flask can answer."""
    app = Flask("empty")
    app.add_url_rule("/", view_func=lambda: "")
    return app


@contextmanager
def served(settings: Settings) -> Iterator[int]:
    """Serve both on a port of this machine: ours, and the empty one below EMPTY."""
    both = DispatcherMiddleware(create_app(settings), {EMPTY: empty_app()})
    server = create_server(both, host="127.0.0.1", port=0, threads=THREADS, ident=LISTENER)
    thread = Thread(target=_run, args=(server,), daemon=True)
    thread.start()
    try:
        yield server.effective_port
    finally:
        server.close()
        thread.join(_TIMEOUT_S)


def _run(server: Any) -> None:
    with suppress(OSError):  # closing takes the socket away from under the loop
        server.run()
