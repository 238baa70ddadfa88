"""Redirects of an HTTP Request: as a chain of sub-results, or unseen. Mirrors HTTPSamplerBase.followRedirects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyjm.engine.http import redirect
from pyjm.engine.http.client_redirect import Circular, follow_automatically
from pyjm.engine.http.errors import IO, WireError
from pyjm.engine.vu.result import HttpSampleResult

from ..config.cache_manager import InCache
from .http_error_size import FOLLOWING, TooManyRedirects, error_bytes, location_bytes
from .http_result import fail
from .http_target import RefusedUrl, target_of

if TYPE_CHECKING:
    from pyjm.engine.http.response import Response
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

    from .http_making import Made
    from .http_sampling import Sampling

UNAUTHORIZED = 401
CLIENT_MOST = 50
"""The redirects that HttpClient follows where it is told none or less."""
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
            step = redirect.follow(status, made.method, leads, made.target.url, dots=sampler.connections.collapses)
        except WireError as refused:
            fail(last, refused)
            if not last.body_bytes:  # JMeter takes its own text about it for the body
                last.body_bytes = location_bytes(refused)
                total.body_bytes += last.body_bytes
            leads = None
            break
        assert step is not None
        method, url = step
        before, last = last, HttpSampleResult(total.label, total.thread_name)
        last.begin()
        try:
            target = target_of(url, made.maker.settings.way, made.maker.target)
            made = sampler.recipe.send(user, made.maker, target, method, None)
            response = await sampler.once(user, made)
            if response.status == UNAUTHORIZED and sampler.auth is not None:
                made, response = await sampler.authorized(user, made, response)
        except InCache as known:
            leads = None
            if sampler.cached(last, known) is None:
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
            await sampler.embedded.download(sampler, user, last, made, depth, apart=True)
        if not total.renames and not last.sub_results:
            last.label = last.url
        for each in last.sub_results or (last,):
            total.add_sub(each)
        if leads is None:
            break
    if leads is not None:
        most = sampler.connections.max_redirects
        last = last.copied()
        exceeded = WireError(IO, f"Exceeded maximum number of redirects: {most}")
        fail(last, exceeded)
        last.body_bytes = last.body_bytes or error_bytes(exceeded)
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
    first, entity, connected_ns, own = made, made.entity, response.connect_end_ns, made.own
    most = sampler.connections.max_redirects if sampler.connections.max_redirects > 0 else CLIENT_MOST
    while True:
        location = next(iter(response.all_of("location")), None)
        step = follow_automatically(response.status, response.reason, made.method, location, made.target.url)
        if step is None:
            made = made._replace(method=first.method, entity=first.entity)  # what the sample shows
            response.connect_end_ns = response.connect_end_ns or connected_ns
            return made, response
        method, url = step
        if len(seen) >= most:
            raise TooManyRedirects(most)
        if url.text in seen:
            raise Circular(url.text)
        seen.add(url.text)
        target = target_of(url._replace(ref=None), made.maker.settings.way)
        if target.origin != first.target.origin:  # JMeter has a client for each server that it asks by itself
            target.odd = f"{target.odd} after {first.target.origin} {first.target.odd}"
        if response.status not in (307, 308) or method == "GET" or (entity is not None and not entity.body):
            own = own.adding(entity.typed) if entity is not None else own
            entity = None
        ahead = None
        if sampler.auth is not None and "authorization" not in own.names:
            ahead = sampler.auth.ahead(user, target)
        own_fields = None if entity is not None else own
        made = made.maker.send(user, target, method, made.cookie, entity, own_fields, ahead)
        response = await sampler.once(user, made)
        if response.status == UNAUTHORIZED and sampler.auth is not None:
            made, response = await sampler.authorized(user, made, response)
        connected_ns = response.connect_end_ns or connected_ns
