"""Functions that encode and decode: __urlencode, __urldecode."""

from __future__ import annotations

import re
from collections.abc import Callable
from string import hexdigits
from typing import TYPE_CHECKING
from urllib.parse import quote_plus, unquote_plus

from pyjm.engine.compile.functions import Args, function
from pyjm.engine.compile.java_error import ILLEGAL_ARGUMENT, JavaError

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User

_BAD_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})(.{0,2})", re.DOTALL)


def url_encode(text: str) -> str:
    """Encode as Java's URLEncoder does: `*-._` stay, `~` does not, a blank is `+`; what UTF-8 can't say is `?`."""
    return quote_plus(text.encode(errors="replace"), safe="*").replace("~", "%7E")


def url_decode(text: str) -> str:
    """Decode as Java's URLDecoder does; raises JavaError for a `%` that begins no escape."""
    bad = _BAD_ESCAPE.search(text)
    if bad:
        problem = "Incomplete trailing escape (%) pattern"
        if len(bad[1]) == 2:
            at = int(bad[1][0] in hexdigits)
            problem = f'Illegal hex characters in escape (%) pattern - Error at index {at} in: "{bad[1]}"'
        raise JavaError(ILLEGAL_ARGUMENT, f"URLDecoder: {problem}")
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
