"""Redirects of an HTTP Request: as a chain of sub-results, or unseen. Mirrors HTTPSamplerBase.followRedirects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyjm.engine.http import redirect
from pyjm.engine.http.errors import IO, WireError
from pyjm.engine.vu.result import HttpSampleResult

from ..config.cache_manager import InCache
from .http_error_size import FOLLOWING, TooManyRedirects
from .http_result import fail
from .http_target import RefusedUrl, target_of

if TYPE_CHECKING:
    from pyjm.engine.http.response import Response
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

    from .http_making import Made
    from .http_sampling import Sampling

REDIRECTS = frozenset((301, 302, 303, 307, 308))


async def follow(
    sampler: Sampling, user: User, total: SampleResult, made: Made, location: str, depth: int
) -> None:
    """Follow a redirect to its end: each request becomes a sub-result, the sample looks like the last of them."""
    last = total.copied()
    last.label = f"{total.label}-0" if total.renames else total.url
    last.thread_name = ""  # given to the sub-samples of the sample itself alone
    total.sub_results = [last]
    leads: str | None = location
    below = FOLLOWING + sampler.embedded.below(user, depth)
    status = int(total.response_code)
    for _ in range(sampler.connections.max_redirects):
        try:
            step = redirect.follow(status, made.method, leads, made.target.url)
        except WireError as error:
            fail(last, error)
            leads = None
            break
        assert step is not None
        method, url = step
        before, last = last, HttpSampleResult(total.label, total.thread_name)
        last.begin()
        try:
            made = sampler.recipe.send(user, made.maker, target_of(url, made.maker.settings.way), method, None)
            response = await sampler.once(user, made)
            if response.status == 401 and sampler.auth is not None:
                made, response = await sampler.authorized(user, made, response)
        except InCache:
            leads = None
            last.url = url.text
            if sampler.cached(last) is None:
                last = before
                break
        except WireError as error:
            last.url = error.url if isinstance(error, RefusedUrl) else url.text
            sampler.failed(last, made, error, below)
            leads = None
        else:
            status = response.status
            leads = sampler.take(user, last, made, response, below)
        if leads is None and sampler.embeds and sampler.embedded.wants(user, last):
            await sampler.embedded.download(sampler, user, last, made, depth)
        if not total.renames and not last.sub_results:
            last.label = last.url
        for each in last.sub_results or (last,):
            total.add_sub(each)
        if leads is None:
            break
    if leads is not None:
        most = sampler.connections.max_redirects
        last = last.copied()
        fail(last, WireError(IO, f"Exceeded maximum number of redirects: {most}"))
        total.add_sub(last)
    show(total, last)


def show(total: SampleResult, last: SampleResult) -> None:
    """Make a sample look like the last of its sub-results, but for label, times and sizes."""
    total.url = last.url
    total.sent = last.sent
    total.body = last.body
    total.response_code = last.response_code
    total.success = last.success
    total.response_message = last.response_message
    total.data_type = last.data_type
    total.response_headers = last.response_headers
    total.content_type = last.content_type
    total.encoding = last.encoding


async def automatically(sampler: Sampling, user: User, made: Made, response: Response) -> tuple[Made, Response]:
    """Follow redirects as HttpClient does by itself: only the last answer is seen. Raises WireError where it fails."""
    seen: set[str] = set()
    entity, connected_ns = made.entity, response.connect_end_ns
    while True:
        location = response.header("location")
        step = redirect.follow_automatically(response.status, made.method, location, made.target.url)
        if step is None:
            response.connect_end_ns = response.connect_end_ns or connected_ns
            return made, response
        method, url = step
        target = target_of(url, made.maker.settings.way)
        if len(seen) >= sampler.connections.max_redirects or target.text in seen:
            raise TooManyRedirects
        seen.add(target.text)
        if response.status not in (307, 308) or (entity is not None and not entity.body):
            entity = None
        made = made.maker.send(user, target, method, made.cookie, entity)
        response = await sampler.once(user, made)
        connected_ns = response.connect_end_ns or connected_ns
