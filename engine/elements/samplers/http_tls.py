"""The TLS of HTTP Requests: which versions are spoken, whom they trust. Mirrors HttpSSLProtocolSocketFactory."""

from __future__ import annotations

import os
import re
import ssl
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from pyjm.engine.compile.build import Build
from pyjm.engine.http.connect import trusting_context

VERSIONS = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}
OLDER = ("SSLv2Hello", "SSLv3")
"""Java's names for what nobody speaks any more."""

UP_TO_13 = (ssl.TLSVersion.MAXIMUM_SUPPORTED, ssl.TLSVersion.TLSv1_3)
SUITES_13 = frozenset(("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"))
"""What TLS 1.3 is spoken with: all of them or none, as Python's ssl has no choice among them."""

WEAK = "DEFAULT:@SECLEVEL=0"
"""What OpenSSL calls the rules under which old versions and small keys are taken, as in Java."""


def context_maker(build: Build) -> Callable[[], ssl.SSLContext]:
    """Give what makes a context as the properties say; what is wrong with them is a fault of the build."""
    properties = build.properties
    newest = properties.get("https.default.protocol", "").strip() or "TLS"
    if newest not in VERSIONS and newest not in ("TLS", "SSL"):
        build.fault("", f"the property https.default.protocol={newest} names no version of TLS", "TLSv1.2, or TLS")
        newest = "TLS"
    names = properties.get("https.socket.protocols", "").split(" ")
    spoken = [name for name in names if name in VERSIONS]
    if names != [""] and (not spoken or any(name not in VERSIONS and name not in OLDER for name in names)):
        known = ", ".join(VERSIONS)
        problem = f"the property https.socket.protocols={' '.join(names)} is ignored: the versions are {known}"
        build.fault("", problem, "separate them by single blanks", fatal=False)
        spoken = []
    ciphers, newest_suites, oldest_suites = cipher_suites(build)
    verify = properties.get("pyjm.https.verify", "false").strip().lower() == "true"

    def make() -> ssl.SSLContext:
        context = ssl.create_default_context() if verify else trusting_context()
        if spoken:
            context.minimum_version = min(VERSIONS[name] for name in spoken)
            context.maximum_version = max(VERSIONS[name] for name in spoken)
        elif newest in VERSIONS:
            context.maximum_version = VERSIONS[newest]
        if context.maximum_version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            context.minimum_version = min(context.minimum_version, context.maximum_version)
            context.set_ciphers(WEAK)
        if ciphers:
            context.set_ciphers(ciphers)
        if newest_suites and not oldest_suites:
            context.minimum_version = ssl.TLSVersion.TLSv1_3
        elif oldest_suites and not newest_suites and context.maximum_version in UP_TO_13:
            context.maximum_version = ssl.TLSVersion.TLSv1_2
        return context

    return make


def cipher_suites(build: Build) -> tuple[str, bool, bool]:
    """Give OpenSSL's list of the ciphers that a property names as Java does, and whether any is of TLS 1.3, or older.

    One that nobody knows makes the whole list of no effect, as in Java.
    """
    listed = build.properties.get("https.cipherSuites", "")
    if not listed:
        return "", False, False
    names = re.split(", *", listed)
    older = [name for name in names if name not in SUITES_13]
    unknown = [name for name in older if not is_known(openssl_name(name))]
    if unknown:
        problem = f"the property https.cipherSuites is ignored: no cipher suite {unknown[0]!r} is known here"
        build.fault("", problem, "names as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, separated by commas", fatal=False)
        return "", False, False
    newest = [name for name in names if name in SUITES_13]
    if newest and set(newest) != SUITES_13:
        problem = f"the property https.cipherSuites: TLS 1.3 is spoken with all of {', '.join(sorted(SUITES_13))}"
        build.fault("", problem, "https.socket.protocols=TLSv1.2 leaves out TLS 1.3", fatal=False)
    # without a rule for key sizes: Java has none for ciphers that are named
    return ":".join([*map(openssl_name, older), "@SECLEVEL=0"]) if older else "", bool(newest), bool(older)


def openssl_name(name: str) -> str:
    """Give OpenSSL's name of a cipher suite of TLS 1.2 or older: TLS_RSA_WITH_AES_128_CBC_SHA is AES128-SHA."""
    begin, _, cipher = re.sub("^(TLS|SSL)_", "", name).partition("_WITH_")
    cipher = re.sub(r"(AES|ARIA|CAMELLIA)_(\d+)", r"\1\2", cipher).replace("3DES_EDE_CBC", "DES-CBC3")
    cipher = re.sub(r"POLY1305_SHA256$", "POLY1305", cipher).replace("_CBC", "").replace("_", "-")
    begin = begin.replace("DH_anon", "ADH").replace("ECDH_anon", "AECDH").replace("_", "-")
    return cipher if begin == "RSA" else f"{begin}-{cipher}"


@cache
def is_known(cipher: str) -> bool:
    """Tell whether OpenSSL has a cipher of that name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.set_ciphers(f"{cipher}:@SECLEVEL=0")
    except ssl.SSLError:
        return False
    return any(each["name"] == cipher for each in context.get_ciphers())


def load(context: ssl.SSLContext, pem: bytes) -> None:
    """Have a context show a key and its certificates. Raises ssl.SSLError for a key of no use for TLS."""
    with _file(pem) as name:
        try:
            context.load_cert_chain(name)
        except ssl.SSLError:
            context.set_ciphers(WEAK)  # a key that is small, or signed in an old way: Java shows it
            context.load_cert_chain(name)


class _file:
    """A file for a library that reads only files; its content never comes to a disk where the system lets us."""

    def __init__(self, content: bytes) -> None:
        if hasattr(os, "memfd_create"):
            self.fd, self.name, self.made = os.memfd_create("key"), "", False
            self.name = f"/proc/self/fd/{self.fd}"
        else:
            self.fd, self.name = tempfile.mkstemp()
            self.made = True
        with os.fdopen(os.dup(self.fd), "wb") as file:
            file.write(content)

    def __enter__(self) -> str:
        return self.name

    def __exit__(self, *raised: object) -> None:
        os.close(self.fd)
        if self.made:
            Path(self.name).unlink()
