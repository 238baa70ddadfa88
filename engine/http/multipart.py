"""Write bodies of multipart/form-data as Apache HttpClient 4 writes them for JMeter 5.5."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from .body import Stretch, body_of
from .charsets import charset_called
from .errors import ILLEGAL_ARGUMENT, WireError


class Field(NamedTuple):
    """One form field. `content_type` is the argument's own, text/plain by default."""

    name: str
    value: str
    content_type: str = "text/plain"


class File(NamedTuple):
    """One file to be sent; `content` is all of it."""

    name: str
    file_name: str
    content: bytes | Stretch
    content_type: str = "application/octet-stream"


def multipart_type(boundary: str) -> str:
    """Give the value of Content-Type for a body with that boundary."""
    return f"multipart/form-data; boundary={boundary}"


def multipart_body(
    boundary: str, parts: Iterable[Field | File], charset: str = "US-ASCII", browser_like: bool = False
) -> bytes:
    """Write a body all of whose files are there. As `multipart_parts`."""
    body = body_of(multipart_parts(boundary, parts, charset, browser_like))
    assert isinstance(body, bytes)
    return body


def multipart_parts(
    boundary: str, parts: Iterable[Field | File], charset: str = "US-ASCII", browser_like: bool = False
) -> list[bytes | Stretch]:
    """Write the body, with what is still in files between; its length is what Content-Length tells.

    `charset` is for the values (JMeter's content encoding, US-ASCII if it is empty), named as it is written here;
    what it lacks becomes "?". Names of fields and files are always US-ASCII. `browser_like` is JMeter's browser
    compatible mode: fields without a type, and no transfer encodings. HttpClient's boundaries are 30 to 40 characters
    of -_0-9a-zA-Z. Raises WireError for a blank type, and for a charset that there is not.
    """
    dash = b"--" + boundary.encode("ascii")
    out: list[bytes | Stretch] = []
    for part in parts:
        out += (dash, b"\r\n")
        if isinstance(part, Field):
            out.append(_disposition(part.name))
            if not browser_like:
                out.append(_typed(_with_charset(part.content_type, charset), "8bit"))
            if not part.content_type.strip():
                raise WireError(ILLEGAL_ARGUMENT, "MIME type may not be blank")
            out += (b"\r\n", charset_called(_own_charset(part.content_type) or charset, 1209).encode(part.value))
        else:
            out.append(_disposition(part.name, part.file_name))
            out.append(_typed(part.content_type, "" if browser_like else "binary"))
            out += (b"\r\n", part.content)
        out.append(b"\r\n")
    out += (dash, b"--\r\n")
    return out


def _disposition(name: str, file_name: str | None = None) -> bytes:
    text = f'Content-Disposition: form-data; name="{_quoted(name)}"'
    if file_name is not None:
        text += f'; filename="{_quoted(file_name)}"'
    return text.encode("ascii", "replace") + b"\r\n"


def _typed(content_type: str, transfer: str) -> bytes:
    text = f"Content-Type: {content_type}\r\n"
    if transfer:
        text += f"Content-Transfer-Encoding: {transfer}\r\n"
    return text.encode("ascii", "replace")


def _own_charset(content_type: str) -> str | None:
    """The charset that a field's own type names, which is also that of its value."""
    if ";" not in content_type:
        return None
    name = content_type.lower().partition("charset=")[2].partition(";")[0].strip().strip('"')
    return name or "ascii"


def _with_charset(content_type: str, charset: str) -> str:
    if ";" not in content_type:
        return f"{content_type}; charset={charset}"
    return "; ".join([part for each in content_type.split(";") if (part := each.strip())])


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "\\\r")
