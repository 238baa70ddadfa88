"""Hot path: the usual line of a CSV file, written column by column.

What the compiled core has in place of the expression in rows.py; as Python it is slower than that, and not used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

IS_COMPILED = not __file__.endswith(".py")

_SMALL = [str(number) for number in range(2048)]


def written(number: int) -> str:
    """Write a whole number."""
    return _SMALL[number] if 0 <= number < 2048 else f"{number}"


class PlainRow:
    """Writes the rows of one file that need no quotes.

    `careful` writes those that do, `family` those of a sample with sub-results. `flags` are the columns that there are,
    `stamp` writes the time where it is a date, `ends` says that it is that of a sample's end; `names` are the variables
    at the line's end.
    """

    __slots__ = (
        "all_threads", "bytes", "careful", "code", "connect", "data_type", "default_encoding", "delimiter", "elapsed",
        "encoding", "ends", "failure", "family", "file", "group_threads", "host", "hostname", "idle", "inner", "label",
        "latency", "message", "millis", "names", "sample_count", "sent_bytes", "stamp", "success", "thread", "url",
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
        self.delimiter = delimiter
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
        dated = 1 if millis or stamp is not None else 0
        numbers = (self.elapsed, self.success, self.bytes, self.sent_bytes, self.latency, self.idle, self.connect)
        texts = (self.label, self.code, self.message, self.thread, self.data_type, self.failure, self.url, self.file)
        pairs = 2 * (self.group_threads + self.sample_count)
        rest = pairs + self.encoding + self.hostname + len(self.names)
        self.inner = dated + sum(numbers) + sum(texts) + rest - 1

    def __call__(self, result: SampleResult, user: User) -> str:
        """Write a row."""
        if self.family is not None and result.sub_results:
            return self.family(result, user)
        parts: list[str] = []
        self.first(result, parts)
        self.last(result, parts)
        for name in self.names:
            value = user.vars.get(name)
            parts.append("null" if value is None else str(value))
        try:
            line = self.delimiter.join(parts)
        except TypeError:  # a script has put something else in place of a text
            return self.careful(result, user)
        if line.count(self.delimiter) == self.inner and '"' not in line and "\n" not in line and "\r" not in line:
            return line
        return self.careful(result, user)

    def first(self, result: SampleResult, parts: list[str]) -> None:
        """Write the columns up to the failure message."""
        at_ms = result.end_ms if self.ends else result.start_ms
        if self.stamp is not None:
            parts.append(self.stamp(at_ms))
        elif self.millis:
            parts.append(written(at_ms))
        if self.elapsed:
            parts.append(written(result.elapsed_ms))
        if self.label:
            parts.append(result.label)
        if self.code:
            parts.append(result.response_code)
        if self.message:
            parts.append(result.response_message)
        if self.thread:
            parts.append(result.thread_name)
        if self.data_type:
            parts.append(result.data_type)
        if self.success:
            parts.append("true" if result.success else "false")
        if self.failure:
            parts.append(result.failure_message)

    def last(self, result: SampleResult, parts: list[str]) -> None:
        """Write the columns from the bytes on."""
        if self.bytes:
            parts.append(written(result.header_bytes + result.body_bytes))
        if self.sent_bytes:
            parts.append(written(result.sent_bytes))
        if self.group_threads:
            parts.append(written(result.group_threads))
            parts.append(written(result.all_threads))
        if self.url:
            parts.append(result.url or "null")
        if self.file:
            parts.append(result.result_file)
        if self.latency:
            parts.append(written(result.latency_ms))
        if self.encoding:
            parts.append(result.named_encoding or self.default_encoding)
        if self.sample_count:
            parts.append(written(result.sample_count))
            parts.append("0" if result.success else "1")
        if self.hostname:
            parts.append(self.host)
        if self.idle:
            parts.append(written(result.idle_ms))
        if self.connect:
            parts.append(written(result.connect_ms))
