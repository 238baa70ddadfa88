"""How far a server's clock is ahead, followed over a run: the quickest rounds tell best, as in NTP."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter_ns, time_ns
from typing import Any, NamedTuple

log = logging.getLogger("pyjm.client.remote")

SERVER, CONTROLLER = "server", "controller"
CLOCKS = (SERVER, CONTROLLER)
"""Whose clock the times of samples are: the values of pyjm.clock."""

ROUNDS = 8
"""Of as many rounds the quickest is kept."""
MOST_POINTS = 64
SPAN_NS = 10 * 10**9
"""Over less than that no drift can be told."""
MOST_DRIFT = 200e-6
"""By how much two clocks differ in speed at the most, as long as nothing is known."""
FAR_NS = 5_000_000
GOOD_NS = 1_000_000
"""A clock that is known so well need not be measured once more."""
_MISSES = 3
MOST_NS = 1 << 62
"""What no clock says."""
JUMP_NS = 500_000_000
SLEW_NS = 500_000
LEAST_SLEW_NS = 50_000


class Point(NamedTuple):
    """One round: at which instant of this clock the other was how far ahead, and how wrong that may be."""

    at_ns: int
    offset_ns: int
    half_ns: int


class Offset(NamedTuple):
    """How far a clock is ahead, how wrong that may be; how much quicker it is, and how wrong that may be."""

    ns: int
    bound_ns: int
    drift: float
    drift_bound: float


class Clock:
    """One server's perf_counter_ns clock beside this process's. Safe in any thread, never more than some points."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._points: list[Point] = []
        self._best: Point | None = None
        self._rounds = 0
        self._size = ROUNDS
        self._missed = 0

    def add(self, sent_ns: int, theirs_ns: int, back_ns: int) -> bool:
        """Take a round; tells whether the other clock, or this one, has stood still, so that all begins anew."""
        if not -MOST_NS < theirs_ns < MOST_NS:
            return False
        middle_ns = (sent_ns + back_ns) // 2
        point = Point(middle_ns, theirs_ns - middle_ns, max(0, back_ns - sent_ns) // 2)
        with self._lock:
            stepped = False
            if self._is_far(point):
                self._missed += 1
                if self._missed < _MISSES:
                    return False
                stepped = True
                self._points, self._best, self._rounds, self._size = [], None, 0, ROUNDS
            self._missed = 0
            self._keep(point)
            return stepped

    def at(self, at_ns: int) -> Offset | None:
        """Tell how far ahead it is at an instant of this process's clock; None where nothing is known."""
        with self._lock:
            return self._at(at_ns)

    def _keep(self, point: Point) -> None:
        self._best = point if self._best is None or point.half_ns < self._best.half_ns else self._best
        self._rounds += 1
        if self._rounds < self._size:
            return
        self._points.append(self._best)
        self._best, self._rounds = None, 0
        if len(self._points) >= MOST_POINTS:
            pairs = zip(self._points[::2], self._points[1::2])
            self._points = [min(pair, key=lambda point: point.half_ns) for pair in pairs]
            self._size *= 2

    def _is_far(self, point: Point) -> bool:
        now = self._at(point.at_ns)
        return now is not None and abs(point.offset_ns - now.ns) > point.half_ns + now.bound_ns + FAR_NS

    def _at(self, at_ns: int) -> Offset | None:
        points = [*self._points, self._best] if self._best is not None else self._points
        if not points:
            return None
        drift, drift_bound = fitted(points)

        def bound_ns(point: Point) -> float:
            return point.half_ns + drift_bound * abs(at_ns - point.at_ns)

        best = min(points, key=bound_ns)
        return Offset(best.offset_ns + round(drift * (at_ns - best.at_ns)), round(bound_ns(best)), drift, drift_bound)


def fitted(points: Sequence[Point]) -> tuple[float, float]:
    """Fit the drift, by least squares, and tell how wrong it may be: by the two points that tell most of it."""
    first = min(points[: max(1, len(points) // 3)], key=lambda point: point.half_ns)
    later = [point for point in points if point.at_ns - first.at_ns >= SPAN_NS]
    if not later:
        return 0.0, MOST_DRIFT
    last = min(later, key=lambda point: (first.half_ns + point.half_ns) / (point.at_ns - first.at_ns))
    span_ns = last.at_ns - first.at_ns
    between = (last.offset_ns - first.offset_ns) / span_ns
    bound = (first.half_ns + last.half_ns) / span_ns
    weights = [1 / (point.half_ns + 20_000) ** 2 for point in points]
    total = sum(weights)
    mean_at = sum(w * (p.at_ns - first.at_ns) for w, p in zip(weights, points)) / total
    mean_offset = sum(w * (p.offset_ns - first.offset_ns) for w, p in zip(weights, points)) / total
    apart = [(w, p.at_ns - first.at_ns - mean_at, p.offset_ns - first.offset_ns) for w, p in zip(weights, points)]
    slope = sum(w * x * (y - mean_offset) for w, x, y in apart) / sum(w * x * x for w, x, _ in apart)
    slope = min(max(slope, between - bound), between + bound)
    return slope, bound + abs(slope - between)


class Timekeeper:
    """What is known of one server's clocks. `say` tells the user."""

    def __init__(self, name: str, say: Callable[[str], None]) -> None:
        self.clock = Clock()
        self._name = name
        self._say = say
        self._base_ns = time_ns() - perf_counter_ns()
        self._wall_ns: int | None = None
        self._told_ns: int | None = None

    def beat(self, told: Mapping[str, Any], sent_ns: int, back_ns: int) -> None:
        """Take what a server tells of its clocks in answer to a call; one that tells nothing is passed over."""
        theirs_ns, wall_ns = told.get("clock"), told.get("wall")
        if not (isinstance(theirs_ns, int) and isinstance(wall_ns, int)) or not -MOST_NS < wall_ns < MOST_NS:
            return
        if self.clock.add(sent_ns, theirs_ns, back_ns):
            log.warning("%s: its clock, or this machine's, has stood still: it is measured anew", self._name)
        self._note_wall(wall_ns - theirs_ns)

    def _note_wall(self, wall_ns: int) -> None:
        """Note by how much the wall clock there is ahead of the one that never jumps; a jump is said."""
        before_ns, self._wall_ns = self._wall_ns, wall_ns
        if before_ns is None or abs(wall_ns - before_ns) < JUMP_NS:
            return
        jump_s = (wall_ns - before_ns) / 1e9
        way = "ahead" if jump_s > 0 else "back"
        text = f"{self._name}: its clock was set {way} by {abs(jump_s):.1f} s; no time of a sample is changed by that"
        log.warning("%s", text)
        self._say(text)

    def doubt_ns(self) -> int:
        """Tell how wrong it may be how far the server's clock is ahead."""
        now = self.clock.at(perf_counter_ns())
        return MOST_NS if now is None else now.bound_ns

    def offset_ns(self, otherwise: int) -> int:
        """Tell how far the server's perf_counter_ns clock is ahead now."""
        now = self.clock.at(perf_counter_ns())
        return otherwise if now is None else now.ns

    # whose clock the times of samples are

    def epoch_ns(self) -> int:
        """Tell the wall time here at which the server's perf_counter_ns clock was 0; from here on that is told it."""
        self._told_ns = self._base_ns - self.offset_ns(0)
        return self._told_ns

    def correction(self) -> int | None:
        """Give what the server is to be told now, a small step from what it was told; None where that still holds."""
        if self._told_ns is None:
            return None
        wrong_ns = self._base_ns - self.offset_ns(0) - self._told_ns
        if abs(wrong_ns) < LEAST_SLEW_NS:
            return None
        return self._told_ns + min(max(wrong_ns, -SLEW_NS), SLEW_NS)

    def corrected(self, epoch_ns: int) -> None:
        """Note that it was told that."""
        self._told_ns = epoch_ns

    def text(self) -> str:
        """Say how the server's clock stands; empty where it is not known."""
        now = self.clock.at(perf_counter_ns())
        if now is None or self._wall_ns is None:
            return ""
        ahead_ms = (self._wall_ns + now.ns - self._base_ns) / 1e6
        drift = f"{now.drift * 1e6:+.1f} ppm (± {now.drift_bound * 1e6:.1f} ppm)"
        if now.drift_bound >= MOST_DRIFT:
            drift = "unknown"
        return f"clock {ahead_ms:+.1f} ms (± {now.bound_ns / 1e6:.1f} ms), drift {drift}"
