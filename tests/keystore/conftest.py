"""Keystores for the tests, each key made once per process."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from pyjm.keystore import generate
from pyjm.keystore.name import parse_name
from pyjm.keystore.store import Keystore, read_keystore
from pyjm.properties import Settings

HOUR = datetime.timedelta(hours=1)


@cache
def _made(name: str, made_at: datetime.datetime | None, days: int) -> bytes:
    """Make what create-rmi-keystore makes, with a key that takes no time: elliptic, and scarcely stretched."""
    now = made_at or datetime.datetime.now(datetime.UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = parse_name(f"CN={name}")
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.not_valid_before(now - HOUR).not_valid_after(now + 24 * days * HOUR)
    certificate = builder.serial_number(x509.random_serial_number()).sign(key, hashes.SHA256())
    encryption = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(1000)
    encryption = encryption.key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
    return pkcs12.serialize_key_and_certificates(b"rmi", key, certificate, None, encryption.build(b"changeit"))


class Keys:
    """Make keystores in a folder of the test's own."""

    data = Path(__file__).parent / "data"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, name: str, made_at: datetime.datetime | None = None, days: int = 7) -> Path:
        """Return the path of a keystore; the same arguments give the same key."""
        return self.write(f"{name}.jks", _made(name, made_at, days))

    def store(self, name: str, made_at: datetime.datetime | None = None, days: int = 7) -> Keystore:
        return read_keystore(self.file(name, made_at, days), "changeit", "rmi")

    def write(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path

    def settings(self, keystore: Path, **more: str) -> Settings:
        """Return settings that name `keystore` and allow TLS 1.2 as well.

        Further names stand after server.rmi.ssl., with _ for a dot.
        """
        named = {"server.rmi.ssl." + key.replace("_", "."): value for key, value in more.items()}
        named |= {"server.rmi.ssl.keystore.file": str(keystore), "pyjm.tls_minimum": "1.2"}
        return Settings(jmeter=named)

    def pem(self, keystore: Keystore, password: str | None = None) -> bytes:
        """Return the key with its chain in PEM."""
        encryption: KeySerializationEncryption = NoEncryption()
        if password is not None:
            encryption = BestAvailableEncryption(password.encode())
        key = keystore.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
        return key + self.certificates(keystore)

    def certificates(self, keystore: Keystore) -> bytes:
        """Return the chain alone in PEM."""
        return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in keystore.chain)


@pytest.fixture(scope="session", autouse=True)
def scarcely_stretched() -> Iterator[None]:
    """Let passwords cost a twentieth of their time; tests read and write hundreds of keystores."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generate, "_KDF_ROUNDS", 1000)
        yield


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path)
