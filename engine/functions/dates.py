"""Functions on dates: __timeShift, __dateTimeConvert, __RandomDate."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, timedelta
from random import randrange
from time import time_ns
from typing import TYPE_CHECKING

from pyjm.engine.compile.functions import Args, function
from pyjm.engine.compile.java_error import ILLEGAL_ARGUMENT, JavaError
from pyjm.engine.compile.java_numbers import LONG
from pyjm.engine.compile.java_text import java_trim
from pyjm.engine.vu.date_fields import Moment, local

from .at_start import at_start
from .date_pattern import PatternError, date_pattern
from .date_read import DateError, duration_nanos, epoch_nanos, read_date, shifted
from .date_words import locale_of
from .parsing import java_number
from .saving import Unkept, saved

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.functions")


_FIELDS = """
HHourOfDay hClockHourOfAmPm KHourOfAmPm kClockHourOfDay mMinuteOfHour sSecondOfMinute SNanoOfSecond nNanoOfSecond
AMilliOfDay NNanoOfDay aAmPmOfDay XOffsetSeconds xOffsetSeconds ZOffsetSeconds OOffsetSeconds
"""

TIME_LETTERS = {field[0]: f"Unsupported field: {field[1:]}" for field in _FIELDS.split()}
TIME_LETTERS |= dict.fromkeys("zV", "Unable to extract ZoneId from temporal")
"""Letters that a day alone can't be written with → what Java says of them."""


def locale_from(args: Args, index: int, build: Build) -> Callable[[User], str]:
    """Make what gives the locale that an argument names, by default JMeter's own; raises JavaError for what is none."""
    own = default_locale(build)
    if len(args) <= index:
        return lambda user: own
    given, constant = args[index].get, args[index].constant
    if constant is None:
        return lambda user: locale_of(java_trim(given(user)), own)
    fixed = locale_of(java_trim(constant), own)
    return lambda user: fixed


def default_locale(build: Build) -> str:
    """Give the locale of JMeter's property `language`."""
    parts = [part for part in build.properties.get("language", "en").split("_") if part]
    return "_".join(parts) if len(parts) == 2 else parts[0] if len(parts) == 1 else "en"


@function("__timeShift", 4, 5)
def make_time_shift(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give a date (by default the present), moved by a duration, in a pattern (by default milliseconds)."""
    args = [at_start(arg) if index in (0, 3, 4) else arg for index, arg in enumerate(args)]
    try:
        locale_in = locale_from(args if len(args) == 5 else args[:3], 3, build)
    except JavaError as error:
        build.fault(path, f"__timeShift: {error}", "JMeter does not run such a plan either: de, pt_BR …")
        return lambda user: ""
    pattern_of, date_of, amount_of = (arg.get for arg in args[:3])

    def get(user: User) -> str:
        pattern = java_trim(pattern_of(user))
        moment = local(time_ns())
        locale = locale_in(user)
        try:
            write = date_pattern(pattern, locale) if pattern else None
        except PatternError as error:
            log.error("Format date pattern '%s' is invalid: %s", pattern, error)
            return Unkept()
        given = java_trim(date_of(user))
        if given:
            moment = parsed(given, pattern, moment, locale)
        amount = java_trim(amount_of(user))
        if amount:
            try:
                moment = shifted(moment, duration_nanos(amount))
            except DateError as error:
                log.error("Failed to parse the amount duration '%s' to shift: %s", amount, error)
        return write(moment) if write else str(epoch_nanos(moment) // 1_000_000)

    return saved(get, args, len(args) - 1)


def parsed(text: str, pattern: str, now: Moment, locale: str) -> Moment:
    """Read the date to shift; it is the present where that fails."""
    try:
        if not pattern:
            return local(java_number(text, LONG) * 1_000_000)
        letters = set(written(pattern))
        if "u" not in letters and ("a" not in letters or "H" in letters):
            return read_date(text, pattern, now, locale=locale)
        error: ValueError = DateError("it stands against JMeter's defaults: the present year, hour 0 of 24")
    except (DateError, JavaError) as caught:
        error = caught
    log.error("Failed to parse the date '%s' to shift with formatter '%s': %s", text, pattern, error)
    return now


@function("__dateTimeConvert", 3, 4)
def make_date_time_convert(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Write a date of one pattern (by default milliseconds) in another; nothing where that fails."""
    text_of, source_of, target_of = (arg.get for arg in args[:3])

    def get(user: User) -> str:
        text, source, target = text_of(user), source_of(user), target_of(user)
        try:
            if not source:
                return date_pattern(target)(local(java_number(text, LONG) * 1_000_000))
            write = date_pattern(target)
            if fields(target) <= whole(source):
                return write(read_date(text, source, local(time_ns()), defaults=False))
            error: ValueError = DateError("Unsupported field")
        except (DateError, JavaError) as caught:
            error = caught
        log.error("__dateTimeConvert: %s as %s to %s: %s", text, source, target, error)
        return Unkept()

    return saved(get, args, 3)


def fields(pattern: str) -> set[str]:
    """Tell whether a pattern has a date and a time of day."""
    letters = set(written(pattern))
    return {kind for kind, of in (("date", "yuMLdDEe"), ("time", "HhKkmsSa")) if letters & set(of)}


def whole(pattern: str) -> set[str]:
    """Tell whether a pattern tells a whole date, and a time of day."""
    letters = set(written(pattern))
    told = letters & set("yu") and ("D" in letters or ("d" in letters and letters & set("ML")))
    return fields(pattern) - (set() if told else {"date"})


def written(pattern: str) -> str:
    """Give a pattern without what stands in quotes."""
    return "".join(pattern.split("'")[::2])


@function("__RandomDate", 3, 5)
def make_random_date(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give a day from the start (by default today) up to the day before the end, in a pattern."""
    try:
        locale_in = locale_from(args, 3, build)
    except JavaError as error:
        build.fault(path, f"__RandomDate: {error}", "each sample that needs it fails, as in JMeter", fatal=False)
        given = args[3].get
        locale_in = lambda user: locale_of(java_trim(given(user)), "")  # noqa: E731
    pattern_of, start_of, end_of = (arg.get for arg in args[:3])

    def get(user: User) -> str:
        locale = locale_in(user)
        pattern = java_trim(pattern_of(user)) or "yyyy-MM-dd"
        try:
            write = date_pattern(pattern, locale)
        except PatternError as error:
            log.error("Format date pattern '%s' is invalid: %s", pattern, error)
            return Unkept()
        no_day = next((letter for letter in written(pattern) if letter in TIME_LETTERS), "")
        given = java_trim(start_of(user))
        start = day(given, pattern, locale) if given else local(time_ns()).at.date()
        end = day(java_trim(end_of(user)), pattern, locale)
        if end < start:
            log.error("End Date '%s' must be greater than Start Date '%s'", end, start)
            return Unkept()
        if end == start:
            raise JavaError(ILLEGAL_ARGUMENT, "bound must be greater than origin")
        if no_day:
            raise JavaError("java.time.temporal.UnsupportedTemporalTypeException", TIME_LETTERS[no_day])
        chosen = start + timedelta(days=randrange((end - start).days))
        return write(read_date(chosen.isoformat(), "yyyy-MM-dd", local(0)))

    return saved(get, args, 4)


def day(text: str, pattern: str, locale: str) -> date:
    """Read a day; what is none is the first day of 1970."""
    try:
        return read_date(text, pattern, local(time_ns()), locale=locale).at.date()
    except (DateError, PatternError) as error:
        log.error("Failed to parse the date '%s': %s", text, error)
        return date(1970, 1, 1)
