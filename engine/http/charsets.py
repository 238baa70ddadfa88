"""Charsets as a request names them: one that there is not fails its sample."""

from __future__ import annotations

from pyjm.engine.charsets.charset import LEGAL, Charset, charset_named

from .errors import ILLEGAL_CHARSET, UNSUPPORTED_CHARSET, WireError


def charset_called(name: str, trace_bytes: int = 0) -> Charset:
    """Give the charset of a name. Raises WireError for one that Java does not know, as its Charset.forName.

    `trace_bytes` is that of the error for a name that might be one; for another it is longer by as much as Java's is.
    """
    found = charset_named(name)
    if found is None:
        legal = LEGAL(name) is not None
        error = WireError(UNSUPPORTED_CHARSET if legal else ILLEGAL_CHARSET, name)
        error.trace_bytes = trace_bytes + (0 if legal or not trace_bytes else 196)
        raise error
    return found
