"""The files that a page names, as sub-samples of its sample. Mirrors HTTPSamplerBase.downloadPageResources."""

from __future__ import annotations

from asyncio import Semaphore, gather
from typing import TYPE_CHECKING

from pyjm.engine.charsets.charset import known_charset
from pyjm.engine.compile.value import Value, as_flag
from pyjm.engine.elements.regex import RegexError, compile_regex, is_java, matches
from pyjm.engine.http.errors import WireError
from pyjm.engine.http.resources import BROKEN_PAGE, resources
from pyjm.engine.http.uri import sane_url
from pyjm.engine.vu.charset import Fallback
from pyjm.engine.vu.result import HttpSampleResult

from ..config.cache_manager import InCache
from .http_connections import number
from .http_error_size import EMBEDDED, POOLED
from .http_escapes import UNSUPPORTED_ENCODING
from .http_parsers import parsers_of
from .http_result import fail
from .http_target import RefusedUrl, target_of

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.http.url import Url
    from pyjm.engine.plan.tree import Node
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

    from .http_making import Made
    from .http_sampling import Sampling

POOL = 6
TOO_DEEP = "Maximum frame/iframe nesting depth exceeded."


class Embedded:
    """What an HTTP Request says of the files in its pages."""

    def __init__(self, node: Node, build: Build) -> None:
        self.wanted: Value[bool] = build.value(node.text("HTTPSampler.image_parser", "false"), node.path).map(as_flag)
        self.together = build.value(node.text("HTTPSampler.concurrentDwn", "false"), node.path).map(as_flag)
        self.pool = build.value(node.text("HTTPSampler.concurrentPool", str(POOL)), node.path)
        self.allowed = build.value(node.text("HTTPSampler.embedded_url_re"), node.path)
        self.excluded = build.value(node.text("HTTPSampler.embedded_url_exclude_re"), node.path)
        self.java = is_java(build.properties)
        properties = build.properties
        self.parsers = parsers_of(properties)
        ignored = properties.get("httpsampler.ignore_failed_embedded_resources", "false")
        self.ignores_failures = as_flag(ignored.strip())
        self.hashes = as_flag(properties.get("httpsampler.embedded_resources_use_md5", "false").strip())
        self.separates = as_flag(properties.get("httpsampler.separate.container", "true").strip())
        self.deepest = number(properties, "httpsampler.max_frame_depth", 5)

    @property
    def possible(self) -> bool:
        """Whether the request may ask for them at all."""
        return self.wanted.constant is not False

    def wants(self, user: User, result: SampleResult) -> bool:
        """Tell whether a sample's body is to be looked at."""
        return result.success and result.data_type == "text" and bool(result.body) and self.wanted.get(user)

    async def download(
        self, sampler: Sampling, user: User, page: SampleResult, made: Made, depth: int, apart: bool = False
    ) -> None:
        """Add a sub-sample for each file that a page names; the page becomes the first of them, always if `apart`."""
        if depth > self.deepest:
            deep = page.copied()
            deep.sub_results = None
            fail(deep, WireError("java.lang.Exception", TOO_DEEP))
            page.add_sub(deep)
            return
        agent = next((value for name, value in made.sent_fields if name == "User-Agent"), "")
        try:
            self.check_charset(page)
            found = resources(page.content_type, page.text, made.target.url, agent, self.parsers)
        except WireError as error:
            broken = page.copied()
            broken.sub_results = None
            fail(broken, error)
            self.take(page, broken)
            return
        if not found:
            return
        first = page.copied()
        first.label = f"{page.label}-0" if page.renames else page.url
        first.thread_name = ""  # given to the sub-samples of the sample itself alone
        page.sub_results = [first] if self.separates or apart else []
        wanted = [url for url in found if self.fits(user, url)]
        pool = self.pool_size(user)
        if pool == 1:
            for url in wanted:
                self.take(page, await self.fetch(sampler, user, page, made, url, depth + 1))
            return
        free = Semaphore(pool)
        asking = sampler.hashing() if self.hashes else sampler

        async def fetch(url: Url) -> SampleResult | None:
            async with free:
                sub = await self.fetch(asking, user, page, made, url, depth + 1)
                if sub is not None:
                    sub.sub_results = None
                return sub

        for sub in await gather(*map(fetch, wanted)):
            self.take(page, sub)

    def check_charset(self, page: SampleResult) -> None:
        """See that a page to be looked at can be read. Raises WireError for one in a charset that there is not."""
        named = page.encoding.named if isinstance(page.encoding, Fallback) else ""
        kind = page.content_type.partition(";")[0].strip().lower()
        if named and kind in self.parsers and not known_charset(named):
            raise WireError(BROKEN_PAGE, f"{UNSUPPORTED_ENCODING}: {named}")

    def below(self, user: User, depth: int) -> int:
        """Tell what a failure counts more at a depth of pages in pages."""
        if not depth:
            return 0
        return EMBEDDED * depth if self.pool_size(user) == 1 else POOLED

    def pool_size(self, user: User) -> int:
        """Tell how many files are asked for at once."""
        if not self.together.get(user):
            return 1
        text = self.pool.get(user)
        return max(1, int(text)) if text.isascii() and text.isdigit() else POOL

    def fits(self, user: User, url: Url) -> bool:
        """Tell whether the request's patterns let a file be asked for; one that is broken is none."""
        for pattern, wanted in ((self.allowed.get(user), True), (self.excluded.get(user), False)):
            if pattern:
                try:
                    if matches(compile_regex(pattern, self.java), url.text, self.java) is not wanted:
                        return False
                except RegexError:
                    continue
        return True

    async def fetch(
        self, sampler: Sampling, user: User, page: SampleResult, made: Made, url: Url, depth: int
    ) -> SampleResult | None:
        """Ask for one file; None for one that the cache answers without a sample."""
        sub = HttpSampleResult(page.label, page.thread_name)
        sub.begin()
        try:
            entity = made.entity if made.entity is not None and made.entity.anyhow else None
            target = target_of(sane_url(url), made.maker.settings.way, made.maker.target)
            made = sampler.recipe.send(user, made.maker, target, "GET", entity)
            made, response = await sampler.ask(user, made)
        except InCache as known:
            return sampler.cached(sub, known)
        except WireError as error:
            sub.url = error.url if isinstance(error, RefusedUrl) else url.text
            sampler.failed(sub, made, error, self.below(user, depth))
            return sub
        await sampler.page(user, sub, made, response, depth)
        return sub

    def take(self, page: SampleResult, sub: SampleResult | None) -> None:
        """Add a file's sample; one that failed fails the page."""
        if sub is None:
            return
        if not page.renames and not sub.sub_results:
            sub.label = sub.url
        page.add_sub(sub)
        if self.ignores_failures or (page.success and sub.success):
            return
        page.success = False
        failed = [each for each in page.sub_results or () if not each.success]
        said = "".join(f"{each.url} code:{each.response_code} message:{each.response_message}, " for each in failed)
        page.response_message = f"Embedded resource download error:{said}"
