"""JEXL's arithmetic: how it compares, adds and judges values of several kinds. Mirrors JexlArithmetic, strict."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from pyjm.engine.compile.java_error import JavaError
from pyjm.engine.compile.java_numbers import LONG, double
from pyjm.engine.compile.java_text import java_text

from .jexl_words import JexlError
from .parsing import java_number

_FLOAT_TEXT = re.compile(r"[+-]?\d*(\.\d*)?([eE][+-]?\d+)?")


def to_long(value: Any) -> int:
    """Make a whole number: an empty text is 0; raises for other texts that are none."""
    if value is None:
        raise JexlError("null operand")
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float):
        return 0 if math.isnan(value) else int(value)
    if isinstance(value, str):
        try:
            return java_number(value, LONG) if value else 0
        except JavaError as error:
            raise JexlError(error.text) from None
    if isinstance(value, int):
        return value
    raise JexlError(f"{type_name(value)} is no number")


def to_double(value: Any) -> float:
    """Make a number: an empty text is NaN; raises for other texts that are none."""
    if isinstance(value, float):
        return value
    if isinstance(value, str):
        if not value:
            return math.nan
        try:
            return double(value)
        except ValueError as error:
            raise JexlError(str(error)) from None
    return float(to_long(value))


def to_text(value: Any) -> str:
    """Write a value."""
    if value is None:
        raise JexlError("null operand")
    return java_text(value)


def truth(value: Any) -> bool:
    """Judge: 0, NaN, an empty text and `false` are false."""
    if value is None:
        raise JexlError("null operand")
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return value == value and value != 0
    if isinstance(value, str):
        return value not in ("", "false")
    raise JexlError(f"{type_name(value)} is neither true nor false")


def type_name(value: Any) -> str:
    """Name a value's kind."""
    return "null" if value is None else type(value).__name__


def compare(left: Any, right: Any) -> int:
    """Order two values: as numbers if one of them is a number, else as texts."""
    if isinstance(left, float) or isinstance(right, float):
        return compare_doubles(to_double(left), to_double(right))
    if is_whole(left) or is_whole(right):
        a, b = to_long(left), to_long(right)
        return (a > b) - (a < b)
    if isinstance(left, str) or isinstance(right, str):
        first, second = to_text(left), to_text(right)
        return (first > second) - (first < second)
    if isinstance(left, bool) and isinstance(right, bool):
        return left - right
    raise JexlError(f"{type_name(left)} and {type_name(right)} can't be compared")


def compare_doubles(a: float, b: float) -> int:
    """Order two numbers; NaN is less than all others and equal to itself."""
    if math.isnan(a):
        return 0 if math.isnan(b) else -1
    if math.isnan(b):
        return 1
    return (a > b) - (a < b)


def is_whole(value: Any) -> bool:
    """Tell whether it is a whole number."""
    return isinstance(value, int) and not isinstance(value, bool)


def equal(left: Any, right: Any) -> bool:
    """Tell whether two values are equal."""
    if left is None or right is None:
        return left is right
    if isinstance(left, bool) or isinstance(right, bool):
        return truth(left) == truth(right)
    if isinstance(left, list):
        return left is right  # an array
    if isinstance(left, (set, Mapping)) or isinstance(right, (set, Mapping)):
        return bool(left == right)
    return compare(left, right) == 0


def is_floating(value: Any) -> bool:
    """Tell whether it is, or is the text of, a number with a fraction or an exponent."""
    if isinstance(value, str):
        match = _FLOAT_TEXT.fullmatch(value)
        return match is not None and (match[1] is not None or match[2] is not None)
    return isinstance(value, float)


def add(left: Any, right: Any) -> Any:
    """Add; where one is a text, join them."""
    if isinstance(left, str) or isinstance(right, str):
        return to_text(left) + to_text(right)
    return calculate("+", left, right)


def add_first(left: Any, right: Any) -> Any:
    """Add as JEXL 2 does: also texts that are numbers; other texts are joined."""
    try:
        return calculate("+", left, right)
    except JexlError:
        if left is None or right is None:
            raise
        return to_text(left) + to_text(right)


def calculate(sign: str, left: Any, right: Any) -> Any:
    """Add, subtract, multiply, divide (whole numbers to a whole number, towards 0) or take the rest."""
    if is_floating(left) or is_floating(right):
        return calculate_doubles(sign, to_double(left), to_double(right))
    a, b = to_long(left), to_long(right)
    if sign in "/%":
        if b == 0:
            raise JexlError(sign)
        whole = abs(a) // abs(b) * (-1 if (a < 0) != (b < 0) else 1)
        return whole if sign == "/" else a - whole * b
    return a + b if sign == "+" else a - b if sign == "-" else a * b


def calculate_doubles(sign: str, a: float, b: float) -> float:
    """Do it with numbers with a fraction."""
    if sign in "/%" and b == 0:
        raise JexlError(sign)
    try:
        if sign in "/%":
            return a / b if sign == "/" else math.fmod(a, b)
        return a + b if sign == "+" else a - b if sign == "-" else a * b
    except (OverflowError, ValueError):
        return math.nan


def bits(sign: str, left: Any, right: Any) -> int:
    """Combine two numbers bit by bit."""
    a, b = to_long(left), to_long(right)
    return a & b if sign == "&" else a | b if sign == "|" else a ^ b


def empty2(value: Any) -> bool:
    """Tell whether it is empty as JEXL 2 does, where 0 is not."""
    return empty(value) and not isinstance(value, (int, float))


def contains(container: Any, value: Any) -> bool:
    """Tell whether a pattern fits the whole text, or a list or a map holds the value."""
    if container is None or value is None:
        return container is value
    if isinstance(container, str):
        try:
            return re.fullmatch(container, to_text(value)) is not None
        except re.error as error:
            raise JexlError(f"the pattern {container}: {error}") from None
    if isinstance(container, Mapping):
        return value in container
    if isinstance(container, (list, tuple, range, set)):
        return any(type(held) is type(value) and held == value for held in container)
    return equal(container, value)


def starts(left: Any, right: Any) -> bool:
    """Tell whether a text starts with another."""
    if left is None or right is None:
        return left is right
    if not isinstance(left, str):
        raise JexlError(f"=^ of {type_name(left)}")
    return left.startswith(to_text(right))


def ends(left: Any, right: Any) -> bool:
    """Tell whether a text ends with another."""
    if left is None or right is None:
        return left is right
    if not isinstance(left, str):
        raise JexlError(f"=$ of {type_name(left)}")
    return left.endswith(to_text(right))


def size(value: Any) -> int:
    """Tell how long a text, a list or a map is; 0 for all else."""
    return len(value) if isinstance(value, (str, list, tuple, range, set, Mapping)) else 0


def empty(value: Any) -> bool:
    """Tell whether it is nothing, 0, or has nothing in it."""
    if isinstance(value, bool):
        return False
    if isinstance(value, (int, float)):
        return value == 0 or value != value
    return value is None or (isinstance(value, (str, list, tuple, range, set, Mapping)) and not len(value))
