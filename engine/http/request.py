"""Hot path: requests as bytes, as Apache HttpClient 4 writes them for JMeter.

The order on JMeter's wire: Connection, the Header Manager's fields as in the plan, Cookie, Content-Length,
Content-Type (where JMeter sets it), Host, User-Agent. No Accept-Encoding unless the plan has one. The order is the
caller's to make; whoever has constant parts makes them once with `start_line` and `field_lines` and joins bytes after.
"""

from __future__ import annotations

from collections.abc import Iterable

END_OF_HEAD = b"\r\n"

# What HttpClient cannot put on the wire becomes "?": controls but the tab, and all beyond ISO-8859-1
_WIRE = bytes([at if at in b"\t\r\n" or 0x20 <= at < 0x7F or at >= 0xA0 else 0x3F for at in range(256)])
_TO_BLANK = str.maketrans("\r\n\f\v", "    ")


def start_line(method: str, target: str) -> bytes:
    """Write the request line. `target` is path and query, already escaped and not empty; or a URL for a proxy."""
    return _wire(f"{method} {target} HTTP/1.1".translate(_TO_BLANK)) + b"\r\n"


def field_lines(fields: Iterable[tuple[str, str]]) -> bytes:
    """Write header fields in their order. A line end within one becomes a blank: no variable's value adds a field."""
    lines = [f"{name}: {value}" for name, value in fields]
    text = "\r\n".join(lines)
    if text.count("\n") != len(lines) - 1 or text.count("\r") != len(lines) - 1 or "\f" in text or "\v" in text:
        text = "\r\n".join([line.translate(_TO_BLANK) for line in lines])
    return _wire(text) + b"\r\n" if lines else b""


def request_bytes(method: str, target: str, fields: Iterable[tuple[str, str]], body: bytes = b"") -> bytes:
    """Write a whole request. Content-Length is one of the caller's fields like any other."""
    return start_line(method, target) + field_lines(fields) + END_OF_HEAD + body


def host_value(scheme: str, host: str, port: int) -> str:
    """Give the value of Host: no port where the URL has none or JMeter's default of its scheme; IPv6 in brackets."""
    named = f"[{host}]" if ":" in host and not host.startswith("[") else host
    if port <= 0 or (scheme, port) in (("http", 80), ("https", 443)):
        return named
    return f"{named}:{port}"


def _wire(text: str) -> bytes:
    return text.encode("latin-1", "replace").translate(_WIRE)
