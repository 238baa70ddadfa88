"""Regular expressions of a plan → Python's. By default those of Jakarta ORO (Perl 5.003), as JMeter's.

With the property jmeter.regex.engine=java those of java.util.regex. What JMeter would refuse raises RegexError with its
reason; so does what Python can't say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from .regex_escapes import RegexError
from .regex_syntax import translated

__all__ = ["RegexError", "compile_regex", "find_all", "is_java", "matches"]


@lru_cache(1000)
def compile_regex(source: str, java: bool = False) -> re.Pattern[str]:
    """Compile a regular expression as JMeter's engine understands it; raises RegexError."""
    text = translated(source, java)
    try:
        return re.compile(text, re.ASCII if java else 0)  # Java's sets and cases are ASCII's
    except (re.error, OverflowError) as error:
        raise RegexError(str(error)) from None


def is_java(properties: Mapping[str, str]) -> bool:
    """Tell whether the user chose java.util.regex."""
    return properties.get("jmeter.regex.engine", "oro").lower() != "oro"


def matches(pattern: re.Pattern[str], text: str, java: bool = False) -> bool:
    """Tell whether the whole text matches; ORO looks at the first way to match alone (`foo|foot`)."""
    if java:
        return pattern.fullmatch(text) is not None
    found = pattern.match(text)
    return found is not None and found.end() == len(text)


def find_all(pattern: re.Pattern[str], text: str, java: bool = False) -> Iterator[re.Match[str]]:
    """Find match after match; in ORO an empty one never follows another directly."""
    end = -1
    for found in pattern.finditer(text):
        if java or found.end() > found.start() or found.start() != end:
            yield found
        end = found.end()
