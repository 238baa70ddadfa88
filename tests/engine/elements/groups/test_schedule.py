"""The schedule of an Open Model Thread Group is read, and its arrivals come, as in JMeter."""

from __future__ import annotations

import pytest
from distribution import spread

from pyjm.engine.elements.groups.schedule import Arrivals, Rate, ScheduleError, arrivals_s, duration_s, parse

QUIET = Arrivals(True, 2.0)


@pytest.mark.parametrize(
    ("written", "steps"),
    [
        ("", []),
        ("rate(2/s)", [Rate(2.0)]),
        ("RATE(120 Per Minutes) // two a second", [Rate(2.0)]),
        ("rate(0) rate(0/h)", [Rate(0.0), Rate(0.0)]),
        ("rate(.5/ms)", [Rate(500.0)]),
        ("even_arrivals(1 min 1.5 s)", [Arrivals(True, 61.5)]),
        ("random_arrivals(0)", [Arrivals(False, 0.0)]),
        ("/* a ** b */random_arrivals(1day)", [Arrivals(False, 86400.0)]),
        ("pause(2s)", [QUIET, Rate(0.0)]),
        ("rate(3/s)pause(2s)", [Rate(3.0), Rate(3.0), Rate(0.0), QUIET, Rate(0.0), Rate(3.0)]),
        ("4", [Rate(4.0), Arrivals(True, 1.0), Rate(4.0), Rate(0.0), Arrivals(True, 3600.0)]),
    ],
)
def test_a_schedule_is_read(written: str, steps: list[object]) -> None:
    assert parse(written) == steps


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ("rate(2)", "Unexpected input. Expected /, per got ) at position 6: )"),
        ("rate(-2/s)", "Unexpected input at position 5: -2/s)"),
        ("rate(x/s)", "Unexpected input. Expected float number for rate got x at position 5: x/s)"),
        ("often(2 s)", "Unexpected input (expecting rate, random_arrivals, even_arrivals, or pause) at position 0"),
        ("pause(2 weeks)", "Unexpected time unit weeks"),
        ("pause(2 s", "Unexpected input. Expected ) got nothing"),
        ("/* one\ntwo */", "Unexpected input at position 1"),
        ("99999999999", "Unexpected input (expecting rate"),
    ],
)
def test_a_wrong_schedule_says_where(written: str, wrong: str) -> None:
    with pytest.raises(ScheduleError) as raised:
        parse(written)
    assert str(raised.value).startswith(wrong)


@pytest.mark.parametrize(
    ("written", "arrivals"),
    [
        ("rate(2/s) even_arrivals(2 s)", [0.0, 0.5, 1.0, 1.5]),
        ("rate(1.9/s) even_arrivals(1 s)", [0.0]),
        ("pause(1 s) rate(2/s) even_arrivals(1 s)", [1.0, 1.5]),
        ("rate(0) even_arrivals(2 s) rate(4/s)", [0.0, 1.0, 1.414, 1.732]),
        ("rate(4/s) even_arrivals(2 s) rate(0)", [0.0, 0.268, 0.586, 1.0]),
        ("even_arrivals(1 s) random_arrivals(1 s)", []),
    ],
)
def test_even_arrivals_follow_the_rate(written: str, arrivals: list[float]) -> None:
    assert [round(at_s, 3) for at_s in arrivals_s(parse(written), 1)] == arrivals


def test_random_arrivals_are_those_of_javas_random() -> None:
    # recorded from JMeter 5.5, which starts its threads at these instants
    steps = parse("rate(2/sec) even_arrivals(3 sec) pause(1 s) rate(1/s) random_arrivals(2 s) rate(5 per second)")
    random = [round(at_s, 2) for at_s in arrivals_s(steps, 7) if at_s > 4]
    assert random == [5.18, 5.19, 5.46, 5.5, 5.68, 5.89]
    assert duration_s(steps) == 6.0


def test_random_arrivals_rise_and_fall_with_the_rate() -> None:
    rising = list(arrivals_s(parse("rate(0) random_arrivals(100 s) rate(200/s)"), 3))
    falling = list(arrivals_s(parse("rate(200/s) random_arrivals(100 s) rate(0)"), 3))
    assert len(rising) == len(falling) == 10_000
    assert sum(at_s < 50 for at_s in rising) == pytest.approx(2500, rel=0.06)
    assert sum(at_s < 50 for at_s in falling) == pytest.approx(7500, rel=0.02)
    assert rising == sorted(rising)


def test_random_arrivals_are_spread_as_the_rate_says() -> None:
    even = list(arrivals_s(parse("rate(50/s) random_arrivals(100 s)"), 11))
    assert spread(even, lambda at_s: at_s / 100)
    rising = list(arrivals_s(parse("rate(0) random_arrivals(100 s) rate(100/s)"), 12))
    assert spread(rising, lambda at_s: (at_s / 100) ** 2)
