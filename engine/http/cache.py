"""What a user's browser remembers of answers: enough to ask "has it changed?", or not to ask at all.

Mirrors org.apache.jmeter.protocol.http.control.CacheManager: bodies are not kept, only validators and expiry.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from .dates import java_date
from .errors import NULL_POINTER, NUMBER_FORMAT, WireError

if TYPE_CHECKING:
    from .response import Response

Field = tuple[str, str]

YEAR_MS = 365 * 24 * 3600 * 1000
_MAX_AGE = "max-age="
_WHOLE = re.compile("[+-]?[0-9]+").fullmatch
_LONG_MAX = (1 << 63) - 1


class Entry(NamedTuple):
    """What is known of one URL. `expires_ms` is wall time, None where it has to be asked for each time; `vary` says
    that it depends on these request fields, and stands in another entry for each of their values."""

    last_modified: str | None
    etag: str | None
    expires_ms: float | None
    vary: str | None = None


class Cache:
    """One user's entries, at most `most` of them; the one not used for longest makes room."""

    __slots__ = ("_entries", "_most")

    def __init__(self, most: int) -> None:
        self._entries: OrderedDict[object, Entry] = OrderedDict()
        self._most = most

    def find(self, url: str, fields: Sequence[Field]) -> Entry | None:
        """Give what is known of a URL for a request with these fields."""
        entry = self._entry(url)
        if entry is None or entry.vary is None:
            return entry
        return self._entry((url, entry.vary, varying(entry.vary, fields)))

    def store(self, url: str, response: Response, fields: Sequence[Field], use_expires: bool, now_ms: float) -> None:
        """Take what an answer says. `fields` are those of the request as it was sent."""
        vary = response.header("vary")
        last_modified, etag = response.header("last-modified"), response.header("etag")
        control, expires = response.header("cache-control"), response.header("expires")
        if vary == "*" or not any(text and text.strip() for text in (last_modified, expires, etag, control)):
            return
        expires_ms: float | None = None
        if use_expires:
            if control is not None and "no-store" in control:
                return
            expires_ms = expiry(response, control, expires, last_modified, now_ms)
        if vary is not None:
            self._put(url, Entry(last_modified, etag, expires_ms, vary))
            self._put((url, vary, varying(vary, fields)), Entry(last_modified, etag, expires_ms))
        elif self._entry(url) is None:
            self._put(url, Entry(last_modified, etag, expires_ms))

    def _entry(self, key: object) -> Entry | None:
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
        return entry

    def _put(self, key: object, entry: Entry) -> None:
        self._entries[key] = entry
        self._entries.move_to_end(key)
        while len(self._entries) > self._most:
            self._entries.popitem(last=False)


def varying(vary: str, fields: Sequence[Field]) -> tuple[tuple[str, ...], ...]:
    """Give the values of the request fields that an answer depends on; their names are taken to the letter."""
    names = sorted({name.strip() for name in vary.split(",")})
    return tuple(tuple(value for field, value in fields if field == name) for name in names)


def expiry(
    response: Response, control: str | None, expires: str | None, last_modified: str | None, now_ms: float
) -> float | None:
    """Tell until when an answer holds, in wall time; None for one that has to be asked for again each time.

    Raises WireError for fields over which JMeter falls: the sample fails.
    """
    at_ms = None if expires is None else date_ms(expires)
    if control is not None and "no-cache" in control:
        return at_ms
    if control is not None and _MAX_AGE in control:
        digits = control.partition(_MAX_AGE)[2].replace(",", " ").split(" ")[0]
        if not _WHOLE(digits) or abs(int(digits)) > _LONG_MAX:
            raise WireError(NUMBER_FORMAT, f'For input string: "{digits}"')
        return now_ms + int(digits) * 1000
    if expires is not None:
        return at_ms
    date = response.header("date")
    if date and last_modified:
        sent_ms, modified_ms = date_ms(date), date_ms(last_modified)
        if sent_ms is None or modified_ms is None:
            name = "responseDate" if sent_ms is None else "lastModifiedAsDate"
            raise WireError(NULL_POINTER, f'Cannot invoke "java.util.Date.getTime()" because "{name}" is null')
        return now_ms + round((sent_ms - modified_ms) * 0.1)
    return now_ms + YEAR_MS


def date_ms(text: str) -> float | None:
    """Read a date as HTTP writes it, None for what is none."""
    at_s = java_date(text)
    return None if at_s is None else at_s * 1000
