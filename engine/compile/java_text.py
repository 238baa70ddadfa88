"""How Java writes a value as text, where a variable holds no text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal


def java_text(value: object) -> str:
    """Write a value as Java's String.valueOf does: `true`, `1.0E10`, `[a, b]`, `{k=v}`, `null`."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return double_text(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{java_text(key)}={java_text(held)}" for key, held in value.items()) + "}"
    if isinstance(value, (list, tuple, set, frozenset)):
        return "[" + ", ".join(map(java_text, value)) + "]"
    return str(value)


def double_text(number: float) -> str:
    """Write a number as Java's Double.toString does: plain from 0.001 up to 10,000,000, else as `1.5E-7`."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    sign = "-" if math.copysign(1.0, number) < 0 else ""
    size = abs(number)
    if size == 0:
        return sign + "0.0"
    _, digits, exponent = Decimal(repr(size)).normalize().as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, digits))
    if 1e-3 <= size < 1e7:
        plain = format(Decimal(repr(size)), "f")
        return sign + (plain if "." in plain else plain + ".0")
    return f"{sign}{text[0]}.{text[1:] or '0'}E{len(digits) + exponent - 1}"


_TRIMMED = "".join(map(chr, range(33)))


def java_trim(text: str) -> str:
    """Take away what String.trim does: blanks and control characters at both ends, no other white space."""
    return text.strip(_TRIMMED)
