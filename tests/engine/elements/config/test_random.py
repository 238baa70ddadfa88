"""Random Variable and Random CSV: what they choose from, each alike; with a seed Java's own numbers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from distribution import alike

from pyjm.engine.elements.config.csv_rows import Rows
from pyjm.engine.elements.config.random_csv import Records
from pyjm.engine.elements.config.random_variable import RandomVariable

JAVA_42 = [30, 63, 48, 84, 70]
"""What JMeter 5.5 draws from 0 to 99 with the seed 42."""

Draw = Callable[..., list[int]]


@pytest.fixture
def drawn(compiled: Any, users: Any) -> Draw:
    """Give the values of a variable, pass by pass, of one user after the other."""

    def draw(number: int, *, crowd: int = 1, **props: str) -> list[int]:
        element = compiled(RandomVariable, {"variableName": "x", **props})
        several = [users(each) for each in range(crowd)]
        values = []
        for _ in range(number):
            for user in several:
                element.pass_start(user)
                values.append(int(user.vars["x"]))
        return values

    return draw


def test_each_number_between_the_bounds_comes_alike(drawn: Draw) -> None:
    assert alike(drawn(6000, minimumValue="5", maximumValue="14"), range(5, 15))


@pytest.mark.parametrize("own", ["true", "false"])
def test_a_seed_gives_javas_numbers(drawn: Draw, own: str) -> None:
    assert drawn(5, minimumValue="0", maximumValue="99", randomSeed="42", perThread=own) == JAVA_42


def test_users_draw_from_runs_of_their_own_or_from_one(drawn: Draw) -> None:
    bounds = {"minimumValue": "0", "maximumValue": "99", "randomSeed": "42"}
    assert drawn(2, crowd=2, perThread="true", **bounds) == [30, 30, 63, 63]
    assert drawn(2, crowd=2, perThread="false", **bounds) == JAVA_42[:4]


def test_bounds_below_nothing_are_reached(drawn: Draw) -> None:
    assert alike(drawn(3000, minimumValue="-1", maximumValue="1"), (-1, 0, 1))


def test_a_random_csv_gives_each_row_once_a_round_in_any_order(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a\nb\nc\n")
    records = Records(Rows(tmp_path / "rows.csv", "UTF-8"), ",", has_header=False, shuffled=True)
    rounds = [tuple(records.draw(3 * round_ + place, 77)[0] for place in range(3)) for round_ in range(3000)]
    assert alike(rounds, list(permutations("abc")))


def test_a_random_csv_begins_each_run_with_another_order(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a\nb\nc\n")
    rows = Rows(tmp_path / "rows.csv", "UTF-8")
    firsts = [Records(rows, ",", has_header=False, shuffled=True).draw(0, seed)[0] for seed in range(1, 3000)]
    assert alike(firsts, "abc")
