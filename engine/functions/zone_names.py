"""The names of time zones, as Java 17 has them: CET, Central European Summer Time; short ones in all languages."""

from __future__ import annotations

import json
from datetime import UTC, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pyjm.engine.vu.date_fields import Letter, Moment, Piece, iso_offset, machine_zone

FILE = Path(__file__).with_name("zone_names.json")
_offset = iso_offset("Z")(5)


@cache
def data() -> dict[str, Any]:
    """Load the names of all zones."""
    loaded: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return loaded


@cache
def names_of(zone: str, locale: str) -> list[str] | None:
    """Give a zone's names in a locale: short, short in summer, and the long ones in English; None for no such zone."""
    index = data()["zones"].get(zone)
    if index is None:
        return None
    names: list[str] = data()["lists"][index].split("|")
    locales = data()["locales"]
    own = locales.get(locale, locales.get(locale.partition("_")[0]))
    for short, zones in () if own is None else data()["sets"][own].items():
        if zone in zones:
            return [*str(short).split("|"), *names[2:]]
    return names


@cache
def zone(name: str) -> ZoneInfo | None:
    """Give a zone by its name, None where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_id(moment: Moment) -> str | None:
    """Tell the name of a moment's zone; None for one that is but an offset."""
    its = moment.at.tzinfo
    if its is UTC:
        return "UTC"
    if not isinstance(its, timezone):
        return getattr(its, "key", None)
    name = its.tzname(None)
    here = zone(machine_zone())
    if here is not None and moment.at.astimezone(here).tzname() == name:
        return here.key
    return None if name.startswith("UTC") else name


def in_summer(moment: Moment, key: str) -> bool:
    """Tell whether it is summer time in a zone."""
    there = zone(key)
    if there is None:
        return False
    at = moment.at.astimezone(there)
    least = min([at.replace(month=month, day=1).utcoffset() or timedelta(0) for month in (1, 7)])
    return (at.utcoffset() or least) > least


def zone_letter(locale: str, utc: str | None) -> Letter:
    """Write `z`: a zone's name in a locale; `utc` is UTC's long one there."""

    def make(count: int) -> Piece | None:
        if count > 4:
            return None

        def write(moment: Moment) -> str:
            key = zone_id(moment)
            if key is None:
                assert _offset is not None
                return _offset(moment)
            names = names_of(key, locale)
            if names is None:
                return key
            at = 2 * (count == 4)
            if utc is not None and at and names[2] == "Coordinated Universal Time":
                return utc
            return names[at] if names[at] == names[at + 1] else names[at + in_summer(moment, key)]

        return write

    return make
