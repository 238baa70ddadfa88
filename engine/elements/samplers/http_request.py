"""Hot path: HTTP Request. Mirrors HTTPSamplerBase and HTTPHC4Impl of JMeter 5.5.

A request that is the same each time is bytes made once (see http_recipe); what happens here for each sample is one
exchange, and to fill the sample.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING

from pyjm.engine.compile.element import Sampler
from pyjm.engine.compile.java_error import JavaError
from pyjm.engine.compile.merge import merged
from pyjm.engine.compile.registry import element
from pyjm.engine.compile.value import Value, as_flag
from pyjm.engine.http.errors import SOCKET, WireError
from pyjm.engine.http.keeping import WHOLE, Keeping
from pyjm.engine.vu.interrupt import Interrupted
from pyjm.engine.vu.result import HttpSampleResult

from ..config.auth_manager import AuthManager
from ..config.cache_manager import CacheManager, InCache
from ..config.cookie_manager import CookieManager
from ..config.dns_cache_manager import DnsCacheManager
from ..config.header_manager import HeaderManager
from .http_agent import agent_of
from .http_changes import CHANGING, Changes
from .http_connections import connections_of, number
from .http_embedded import Embedded
from .http_fields import Fields, merged_fields
from .http_following import REDIRECTS, automatically, follow
from .http_from_file import SCHEME, FromFile
from .http_making import Unsent
from .http_recipe import Recipe
from .http_result import Filler, missing_location
from .http_target import RefusedUrl
from .http_unsupported import report_unsupported
from .http_way import Ways, run_proxy

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.http.response import Response
    from pyjm.engine.http.table import Table
    from pyjm.engine.plan.tree import Node
    from pyjm.engine.vu.interrupt import Limit
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

    from .http_making import Made
    from .http_target import Target

UNAUTHORIZED = 401
CUT = "Socket closed"
HASH = Keeping(md5=True)
APPLIED = frozenset(("HttpDefaultsGui", "SimpleConfigGui", "LoginConfigGui", "TestBeanGUI"))
"""The GUI classes of config elements that JMeter merges into an HTTP Request."""


@element("HTTPSamplerProxy")
class HttpRequest(Sampler):
    """Sends a request, follows redirects, and says what came of it."""

    result_type = HttpSampleResult
    interruptible = False

    def prepare(self, node: Node, build: Build) -> None:
        written = merged(node, [default for default in build.defaults if default.gui in APPLIED])
        report_unsupported(written, build)
        managers = [config.fields for config in build.configs if isinstance(config, HeaderManager)]
        cookies = [config for config in build.configs if isinstance(config, CookieManager)]
        caches = [config for config in build.configs if isinstance(config, CacheManager)]
        self.cookies = cookies[-1] if cookies else None
        self.cache = caches[-1] if caches else None
        auths = [config for config in build.configs if isinstance(config, AuthManager)]
        self.auth = auths[-1] if auths else None
        resolvers = [config for config in build.configs if isinstance(config, DnsCacheManager)]
        self.dns = resolvers[-1] if resolvers else None
        fields = Fields(merged_fields(managers))
        agent = agent_of(build.properties)
        ways = Ways(written, build, run_proxy(build, agent), agent)
        self.recipe = Recipe(written, build, fields, self.cookies, self.cache, self.auth, agent, ways)
        self.proxied = not ways.constant or ways.always is not None
        protocol = self.recipe.protocol.constant
        may_be_file = protocol is None or protocol.lower() == SCHEME
        self.file = FromFile(self.recipe, build) if may_be_file else None
        self.connections = connections_of(build)
        self.filler = Filler(build.properties.get("sampleresult.default.encoding", ""))
        self.labels_late = self.label.constant is None
        self.changeable = CHANGING in build.kept
        self.md5: Value[bool] = build.value(written.text("HTTPSampler.md5", "false"), written.path).map(as_flag)
        most = max(number(build.properties, "httpsampler.max_bytes_to_store_per_request", 0), 0)
        self.begins = Keeping(most) if most else WHOLE
        self.embedded = Embedded(written, build)
        self.reads_own_body = self.embeds = self.embedded.possible

    async def sample(self, user: User, result: SampleResult) -> SampleResult | None:
        result.begin()
        if self.file is not None and self.file.wants(user):
            try:
                await self.file.sample(user, result)
            except WireError as error:
                self.filler.failure(result, error)
            if self.labels_late:
                result.label = self.label.get(user)
            return result
        recipe = self.recipe
        if self.changeable and self in user.state:
            recipe = user.state.pop(self).done()
        made = recipe.ready
        if made is None or self.labels_late:
            try:
                made = recipe.make(user, result, self.label if self.labels_late else None)
            except WireError as error:
                self.refuse(user, result, error)
                return result
            except JavaError as error:
                self.refuse(user, result, WireError(error.kind, error.text))
                return result
            except InCache:
                return self.cached(result)
        target = made.target
        settings = made.maker.settings
        result.url = target.text
        table = self.table(user, target)
        try:
            exchange = table.exchange(
                target.origin,
                made.request,
                self.keeping(user),
                made.method == "HEAD",
                settings.connect_s,
                settings.response_s,
                made.keep,
            )
            response = await (exchange if user.limit is None else within(user, user.limit, exchange))
        except WireError as error:
            self.failed(result, made, error)
            return result
        if response.status == UNAUTHORIZED and self.auth is not None:
            try:
                made, response = await self.authorized(user, made, response)
            except WireError as error:
                self.failed(result, made, error)
                return result
        if response.status in REDIRECTS or made.entity_is_missing or self.embeds:
            return await self.go_on(user, result, made, response, table)
        self.take(user, result, made, response)
        return result

    def keeping(self, user: User) -> Keeping | None:
        """Tell what is to be kept of a body: nothing where nobody reads it."""
        if not self.keep_body:
            return None
        return HASH if self.md5.get(user) else self.begins

    def changes(self, user: User) -> Changes:
        """Give the next sample's request to a pre-processor, which may change it."""
        changes: Changes | None = user.state.get(self)
        if changes is None:
            changes = user.state[self] = Changes(self.recipe, user)
        return changes

    def table(self, user: User, target: Target) -> Table:
        """Give the user's connections for a target."""
        mine = self.connections.of(user, target, self.dns)
        return self.connections.odd(mine, target) if target.odd else mine.table

    async def authorized(self, user: User, made: Made, response: Response) -> tuple[Made, Response]:
        """Ask once more with the credentials that were asked for, where there are any. Raises WireError."""
        again = self.recipe.answer(user, made, response)
        if again is None:
            return made, response
        first = response
        response = await self.once(user, again)
        connected_ns = response.connect_end_ns or first.connect_end_ns
        return again, response._replace(start_ns=first.start_ns, connect_end_ns=connected_ns)

    async def once(self, user: User, made: Made) -> Response:
        """Send one request, one of several for a sample. Raises WireError where it fails."""
        target = made.target
        settings = made.maker.settings
        exchange = self.table(user, target).exchange(
            target.origin,
            made.request,
            self.keeping(user),
            made.method == "HEAD",
            settings.connect_s,
            settings.response_s,
            made.keep,
        )
        return await (exchange if user.limit is None else within(user, user.limit, exchange))

    async def go_on(
        self, user: User, result: SampleResult, made: Made, response: Response, table: Table
    ) -> SampleResult:
        """Finish a sample that is more than one exchange: a redirect, or a file that could not be read."""
        if made.entity is not None and made.entity.missing is not None:
            table.close()
            self.failed(result, made, made.entity.missing)
            return result
        settings = made.maker.settings
        if settings.auto:
            try:
                made, response = await automatically(self, user, made, response)
            except WireError as error:
                self.failed(result, made, error)
                return result
        await self.finish(user, result, made, response, 0)
        return result

    async def finish(self, user: User, result: SampleResult, made: Made, response: Response, depth: int) -> None:
        """Take an answer, follow where it leads, ask for the files that it names. `depth` counts pages in pages."""
        location = self.take(user, result, made, response, self.embedded.below(user, depth))
        if location is not None and made.maker.settings.follow:
            await follow(self, user, result, made, location, depth)
        elif self.embeds and self.embedded.wants(user, result):
            await self.embedded.download(self, user, result, made, depth)

    def take(
        self, user: User, result: SampleResult, made: Made, response: Response, below: int = 0
    ) -> str | None:
        """Fill a sample from an answer; give where it sends on to, None for nowhere."""
        result.url = made.target.text
        result.sent = made.as_sent(response) if self.proxied else made
        try:
            facts = self.filler.answer(result, response, self.keeping(user))
            leads_on = response.status in REDIRECTS and facts.redirects(made.method)
            if leads_on and facts.location is None:
                raise missing_location(result, made)
            if facts.cookies and self.cookies is not None:
                self.cookies.store(user, facts.cookies, made.target)
            if self.cache is not None:
                self.cache.store(user, made.method, made.target.text, response, made.sent_fields)
        except WireError as error:
            self.filler.failure(result, error, below)
            return None
        return facts.location if leads_on else None

    def cached(self, result: SampleResult) -> SampleResult | None:
        """Fill a sample whose answer is known without asking."""
        assert self.cache is not None
        return result if self.cache.fill(result) else None

    def failed(self, result: SampleResult, made: Made, error: WireError, below: int = 0) -> None:
        """Fill a sample that got no answer."""
        result.sent = made
        self.filler.failure(result, error, below)

    def refuse(self, user: User, result: SampleResult, error: WireError) -> None:
        """Fill a sample whose request could not even be made."""
        if isinstance(error, RefusedUrl):
            result.url = error.url
            result.sent = Unsent(self.recipe.method.get(user), error.url)
            if self.labels_late and not result.label:
                result.label = self.label.get(user)
        else:
            result.url = result.sampler_data = "null"
            result.label = ""
        self.filler.failure(result, error)

    def interrupted(self, user: User, result: SampleResult) -> SampleResult | None:
        self.filler.failure(result, WireError(SOCKET, CUT))
        return result

    def thread_finished(self, user: User) -> None:
        """Close the user's connections."""
        self.connections.close(user)


async def within(user: User, limit: Limit, exchange: Awaitable[Response]) -> Response:
    """Await an answer, under the limit of the sample. Raises WireError where it is cut."""
    try:
        return await limit.wait(user, exchange)
    except Interrupted:
        raise WireError(SOCKET, CUT) from None
