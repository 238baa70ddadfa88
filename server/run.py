"""One test on this server: from the job that a controller hands over to the last batch."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pyjm.engine.plan.faults import Fault
from pyjm.engine.results.batch import Batch
from pyjm.engine.run.engine import Health, Running
from pyjm.engine.run.folder import Folder
from pyjm.engine.run.job import Job
from pyjm.engine.run.wishes import Granted, Wish
from pyjm.server.spool import IN_MEMORY, ON_DISK, Spool

log = logging.getLogger("pyjm.server")

_PUMP_S = 0.5


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes of batches that may wait for the controller."""

    in_memory: int = IN_MEMORY
    on_disk: int = ON_DISK


class Run:
    """One job in one engine. A thread of its own moves batches from the engine to the spool, controller or not."""

    def __init__(
        self,
        engine: Running,
        name: str,
        on_end: Callable[[Run], None],
        tell: Callable[[str], None],
        room: Room,
    ) -> None:
        self.name = name
        self._own = Folder("run-")
        self.folder = self._own.path
        self.spool = Spool(str(self.folder), room.in_memory, room.on_disk)
        self.trouble = ""
        self.made = 0
        self.last = 0
        self.on_batch: Callable[[Batch], None] | None = None
        self.prepared = False
        self.started = False
        self.ended = False
        self._engine = engine
        self._on_end = on_end
        self._tell = tell
        self._job: Job | None = None
        self._lock = threading.Lock()
        self._closed = False
        self._pump: threading.Thread | None = None

    def prepare(self, job: Job) -> list[Fault]:
        """Have the plan compiled; gives all faults."""
        self._job = job
        faults = self._engine.prepare(job)
        self.prepared = True
        return faults

    def start(self, at_ns: int) -> None:
        """Begin at an instant of this machine's perf_counter_ns clock."""
        with self._lock:
            if self.started or self._closed:
                return
            self.started = True
            self._engine.start(at_ns)
            self._pump = threading.Thread(target=self._move, name="batches", daemon=True)
            self._pump.start()

    def stop(self, *, now: bool) -> None:
        """End the test, now or gracefully; its last batch comes all the same."""
        self._engine.stop(now=now)

    def set_epoch(self, epoch_ns: int) -> None:
        """Correct the clock that the times of samples are of."""
        self._engine.set_epoch(epoch_ns)

    def share(self, place: int, servers: int) -> None:
        """Be told which rows of divided data files are this engine's."""
        self._engine.share(place, servers)

    def rows(self, after: int, granted: Sequence[Granted], wait_s: float) -> list[Wish]:
        """Take rows that are handed out; gives what more is wished for."""
        return self._engine.rows(after, granted, wait_s)

    def health(self) -> Health:
        """Tell how the engine is."""
        return self._engine.health()

    def close(self) -> None:
        """End the load and remove what the run left; safe to call again."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self._engine.close()
        if self._pump is not None and self._pump is not threading.current_thread():
            self._pump.join()
        self._finish()
        self.spool.close()
        self._own.remove()

    def _move(self) -> None:
        while not self._closed and not self.ended:
            for data in self._engine.take(self.last, _PUMP_S):
                batch = Batch.from_bytes(data)
                self.made += self._job.samples(batch) if self._job is not None else 0
                self.spool.add(batch.number, data)
                self.last = batch.number
                if self.on_batch is not None:
                    self.on_batch(batch)
                if self.spool.full and not self.trouble:
                    self._stop_full()
                if batch.last:
                    self._finish()
                    return

    def _stop_full(self) -> None:
        """End the load rather than lose what it makes."""
        self.trouble = f"{self.spool.full}; the test is stopped there, nothing is lost (pyjm.spool)"
        self._tell(self.trouble)
        self._engine.stop(now=True)

    def _finish(self) -> None:
        """Note the end, once."""
        with self._lock:
            if not self.started or self.ended:
                return
            self.ended = True
        self._on_end(self)
