"""Name what a keystore holds, whatever its format, and what can be wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pyjm.keystore.faults import Damaged


@dataclass(frozen=True)
class KeyEntry:
    """A private key under its name, and its certificates from the leaf upwards.

    `unlock` returns the key; only then it is decrypted, so that a key with another password is no fault
    unless it is wanted. It raises WrongPassword or Damaged.
    """

    alias: str
    unlock: Callable[[], PrivateKeyTypes]
    chain: tuple[x509.Certificate, ...]


@dataclass(frozen=True)
class Entries:
    """All keys of a keystore, and the certificates that it holds because they are trusted."""

    keys: tuple[KeyEntry, ...]
    trusted: tuple[x509.Certificate, ...]


_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion)
"""What the library raises for bytes that are no key or no certificate, or one of a kind that it does not know."""

_PARTS = tuple(map(attrgetter, ("subject", "issuer", "not_valid_before_utc", "not_valid_after_utc")))


def load_certificate(data: bytes, load: Callable[[bytes], x509.Certificate]) -> x509.Certificate:
    """Return a certificate whose parts can be read; else raise Damaged."""
    try:
        return checked_certificate(load(data))
    except _UNREADABLE:
        raise Damaged("a certificate in it cannot be read") from None


def checked_certificate(certificate: x509.Certificate) -> x509.Certificate:
    """Look at all parts that are used later, as the library reads them only when asked; raise Damaged."""
    try:
        for part in _PARTS:
            part(certificate)
        certificate.public_key()
    except _UNREADABLE:
        raise Damaged("a certificate in it cannot be read") from None
    return certificate


def load_key(
    data: bytes, password: str | None, load: Callable[[bytes, bytes | None], PrivateKeyTypes], fault: Exception
) -> PrivateKeyTypes:
    """Return a private key; raise `fault` where it cannot be read."""
    try:
        return load(data, None if password is None else password.encode())
    except _UNREADABLE:
        raise fault from None


def chain_of(leaf: x509.Certificate, others: Iterable[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """Return `leaf` and those of `others` that vouch for it, each issued by the next."""
    by_subject = {other.subject: other for other in others}
    chain = [leaf]
    while chain[-1].issuer != chain[-1].subject:
        issuer = by_subject.pop(chain[-1].issuer, None)
        if issuer is None:
            break
        chain.append(issuer)
    return tuple(chain)


def leaf_of(key: PrivateKeyTypes, certificates: Sequence[x509.Certificate]) -> x509.Certificate:
    """Return the certificate that was made for `key`; where there is none, the keystore is Damaged."""
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for certificate in certificates:
        if certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) == public:
            return certificate
    raise Damaged("it holds no certificate for its private key")
