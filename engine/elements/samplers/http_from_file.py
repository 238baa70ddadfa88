"""An HTTP Request of the protocol `file`: the answer is a file's content. Mirrors HTTPFileImpl of JMeter 5.5."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

from pyjm.engine.charsets.charset import known_charset
from pyjm.engine.http.errors import PROTOCOL, WireError
from pyjm.engine.http.keeping import Keeping, Kept
from pyjm.engine.vu.charset import Fallback

from .http_connections import number
from .http_error_size import NoSuchFile
from .http_escapes import unescape
from .http_making import IN_QUERY, Unsent

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

    from .http_recipe import Recipe

SCHEME = "file"
MOST = 10 << 20
_PIECE = 1 << 16


class FromFile:
    """Reads files for an HTTP Request."""

    def __init__(self, recipe: Recipe, build: Build) -> None:
        self.recipe = recipe
        most = number(build.properties, "httpsampler.max_bytes_to_store_per_request", MOST)
        self.keeping = Keeping(most) if most > 0 else Keeping(1)

    def wants(self, user: User) -> bool:
        """Tell whether the sample is one of a file."""
        return self.recipe.protocol.get(user).lower() == SCHEME

    async def sample(self, user: User, result: SampleResult) -> None:
        """Fill a sample with a file's content. Raises WireError where there is none."""
        recipe = self.recipe
        file = recipe.path.get(user).replace(" ", "%20")
        maker = recipe.maker(user)
        method = maker.settings.method
        if method in IN_QUERY and recipe.arguments.arguments:
            file = recipe.with_query(user, maker, file, recipe.arguments.read(user))
        result.url = f"{SCHEME}:{file}"
        result.sent = Unsent(method, result.url)
        if recipe.protocol.get(user) != SCHEME:  # only in small letters JMeter reads it
            raise WireError(PROTOCOL, f"URI does not specify a valid host name: {result.url}")
        path = unescape(file.partition("#")[0].partition("?")[0], "UTF-8")
        kept = Kept(self.keeping)
        try:
            await asyncio.to_thread(read, path, kept)
        except OSError as error:
            raise NoSuchFile(path, os.strerror(error.errno or 0)) from None
        result.end()
        charset = maker.settings.charset
        result.body = kept.whole()
        result.body_bytes = kept.size
        result.response_code, result.response_message, result.success = "200", "OK", True
        result.content_type = f"text/html; charset={charset}" if charset else "text/html"
        result.data_type = "text"
        if charset:
            result.encoding = charset if known_charset(charset) else Fallback("UTF-8", charset)


def read(path: str, kept: Kept) -> None:
    """Read a file, or the names in a folder. Raises OSError."""
    place = Path(path)
    if path and place.is_dir():
        names = sorted([each.name for each in place.iterdir()], key=str.lower)
        kept.add("".join([f"{name}\n" for name in names]).encode())
        return
    with open(path, "rb") as file:  # noqa: PTH123 - an empty path is no folder
        while piece := file.read(_PIECE):
            kept.add(piece)
