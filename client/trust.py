"""The keys of this machine, and the ports that servers dial: one of each for all servers of a run."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Sequence

from OpenSSL import SSL

from pyjm.client.door import Door
from pyjm.client.member import MemberError
from pyjm.client.receive import Receiver
from pyjm.keystore.context import KeystoreError, client_context, expiry_warning, own_keystore
from pyjm.properties import Settings

NO_TLS = "server.rmi.ssl.disable=true: nothing is encrypted, and anybody who reaches a server's port can use it"


class Trust:
    """What links to servers are made with; read when it is first asked for, from any thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._read = False
        self._receiver: Receiver | None = None
        self._door: Door | None = None
        self._context: SSL.Context | None = None
        self._warnings: list[str] = []

    def context(self) -> SSL.Context | None:
        """Give the TLS context, None where TLS is turned off. Raises MemberError, one line."""
        self._ensure()
        return self._context

    def warnings(self) -> Sequence[str]:
        """Tell what the user should know before the test: an expiry that is near, no TLS. Raises MemberError."""
        self._ensure()
        return self._warnings

    def receiver(self) -> Receiver | None:
        """Give the ports on which servers dial in, where client.rmi.localport asks for them. Raises MemberError."""
        base = self._settings.whole("client.rmi.localport")
        if base <= 0:
            return None
        context = self.context()
        with self._lock:
            if self._receiver is None:
                self._receiver = Receiver.after(base, context)
            return self._receiver

    def door(self) -> Door:
        """Give the port on which servers join (pyjm.join_port). Raises MemberError."""
        context = self.context()
        with self._lock:
            if self._door is None:
                self._door = Door(self._settings.whole("pyjm.join_port"), context)
            return self._door

    def close(self) -> None:
        """Close those ports."""
        with self._lock:
            ports = [self._receiver, self._door]
            self._receiver = self._door = None
        for port in ports:
            if port is not None:
                port.close()

    def _ensure(self) -> None:
        with self._lock:
            if self._read:
                return
            try:
                self._context = client_context(self._settings)
                store = own_keystore(self._settings)
            except KeystoreError as error:
                raise MemberError(str(error)) from error
            if store is None:
                self._warnings = [NO_TLS]
            else:
                warning = expiry_warning(store, datetime.datetime.now(datetime.UTC))
                self._warnings = [warning] if warning else []
            self._read = True
