"""The rows of a Throughput Shaping Timer: so many samples a second at each second of the test."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import nan
from typing import NamedTuple

from pyjm.engine.compile.java_text import java_trim
from pyjm.engine.compile.value import whole_number

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Row(NamedTuple):
    """A part of the profile: the rate goes from the one to the other in so many seconds."""

    from_per_s: float
    to_per_s: float
    duration_s: int


def rate_at(rows: Sequence[Row], second: float) -> float:
    """Tell the samples a second; -1 behind the last row, no number (no limit) at the one instant of an empty row."""
    for row in rows:
        if second - row.duration_s <= 0:
            share = second / row.duration_s if row.duration_s else nan
            return row.from_per_s + share * (row.to_per_s - row.from_per_s)
        second -= row.duration_s
    return -1


def read_profile(text: str, wrong: list[str]) -> list[Row]:
    """Read the property load_profile: `const(rate, time) line(from, to, time) step(from, to, by, time)`.

    A part that can't be read is left out and added to `wrong`.
    """
    rows: list[Row] = []
    for part in re.sub(r"\)+$", "", text).split(")"):
        try:
            rows += read_part(part)
        except (ValueError, IndexError):
            wrong.append(part)
    return rows


def read_part(part: str) -> Iterator[Row]:
    """Read one part of it, without its bracket. Raises ValueError or IndexError."""
    kind, *given = (java_trim(piece) for piece in re.split("[(,]", part))
    kind = kind.lower()
    if kind == "const":
        return iter([Row(number(given[0]), number(given[0]), seconds(given[1]))])
    if kind == "line":
        return iter([Row(number(given[0]), number(given[1]), seconds(given[2]))])
    if kind != "step":
        raise ValueError(kind)
    first, last, step = (number(text) for text in given[:3])
    lasts_s = seconds(given[3])
    if not step:
        raise ValueError("a step of 0")
    # downwards, the last rate is not reached, as in the plugin
    rates = range(first, last, -step) if first > last else range(first, last + 1, step)
    return iter([Row(rate, rate, lasts_s) for rate in rates])


def number(text: str) -> int:
    """Read a whole number. Raises ValueError."""
    found = whole_number(text, 32)
    if found is None:
        raise ValueError(text)
    return found


def seconds(text: str) -> int:
    """Read a time as `90`, `90s` or `1h30m`. Raises ValueError."""
    total_s, digits = 0, ""
    for char in text:
        if char.isdigit():
            digits += char
        else:
            total_s += number(digits) * SECONDS[char.lower()] if char.lower() in SECONDS else number(char)
            digits = ""
    return total_s + (number(digits) if digits else 0)
