"""Where a redirect leads that JMeter calls automatic: Apache HttpClient 4's way, which holds locations to be URIs."""

from __future__ import annotations

import re

from .errors import PROTOCOL, WireError
from .uri import check_uri, request_target, server_of
from .url import Url, parse_url

_REFERENCE = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.\-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)

_WRAPPED = 924
"""By how much Java's stack trace is longer for a URI's fault within HttpClient's own."""
_FAULTS = {"Malformed escape": 1181, "Expected closing": 1195, "Expected authority": 1070, "Expected scheme": 1003}
_NO_HOST = 1230


class Circular(WireError):
    """A redirect that leads to where one has led before."""

    def __init__(self, location: str) -> None:
        super().__init__(PROTOCOL, "null")
        self.trace_bytes = 1452 + len(f"Circular redirect to '{location}'")


class Nowhere(WireError):
    """A redirect without a location, all but 302."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(PROTOCOL, "null")
        said = f"HTTP/1.1 {status} {reason}"
        self.trace_bytes = 1437 + len(f"Received redirect response {said} but no location header")


def follow_automatically(
    status: int, reason: str, method: str, location: str | None, url: Url
) -> tuple[str, Url] | None:
    """Give method and URL of the next request as "redirect automatically" makes it, None if there is none.

    After 303 all methods are followed, else all but PUT, PATCH and OPTIONS. After 307 and 308 method and body stay;
    else HEAD stays and all others become GET. Only the last answer makes a sample. The URL keeps its fragment, by which
    circles are told apart; it is not asked for. Raises WireError for none,
    for a location that is no URI, or without a host.
    """
    if status not in (301, 302, 303, 307, 308) or (location is None and status == 302):
        return None
    if status != 303 and method not in ("GET", "HEAD", "POST", "DELETE"):
        return None
    if location is None:
        raise Nowhere(status, reason)
    if status not in (307, 308) and method != "HEAD":
        method = "GET"
    return method, resolved(location, url)


def resolved(location: str, url: Url) -> Url:
    """Resolve a location as java.net.URI does, and normalize it as HttpClient does. Raises WireError."""
    found = _REFERENCE.fullmatch(location)
    assert found is not None
    scheme, authority, path, query, fragment = found.groups()
    _check(location, found)
    if scheme is not None and not authority:
        raise _failed(f"Redirect URI does not specify a valid host name: {location}", _NO_HOST)
    if authority:
        try:
            target = parse_url(location, url)
            server_of(target)
        except WireError:
            raise _failed(f"Redirect URI does not specify a valid host name: {location}", _NO_HOST) from None
        target = target._replace(path=path)
    elif not path:
        asked = url.query if query is None else query
        target = url._replace(query=asked, ref=fragment)
    else:
        begin = "" if path.startswith("/") else url.path[: url.path.rfind("/") + 1] or "/"
        target = url._replace(path=begin + path, query=query, ref=fragment)
    return _normal(target)


def _normal(url: Url) -> Url:
    """Without user, dots and empty segments, in ASCII."""
    segments: list[str] = []
    given = url.path.split("/")[1:]
    for segment in given:
        if segment == "..":
            del segments[-1:]
        elif segment != ".":
            segments.append(segment)
    if given and given[-1] in (".", ".."):
        segments.append("")
    # an empty segment in front makes HttpClient's request line unescape and escape all of the path
    line = request_target(url._replace(path="//" + "/".join(segments), query=None))
    authority = url.authority.rpartition("@")[2]
    return url._replace(authority=authority, user=None, path=line)


def _check(location: str, found: re.Match[str]) -> None:
    """Hold a location against the syntax of URIs. Raises WireError."""
    scheme, authority, path, query, fragment = found.groups()
    problem = ""
    if scheme is None and authority is None and ":" in path.partition("/")[0]:
        problem = "Expected scheme name at index 0"
    elif authority == "" and not path:
        problem = f"Expected authority at index {location.index('//') + 2}"
    if location and not problem:
        try:
            check_uri(Url(scheme or "", authority or "", None, "", -1, path, query, fragment))
        except WireError as error:
            problem = error.text.rpartition(f": {scheme or ''}:")[0]
            place = re.fullmatch(r"(.* at index )(\d+)", problem)
            if place is not None and scheme is None:  # what was checked begins with a colon of its own
                problem = f"{place[1]}{int(place[2]) - 1}"
    if problem:
        added = next((size for begin, size in _FAULTS.items() if problem.startswith(begin)), 1067) + _WRAPPED
        raise _failed(f"Invalid redirect URI: {location}{problem}: {location}", added)


def _failed(told: str, trace_bytes: int) -> WireError:
    error = WireError(PROTOCOL, "null")
    error.trace_bytes = trace_bytes + len(told)
    return error
