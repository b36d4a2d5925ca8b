"""`serve --https`: the pages over TLS for phones of the local network, without any proxy.

Two listeners in one process. The one on the usual port speaks plain http and serves nothing but
the page that helps to trust our certificate; whatever else is asked there is sent on to https.
"""

import logging
import os
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from cheroot.server import HTTPConnection
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server
from flask import Flask

from moralbank.logs import brief
from moralbank.web import certificates
from moralbank.web.certificates import Machine, Papers, this_machine
from moralbank.web.own_address import outward_address
from moralbank.web.trust import OwnAuthority

_log = logging.getLogger(__name__)

THREADS: Final = 16
PLAIN_THREADS: Final = 4
SECONDS_BETWEEN: Final = 60
_PLAIN_PAGES: Final = ("/trust", "/trust/ca.crt")

Environ = dict[str, Any]
Answer = Callable[..., Any]


class PlainSide:
    """What the plain port answers: the page of trust and its look; all else is sent to https."""

    def __init__(self, app: Flask, port: int) -> None:
        """Stand before the application; https is on `port`."""
        self._app = app
        self._port = port

    def __call__(self, environ: Environ, start: Answer) -> Iterable[bytes]:
        """Answer a request."""
        path = str(environ.get("PATH_INFO", ""))
        if not path.startswith("/"):  # no browser asks so; behind the port it would lead elsewhere
            start("400 Bad Request", [("Content-Length", "0")])
            return []
        if path in _PLAIN_PAGES or path.startswith("/static/"):
            return self._app(environ, start)
        there = f"https://{_host(environ)}:{self._port}{_address(environ)}"
        start("307 Temporary Redirect", [("Location", there), ("Content-Length", "0")])
        return []


class LaterHandshake(BuiltinSSLAdapter):
    """TLS whose handshake waits for the thread that answers.

    cheroot shakes hands where it accepts connections, so one phone that connects and then says
    nothing would keep everybody waiting for ten seconds.
    """

    def __init__(self, papers: Papers) -> None:
        """Read certificate and key."""
        super().__init__(str(papers.server), str(papers.server_key))
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._papers = papers

    def wrap(self, sock: Any) -> tuple[Any, dict[str, str]]:
        """Give back the socket under TLS, and what a request is told of it."""
        safe = self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        return safe, {"wsgi.url_scheme": "https", "HTTPS": "on"}

    def read_again(self) -> None:
        """Show the certificate that lies there now to whoever connects from here on."""
        self.context.load_cert_chain(str(self._papers.server), str(self._papers.server_key))


class SafeConnection(HTTPConnection):
    """A connection under TLS: hands are shaken before the first request is read."""

    _shaken = False

    def communicate(self) -> bool:
        """Answer what is asked; whether the connection goes on."""
        if not self._shaken:
            try:
                self.socket.do_handshake()
            except OSError as fault:  # strangers, phones that don't trust us yet, plain http
                _log.debug("no https with a visitor: %s", brief(fault))
                if getattr(fault, "reason", "") == "HTTP_REQUEST":
                    self._send_on()
                return False
            self._shaken = True
        return bool(super().communicate())  # type: ignore[no-untyped-call]

    def _send_on(self) -> None:
        """Send a visitor who typed the address without https:// there; all we know is our own."""
        host, port = self.socket.getsockname()[:2]
        there = f"https://{f'[{host}]' if ':' in host else host}:{port}/"
        answer = f"HTTP/1.1 307 Temporary Redirect\r\nLocation: {there}\r\nContent-Length: 0\r\n"
        with suppress(OSError), socket.socket(fileno=os.dup(self.socket.fileno())) as bare:
            bare.sendall(f"{answer}Connection: close\r\n\r\n".encode("ascii"))


class Listener(Server):
    """A server of cheroot's that logs as we do."""

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:  # noqa: FBT001, FBT002 - cheroot's
        """Tell the log; connections that break off are no news."""
        broken = isinstance(sys.exc_info()[1], OSError)
        _log.log(logging.DEBUG if broken else level, msg, exc_info=traceback and not broken)


def prepare(instance: Path, plain_port: int, port: int) -> OwnAuthority:
    """Make certificates for this machine where there are none that fit; what is to be trusted."""
    papers = Papers(instance / certificates.FOLDER)
    certificates.ensure(papers.folder, this_machine())
    prints = papers.fingerprints()
    return OwnAuthority(
        file=papers.authority,
        label=papers.label(),
        sha256=prints["SHA-256"],
        sha1=prints["SHA-1"],
        plain_port=plain_port,
        port=port,
    )


def vouches_for(address: str) -> bool:
    """Whether a certificate of our own can be made out to this address or name."""
    try:
        return certificates.is_private(ip_address(address))
    except ValueError:
        return address.lower() in this_machine().names


def listen(app: Flask, host: str, own: OwnAuthority) -> None:
    """Serve on both ports until stopped."""
    papers = Papers(own.file.parent)
    adapter = LaterHandshake(papers)
    safe = Listener((host, own.port), app, numthreads=THREADS, server_name="moralbank")
    safe.ssl_adapter = adapter
    safe.ConnectionClass = SafeConnection
    plain = Listener(
        (host, own.plain_port),
        PlainSide(app, own.port),
        numthreads=PLAIN_THREADS,
        server_name="moralbank",
    )
    stopped = threading.Event()
    for server in (safe, plain):
        server.prepare()
    for work in (plain.serve, lambda: keep_current(adapter, papers, stopped)):
        threading.Thread(target=work, daemon=True).start()
    try:
        safe.serve()
    finally:
        stopped.set()
        plain.stop()
        safe.stop()


def keep_current(
    adapter: LaterHandshake,
    papers: Papers,
    stopped: threading.Event,
    machine: Callable[[], Machine] = this_machine,
) -> None:
    """Look each minute whether this machine got another address, or its certificate grew old."""
    while not stopped.wait(SECONDS_BETWEEN):
        try:
            renew(adapter, papers, machine())
        except (OSError, ValueError):
            _log.exception("the certificate could not be renewed")


def renew(adapter: LaterHandshake, papers: Papers, machine: Machine) -> None:
    """Make and show a new certificate if the one in use doesn't fit any more."""
    if certificates.ensure(papers.folder, machine):
        adapter.read_again()
        _log.info("a new certificate for %s", ", ".join(map(str, machine.addresses)))


def _host(environ: Environ) -> str:
    """The name by which the visitor reached us, without the port."""
    given = str(environ.get("HTTP_HOST", ""))
    bare = given.rsplit(":", 1)[0] if given.rsplit(":", 1)[-1].isdigit() else given
    known = this_machine()
    if bare.lower() in {*known.names, *map(_bracketed, known.addresses)}:
        return bare
    return outward_address()


def _bracketed(address: certificates.Address) -> str:
    return f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004


def _address(environ: Environ) -> str:
    query = str(environ.get("QUERY_STRING", ""))
    path = quote(str(environ.get("PATH_INFO", "")).encode("latin-1"), safe="/;=,@:+")
    return path + (f"?{query}" if query else "")
