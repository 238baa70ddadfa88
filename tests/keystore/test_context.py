"""Real handshakes over a pair of sockets: who is let in, who is not, and what is said."""

from __future__ import annotations

import datetime
import socket
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from OpenSSL import SSL

from pyjm.keystore.context import client_context, own_keystore, peer_context, server_context
from pyjm.keystore.name import parse_name
from pyjm.keystore.store import KeystoreError, read_keystore

NOT_YET_VALID, EXPIRED, SELF_SIGNED = 9, 10, 18
LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
FAR_AHEAD = datetime.datetime(2200, 1, 1, tzinfo=datetime.UTC)


@cache
def siblings() -> dict[str, bytes]:
    """Return two keystores in PEM whose certificates one authority has signed, with that authority in their chains."""
    authority = ec.generate_private_key(ec.SECP256R1())
    root = certificate("authority", authority, "authority", authority)
    made: dict[str, bytes] = {}
    for name in ("ours", "theirs"):
        key = ec.generate_private_key(ec.SECP256R1())
        written = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        chain = (certificate(name, key, "authority", authority), root)
        made[f"{name}.pem"] = written + b"".join(one.public_bytes(Encoding.PEM) for one in chain)
    return made


def certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: str, issuer_key: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(parse_name(f"CN={name}")).issuer_name(parse_name(f"CN={issuer}"))
    builder = builder.not_valid_before(now - DAY).not_valid_after(now + DAY).serial_number(x509.random_serial_number())
    builder = builder.add_extension(x509.BasicConstraints(ca=name == issuer, path_length=None), critical=True)
    return builder.public_key(key.public_key()).sign(issuer_key, hashes.SHA256())


class Pair:
    """Two ends of a connection in one thread: each moves as far as it can, in turn."""

    def __init__(self, server: SSL.Context | None, client: SSL.Context | None) -> None:
        self.sockets = socket.socketpair()
        for end in self.sockets:
            end.setblocking(False)
        self.server = SSL.Connection(server, self.sockets[0]) if server is not None else None
        self.client = SSL.Connection(client, self.sockets[1]) if client is not None else None
        if self.server is not None:
            self.server.set_accept_state()
        if self.client is not None:
            self.client.set_connect_state()

    def shake_hands(self) -> tuple[Exception | None, Exception | None]:
        """Handshake, then read once on each side; return what went wrong at the server and at the client."""
        faults: list[Exception | None] = [None, None]
        for _ in range(10):
            for at, end in enumerate((self.server, self.client)):
                faults[at] = faults[at] or self._advance(end)
        return faults[0], faults[1]

    @staticmethod
    def _advance(end: SSL.Connection | None) -> Exception | None:
        if end is None:
            return None
        try:
            end.do_handshake()
            end.recv(1)
        except SSL.WantReadError:
            return None
        except SSL.Error as error:
            return error
        return None

    def close(self) -> None:
        for end in self.sockets:
            end.close()


@pytest.fixture
def pair() -> Iterator[Any]:
    pairs: list[Pair] = []

    def make(server: SSL.Context | None, client: SSL.Context | None) -> Pair:
        pairs.append(Pair(server, client))
        return pairs[-1]

    yield make
    for one in pairs:
        one.close()


def said(end: SSL.Connection, fault: Exception | None) -> str:
    """Return OpenSSL's reason, and the verdict that the context has left at the connection."""
    assert isinstance(fault, SSL.Error)
    reason = str(fault.args[0][-1][-1]) if fault.args and isinstance(fault.args[0], list) else str(fault.args)
    verdict = end.get_app_data()
    if verdict is None:
        return reason
    number, refused = verdict
    return f"{reason}: {number} {refused.subject.rfc4514_string()}"


@pytest.mark.parametrize("file", ["ours", "keytool.p12", "legacy.p12", "keytool.jks", "many.p12", "many.jks"])
def test_two_that_share_a_keystore_trust_each_other(keys: Any, pair: Any, file: str) -> None:
    settings = keys.settings(keys.file("ours") if file == "ours" else keys.data / file)
    both = pair(server_context(settings), client_context(settings))
    assert both.shake_hands() == (None, None)
    assert both.server.get_protocol_version_name() == "TLSv1.3"
    both.client.send(b"hello")
    assert both.server.recv(10) == b"hello"
    both.server.send(b"there")
    assert both.client.recv(10) == b"there"


def test_tls_1_2_is_spoken_and_1_1_is_not(keys: Any, pair: Any) -> None:
    settings = keys.settings(keys.file("ours"))
    old, older = client_context(settings), client_context(settings)
    assert old is not None and older is not None
    old.set_max_proto_version(SSL.TLS1_2_VERSION)
    assert pair(server_context(settings), old).shake_hands() == (None, None)
    older.set_min_proto_version(SSL.TLS1_1_VERSION)
    older.set_max_proto_version(SSL.TLS1_1_VERSION)
    assert None not in pair(server_context(settings), older).shake_hands()


def test_tls_1_2_is_spoken_only_where_a_property_says_so(keys: Any, pair: Any) -> None:
    settings = keys.settings(keys.file("ours"))
    del settings.jmeter["pyjm.tls_minimum"]
    old = client_context(keys.settings(keys.file("ours")))
    assert old is not None
    old.set_max_proto_version(SSL.TLS1_2_VERSION)
    both = pair(server_context(settings), old)
    server, client = both.shake_hands()
    assert said(both.server, server) == "unsupported protocol"
    assert "alert protocol version" in said(both.client, client)
    settings.jmeter["pyjm.tls_minimum"] = "1.1"
    with pytest.raises(KeystoreError, match=r"^pyjm\.tls_minimum=1\.1 is no version"):
        server_context(settings)


@pytest.mark.parametrize("version", [SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION])
class TestRefused:
    def client(self, context: SSL.Context | None, version: int) -> SSL.Context:
        assert context is not None
        context.set_min_proto_version(version)
        context.set_max_proto_version(version)
        return context

    def test_a_client_without_a_certificate(self, keys: Any, pair: Any, version: int) -> None:
        bare = SSL.Context(SSL.TLS_METHOD)
        both = pair(server_context(keys.settings(keys.file("ours"))), self.client(bare, version))
        server, client = both.shake_hands()
        assert said(both.server, server) == "peer did not return a certificate"
        assert client is not None

    def test_a_client_with_a_foreign_certificate(self, keys: Any, pair: Any, version: int) -> None:
        ours = keys.settings(keys.file("ours"))
        trusting = keys.settings(keys.file("foreign"), truststore_file=str(keys.file("ours")))
        both = pair(server_context(ours), self.client(client_context(trusting), version))
        server, client = both.shake_hands()
        assert said(both.server, server) == f"certificate verify failed: {SELF_SIGNED} CN=foreign"
        assert "alert unknown ca" in said(both.client, client)

    def test_a_server_with_a_foreign_certificate(self, keys: Any, pair: Any, version: int) -> None:
        ours = client_context(keys.settings(keys.file("ours")))
        both = pair(server_context(keys.settings(keys.file("foreign"))), self.client(ours, version))
        server, client = both.shake_hands()
        assert said(both.client, client) == f"certificate verify failed: {SELF_SIGNED} CN=foreign"
        assert server is not None

    def test_an_expired_peer(self, keys: Any, pair: Any, version: int) -> None:
        ours, expired = keys.store("ours"), keys.store("expired", LONG_AGO)
        both_trusted = [*ours.trusted, *expired.trusted]
        client = self.client(peer_context(expired, both_trusted), version)
        both = pair(peer_context(ours, both_trusted), client)
        fault, _ = both.shake_hands()
        assert said(both.server, fault) == f"certificate verify failed: {EXPIRED} CN=expired"

    def test_a_peer_of_the_future(self, keys: Any, pair: Any, version: int) -> None:
        ours, early = keys.store("ours"), keys.store("early", FAR_AHEAD)
        both_trusted = [*ours.trusted, *early.trusted]
        client = self.client(peer_context(early, both_trusted), version)
        both = pair(peer_context(ours, both_trusted), client)
        fault, _ = both.shake_hands()
        assert said(both.server, fault) == f"certificate verify failed: {NOT_YET_VALID} CN=early"

    def test_one_that_shares_only_the_authority_of_our_chain(self, keys: Any, pair: Any, version: int) -> None:
        ours, theirs = (read_keystore(keys.write(name, data), "", "") for name, data in siblings().items())
        assert ours.chain[1] == theirs.chain[1]
        client = self.client(peer_context(theirs, ours.trusted), version)
        fault, _ = (both := pair(peer_context(ours, ours.trusted), client)).shake_hands()
        assert said(both.server, fault).startswith("certificate verify failed: ")


def test_a_certificate_signed_by_a_trusted_authority_is_accepted(keys: Any, pair: Any) -> None:
    many = read_keystore(keys.data / "many.p12", "changeit", "rmi")
    authority = keys.write("trust.pem", keys.certificates(many).split(b"-----END CERTIFICATE-----\n", 1)[1])
    signed = keys.settings(keys.data / "many.p12", truststore_file=str(authority))
    both = pair(server_context(signed), client_context(signed))
    assert both.shake_hands() == (None, None)


@pytest.mark.parametrize("sent", [b"\x00\x01hello, is this plain rpc? it is", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"])
def test_a_peer_without_tls_gets_no_further(keys: Any, pair: Any, sent: bytes) -> None:
    both = pair(server_context(keys.settings(keys.file("ours"))), None)
    both.sockets[1].send(sent)
    fault, _ = both.shake_hands()
    assert said(both.server, fault) in ("wrong version number", "record layer failure", "http request")


class TestSettings:
    def test_disabled_is_none(self, keys: Any) -> None:
        settings = keys.settings(keys.folder / "none.jks", disable="true")
        assert server_context(settings) is client_context(settings) is own_keystore(settings) is None

    def test_the_file_is_looked_for_in_the_working_folder(self, keys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        keys.file("rmi_keystore")
        monkeypatch.chdir(keys.folder)
        store = own_keystore(keys.settings(Path("rmi_keystore.jks")))
        assert store is not None and store.path == Path("rmi_keystore.jks")

    def test_the_type_does_not_count(self, keys: Any) -> None:
        assert server_context(keys.settings(keys.file("ours"), keystore_type="JKS", truststore_type="x")) is not None

    def test_an_empty_name_is_a_fault(self, keys: Any) -> None:
        with pytest.raises(KeystoreError, match=r"keystore\.file is empty; .*create-rmi-keystore"):
            server_context(keys.settings(""))

    def test_the_truststores_password_is_the_keystores_unless_set(self, keys: Any) -> None:
        ours = keys.file("ours")
        assert client_context(keys.settings(ours, truststore_file=str(ours))) is not None
        with pytest.raises(KeystoreError, match=r"^truststore .*the password is wrong"):
            client_context(keys.settings(ours, truststore_file=str(ours), truststore_password="another"))

    @pytest.mark.parametrize("context", [server_context, client_context])
    def test_an_expired_keystore_of_our_own_is_refused(self, keys: Any, context: Any) -> None:
        with pytest.raises(KeystoreError, match="expired on 2020-01-08"):
            context(keys.settings(keys.file("expired", LONG_AGO)))
