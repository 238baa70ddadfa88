"""The words and weeks of dates in all languages, as Java 17 has them: those of CLDR 39."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

from pyjm.engine.compile.java_error import ILLEGAL_ARGUMENT, JavaError
from pyjm.engine.vu.date_fields import DAYS, LETTERS, MONTHS, Letter, Moment, Piece, number, weekday, year

from .zone_names import zone_letter

FILE = Path(__file__).with_name("date_words.json")
PERIODS = {1: "B", 4: "BBBB", 5: "BBBBB"}
RENAMED = {"iw": "he", "in": "id", "ji": "yi"}
"""Old codes of languages → those of today."""

_LOCALE = re.compile(r"([a-z]{2,3})(?:_([A-Z]{2}|[0-9]{3})|__\w+|_([A-Z]{2}|[0-9]{3})?_\w+)?|_([A-Z]{2})(?:_\w+)?")

ENGLISH = {
    "MMM": [name[:3] for name in MONTHS],
    "MMMM": MONTHS,
    "LLL": [name[:3] for name in MONTHS],
    "LLLL": MONTHS,
    "EEE": [name[:3] for name in DAYS],
    "EEEE": DAYS,
    "ccc": [name[:3] for name in DAYS],
    "cccc": DAYS,
    "a": ["AM", "PM"],
    "G": ["BC", "AD"],
    "GGGG": ["Before Christ", "Anno Domini"],
}


class Words:
    """The words of one locale: `texts` by pattern (MMM, LLLL, EEE, a …), and its weeks.

    `first_day` is the first of a week, Monday 1; `least_days` how many of a year its first week has at least.
    """

    def __init__(self, texts: dict[str, list[str]], week: tuple[int, int], letters: dict[str, Letter]) -> None:
        self.texts = texts
        self.first_day, self.least_days = week
        self.letters = letters

    def day_of_week(self, day: date) -> int:
        """Tell the day of the week, 1 for its first."""
        return (day.isoweekday() - self.first_day) % 7 + 1

    def offset(self, day: int, of_week: int) -> int:
        """Tell where week 1 of a month or a year begins; `day` counts from 1."""
        start = (day - of_week) % 7
        return 7 - start if start + 1 > self.least_days else -start

    def week_of_month(self, moment: Moment) -> int:
        """Tell the week of the month, which may be 0."""
        day = moment.at.date()
        return (7 + self.offset(day.day, self.day_of_week(day)) + day.day - 1) // 7

    def week_of(self, day: date) -> tuple[int, int]:
        """Tell the year to which a day's week belongs, and its number."""
        of_year = day.timetuple().tm_yday
        offset = self.offset(of_year, self.day_of_week(day))
        week = (7 + offset + of_year - 1) // 7
        if week == 0:
            return self.week_of(day - timedelta(days=of_year))
        if week > 50:
            length = date(day.year, 12, 31).timetuple().tm_yday
            next_first = (7 + offset + length + self.least_days - 1) // 7
            if week >= next_first:
                return day.year + 1, week - next_first + 1
        return day.year, week


@cache
def locale_of(text: str, default: str) -> str:
    """Read a locale as LocaleUtils.toLocale does: `de`, `pt_BR`, `_GB`. Raises JavaError for what is none."""
    if not text:
        return default
    match = _LOCALE.fullmatch(text)
    if match is None:
        raise JavaError(ILLEGAL_ARGUMENT, f"Invalid locale format: {text}")
    language, region = RENAMED.get(match[1], match[1]) or "", match[2] or match[3] or match[4]
    return f"{language}_{region}" if region else language


@cache
def data() -> dict[str, Any]:
    """Load the words of all languages."""
    loaded: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return loaded


def texts_of(locale: str) -> dict[str, list[str]]:
    """Give the words of a locale: its language's, but for those that are its own."""
    language = locale.partition("_")[0]
    locales = data()["locales"]
    own: dict[str, int] = locales.get(language, locales[""]) | locales.get(locale, {})
    return {pattern: data()["lists"][index].split("|") for pattern, index in own.items()}


@cache
def words(locale: str = "en") -> Words:
    """Give the words of a locale, as `locale_of` writes it."""
    if locale == "en":
        return Words(ENGLISH, (7, 1), LETTERS | {"z": zone_letter(locale, None)})
    region = locale.partition("_")[2]
    first, least = data()["weeks"].get(region, (1, 1)) if region else (7, 1)
    made = Words(texts_of(locale), (first, least), {})
    utc = data()["utc"].get(locale) or data()["utc"].get(locale.partition("_")[0])
    made.letters = LETTERS | letters_of(made) | {"z": zone_letter(locale, utc)}
    return made


def names(of: Callable[[Moment], int], letter: str, texts: dict[str, list[str]], shortest: int) -> Letter:
    """Write a name with three, four or five letters, with fewer of at least `shortest` as with three."""

    def make(count: int) -> Piece | None:
        if not shortest <= count <= 5:
            return None
        of_length = texts[letter * max(count, 3)]
        return lambda moment: of_length[of(moment) - 1]

    return make


def or_number(written: Letter, of: Callable[[Moment], int], most: int = 2) -> Letter:
    """Write a number with one or two letters, else a name."""
    digits = number(of, most)
    return lambda count: digits(count) if count <= 2 else written(count)


def period(texts: dict[str, list[str]], count: int) -> Piece | None:
    """Write `B`: the part of the day."""
    if count not in PERIODS:
        return None
    from_half_hour = [half_hour.split(":", 1) for half_hour in texts[PERIODS[count]]]

    def write(moment: Moment) -> str:
        now = moment.at.hour * 2 + (moment.at.minute > 0)
        return [text for at, text in from_half_hour if int(at) <= now][-1]

    return write


def letters_of(of: Words) -> dict[str, Letter]:
    """Make the letters whose pieces a locale has words for."""
    texts = of.texts

    def month(moment: Moment) -> int:
        return moment.at.month

    def quarter(moment: Moment) -> int:
        return (moment.at.month + 2) // 3

    def day(moment: Moment) -> int:
        return of.day_of_week(moment.at.date())

    days = names(weekday, "E", texts, 1)
    eras = {1: "G", 2: "G", 3: "G", 4: "GGGG", 5: "GGGGG"}
    return {
        "M": or_number(names(month, "M", texts, 3), month),
        "L": or_number(names(month, "L", texts, 3), month),
        "Q": or_number(names(quarter, "Q", texts, 3), quarter),
        "q": or_number(names(quarter, "q", texts, 3), quarter),
        "E": days,
        "e": or_number(days, day),
        "c": or_number(names(weekday, "c", texts, 3), day, 1),
        "a": lambda count: (lambda moment: texts["a"][moment.at.hour >= 12]) if count == 1 else None,
        "B": partial(period, texts),
        "G": lambda count: (lambda moment: texts[eras[count]][1]) if count in eras else None,
        "w": number(lambda moment: of.week_of(moment.at.date())[1]),
        "W": number(of.week_of_month, 1),
        "Y": year(lambda moment: of.week_of(moment.at.date())[0]),
    }
