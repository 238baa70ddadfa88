"""Read the keys that users of a test show to servers: every key of a keystore, with what goes with it."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pyjm.keystore import jks
from pyjm.keystore.entries import KeyEntry
from pyjm.keystore.faults import Damaged, KeystoreError, WrongPassword
from pyjm.keystore.store import read_entries

__all__ = ["ClientKey", "ClientKeys", "KeystoreError", "read_client_keys"]


@dataclass(frozen=True)
class ClientKey:
    """A key under its name, lower-case as Java has it: `pem` gives it with its certificates, not encrypted.

    `pem` raises KeystoreError for a key that cannot be opened.
    """

    alias: str
    chain: tuple[x509.Certificate, ...]
    pem: Callable[[], bytes]

    def fault(self, now: datetime.datetime) -> str:
        """Say what is wrong with its certificate's dates at `now` (with its zone); empty for nothing."""
        leaf = self.chain[0]
        start, end = leaf.not_valid_before_utc, leaf.not_valid_after_utc
        if now > end:
            return f"the certificate of {self.alias!r} expired on {end:%Y-%m-%d %H:%M} UTC"
        if now < start:
            return f"the certificate of {self.alias!r} is not valid before {start:%Y-%m-%d %H:%M} UTC"
        return ""


@dataclass(frozen=True)
class ClientKeys:
    """All keys of a keystore as the file has them; `trusted` counts the certificates beside them."""

    is_jks: bool
    keys: tuple[ClientKey, ...]
    trusted: int


def read_client_keys(path: Path, password: str) -> ClientKeys:
    """Return the keys of a keystore (PKCS#12, JKS, PEM, told by its content); any fault is a KeystoreError."""
    try:
        with path.open("rb") as file:
            start = file.read(len(jks.MAGIC))
        entries = read_entries(path, password)
    except FileNotFoundError:
        raise _fault(path, "it does not exist") from None
    except OSError as error:
        raise _fault(path, f"it cannot be read: {error.strerror or error}") from None
    except (Damaged, WrongPassword) as error:
        raise _fault(path, str(error)) from None
    if not entries.keys:
        raise _fault(path, "it holds no private key")
    keys = []
    for place, entry in enumerate(entries.keys):
        alias = entry.alias.lower() or str(place + 1)  # Java numbers those without a name
        if not entry.chain:
            raise _fault(path, f"it holds no certificate for its key {alias!r}")
        keys.append(ClientKey(alias, entry.chain, _opening(path, alias, entry)))
    return ClientKeys(start == jks.MAGIC, tuple(keys), len(entries.trusted))


def _opening(path: Path, alias: str, entry: KeyEntry) -> Callable[[], bytes]:
    def pem() -> bytes:
        try:
            key = entry.unlock().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        except (Damaged, WrongPassword) as error:
            raise _fault(path, f"its key {alias!r}: {error}") from None
        return key + b"".join(certificate.public_bytes(Encoding.PEM) for certificate in entry.chain)

    return pem


def _fault(path: Path, what: str) -> KeystoreError:
    return KeystoreError(f"keystore {path.absolute()}: {what}".replace("\n", "?").replace("\r", "?"))
