"""Read a keystore, told by what is in it and not by its name."""

from __future__ import annotations

import datetime
import shlex
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from pyjm.keystore import jks
from pyjm.keystore.entries import Entries, KeyEntry
from pyjm.keystore.faults import Damaged, KeystoreError, WrongPassword
from pyjm.keystore.jks import read_jks
from pyjm.keystore.pem import ANY_ALIAS, looks_like_pem, read_pem
from pyjm.keystore.pkcs12 import looks_like_pkcs12, read_pkcs12

__all__ = [
    "Keystore",
    "KeystoreError",
    "check_dates",
    "expires_soon",
    "expiry_warning",
    "read_entries",
    "read_keystore",
    "read_truststore",
]

_JCEKS_MAGIC = b"\xce\xce\xce\xce"
_LARGEST_BYTES = 16 << 20
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Keystore:
    """A private key, its certificates from the leaf upwards, and the certificates that the file trusts.

    As in Java, `trusted` holds the leaf of every key in the file and the entries made to be trusted, but not
    the rest of a key's chain: whoever shares an authority with us is not thereby let in.
    """

    path: Path
    key: PrivateKeyTypes
    chain: tuple[x509.Certificate, ...]
    trusted: tuple[x509.Certificate, ...]

    @property
    def certificate(self) -> x509.Certificate:
        """Return the key's own certificate."""
        return self.chain[0]


def read_keystore(path: str | Path, password: str, alias: str) -> Keystore:
    """Return the key named `alias` with all that belongs to it; any fault is a KeystoreError."""
    path = Path(path)
    entries = _read(path, password, "keystore")
    entry = _choose(path, entries, alias)
    try:
        key = entry.unlock()
    except (Damaged, WrongPassword) as error:
        raise _fault(path, error, "keystore") from None
    if not entry.chain:
        raise _fault(path, Damaged("it holds no certificate for its private key"), "keystore")
    return Keystore(path, key, entry.chain, _trusted(entries))


def read_truststore(path: str | Path, password: str) -> tuple[x509.Certificate, ...]:
    """Return the certificates that the keystore at `path` trusts; none at all is a KeystoreError."""
    path = Path(path)
    trusted = _trusted(_read(path, password, "truststore"))
    if not trusted:
        raise _fault(path, Damaged("it holds no certificate"), "truststore")
    return trusted


def check_dates(store: Keystore, now: datetime.datetime) -> None:
    """Refuse a certificate that has expired or is not valid yet at `now` (with its zone)."""
    certificate = store.certificate
    if now > certificate.not_valid_after_utc:
        fault = f"its certificate expired on {_date(certificate.not_valid_after_utc)}"
    elif now < certificate.not_valid_before_utc:
        fault = f"its certificate is not valid before {_date(certificate.not_valid_before_utc)}: is the clock right"
    else:
        return
    raise _fault(store.path, Damaged(fault), "keystore")


def expiry_warning(store: Keystore, now: datetime.datetime) -> str | None:
    """Return a line about a certificate that expires soon: within 14 days, or 2 if it was made for 7 or less."""
    soon = expires_soon(store.certificate, now)
    return str(_fault(store.path, Damaged(f"its certificate expires {soon}"), "keystore")) if soon else None


def expires_soon(certificate: x509.Certificate, now: datetime.datetime) -> str:
    """Say when a certificate expires, and how soon that is; empty where it is long until then."""
    end = certificate.not_valid_after_utc
    # Our own are dated back by an hour, for clocks that are late.
    short_lived = end - certificate.not_valid_before_utc < 7 * _DAY + _DAY / 2
    left = end - now
    if left > (2 * _DAY if short_lived else 14 * _DAY):
        return ""
    hours = int(left.total_seconds() // 3600)
    remaining = f"{hours // 24} days" if hours >= 48 else f"{hours} hours"
    return f"on {_date(end)}, in {remaining}"


def _read(path: Path, password: str, role: str) -> Entries:
    try:
        return read_entries(path, password)
    except FileNotFoundError:
        raise KeystoreError(
            f"{role} {_name(path)} does not exist; make one with `{_command(path)}` and copy it to every machine, "
            f"or name yours in the property server.rmi.ssl.{role}.file"
        ) from None
    except OSError as error:
        why = error.strerror or str(error)
        raise _fault(path, Damaged(f"it cannot be read: {why}"), role) from None
    except (Damaged, WrongPassword) as error:
        raise _fault(path, error, role) from None


def read_entries(path: Path, password: str) -> Entries:
    """Return all that a keystore holds. Raises OSError, Damaged, WrongPassword."""
    with path.open("rb") as file:
        return _entries(file.read(_LARGEST_BYTES), password)


def _entries(data: bytes, password: str) -> Entries:
    if data.startswith(jks.MAGIC):
        return read_jks(data, password)
    if data.startswith(_JCEKS_MAGIC):
        raise Damaged("it is in the format JCEKS; `keytool -importkeystore … -deststoretype PKCS12` converts it")
    if looks_like_pkcs12(data):
        return read_pkcs12(data, password)
    if looks_like_pem(data):
        return read_pem(data, password)
    raise Damaged("it is no keystore: neither PKCS#12 nor PEM nor JKS" if data else "it is empty")


def _choose(path: Path, entries: Entries, alias: str) -> KeyEntry:
    for entry in entries.keys:
        if entry.alias.lower() == alias.lower():
            return entry
    if len(entries.keys) == 1 and entries.keys[0].alias == ANY_ALIAS:
        return entries.keys[0]
    if not entries.keys:
        raise _fault(path, Damaged("it holds no private key"), "keystore")
    names = ", ".join(repr(entry.alias) for entry in entries.keys)
    raise KeystoreError(
        f"keystore {_name(path)}: it has no key under the alias {alias!r}, but {names}; name one of these in the "
        "property server.rmi.ssl.keystore.alias, or make a new one with "
        f"`{_command(path, '--force', '--alias', alias)}`"
    )


def _trusted(entries: Entries) -> tuple[x509.Certificate, ...]:
    leaves = (entry.chain[0] for entry in entries.keys if entry.chain)
    return tuple(dict.fromkeys([*leaves, *entries.trusted]))


def _fault(path: Path, error: Exception, role: str) -> KeystoreError:
    mend = f"make a new one with `{_command(path, '--force')}` and copy it to every machine"
    if isinstance(error, WrongPassword):
        mend = f"give the right one in the property server.rmi.ssl.{role}.password, or {mend}"
    return KeystoreError(f"{role} {_name(path)}: {error}; {mend}")


def _command(path: Path, *options: str) -> str:
    return shlex.join(["create-rmi-keystore", *options, "--keystore", _name(path)])


def _name(path: Path) -> str:
    """Name the file in full, as relative names depend on where the command was started, and in one line."""
    return str(path.absolute()).replace("\n", "?").replace("\r", "?")


def _date(instant: datetime.datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"
