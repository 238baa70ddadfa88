"""When the users of a Thread Group start, and which of them are a worker's."""

from __future__ import annotations

import pytest

from pyjm.engine.elements.groups.thread_group import GroupStart, Share


def starts_ms(start: GroupStart) -> list[int]:
    return [round(arrival.at_s * 1000) for arrival in start.arrivals()]


def test_the_ramp_up_is_spread_over_the_users() -> None:
    assert starts_ms(GroupStart("g", 4, 3, 0, None, True, "continue")) == [0, 750, 1500, 2250]


def test_a_delayed_start_ends_with_the_ramp_up() -> None:
    assert starts_ms(GroupStart("g", 4, 3, 0, None, True, "continue", delayed=True)) == [0, 1000, 2000, 3000]


def test_a_delayed_start_makes_nobody_behind_the_end() -> None:
    assert starts_ms(GroupStart("g", 4, 6, 1, 3, True, "continue", delayed=True)) == [1000, 3000]
    assert starts_ms(GroupStart("g", 3, 6, 1, 3, True, "continue")) == [1000, 3000, 5000]


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_each_user_is_one_workers(workers: int) -> None:
    shares = [Share(first, workers) for first in range(workers)]
    for users in range(-1, 8):
        assert sum(share.of(users) for share in shares) == max(0, users)
        assert [sum(share.has(number) for share in shares) for number in range(users)] == [1] * users
        assert all(share.of(users) == sum(share.has(number) for number in range(users)) for share in shares)
