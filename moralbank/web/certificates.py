"""A certificate authority of this machine's own, for https inside a village's own network.

No public authority vouches for 192.168.1.5, so phones trust one that lives in the instance folder
and nowhere else. What it may sign is written into it (RFC 5280, name constraints): private
addresses and local names alone, so even whoever steals its key can't pretend to be a bank.
"""

import hashlib
import ipaddress
import re
import secrets
import socket
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from moralbank import clock
from moralbank.web.own_address import outward_address
from moralbank.whole_files import write_whole

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Key = ec.EllipticCurvePrivateKey

FOLDER: Final = "https"
AUTHORITY_DAYS: Final = 3652
SERVER_DAYS: Final = 397
"""No longer: browsers refuse certificates of more than 398 days."""
RENEWED_BEFORE: Final = timedelta(days=30)
_CLOCKS_DIFFER: Final = timedelta(days=1)

PRIVATE: Final = tuple(
    ipaddress.ip_network(network)
    for network in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)
LOCAL_NAMES: Final = ("localhost", "local", "lan", "internal", "home.arpa")
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_ROUTES: Final = Path("/proc/net/fib_trie")
_OWN_ROUTE: Final = re.compile(r"\|-- (\S+)\n\s+/32 host LOCAL")


@dataclass(frozen=True)
class Machine:
    """What others on the local network may call this machine: `host`, names, addresses."""

    host: str
    addresses: tuple[Address, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names that a certificate is made out to."""
        return ("localhost", self.host, f"{self.host}.local") if self.host else ("localhost",)


@dataclass(frozen=True)
class Papers:
    """Where certificates and keys lie: PEM files that the owner of the server alone reads."""

    folder: Path

    @property
    def authority(self) -> Path:
        """What phones are to trust."""
        return self.folder / "ca.crt"

    @property
    def authority_key(self) -> Path:
        """What signs; it never leaves this folder."""
        return self.folder / "ca.key"

    @property
    def server(self) -> Path:
        """What the server shows, signed by the authority."""
        return self.folder / "server.crt"

    @property
    def server_key(self) -> Path:
        """The server's own key."""
        return self.folder / "server.key"

    def fingerprints(self) -> dict[str, str]:
        """The authority's fingerprints as phones and Windows show them, by kind."""
        der = _read(self.authority).public_bytes(serialization.Encoding.DER)
        sha1 = hashlib.sha1(der, usedforsecurity=False).hexdigest()  # Windows shows this one
        return {"SHA-256": _pairs(hashlib.sha256(der).hexdigest()), "SHA-1": _pairs(sha1)}

    def label(self) -> str:
        """What phones call the authority in their lists."""
        return str(_named(_read(self.authority)).value)


def this_machine() -> Machine:
    """This machine's name and its private addresses; nothing is sent to find them."""
    host = socket.gethostname().split(".")[0].lower()
    found = {ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")}
    for written in (*_routed(), *_resolved(), outward_address()):
        with suppress(ValueError):
            found.add(ipaddress.ip_address(written))
    usual = sorted(filter(is_private, found), key=lambda one: (one.version, int(one)))
    return Machine(host if _HOST.fullmatch(host) else "", tuple(usual))


def is_private(address: Address) -> bool:
    """Whether our authority may vouch for an address."""
    return any(address in network for network in PRIVATE)


def ensure(folder: Path, machine: Machine) -> bool:
    """See to it that both certificates are there and fit; whether the server's is a new one."""
    papers = Papers(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _authority_fits(papers):
        _make_authority(papers, machine)
    elif _server_fits(papers, machine):
        return False
    _make_server(papers, machine)
    return True


def _authority_fits(papers: Papers) -> bool:
    if not papers.authority.exists() or not papers.authority_key.exists():
        return False
    authority = _read(papers.authority)
    if authority.public_key() != _read_key(papers.authority_key).public_key():
        return False
    return authority.not_valid_after_utc > clock.now() + RENEWED_BEFORE


def _server_fits(papers: Papers, machine: Machine) -> bool:
    """Whether the server's certificate is made out to all that this machine is called today."""
    if not papers.server.exists() or not papers.server_key.exists():
        return False
    shown = _read(papers.server)
    if shown.not_valid_after_utc <= clock.now() + RENEWED_BEFORE:
        return False
    if shown.issuer != _read(papers.authority).subject:
        return False
    if shown.public_key() != _read_key(papers.server_key).public_key():
        return False  # the power failed between writing the two
    made_out = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    names = set(made_out.get_values_for_type(x509.DNSName))
    addresses = set(made_out.get_values_for_type(x509.IPAddress))
    wanted = set(_permitted(machine.names, _read(papers.authority)))
    return wanted <= names and set(machine.addresses) <= addresses


def _make_authority(papers: Papers, machine: Machine) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    # Each is called otherwise: two of one name are mistaken for each other.
    label = f"Moralbank {machine.host or 'local'} {secrets.token_hex(3)}"
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, label)])
    local = [x509.DNSName(suffix) for suffix in (*LOCAL_NAMES, *filter(None, (machine.host,)))]
    allowed = [*local, *(x509.IPAddress(network) for network in PRIVATE)]
    made = (
        _begun(name, name, key, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(allowed, None), critical=True)
        .sign(key, hashes.SHA256())
    )
    write_whole(papers.authority_key, _pem(key))
    write_whole(papers.authority, made.public_bytes(serialization.Encoding.PEM))


def _make_server(papers: Papers, machine: Machine) -> None:
    authority = _read(papers.authority)
    signer = _read_key(papers.authority_key)
    key = ec.generate_private_key(ec.SECP256R1())
    names = [x509.DNSName(name) for name in _permitted(machine.names, authority)]
    addresses = [x509.IPAddress(address) for address in machine.addresses]
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, machine.host or "localhost")])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    left = authority.not_valid_after_utc - clock.now()
    made = (
        _begun(name, authority.subject, key, min(SERVER_DAYS, left.days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([*names, *addresses]), critical=False)
        .add_extension(issuer, critical=False)
        .sign(signer, hashes.SHA256())
    )
    write_whole(papers.server_key, _pem(key))
    write_whole(papers.server, made.public_bytes(serialization.Encoding.PEM))


def _begun(name: x509.Name, issuer: x509.Name, key: Key, days: int) -> x509.CertificateBuilder:
    """What both certificates say alike; valid since yesterday, as phones' clocks differ."""
    since: datetime = clock.now() - _CLOCKS_DIFFER
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _permitted(names: Iterable[str], authority: x509.Certificate) -> Iterator[str]:
    """Those names that the authority may sign: a machine that was renamed is not its own."""
    allowed = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    suffixes = [
        one.value for one in allowed.permitted_subtrees or () if isinstance(one, x509.DNSName)
    ]
    for name in names:
        if any(name == suffix or name.endswith(f".{suffix}") for suffix in suffixes):
            yield name


def _routed() -> Iterator[str]:
    """The addresses that Linux takes for its own."""
    with suppress(OSError):
        yield from _OWN_ROUTE.findall(_ROUTES.read_text("ascii"))


def _resolved() -> Iterator[str]:
    """The addresses that the machine's own name leads to: on Windows all of them."""
    with suppress(OSError):
        yield from (str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None))


def _read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def _read_key(path: Path) -> Key:
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):  # none that we wrote
        raise TypeError(path.name)
    return key


def _named(certificate: x509.Certificate) -> x509.NameAttribute[str | bytes]:
    return certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0]


def _pem(key: Key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _pairs(digits: str) -> str:
    return ":".join(re.findall("..", digits.upper()))
