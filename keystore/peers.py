"""Judge the other side of a link by its certificate: its names, and whether it was revoked."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from OpenSSL import SSL, crypto

from pyjm.keystore.faults import KeystoreError

REVOKED, NOT_ALLOWED, OTHER_NAME = 23, 50, 62
"""OpenSSL's X509_V_ERR numbers for what is decided here."""

_NO_LIST = (3, 33)
_LIST_OUT_OF_DATE = (11, 12)
_LARGEST_BYTES = 16 << 20


def names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the names that a certificate gives its holder, in lower case: the common name first."""
    found = [str(part.value) for part in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    found += [str(name.value) for name in _alternatives(certificate)]
    return tuple(dict.fromkeys(name.lower() for name in found))


def is_among(certificate: x509.Certificate, patterns: Sequence[str]) -> bool:
    """Tell whether one of a certificate's names is one of `patterns`, in which `*` stands for anything."""
    return any(fnmatchcase(name, pattern.lower()) for name in names_of(certificate) for pattern in patterns)


def is_for(certificate: x509.Certificate, host: str) -> bool:
    """Tell whether a certificate is that of `host`: by its alternative names, by its common name if it has none."""
    host = host.strip("[]").partition("%")[0].rstrip(".").lower()
    alternatives = _alternatives(certificate)
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        names = [str(name.value) for name in alternatives if isinstance(name, x509.DNSName)]
        wanted = _ascii(host)
    else:
        if any(isinstance(name, x509.IPAddress) and name.value == address for name in alternatives):
            return True
        names, wanted = [], host
    if not alternatives:
        names = [str(part.value) for part in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    return any(_same(name.lower().rstrip("."), wanted) for name in names)


def is_authority(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate may sign others."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError, x509.DuplicateExtension):
        return False


def without_pins_under(trusted: Iterable[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """Leave out the certificates that an authority among them has signed: they are judged like all others of it."""
    trusted = tuple(trusted)
    signers = {one.subject for one in trusted if is_authority(one)}
    return tuple(one for one in trusted if is_authority(one) or one.issuer not in signers)


class Revocations:
    """The lists of revoked certificates in a file, PEM or DER; `path` need not be there unless it is `needed`.

    Only lists signed by one of `authorities` count. Raises KeystoreError.
    """

    def __init__(self, path: Path, authorities: Iterable[x509.Certificate], *, needed: bool) -> None:
        self.path = path
        self.issuers: set[x509.Name] = set()
        self._authorities = [one for one in authorities if is_authority(one)]
        self._seen: tuple[int, int] | None = None
        self._needed = needed

    def refresh(self, anchors: crypto.X509Store) -> None:
        """Read the file where it has changed, for all handshakes from now on. What was revoked before stays so."""
        try:
            stat = self.path.stat()
            if (stat.st_mtime_ns, stat.st_size) == self._seen:
                return
            with self.path.open("rb") as file:
                lists = self._read(file.read(_LARGEST_BYTES))
        except FileNotFoundError:
            if self._needed and self._seen is None:
                raise self._fault("it does not exist") from None
            return
        except OSError as error:
            raise self._fault(error.strerror or str(error)) from None
        for one in lists:
            anchors.add_crl(one)
            self.issuers.add(one.issuer)
        anchors.set_flags(crypto.X509StoreFlags.CRL_CHECK)
        self._seen = (stat.st_mtime_ns, stat.st_size)

    def _read(self, data: bytes) -> list[x509.CertificateRevocationList]:
        try:
            if b"-----BEGIN" in data:
                end = b"-----END X509 CRL-----"
                parts = [part + end for part in data.split(end)[:-1]]
                lists = [x509.load_pem_x509_crl(part[part.index(b"-----BEGIN") :]) for part in parts]
            else:
                lists = [x509.load_der_x509_crl(data)]
            issuers = {one.subject: one for one in self._authorities}
            for one in lists:
                signer = issuers.get(one.issuer)
                if signer is None or not one.is_signature_valid(signer.public_key()):  # type: ignore[arg-type]
                    raise self._fault("it is not signed by an authority that is trusted here")
        except (ValueError, TypeError):
            raise self._fault("it is no list of revoked certificates") from None
        return lists

    def _fault(self, what: str) -> KeystoreError:
        return KeystoreError(f"{os.fspath(self.path.absolute())}: {what}; see the property pyjm.crl_file")


@dataclass
class Peers:
    """Whom a context lets in, beyond what chains and dates say; its app data.

    `pinned` are certificates that are trusted as they are, whatever their names. `allowed` are patterns of names; None
    allows everybody.
    """

    pinned: frozenset[bytes]
    check_names: bool = True
    allowed: tuple[str, ...] | None = None
    revocations: Revocations | None = None

    def refusal(self, certificate: x509.Certificate, host: str) -> int:
        """Say why a certificate whose chain is good is refused all the same: a number, 0 for no refusal."""
        if self.allowed is not None and not is_among(certificate, self.allowed):
            return NOT_ALLOWED
        if host and self.check_names and certificate.public_bytes(Encoding.DER) not in self.pinned:
            return 0 if is_for(certificate, host) else OTHER_NAME
        return 0

    def tolerates(self, fault: int, certificate: x509.Certificate) -> bool:
        """Tell whether a fault that OpenSSL found is none here: authorities without a list, a list of some age."""
        listed = self.revocations is not None and certificate.issuer in self.revocations.issuers
        return fault in _LIST_OUT_OF_DATE or (fault in _NO_LIST and not listed)


def judge(connection: SSL.Connection, certificate: crypto.X509, fault: int, depth: int, good: int) -> bool:
    """Let OpenSSL's verdict and ours stand, and leave (number, certificate) for whoever explains it to the user.

    Before the handshake the app data of a connection is the host that was dialled, or None.
    """
    peers = connection.get_context().get_app_data()
    standing = connection.get_app_data()
    shown = certificate.to_cryptography()
    if not good and isinstance(peers, Peers) and peers.tolerates(fault, shown):
        return True
    if good and depth == 0 and isinstance(peers, Peers):
        fault = peers.refusal(shown, standing if isinstance(standing, str) else "")
        good = not fault
    if not good:
        connection.set_app_data((fault, shown))
    return bool(good)


def refresh(context: SSL.Context | None) -> None:
    """Take notice of certificates that were revoked since; a list that can't be read any more leaves the old one."""
    peers = context.get_app_data() if context is not None else None
    if context is not None and isinstance(peers, Peers) and peers.revocations is not None:
        anchors = context.get_cert_store()
        assert anchors is not None
        peers.revocations.refresh(anchors)


def _alternatives(certificate: x509.Certificate) -> list[x509.GeneralName]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError, x509.DuplicateExtension):
        return []
    return [name for name in found if isinstance(name, (x509.DNSName, x509.IPAddress))]


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii").lower()
    except ValueError:
        return host


def _same(name: str, host: str) -> bool:
    """Compare as RFC 6125 does: a `*` stands for the whole of the first label, and for no other."""
    if name.startswith("*."):
        first, _, rest = host.partition(".")
        return bool(first) and rest == name[2:]
    return name == host
