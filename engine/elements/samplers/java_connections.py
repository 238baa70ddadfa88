"""The connections of HTTP Requests of the implementation Java: those of http are one pool for all users of a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyjm.engine.http.connect import Dialler
from pyjm.engine.http.java_connection import IDLE_S, JavaConnection, JavaTable, Once
from pyjm.engine.http.names import Resolver
from pyjm.engine.http.sessions import Sessions

from .http_certificates import Certificates
from .http_connections import Connections, UserConnections
from .http_way import run_socks

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.http.proxy import Login
    from pyjm.engine.http.table import Table
    from pyjm.engine.vu.user import User

    from ..config.dns_cache_manager import DnsCacheManager
    from .http_target import Target

KEPT = "connections of Java"


class JavaConnections(Connections):
    """What all requests of the implementation Java of a worker share."""

    connection_kind = JavaConnection

    def __init__(self, build: Build) -> None:
        super().__init__(build.properties, Certificates(build), run_socks(build))
        kind, socks = self.connection_kind, run_socks(build)
        self.dialler = Dialler(Resolver(), time_to_live_s=0, kind=kind, socks=socks, idle_s=IDLE_S)
        self.resets = False
        sessions = Sessions(self.certificates.shared)
        self.shared = UserConnections(self, self._table(self.dialler, sessions), 0, self.dialler, sessions)

    def of(self, user: User, target: Target, dns: DnsCacheManager | None = None) -> UserConnections:
        """Give the connections that a user's request may take; Java asks no DNS Cache Manager."""
        return self.shared if target.origin.scheme == "http" else super().of(user, target)

    def _table(self, dialler: Dialler, sessions: Sessions, login: Login | None = None) -> Table:
        if login is not None:
            return super()._table(dialler, sessions, login)
        return JavaTable(dialler, sessions, 0, None, Once())


def java_connections(build: Build) -> JavaConnections:
    """Give the worker's connections, made for its first request of the implementation Java."""
    found: Any = build.kept.get(KEPT)
    if found is None:
        found = build.kept[KEPT] = JavaConnections(build)
        build.finish.append(found.finish)
    return found  # type: ignore[no-any-return]
