"""Hot path: what a plan controller has read of its properties, held until it is let go.

Mirrors the running version of an element in JMeter: a property with `${…}` is worked out once, at its first use, and
anew behind the end of a pass of its controller, a sample below it, or the start of an iteration of the thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from .flow import Cursor, IteratingCursor

if TYPE_CHECKING:
    from .user import User

T = TypeVar("T")
C = TypeVar("C", bound=Cursor)


class Held(Generic[T]):
    """One property, as each user has read it."""

    __slots__ = ("read",)

    def __init__(self, read: Callable[[User], T]) -> None:
        self.read = read

    def get(self, user: User) -> T:
        """Give what the user has read, or read it."""
        held = user.held
        if self not in held:
            held[self] = self.read(user)
        return cast("T", held[self])


def letting_go(kind: type[C], held: Sequence[Held[Any]]) -> type[C]:
    """Give the cursors that let go at the end of each pass what their controller holds."""
    return cast("type[C]", _letting_go(cast("Any", kind), tuple(held))) if held else kind


@cache
def _letting_go(kind: Any, held: tuple[Held[Any], ...]) -> Any:
    def restart(self: Cursor) -> None:
        kind.restart(self)
        self.user.let_go(held)

    def break_loop(self: IteratingCursor) -> None:
        kind.break_loop(self)
        self.user.let_go(held)

    made = {"__slots__": (), "restart": restart}
    if issubclass(kind, IteratingCursor):
        made["break_loop"] = break_loop
    return type(kind.__name__, (kind,), made)
