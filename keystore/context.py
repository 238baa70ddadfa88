"""Make the TLS contexts of both sides from the properties: each proves who it is, each checks the other."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL, crypto

from pyjm.keystore.faults import KeystoreError
from pyjm.keystore.peers import Peers, Revocations, judge, refresh, without_pins_under
from pyjm.keystore.store import Keystore, check_dates, expiry_warning, read_keystore, read_truststore
from pyjm.properties import Settings

__all__ = [
    "KeystoreError",
    "allowed_names",
    "client_context",
    "expiry_warning",
    "own_keystore",
    "peer_context",
    "server_context",
]

_PREFIX = "server.rmi.ssl."
_SMALLEST_RSA_BITS = 2048
_VERSIONS = {"1.2": SSL.TLS1_2_VERSION, "1.3": SSL.TLS1_3_VERSION}


def server_context(settings: Settings) -> SSL.Context | None:
    """Return the context of the side that listens; None where server.rmi.ssl.disable=true. Raises KeystoreError."""
    return _context(settings, None)


def client_context(settings: Settings) -> SSL.Context | None:
    """Return the context of the side that dials; None where server.rmi.ssl.disable=true. Raises KeystoreError.

    In TLS 1.3 the handshake of the side that dials ends before the other has checked its certificate: a refusal
    comes with the first read.
    """
    return _context(settings, allowed_names(settings, "pyjm.allowed_servers"))


def allowed_names(settings: Settings, key: str) -> tuple[str, ...] | None:
    """Return the names of a list of those who are allowed; None allows everybody whose certificate is trusted.

    Without TLS there are no names: a list is a KeystoreError then.
    """
    names = tuple(name.strip() for name in settings.text(key).split(",") if name.strip())
    if names and settings.flag(_PREFIX + "disable"):
        raise KeystoreError(f"{key} needs certificates, and server.rmi.ssl.disable=true: leave out one of them")
    return names or None


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


def peer_context(
    store: Keystore, trusted: Iterable[x509.Certificate], lowest: int = SSL.TLS1_2_VERSION, peers: Peers | None = None
) -> SSL.Context:
    """Return a context that shows `store` and accepts peers whose chain ends in one of `trusted`, and no others.

    A certificate that is itself one of `trusted` is accepted whatever its names, as in JMeter: one key on all machines
    is its way. One that an authority among `trusted` has signed must be that of the host that was dialled (see peers).
    Where a connection refuses its peer, its app data is (X509_V_ERR number, the certificate in question).
    """
    context = SSL.Context(SSL.TLS_METHOD)
    context.set_min_proto_version(lowest)
    context.set_options(SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_TICKET)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    _show(context, store)
    anchors = context.get_cert_store()
    assert anchors is not None  # a context without a store is one that OpenSSL had no memory for
    trusted = tuple(trusted)
    for certificate in trusted:
        anchors.add_cert(crypto.X509.from_cryptography(certificate))
    # A certificate of the truststore is trusted as it is; it need not be that of an authority.
    anchors.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)
    context.set_app_data(peers or Peers(_pins(trusted)))
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, judge)
    refresh(context)
    return context


def _context(settings: Settings, allowed: tuple[str, ...] | None) -> SSL.Context | None:
    store = own_keystore(settings)
    if store is None:
        return None
    check_dates(store, datetime.datetime.now(datetime.UTC))
    trusted = without_pins_under(_trusted(settings, store))
    named = settings.text("pyjm.crl_file")
    path = Path(named) if named else store.path.with_suffix(".crl")
    peers = Peers(
        pinned=_pins(trusted),
        check_names=settings.flag("pyjm.check_names", True),
        allowed=allowed,
        revocations=Revocations(path, trusted, needed=bool(named)),
    )
    return peer_context(store, trusted, _lowest(settings), peers)


def _lowest(settings: Settings) -> int:
    text = settings.text("pyjm.tls_minimum") or "1.3"
    if text not in _VERSIONS:
        raise KeystoreError(f"pyjm.tls_minimum={text} is no version of TLS; write 1.3 or 1.2")
    return _VERSIONS[text]


def _pins(trusted: Iterable[x509.Certificate]) -> frozenset[bytes]:
    return frozenset(one.public_bytes(Encoding.DER) for one in trusted)


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
