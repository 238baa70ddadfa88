"""Rows of a Throughput Shaping Timer, in the plan and in the property load_profile."""

from __future__ import annotations

from math import isnan

import pytest

from pyjm.engine.elements.timers.load_profile import Row, rate_at, read_profile


def test_the_rate_follows_the_rows_and_ends_behind_the_last() -> None:
    rows = [Row(10, 20, 10), Row(5, 5, 3)]
    rates = [rate_at(rows, second) for second in (0, 5, 10, 11, 13, 14)]
    assert rates == [10, 15, 20, 5, 5, -1]


def test_without_rows_it_is_over_at_once_and_an_empty_row_has_no_limit_at_its_instant() -> None:
    assert rate_at([], 0) == -1
    assert isnan(rate_at([Row(10, 20, 0)], 0))
    assert rate_at([Row(10, 20, 0)], 1) == -1


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("const(10, 90s)", [Row(10, 10, 90)]),
        ("line(1,5,1m30s) CONST( 7 ,2h)", [Row(1, 5, 90), Row(7, 7, 7200)]),
        ("step(5, 25, 10, 1d)", [Row(5, 5, 86400), Row(15, 15, 86400), Row(25, 25, 86400)]),
        ("step(3,1,1,5)", [Row(3, 3, 5), Row(2, 2, 5)]),
    ],
)
def test_a_profile_is_read_from_the_property(text: str, rows: list[Row]) -> None:
    wrong: list[str] = []
    assert (read_profile(text, wrong), wrong) == (rows, [])


@pytest.mark.parametrize("text", ["saw(1,2,3)", "const(x,5)", "const(5)", "line(1,2,5y)", "step(1,2,0,3)"])
def test_a_part_that_cannot_be_read_is_left_out(text: str) -> None:
    wrong: list[str] = []
    assert read_profile(f"{text} const(1,1)", wrong) == [Row(1, 1, 1)]
    assert len(wrong) == 1
