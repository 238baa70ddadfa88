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
from pyjm.keystore.entries import Entries, KeyEntry, chain_of, checked_certificate, leaf_of, load_certificate, load_key
from pyjm.keystore.faults import Damaged, WrongPassword

AUTHORITY_ALIAS = "pyjm-authority"
"""The name under which `create-rmi-keystore --ca` puts the authority into a node's keystore: it is trusted there."""

_DATA = "1.2.840.113549.1.7.1"
_ENCRYPTED_DATA = "1.2.840.113549.1.7.6"
_PLAIN_KEY_BAG = "1.2.840.113549.1.12.10.1.1"
_KEY_BAG = "1.2.840.113549.1.12.10.1.2"
_CERTIFICATE_BAG = "1.2.840.113549.1.12.10.1.3"
_FRIENDLY_NAME = "1.2.840.113549.1.9.20"
_LOCAL_KEY_ID = "1.2.840.113549.1.9.21"
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
    alias: str = ""
    pair: bytes = b""
    """What a key and its certificate have in common: PKCS#9's local key id."""
    trusted: bool = False

    @property
    def is_anchor(self) -> bool:
        """Tell whether a certificate is there to be trusted, whatever chain it is part of."""
        return self.trusted or (self.alias == AUTHORITY_ALIAS and not self.pair)


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
    shown = (content.cert, *content.additional_certs)
    certificates = [checked_certificate(one.certificate) for one in shown if one is not None]
    bags: list[_Bag] = []
    with contextlib.suppress(Damaged, IndexError, ValueError):
        bags.extend(_bags(data, password))  # what was read before a fault stays
    leaves = {bag.pair: _certificate(bag) for bag in bags if bag.kind == _CERTIFICATE_BAG and bag.pair}
    found = _Found(password, content, certificates, leaves)
    keys = tuple(found.key_entry(bag) for bag in bags if bag.kind in (_KEY_BAG, _PLAIN_KEY_BAG)) or found.only_key()
    if not keys:
        return Entries((), tuple(certificates))
    in_chains = {certificate for entry in keys for certificate in entry.chain}
    marked = {_certificate(bag) for bag in bags if bag.kind == _CERTIFICATE_BAG and bag.is_anchor}
    return Entries(keys, tuple(dict.fromkeys(c for c in certificates if c in marked or c not in in_chains)))


@dataclass(frozen=True)
class _Found:
    """What the library says about a file, and which certificates the structure names as those of keys."""

    password: str
    content: pkcs12.PKCS12KeyAndCertificates
    certificates: list[x509.Certificate]
    leaves: dict[bytes, x509.Certificate | None]

    def key_entry(self, bag: _Bag) -> KeyEntry:
        unlock = partial(_unlock, bag, self.password)
        leaf = self.leaves.get(bag.pair)
        if leaf is None:
            try:
                leaf = leaf_of(unlock(), self.certificates)
            except (Damaged, WrongPassword):
                return KeyEntry(bag.alias, unlock, ())  # said by unlock, once this key is wanted
        key = self.content.key
        if key is not None and self.content.cert is not None and self.content.cert.certificate == leaf:
            return KeyEntry(bag.alias, lambda: key, chain_of(leaf, self.certificates))  # opening it again takes long
        return KeyEntry(bag.alias, unlock, chain_of(leaf, self.certificates))

    def only_key(self) -> tuple[KeyEntry, ...]:
        """Return the one key that the library shows."""
        key, certificate = self.content.key, self.content.cert
        if key is None:
            return ()
        name = (certificate.friendly_name if certificate is not None else None) or b""
        chain = chain_of(leaf_of(key, self.certificates), self.certificates)
        return (KeyEntry(name.decode("utf-8", "replace"), lambda: key, chain),)


def _load(data: bytes, password: str) -> pkcs12.PKCS12KeyAndCertificates:
    try:
        return pkcs12.load_pkcs12(data, password.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise WrongPassword("the password is wrong, or the file is damaged") from None


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
    attributes = {name: read_one(values) for name, values in _attributes(parts)}
    name, pair = attributes.get(_FRIENDLY_NAME), attributes.get(_LOCAL_KEY_ID)
    return _Bag(
        kind=parts[0].oid(),
        value=read_one(parts[1].content),
        alias=name.content.decode("utf-16-be", "replace") if name is not None and name.tag == BMP_STRING else "",
        pair=pair.content if pair is not None else b"",
        trusted=_JAVA_TRUSTED in attributes,
    )


def _attributes(parts: list[Item]) -> Iterator[tuple[str, bytes]]:
    for attribute in parts[2].items() if len(parts) > 2 and parts[2].tag == SET else ():
        name, values = attribute.items()[:2]
        yield name.oid(), values.content


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
