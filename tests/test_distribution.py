"""The tests of distributions find wrong ones, and let right ones pass."""

from __future__ import annotations

from random import Random

import pytest
from distribution import alike, follows, spread


def test_what_is_not_expected_is_found() -> None:
    assert not alike("abcd" * 100, "abc")


@pytest.mark.parametrize(("shares", "holds"), [((1, 1, 1), True), ((1, 1, 1.3), False), ((1, 1, 0), False)])
def test_kinds_that_come_too_often_are_found(shares: tuple[float, ...], holds: bool) -> None:
    drawn = Random(3).choices("abc", shares, k=9000)
    assert alike(drawn, "abc") is holds


def test_rare_kinds_are_taken_together() -> None:
    expected = {"a": 0.5, "b": 0.499, **{str(number): 0.0001 for number in range(10)}}
    assert follows("ab" * 1000, expected)
    assert not follows(["a"] * 1000 + ["b"] * 900 + ["7"] * 100, expected)


@pytest.mark.parametrize(("power", "holds"), [(1, True), (1.2, False)])
def test_values_that_are_spread_otherwise_are_found(power: float, holds: bool) -> None:
    draw = Random(5).random
    assert spread([draw() ** power for _ in range(5000)], lambda value: value) is holds
