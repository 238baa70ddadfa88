"""Logins by Kerberos (RFC 4559). The library gssapi speaks to the key distribution center and makes the tokens.

All of it may wait for the network, so that it belongs into a thread.
"""

from __future__ import annotations

import logging
import socket
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from threading import Lock
from typing import Any, NamedTuple

from .auth import Credentials

log = logging.getLogger("pyjm.run")
_said: set[str] = set()
SCHEMES = {"negotiate": "1.3.6.1.5.5.2", "kerberos": "1.2.840.113554.1.2.2"}
"""The mechanisms of the schemes that servers ask for, the one first that HttpClient likes best."""

NEEDED = "the mechanism KERBEROS needs pyjm's extra"
REMEDY = "pip install 'pyjm[kerberos]', which takes a C compiler and the headers of Kerberos (libkrb5-dev)"


class Spnego(NamedTuple):
    """JMeter's properties kerberos.spnego.…: how a server is named, and whether it may act for the user."""

    strips_port: bool = True
    canonical: bool = True
    delegates: bool = False


class Tickets:
    """What users have got by logging in, by their names: each logs in once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, Any], Any] = {}
        self._lock = Lock()

    def of(self, who: Credentials, mechanism: Any) -> Any:
        """Give a user's credentials, for which it logs in if they are not there. Raises GSSError."""
        import gssapi

        key = who.user, mechanism
        with self._lock:
            known = self._known.get(key)
            if known is None:
                name = gssapi.Name(who.user, gssapi.NameType.user)
                got = gssapi.raw.acquire_cred_with_password(
                    name, who.password.encode(), mechs=[mechanism], usage="initiate"
                )
                known = self._known[key] = gssapi.Credentials(got.creds)
            return known


class Negotiation:
    """One login: the word that answers what was asked for. `slow` tells that it is not to be waited for in the loop."""

    slow = True

    __slots__ = ("_host", "_port", "_settings", "_tickets", "_tried", "_who")

    def __init__(self, who: Credentials, tickets: Tickets, host: str, port: int, settings: Spnego) -> None:
        self._who = who
        self._tickets = tickets
        self._host = host
        self._port = port
        self._settings = settings
        self._tried = False

    def reply(self, fields: Sequence[str]) -> str | None:
        """Give what goes into the next request for what was asked for, None if nothing can help any more."""
        asked = offered(fields)
        if asked is None or self._tried:
            return None
        self._tried = True
        if not is_there():
            _say(f"{NEEDED}: {REMEDY}")
            return None
        import gssapi

        scheme, token = asked
        mechanism = gssapi.OID.from_int_seq(SCHEMES[scheme])
        try:
            flags = [gssapi.RequirementFlag.mutual_authentication]
            if self._settings.delegates:
                flags.append(gssapi.RequirementFlag.delegate_to_peer)
            context = gssapi.SecurityContext(
                name=gssapi.Name(self._service(), gssapi.NameType.hostbased_service),
                creds=self._tickets.of(self._who, mechanism),
                mech=mechanism,
                flags=flags,
                usage="initiate",
            )
            said = context.step(b64decode(token) if token else None)
        except (gssapi.exceptions.GSSError, NoBase64) as error:
            _say(f"a login by Kerberos failed: {one_line(error)}")
            return None
        return f"Negotiate {b64encode(said).decode()}" if said else None

    def _service(self) -> str:
        """Name the server as its tickets are named."""
        host = self._host
        if self._settings.canonical:
            with suppress(OSError):
                host = canonical(host, self._port)
        return f"HTTP@{host}" if self._settings.strips_port or self._port in (80, 443) else f"HTTP@{host}:{self._port}"


def canonical(host: str, port: int) -> str:
    """Give the name that the address of a host has. Raises OSError."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    del family
    return socket.getnameinfo(address, socket.NI_NAMEREQD | socket.NI_NUMERICSERV)[0]


def is_there() -> bool:
    """Tell whether the extra is installed."""
    return find_spec("gssapi") is not None


def offered(fields: Sequence[str]) -> tuple[str, str] | None:
    """Give the scheme that is asked for, in small letters, and its token, empty for the first one; None without any."""
    found: dict[str, str] = {}
    for field in fields:
        for each in field.split(","):
            scheme, _, token = each.strip().partition(" ")
            if scheme.lower() in SCHEMES:
                found.setdefault(scheme.lower(), token.strip())
    return next(((scheme, found[scheme]) for scheme in SCHEMES if scheme in found), None)


def one_line(error: Exception) -> str:
    """Give what a library says in one line."""
    return " ".join(str(error).split())


def _say(text: str) -> None:
    if text not in _said:
        _said.add(text)
        log.warning("%s", text)
