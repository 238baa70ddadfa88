"""Dial a server, and say in one line why that did not work."""

from __future__ import annotations

import getpass
import logging
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from OpenSSL import SSL

from pyjm.client.member import MemberError
from pyjm.keystore.faults import KeystoreError
from pyjm.keystore.peers import refresh
from pyjm.properties.release import PRODUCT
from pyjm.server.wire.address import Address
from pyjm.server.wire.contract import MAX_REPLY, PROTOCOL, BadMessage, Code, Limits, Plain, Refused, pack, unpack_map
from pyjm.server.wire.link import Link, connect
from pyjm.server.wire.trouble import LinkDown, Trouble

log = logging.getLogger("pyjm.client.remote")

LIMITS = Limits(max_message=MAX_REPLY)

_SAME_KEYS = (
    "both sides need the same rmi_keystore.jks, or keys of one authority (create-rmi-keystore --ca), or each the "
    "other's certificate in its truststore (server.rmi.ssl.truststore.file)"
)

_TEXTS = {
    Trouble.NOT_TLS: "does not speak TLS: it runs with server.rmi.ssl.disable=true, or is no pyjm-server",
    Trouble.FOREIGN: f"shows a certificate that is not trusted here: {_SAME_KEYS}",
    Trouble.EXPIRED: "shows a certificate that has expired: make a new one with create-rmi-keystore for all machines",
    Trouble.NOT_YET_VALID: "shows a certificate that is not valid yet: compare the clocks of both machines",
    Trouble.REVOKED: "shows a certificate that was revoked: make that server a new one with create-rmi-keystore --ca "
    "--force",
    Trouble.NOT_ALLOWED: "shows a certificate whose names are not in pyjm.allowed_servers: add one of them there",
    Trouble.OTHER_NAME: "shows a certificate that is not for this host: dial it by a name in the certificate, or make "
    "it a new one with create-rmi-keystore --ca --force --node NAME,HOST",
    Trouble.OUR_REVOKED: "says that the certificate of this machine was revoked: make a new one with "
    "create-rmi-keystore --ca --force",
    Trouble.OLD_TLS: "has no version of TLS in common with this machine: see pyjm.tls_minimum",
    Trouble.OUR_FOREIGN: f"does not trust the certificate of this machine: {_SAME_KEYS}",
    Trouble.OUR_EXPIRED: "says that the certificate of this machine has expired: make a new one with "
    "create-rmi-keystore for all machines",
    Trouble.OUR_NONE: "asks for a certificate and this machine has none to show: see server.rmi.ssl.keystore.file",
    Trouble.SLOW_HANDSHAKE: "took the connection and did not say a word: is it a pyjm-server?",
    Trouble.NO_ANSWER: "took the connection and did not answer: is it a pyjm-server?",
}


def caller() -> str:
    """Say who this is, for the server that is asked who holds it."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # no name for this user id
        user = "somebody"
    return f"{user}@{socket.gethostname()} (process {os.getpid()})"


@dataclass(frozen=True)
class Dialer:
    """How to reach one server. `tls` is None where server.rmi.ssl.disable=true."""

    name: str
    address: Address
    tls: SSL.Context | None
    limits: Limits = LIMITS

    returns = "dialled"
    """What is done until a server is back that is out of reach."""

    def open(self, kind: str, port: int = 0, ask: Callable[..., Plain] | None = None) -> tuple[Link, dict[str, Any]]:
        """Open a link and say hello; gives what the server says of itself. `ask` calls it over a link that is there.

        Raises OSError, LinkDown, Refused, BadMessage; `explain` makes one line of any of them.
        """
        host = self.address.host
        try:
            refresh(self.tls)
        except KeystoreError as error:
            log.warning("the old list of revoked certificates stands: %s", error)
        stream = connect(host, port or self.address.port, self.tls, self.limits, expected=host)
        return greet(Link(stream), kind, self.limits.handshake_s)

    def explain(self, error: Exception) -> MemberError:
        """Say in one line why a link could not be opened, or ended."""
        host = self.address.host
        if isinstance(error, LinkDown):
            return MemberError(f"{self.name} {self._explain_down(error)}")
        if isinstance(error, Refused):
            if error.code == Code.BUSY:
                return MemberError(f"{self.name}: {error.text}")
            return MemberError(f"{self.name} refuses: {error.text}")
        if isinstance(error, socket.gaierror):
            return MemberError(f"Unknown host: {host}; check its spelling in -R or remote_hosts")
        if isinstance(error, ConnectionRefusedError):
            return MemberError(
                f"Connection refused to host: {host}; no pyjm-server listens on port {self.address.port}"
            )
        if isinstance(error, TimeoutError):
            waited = f"{self.limits.connect_s:g} s"
            return MemberError(
                f"Connection timed out to host: {host}; port {self.address.port} did not answer for {waited}, "
                "is a firewall between?"
            )
        if isinstance(error, OSError):
            return MemberError(f"Exception creating connection to: {host}; {error.strerror or error}")
        return MemberError(f"{self.name} speaks another protocol: {error}; is it a pyjm-server?")

    def _explain_down(self, down: LinkDown) -> str:
        if down.trouble in (Trouble.CLOSED, Trouble.RESET, Trouble.STALLED):
            if self.tls is None:
                return (
                    "took the connection and closed it: it wants TLS, which server.rmi.ssl.disable=true turns off "
                    "here, or is no pyjm-server"
                )
            return (
                "took the connection and closed it: it runs with server.rmi.ssl.disable=true, is full, "
                "or is no pyjm-server"
            )
        text = _TEXTS.get(down.trouble) or f"could not be talked to: {down.trouble.value}"
        return f"{text} ({down.detail})" if down.detail else text


def greet(link: Link, kind: str, timeout_s: float = LIMITS.handshake_s) -> tuple[Link, dict[str, Any]]:
    """Say hello on a new link; it is closed where that fails."""
    try:
        about = pack({"who": caller(), "link": kind, "product": PRODUCT})
        return link, unpack_map(link.call("hello", PROTOCOL, about, timeout_s=timeout_s))
    except (LinkDown, Refused, BadMessage):
        link.close()
        raise
