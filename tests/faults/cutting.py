"""A way to PostgreSQL that can be cut: a socket of our own in front of the server's."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from threading import Event, Thread
from typing import Final

from sqlalchemy import make_url

NAME: Final = ".s.PGSQL.5432"
COMMIT: Final = b"COMMIT\0"


class Cut(StrEnum):
    """When the connection breaks that carries a COMMIT."""

    BEFORE = "before the server hears of it"
    AFTER = "after the server has done it, before anybody is told"


class Way:
    """Carries bytes both ways until `cut` says otherwise; then the next connection works again."""

    def __init__(self, folder: Path, server: Path) -> None:
        """Listen in `folder` in front of the server's socket."""
        self.cut: Cut | None = None
        self.has_cut = Event()
        self._server = server
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(folder / NAME))
        self._door.listen()
        Thread(target=self._open, daemon=True).start()

    def close(self) -> None:
        """Let nobody in any more."""
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()

    def _open(self) -> None:
        with suppress(OSError):
            while True:
                client, server = self._door.accept()[0], socket.socket(socket.AF_UNIX)
                server.connect(str(self._server))
                deaf = Event()
                for carry in (self._ask, self._answer):
                    Thread(target=carry, args=(client, server, deaf), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket, deaf: Event) -> None:
        with suppress(OSError):
            while said := client.recv(65536):
                cut = self.cut if COMMIT in said else None
                if cut is Cut.AFTER:
                    deaf.set()
                if cut:
                    self.cut = None
                    self.has_cut.set()
                if cut is Cut.BEFORE:
                    break
                server.sendall(said)
        _hang_up(server, client if not deaf.is_set() else None)

    def _answer(self, client: socket.socket, server: socket.socket, deaf: Event) -> None:
        with suppress(OSError):
            while (said := server.recv(65536)) and not deaf.is_set():
                client.sendall(said)
        _hang_up(client, server)


def _hang_up(*ends: socket.socket | None) -> None:
    for end in ends:
        if end is not None:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextmanager
def way_to(url: str, folder: Path) -> Iterator[tuple[str, Way]]:
    """The same database by a way that can be cut: its address, and the way."""
    direct = make_url(url)
    way = Way(folder, Path(str(direct.query["host"])) / NAME)
    around = direct.set(query={"host": str(folder)})
    try:
        yield around.render_as_string(hide_password=False), way
    finally:
        way.close()
