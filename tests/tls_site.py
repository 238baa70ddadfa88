"""A TLS target that asks for certificates and answers with the name it was shown; keystores to show them from."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import hashlib
import ssl
import struct
from collections.abc import AsyncIterator, Sequence
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

PASSWORD = "changeit"
_DAY = datetime.timedelta(days=1)
_KEY_PROTECTION = bytes.fromhex("300e060a2b060104012a02110101" + "0500")


@cache
def made(name: str, days: int) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """Make a key and its certificate, valid from ten days ago on for ten and `days` days."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.not_valid_before(now - 10 * _DAY).not_valid_after(now + days * _DAY)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return key, builder.serial_number(x509.random_serial_number()).sign(key, hashes.SHA256())


def pem(name: str, days: int = 2) -> bytes:
    """Give a key and its certificate as PEM."""
    key, certificate = made(name, days)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + certificate.public_bytes(Encoding.PEM)


def p12(name: str, days: int = 2) -> bytes:
    """Give a PKCS#12 keystore with one key."""
    encryption = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(1000).build(PASSWORD.encode())
    return pkcs12.serialize_key_and_certificates(name.encode(), *made(name, days), None, encryption)


def jks(*names: str) -> bytes:
    """Give a JKS keystore with a key for each name."""
    secret = PASSWORD.encode("utf-16-be")
    data = struct.pack(">4sII", b"\xfe\xed\xfe\xed", 2, len(names))
    for name in names:
        key, certificate = made(name, 2)
        plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        link = salt = b"s" * 20
        stream = b""
        while len(stream) < len(plain):
            link = hashlib.sha1(secret + link).digest()
            stream += link
        hidden = salt + bytes(a ^ b for a, b in zip(plain, stream)) + hashlib.sha1(secret + plain).digest()
        protected = _tagged(0x30, _KEY_PROTECTION + _tagged(4, hidden))
        der = certificate.public_bytes(Encoding.DER)
        data += struct.pack(">IH", 1, len(name)) + name.encode() + bytes(8)
        data += struct.pack(">I", len(protected)) + protected + struct.pack(">IH", 1, 5) + b"X.509"
        data += struct.pack(">I", len(der)) + der
    return data + hashlib.sha1(secret + b"Mighty Aphrodite" + data).digest()


def _tagged(tag: int, content: bytes) -> bytes:
    length = len(content)
    size = bytes([length]) if length < 128 else b"\x82" + struct.pack(">H", length)
    return bytes([tag]) + size + content


@contextlib.asynccontextmanager
async def serving(
    folder: Path,
    trusted: Sequence[str] = (),
    *,
    must: bool = False,
    newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
    resumes: bool = True,
) -> AsyncIterator[int]:
    """Listen, ask for the certificates of `trusted` where there are any, and answer `name version` to each request."""
    (folder / "target.pem").write_bytes(pem("target"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "target.pem")
    context.maximum_version = newest
    if not resumes:
        context.options |= ssl.OP_NO_TICKET
        context.num_tickets = 0
    if trusted:
        context.verify_mode = ssl.CERT_REQUIRED if must else ssl.CERT_OPTIONAL
        context.load_verify_locations(cadata=b"".join(made(n, 2)[1].public_bytes(Encoding.DER) for n in trusted))

    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tls = writer.get_extra_info("ssl_object")
        shown = tls.getpeercert() if trusted else None
        name = shown["subject"][0][0][1] if shown else "nobody"
        body = f"{name} {tls.version()}".encode()
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            while True:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(head % len(body) + body)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]
