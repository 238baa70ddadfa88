"""Hot path: what an exchange ends with, kept for the one who asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio import Future

    from .errors import WireError
    from .response import Response


class Answer:
    """A response, or what was met in place of one. Made once for a user, for one exchange after the other.

    `woken` is called when it is there.
    """

    __slots__ = ("_error", "_response", "woken")

    def __init__(self, woken: Callable[[], None]) -> None:
        self.woken = woken
        self._response: Response | None = None
        self._error: WireError | None = None

    def came(self, response: Response) -> None:
        """Take the response."""
        self._response = response
        self._error = None  # one that was not taken, as its user was cut
        self.woken()

    def failed(self, error: WireError) -> None:
        """Take what was met."""
        self._error = error
        self.woken()

    def take(self) -> Response:
        """Give the response; raises what was met."""
        error, response = self._error, self._response
        self._error = self._response = None
        if error is not None:
            raise error
        assert response is not None
        return response


class Promised(Answer):
    """An answer for who awaits a future; one who waits no more is not told."""

    __slots__ = ("future",)

    def __init__(self, future: Future[Response]) -> None:
        self.future = future

    def came(self, response: Response) -> None:
        if not self.future.done():
            self.future.set_result(response)

    def failed(self, error: WireError) -> None:
        if not self.future.done():
            self.future.set_exception(error)
