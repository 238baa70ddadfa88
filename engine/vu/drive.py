"""Hot path: a user's coroutine, stepped by us and not by an asyncio Task for each of its waits.

A Task stands for the user towards asyncio: it is what `current_task` gives and what is cancelled, and it waits until
the user's coroutine is over. In between, what a user asked for wakes it by a call, without a future, its callbacks and
their handles, which are a quarter of what a sample costs where all else is compiled.
"""

from __future__ import annotations

from asyncio import CancelledError, Future, TimerHandle, current_task, get_running_loop
from asyncio.tasks import _enter_task, _leave_task  # made for those who step coroutines themselves
from collections.abc import Callable, Coroutine, Generator
from heapq import heappop, heappush
from time import perf_counter_ns
from typing import Any

_MS_NS = 1_000_000
_HALF_NS = 500_000
_RUNS, _PAUSED, _QUEUED, _AWAITS, _OVER = range(5)


class Ready:
    """The users of a worker who may go on: all those whom one look at the network woke, in one callback.

    They go on after all that came has been read, so that nobody's answer is timed late for what others do with theirs.
    Who waits for a time is kept here too, and the loop has one timer for all: one for each would be a tenth of what a
    user takes of memory.
    """

    __slots__ = ("_alarms", "_count", "_drives", "_due_ns", "_soon", "_timer")

    def __init__(self, soon: Callable[[Callable[[], None]], None] | None = None) -> None:
        """`soon` calls something in the loop's next turn or before, None: as the loop itself."""
        self._soon = soon
        self._drives: list[Drive] = []
        self._alarms: list[tuple[int, int, Drive]] = []
        self._count = 0
        self._timer: TimerHandle | None = None
        self._due_ns = 0

    def add(self, drive: Drive) -> None:
        """Let one go on in the loop's next turn."""
        if not self._drives:
            (self._soon or get_running_loop().call_soon)(self.go_on)
        self._drives.append(drive)

    def go_on(self) -> None:
        """Let all go on who wait here."""
        drives, self._drives = self._drives, []
        for drive in drives:
            drive.resume()


    def after(self, seconds: float, drive: Drive) -> int:
        """Wake one after so long, half a millisecond less or more; gives the number of the alarm, which is above 0."""
        now = perf_counter_ns()
        due_ns = now + int(seconds * 1e9)
        self._count += 1
        heappush(self._alarms, (due_ns, self._count, drive))
        if self._timer is None or due_ns < self._due_ns:
            if self._timer is not None:
                self._timer.cancel()
            self._arm(due_ns, now)
        return self._count

    def _arm(self, due_ns: int, now: int) -> None:
        """Look at the alarms when one is due; loops count whole milliseconds."""
        self._due_ns = due_ns
        self._timer = get_running_loop().call_later((due_ns - now + _HALF_NS) // _MS_NS / 1000, self._ring)

    def _ring(self) -> None:
        """Wake all whose time has come."""
        self._timer = None
        now = perf_counter_ns()
        alarms = self._alarms
        while alarms:
            due_ns, number, drive = alarms[0]
            if due_ns > now + _HALF_NS:
                self._arm(due_ns, now)
                break
            heappop(alarms)
            if drive.alarm == number:
                drive.wake()


class Drive:
    """Steps one coroutine. Awaited within it, it pauses that until `wake`."""

    __slots__ = (
        "alarm", "_awaits", "_cancelled", "_coroutine", "_fresh", "_loop", "_ready", "_state", "_task", "_way",
        "_woken",
    )  # fmt: skip

    def __init__(self, ready: Ready) -> None:
        self._ready = ready
        self._loop: Any = None
        self._task: Any = None
        self._way: _Way | None = None
        self._coroutine: Any = None
        self._awaits: Future[Any] | None = None
        self._state = _RUNS
        self._cancelled = False
        self._fresh = False
        self._woken = False
        self.alarm = 0

    def run(self, coroutine: Coroutine[Any, Any, None]) -> Future[None]:
        """Step a coroutine as the present task, which awaits what this gives: its end, or what it raises."""
        self._coroutine = coroutine
        self._loop = get_running_loop()
        self._task = current_task()
        way = self._way = _Way(self)
        self._step()
        return way

    def __await__(self) -> Generator[Any, None, None]:
        self._fresh = True
        return self  # type: ignore[return-value]

    def __iter__(self) -> Drive:
        return self

    def __next__(self) -> Drive:
        if not self._fresh:
            raise StopIteration
        self._fresh = False
        return self

    def wake(self) -> None:
        """Let the coroutine go on from the pause that it is in, or that comes next."""
        if self._state == _PAUSED:
            self._state = _QUEUED
            self._ready.add(self)
        elif self._state == _RUNS:
            self._woken = True

    def wake_after(self, seconds: float) -> None:
        """Wake the coroutine when so long is over, unless `alarm` has been set to 0."""
        self.alarm = self._ready.after(seconds, self)

    def cancel(self, message: Any = None) -> bool:
        """Cancel what the coroutine waits for, as a Task does; tells whether there was anything to cancel."""
        if self._state == _OVER:
            return False
        if self._awaits is None or not self._awaits.cancel(message):
            self._cancelled = True
            if self._state == _PAUSED:
                self.wake()
        return True

    def resume(self) -> None:
        """Step the coroutine from outside its task."""
        _enter_task(self._loop, self._task)
        try:
            self._step()
        finally:
            _leave_task(self._loop, self._task)

    def _step(self) -> None:
        self._state = _RUNS
        try:
            if self._cancelled:
                self._cancelled = False
                given = self._coroutine.throw(CancelledError())
            else:
                given = self._coroutine.send(None)
        except StopIteration:
            self._end(None)
        except BaseException as error:
            self._end(error)
        else:
            if given is self:
                self._state = _PAUSED
                if self._cancelled or self._woken:
                    self._woken = False
                    self.wake()
            else:
                self._wait_for(given)

    def _wait_for(self, given: Any) -> None:
        """Wait for a future, or give the others their turn for None."""
        if given is None:
            self._state = _QUEUED
            self._loop.call_soon(self.resume)
            return
        self._state = _AWAITS
        self._awaits = given
        given._asyncio_future_blocking = False
        given.add_done_callback(self._came)
        if self._cancelled and given.cancel():
            self._cancelled = False

    def _came(self, _: Future[Any]) -> None:
        self._awaits = None
        self.resume()

    def _end(self, error: BaseException | None) -> None:
        self._state = _OVER
        way = self._way
        assert way is not None
        if error is None:
            way.set_result(None)
        elif isinstance(error, CancelledError):
            way.cut()
        else:
            way.set_exception(error)


class _Way(Future[None]):
    """What the task of a user waits for: its coroutine's end. To cancel it is to cancel what that one waits for."""

    __slots__ = ("_drive",)

    def __init__(self, drive: Drive) -> None:
        super().__init__(loop=get_running_loop())
        self._drive = drive

    def cancel(self, msg: Any = None) -> bool:
        """Cancel what the coroutine waits for."""
        return self._drive.cancel(msg)

    def cut(self) -> None:
        """End as the coroutine did that was cancelled."""
        super().cancel()
