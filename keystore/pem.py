"""Read a key and certificates in PEM, all in one file."""

from __future__ import annotations

import re

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from pyjm.keystore.entries import Entries, KeyEntry, chain_of, leaf_of, load_certificate, load_key
from pyjm.keystore.faults import Damaged, WrongPassword

_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)

ANY_ALIAS = ""
"""The alias of a key whose format has no names: any name finds it."""


def looks_like_pem(data: bytes) -> bool:
    """Tell PEM by content: text, words of which may stand before the first block."""
    return b"-----BEGIN " in data


def read_pem(data: bytes, password: str) -> Entries:
    """Return the key with its chain; where the file has no key, all its certificates are trusted ones."""
    certificates: list[x509.Certificate] = []
    keys: list[PrivateKeyTypes] = []
    for block in _BLOCK.finditer(data):
        kind = block.group(1)
        if kind in (b"CERTIFICATE", b"TRUSTED CERTIFICATE", b"X509 CERTIFICATE"):
            certificates.append(load_certificate(block.group(), x509.load_pem_x509_certificate))
        elif kind.endswith(b"PRIVATE KEY"):
            keys.append(_key(block.group(), password))
    if not keys:
        if not certificates:
            raise Damaged("it holds neither a private key nor a certificate")
        return Entries((), tuple(certificates))
    if len(keys) > 1:
        raise Damaged("it holds several private keys; a PEM file has no names to choose by")
    leaf = leaf_of(keys[0], certificates)
    return Entries((KeyEntry(ANY_ALIAS, lambda: keys[0], chain_of(leaf, certificates)),), ())


def _key(block: bytes, password: str) -> PrivateKeyTypes:
    if b"ENCRYPTED" in block:
        fault = WrongPassword("the password is wrong, or the file is damaged")
        return load_key(block, password, load_pem_private_key, fault)
    return load_key(block, None, load_pem_private_key, Damaged("its private key cannot be read"))
