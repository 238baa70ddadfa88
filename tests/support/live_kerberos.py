"""A key distribution center of MIT's Kerberos, and a gate that lets nobody through without a ticket of it."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import subprocess
from base64 import b64decode, b64encode
from contextlib import suppress
from pathlib import Path

import pytest

REALM = "PYJM.TEST"
HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
PROGRAMS = ("krb5kdc", "kdb5_util", "kadmin.local")


def program(name: str) -> str | None:
    """Find a program of Kerberos, which may be for root alone."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def is_there() -> bool:
    """Tell whether Kerberos can be tried here."""
    return all(program(name) for name in PROGRAMS)


class Center:
    """Gives tickets to `me` with the password `secret` for HTTP at localhost; its files are in a folder."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.config = folder / "krb5.conf"
        self.keys = folder / "keys"
        self.log = folder / "kdc.log"
        self.config.write_text(
            f"[libdefaults]\n default_realm = {REALM}\n dns_lookup_kdc = false\n dns_canonicalize_hostname = false\n"
            f" rdns = false\n udp_preference_limit = 1\n[realms]\n {REALM} = {{\n  kdc = 127.0.0.1:{port}\n }}\n"
            f"[domain_realm]\n localhost = {REALM}\n"
        )
        (folder / "kdc.conf").write_text(
            f"[kdcdefaults]\n kdc_ports = {port}\n kdc_tcp_ports = {port}\n[realms]\n {REALM} = {{\n"
            f"  database_name = {folder}/db\n  key_stash_file = {folder}/stash\n  acl_file = {folder}/acl\n }}\n"
            f"[logging]\n kdc = FILE:{self.log}\n"
        )
        self.environment = {
            **os.environ, "KRB5_CONFIG": str(self.config), "KRB5_KDC_PROFILE": str(folder / "kdc.conf"),
        }  # fmt: skip
        self.run("kdb5_util", "create", "-s", "-r", REALM, "-P", "master")
        self.run("kadmin.local", "-q", "addprinc -pw secret me")
        self.run("kadmin.local", "-q", "addprinc -randkey HTTP/localhost")
        self.run("kadmin.local", "-q", f"ktadd -k {self.keys} HTTP/localhost")
        self.process = subprocess.Popen(
            [program("krb5kdc") or "", "-n"],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while self.process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break

    def run(self, name: str, *args: str) -> None:
        """Run a program of Kerberos to its end."""
        subprocess.run([program(name) or "", *args], env=self.environment, check=True, capture_output=True, timeout=30)

    def asked(self, what: str) -> int:
        """Tell how often it was asked for something: AS_REQ is a login, TGS_REQ a ticket for a server."""
        return sum(f" {what} " in line and "ISSUE" in line for line in self.log.read_text().splitlines())

    def close(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait()


class LiveKerberos:
    """Answers `hello` to who shows a ticket with each request. Keeps who it was."""

    def __init__(self, center: Center, monkeypatch: pytest.MonkeyPatch, scheme: str = "Negotiate") -> None:
        monkeypatch.setenv("KRB5_CONFIG", str(center.config))
        monkeypatch.setenv("KRB5_KTNAME", str(center.keys))
        self.scheme = scheme
        self.users: list[str] = []
        self.shown: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                said = re.search(r"\r\nAuthorization: (\w+) ?(\S*)", head)
                self.shown.append(said[1] if said else "")
                token = self.accepted(b64decode(said[2])) if said and said[1] == "Negotiate" else None
                if token is None:
                    asking = f"HTTP/1.1 401 Who\r\nWWW-Authenticate: {self.scheme}\r\nContent-Length: 3\r\n\r\nwho"
                    writer.write(asking.encode())
                else:
                    writer.write(HELLO.replace(b"\r\n", b"\r\nWWW-Authenticate: Negotiate %b\r\n" % token, 1))
        writer.close()

    def accepted(self, token: bytes) -> bytes | None:
        """Tell who shows a ticket, and give what proves that this is the server; None for one that is none."""
        import gssapi

        context = gssapi.SecurityContext(usage="accept")
        try:
            said = context.step(token)
        except gssapi.exceptions.GSSError:
            return None
        self.users.append(str(context.initiator_name))
        return b64encode(said or b"")
