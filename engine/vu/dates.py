"""Java's SimpleDateFormat patterns, as result files, log names and functions use them. English, in local time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from .date_fields import DAYS, MONTHS, Moment, local, week, week_of_month, week_year

Piece = Callable[[datetime], str]

_TOKEN = re.compile(r"''|'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+|(')")


class BadPattern(ValueError):
    """A date pattern that Java refuses as well."""


def date_format(pattern: str) -> Callable[[int], str]:
    """Compile a pattern to a function of milliseconds since the epoch; raises BadPattern."""
    pieces = tuple(_pieces(pattern))

    def write(wall_ms: int) -> str:
        at = local(wall_ms * 1_000_000).at.replace(microsecond=wall_ms % 1000 * 1000)
        return "".join([piece(at) for piece in pieces])

    return write


def _pieces(pattern: str) -> Iterator[Piece]:
    for token in _TOKEN.finditer(pattern):
        text, letter = token.group(), token.group(2)
        if token.group(3):
            raise BadPattern(f"date pattern {pattern!r} has a quote that does not end")
        if letter:
            yield _letters(letter, len(text), pattern)
        else:
            quoted = token.group(1)
            literal = "'" if text == "''" else text if quoted is None else quoted.replace("''", "'")
            yield lambda at, literal=literal: literal  # type: ignore[misc]


def _number(value: Callable[[datetime], int], width: int) -> Piece:
    return lambda at: f"{value(at):0{width}d}"


_NUMBERS: dict[str, Callable[[datetime], int]] = {
    "d": lambda at: at.day,
    "D": lambda at: at.timetuple().tm_yday,
    "F": lambda at: (at.day - 1) // 7 + 1,
    "H": lambda at: at.hour,
    "k": lambda at: at.hour or 24,
    "K": lambda at: at.hour % 12,
    "h": lambda at: at.hour % 12 or 12,
    "m": lambda at: at.minute,
    "s": lambda at: at.second,
    "S": lambda at: at.microsecond // 1000,
    "u": lambda at: at.isoweekday(),
    "w": lambda at: week(Moment(at, 0)),
    "W": lambda at: week_of_month(Moment(at, 0)),
}


def _year(at: datetime) -> int:
    return at.year


def _week_year(at: datetime) -> int:
    return week_year(Moment(at, 0))


def _letters(letter: str, width: int, pattern: str) -> Piece:
    number = _NUMBERS.get(letter)
    if number is not None:
        return _number(number, width)
    match letter:
        case "y" | "Y":
            year = _week_year if letter == "Y" else _year
            return (lambda at: f"{year(at) % 100:02d}") if width == 2 else _number(year, width)
        case "M" | "L":
            if width < 3:
                return _number(lambda at: at.month, width)
            return lambda at: MONTHS[at.month - 1][: 3 if width == 3 else None]
        case "E":
            return lambda at: DAYS[at.weekday()][: 3 if width < 4 else None]
        case "a":
            return lambda at: "AM" if at.hour < 12 else "PM"
        case "G":
            return lambda at: "AD"
        case "z":
            return lambda at: at.tzname() or ""
        case "Z":
            return lambda at: at.strftime("%z")
        case "X" if width <= 3:
            return lambda at: _iso_zone(at.strftime("%z"), width)
    raise BadPattern(f"date pattern {pattern!r}: {letter * width} is no part of a date")


def _iso_zone(offset: str, width: int) -> str:
    if offset == "+0000":
        return "Z"
    return (offset[:3], offset, f"{offset[:3]}:{offset[3:]}")[width - 1]
