"""Patterns of java.text.SimpleDateFormat; the expected texts are what Java writes for this instant in UTC."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from pyjm.engine.vu.dates import BadPattern, date_format

AT_MS = 1795229514054
"""2026-11-21 02:51:54.054 UTC, a Saturday."""


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run in UTC where the platform can change its zone."""
    monkeypatch.setenv("TZ", "UTC")
    if hasattr(time, "tzset"):
        time.tzset()
    yield
    monkeypatch.undo()
    if hasattr(time, "tzset"):
        time.tzset()


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("yyyy/MM/dd HH:mm:ss.SSS", "2026/11/21 02:51:54.054"),
        ("yyyyMMdd-HHmmss", "20261121-025154"),
        ("yy y M d H m s S", "26 2026 11 21 2 51 54 54"),
        ("EEE, d MMM yyyy", "Sat, 21 Nov 2026"),
        ("EEEE MMMM", "Saturday November"),
        ("hh:mm a", "02:51 AM"),
        ("k K h", "2 2 2"),
        ("D F u w W", "325 3 6 47 3"),
        ("yyyy-MM-dd'T'HH:mm:ssZ", "2026-11-21T02:51:54+0000"),
        ("XXX z G", "Z UTC AD"),
        ("'it''s' ''yy''", "it's '26'"),
        ("dd.MM.yyyy, SSSS", "21.11.2026, 0054"),
        ("", ""),
    ],
)
def test_a_pattern_is_written_as_java_writes_it(pattern: str, text: str) -> None:
    assert date_format(pattern)(AT_MS) == text


def test_the_year_of_a_week_begins_with_the_week_of_january_first() -> None:
    assert date_format("yyyy YYYY YY w")(1798675200000) == "2026 2027 27 1"


@pytest.mark.parametrize("pattern", ["yyyy b", "'open", "XXXX"])
def test_what_java_refuses_is_refused(pattern: str) -> None:
    with pytest.raises(BadPattern, match="date pattern"):
        date_format(pattern)
