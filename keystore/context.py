"""Make the TLS contexts of both sides from the properties: each proves who it is, each checks the other."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path

from cryptography import x509
from OpenSSL import SSL, crypto

from pyjm.keystore.faults import KeystoreError
from pyjm.keystore.store import Keystore, check_dates, expiry_warning, read_keystore, read_truststore
from pyjm.properties import Settings

__all__ = ["KeystoreError", "client_context", "expiry_warning", "own_keystore", "peer_context", "server_context"]

_PREFIX = "server.rmi.ssl."
_SMALLEST_RSA_BITS = 2048


def server_context(settings: Settings) -> SSL.Context | None:
    """Return the context of the side that listens; None where server.rmi.ssl.disable=true. Raises KeystoreError."""
    return _context(settings)


def client_context(settings: Settings) -> SSL.Context | None:
    """Return the context of the side that dials; None where server.rmi.ssl.disable=true. Raises KeystoreError.

    In TLS 1.3 the handshake of the side that dials ends before the other has checked its certificate: a refusal
    comes with the first read.
    """
    return _context(settings)


def own_keystore(settings: Settings) -> Keystore | None:
    """Return this machine's key and certificates; None where server.rmi.ssl.disable=true. Raises KeystoreError."""
    if settings.flag(_PREFIX + "disable"):
        return None
    file = settings.text(_PREFIX + "keystore.file")
    if not file:
        raise KeystoreError(
            "the property server.rmi.ssl.keystore.file is empty; leave it out and make a keystore with "
            "`create-rmi-keystore`, or set server.rmi.ssl.disable=true if that is meant"
        )
    password, alias = settings.text(_PREFIX + "keystore.password"), settings.text(_PREFIX + "keystore.alias")
    return read_keystore(Path(file), password, alias)


def peer_context(store: Keystore, trusted: Iterable[x509.Certificate]) -> SSL.Context:
    """Return a context that shows `store` and accepts peers whose chain ends in one of `trusted`, and no others.

    Names of hosts are not checked, as in JMeter: one key on all machines is its way. Where a connection refuses its
    peer, its app data is (X509_V_ERR number, the certificate in question).
    """
    context = SSL.Context(SSL.TLS_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_options(SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_TICKET)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    _show(context, store)
    anchors = context.get_cert_store()
    assert anchors is not None  # a context without a store is one that OpenSSL had no memory for
    for certificate in trusted:
        anchors.add_cert(crypto.X509.from_cryptography(certificate))
    # A certificate of the truststore is trusted as it is; it need not be that of an authority.
    anchors.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, _remember_refusal)
    return context


def _context(settings: Settings) -> SSL.Context | None:
    store = own_keystore(settings)
    if store is None:
        return None
    check_dates(store, datetime.datetime.now(datetime.UTC))
    return peer_context(store, _trusted(settings, store))


def _trusted(settings: Settings, store: Keystore) -> tuple[x509.Certificate, ...]:
    """Read the truststore, which is the keystore unless its file is named."""
    file = settings.text(_PREFIX + "truststore.file")
    if not file:
        return store.trusted
    keystore_password = settings.text(_PREFIX + "keystore.password")
    return read_truststore(Path(file), settings.text(_PREFIX + "truststore.password") or keystore_password)


def _show(context: SSL.Context, store: Keystore) -> None:
    try:
        context.use_certificate(store.certificate)
        context.use_privatekey(store.key)  # type: ignore[arg-type]  # kinds that TLS has no use for raise
        context.check_privatekey()
        for certificate in store.chain[1:]:
            context.add_extra_chain_cert(certificate)
    except (SSL.Error, crypto.Error, TypeError) as error:
        raise KeystoreError(
            f"keystore {store.path.absolute()}: its key is of no use for TLS ({_reason(error)}); make one of "
            f"{_SMALLEST_RSA_BITS} bits with `create-rmi-keystore --force`"
        ) from None


def _reason(error: Exception) -> str:
    """Return OpenSSL's last word on an error: its errors are lists of (library, function, reason)."""
    stack = error.args[0] if error.args else ""
    return str(stack[-1][-1]) if isinstance(stack, list) and stack else str(stack)


def _remember_refusal(connection: SSL.Connection, certificate: crypto.X509, fault: int, depth: int, good: int) -> bool:
    """Let OpenSSL's verdict stand, and leave (X509_V_ERR number, certificate) for whoever explains it to the user."""
    if not good:
        connection.set_app_data((fault, certificate.to_cryptography()))
    return bool(good)
