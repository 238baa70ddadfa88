"""Users of the Ultimate and Stepping Thread Group start and end when the plugins let them."""

from __future__ import annotations

from pyjm.engine.elements.groups.scheduled import SteppingStart, UltimateStart


def test_first_users_of_an_ultimate_row_start_last() -> None:
    start = UltimateStart("U", 3, True, "continue", ((3, 0, 2, 1, 1),))
    assert list(start.arrivals()) == [(2, 0.666, 3.333), (1, 1.333, 3.666), (0, 2.0, 4.0)]


def test_a_row_of_nobody_takes_one_user_of_the_next_row() -> None:
    start = UltimateStart("U", 2, True, "continue", ((0, 5, 1, 1, 0), (2, 1, 1, 1, 1)))
    assert list(start.arrivals()) == [(1, 2.0, 4.0), (0, 5.0, 7.0)]


def test_stepping_users_start_and_stop_in_steps() -> None:
    # 1 at once, then 2 each second spread over another; 1 s of load; 2 stop each second
    start = SteppingStart("S", 5, True, "continue", 0, 1, 2, 1, 1, 1, 2, 1)
    assert list(start.arrivals()) == [
        (0, 0.0, 6.0),
        (1, 2.0, 6.0),
        (2, 2.5, 7.0),
        (3, 4.0, 7.0),
        (4, 4.5, 8.0),
    ]


def test_a_stepping_group_without_counts_starts_and_stops_everybody_together() -> None:
    start = SteppingStart("S", 2, True, "continue", 3, 0, 0, 0, 0, 10, 0, 0)
    assert list(start.arrivals()) == [(0, 3.0, 13.0), (1, 3.0, 13.0)]
