"""Hot path: time. Wall time is the wall time at start plus monotonic time elapsed, so that it never jumps."""

from __future__ import annotations

from time import perf_counter_ns, time_ns

_START_WALL_NS = time_ns()
_START_NS = perf_counter_ns()
_OFFSET_NS = _START_WALL_NS - _START_NS

now_ns = perf_counter_ns


def wall_ms() -> int:
    """Tell the present wall time in whole milliseconds since the epoch."""
    return (perf_counter_ns() + _OFFSET_NS) // 1_000_000


def to_wall_ms(at_ns: int) -> int:
    """Turn an instant of `now_ns` into wall time in whole milliseconds since the epoch."""
    return (at_ns + _OFFSET_NS) // 1_000_000
