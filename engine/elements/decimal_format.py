"""Whole numbers written after a pattern such as `000` or `user-#,##0`. Mirrors java.text.DecimalFormat for longs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

PER = {"%": 100, "\u2030": 1000}


class PatternError(ValueError):
    """A pattern that DecimalFormat refuses."""


@dataclass(frozen=True, slots=True)
class DecimalFormat:
    """A pattern, read."""

    prefix: str
    suffix: str
    negative_prefix: str
    negative_suffix: str
    whole_digits: int
    fraction_digits: int
    group: int
    multiplier: int
    point: bool

    def format(self, number: int) -> str:
        """Write a number."""
        digits = str(abs(number) * self.multiplier)
        digits = "" if digits == "0" else digits
        digits = digits.rjust(self.whole_digits, "0")
        if self.group:
            first = len(digits) % self.group
            parts = [digits[:first]] if first else []
            parts += [digits[at : at + self.group] for at in range(first, len(digits), self.group)]
            digits = ",".join(parts)
        if self.fraction_digits or self.point:
            digits = f"{digits}.{'0' * self.fraction_digits}"
        digits = digits or "0"
        if number < 0:
            return f"{self.negative_prefix}{digits}{self.negative_suffix}"
        return f"{self.prefix}{digits}{self.suffix}"


class _Reader:
    """Reads one sub-pattern."""

    def __init__(self, pattern: str, at: int) -> None:
        self.pattern = pattern
        self.at = at
        self.multiplier = 1
        self.left = self.zero = self.right = 0
        self.grouping = -1
        self.point = -1

    def affix(self, stops: str, forbidden: str) -> str:
        """Read a prefix or suffix up to a character of `stops`."""
        text, quoted = [], False
        while self.at < len(self.pattern):
            char = self.pattern[self.at]
            if char == "'":
                if self.pattern[self.at + 1 : self.at + 2] == "'":
                    text.append("'")
                    self.at += 1
                else:
                    quoted = not quoted
            elif quoted:
                text.append(char)
            elif char in stops:
                break
            elif char in forbidden:
                raise PatternError(f"Unquoted special character '{char}' in pattern \"{self.pattern}\"")
            else:
                if char in PER:
                    if self.multiplier != 1:
                        raise PatternError(f'Too many percent/per mille characters in pattern "{self.pattern}"')
                    self.multiplier = PER[char]
                text.append(char)
            self.at += 1
        if quoted:
            raise PatternError(f'Malformed pattern "{self.pattern}"')
        return "".join(text)

    def number(self) -> None:
        """Read the digits."""
        while self.at < len(self.pattern):
            char = self.pattern[self.at]
            if char == "#":
                if self.zero:
                    self.right += 1
                else:
                    self.left += 1
                self.grouping += self.grouping >= 0 and self.point < 0
            elif char == "0":
                if self.right:
                    raise PatternError(f"Unexpected '0' in pattern \"{self.pattern}\"")
                self.zero += 1
                self.grouping += self.grouping >= 0 and self.point < 0
            elif char == ",":
                self.grouping = 0
            elif char == ".":
                if self.point >= 0:
                    raise PatternError(f'Multiple decimal separators in pattern "{self.pattern}"')
                self.point = self.left + self.zero + self.right
            else:
                break
            self.at += 1

    def check(self) -> None:
        """Refuse digits in an impossible order."""
        if not self.zero and self.left and self.point >= 0:
            n = self.point or 1
            self.right = self.left - n
            self.left = n - 1
            self.zero = 1
        outside = self.point >= 0 and not self.left <= self.point <= self.left + self.zero
        if (self.point < 0 and self.right) or outside or not self.grouping:
            raise PatternError(f'Malformed pattern "{self.pattern}"')


@lru_cache(256)
def decimal_format(pattern: str) -> DecimalFormat:
    """Read a pattern; raises PatternError for one that DecimalFormat refuses, and for exponents."""
    reader = _Reader(pattern, 0)
    prefix = reader.affix("#0,.;", "")
    reader.number()
    if pattern[reader.at : reader.at + 1] == "E":
        raise PatternError(f'Exponents are not supported: "{pattern}"')
    suffix = reader.affix(";", "#0,.")
    reader.check()
    negative_prefix, negative_suffix = f"-{prefix}", suffix
    if pattern[reader.at : reader.at + 1] == ";":
        negative = _Reader(pattern, reader.at + 1)
        negative_prefix = negative.affix("#0,.", ";")
        negative.number()
        negative_suffix = negative.affix("", "#0,.;")
        if (negative_prefix, negative_suffix) == (prefix, suffix):
            negative_prefix = f"-{prefix}"
    total = reader.left + reader.zero + reader.right
    return DecimalFormat(
        prefix,
        suffix,
        negative_prefix,
        negative_suffix,
        (reader.point if reader.point >= 0 else total) - reader.left,
        reader.left + reader.zero - reader.point if reader.point >= 0 else 0,
        max(0, reader.grouping),
        reader.multiplier,
        reader.point in (0, total) and reader.point >= 0,
    )
