"""A row of numbers is dealt out to servers by their weights: each number once, each server's part exact anywhere."""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyjm.engine.shared.division import MOST_CYCLE, Deal, Divided, Dividing, Division, owners

WEIGHTS = st.sampled_from([1, 2, 3, 5, 7]).flatmap(
    lambda servers: st.lists(st.integers(1, 40), min_size=servers, max_size=servers)
)


def dividing(index: int, weights: list[int], *groups: Divided) -> Dividing:
    made = Dividing(Division(index, tuple(weights), 5))
    made.groups.extend(groups)
    return made


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8).filter(any))
def test_of_the_first_numbers_each_has_its_exact_part_up_or_down(weights: list[int]) -> None:
    total = sum(weights)
    row = owners(weights)
    assert len(row) == total
    for index, weight in enumerate(weights):
        for length, count in enumerate(accumulate(owner == index for owner in row), 1):
            assert weight * length // total <= count <= -(-weight * length // total)


def test_equals_take_turns() -> None:
    assert owners([1, 1, 1]) == [0, 1, 2]
    assert Deal(1, [7, 7, 7]).nth(4) == 13


@given(WEIGHTS, st.integers(0, 300))
def test_each_number_is_one_servers(weights: list[int], numbers: int) -> None:
    deals = [Deal(index, weights) for index in range(len(weights))]
    whose = [[index for index, deal in enumerate(deals) if deal.has(number)] for number in range(numbers)]
    assert all(len(each) == 1 for each in whose)
    assert sum(deal.count(numbers) for deal in deals) == numbers
    for deal in deals:
        own = [deal.nth(place) for place in range(deal.count(numbers))]
        assert own == [number for number in range(numbers) if deal.has(number)]
        skipped = [deal.skipped(place) for place in range(len(own))]
        assert own == [number - 1 for number in accumulate(skip + 1 for skip in skipped)]


@given(WEIGHTS, st.lists(st.integers(0, 50), min_size=1, max_size=6))
def test_the_users_of_all_groups_are_dealt_in_one_row(weights: list[int], groups: list[int]) -> None:
    firsts = [0, *accumulate(groups)]
    parts = [dividing(0, weights).users_of(first, users) for first, users in zip(firsts, groups)]
    assert [sum(part) for part in parts] == groups
    for index, weight in enumerate(weights):
        exact = weight * sum(groups) / sum(weights)
        assert abs(sum(part[index] for part in parts) - exact) < 1


def test_what_users_do_together_is_dealt_by_how_many_each_server_has() -> None:
    ten, one = Divided(0, 10, 5), Divided(10, 1, 20)
    first = dividing(0, [1, 1, 1], ten, one, Divided(11, None))
    assert first.users_of(0, 10) == [4, 3, 3]
    assert first.of_groups([0]).weights == (4, 3, 3)  # type: ignore[union-attr]
    assert first.of_groups([0, 1]).weights == (4, 4, 3)  # type: ignore[union-attr]
    assert first.of_groups([0, 1], passes=True).weights == (4, 7, 3)  # type: ignore[union-attr]
    assert first.of_groups([0, 2]) is first.deal, "only the run tells how many users there are"


def test_what_each_server_has_whole_is_not_dealt() -> None:
    setup = Divided(0, 3, 1, divided=False)
    whole = dividing(1, [1, 1], setup, Divided(0, 4))
    assert whole.of_groups([0]) is None
    assert not whole.divides(0)
    assert whole.of_groups([0, 1]).weights == (1, 1)  # type: ignore[union-attr]


def test_seeds_are_the_same_on_all_servers_and_others_for_each_place() -> None:
    one, other = (dividing(index, [1, 2]) for index in range(2))
    assert [one.seed(number) for number in range(9)] == [other.seed(number) for number in range(9)]
    assert len({one.seed(number) for number in range(99)}) == 99


@pytest.mark.parametrize(
    "values",
    [
        {"index": 0, "weights": [], "seed": 1},
        {"index": 2, "weights": [1, 1], "seed": 1},
        {"index": -1, "weights": [1, 1], "seed": 1},
        {"index": 0, "weights": [0, 1], "seed": 1},
        {"index": 0, "weights": [MOST_CYCLE, 1], "seed": 1},
        {"index": 0, "weights": "11", "seed": 1},
        {"index": "0", "weights": [1, 1], "seed": 1},
        {"index": 0, "weights": [1, 1]},
    ],
)
def test_what_is_no_division_is_refused(values: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        Division.from_plain(values)


def test_a_division_travels_as_plain_values() -> None:
    assert Division.from_plain({"index": 1, "weights": [3, 2], "seed": 9}) == Division(1, (3, 2), 9)
