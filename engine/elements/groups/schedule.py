"""The schedule of an Open Model Thread Group: its language, and the arrivals that it means.

Mirrors org.apache.jmeter.threads.openmodel: the tokenizer, the parser, the generator and its two ramps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from typing import NoReturn, TypeAlias

from ..java_random import next_double, scrambled

_BLANK = re.compile(r"[ \t\n\x0b\f\r]+|/\*(?:(?!\*/)[^\n\r\x85\u2028\u2029])*\*/|//[^\n\r]*[\n\r]*")
_TOKEN = re.compile(r"(?P<sign>[()/])|(?P<number>[0-9]++(?:\.[0-9]++)?|\.[0-9]++)|(?P<word>[A-Za-z][A-Za-z0-9_]*+)")
_INTEGER = re.compile(r"[+-]?[0-9]+")

UNITS = (("ms", "", 0.001), ("s", "sec", 1.0), ("m", "min", 60.0), ("h", "hour", 3600.0), ("d", "day", 86400.0))
"""A unit's short name, what its long names begin with, and its seconds."""


class ScheduleError(ValueError):
    """A schedule that can't be read."""


@dataclass(frozen=True, slots=True)
class Rate:
    """From here on so many arrivals a second."""

    per_s: float


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Arrivals over a time, evenly or at random; the rate goes straight to the one that follows, if one does."""

    even: bool
    duration_s: float


Step: TypeAlias = "Rate | Arrivals"


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the language: `kind` is sign, number or word."""

    kind: str
    text: str
    at: int


def parse(schedule: str) -> list[Step]:
    """Read a schedule; raises ScheduleError. A bare whole number is so many arrivals within a second, and an hour."""
    if _INTEGER.fullmatch(schedule) and -(2**31) <= int(schedule) < 2**31:
        rate = Rate(float(schedule))
        return [rate, Arrivals(True, 1.0), rate, Rate(0.0), Arrivals(True, 3600.0)]
    return _Parser(schedule).steps()


def tokens(schedule: str) -> list[Token]:
    """Cut a schedule into its words; raises ScheduleError."""
    found = []
    at = 0
    while at < len(schedule):
        if blank := _BLANK.match(schedule, at):
            at = blank.end()
        elif match := _TOKEN.match(schedule, at):
            found.append(Token(match.lastgroup or "", match[0], at))
            at = match.end()
        else:
            raise ScheduleError(f"Unexpected input at position {at}: {schedule[at : at + 20]}")
    return found


class _Parser:
    def __init__(self, schedule: str) -> None:
        self.schedule = schedule
        self.tokens = tokens(schedule)
        self.at = 0
        self.rate = Rate(0.0)

    def steps(self) -> list[Step]:
        """Read all."""
        found: list[Step] = []
        while self.at < len(self.tokens):
            word = self.tokens[self.at].text.lower()
            self.at += 1
            if word == "pause":
                found += self.pause()
            elif word == "rate":
                self.rate = self.read_rate()
                found.append(self.rate)
            elif word in ("random_arrivals", "even_arrivals"):
                found.append(Arrivals(word == "even_arrivals", self.duration_s()))
            else:
                self.at -= 1
                self.fail("Unexpected input (expecting rate, random_arrivals, even_arrivals, or pause)")
        return found

    def pause(self) -> list[Step]:
        """Read a time without arrivals, after which the rate is what it was."""
        quiet = Arrivals(True, self.duration_s())
        if self.rate.per_s == 0:
            return [quiet, self.rate]
        return [self.rate, Rate(0.0), quiet, Rate(0.0), self.rate]

    def read_rate(self) -> Rate:
        """Read what stands behind `rate`."""
        self.expect("(")
        count = float(self.take("number", "float number for rate").text)
        unit_s = 1.0
        if count or not self.sees(")"):
            self.expect("/", "per")
            unit_s = self.unit_s()
        self.expect(")")
        return Rate(count / unit_s)

    def duration_s(self) -> float:
        """Read a time in brackets: numbers with units."""
        self.expect("(")
        total_s = 0.0
        while True:
            count = float(self.take("number", "float number for duration").text)
            if not count and self.sees(")"):
                break
            total_s += count * self.unit_s()
            if self.at >= len(self.tokens) or self.tokens[self.at].kind != "number":
                break
        self.expect(")")
        return total_s

    def unit_s(self) -> float:
        """Read a unit of time, in seconds."""
        word = self.take("word", "unit for duration: sec, min, hour, day").text.lower()
        found = next((unit_s for name, long, unit_s in UNITS if word == name or (long and word.startswith(long))), None)
        return self.fail(f"Unexpected time unit {word}") if found is None else found

    def sees(self, text: str) -> bool:
        """Tell whether this is the next word."""
        return self.at < len(self.tokens) and self.tokens[self.at].text == text

    def expect(self, *texts: str) -> None:
        """Go on behind one of these words."""
        if self.at >= len(self.tokens) or self.tokens[self.at].text.lower() not in texts:
            self.fail(f"Unexpected input. Expected {', '.join(texts)} got {self.present()}")
        self.at += 1

    def take(self, kind: str, what: str) -> Token:
        """Take a word of a kind."""
        if self.at >= len(self.tokens) or self.tokens[self.at].kind != kind:
            self.fail(f"Unexpected input. Expected {what} got {self.present()}")
        self.at += 1
        return self.tokens[self.at - 1]

    def present(self) -> str:
        """Name the word that stands here."""
        return self.tokens[self.at].text if self.at < len(self.tokens) else "nothing"

    def fail(self, message: str) -> NoReturn:
        """Say what is wrong, and where."""
        at = self.tokens[self.at].at if self.at < len(self.tokens) else 0
        raise ScheduleError(f"{message} at position {at}: {self.schedule[at : at + 20]}")


def duration_s(steps: list[Step]) -> float:
    """Tell how long a schedule lasts."""
    return sum(step.duration_s for step in steps if isinstance(step, Arrivals))


def arrivals_s(steps: list[Step], seed: int) -> Iterator[float]:
    """Give the arrivals in seconds after the start, in order; the seed is that of a java.util.Random."""
    state = scrambled(seed)
    offset_s = rate = 0.0
    for index, step in enumerate(steps):
        if isinstance(step, Rate):
            rate = step.per_s
            continue
        after = steps[index + 1] if index + 1 < len(steps) else None
        end_rate = after.per_s if isinstance(after, Rate) else rate
        if step.even:
            events: Iterator[float] = _even(rate, end_rate, step.duration_s)
        else:
            state, drawn = _random(rate, end_rate, step.duration_s, state)
            events = iter(drawn)
        for event_s in events:
            yield offset_s + event_s
        offset_s += step.duration_s


def _even(begin: float, end: float, lasts_s: float) -> Iterator[float]:
    mean = (begin + end) / 2
    steady = abs(end - begin) < 0.0001 * mean
    for number in range(int(mean * lasts_s)):
        if steady or not number:
            yield number / mean
        else:
            change = (end - begin) / lasts_s
            yield (sqrt(max(0.0, begin * begin + 2 * change * number)) - begin) / change


def _random(begin: float, end: float, lasts_s: float, state: int) -> tuple[int, list[float]]:
    events = []
    count = int((begin + end) / 2 * lasts_s)
    level = int(min(begin, end) * lasts_s)
    for number in range(count):
        if number >= level and begin == end:
            break
        state, drawn = next_double(state)
        if number >= level:
            drawn = 1 - sqrt(drawn) if begin > end else sqrt(drawn)
        events.append(drawn * lasts_s)
    return state, sorted(events)
