"""Functions that encode and decode: __urlencode, __urldecode."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote_plus, unquote_plus

from pyjm.engine.compile.functions import Args, function

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User

_BAD_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")


def url_encode(text: str) -> str:
    """Encode as Java's URLEncoder does: `*-._` stay, `~` does not, a blank is `+`; what UTF-8 can't say is `?`."""
    return quote_plus(text.encode(errors="replace"), safe="*").replace("~", "%7E")


def url_decode(text: str) -> str:
    """Decode as Java's URLDecoder does; raises ValueError for a `%` that begins no escape."""
    if _BAD_ESCAPE.search(text):
        raise ValueError("URLDecoder: Illegal hex characters in escape (%) pattern")
    return unquote_plus(text)


@function("__urlencode", 1)
def make_urlencode(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Encode a text for a form or a query."""
    return args[0].map(url_encode).get


@function("__urldecode", 1)
def make_urldecode(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Decode a text from a form or a query."""
    text = args[0].get
    return lambda user: url_decode(text(user))
