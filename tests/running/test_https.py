"""`serve --https`: a certificate authority of our own, and the page that helps to trust it."""

import http.client
import ipaddress
import json
import os
import re
import socket
import ssl
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from email.message import Message
from pathlib import Path
from urllib.parse import urlencode

import pytest
from cryptography import x509
from flask import Flask
from sqlmodel import select

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.audit import AuditEntry
from moralbank.backup.plan import Plan
from moralbank.web import commands, https
from moralbank.web.certificates import SERVER_DAYS, Machine, Papers, ensure, this_machine
from moralbank.web.trust import OwnAuthority
from tests.browser.conftest import free_port, wait_for
from tests.conftest import make_app
from tests.village import PASSWORD, STAFF, Town

HOME = ipaddress.ip_address("127.0.0.1")
ELSEWHERE = ipaddress.ip_address("192.168.7.9")
EVERYWHERE = "0.0.0.0"  # noqa: S104 - nothing is served there
MACHINE = Machine("cunwei", (HOME,))


def _client(authority: Path | None = None) -> ssl.SSLContext:
    """What a phone trusts: the world's authorities, or ours as well."""
    context = ssl.create_default_context(cafile=None if authority is None else str(authority))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def _shown(papers: Papers) -> x509.Certificate:
    return x509.load_pem_x509_certificate(papers.server.read_bytes())


def _accepts(papers: Papers, name: str) -> bool:
    """Whether a phone that trusts our authority takes the server for `name`; no network is used."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(papers.server, papers.server_key)
    to_phone, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = server.wrap_bio(to_server, to_phone, server_side=True)
    phone = _client(papers.authority).wrap_bio(to_phone, to_server, server_hostname=name)
    for _turn in range(4):
        for side in (phone, ours):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError:
                return False
    return phone.version() == "TLSv1.3"


def test_certificates_are_private_short_lived_and_for_local_names_alone(tmp_path: Path) -> None:
    """Were the key stolen, it still couldn't speak for a bank: that is written into it."""
    papers = Papers(tmp_path / "https")
    assert ensure(papers.folder, MACHINE)
    assert not ensure(papers.folder, MACHINE)
    files = (papers.authority, papers.authority_key, papers.server, papers.server_key)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE(papers.folder.stat().st_mode) == 0o700
    assert sorted(papers.folder.iterdir()) == sorted(files)
    shown = _shown(papers)
    assert shown.not_valid_after_utc - shown.not_valid_before_utc <= timedelta(days=SERVER_DAYS)
    for name in ("127.0.0.1", "localhost", "cunwei", "cunwei.local"):
        assert _accepts(papers, name), name
    assert not _accepts(papers, "192.168.7.9")

    stolen = Machine("bank.example.cn", (HOME, ipaddress.ip_address("203.0.113.5")))
    ensure(papers.folder, stolen)
    assert not _accepts(papers, "203.0.113.5")
    assert not _accepts(papers, "bank.example.cn")
    assert not _accepts(papers, "127.0.0.1"), "one address too many spoils the whole certificate"


def test_the_certificate_is_renewed_in_time_and_for_a_new_address(tmp_path: Path) -> None:
    """What phones trust stays the same; after ten years they are asked again."""
    papers = Papers(tmp_path / "https")
    ensure(papers.folder, MACHINE)
    trusted, first = papers.authority.read_bytes(), _shown(papers)
    adapter = https.LaterHandshake(papers)

    https.renew(adapter, papers, MACHINE)
    assert _shown(papers) == first
    https.renew(adapter, papers, Machine("cunwei", (HOME, ELSEWHERE)))
    assert _accepts(papers, "192.168.7.9")
    with clock.at(clock.now() + timedelta(days=SERVER_DAYS - 20)):
        second = _shown(papers)
        https.renew(adapter, papers, MACHINE)
        assert _shown(papers).not_valid_after_utc > second.not_valid_after_utc
    assert papers.authority.read_bytes() == trusted

    papers.server_key.write_bytes(papers.authority_key.read_bytes())  # the power failed between
    https.renew(adapter, papers, MACHINE)
    assert _accepts(papers, "localhost")
    with clock.at(clock.now() + timedelta(days=3640)):
        https.renew(adapter, papers, MACHINE)
    assert papers.authority.read_bytes() != trusted


@dataclass
class Served:
    """A village's bank behind its own https."""

    instance: Path
    plain: int
    safe: int
    said: str

    @property
    def authority(self) -> Path:
        """What is to be trusted."""
        return self.instance / "https" / "ca.crt"

    def ask(self, path: str, form: str = "", cookie: str = "") -> "Page":
        """A page by https, by somebody who trusts the authority."""
        context = _client(self.authority)
        line = http.client.HTTPSConnection("127.0.0.1", self.safe, context=context)
        return _fetch(line, path, form, cookie)

    def ask_plainly(self, path: str, port: int | None = None) -> "Page":
        """The same by http."""
        return _fetch(http.client.HTTPConnection("localhost", port or self.plain), path)

    def turns_away(self, context: ssl.SSLContext) -> ssl.SSLError:
        """Why somebody with this trust gets no page."""
        line = http.client.HTTPSConnection("127.0.0.1", self.safe, context=context)
        with pytest.raises(ssl.SSLError) as refusal, closing(line):
            line.connect()
        return refusal.value


@dataclass
class Page:
    """An answer, read to its end."""

    status: int
    heads: Message
    body: bytes


def _fetch(line: http.client.HTTPConnection, path: str, form: str = "", cookie: str = "") -> Page:
    line.timeout = 10
    heads = {"Cookie": cookie, "Referer": f"https://127.0.0.1:{line.port}/"}
    heads["X-Forwarded-For"] = "203.0.113.9"  # nobody believes it
    with closing(line):
        if form:
            heads["Content-Type"] = "application/x-www-form-urlencoded"
        line.request("POST" if form else "GET", path, form or None, heads)
        answer = line.getresponse()
        return Page(answer.status, answer.headers, answer.read())


@pytest.fixture
def served(hamlet: Town, tmp_path: Path) -> Iterator[Served]:
    """`moralbank serve --https` in a process of its own."""
    plain, safe = free_port(), free_port()
    ports = ["--port", str(plain), "--https-port", str(safe), "--host", "127.0.0.1"]
    (tmp_path / "instance").mkdir()
    Plan(tmp_path / "instance", daily=False).kept()  # the test is too short for that
    log = (tmp_path / "said").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "moralbank", "serve", "--https", "--no-browser", *ports],
        env={
            **os.environ,
            "MORALBANK_INSTANCE": str(tmp_path / "instance"),
            "MORALBANK_DATABASE_URL": str(hamlet.database.engine.url),
            "PYTHONUNBUFFERED": "1",
        },
        stdout=log,
        stderr=log,
    )
    log.close()
    wait_for(safe, process)
    wait_for(plain, process)
    said = (tmp_path / "said").read_text("utf-8")
    yield Served(tmp_path / "instance", plain, safe, said)
    process.terminate()
    process.wait(10)


def test_a_phone_that_trusts_the_authority_signs_in_by_https(served: Served, hamlet: Town) -> None:
    """Others are turned away by their own phones, and http leads to https."""
    mute = socket.create_connection(("127.0.0.1", served.safe))  # says nothing, and holds up nobody
    page = served.ask("/sign-in")
    cookie = page.heads["Set-Cookie"]
    assert page.status == 200
    assert cookie.startswith("__Host-moralbank=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Strict-Transport-Security" not in page.heads  # the page of trust stays http
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.body.decode())
    assert token is not None
    form = urlencode({"csrf_token": token[1], "name": STAFF[Role.ADMIN], "password": PASSWORD})
    done = served.ask("/sign-in", form, cookie.partition(";")[0])
    assert (done.status, done.heads["Location"]) == (303, "/")
    [known] = [one for one in done.heads.get_all("Set-Cookie", []) if "-device-" in one]
    assert known.startswith("__Host-moralbank-device-")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(known.split("; "))
    assert "Max-Age=15552000" in known
    assert "Domain" not in known
    with hamlet.database.reading() as session:
        wanted = select(AuditEntry.device).where(AuditEntry.act == "access.sign_in")
        assert session.exec(wanted).all() == ["127.0.0.1"]
    assert json.loads(served.ask("/readyz").body) == {"status": "ready"}
    mute.close()

    assert "CERTIFICATE_VERIFY_FAILED" in str(served.turns_away(_client()))
    old = _client(served.authority)
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    assert served.turns_away(old)

    sent_on = served.ask_plainly("/c/123?a=%E4%B8%80")
    there = f"https://localhost:{served.safe}/c/123?a=%E4%B8%80"
    assert (sent_on.status, sent_on.heads["Location"]) == (307, there)
    typed = served.ask_plainly("/", served.safe)
    assert (typed.status, typed.heads["Location"]) == (307, f"https://127.0.0.1:{served.safe}/")

    page = served.ask_plainly("/trust")
    assert page.status == 200
    assert "Set-Cookie" not in page.heads
    sha256 = Papers(served.authority.parent).fingerprints()["SHA-256"]
    assert sha256 in served.said
    assert sha256.replace(":", "")[:4] in page.body.decode()
    assert served.ask_plainly("/trust/ca.crt").body == served.authority.read_bytes()
    assert b"PRIVATE" not in served.authority.read_bytes()
    assert served.ask_plainly("/trust/ca.key").status == 307
    [kept] = (served.instance / "logs").iterdir()
    assert '"route": "/trust/ca.crt"' in kept.read_text("utf-8")


def test_the_plain_port_leads_to_no_other_machine(hamlet: Town, tmp_path: Path) -> None:
    """Whatever stands where a path belongs; no browser asks so, and proxies may pass it on."""
    side = https.PlainSide(make_app(hamlet, tmp_path), 8443)
    for path in ("@evil.example/", "evil.example", "*", ""):
        told: list[str] = []
        side(
            {"PATH_INFO": path, "HTTP_HOST": "localhost"},
            lambda *said, told=told: told.extend(said[:1]),
        )
        assert told == ["400 Bad Request"]


def test_this_machine_knows_its_own_names() -> None:
    """Public addresses are not ours to vouch for."""
    machine = this_machine()
    assert HOME in machine.addresses
    assert "localhost" in machine.names
    assert all(address.is_private or address.is_loopback for address in machine.addresses)
    assert https.vouches_for("192.168.1.5")
    assert not https.vouches_for("8.8.8.8")


def test_the_page_of_trust_shows_the_way_for_ones_own_device(hamlet: Town, tmp_path: Path) -> None:
    """Fingerprints stand on the committee's own machine alone: the network's may be anybody's."""
    client = make_app(hamlet, tmp_path).test_client()
    assert client.get("/trust").status_code == 404
    assert client.get("/trust/ca.crt").status_code == 404
    own = OwnAuthority(tmp_path / "ca.crt", "Moralbank x", "AB:CD:EF:01", "12:34", 8000, 8443)
    client.application.config["OWN_AUTHORITY"] = own
    try:
        for agent, summary in (
            ("Mozilla/5.0 (Linux; Android 14; HUAWEI)", "安卓、鸿蒙手机"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0)", "苹果手机、平板"),
            ("Mozilla/5.0 (Windows NT 10.0; Win64)", "Windows 电脑"),
        ):
            page = client.get(
                "/trust",
                headers={"User-Agent": agent},
                environ_base={"REMOTE_ADDR": "192.168.1.77"},
            ).get_data(as_text=True)
            [opened] = re.findall(r"<details[^>]* open>\s*<summary>.*?</svg> (.*?)</summary>", page)
            assert opened == summary
            assert "ABCD" not in page
        assert "ABCD" in client.get("/trust").get_data(as_text=True)
    finally:
        del client.application.config["OWN_AUTHORITY"]


@pytest.mark.parametrize(
    ("host", "proxies", "warned"),
    [("127.0.0.1", 0, False), (EVERYWHERE, 0, True), (EVERYWHERE, 1, False)],
)
def test_plain_http_for_all_is_warned_of(
    hamlet: Town,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    host: str,
    proxies: int,
    warned: bool,
) -> None:
    """And a visitor's word on who they are reaches us only where a proxy of ours is told of."""
    served: dict[str, object] = {}

    def listen(_app: Flask, **options: object) -> None:
        served.update(options)

    monkeypatch.setattr("waitress.serve", listen)
    app = make_app(hamlet, tmp_path)
    monkeypatch.setitem(app.config, "PROXIES", proxies)
    for name, value in {"DEMO": True, "DAILY_BACKUPS": False}.items():  # no backup of this test
        monkeypatch.setitem(app.config, name, value)
    commands.run_server(app, host, free_port(), browser=False)
    said = capsys.readouterr().err
    assert ("moralbank serve --https" in said) == warned
    assert served["host"] == host
    assert served["clear_untrusted_proxy_headers"] == (proxies == 0)
