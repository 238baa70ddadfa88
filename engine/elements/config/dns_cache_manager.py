"""DNS Cache Manager. Mirrors org.apache.jmeter.protocol.http.control.DNSCacheManager."""

from __future__ import annotations

import re
from math import inf
from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Config, flag
from pyjm.engine.compile.registry import element
from pyjm.engine.http.errors import CLOSED, UNKNOWN_HOST, WireError
from pyjm.engine.http.names import NoSuchHost, Resolver, is_address, system_lookup
from pyjm.engine.plan.tree import Node

if TYPE_CHECKING:
    from pyjm.engine.compile.value import Value
    from pyjm.engine.vu.user import User


COMMA = re.compile(r"\s*,\s*")


class UnknownName(WireError):
    """A name that neither the plan nor the system knows."""


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
        if node.flag("DNSCacheManager.isCustomResolver") and node.items("DNSCacheManager.servers"):
            build.fault(node.path, "DNS servers of the plan's own are not supported yet", "use the system's resolver")

    def iteration_start(self, user: User) -> None:
        """Forget what was looked up, where the manager says so."""
        resolver: Resolver | None = user.state.get(self)
        if resolver is not None and self.clears.get(user):
            resolver.clear()

    def resolver(self, user: User) -> Resolver:
        """Give what looks names up for a user."""
        resolver: Resolver | None = user.state.get(self)
        if resolver is None:

            async def lookup(host: str) -> list[str]:
                return await self.lookup(user, host)

            resolver = user.state[self] = Resolver(lookup, keep_s=inf)
        return resolver

    async def lookup(self, user: User, host: str) -> list[str]:
        """Give the addresses of a name: those of the plan, else the system's."""
        for name, addresses in self.hosts:
            written = name.get(user)
            if written.lower() == host.lower():
                if written != host:  # JMeter finds it without its case, and then nothing with it
                    raise WireError(CLOSED, "Connection is closed")
                found: list[str] = []
                for address in COMMA.split(addresses.get(user)):
                    found += [address] if is_address(address) else await system_lookup(address)
                return found
        try:
            return await system_lookup(host)
        except NoSuchHost as error:
            raise UnknownName(UNKNOWN_HOST, str(error)) from None
