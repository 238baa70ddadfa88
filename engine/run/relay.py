"""Warnings and errors of a server's log on their way to the controller's: counted, limited in rate and in memory."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import NamedTuple

from pyjm.engine.vu.clock import now_ns

WINDOW_S = 10
BURST, PER_S = 50, 5
"""Different lines of one level: as many at once, and as many a second from then on."""
MOST = 256
"""How many different lines are watched for repetition."""
LONGEST = 4_000

FUNCTIONS = "pyjm.functions"
"""What writes for a plan: __log and __logn, of which every line goes along."""
_OWN = "pyjm.client"
_NAMES = ((logging.ERROR, "ERROR"), (logging.WARNING, "WARN"), (0, "INFO"))


class Line(NamedTuple):
    """One line of a log, at an instant of its machine's perf_counter_ns clock."""

    at_ns: int
    level: int
    name: str
    text: str


class Relay:
    """Lines that wait to be taken along. Of one that comes again and again the number is told; safe in any thread.

    Never more than a few hundred lines are held. What is too much is left out, level for level, and counted.
    """

    def __init__(self, clock: Callable[[], int] = now_ns) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._ready: list[Line] = []
        self._said: dict[tuple[int, str, str], list[int]] = {}
        self._left: dict[str, int] = {}
        self._left_since_ns = 0
        self._room = {name: (float(BURST), clock()) for _, name in _NAMES}

    def add(self, line: Line) -> None:
        """Take a line."""
        text = line.text if len(line.text) <= LONGEST else f"{line.text[:LONGEST]}…"
        key = line.level, line.name, text
        with self._lock:
            said = self._said.get(key)
            if said is not None:
                said[1] += 1
                return
            level = _level_name(line.level)
            if len(self._said) >= MOST or len(self._ready) >= MOST or not self._admits(level):
                self._left_since_ns = self._left_since_ns or self._clock()
                self._left[level] = self._left.get(level, 0) + 1
                return
            self._said[key] = [self._clock(), 0]
            self._ready.append(line._replace(text=text))

    def take(self, *, last: bool = False) -> list[Line]:
        """Give what is to go, with the numbers of what came again; all of them at the `last` time."""
        if not (self._ready or self._said or self._left):
            return []
        with self._lock:
            at_ns = self._clock()
            lines, self._ready = self._ready, []
            lines += self._counted(at_ns, last)
            lines += self._left_out(at_ns, last)
            return lines

    def _admits(self, level: str) -> bool:
        room, since_ns = self._room[level]
        at_ns = self._clock()
        room = min(float(BURST), room + (at_ns - since_ns) / 1e9 * PER_S)
        self._room[level] = (room - 1 if room >= 1 else room, at_ns)
        return room >= 1

    def _counted(self, at_ns: int, last: bool) -> list[Line]:
        lines = []
        for key, said in list(self._said.items()):
            since_ns, more = said
            span_s = (at_ns - since_ns) / 1e9
            if span_s < WINDOW_S and not last:
                continue
            if more:
                level, name, text = key
                times = "once more" if more == 1 else f"{more} times more"
                lines.append(Line(at_ns, level, name, f"{text} (… {times} in the last {max(1.0, span_s):.0f} s)"))
                said[:] = at_ns, 0
            else:
                del self._said[key]
        return lines

    def _left_out(self, at_ns: int, last: bool) -> list[Line]:
        span_s = (at_ns - self._left_since_ns) / 1e9
        if not self._left or (span_s < WINDOW_S and not last):
            return []
        left, self._left, self._left_since_ns = self._left, {}, 0
        counts = ", ".join(f"{left[name]} {name}" for _, name in _NAMES if name in left)
        text = f"… lines were left out in the last {max(1.0, span_s):.0f} s: {counts}; the log there has them"
        return [Line(at_ns, logging.ERROR if "ERROR" in left else logging.WARNING, "pyjm.run", text)]


class Listening(logging.Handler):
    """Hands a process's warnings and errors, and all that a plan writes to the log, to a relay."""

    def __init__(self, relay: Relay) -> None:
        super().__init__(logging.DEBUG)
        self.relay = relay

    def emit(self, record: logging.LogRecord) -> None:
        """Take one."""
        if record.levelno < logging.WARNING and record.name != FUNCTIONS:
            return
        if record.name.startswith(_OWN) or hasattr(record, "relayed"):  # of a controller in this process
            return
        at_ns = getattr(record, "at_ns", 0) or now_ns()
        self.relay.add(Line(at_ns, record.levelno, record.name, whole_text(record)))


def whole_text(record: logging.LogRecord) -> str:
    """Give what a record says, with what it carries of an exception."""
    text = record.getMessage()
    return f"{text}\n{logging.Formatter().formatException(record.exc_info)}" if record.exc_info else text


def _level_name(level: int) -> str:
    return next(name for least, name in _NAMES if level >= least)
