"""Read the old keystore format of Java, JKS (sun.security.provider.JavaKeyStore)."""

from __future__ import annotations

import hashlib
import hmac
from functools import partial

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_der_private_key

from pyjm.keystore.der import read_one
from pyjm.keystore.entries import Entries, KeyEntry, load_certificate, load_key
from pyjm.keystore.faults import Damaged, WrongPassword

MAGIC = b"\xfe\xed\xfe\xed"

# The format mixes these words into the digest over the whole file.
_WORDS = b"Mighty Aphrodite"
_DIGEST_BYTES = 20
_KEY, _TRUSTED = 1, 2
_SUN_KEY_PROTECTION = "1.3.6.1.4.1.42.2.17.1.1"


def read_jks(data: bytes, password: str) -> Entries:
    """Return the entries of a JKS file; its password is checked by the digest at its end."""
    secret = password.encode("utf-16-be")
    body, digest = data[:-_DIGEST_BYTES], data[-_DIGEST_BYTES:]
    if not hmac.compare_digest(hashlib.sha1(secret + _WORDS + body).digest(), digest):
        raise WrongPassword("the password is wrong, or the file is damaged")
    reader = _Reader(body[len(MAGIC) :])
    version, count = reader.number(4), reader.number(4)
    if version not in (1, 2):
        raise Damaged(f"it is of version {version} of the JKS format, which is unknown")
    keys: list[KeyEntry] = []
    trusted: list[x509.Certificate] = []
    for _ in range(count):
        kind, alias = reader.number(4), reader.text()
        reader.take(8)  # when the entry was made
        if kind == _KEY:
            protected = reader.take(reader.number(4))
            chain = tuple(reader.certificate(version) for _ in range(reader.number(4)))
            keys.append(KeyEntry(alias, partial(_unlock, protected, secret), chain))
        elif kind == _TRUSTED:
            trusted.append(reader.certificate(version))
        else:
            raise Damaged(f"it has an entry of kind {kind}, which is unknown")
    return Entries(tuple(keys), tuple(trusted))


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, length: int) -> bytes:
        end = self._at + length
        if end > len(self._data):
            raise Damaged("it ends within an entry")
        taken = self._data[self._at : end]
        self._at = end
        return taken

    def number(self, length: int) -> int:
        return int.from_bytes(self.take(length), "big")

    def text(self) -> str:
        return self.take(self.number(2)).decode("utf-8", "replace")

    def certificate(self, version: int) -> x509.Certificate:
        if version == 2:
            kind = self.text()
            if kind != "X.509":
                raise Damaged(f"it has a certificate of the type {kind[:20]!r}; only X.509 is known")
        return load_certificate(self.take(self.number(4)), x509.load_der_x509_certificate)


def _unlock(protected: bytes, secret: bytes) -> PrivateKeyTypes:
    """Undo Sun's key protection: the key is XORed with a chain of SHA-1 digests that a salt begins."""
    items = read_one(protected).items()
    if len(items) != 2 or read_one(items[0].content).oid() != _SUN_KEY_PROTECTION:
        raise Damaged("its private key is protected in a way that JKS does not have")
    data = items[1].content
    if len(data) <= 2 * _DIGEST_BYTES:
        raise Damaged("its private key is cut off")
    link, hidden, check = data[:_DIGEST_BYTES], data[_DIGEST_BYTES:-_DIGEST_BYTES], data[-_DIGEST_BYTES:]
    stream = bytearray()
    while len(stream) < len(hidden):
        link = hashlib.sha1(secret + link).digest()
        stream += link
    plain = bytes(a ^ b for a, b in zip(hidden, stream))
    if not hmac.compare_digest(hashlib.sha1(secret + plain).digest(), check):
        raise WrongPassword("the key in it has another password than the keystore")
    return load_key(plain, None, load_der_private_key, Damaged("its private key cannot be read"))
