"""NTLM, which says who one is to a connection and not with each request. pyspnego makes its messages."""

from __future__ import annotations

import logging
import struct
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Any

from .auth import Credentials

log = logging.getLogger("pyjm.run")
_said: set[str] = set()


class Handshake:
    """One login to one connection: what is said first, and what answers the challenge that comes for it."""

    slow = False
    """Whether it is to be waited for in a thread."""

    __slots__ = ("_client", "_credentials")

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._client: Any = None

    def reply(self, fields: Sequence[str]) -> str | None:
        """Give what goes into the next request for what was asked for, None if nothing can help any more."""
        token = offered(fields)
        if token is None or (self._client is None) != (not token):
            return None
        try:
            import spnego
            from spnego.exceptions import SpnegoError
        except ImportError:
            _say("a server asks for NTLM, for which pyjm needs its extra: pip install 'pyjm[ntlm]'")
            return None
        try:
            if self._client is None:
                user, password = self._credentials.user, self._credentials.password
                self._client = spnego.client(user, password, protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
            said = self._client.step(b64decode(token) if token else None)
        except (SpnegoError, ValueError, IndexError, struct.error) as error:
            _say(f"a login by NTLM failed: {error}")
            return None
        return f"NTLM {b64encode(said).decode()}" if said else None


def offered(fields: Sequence[str]) -> str | None:
    """Give the token of the NTLM challenge among those of an answer, empty for the first one; None without any."""
    for field in fields:
        for each in field.split(","):
            scheme, _, token = each.strip().partition(" ")
            if scheme.lower() == "ntlm":
                return token.strip()
    return None


def _say(text: str) -> None:
    if text not in _said:
        _said.add(text)
        log.warning("%s", text)
