"""A worker at its limit is told of, once when it begins and once when it is over."""

from __future__ import annotations

import pytest

from pyjm.engine.run.strain import Strain

SECOND = 10**9
FREE, BUSY = 0.1, 0.99


def lines(strain: Strain, loads: list[tuple[float, float]], step_s: float = 0.25) -> list[tuple[int, str]]:
    """Feed spans with a share of a core and a lag in ms; give which of them were followed by which line."""
    said, cpu_s = [], 0.0
    for number, (share, lag_ms) in enumerate(loads):
        cpu_s += share * step_s
        at_ns = SECOND + int((number + 1) * step_s * SECOND)
        if text := strain.add(0, at_ns, cpu_s, lag_ms):
            said.append((number, text))
    return said


def test_a_worker_that_is_free_is_not_spoken_of() -> None:
    assert lines(Strain({}), [(FREE, 1.0)] * 20) == []


def test_a_moment_at_the_limit_is_nothing() -> None:
    assert lines(Strain({}), [(FREE, 0), *[(BUSY, 0)] * 3, *[(FREE, 0)] * 3] * 3) == []


@pytest.mark.parametrize("load", [(BUSY, 0.0), (FREE, 42.0)])
def test_a_second_at_the_limit_is_said_once_and_its_length_when_it_is_over(load: tuple[float, float]) -> None:
    said = lines(Strain({}), [(FREE, 0), *[load] * 12, *[(FREE, 0)] * 8])
    assert [number for number, _ in said] == [4, 13]
    assert said[0][1].startswith("worker 1 is at its limit (CPU up to ")
    assert said[1][1].startswith("worker 1 was at its limit for 3 s (CPU up to ")
    assert ("42 ms late" in said[1][1]) is (load[1] > 10)


def test_a_worker_that_ends_at_its_limit_is_told_of() -> None:
    strain = Strain({})
    assert len(lines(strain, [(BUSY, 0)] * 9)) == 1
    assert (strain.over(0) or "").startswith("worker 1 was at its limit for 2 s")
    assert strain.over(0) is None
    assert strain.over(1) is None


def test_the_time_at_the_limit_is_added_up_and_given_once() -> None:
    strain = Strain({})
    lines(strain, [(FREE, 0), *[(BUSY, 0)] * 3, *[(FREE, 0)] * 3])
    assert strain.take(0) == 0
    strain = Strain({})
    lines(strain, [(FREE, 0), *[(BUSY, 0)] * 12, *[(FREE, 0)] * 3])
    assert strain.take(0) == 3000
    assert (strain.take(0), strain.take(7)) == (0, 0)


def waiting(strain: Strain, lag_ms: float = 6.0) -> list[str]:
    """Feed spans in which a worker waits for a core a quarter of the time."""
    said = [strain.add(0, span * SECOND, span * FREE, lag_ms, span * 0.25) for span in range(1, 9)]
    return [line for line in said if line]


def test_a_worker_that_others_keep_from_the_cores_is_told_of() -> None:
    assert waiting(Strain({"pyjm.wait_warning": "0"})) == []
    (said,) = waiting(Strain({}))
    assert "(CPU up to 10%, event loop up to 6 ms late, waiting for a core up to 25% of the time)" in said


def test_a_worker_that_waits_for_a_core_without_being_late_is_not_spoken_of() -> None:
    assert waiting(Strain({}), 2.0) == []
    assert waiting(Strain({"pyjm.lag_warning": "4"}), 2.0) != []
    assert waiting(Strain({"pyjm.lag_warning": "0"}), 0.0) != []


def test_limits_are_properties() -> None:
    off = {"pyjm.cpu_warning": "0", "pyjm.lag_warning": "0"}
    assert lines(Strain(off), [(BUSY, 99.0)] * 9) == []
    assert lines(Strain({"pyjm.lag_warning": "5"}), [(FREE, 6.0)] * 9) != []
    assert lines(Strain({"pyjm.lag_warning": "x"}), [(FREE, 6.0)] * 9) == []
