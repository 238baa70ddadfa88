"""An authority of one's own: a certificate for each node, so that a lost node's key is not everybody's.

Its folder holds `ca.p12` (the key, which stays there), `issued.txt` (what was signed), `rmi_keystore.crl` (what is
revoked), and for each node a folder with the files to copy to it.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12Certificate, serialize_key_and_certificates
from cryptography.x509.oid import ExtendedKeyUsageOID

from pyjm.keystore.faults import KeystoreError
from pyjm.keystore.generate import CLOCKS_DIFFER_BY, encryption_of, names_of_hosts, refuse_to_overwrite, write_keystore
from pyjm.keystore.name import make_name
from pyjm.keystore.pkcs12 import AUTHORITY_ALIAS
from pyjm.keystore.store import read_keystore

CA_FILE = "ca.p12"
ISSUED_FILE = "issued.txt"
CRL_FILE = "rmi_keystore.crl"
NODE_FILE = "rmi_keystore.jks"

_CA_DAYS = 3650
_NODE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_RESERVED = {CA_FILE, ISSUED_FILE, CRL_FILE}
_LINE = re.compile(r"([0-9a-f]+)\t([^\t]+)\t([0-9-]+)(?:\trevoked (\S+))?")


@dataclass(frozen=True)
class NodeRequest:
    """A node as `--node NAME[,SAN…]` writes it: its name, and the further names and addresses it is dialled by."""

    name: str
    hosts: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> NodeRequest:
        """Read it; raises KeystoreError for a name that is none."""
        name, *hosts = (part.strip() for part in text.split(","))
        if not _NODE_NAME.fullmatch(name) or name in _RESERVED:
            raise KeystoreError(
                f"--node {text!r}: a node's name consists of letters, digits, dots, hyphens and underscores; addresses "
                "with colons stand behind it, as in --node s1,fd00::5"
            )
        return cls(name, tuple(dict.fromkeys([name, *filter(None, hosts)])))


@dataclass(frozen=True)
class Issued:
    """One line of the list of what was signed."""

    serial: int
    name: str
    until: str
    revoked: str = ""

    def line(self) -> str:
        """Write it."""
        return f"{self.serial:x}\t{self.name}\t{self.until}" + (f"\trevoked {self.revoked}" if self.revoked else "")


class Authority:
    """The authority in a folder; made there when it is first asked for. All faults are KeystoreErrors."""

    def __init__(self, folder: Path, password: str, now: datetime.datetime | None = None) -> None:
        self.folder = folder
        self.now = now or datetime.datetime.now(datetime.UTC)
        self._password = password
        self.is_new = not (folder / CA_FILE).exists()
        if self.is_new:
            self._found()
        store = read_keystore(folder / CA_FILE, password, AUTHORITY_ALIAS)
        if not isinstance(store.key, ec.EllipticCurvePrivateKey):
            raise KeystoreError(f"{folder / CA_FILE} is no authority of create-rmi-keystore --ca")
        self._key, self.certificate = store.key, store.certificate
        self._issued = self._read_issued()

    def issue(self, node: NodeRequest, days: int, *, force: bool = False) -> Path:
        """Make a node's keystore; one that was there already is replaced by `force`, and its certificate revoked."""
        path = self.folder / node.name / NODE_FILE
        refuse_to_overwrite(path, force)
        standing = [one for one in self._issued if one.name == node.name and not one.revoked]
        if standing and not force:
            raise KeystoreError(f"{node.name} has a certificate already; add --force to replace and revoke it")
        key = ec.generate_private_key(ec.SECP256R1())
        until = min(self.now + datetime.timedelta(days=days), self.certificate.not_valid_after_utc)
        certificate = self._certify(node, key, until)
        anchor = PKCS12Certificate(self.certificate, AUTHORITY_ALIAS.encode())
        data = serialize_key_and_certificates(b"rmi", key, certificate, [anchor], encryption_of(self._password))
        _make_folder(path.parent)
        write_keystore(path, data, force)
        self._mark_revoked(node.name)
        self._issued.append(Issued(certificate.serial_number, node.name, f"{until:%Y-%m-%d}"))
        self._write_issued()
        self.write_crl()
        return path

    def revoke(self, name: str) -> int:
        """Take back all certificates of a node; gives how many. The new list then has to reach the other nodes."""
        if not any(one.name == name for one in self._issued):
            known = ", ".join(dict.fromkeys(one.name for one in self._issued)) or "none yet"
            raise KeystoreError(f"--revoke {name}: no such node was made here (there are: {known})")
        count = self._mark_revoked(name)
        self._write_issued()
        self.write_crl()
        return count

    def write_crl(self) -> Path:
        """Write the list of what is revoked, here and beside each keystore that is still here."""
        until = self.certificate.not_valid_after_utc
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject)
        builder = builder.last_update(self._later_than_the_last()).next_update(until)
        builder = builder.add_extension(x509.CRLNumber(int(self.now.timestamp() * 1000)), critical=False)
        for one in self._issued:
            if one.revoked:
                when = datetime.datetime.fromisoformat(one.revoked)
                entry = x509.RevokedCertificateBuilder().serial_number(one.serial).revocation_date(when)
                builder = builder.add_revoked_certificate(entry.build())
        data = builder.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM)
        path = self.folder / CRL_FILE
        for folder in [self.folder, *(keystore.parent for keystore in self.folder.glob(f"*/{NODE_FILE}"))]:
            write_keystore(folder / CRL_FILE, data, force=True)
        return path

    def _later_than_the_last(self) -> datetime.datetime:
        """Give the list's date: back by an hour, for clocks that are late, and newer than the one that is there.

        Of two lists that are valid the newer counts, in whole seconds.
        """
        dated = self.now - CLOCKS_DIFFER_BY
        try:
            last = x509.load_pem_x509_crl((self.folder / CRL_FILE).read_bytes()).last_update_utc
        except (OSError, ValueError):
            return dated
        return max(dated, last + datetime.timedelta(seconds=1))

    def _found(self) -> None:
        """Make the authority's key and certificate."""
        key = ec.generate_private_key(ec.SECP256R1())
        serial = x509.random_serial_number()
        name = make_name([("CN", f"pyjm authority {serial & 0xFFFFFF:06x}")])  # two authorities are told apart by name
        certificate = (
            _dated(self.now, self.now + datetime.timedelta(days=_CA_DAYS), serial)
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.KeyUsage(False, False, False, False, False, True, True, False, False), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256())
        )
        data = serialize_key_and_certificates(
            AUTHORITY_ALIAS.encode(), key, certificate, None, encryption_of(self._password)
        )
        _make_folder(self.folder)
        write_keystore(self.folder / CA_FILE, data)

    def _certify(
        self, node: NodeRequest, key: ec.EllipticCurvePrivateKey, until: datetime.datetime
    ) -> x509.Certificate:
        usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
        purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return (
            _dated(self.now, until, x509.random_serial_number())
            .subject_name(make_name([("CN", node.name)]))
            .issuer_name(self.certificate.subject)
            .public_key(key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
            .add_extension(x509.SubjectAlternativeName(names_of_hosts(node.hosts)), critical=False)
            .add_extension(issuer_key, critical=False)
            .sign(self._key, hashes.SHA256())
        )

    def _mark_revoked(self, name: str) -> int:
        now = f"{self.now:%Y-%m-%dT%H:%M:%S+00:00}"
        before = self._issued
        self._issued = [
            Issued(one.serial, one.name, one.until, now) if one.name == name and not one.revoked else one
            for one in before
        ]
        return sum(old is not new for old, new in zip(before, self._issued))

    def _read_issued(self) -> list[Issued]:
        path = self.folder / ISSUED_FILE
        if not path.exists():
            return []
        issued = []
        for line in path.read_text(encoding="ascii", errors="replace").splitlines():
            match = _LINE.fullmatch(line)
            if match is None:
                raise KeystoreError(f"{path}: {line!r} is not a line of it; without it nothing can be revoked")
            issued.append(Issued(int(match[1], 16), match[2], match[3], match[4] or ""))
        return issued

    def _write_issued(self) -> None:
        text = "".join(f"{one.line()}\n" for one in self._issued)
        write_keystore(self.folder / ISSUED_FILE, text.encode(), force=True)


def _dated(now: datetime.datetime, until: datetime.datetime, serial: int) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().serial_number(serial)
    return builder.not_valid_before(now - CLOCKS_DIFFER_BY).not_valid_after(until)


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise KeystoreError(f"the folder {path} cannot be made: {error.strerror or error}") from None
