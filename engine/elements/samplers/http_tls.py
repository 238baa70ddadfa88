"""The TLS of HTTP Requests: which versions are spoken, whom they trust. Mirrors HttpSSLProtocolSocketFactory."""

from __future__ import annotations

import os
import ssl
import tempfile
from collections.abc import Callable
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
        return context

    return make


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
