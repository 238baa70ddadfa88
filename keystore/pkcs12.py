"""Read PKCS#12: Java's keytool, OpenSSL, our own; any number of keys, each under its name."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import load_der_private_key, pkcs12

from pyjm.keystore.der import BMP_STRING, CONTEXT_0, INTEGER, OCTETS, SEQUENCE, SET, Item, read_one
from pyjm.keystore.entries import (
    Damaged,
    Entries,
    KeyEntry,
    WrongPassword,
    chain_of,
    checked_certificate,
    leaf_of,
    load_certificate,
    load_key,
)

_DATA = "1.2.840.113549.1.7.1"
_ENCRYPTED_DATA = "1.2.840.113549.1.7.6"
_PLAIN_KEY_BAG = "1.2.840.113549.1.12.10.1.1"
_KEY_BAG = "1.2.840.113549.1.12.10.1.2"
_CERTIFICATE_BAG = "1.2.840.113549.1.12.10.1.3"
_FRIENDLY_NAME = "1.2.840.113549.1.9.20"
_JAVA_TRUSTED = "2.16.840.1.113894.746875.1.1"
_PBES2 = "1.2.840.113549.1.5.13"
_AES_CBC = ("2.16.840.1.101.3.4.1.2", "2.16.840.1.101.3.4.1.22", "2.16.840.1.101.3.4.1.42")
_AES_BYTES = dict(zip(_AES_CBC, (16, 24, 32)))
_HMAC_SHA1 = "1.2.840.113549.2.7"
_HASHES: dict[str, hashes.HashAlgorithm] = {
    _HMAC_SHA1: hashes.SHA1(),
    "1.2.840.113549.2.9": hashes.SHA256(),
    "1.2.840.113549.2.10": hashes.SHA384(),
    "1.2.840.113549.2.11": hashes.SHA512(),
}


@dataclass(frozen=True)
class _Bag:
    kind: str
    value: Item
    alias: str
    trusted: bool


def looks_like_pkcs12(data: bytes) -> bool:
    """Tell PKCS#12 by content: a sequence that begins with the version 3."""
    return data[:1] == bytes([SEQUENCE]) and b"\x02\x01\x03" in data[2:9]


def read_pkcs12(data: bytes, password: str) -> Entries:
    """Return all keys and trusted certificates.

    The library checks the password and finds the certificates, but shows one key only, and not which certificates
    Java marked as trusted; that is read from the file's structure here. A structure that we do not know (BER, an old
    cipher over the certificates) leaves what the library says: one key, and no certificate of its chain is trusted.
    """
    content = _load(data, password)
    found = (content.cert, *content.additional_certs)
    certificates = [checked_certificate(one.certificate) for one in found if one is not None]
    bags: list[_Bag] = []
    with contextlib.suppress(Damaged, IndexError, ValueError):
        bags.extend(_bags(data, password))  # what was read before a fault stays
    keys = tuple(_key_entry(bag, password, certificates) for bag in bags if bag.kind in (_KEY_BAG, _PLAIN_KEY_BAG))
    if not keys and content.key is not None:
        leaf = leaf_of(content.key, certificates)
        name = content.cert.friendly_name if content.cert is not None else None
        key = content.key
        keys = (KeyEntry((name or b"").decode("utf-8", "replace"), lambda: key, chain_of(leaf, certificates)),)
    if not keys:
        return Entries((), tuple(certificates))
    in_chains = {certificate for entry in keys for certificate in entry.chain}
    marked = {_certificate(bag) for bag in bags if bag.trusted and bag.kind == _CERTIFICATE_BAG}
    return Entries(keys, tuple(dict.fromkeys(c for c in certificates if c in marked or c not in in_chains)))


def _load(data: bytes, password: str) -> pkcs12.PKCS12KeyAndCertificates:
    try:
        return pkcs12.load_pkcs12(data, password.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise WrongPassword("the password is wrong, or the file is damaged") from None


def _key_entry(bag: _Bag, password: str, certificates: list[x509.Certificate]) -> KeyEntry:
    unlock = partial(_unlock, bag, password)
    try:
        leaf = leaf_of(unlock(), certificates)
    except (Damaged, WrongPassword):
        return KeyEntry(bag.alias, unlock, ())  # said by unlock, once this key is wanted
    return KeyEntry(bag.alias, unlock, chain_of(leaf, certificates))


def _unlock(bag: _Bag, password: str) -> PrivateKeyTypes:
    fault = WrongPassword("the key in it has another password than the keystore, or cannot be read")
    return load_key(bag.value.whole, password if bag.kind == _KEY_BAG else None, load_der_private_key, fault)


def _certificate(bag: _Bag) -> x509.Certificate | None:
    """Return the certificate of a bag: SEQUENCE { type, [0] { OCTET STRING } }."""
    try:
        data = read_one(bag.value.items()[1].content).content
        return load_certificate(data, x509.load_der_x509_certificate)
    except (IndexError, Damaged):
        return None


def _bags(data: bytes, password: str) -> Iterator[_Bag]:
    """Walk PFX { version, [0] authenticated safe } down to its bags, opening what the password opens."""
    safe = _explicit(read_one(data).items()[1])
    for content_info in read_one(safe.content).items():
        kind, content = content_info.items()[0].oid(), content_info.items()[1]
        if kind == _DATA:
            contents = _explicit_octets(content)
        elif kind == _ENCRYPTED_DATA:
            opened = _decrypt(read_one(content.content).items()[1], password)
            if opened is None:
                continue
            contents = opened
        else:
            continue
        for bag in read_one(contents).items():
            yield _bag(bag)


def _bag(item: Item) -> _Bag:
    """Read SafeBag { kind, [0] value, SET of attributes }."""
    parts = item.items()
    alias, trusted = "", False
    for attribute in parts[2].items() if len(parts) > 2 and parts[2].tag == SET else ():
        name, values = attribute.items()[:2]
        if name.oid() == _FRIENDLY_NAME:
            value = read_one(values.content)
            if value.tag == BMP_STRING:
                alias = value.content.decode("utf-16-be", "replace")
        elif name.oid() == _JAVA_TRUSTED:
            trusted = True
    return _Bag(parts[0].oid(), read_one(parts[1].content), alias, trusted)


def _explicit(content_info: Item) -> Item:
    """Return the octets of ContentInfo { data, [0] OCTET STRING }."""
    kind, content = content_info.items()[:2]
    if kind.oid() != _DATA or content.tag != CONTEXT_0:
        raise Damaged("its contents are signed with a key, which is not supported")
    return Item(OCTETS, _explicit_octets(content), b"")


def _explicit_octets(content: Item) -> bytes:
    octets = read_one(content.content)
    if octets.tag != OCTETS:
        raise Damaged("its contents are not where PKCS#12 has them")
    return octets.content


def _decrypt(content: Item, password: str) -> bytes | None:
    """Open EncryptedContentInfo { type, algorithm, [0] octets } where it is PBES2 with AES, as all but old ones are."""
    _, algorithm, encrypted = content.items()[:3]
    name, *parameters = algorithm.items()
    if name.oid() != _PBES2:
        return None
    derivation, scheme = parameters[0].items()
    cipher, vector = scheme.items()
    length = _AES_BYTES.get(cipher.oid())
    if length is None:
        return None
    salt, rounds, *rest = derivation.items()[1].items()
    digest = next((item.items()[0].oid() for item in rest if item.tag == SEQUENCE), _HMAC_SHA1)
    if digest not in _HASHES or rounds.tag != INTEGER:
        return None
    key = PBKDF2HMAC(_HASHES[digest], length, salt.content, rounds.number()).derive(password.encode())
    decryptor = Cipher(algorithms.AES(key), modes.CBC(vector.content)).decryptor()
    unpadder = PKCS7(128).unpadder()
    try:
        padded = decryptor.update(encrypted.content) + decryptor.finalize()
        return unpadder.update(padded) + unpadder.finalize()
    except ValueError:
        raise Damaged("its certificates cannot be decrypted") from None
