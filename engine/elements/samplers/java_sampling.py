"""Hot path: the samples of an HTTP Request of the implementation Java. Mirrors HTTPJavaImpl of JMeter 5.5."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyjm.engine.http import errors
from pyjm.engine.http.errors import WireError
from pyjm.engine.http.java_connection import JavaTable
from pyjm.engine.http.redirect import relative
from pyjm.engine.http.uri import sane_url

from .http_making import Refused
from .http_sampling import Sampling
from .http_target import target_of
from .java_making import JavaMaker

if TYPE_CHECKING:
    from pyjm.engine.http.response import Response
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

    from .http_making import Made

_FOLLOWED = frozenset((300, 301, 302, 303, 307))
_MOST = 20
_NO_LOCATION_ADDS = 1229
_NO_LOCATION = 'Cannot invoke "String.indexOf(int)" because "source" is null'


class JavaSampling(Sampling):
    """Sends requests as HttpURLConnection does, and says what came of it."""

    __slots__ = ()

    async def automatically(self, user: User, made: Made, response: Response) -> tuple[Made, Response]:
        """Follow redirects as Java does by itself: within one scheme, on a new connection each time."""
        first, hops = made, 0
        maker = made.maker
        assert isinstance(maker, JavaMaker)
        while response.status in _FOLLOWED:
            location = response.header("location")
            if location is None:
                break
            try:
                url = sane_url(relative(location, made.target.url))
            except WireError:
                break
            if url.protocol.lower() != made.target.url.protocol.lower():
                break
            hops += 1
            self.drop(user, made)
            if hops >= _MOST:
                raise WireError(errors.JAVA_PROTOCOL, f"Server redirected too many  times ({_MOST})")
            method = "GET" if made.method == "POST" and response.status != 307 else made.method
            made = maker.again(made, target_of(url, maker.settings.way, maker.target), method)
            response = await self.once(user, made)
        return first._replace(target=made.target), response

    def drop(self, user: User, made: Made) -> None:
        """Close the connection that was taken, or would have been."""
        table = self.table(user, made.target)
        if isinstance(table, JavaTable):
            table.drop(made.target.origin)

    def refuse(self, user: User, result: SampleResult, error: WireError) -> None:
        if isinstance(error, Refused):  # Java notices when it is connected
            self.drop(user, error.made)
        super().refuse(user, result, error)

    def unlocated(self, result: SampleResult, made: Made) -> None:
        """Fail where a redirect is to be followed that names no place to go to."""
        if not made.maker.settings.follow:
            return
        result.header_bytes = 0
        result.label = ""
        result.url = result.sampler_data = "null"
        error = WireError(errors.NULL_POINTER, _NO_LOCATION)
        error.trace_bytes = _NO_LOCATION_ADDS
        raise error
