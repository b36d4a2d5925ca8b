"""Sealed files: age (age-encryption.org/v1), so that other programs open them too.

A key pair is made once. Whoever has the public half (the recipient) seals, by itself every day and
without any passphrase on the machine; the private half lies in a key file that is itself sealed
with the passphrase (scrypt, see `key_files.py`). Both are what the `age` program makes and reads:
`age -d -i key.age backup.zip.age > backup.zip` asks for the passphrase and opens a backup.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import pyrage  # type: ignore[import-untyped]  # it publishes no types

from moralbank import clock
from moralbank.errors import Invalid, Refused
from moralbank.i18n import mark

SHORTEST_PASSPHRASE: Final = 10
ENDING: Final = ".age"
HEAD: Final = b"age-encryption.org/v1"
_IDENTITY: Final = "AGE-SECRET-KEY-"
_NO_KEY: Final = "No matching keys"


class PassphraseWeak(Invalid):
    """A passphrase has at least 10 characters, not one repeated."""

    text = mark("口令太简单：至少 10 个字符，不能全是同一个")
    code = "passphrase_weak"


class PassphraseWrong(Invalid):
    """The passphrase opens no key that this file is sealed for."""

    text = mark("口令不对，打不开这个文件")
    code = "passphrase_wrong"


class SealDamaged(Refused):
    """A sealed file was changed or is not whole; its own proof says so."""

    text = mark("封口的文件已损坏，或者不完整。请换一份备份")
    code = "seal_damaged"


@dataclass(frozen=True)
class Key:
    """A key pair: `recipient` seals (age1…), `sealed` is the key file's content."""

    recipient: str
    sealed: bytes


def new_key(passphrase: str) -> Key:
    """Make a key pair whose private half only `passphrase` opens; raises PassphraseWeak."""
    if len(passphrase) < SHORTEST_PASSPHRASE or len(set(passphrase)) == 1:
        raise PassphraseWeak
    from moralbank.archive.key_files import sealed_with  # noqa: PLC0415 - slow to import

    identity = pyrage.x25519.Identity.generate()
    recipient = str(identity.to_public())
    said = f"# created: {clock.now().isoformat()}\n# public key: {recipient}\n{identity}\n"
    sealed = sealed_with(passphrase, said.encode())
    open_key(sealed, passphrase)  # the library opens what was written here, before it counts
    return Key(recipient, sealed)


def open_key(sealed: bytes, passphrase: str) -> Any:
    """The private half in a key file, for `unseal`; raises PassphraseWrong."""
    try:
        said = pyrage.passphrase.decrypt(sealed, passphrase).decode()
        secret = next(line for line in said.splitlines() if line.startswith(_IDENTITY))
        return pyrage.x25519.Identity.from_str(secret.strip())
    except (pyrage.DecryptError, pyrage.IdentityError, StopIteration, UnicodeDecodeError) as error:
        raise PassphraseWrong from error


def is_sealed(path: Path) -> bool:
    """Whether a file is sealed, whatever it is called."""
    with path.open("rb") as file:
        return file.read(len(HEAD)) == HEAD


def seal(source: IO[bytes], target: IO[bytes], recipient: str) -> None:
    """Seal what `source` holds from here on into `target`; raises OSError as the disks do."""
    writer = _Remembering(target)
    try:
        pyrage.encrypt_io(source, writer, [pyrage.x25519.Recipient.from_str(recipient)])
    except pyrage.EncryptError:
        if writer.fault is not None:
            raise writer.fault from None
        raise


def unseal(source: IO[bytes], target: IO[bytes], identities: Sequence[Any]) -> None:
    """Open a sealed file into `target`; raises PassphraseWrong, SealDamaged, OSError.

    What was written before a fault is found is part of the true content and no more than that:
    nobody may use it.
    """
    writer = _Remembering(target)
    try:
        pyrage.decrypt_io(source, writer, identities)
    except pyrage.DecryptError as error:
        raise (PassphraseWrong if _NO_KEY in str(error) else SealDamaged) from error
    except OSError as error:
        raise (writer.fault or SealDamaged()) from error


class _Remembering:
    """A file that remembers why it could not be written: the library tells it as text alone."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.fault: OSError | None = None

    def write(self, content: bytes) -> int:
        try:
            return self._file.write(content)
        except OSError as error:
            self.fault = error
            raise

    def flush(self) -> None:
        self._file.flush()
