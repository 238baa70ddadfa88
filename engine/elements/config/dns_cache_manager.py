"""DNS Cache Manager. Mirrors org.apache.jmeter.protocol.http.control.DNSCacheManager."""

from __future__ import annotations

import logging
import re
from math import inf
from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Config, flag
from pyjm.engine.compile.registry import element
from pyjm.engine.http.errors import CLOSED, NULL_POINTER, UNKNOWN_HOST, WireError
from pyjm.engine.http.names import NoSuchHost, Resolver, is_address, system_lookup
from pyjm.engine.plan.tree import Node

from .dns_servers import DnsServers, NoSuchName, OddName

if TYPE_CHECKING:
    from pyjm.engine.compile.value import Value
    from pyjm.engine.vu.user import User


log = logging.getLogger("pyjm.run")
COMMA = re.compile(r"\s*,\s*")


class UnknownName(WireError):
    """A name that neither the plan nor the system knows."""


class Unresolved(WireError):
    """A name for which the plan's own servers gave no address."""


@element("DNSCacheManager")
class DnsCacheManager(Config):
    """Turns names into addresses for each user alone; of several managers in a sampler's scope the outermost counts."""

    clears = flag("DNSCacheManager.clearEachIteration")

    def prepare(self, node: Node, build: Build) -> None:
        self.hosts: list[tuple[Value[str], Value[str]]] = []
        for item in node.items("DNSCacheManager.hosts"):
            if isinstance(item, Node):
                name, address = item.text("StaticHost.Name"), item.text("StaticHost.Address")
                self.hosts.append((build.value(name, node.path), build.value(address, node.path)))
        written = node.items("DNSCacheManager.servers") if node.flag("DNSCacheManager.isCustomResolver") else []
        self.servers = [build.value(str(item), node.path) for item in written if not isinstance(item, Node)]

    def iteration_start(self, user: User) -> None:
        """Forget what was looked up, where the manager says so."""
        resolver: Resolver | None = user.state.get(self)
        if resolver is not None and self.clears.get(user):
            resolver.clear()
            user.state.pop((self, "without"), None)

    def resolver(self, user: User) -> Resolver:
        """Give what looks names up for a user."""
        resolver: Resolver | None = user.state.get(self)
        if resolver is None:

            async def lookup(host: str) -> list[str]:
                return await self.lookup(user, servers, host)

            servers = Own([value.get(user) for value in self.servers]) if self.servers else None
            resolver = user.state[self] = Resolver(lookup, keep_s=inf, addresses_too=servers is not None)
        return resolver

    async def lookup(self, user: User, servers: Own | None, host: str) -> list[str]:
        """Give the addresses of a name: those of the plan, else what its servers, or the system, say."""
        for name, addresses in self.hosts:
            written = name.get(user)
            if written.lower() == host.lower():
                if written != host:  # JMeter finds it without its case, and then nothing with it
                    raise WireError(CLOSED, "Connection is closed")
                return await self.of_plan(user, servers, host, COMMA.split(addresses.get(user)))
        if servers is not None:
            return await servers.addresses(host)
        try:
            return await system_lookup(host)
        except NoSuchHost as error:
            raise UnknownName(UNKNOWN_HOST, str(error)) from None

    async def of_plan(self, user: User, servers: Own | None, host: str, written: list[str]) -> list[str]:
        """Give the addresses that the plan has for a host. Raises WireError where it has none, found out only once."""
        without: set[str] = user.state.setdefault((self, "without"), set())
        found: list[str] = []
        if host not in without:
            for address in written:
                found += await self.of_line(servers, address)
        if not found:
            without.add(host)
            raise WireError(CLOSED, "Connection is closed")
        return found

    async def of_line(self, servers: Own | None, address: str) -> list[str]:
        """Give what one address of the plan stands for; JMeter asks its servers for addresses as for names."""
        if servers is not None:
            try:
                return await servers.addresses(address)
            except WireError:
                log.warning("%s: no server knows %s", self.path, address)
        if is_address(address):
            return [address]
        try:
            return await system_lookup(address)
        except NoSuchHost:
            return []


class Own:
    """The servers that one user asks, by the names that the plan has for them."""

    def __init__(self, names: list[str]) -> None:
        self._names = names
        self._servers: DnsServers | None = None
        self._failed = False

    async def addresses(self, host: str) -> list[str]:
        """Give the addresses of a host. Raises WireError."""
        if self._servers is None and not self._failed:
            try:
                self._servers = DnsServers([await self._address(name) for name in self._names])
            except NoSuchHost as error:
                log.warning("Failed to create Extended resolver: %s", error)
                self._failed = True
        if self._servers is None:
            why = "failed to initialize resolver or no resolver found"
            raise Unresolved(UNKNOWN_HOST, f"Could not resolve host:{host}, {why}")
        try:
            return await self._servers.addresses(host)
        except NoSuchName:
            raise Unresolved(UNKNOWN_HOST, f"Failed to resolve host name: {host}") from None
        except OddName:
            text = 'Cannot read the array length because "addresses" is null'
            raise Unresolved(NULL_POINTER, text) from None

    async def _address(self, name: str) -> str:
        return name if is_address(name) else (await system_lookup(name))[0]
