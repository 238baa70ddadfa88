"""Try one address: a socket that connects, and what a machine lacks for one more."""

from __future__ import annotations

import errno
import logging
import os
import socket
import sys
from asyncio import get_running_loop
from contextlib import suppress
from typing import Protocol

from . import errors
from .errors import WireError
from .stamped import STAMPS, sockets_of

log = logging.getLogger("pyjm.run")
_BIND_ADDRESS_NO_PORT = 24


class Told(Protocol):
    """Who is told what became of an attempt, in one call of the event loop."""

    def stands(self, connected: socket.socket) -> None:
        """Take what is connected; it does not block."""

    def fails(self, error: OSError) -> None:
        """Take why nothing is."""


class Attempt:
    """A socket on its way to one address. Thousands of them may be under way at once: no coroutine waits for each.

    `source` is a local address to leave from; `shares_ports` lets its ports serve several servers at once.
    """

    __slots__ = ("_socket", "_told")

    def __init__(self, told: Told, address: str, port: int, source: str = "", shares_ports: bool = False) -> None:
        """Set out. Raises OSError, and WireError for a source that can't be left from."""
        self._told = told
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = made = socket.socket(family, socket.SOCK_STREAM)
        try:
            made.setblocking(False)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if source:
                if shares_ports and sys.platform == "linux":  # a port taken only when connecting serves many servers
                    made.setsockopt(socket.IPPROTO_IP, _BIND_ADDRESS_NO_PORT, 1)
                _bind(made, family, source)
            with suppress(BlockingIOError):
                made.connect((address, port))
            if STAMPS:
                sockets_of(get_running_loop()).opening(self, made.fileno())
            else:
                get_running_loop().add_writer(made.fileno(), self._opened)
        except BaseException:
            made.close()
            raise

    def opened(self) -> None:
        """Say how it went; called by the loop."""
        number = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number:
            self._socket.close()
            self._told.fails(OSError(number, os.strerror(number)))
        else:
            self._told.stands(self._socket)

    def cut(self) -> None:
        """Give it up, also what nobody took of it."""
        fd = self._socket.fileno()
        if fd >= 0:
            if STAMPS:
                sockets_of(get_running_loop()).give_up(fd)
            else:
                get_running_loop().remove_writer(fd)
            self._socket.close()

    def _opened(self) -> None:
        get_running_loop().remove_writer(self._socket.fileno())
        self.opened()


def _bind(dialled: socket.socket, family: socket.AddressFamily, source: str) -> None:
    if (":" in source) != (family == socket.AF_INET6):  # Java, whose sockets are of both kinds, fails at connecting
        number = errno.ENETUNREACH if ":" in source else errno.EAFNOSUPPORT
        raise WireError(errors.SOCKET, os.strerror(number))
    address, _, zone = source.partition("%")
    try:
        dialled.bind((address, 0, 0, socket.if_nametoindex(zone)) if zone else (address, 0))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:  # of all ports: none was named
            say_lack(errno.EADDRNOTAVAIL)
        raise WireError(errors.BIND, reason(error)) from None


_told: set[int] = set()
_SAYS = {
    errno.EADDRNOTAVAIL: "no port of this machine is free for one more connection: keep connections alive, have users"
    " leave from several addresses (pyjm.http.source_addresses), or widen net.ipv4.ip_local_port_range",
    errno.EMFILE: "no more files may be opened, and each connection is one: raise the limit (ulimit -Hn, LimitNOFILE="
    " of a service), or take more processes (pyjm.workers) or machines",
    errno.ENFILE: "no more files may be opened on this machine, and each connection is one: raise fs.file-max, or take"
    " more machines",
}


def say_lack(number: int) -> None:
    """Say once what this machine lacks: the sample alone has JMeter's words for it."""
    if number not in _told:
        _told.add(number)
        log.warning("%s", _SAYS[number])


def reason(error: OSError) -> str:
    """Give the system's words for an error, as Java passes them on."""
    return os.strerror(error.errno) if error.errno else str(error)
