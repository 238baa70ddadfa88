"""Hot path of runs that ask for it: a sample as the plugin Flexible File Writer writes it, fields and texts between."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

    from .save import SaveConfig

FIELDS = {
    "isSuccsessful": "('1' if r.success else '0')",
    "startTime": "r.start_ms",
    "endTime": "r.end_ms",
    "sentBytes": "len(r.sampler_data or '')",
    "receivedBytes": "len(r.body)",
    "responseTime": "r.elapsed_ms",
    "latency": "r.latency_ms",
    "responseCode": "r.response_code",
    "responseMessage": "r.response_message",
    "isFailed": "('0' if r.success else '1')",
    "threadName": "r.thread_name",
    "sampleLabel": "r.label",
    "startTimeMillis": "seconds(r.start_ms)",
    "endTimeMillis": "seconds(r.end_ms)",
    "responseTimeMicros": "r.elapsed_ms * 1000",
    "latencyMicros": "r.latency_ms * 1000",
    "requestData": "('0' if r.sampler_data is None else r.sampler_data)",
    "responseData": "r.body.decode('utf-8', 'replace')",
    "responseHeaders": "r.response_headers",
    "threadsCount": "r.all_threads",
    "requestHeaders": "r.request_headers",
    "connectTime": "r.connect_ms",
    "grpThreads": "r.group_threads",
    "sampleCount": "r.sample_count",
    "errorCount": "(0 if r.success else 1)",
    "responseHeaderSize": "r.header_bytes",
    "responseSize": "r.body_bytes",
    "URL": "('' if r.url == 'null' else r.url)",
}
"""What the plugin calls a field → expression over `r`, the sample."""

BODIES = ("receivedBytes", "responseData")
VARIABLE = re.compile(r"(?s)variable#([+-]?\d+)")


def columns_of(written: str) -> list[str]:
    """Split the columns of a plan: fields, `variable#N`, and texts; two bars stand for one."""
    parts = unescaped(written).split("|")
    while len(parts) > 1 and not parts[-1]:
        del parts[-1]
    return [part or "|" for part in parts]


def unescaped(text: str) -> str:
    r"""Read `\t`, `\n`, `\r` and `\\` of a plan."""
    return re.sub(r"\\([\\tnr])", lambda found: {"t": "\t", "n": "\n", "r": "\r"}.get(found[1], "\\"), text)


def variable_of(column: str) -> int | None:
    """Give the number of the sample variable that a column is, None where it is none."""
    found = VARIABLE.fullmatch(column)
    return int(found[1]) if found is not None else None


def flexible_row(save: SaveConfig) -> Callable[[SampleResult, User], str]:
    """Compile the row of a file, without the newline that ends its last column."""
    names: dict[str, Any] = {"seconds": _seconds, "text": _text}
    parts = []
    for at, column in enumerate([*save.columns[:-1], save.columns[-1].removesuffix("\n")]):
        number = variable_of(column)
        if column in FIELDS:
            parts.append(FIELDS[column])
        elif number is not None:
            names[f"name{at}"] = save.variables[number]
            parts.append(f"text(u.vars.get(name{at}))")
        else:
            parts.append(repr(column))
    exec(f"def row(r, u): return {'%s' * len(parts)!r} % ({''.join(f'{part},' for part in parts)})", names)
    row: Callable[[SampleResult, User], str] = names["row"]
    return row


def _seconds(at_ms: int) -> str:
    return f"{at_ms // 1000}.{at_ms % 1000:03d}"


def _text(value: Any) -> str:
    return "" if value is None else str(value)
