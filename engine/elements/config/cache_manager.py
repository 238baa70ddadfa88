"""HTTP Cache Manager. Mirrors org.apache.jmeter.protocol.http.control.CacheManager."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Config, flag, whole
from pyjm.engine.compile.registry import element
from pyjm.engine.http.cache import Cache
from pyjm.engine.http.errors import ILLEGAL_ARGUMENT, WireError
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.clock import wall_ms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyjm.engine.http.cache import Field
    from pyjm.engine.http.response import Response
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

NO_SAMPLE = "RETURN_NO_SAMPLE"
AS_200 = "RETURN_200_CACHE"
CUSTOM = "RETURN_CUSTOM_STATUS"


class InCache(Exception):
    """The answer is known and still holds: nothing is sent."""

    def __init__(self, method: str, url: str) -> None:
        super().__init__(url)
        self.method = method
        self.url = url


@element("CacheManager")
class CacheManager(Config):
    """Remembers what each user has been answered; of several managers in a sampler's scope the outermost counts."""

    clears = flag("clearEachIteration")
    uses_expires = flag("useExpires")
    by_group = flag("CacheManager.controlledByThread")
    most = whole("maxSize", 5000)

    def prepare(self, node: Node, build: Build) -> None:
        properties = build.properties
        self.methods = frozenset(re.split("[ ,]", properties.get("cacheable_methods", "GET").upper()))
        self.mode = properties.get("cache_manager.cached_resource_mode", NO_SAMPLE).strip()
        self.cached_message = properties.get("RETURN_200_CACHE.message", "(ex cache)")
        self.code = properties.get("RETURN_CUSTOM_STATUS.code", "")
        self.message = properties.get("RETURN_CUSTOM_STATUS.message", "")
        if self.mode not in (NO_SAMPLE, AS_200, CUSTOM):
            build.fault(node.path, f"there is no cache_manager.cached_resource_mode={self.mode}", f"take {NO_SAMPLE}")

    def iteration_start(self, user: User) -> None:
        """Forget all, where the manager or the group says so."""
        if not user.same_user if self.by_group.get(user) else self.clears.get(user):
            user.state.pop(self, None)

    def cache(self, user: User) -> Cache:
        """Give what a user remembers. Raises WireError for a size that holds nothing, as JMeter's fails."""
        cache: Cache | None = user.state.get(self)
        if cache is None:
            most = self.most.get(user)
            if most <= 0:
                least = "Initial capacity must be a non negative number"
                raise WireError(ILLEGAL_ARGUMENT, least if most else "LRUMap max size must be greater than 0")
            cache = user.state[self] = Cache(most)
        return cache

    def conditions(self, user: User, method: str, url: str, fields: Sequence[Field]) -> Sequence[Field]:
        """Give the fields that ask whether a known answer still holds; raises InCache where that need not be asked."""
        entry = self.cache(user).find(url, fields)
        if entry is None:
            return ()
        if method.upper() == "GET" and entry.expires_ms is not None and entry.expires_ms > wall_ms():
            raise InCache(method, url)
        asked = (("If-Modified-Since", entry.last_modified), ("If-None-Match", entry.etag))
        return [(name, value) for name, value in asked if value is not None]

    def store(self, user: User, method: str, url: str, response: Response, fields: Sequence[Field]) -> None:
        """Take an answer in."""
        if method.upper() in self.methods and (200 <= response.status <= 299 or response.status == 304):
            self.cache(user).store(url, response, fields, self.uses_expires.get(user), wall_ms())

    def fill(self, result: SampleResult) -> bool:
        """Make a result of an answer that was in the cache; tells whether it makes one at all."""
        if self.mode == NO_SAMPLE:
            return False
        result.end()
        result.response_code, result.response_message = (
            ("200", self.cached_message) if self.mode == AS_200 else (self.code, self.message)
        )
        result.success = True
        return True
