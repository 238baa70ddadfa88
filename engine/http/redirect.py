"""Where a redirect leads by JMeter's own following."""

from __future__ import annotations

from .errors import ILLEGAL_ARGUMENT, WireError
from .uri import sane_url
from .url import Url, collapse_dots, parse_url


def is_redirect(status: int, method: str) -> bool:
    """Tell whether JMeter calls an answer a redirect: 307 is one for GET and HEAD only."""
    return status in (301, 302, 303, 308) or (status == 307 and method in ("GET", "HEAD"))


def follow(
    status: int, method: str, location: str | None, url: Url, *, dots: bool = True
) -> tuple[str, Url] | None:
    """Give method and URL of the next request if JMeter's "follow redirects" makes one, None if there is none.

    HEAD stays HEAD, every other method becomes GET, after 308 too. The next request has the plan's fields as the first
    had, Content-Type included, and no body. Raises WireError for a location that leads nowhere; without a location the
    sample itself fails. How many to follow (httpsampler.max_redirects) is the caller's to count: after 20 JMeter adds
    a failed sample of java.io.IOException, "Exceeded maximum number of redirects: 20".

    `dots` says to take "/.." out of the location (httpsampler.redirect.removeslashdotdot).
    """
    if not is_redirect(status, method):
        return None
    if location is None:
        raise WireError(ILLEGAL_ARGUMENT, f"Missing location header in redirect for {method} {url.text} HTTP/1.1")
    location = (collapse_dots(location) if dots else location).replace(" ", "%20")
    return "HEAD" if method == "HEAD" else "GET", sane_url(relative(location, url))


def relative(location: str, url: Url) -> Url:
    """Resolve a location, or a reference of a page; one that climbs above the root begins at the root."""
    target = parse_url(location, url)
    if location.startswith("../"):
        climbed = target.path
        while climbed.startswith("/../"):
            climbed = climbed[3:]
            location = location.removeprefix("../")
        if climbed != target.path:
            target = parse_url(location, url)
    return target
