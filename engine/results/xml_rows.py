"""Hot path of runs that ask for it: a sample as an element of an XML result file.

Mirrors SampleResultConverter and HTTPResultConverter. What an element has is known before the run, so that its
attributes are one expression and its children a list of writers, both made at set-up.
"""

from __future__ import annotations

from collections.abc import Callable
from socket import gethostname
from typing import TYPE_CHECKING, Any, TypeAlias

from pyjm.engine.vu.result import HttpSampleResult

from .escapes import attribute_escape, attribute_name, text_escape

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

    from .save import SaveConfig

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
START = '<testResults version="1.2">\n'
END = "</testResults>"
INDENT = "  "
STRING = ' class="java.lang.String"'

Child: TypeAlias = "Callable[[list[str], SampleResult, User, str], None]"
"""Adds lines about a sample, each with an indent before it."""

# attribute, flag, expression over `r` (the sample), whether it is text that may need references
_ATTRIBUTES = (
    ("t", "time", "r.elapsed_ms", False),
    ("it", "idle_time", "r.idle_ms", False),
    ("lt", "latency", "r.latency_ms", False),
    ("ct", "connect_time", "r.connect_ms", False),
    ("ts", "timestamp", "r.start_ms", False),
    ("s", "successful", "('true' if r.success else 'false')", False),
    ("lb", "label", "r.label", True),
    ("rc", "response_code", "r.response_code", True),
    ("rm", "response_message", "r.response_message", True),
    ("tn", "thread_name", "r.thread_name", True),
    ("dt", "data_type", "r.data_type", True),
    ("de", "encoding", "r.named_encoding", True),
    ("by", "bytes", "r.header_bytes + r.body_bytes", False),
    ("sby", "sent_bytes", "r.sent_bytes", False),
    ("sc", "sample_count", "r.sample_count", False),
    ("ec", "sample_count", "(0 if r.success else 1)", False),
    ("ng", "thread_counts", "r.group_threads", False),
    ("na", "thread_counts", "r.all_threads", False),
    ("hn", "hostname", "host", True),
)


def xml_head(save: SaveConfig) -> str:
    """Write what an XML result file begins with."""
    return f"{HEAD}{save.xml_pi}\n{START}" if save.xml_pi else HEAD + START


def xml_row(save: SaveConfig) -> Callable[[SampleResult, User], str]:
    """Compile the element of a result file: several lines, the last of which does not end in a newline."""
    attributes = _attributes(save)
    children: list[Child] = []

    def write(lines: list[str], result: SampleResult, user: User, indent: str) -> None:
        at = len(lines)
        inner = indent + INDENT
        for child in children:
            child(lines, result, user, inner)
        start = f"{indent}<{result.tag}{attributes(result, user)}"
        if len(lines) == at:
            lines.append(f"{start}/>")
        else:
            lines.insert(at, f"{start}>")
            lines.append(f"{indent}</{result.tag}>")

    def subs(lines: list[str], result: SampleResult, user: User, indent: str) -> None:
        for sub in result.sub_results or ():
            write(lines, sub, user, indent)

    flags = save.flags
    if "assertions" in flags:
        children.append(_assertions)
    if "subresults" in flags:
        children.append(subs)
    if "responseHeaders" in flags:
        children.append(_element("responseHeader", lambda result: result.response_headers))
    if "requestHeaders" in flags:
        children.append(_element("requestHeader", lambda result: result.request_headers))
    if "response_data" in flags or "response_data.on_error" in flags:
        body = _element("responseData", _stripped_body(save.stripped) if save.stripped else _body)
        children.append(_chosen(body, always="response_data" in flags))
    if "filename" in flags:
        children.append(_element("responseFile", lambda result: result.result_file))
    if "samplerData" in flags or "response_data.on_error" in flags:
        children.append(_chosen(_sampler_data(), always="samplerData" in flags))
    if "url" in flags:
        children.append(_url)

    def row(result: SampleResult, user: User) -> str:
        lines: list[str] = []
        write(lines, result, user, "")
        return "\n".join(lines)

    return row


def _attributes(save: SaveConfig) -> Callable[[SampleResult, User], str]:
    escape = attribute_escape()
    names: dict[str, Any] = {"host": gethostname(), "q": escape}
    parts = []
    for name, flag, code, is_text in _ATTRIBUTES:
        if flag in save.flags:
            code = "r.end_ms" if name == "ts" and save.stamp_end else code
            parts.append((name, f"q({code})" if is_text else code))
    for index, variable in enumerate(save.variables):
        names[f"variable{index}"] = variable
        parts.append((attribute_name(variable), f"q(text(u.vars.get(variable{index})))"))
    names["text"] = lambda value: "" if value is None else str(value)
    form = "".join(f' {name.replace("%", "%%")}="%s"' for name, _ in parts)
    exec(f"def row(r, u): return {form!r} % ({''.join(f'{code},' for _, code in parts)})", names)
    row: Callable[[SampleResult, User], str] = names["row"]
    return row


def _assertions(lines: list[str], result: SampleResult, user: User, indent: str) -> None:
    escape = text_escape()
    for said in result.assertions or ():
        lines.append(f"{indent}<assertionResult>")
        lines.append(f"{indent}{INDENT}<name>{escape(said.name)}</name>")
        lines.append(f"{indent}{INDENT}<failure>{'true' if said.failure else 'false'}</failure>")
        lines.append(f"{indent}{INDENT}<error>{'true' if said.error else 'false'}</error>")
        if said.message is not None:
            lines.append(f"{indent}{INDENT}<failureMessage>{escape(said.message)}</failureMessage>")
        lines.append(f"{indent}</assertionResult>")


def _element(tag: str, read: Callable[[Any], str | None]) -> Child:
    escape = text_escape()

    def write(lines: list[str], result: SampleResult, user: User, indent: str) -> None:
        value = read(result)
        if value is not None:
            lines.append(f"{indent}<{tag}{STRING}>{escape(value)}</{tag}>")

    return write


def _chosen(child: Child, *, always: bool) -> Child:
    if always:
        return child

    def write(lines: list[str], result: SampleResult, user: User, indent: str) -> None:
        if not result.success:
            child(lines, result, user, indent)

    return write


def _sampler_data() -> Child:
    of_any = _element("samplerData", lambda result: result.sampler_data)
    of_http = [
        _element("cookies", lambda result: result.cookies),
        _element("method", lambda result: result.sent and result.sent.method),
        _element("queryString", lambda result: result.sent.query if result.sent else ""),
        _element("redirectLocation", lambda result: result.redirect_location),
    ]

    def write(lines: list[str], result: SampleResult, user: User, indent: str) -> None:
        if isinstance(result, HttpSampleResult):
            for child in of_http:
                child(lines, result, user, indent)
        else:
            of_any(lines, result, user, indent)

    return write


def _url(lines: list[str], result: SampleResult, user: User, indent: str) -> None:
    if result.url and result.url != "null":
        lines.append(f"{indent}<java.net.URL>{text_escape()(result.url)}</java.net.URL>")
    elif isinstance(result, HttpSampleResult):
        lines.append(f"{indent}<null/>")


def _body(result: SampleResult) -> str:
    if result.data_type != "text":
        return f"Non-TEXT response data, cannot record: ({result.data_type})"
    if result.unknown_encoding:
        encoding = result.unknown_encoding
        return f"Unsupported encoding in response data, cannot record: java.io.UnsupportedEncodingException: {encoding}"
    return result.text


def _stripped_body(whose: str) -> Callable[[SampleResult], str]:
    def body(result: SampleResult) -> str:
        return "" if result.data_type == "text" and (whose == "all" or result.success) else _body(result)

    return body
