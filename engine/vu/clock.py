# cython: cdivision=True
"""Hot path: time. Wall time is the wall time at start plus monotonic time elapsed, so that it never jumps."""

from __future__ import annotations

from time import perf_counter_ns, time_ns

_START_WALL_NS = time_ns()
_START_NS = perf_counter_ns()
_OFFSET_NS = _START_WALL_NS - _START_NS

now_ns = perf_counter_ns


def set_epoch(epoch_ns: int) -> int:
    """Have another clock tell the wall time: `epoch_ns` is what it was when `now_ns` was 0. Gives the one before."""
    global _OFFSET_NS
    before = _OFFSET_NS
    _OFFSET_NS = epoch_ns
    return before


def wall_ms() -> int:
    """Tell the present wall time in whole milliseconds since the epoch."""
    return (perf_counter_ns() + _OFFSET_NS) // 1_000_000


def to_wall_ms(at_ns: int) -> int:
    """Turn an instant of `now_ns` into wall time in whole milliseconds since the epoch."""
    return (at_ns + _OFFSET_NS) // 1_000_000
