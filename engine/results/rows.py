"""Hot path: a sample as one line of a result file. Mirrors CSVSaveService.

What a row has is known before the run, so that each file's row is one expression, compiled at set-up. Quotes are rare:
a row is first written without, and written anew where it then holds what must be quoted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from socket import gethostname
from typing import TYPE_CHECKING, Any, TypeAlias

from pyjm.engine.vu.dates import BadPattern, date_format

from .plain_row import IS_COMPILED, PlainRow

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

    from .save import SaveConfig

Stamp: TypeAlias = Callable[[int], str]
Row: TypeAlias = "Callable[[SampleResult, User], str]"

SUB_LEVELS = 10
"""How deep sub-samples are written."""

TEXT, NUMBER = True, False

# column, flag, expression over `r` (the sample) and `u` (its user), whether it is text that may need quotes
_COLUMNS = (
    ("elapsed", "time", "r.elapsed_ms", NUMBER),
    ("label", "label", "r.label", TEXT),
    ("responseCode", "response_code", "r.response_code", TEXT),
    ("responseMessage", "response_message", "r.response_message", TEXT),
    ("threadName", "thread_name", "r.thread_name", TEXT),
    ("dataType", "data_type", "r.data_type", TEXT),
    ("success", "successful", "('true' if r.success else 'false')", NUMBER),
    ("failureMessage", "assertion_results_failure_message", "r.failure_message", TEXT),
    ("bytes", "bytes", "r.header_bytes + r.body_bytes", NUMBER),
    ("sentBytes", "sent_bytes", "r.sent_bytes", NUMBER),
    ("grpThreads", "thread_counts", "r.group_threads", NUMBER),
    ("allThreads", "thread_counts", "r.all_threads", NUMBER),
    ("URL", "url", "(r.url or 'null')", TEXT),
    ("Filename", "filename", "r.result_file", TEXT),
    ("Latency", "latency", "r.latency_ms", NUMBER),
    ("Encoding", "encoding", "(r.named_encoding or default_encoding)", TEXT),
    ("SampleCount", "sample_count", "r.sample_count", NUMBER),
    ("ErrorCount", "sample_count", "(0 if r.success else 1)", NUMBER),
    ("Hostname", "hostname", "host", TEXT),
    ("IdleTime", "idle_time", "r.idle_ms", NUMBER),
    ("Connect", "connect_time", "r.connect_ms", NUMBER),
)


def header(save: SaveConfig) -> str:
    """Write the line of column names."""
    names = ["timeStamp"] if "timestamp" in save.flags else []
    names += [name for name, flag, _, _ in _COLUMNS if flag in save.flags]
    names += [f'"{name}"' for name in save.variables]
    return save.delimiter.join(names)


def csv_row(save: SaveConfig) -> Callable[[SampleResult, User], str]:
    """Compile the row of a result file: one line, or more where sub-samples are written too; none ends in a newline."""
    if IS_COMPILED and len(save.delimiter) == 1 and save.delimiter.isascii():
        plain = plain_row(save)
        if "subresults" in save.flags:
            plain.family = _with_subs(_one_row(save))
        return plain
    row = _one_row(save)
    return _with_subs(row) if "subresults" in save.flags else row


def _with_subs(row: Row) -> Row:
    def with_subs(result: SampleResult, user: User) -> str:
        return "\n".join(_family(row, result, user, 0)) if result.sub_results else row(result, user)

    return with_subs


def _family(row: Callable[[SampleResult, User], str], result: SampleResult, user: User, level: int) -> list[str]:
    rows = [row(result, user)]
    if level <= SUB_LEVELS and result.sub_results:
        for sub in result.sub_results:
            rows += _family(row, sub, user, level + 1)
    return rows


def _one_row(save: SaveConfig) -> Callable[[SampleResult, User], str]:
    stamp = stamp_of(save)
    columns = _expressions(save, is_dated=stamp is not None)
    names: dict[str, Any] = {"host": gethostname(), "default_encoding": save.default_encoding, "text": _text}
    names["stamp"] = stamp
    for index, name in enumerate(save.variables):
        names[f"variable{index}"] = name
    delimiter = save.delimiter
    names["special"] = special = re.compile(f'[{re.escape(delimiter)}"\r\n]').search
    names["quote"] = lambda value: '"' + value.replace('"', '""') + '"' if special(value) else value
    names["form"] = delimiter.replace("%", "%%").join(["%s"] * len(columns))
    plain = ", ".join(code for code, _ in columns)
    quoted = ", ".join(f"quote({code})" if is_text else code for code, is_text in columns)
    # a row without quotes and line ends that has just the delimiters between its columns needs no quotes
    # (%-formatting writes whole numbers straight into the line: a third faster than an f-string)
    source = f"""
def row(r, u):
    line = form % ({plain},)
    if line.count({delimiter!r}) == {len(columns) - 1} and '"' not in line and "\\n" not in line and "\\r" not in line:
        return line
    return form % ({quoted},)
"""
    exec(compile(source, f"<row of {len(columns)} columns>", "exec"), names)
    row: Callable[[SampleResult, User], str] = names["row"]
    return row


def plain_row(save: SaveConfig) -> PlainRow:
    """Give the compiled core's form of a row."""
    return PlainRow(
        save.flags,
        save.delimiter,
        _one_row(save),
        host=gethostname(),
        default_encoding=save.default_encoding,
        names=save.variables,
        ends=save.stamp_end,
        millis="timestamp" in save.flags and save.timestamp_format.lower() == "ms",
        stamp=stamp_of(save),
    )


def stamp_of(save: SaveConfig) -> Stamp | None:
    """Give what writes the timestamp where that is a date; None for a bad format, with which JMeter leaves it out."""
    if "timestamp" not in save.flags or save.timestamp_format.lower() in ("ms", "none"):
        return None
    try:
        return date_format(save.timestamp_format)
    except BadPattern:
        return None


def _expressions(save: SaveConfig, *, is_dated: bool) -> Sequence[tuple[str, bool]]:
    columns: list[tuple[str, bool]] = []
    at = "r.end_ms" if save.stamp_end else "r.start_ms"
    if is_dated:
        columns.append((f"stamp({at})", TEXT))
    elif "timestamp" in save.flags and save.timestamp_format.lower() == "ms":
        columns.append((at, NUMBER))
    columns += [(code, is_text) for _, flag, code, is_text in _COLUMNS if flag in save.flags]
    columns += [(f"text(u.vars.get(variable{index}))", TEXT) for index in range(len(save.variables))]
    return columns or [("''", NUMBER)]


def _text(value: Any) -> str:
    return "null" if value is None else str(value)
