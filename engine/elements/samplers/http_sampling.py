"""Hot path: the samples of one HTTP Request. Mirrors HTTPSamplerBase and HTTPHC4Impl of JMeter 5.5.

A request that is the same each time is bytes made once (see http_recipe); what happens here for each sample is one
exchange, and to fill the sample.
"""

from __future__ import annotations

from asyncio import CancelledError, to_thread
from collections.abc import Awaitable, Callable
from copy import copy
from typing import TYPE_CHECKING

from pyjm.engine.compile.java_error import JavaError
from pyjm.engine.http.call import Call
from pyjm.engine.http.errors import FILE_NOT_FOUND, ILLEGAL_ARGUMENT, SOCKET, WireError
from pyjm.engine.http.keeping import Keeping
from pyjm.engine.vu.interrupt import Interrupted

from ..config.cache_manager import InCache
from .http_changes import Changes
from .http_following import REDIRECTS, UNAUTHORIZED, automatically, follow
from .http_making import Refused, Unsent
from .http_result import Filler, missing_location, unpack_apart
from .http_target import RefusedUrl

if TYPE_CHECKING:
    from pyjm.engine.http.response import Response
    from pyjm.engine.http.table import Table
    from pyjm.engine.vu.interrupt import Limit
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

    from ..config.auth_manager import AuthManager
    from ..config.cache_manager import CacheManager
    from ..config.cookie_manager import CookieManager
    from ..config.dns_cache_manager import DnsCacheManager
    from .http_connections import Connections
    from .http_embedded import Embedded
    from .http_from_file import FromFile
    from .http_making import Made
    from .http_recipe import Recipe
    from .http_target import Target

MAY_BE_LARGE = 500
"""Gzip makes of half a megabyte no less than so many bytes."""

CUT = "Socket closed"


class Sampling:
    """Sends requests, follows redirects, and says what came of it.

    `label` is there where it is evaluated in mid-sample. `called` is the request that is the same each time, where its
    sample needs no second thought; it is sent as `same_call`. `md5` tells whether a body is kept as its hash, None
    where it never is; `begins` how much of it is kept otherwise. `shown_as_sent` is set where an answer may tell that
    another request was sent than the one that was made. `keep_body` tells whether anything reads the body.
    """

    __slots__ = (
        "auth", "begins", "cache", "called", "changeable", "connections", "cookies", "dns", "embedded", "embeds",
        "file", "filler", "hashes", "keep_body", "label", "labels_late", "md5", "recipe", "same_call", "shown_as_sent",
    )  # fmt: skip

    def __init__(
        self,
        recipe: Recipe,
        connections: Connections,
        filler: Filler,
        embedded: Embedded,
        *,
        label: Callable[[User], str],
        labels_late: bool,
        file: FromFile | None,
        dns: DnsCacheManager | None,
        shown_as_sent: bool,
        changeable: bool,
        begins: Keeping,
        md5: Callable[[User], bool] | None,
    ) -> None:
        self.recipe = recipe
        self.cookies: CookieManager | None = recipe.cookies
        self.cache: CacheManager | None = recipe.cache
        self.auth: AuthManager | None = recipe.auth
        self.dns = dns
        self.connections = connections
        self.filler = filler
        self.embedded = embedded
        self.embeds = embedded.possible
        self.label = label
        self.labels_late = labels_late
        self.file = file
        self.shown_as_sent = shown_as_sent
        self.changeable = changeable
        self.begins = begins
        self.hashes = begins._replace(most=0, md5=True)
        self.md5 = md5
        self.keep_body = True
        self.called: Made | None = None
        self.same_call: Call

    @property
    def direct(self) -> Sampling | None:
        """Make samples without a coroutine where most of them need none."""
        return None if self.labels_late or self.changeable or self.file is not None else self

    async def sample(self, user: User, result: SampleResult) -> SampleResult | None:
        """Fill and give back a sample, None for no sample."""
        result.begin()
        if self.file is not None and self.file.wants(user):
            return await self.from_file(self.file, user, result)
        made = self.recipe.ready
        if made is None or self.labels_late or self.changeable:
            try:
                made = self.make(user, result)
            except (WireError, JavaError) as error:
                self.refuse(user, result, error if isinstance(error, WireError) else WireError(error.kind, error.text))
                return result
            except InCache as known:
                return self.cached(result, known)
        table = self.table(user, made.target)
        result.url = made.target.text
        try:
            answer = table.begin(self.call(user, made)) if user.limit is None else None
            if answer is None:
                response = await self.exchange(user, made, table)
            else:
                await user.drive  # type: ignore[misc]
                response = answer.take()
        except CancelledError:
            table.cut()
            raise
        except WireError as error:
            self.failed(result, made, error)
            return result
        return result if self.suffices(user, result, made, response) else await self.go_on(user, result, made, response)

    def start(self, user: User, result: SampleResult) -> bool:
        """Send a request that is the same each time over a connection that is there; else do nothing."""
        made = self.recipe.ready
        if made is None:
            return False
        result.begin()
        result.url = made.target.text
        return self.table(user, made.target).begin(self.call(user, made)) is not None

    def finish(self, user: User, result: SampleResult) -> Response | None:
        """Fill a sample with what came; gives an answer that is more than that."""
        made = self.recipe.ready
        assert made is not None
        answer = self.table(user, made.target).answer
        assert answer is not None
        try:
            response = answer.take()
        except WireError as error:
            self.failed(result, made, error)
            return None
        return None if self.suffices(user, result, made, response) else response

    async def rest(self, user: User, result: SampleResult, more: Response | CancelledError) -> SampleResult | None:
        """Go on with an answer that `finish` gave, or end a sample that was cut."""
        made = self.recipe.ready
        assert made is not None
        if isinstance(more, CancelledError):
            self.table(user, made.target).cut()
            raise more
        return await self.go_on(user, result, made, more)

    async def from_file(self, file: FromFile, user: User, result: SampleResult) -> SampleResult:
        """Fill a sample with a file's content."""
        try:
            await file.sample(user, result)
        except WireError as error:
            self.filler.failure(result, error)
        if self.labels_late:
            result.label = self.label(user)
        return result

    def make(self, user: User, result: SampleResult) -> Made:
        """Make the request of one sample. Raises WireError, JavaError and InCache."""
        recipe = self.recipe
        if self.changeable and self in user.state:
            recipe = user.state.pop(self).done()
        if recipe.ready is not None and not self.labels_late:
            return recipe.ready
        return recipe.make(user, result, self.label if self.labels_late else None)

    def suffices(self, user: User, result: SampleResult, made: Made, response: Response) -> bool:
        """Fill a sample from an answer that needs no second look, as most: tell whether it is one."""
        status = response.status
        if self.embeds or len(response.body) >= MAY_BE_LARGE:
            return False
        if status >= 300 and (status == UNAUTHORIZED or status in REDIRECTS):
            return False
        if made is not self.called and made.entity_is_missing:
            return False
        self.take(user, result, made, response)
        return True

    def call(self, user: User, made: Made) -> Call:
        """Give the exchange that a request is for. Where all samples have one request, it is made once."""
        if made is self.called:
            return self.same_call
        keeping = self.keeping(user)
        target = made.target
        settings = made.maker.settings
        to_head = made.method == "HEAD"
        held, body = (-1, None) if made.entity is None else (made.held, made.following)
        limits = settings.connect_s, settings.response_s
        call = Call(target.origin, made.request, keeping, to_head, made.keep, *limits, held, body)
        if self.md5 is None and made is self.recipe.ready and not (settings.auto or made.entity_is_missing):
            self.called, self.same_call = made, call
        return call

    async def exchange(self, user: User, made: Made, table: Table) -> Response:
        """Send one request, under the limit of the sample. Raises WireError where it fails."""
        exchange = table.exchange(self.call(user, made))
        return await (exchange if user.limit is None else within(user, user.limit, exchange))

    def keeping(self, user: User) -> Keeping | None:
        """Tell what is to be kept of a body: nothing where nobody reads it."""
        if not self.keep_body:
            return None
        return self.hashes if self.md5 is not None and self.md5(user) else self.begins

    def hashing(self) -> Sampling:
        """Give what differs in that of each body the hash is kept."""
        made = copy(self)
        made.md5 = _always
        return made

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
        if not made.maker.challenged:
            return made, response
        first = response
        handshake = self.recipe.handshake(user, made.target, response)
        if handshake is not None:
            while response.status == UNAUTHORIZED:
                fields = response.all_of("www-authenticate")
                given = await to_thread(handshake.reply, fields) if handshake.slow else handshake.reply(fields)
                again = self.recipe.replying(user, made, given)
                if again is None:
                    break
                made, response = again, await self.once(user, again)
            if response is not first:
                return made, response.after(first)
        again = self.recipe.answer(user, made, response)
        if again is None:
            return made, response
        response = await self.once(user, again)
        return again, response.after(first)

    async def once(self, user: User, made: Made) -> Response:
        """Send one request, one of several for a sample. Raises WireError where it fails."""
        response = await self.exchange(user, made, self.table(user, made.target))
        if len(response.body) >= MAY_BE_LARGE:
            await unpack_apart(response, self.keeping(user), self.filler.packing(response))
        return response

    async def ask(self, user: User, made: Made) -> tuple[Made, Response]:
        """Send one request, with credentials where they are asked for, and follow what HttpClient follows by itself.

        Raises WireError where it fails.
        """
        response = await self.once(user, made)
        if response.status == UNAUTHORIZED and self.auth is not None:
            made, response = await self.authorized(user, made, response)
        return await self.automatically(user, made, response) if made.maker.settings.auto else (made, response)

    async def automatically(self, user: User, made: Made, response: Response) -> tuple[Made, Response]:
        """Follow redirects by itself: only the last answer is seen. Raises WireError where it fails."""
        return await automatically(self, user, made, response)

    def unlocated(self, result: SampleResult, made: Made) -> None:
        """Fail for a redirect that names no place to go to."""
        raise missing_location(result, made)

    async def go_on(
        self, user: User, result: SampleResult, made: Made, response: Response
    ) -> SampleResult:
        """Finish a sample whose answer asks for more: credentials, another place, a page's files, much to unpack."""
        try:
            if response.status == UNAUTHORIZED and self.auth is not None:
                made, response = await self.authorized(user, made, response)
        except CancelledError:
            self.table(user, made.target).cut()
            raise
        except WireError as error:
            self.failed(result, made, error)
            return result
        if len(response.body) >= MAY_BE_LARGE:
            await unpack_apart(response, self.keeping(user), self.filler.packing(response))
        if not (response.status in REDIRECTS or made.entity_is_missing or self.embeds):
            self.take(user, result, made, response)
            return result
        if made.entity is not None and made.entity.missing is not None:
            self.table(user, made.target).close()
            self.failed(result, made, made.entity.missing)
            return result
        if made.maker.settings.auto:
            try:
                made, response = await self.automatically(user, made, response)
            except WireError as error:
                self.failed(result, made, error)
                return result
        await self.page(user, result, made, response, 0)
        return result

    async def page(self, user: User, result: SampleResult, made: Made, response: Response, depth: int) -> None:
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
        if made is not self.called:
            result.url = made.target.asked if made.maker.settings.auto else made.target.text
        result.sent = made.as_sent(response) if self.shown_as_sent else made
        try:
            facts = self.filler.answer(result, response, self.keeping(user))
            leads_on = response.status >= 300 and response.status in REDIRECTS and facts.redirects(made.method)
            if leads_on and facts.location is None:
                self.unlocated(result, made)
                leads_on = False
            if facts.cookies and self.cookies is not None:
                self.cookies.store(user, facts.cookies, made.target)
            if self.cache is not None:
                self.cache.store(user, made.method, made.target.text, response, made.sent_fields)
        except WireError as error:
            self.filler.failure(result, error, below)
            return None
        return facts.location if leads_on else None

    def cached(self, result: SampleResult, known: InCache) -> SampleResult | None:
        """Fill a sample whose answer is known without asking."""
        assert self.cache is not None
        result.url = known.url
        result.sent = Unsent(known.method, known.url)
        return result if self.cache.fill(result) else None

    def failed(self, result: SampleResult, made: Made, error: WireError, below: int = 0) -> None:
        """Fill a sample that got no answer; of what fails by a RuntimeException JMeter shows no fields."""
        sent = b"" if error.kind == ILLEGAL_ARGUMENT else error.request
        result.sent = made if sent is None else made._replace(request=sent)
        self.filler.failure(result, error, below)

    def refuse(self, user: User, result: SampleResult, error: WireError) -> None:
        """Fill a sample whose request could not even be made."""
        if isinstance(error, RefusedUrl):
            if error.kind == FILE_NOT_FOUND:  # JMeter notices while it sends
                self.table(user, self.recipe.whole(error.url, None)).close()
            result.url = error.url
            result.sent = Unsent(self.recipe.method.get(user), error.url)
            if self.labels_late and not result.label:
                result.label = self.label(user)
        elif isinstance(error, Refused):
            result.sent = error.made
            result.url = error.made.target.text
        else:
            result.sampler_data = "null"
            result.label = ""
        self.filler.failure(result, error)

    def interrupted(self, user: User, result: SampleResult) -> SampleResult:
        """Fill a sample that was cut."""
        self.filler.failure(result, WireError(SOCKET, CUT))
        return result


def _always(user: User) -> bool:
    return True


async def within(user: User, limit: Limit, exchange: Awaitable[Response]) -> Response:
    """Await an answer, under the limit of the sample. Raises WireError where it is cut."""
    try:
        return await limit.wait(user, exchange)
    except Interrupted:
        raise WireError(SOCKET, CUT) from None
