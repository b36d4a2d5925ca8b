"""Writing the key file that a passphrase opens: an age file (https://c2sp.org/age) of our own make.

The library would choose by the stopwatch how hard its passphrase is to try, now 128 MB of memory
and now a gigabyte, which an older laptop lacks on the day of a restore.
"""

import hmac
import secrets
from base64 import b64encode
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from moralbank.archive.sealing import HEAD

COST: Final = 17
"""How hard a passphrase is to try: scrypt of 2 to the power of this, 128 MB (OWASP's advice)."""


def sealed_with(passphrase: str, content: bytes) -> bytes:
    """Return an age file of one scrypt recipient; `content` is shorter than a chunk (64 KiB)."""
    file_key, salt, nonce = (secrets.token_bytes(16) for _each in range(3))
    wrapping = _stretched(passphrase, salt)
    body = ChaCha20Poly1305(wrapping).encrypt(bytes(12), file_key, None)
    stanza = f"-> scrypt {_base64(salt)} {COST}\n{_base64(body)}\n"
    head = HEAD + b"\n" + stanza.encode() + b"---"
    proof = hmac.digest(_derived(file_key, b"", b"header"), head, "sha256")
    payload = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))
    only_chunk = bytes(11) + b"\1"
    return b"".join(
        [head, f" {_base64(proof)}\n".encode(), nonce, payload.encrypt(only_chunk, content, None)]
    )


def _stretched(passphrase: str, salt: bytes) -> bytes:
    salted = HEAD + b"/scrypt" + salt
    return Scrypt(salt=salted, length=32, n=1 << COST, r=8, p=1).derive(passphrase.encode())


def _derived(file_key: bytes, salt: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=salt, info=purpose).derive(file_key)


def _base64(content: bytes) -> str:
    return b64encode(content).decode().rstrip("=")
