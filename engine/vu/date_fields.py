"""The letters of date patterns: how each field of a moment is written, in English."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple


class Moment(NamedTuple):
    """A time in its zone, with its nanoseconds."""

    at: datetime
    nanos: int


Piece = Callable[[Moment], str]
Letter = Callable[[int], Piece | None]
"""Makes the piece for so many letters, None where there are too many."""

MONTHS = ["January", "February", "March", "April", "May", "June", "July"]
MONTHS += ["August", "September", "October", "November", "December"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
FIRST_JULIAN = date(1858, 11, 17).toordinal()
"""Day 0 of the modified Julian days."""

ORDINALS = ("1st", "2nd", "3rd", "4th")


@lru_cache(maxsize=8)
def second_here(seconds: int) -> datetime:
    """Give a whole second since the epoch in this machine's zone; mostly asked for the present one."""
    return datetime.fromtimestamp(seconds).astimezone()


def local(nanos: int) -> Moment:
    """Make the moment of a time since the epoch, in this machine's zone."""
    seconds, rest = divmod(nanos, 1_000_000_000)
    return Moment(second_here(seconds), rest)


def number(of: Callable[[Moment], int], most: int = 2) -> Letter:
    """Write a number with at least as many digits as there are letters."""
    return lambda count: None if count > most else lambda moment: f"{of(moment):0{count}d}"


def year(of: Callable[[Moment], int]) -> Letter:
    """Write a year: `yy` has its last two digits."""

    def make(count: int) -> Piece:
        if count == 2:
            return lambda moment: f"{of(moment) % 100:02d}"
        return lambda moment: f"{of(moment):0{count}d}"

    return make


def names(of: Callable[[Moment], int], full: list[str], digits: bool) -> Letter:
    """Write a name: three letters short, four full, five its initial; one or two as a number if `digits`."""

    def make(count: int) -> Piece | None:
        if count <= 2 and digits:
            return lambda moment: f"{of(moment):0{count}d}"
        length = {1: 3, 2: 3, 3: 3, 4: None, 5: 1}.get(count, 0)
        return None if length == 0 else lambda moment: full[of(moment) - 1][:length]

    return make


def weekday(moment: Moment) -> int:
    """Tell the day of the week, Monday 1."""
    return moment.at.isoweekday()


def local_weekday(moment: Moment) -> int:
    """Tell the day of the week, Sunday 1."""
    return moment.at.isoweekday() % 7 + 1


def first_week(of_year: int) -> date:
    """Tell the Sunday with which week 1 of a year begins, the week that holds January 1."""
    new_year = date(of_year, 1, 1)
    return new_year - timedelta(days=new_year.isoweekday() % 7)


def week_year(moment: Moment) -> int:
    """Tell the year to which the week belongs."""
    day = moment.at.date()
    return day.year + (day.year < 9999 and day >= first_week(day.year + 1))


def week(moment: Moment) -> int:
    """Tell the week of the year."""
    return (moment.at.date() - first_week(week_year(moment))).days // 7 + 1


def week_of_month(moment: Moment) -> int:
    """Tell the week of the month."""
    first = moment.at.date().replace(day=1).isoweekday() % 7
    return (moment.at.day - 1 + first) // 7 + 1


def localized_day(count: int) -> Piece | None:
    """Write `e`: the day of the week as a number from Sunday, or its name."""
    return number(local_weekday)(count) if count <= 2 else names(weekday, DAYS, False)(count)


def standalone_day(count: int) -> Piece | None:
    """Write `c`: as `e`, but never with two digits."""
    return None if count == 2 else localized_day(count)


def quarter(count: int) -> Piece | None:
    """Write `Q`: 4, 04, Q4, 4th quarter."""

    def make(moment: Moment) -> str:
        index = (moment.at.month - 1) // 3
        forms = ("", f"{index + 1}", f"{index + 1:02d}", f"Q{index + 1}", f"{ORDINALS[index]} quarter", f"{index + 1}")
        return forms[count]

    return make if count <= 5 else None


def era(count: int) -> Piece | None:
    """Write `G`."""
    text = {1: "AD", 2: "AD", 3: "AD", 4: "Anno Domini", 5: "A"}.get(count)
    return None if text is None else lambda moment: text


def half_day(count: int) -> Piece | None:
    """Write `a`: AM or PM."""
    return None if count > 1 else lambda moment: "AM" if moment.at.hour < 12 else "PM"


def day_period(count: int) -> Piece | None:
    """Write `B`: in the morning …"""

    def make(moment: Moment) -> str:
        hour, minute = moment.at.hour, moment.at.minute
        if minute == 0 and hour in (0, 12):
            name = "midnight" if hour == 0 else "noon"
            return name if count < 5 else {"midnight": "mi", "noon": "n"}[name]
        if 6 <= hour < 12:
            return "in the morning"
        if 12 <= hour < 18:
            return "in the afternoon"
        return "in the evening" if 18 <= hour < 21 else "at night"

    return make if count in (1, 4, 5) else None


def fraction(count: int) -> Piece | None:
    """Write `S`: so many digits of the second's fraction."""
    return None if count > 9 else lambda moment: f"{moment.nanos:09d}"[:count]


def offset_s(moment: Moment) -> int:
    """Tell how far the zone is ahead of UTC."""
    offset = moment.at.utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def offset(moment: Moment, colon: str, *, minutes: bool = True) -> str:
    """Write +01:00; without `minutes` only where there are some."""
    seconds = offset_s(moment)
    sign = "-" if seconds < 0 else "+"
    hours, left = divmod(abs(seconds) // 60, 60)
    return f"{sign}{hours:02d}" + (f"{colon}{left:02d}" if minutes or left else "")


def iso_offset(zero: str) -> Letter:
    """Write `X` and `x`; `zero` is what UTC is, where it is not written as the others."""

    def make(count: int) -> Piece | None:
        colon = ":" if count in (3, 5) else ""
        if count > 5:
            return None

        def write(moment: Moment) -> str:
            return zero if zero and not offset_s(moment) else offset(moment, colon, minutes=count > 1)

        return write

    return make


def gmt(moment: Moment, *, full: bool) -> str:
    """Write GMT+1, or GMT+01:00."""
    if not offset_s(moment):
        return "GMT"
    text = offset(moment, ":", minutes=full)
    return "GMT" + (text if full or text[1] != "0" else text[0] + text[2:])


def plain_offset(count: int) -> Piece | None:
    """Write `Z`: +0100, GMT+01:00, +01:00."""
    if count <= 3:
        return lambda moment: offset(moment, "")
    return {4: lambda moment: gmt(moment, full=True), 5: iso_offset("Z")(5)}.get(count)


def localized_offset(count: int) -> Piece | None:
    """Write `O`: GMT+1, GMT+01:00."""
    return (lambda moment: gmt(moment, full=count == 4)) if count in (1, 4) else None


def zone_name(count: int) -> Piece | None:
    """Write `z`: CET; of full names only UTC's is known."""
    utc = "Coordinated Universal Time" if count == 4 else "UTC"
    if count > 4:
        return None

    def write(moment: Moment) -> str:
        name = moment.at.tzname() or "UTC"
        return utc if name == "UTC" else name

    return write


def zone_id(count: int) -> Piece | None:
    """Write `VV`: Europe/Berlin."""
    return (lambda moment: getattr(moment.at.tzinfo, "key", None) or machine_zone()) if count == 2 else None


def machine_zone() -> str:
    """Tell the name of this machine's zone."""
    zone = os.environ.get("TZ", "").lstrip(":")
    if zone:
        return zone
    link = Path("/etc/localtime")
    _, found, name = (str(link.resolve()) if link.exists() else "").partition("zoneinfo/")
    return name if found else "UTC"


def of_day(moment: Moment) -> int:
    """Tell the seconds since midnight."""
    at = moment.at
    return (at.hour * 60 + at.minute) * 60 + at.second


LETTERS: dict[str, Letter] = {
    "G": era,
    "u": year(lambda m: m.at.year),
    "y": year(lambda m: m.at.year),
    "Y": year(week_year),
    "M": names(lambda m: m.at.month, MONTHS, True),
    "L": names(lambda m: m.at.month, MONTHS, True),
    "Q": quarter,
    "q": quarter,
    "w": number(week),
    "W": number(week_of_month, 1),
    "d": number(lambda m: m.at.day),
    "D": number(lambda m: m.at.timetuple().tm_yday, 3),
    "F": number(lambda m: (m.at.day - 1) % 7 + 1, 1),
    "E": names(weekday, DAYS, False),
    "e": localized_day,
    "c": standalone_day,
    "a": half_day,
    "B": day_period,
    "H": number(lambda m: m.at.hour),
    "k": number(lambda m: m.at.hour or 24),
    "K": number(lambda m: m.at.hour % 12),
    "h": number(lambda m: m.at.hour % 12 or 12),
    "m": number(lambda m: m.at.minute),
    "s": number(lambda m: m.at.second),
    "S": fraction,
    "n": number(lambda m: m.nanos, 19),
    "N": number(lambda m: of_day(m) * 1_000_000_000 + m.nanos, 19),
    "A": number(lambda m: of_day(m) * 1000 + m.nanos // 1_000_000, 19),
    "g": number(lambda m: m.at.toordinal() - FIRST_JULIAN, 19),
    "z": zone_name,
    "Z": plain_offset,
    "X": iso_offset("Z"),
    "x": iso_offset(""),
    "O": localized_offset,
    "V": zone_id,
}
