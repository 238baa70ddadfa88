# cython: boundscheck=False, wraparound=False, cdivision=True
"""Hot path: the usual line of a CSV file, written letter by letter into one buffer.

What the compiled core has in place of the expression in rows.py; as Python it is slower than that, and not used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

IS_COMPILED = not __file__.endswith(".py")

_ROOM = 1 << 12
_NUMBER_MAX = 20
"""Letters that a whole number may need, with its sign."""


class PlainRow:
    """Writes the rows of one file that need no quotes.

    `careful` writes those that do, `family` those of a sample with sub-results. `flags` are the columns that there are,
    `stamp` writes the time where it is a date, `ends` says that it is that of a sample's end; `names` are the variables
    at the line's end. The delimiter is one ASCII character.
    """

    __slots__ = (
        "all_threads", "at", "buffer", "bytes", "careful", "code", "connect", "data_type", "default_encoding",
        "delimiter", "elapsed", "encoding", "ends", "failure", "family", "file", "group_threads", "host", "hostname",
        "idle", "label", "latency", "message", "millis", "names", "odd", "sample_count", "sent_bytes", "special",
        "stamp", "success", "thread", "url",
    )  # fmt: skip

    def __init__(
        self,
        flags: Any,
        delimiter: str,
        careful: Callable[[SampleResult, User], str],
        *,
        host: str,
        default_encoding: str,
        names: Sequence[str],
        ends: bool,
        millis: bool,
        stamp: Callable[[int], str] | None,
    ) -> None:
        self.delimiter = ord(delimiter)
        self.special = bytes([chr(code) in f'"\r\n{delimiter}' for code in range(128)])
        self.buffer = bytearray(_ROOM)
        self.at = 0
        self.odd = False
        self.careful = careful
        self.family: Callable[[SampleResult, User], str] | None = None
        self.host = host
        self.default_encoding = default_encoding
        self.names = list(names)
        self.ends = ends
        self.millis = millis
        self.stamp = stamp
        self.elapsed = "time" in flags
        self.label = "label" in flags
        self.code = "response_code" in flags
        self.message = "response_message" in flags
        self.thread = "thread_name" in flags
        self.data_type = "data_type" in flags
        self.success = "successful" in flags
        self.failure = "assertion_results_failure_message" in flags
        self.bytes = "bytes" in flags
        self.sent_bytes = "sent_bytes" in flags
        self.group_threads = self.all_threads = "thread_counts" in flags
        self.url = "url" in flags
        self.file = "filename" in flags
        self.latency = "latency" in flags
        self.encoding = "encoding" in flags
        self.sample_count = "sample_count" in flags
        self.hostname = "hostname" in flags
        self.idle = "idle_time" in flags
        self.connect = "connect_time" in flags

    def __call__(self, result: SampleResult, user: User) -> str:
        """Write a row."""
        return self.row(result, user)

    def row(self, result: SampleResult, user: User) -> str:
        """Write a row."""
        if self.family is not None and result.sub_results:
            return self.family(result, user)
        self.at = 0
        self.odd = False
        self.first(result)
        self.last(result)
        for name in self.names:
            value = user.vars.get(name)
            self.put("null" if value is None else str(value))
        if self.odd:
            return self.careful(result, user)
        return self.buffer[: max(self.at - 1, 0)].decode()

    def put(self, text: Any) -> None:
        """Write a column of text; one that needs quotes, or that a script has put there, is odd."""
        if type(text) is not str:
            self.odd = True
            return
        self.letters(text)

    def letters(self, text: str) -> None:
        """Write a text's letters, and the delimiter."""
        at = self.at
        if at + 4 * len(text) >= len(self.buffer):
            self.buffer.extend(bytes(4 * len(text) + _ROOM))
        buffer, special = self.buffer, self.special
        for letter in text:
            code = ord(letter)
            if code < 0x80:
                if special[code]:
                    self.odd = True
                    return
                buffer[at] = code
                at += 1
                continue
            if code < 0x800:
                buffer[at] = 0xC0 | code >> 6
            else:
                if code < 0x10000:
                    if 0xD800 <= code < 0xE000:  # half of a pair
                        self.odd = True
                        return
                    buffer[at] = 0xE0 | code >> 12
                else:
                    buffer[at] = 0xF0 | code >> 18
                    at += 1
                    buffer[at] = 0x80 | code >> 12 & 0x3F
                at += 1
                buffer[at] = 0x80 | code >> 6 & 0x3F
            buffer[at + 1] = 0x80 | code & 0x3F
            at += 2
        buffer[at] = self.delimiter
        self.at = at + 1

    def number(self, number: int) -> None:
        """Write a column of a whole number."""
        at = self.at
        if at + _NUMBER_MAX >= len(self.buffer):
            self.buffer.extend(bytes(_ROOM))
        buffer = self.buffer
        if number < 0:
            buffer[at] = 45
            at += 1
            number = -number
        rest = number
        while rest > 9:
            at += 1
            rest //= 10
        self.at = at + 2
        buffer[at + 1] = self.delimiter
        while number > 9:
            buffer[at] = 48 + number % 10
            at -= 1
            number //= 10
        buffer[at] = 48 + number

    def first(self, result: SampleResult) -> None:
        """Write the columns up to the failure message."""
        at_ms = result.end_ms if self.ends else result.start_ms
        if self.stamp is not None:
            self.put(self.stamp(at_ms))
        elif self.millis:
            self.number(at_ms)
        if self.elapsed:
            self.number(result.elapsed_ms)
        if self.label:
            self.put(result.label)
        if self.code:
            self.put(result.response_code)
        if self.message:
            self.put(result.response_message)
        if self.thread:
            self.put(result.thread_name)
        if self.data_type:
            self.put(result.data_type)
        if self.success:
            self.letters("true" if result.success else "false")
        if self.failure:
            self.put(result.failure_message)

    def last(self, result: SampleResult) -> None:
        """Write the columns from the bytes on."""
        if self.bytes:
            self.number(result.header_bytes + result.body_bytes)
        if self.sent_bytes:
            self.number(result.sent_bytes)
        if self.group_threads:
            self.number(result.group_threads)
            self.number(result.all_threads)
        if self.url:
            self.put(result.url or "null")
        if self.file:
            self.put(result.result_file)
        if self.latency:
            self.number(result.latency_ms)
        if self.encoding:
            self.put(result.named_encoding or self.default_encoding)
        if self.sample_count:
            self.number(result.sample_count)
            self.number(0 if result.success else 1)
        if self.hostname:
            self.put(self.host)
        if self.idle:
            self.number(result.idle_ms)
        if self.connect:
            self.number(result.connect_ms)
