"""Dates as HTTP writes them, read as Apache HttpClient 4 reads them: by Java's lenient SimpleDateFormat."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>january|february|march|april|may|june|july|august|september|october|november|december|" + (
    "|".join(_MONTHS) + ")"
)
_DAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
_TIME = r"\s*(?P<hour>\d+):\s*(?P<minute>\d+):\s*(?P<second>\d+)"
_ZONE = r" (?P<zone>(?:GMT|UTC|UT|Z)?[+-]\d{1,2}:?\d{2}|GMT|UTC|UT|Z|[ECMP][SD]T)"
_HOURS = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})$")

RFC_1123 = re.compile(rf"{_DAY},\s*(?P<day>\d+) {_MONTH}\s+(?P<year>\d+) {_TIME}{_ZONE}", re.IGNORECASE)
RFC_1036 = re.compile(rf"{_DAY},\s*(?P<day>\d+)-{_MONTH}-(?P<short>\d+) {_TIME}{_ZONE}", re.IGNORECASE)
ASCTIME = re.compile(rf"{_DAY} {_MONTH}\s+(?P<day>\d+) {_TIME}\s+(?P<year>\d+)", re.IGNORECASE)
HTTP_DATES = (RFC_1123, RFC_1036, ASCTIME)


def java_date(text: str, patterns: Sequence[re.Pattern[str]] = HTTP_DATES) -> float | None:
    """Read a date by the first pattern that it begins with: seconds since the epoch, None for what is none.

    Two digits of a year stand for one of this century; days and hours beyond their range count on, as in Java.
    """
    if len(text) > 1 and text[0] == text[-1] == "'":
        text = text[1:-1]
    for pattern in patterns:
        found = pattern.match(text)
        if found is not None:
            try:
                return _seconds(found.groupdict())
            except (OverflowError, ValueError):
                return None
    return None


def _seconds(found: dict[str, str]) -> float:
    year = found.get("year") or found["short"]
    number = int(year) + (2000 if "short" in found and len(year) == 2 else 0)
    begin = datetime(number, _MONTHS.index(found["month"][:3].lower()) + 1, 1, tzinfo=UTC)
    day, hour, minute, second = (int(found[key]) for key in ("day", "hour", "minute", "second"))
    at = begin + timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second)
    return (at - timedelta(minutes=_offset_minutes(found.get("zone") or "GMT"))).timestamp()


def _offset_minutes(zone: str) -> int:
    found = _OFFSET.search(zone)
    if found is None:
        return 60 * _HOURS.get(zone.upper(), 0)
    return (int(found[2]) * 60 + int(found[3])) * (1 if found[1] == "+" else -1)
