"""Keystores for the tests, each key made once per process."""

from __future__ import annotations

import datetime
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from pyjm.keystore.generate import KeyRequest, make_keystore
from pyjm.keystore.name import parse_name
from pyjm.keystore.store import Keystore, read_keystore
from pyjm.properties import Settings


@cache
def _made(name: str, made_at: datetime.datetime | None, days: int) -> bytes:
    return make_keystore(KeyRequest(parse_name(f"CN={name}"), validity_days=days), made_at)


class Keys:
    """Make keystores in a folder of the test's own."""

    data = Path(__file__).parent / "data"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, name: str, made_at: datetime.datetime | None = None, days: int = 7) -> Path:
        """Return the path of a keystore of ours; the same arguments give the same key."""
        return self.write(f"{name}.jks", _made(name, made_at, days))

    def store(self, name: str, made_at: datetime.datetime | None = None, days: int = 7) -> Keystore:
        return read_keystore(self.file(name, made_at, days), "changeit", "rmi")

    def write(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path

    def settings(self, keystore: Path, **more: str) -> Settings:
        """Return settings that name `keystore`; further names stand after server.rmi.ssl., with _ for a dot."""
        named = {"server.rmi.ssl." + key.replace("_", "."): value for key, value in more.items()}
        return Settings(jmeter={"server.rmi.ssl.keystore.file": str(keystore), **named})

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


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path)
