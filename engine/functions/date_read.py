"""The reading of dates by a pattern, as Java's DateTimeFormatter with defaults for the fields that are not there."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pyjm.engine.vu.date_fields import Moment, local

from .date_pattern import quoted
from .date_words import Words, words


class DateError(ValueError):
    """The text is no date in this pattern."""


def _names(names: list[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(set(names), key=len, reverse=True))


def part(letter: str, count: int, texts: dict[str, list[str]]) -> str:
    """Give the regular expression of one letter, so many times; raises DateError for a letter that can't be read."""
    if letter in "MLE" and count >= (1 if letter == "E" else 3):
        return f"(?P<{letter}{min(max(count, 3), 4)}>{_names(texts[letter * min(max(count, 3), 4)])})"
    if letter in "yu":
        return {2: "(?P<y2>[0-9]{2})", 4: "(?P<y>[0-9]{4})"}.get(count, "(?P<y>[0-9]+)")
    if letter in "MLdHhkKms":
        return f"(?P<{letter}>[0-9]{{{'1,2' if count == 1 else 2}}})"
    if letter == "S":
        return f"(?P<S>[0-9]{{{count}}})"
    if letter == "a":
        return f"(?P<a>{_names(texts['a'])})"
    if letter == "D":
        return f"(?P<D>[0-9]{{{'1,3' if count == 1 else count}}})"
    if letter == "G":
        return f"(?P<G>{_names(texts['G' if count < 4 else 'GGGG'])})"
    if letter in "zV":
        return r"(?P<name>[A-Za-z]+(?:[/_+-][A-Za-z0-9_+-]+)*)"
    if letter in "ZXx":
        return r"(?P<zone>Z|[+-][0-9]{2}(?::?[0-9]{2})?)"
    raise DateError(f"the letter {letter} is written, not read")


@lru_cache(maxsize=200)
def reader(pattern: str, locale: str) -> re.Pattern[str]:
    """Compile a pattern for reading; raises DateError and PatternError."""
    texts = words(locale).texts
    expression = ""
    at = depth = 0
    while at < len(pattern):
        char = pattern[at]
        end = at + 1
        if char.isascii() and char.isalpha():
            while pattern[end : end + 1] == char:
                end += 1
            try:
                told = part(char, end - at, texts)
                name = told[: told.index(">") + 1]
                expression += told.replace(name, "(?:") if name in expression else told
            except DateError:
                if not depth:
                    raise
                expression += "(?!)"  # so that an optional part is not there
        elif char == "'":
            text, end = quoted(pattern, at + 1)
            expression += re.escape(text)
        elif char in "[]":
            expression += "(?:" if char == "[" else ")?"
            depth += 1 if char == "[" else -1
        else:
            expression += re.escape(char)
        at = end
    try:
        return re.compile(expression)
    except re.error as error:
        raise DateError(str(error)) from None


def read_date(text: str, pattern: str, now: Moment, *, defaults: bool = True, locale: str = "en") -> Moment:
    """Read a date; fields that are not there are this year, the first of January, midnight, this machine's zone.

    With JMeter's `defaults` for these, a day of the year or a fraction of a second that differs from them is refused.
    """
    match = reader(pattern, locale).fullmatch(text)
    if match is None:
        raise DateError(f"Text '{text}' could not be parsed")
    found = {name: value for name, value in match.groupdict().items() if value is not None}
    if "a" in found and "h" not in found and "K" not in found:
        raise DateError("AM or PM without an hour")
    year = int(found["y"]) if "y" in found else 2000 + int(found["y2"]) if "y2" in found else now.at.year
    of = words(locale)
    month = month_of(found, of)
    day = int(found.get("d", "1"))
    if "D" in found and "d" not in found:
        if defaults and int(found["D"]) != 1:
            raise DateError("Conflict found: the day of the year against the first of January")
        at = datetime(year, 1, 1) + timedelta(days=int(found["D"]) - 1)
        month, day = at.month, at.day
    last = (datetime(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day if 1 <= month <= 12 else 0
    nanos = int(found.get("S", "0").ljust(9, "0"))
    if defaults and nanos:
        raise DateError("Conflict found: the second's fraction against 0")
    try:
        at = datetime(year, month, min(day, last) if day <= 31 else day, hour_of(found, of), int(found.get("m", "0")))
        at = at.replace(second=int(found.get("s", "0")))
        zone = zone_of(found.get("zone"), found.get("name"))
        # JMeter's default offset, this machine's, says which instant it is; the zone that is named, how it is written
        at = at.astimezone(zone) if "name" in found and defaults else at.replace(tzinfo=zone)
    except ValueError as error:
        raise DateError(f"Text '{text}' could not be parsed: {error}") from None
    return Moment(at if at.tzinfo else at.astimezone(), nanos)


def month_of(found: dict[str, str], of: Words) -> int:
    """Give the month that was read."""
    for letters in ("MMM", "MMMM", "LLL", "LLLL"):
        name = found.get(f"{letters[0]}{len(letters)}")
        if name is not None:
            return of.texts[letters].index(name) + 1
    return int(found.get("M") or found.get("L") or "1")


def hour_of(found: dict[str, str], of: Words) -> int:
    """Give the hour that was read."""
    if "h" in found or "K" in found:
        return int(found.get("h") or found["K"]) % 12 + 12 * (found.get("a") == of.texts["a"][1])
    return int(found.get("H") or found.get("k") or "0") % (24 if "k" in found else 99)


def zone_of(text: str | None, name: str | None) -> tzinfo | None:
    """Give the zone that was read as an offset or by its name; raises ValueError."""
    if name is not None:
        try:
            return UTC if name in ("UTC", "GMT", "Z", "UT") else ZoneInfo(name)
        except ZoneInfoNotFoundError:
            raise ValueError(f"unknown zone {name}") from None
    if text is None:
        return None
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


_DURATION = re.compile(
    r"([-+]?)P(?:([-+]?\d+)D)?(T(?:([-+]?\d+)H)?(?:([-+]?\d+)M)?(?:([-+]?)(\d+)(?:[.,](\d{0,9}))?S)?)?", re.IGNORECASE
)


def duration_nanos(text: str) -> int:
    """Read an ISO 8601 duration as Java's Duration.parse does; raises DateError."""
    match = _DURATION.fullmatch(text)
    if match is None or not any(match.group(2, 4, 5, 7)) or match[3] in ("T", "t"):
        raise DateError(f"Text '{text}' cannot be parsed to a Duration")
    days, hours, minutes = (int(match[number] or 0) for number in (2, 4, 5))
    seconds = int(match[7] or 0) * 1_000_000_000 + int((match[8] or "").ljust(9, "0"))
    total = ((days * 24 + hours) * 60 + minutes) * 60_000_000_000 + (-seconds if match[6] == "-" else seconds)
    return -total if match[1] == "-" else total


def epoch_nanos(moment: Moment) -> int:
    """Give the time since the epoch."""
    return int(moment.at.timestamp()) * 1_000_000_000 + moment.nanos


def shifted(moment: Moment, nanos: int) -> Moment:
    """Give the moment so much later, in the same zone."""
    total = epoch_nanos(moment) + nanos
    later = local(total)
    zone = moment.at.tzinfo
    here = local(epoch_nanos(moment)).at.utcoffset() == moment.at.utcoffset()
    return later if here else Moment(later.at.astimezone(zone), later.nanos)
