"""A URL that no request goes to, as java.net.URL reads and shows it."""

from __future__ import annotations

import re

PROTOCOLS = ("http", "https", "ftp", "file", "jar", "mailto")
AUTHORITY = re.compile(r"//(?:[^/?#@]*@)?(?:\[[^\]/?#]*\]|[^/?#:]*)(?::(?P<port>[^/?#]*))?(?=[/?#]|$)")


def java_url(written: str) -> str:
    """Give the URL as it stands in a result file, "" where Java takes it for malformed."""
    trimmed = written.strip("".join(map(chr, range(33))))
    protocol, colon, rest = trimmed.removeprefix("url:").partition(":")
    if not colon or protocol.lower() not in PROTOCOLS:
        return ""
    if rest.startswith("//"):
        authority = AUTHORITY.match(rest)
        port = authority["port"] if authority else "?"
        if port and not re.fullmatch(r"\+?[0-9]+|-1", port):
            return ""
    return f"{protocol.lower()}:{rest}"
