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


def whole_number(text: str, bits: int = 64) -> int | None:
    """Read a text as Java's parseInt and parseLong do; None for what is no number, or one of more bits."""
    try:
        number = int(text) if "_" not in text and text == text.strip() else None
    except ValueError:
        return None
    return number if number is not None and -(1 << bits - 1) <= number < 1 << bits - 1 else None


def as_whole(default: int, bits: int = 32) -> Callable[[str], int]:
    """Read a text as JMeter's getPropertyAsInt does, getPropertyAsLong for 64 bits: the default for what is none."""

    def change(text: str) -> int:
        number = whole_number(text, bits)
        return default if number is None else number

    return change


def as_flag(text: str) -> bool:
    """Read a text as Java's Boolean.parseBoolean does."""
    return text.lower() == "true"
