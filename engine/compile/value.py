"""A property as the run reads it: a constant, or a function of the user.

JMeter evaluates each property that holds `${…}` once per sample, whoever reads it; so does an element that reads
each of its values once per call of its verb.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from pyjm.engine.vu.user import User

T = TypeVar("T")
U = TypeVar("U")


class Value(Generic[T]):
    """`get(user)` gives the present value; `constant` is the value where it never changes, else None."""

    __slots__ = ("constant", "get")

    def __init__(self, get: Callable[[User], T], constant: T | None = None) -> None:
        self.get = get
        self.constant = constant

    @classmethod
    def of(cls, constant: T) -> Value[T]:
        """Make a constant."""
        return cls(lambda user: constant, constant)

    def map(self, change: Callable[[T], U]) -> Value[U]:
        """Apply a pure function: once for a constant, at each call otherwise."""
        if self.constant is not None:
            return Value.of(change(self.constant))
        get = self.get
        return Value(lambda user: change(get(user)))

    def __repr__(self) -> str:
        return f"<Value {'…' if self.constant is None else repr(self.constant)}>"


def as_whole(default: int) -> Callable[[str], int]:
    """Read a text as JMeter's getPropertyAsInt/Long does: what is no number is the default."""

    def change(text: str) -> int:
        try:
            return int(text) if text.isascii() and "_" not in text and text == text.strip() else default
        except ValueError:
            return default

    return change


def as_flag(text: str) -> bool:
    """Read a text as Java's Boolean.parseBoolean does."""
    return text.lower() == "true"
