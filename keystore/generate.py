"""Make a key pair with a self-signed certificate, and a keystore file that nobody else can read."""

from __future__ import annotations

import datetime
import ipaddress
import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import KeySerializationEncryption, PrivateFormat, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID

from pyjm.keystore.faults import KeystoreError

CLOCKS_DIFFER_BY = datetime.timedelta(hours=1)
_KDF_ROUNDS = 20_000
_DNS_NAME = re.compile(r"(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?")


@dataclass(frozen=True)
class KeyRequest:
    """What the key is to be; `hosts` are names and addresses for the certificate's subject alternative names."""

    name: x509.Name
    alias: str = "rmi"
    password: str = "changeit"  # JMeter's, and public; whoever wants a secret sets one
    validity_days: int = 7
    key_bits: int = 2048
    hosts: tuple[str, ...] = ()


def make_keystore(request: KeyRequest, now: datetime.datetime | None = None) -> bytes:
    """Return a PKCS#12 file with a new key; what the request asks wrongly is a KeystoreError."""
    now = now or datetime.datetime.now(datetime.UTC)
    _check(request)
    key = rsa.generate_private_key(65537, request.key_bits)
    return pkcs12.serialize_key_and_certificates(
        request.alias.encode(), key, _certificate(request, key, now), None, encryption_of(request.password)
    )


def encryption_of(password: str) -> KeySerializationEncryption:
    """Return how the content of a keystore is encrypted; a password that Java would not take is a KeystoreError."""
    if len(password) < 6:
        raise KeystoreError("the password has fewer than 6 characters; Java's tools would not take it")
    return (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(_KDF_ROUNDS)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(password.encode())
    )


def refuse_to_overwrite(path: Path, force: bool) -> None:
    """Raise KeystoreError where `path` is taken and not given up by `force`; a folder never is."""
    if path.is_dir():
        raise KeystoreError(f"{path} is a folder; name a file in it")
    if not force and os.path.lexists(path):
        raise _there_already(path)


def write_keystore(path: Path, data: bytes, force: bool = False) -> None:
    """Write `data`: the file is whole or absent, private from the start, and replaces another by `force` only."""
    refuse_to_overwrite(path, force)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # of mode 0600
        unfinished = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            _put_in_place(unfinished, path, force)
        finally:
            unfinished.unlink(missing_ok=True)
    except FileExistsError:
        raise _there_already(path) from None
    except OSError as error:
        raise KeystoreError(f"{path} cannot be written: {error.strerror or error}; name another file") from None


def _there_already(path: Path) -> KeystoreError:
    return KeystoreError(f"{path} is there already; add --force to replace it, or name another file")


def _put_in_place(unfinished: Path, path: Path, force: bool) -> None:
    if force:
        unfinished.replace(path)
        return
    try:
        os.link(unfinished, path)  # fails where the name is taken, even since we looked
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        unfinished.rename(path)


def _check(request: KeyRequest) -> None:
    encryption_of(request.password)
    if not request.alias:
        raise KeystoreError("the alias is empty; JMeter looks for rmi")
    if not 2048 <= request.key_bits <= 16384:
        raise KeystoreError(f"a key of {request.key_bits} bits: it must be between 2048, which TLS wants, and 16384")
    if not 1 <= request.validity_days <= 365_000:
        raise KeystoreError(f"a validity of {request.validity_days} days: it must be between 1 and 365000")


def _certificate(request: KeyRequest, key: rsa.RSAPrivateKey, now: datetime.datetime) -> x509.Certificate:
    usage = x509.KeyUsage(True, False, True, False, False, False, False, False, False)
    purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    builder = (
        x509.CertificateBuilder()
        .subject_name(request.name)
        .issuer_name(request.name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCKS_DIFFER_BY)
        .not_valid_after(now + datetime.timedelta(days=request.validity_days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if request.hosts:
        builder = builder.add_extension(x509.SubjectAlternativeName(names_of_hosts(request.hosts)), critical=False)
    return builder.sign(key, hashes.SHA256())


def names_of_hosts(hosts: Sequence[str]) -> list[x509.GeneralName]:
    """Return names and addresses as a certificate has them; what is neither is a KeystoreError."""
    names: list[x509.GeneralName] = []
    for host in hosts:
        try:
            names.append(x509.IPAddress(ipaddress.ip_address(host.strip("[]"))))
        except ValueError:
            names.append(x509.DNSName(_dns_name(host)))
    return names


def _dns_name(host: str) -> str:
    try:
        name = host.encode("idna").decode("ascii")
    except ValueError:
        name = ""
    if not _DNS_NAME.fullmatch(name):
        raise KeystoreError(f"{host!r} is neither a host's name nor an address")
    return name
