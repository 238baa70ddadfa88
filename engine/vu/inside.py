"""Waits inside plain calls: a user's coroutine runs on a greenlet's stack, which is put aside as a whole.

What calls a function of a user need not be a coroutine then, however deep it is. Only the users of plans with a
function that waits run so; all others do without.
"""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from types import coroutine
from typing import Any, TypeVar

from greenlet import getcurrent, greenlet

T = TypeVar("T")


def can_wait() -> bool:
    """Tell whether the present call comes from within `waitable`."""
    return getcurrent().parent is not None


@coroutine
def waitable(life: Coroutine[Any, Any, T]) -> Generator[Any, Any, T]:
    """Await a coroutine in which plain calls may `wait`."""
    inner = greenlet(wait)
    given = inner.switch(life)
    while not inner.dead:
        try:
            said = yield given
        except BaseException as error:
            given = inner.throw(error)
        else:
            given = inner.switch(said)
    return given  # type: ignore[no-any-return]


def wait(awaited: Coroutine[Any, Any, T]) -> T:
    """Await a coroutine in a plain call; all that it awaits goes to the event loop by `waitable`."""
    outer = getcurrent().parent
    assert outer is not None
    error: BaseException | None = None
    while True:
        try:
            given = awaited.send(None) if error is None else awaited.throw(error)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        try:
            outer.switch(given)
            error = None
        except BaseException as thrown:
            error = thrown
