"""Hot path: the connections of each user, and what the worker's properties say about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyjm.engine.http.answer import Answer
from pyjm.engine.http.connect import Dialler
from pyjm.engine.http.connection import Connection
from pyjm.engine.http.names import FirstAsked, Resolver
from pyjm.engine.http.proxy import Login, ProxyTable
from pyjm.engine.http.retries import Retries
from pyjm.engine.http.table import Table

from .http_certificates import Certificates
from .http_way import run_socks, source_addresses

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.http.sessions import Sessions
    from pyjm.engine.http.socks import Socks
    from pyjm.engine.vu.user import User

    from ..config.dns_cache_manager import DnsCacheManager
    from .http_target import Target

KEPT = "http connections"
SLOW = ("httpclient.socket.http.cps", "httpclient.socket.https.cps")


class UserConnections:
    """One user's connections. `table` holds those of ordinary URLs.

    JMeter keeps connections by the URL's authority as it is written, so that one with user and password, or with the
    default port spelled out, has its own: these are in `odd`, by their scheme and authority, and so are those through a
    proxy, by the proxy too. `names` looks up hosts where the plan has a DNS Cache Manager.
    """

    __slots__ = ("dialler", "iteration", "names", "odd", "owner", "sessions", "table")

    def __init__(
        self, owner: Connections, table: Table, iteration: int, dialler: Dialler, sessions: Sessions
    ) -> None:
        self.owner = owner
        self.table = table
        self.dialler = dialler
        self.sessions = sessions
        self.iteration = iteration
        self.names: FirstAsked | None = None
        self.odd: dict[str, Table] = {}

    def close(self) -> None:
        """Close all that wait for another request, and forget what servers were known and who looked up their hosts."""
        if self.names is not None:
            self.names.clear()
        self.sessions.forget()
        self.table.close()
        for table in self.odd.values():
            table.close()


class Connections:
    """What all HTTP Requests of a worker share: how to connect, and JMeter's properties about it."""

    connection_kind: type[Connection] = Connection

    def __init__(self, properties: dict[str, str], certificates: Certificates, socks: Socks | None = None) -> None:
        self.certificates = certificates
        live_ms = number(properties, "httpclient4.time_to_live", 60_000)
        self.validate_s = number(properties, "httpclient4.validate_after_inactivity", 4_900) / 1000
        self.live_s = live_ms / 1000
        idle_s = number(properties, "httpclient4.idletimeout", 0) / 1000
        kind = self.connection_kind
        self.dialler = Dialler(Resolver(), time_to_live_s=self.live_s, kind=kind, socks=socks, idle_s=idle_s)
        self.retries = retries_of(properties)
        self.leaving: list[Dialler] = []
        self.manages_names = False
        """Whether the plan has a DNS Cache Manager for some request."""

        reset = properties.get("httpclient.reset_state_on_thread_group_iteration", "true")
        self.resets = reset.strip().lower() == "true"
        dots = properties.get("httpsampler.redirect.removeslashdotdot", "true")
        self.collapses = dots.strip().lower() == "true"
        self.max_redirects = number(properties, "httpsampler.max_redirects", 20)

    def finish(self) -> None:
        """Know what users show, when the plan is compiled."""
        self.certificates.finish()
        self.dialler.context = self.certificates.shared
        self.leaving = [self.dialler.leaving(source) for source in source_addresses(self.certificates.build)]

    def of(self, user: User, target: Target, dns: DnsCacheManager | None = None) -> UserConnections:
        """Give a user's connections. A user that is a new one in each iteration begins it without any.

        What it knows of the first target's proxy is forgotten with them, but not of others, as in JMeter.

        The first request to an origin decides how its host is looked up: by its DNS Cache Manager or without one.
        """
        mine: UserConnections | None = user.connections
        if mine is None or mine.owner is not self:
            mine = user.connections = self._find(user)
        if mine.iteration != user.iteration:
            mine.iteration = user.iteration
            if self.resets and not user.same_user:
                mine.close()
                known = mine.odd.get(target.odd)
                if known is not None and known.login is not None:
                    known.login.forget()
        if mine.names is not None:
            mine.names.now = self.dialler.resolver if dns is None else dns.resolver(user)
        return mine

    def _find(self, user: User) -> UserConnections:
        """Give a user's connections of this kind, made if need be."""
        key = self, user  # a branch of a user shares its state, but not its connections
        mine: UserConnections | None = user.state.get(key)
        if mine is None:
            dialler = self.leaving[user.number % len(self.leaving)] if self.leaving else self.dialler
            names = FirstAsked(dialler.resolver) if self.manages_names else None
            if names is not None:
                dialler = dialler.resolving(names)
            sessions = self.certificates.sessions(user)
            table = self._table(dialler, sessions)
            if user.drive is not None:
                table.answer = Answer(user.drive.wake)
            mine = user.state[key] = UserConnections(self, table, user.iteration, dialler, sessions)
            mine.names = names
        return mine

    def odd(self, mine: UserConnections, target: Target) -> Table:
        """Give a user's connections of an authority that is not only host and port, or behind a proxy."""
        table = mine.odd.get(target.odd)
        if table is None:
            proxy = target.origin.proxy
            login = Login(proxy, target.host_field) if proxy is not None else None
            table = mine.odd[target.odd] = self._table(mine.dialler, mine.sessions, login)
            table.answer = mine.table.answer
        return table

    def close(self, user: User) -> None:
        """Close what a user that ends has left open."""
        mine = user.state.pop((self, user), None)
        user.connections = None
        if mine is not None:
            mine.close()

    def _table(self, dialler: Dialler, sessions: Sessions, login: Login | None = None) -> Table:
        kind = Table if login is None else ProxyTable
        return kind(dialler, sessions, self.validate_s, login, self.retries)


def retries_of(properties: dict[str, str]) -> Retries | None:
    """Read whether requests are sent again, None for never."""
    most = number(properties, "httpclient4.retrycount", 0)
    sent_too = properties.get("httpclient4.request_sent_retry_enabled", "").strip().lower() == "true"
    return Retries(most, sent_too) if most > 0 else None


def connections_of(build: Build) -> Connections:
    """Give the worker's connections, made for its first HTTP Request."""
    found: Any = build.kept.get(KEPT)
    if found is None:
        report_slow(build)
        found = build.kept[KEPT] = Connections(build.properties, Certificates(build), run_socks(build))
        build.finish.append(found.finish)
    return found  # type: ignore[no-any-return]


def report_slow(build: Build) -> None:
    """Refuse connections that are to be slowed down: a test at full speed would be another one."""
    for key in SLOW:
        if number(build.properties, key, 0) > 0:
            build.fault("", f"the property {key}: connections are not slowed down", "leave it out, or slow the network")


def number(properties: dict[str, str], key: str, default: int) -> int:
    """Read a property that is a whole number; what is none is the default, as in JMeter's getPropDefault."""
    try:
        return int(properties.get(key, "").strip())
    except ValueError:
        return default
