"""One worker: a process with one event loop that runs its share of the users. Started by run/parent."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import pickle
import signal
import sys
import threading
import time
from pathlib import Path
from queue import SimpleQueue
from typing import Any, BinaryIO

import pyjm.engine.elements
import pyjm.engine.functions
from pyjm.engine.compile.program import Compiler
from pyjm.engine.compile.registry import discover
from pyjm.engine.results.outbox import TallyListener
from pyjm.engine.shared.cells import Cells, MappedCells
from pyjm.engine.shared.waiting import Waiting
from pyjm.engine.vu.clock import now_ns, set_epoch

from .counts import Counts, SharedCounts
from .dividing import divide, share_of
from .files import ResultFiles
from .frames import Say, frame, read, values
from .group import GroupRun
from .lag import Lag
from .ledger import Ledger
from .limits import raise_file_limit
from .loop import new_loop
from .relay import whole_text
from .setup import Setup
from .strain import core_wait_s

log = logging.getLogger("pyjm.run")

FLUSH_S = 0.2
"""How often a worker hands its samples to the parent."""

MOST_NOTES = 10_000
"""How many frames may wait for the parent until lines of the log are left out."""


class Worker:
    """The test as this worker runs it."""

    def __init__(self, setup: Setup, out: SimpleQueue[bytes | None]) -> None:
        self.setup = setup
        self.index = setup.index
        self.out = out
        if setup.job.epoch_ns:
            set_epoch(setup.job.epoch_ns)
        self.started_cpu = time.process_time()
        folder = Path(setup.folder)
        cells = Cells() if setup.workers == 1 else MappedCells(folder / "cells")
        self.build = setup.job.build(cells, setup.workers)
        self.build.set_property = self.set_property
        self.row_shares = self.build.row_shares
        if self.row_shares is not None:
            self.row_shares.worker, self.row_shares.folder, self.row_shares.ask = setup.index, folder, self.ask_rows
        self.waiting = Waiting(None if setup.workers == 1 else self.ask)
        self.build.waiting = self.waiting
        self.properties = self.build.properties
        ledger = Ledger(folder / "ledger", setup.workers).own(setup.index)
        counted = setup.job.counted()
        self.files = ResultFiles(setup.job.result_files, setup.root, counted, ledger, stamped=setup.workers > 1)
        self.build.result_files = self.files
        self.tallies = TallyListener(ledger if counted < 0 else None)
        factor = float(self.properties.get("timer.factor", "1.0") or 1.0)
        compiler = Compiler(self.build, [*self.files.of_all, self.tallies], factor)
        self.program = compiler.compile(setup.root)
        divide(self.build, self.program)
        groups = len(self.program.groups)
        self.counts = (
            Counts(groups, ledger)
            if setup.workers == 1
            else SharedCounts(groups, folder / "counts", setup.index, setup.workers, ledger)
        )
        self.groups: list[GroupRun] = []
        self.tasks: set[asyncio.Task[None]] = set()
        self.lag: Lag | None = None
        self.ending = asyncio.Event()  # there before the first frame is heard: a test may be over at once

    # what users ask for

    def stop(self) -> None:
        """Ask the parent to end the test gracefully."""
        self.end_groups(now=False)
        self.out.put(frame(Say.ASK_STOP))

    def stop_now(self) -> None:
        """Ask the parent to end the test now."""
        self.end_groups(now=True)
        self.out.put(frame(Say.ASK_STOP_NOW))

    def stop_group(self, index: int, *, now: bool) -> None:
        """End the users of a thread group, here and in all other workers."""
        self.end_group(index, now)
        if self.setup.workers > 1:
            self.out.put(frame(Say.ASK_STOP_GROUP, index, now))

    def set_property(self, key: str, value: str) -> None:
        """Set a property here and in all other workers."""
        self.properties[key] = value
        self.out.put(frame(Say.PROPERTY, key, value))

    def ask(self, *said: int | str) -> None:
        """Ask the broker in the parent; it may answer with an ANSWER."""
        self.out.put(frame(Say.ASK, *said))

    def ask_rows(self, *said: str | int | bool) -> None:
        """Ask the controller for rows of a file; they come with ROWS."""
        self.out.put(frame(Say.ASK_ROWS, *said))

    # what the parent asks for

    def hear(self, kind: Say, payload: bytes) -> None:
        """Do what a frame of the parent says."""
        if kind is Say.GROUP:
            self.start_group(*values(payload))
        elif kind is Say.PROPERTY:
            key, value = values(payload)
            self.properties[key] = value
        elif kind is Say.ANSWER:
            self.waiting.answered(*values(payload))
        elif kind is Say.STOP_GROUP:
            self.end_group(*values(payload))
        elif kind is Say.RELEASE:
            (index,) = values(payload)
            self.release_here(index)
        elif kind is Say.STOP or kind is Say.STOP_NOW:
            self.end_groups(now=kind is Say.STOP_NOW)
        elif kind is Say.EPOCH:
            set_epoch(*values(payload))
        elif kind is Say.ROWS and self.row_shares is not None:
            self.row_shares.given(*values(payload))
        elif kind is Say.SHARE and self.row_shares is not None:
            self.row_shares.place, self.row_shares.servers = values(payload)
        elif kind is Say.QUIT:
            self.ending.set()

    def start_group(self, index: int, number: int, offset: int, base_ns: int, start: Any, variables: Any) -> None:
        """Start this worker's share of a thread group: every n-th user."""
        program, workers = self.program.groups[index], self.setup.workers
        run = GroupRun(
            self,
            program,
            program.group.start_type(*start),
            index=index,
            number=number,
            host_prefix=self.setup.job.host_prefix,
            variables=variables,
            counts=self.counts,
            base_ns=base_ns,
            share=share_of(self.build.dividing, index, (self.setup.index - offset) % workers, workers),
            outside=self,
        )
        self.groups.append(run)

        def done() -> None:
            self.flush()
            self.out.put(frame(Say.GROUP_DONE, index))

        task = asyncio.get_running_loop().create_task(run.run(done))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def end_group(self, index: int, now: bool) -> None:
        """End the users of one group."""
        for group in self.groups:
            if group.index == index:
                group.stop(now=now)

    def begun(self, index: int) -> None:
        """Say that the first user of a group has begun."""
        self.out.put(frame(Say.GROUP_BEGUN, index))

    def release(self, worker: int, index: int) -> None:
        """Have a worker, maybe this one, release a user of a group that waits there."""
        if worker == self.setup.index:
            self.release_here(index)
        else:
            self.out.put(frame(Say.RELEASE, worker, index))

    def release_here(self, index: int) -> None:
        """Release a user that waits in this worker."""
        for group in self.groups:
            if group.index == index and group.crowd is not None:
                group.crowd.release()

    def end_groups(self, *, now: bool) -> None:
        """End the users of all groups that run."""
        for group in self.groups:
            group.stop(now=now)

    # samples out

    def flush(self) -> None:
        """Hand what came since the last time to the parent."""
        until_ns = now_ns()
        lag_ms = self.lag.take() if self.lag is not None else 0.0
        files = self.files.take()
        started = sum(group.started for group in self.groups)
        finished = sum(group.finished for group in self.groups)
        threads = (started - finished, started, finished)
        cpu_s = time.process_time() - self.started_cpu
        tallies, summaries = self.tallies.take(), self.files.take_summaries()
        strain = (cpu_s, lag_ms, core_wait_s())
        self.out.put(frame(Say.BATCH, until_ns, files, tallies, threads, strain, summaries))

    async def run(self) -> None:
        """Live until the parent says to quit."""
        self.lag = Lag(asyncio.get_running_loop())
        while not self.ending.is_set():
            try:
                await asyncio.wait_for(self.ending.wait(), FLUSH_S)
            except TimeoutError:
                pass
            self.flush()
        for end in self.build.ends:
            end()


class NoteHandler(logging.Handler):
    """Sends log records to the parent."""

    def __init__(self, out: SimpleQueue[bytes | None]) -> None:
        super().__init__(logging.INFO)
        self.out = out
        self.left = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Send one; where the parent can't keep up they are left out, and counted."""
        if self.out.qsize() >= MOST_NOTES:
            self.left += 1
            return
        if self.left:
            text, self.left = f"{self.left} lines were left out here: more came than could be written", 0
            self.put(logging.WARNING, "pyjm.run", text, record.created)
        self.put(record.levelno, record.name, whole_text(record), record.created)

    def put(self, level: int, name: str, text: str, created_s: float) -> None:
        """Send a line, with when it came by this machine's wall clock, and by the one that never jumps."""
        self.out.put(frame(Say.NOTE, level, name, text, created_s, now_ns()))


def write_all(out: SimpleQueue[bytes | None], stream: BinaryIO) -> None:
    """Write frames as they come, until None."""
    try:
        while (data := out.get()) is not None:
            stream.write(data)
            if out.empty():
                stream.flush()
        stream.flush()
    except OSError:
        os._exit(1)  # the parent is gone


def listen(stream: BinaryIO, loop: asyncio.AbstractEventLoop, worker: Worker) -> None:
    """Read the parent's frames; the end of them is the end of this process."""
    while (said := read(stream)) is not None:
        loop.call_soon_threadsafe(worker.hear, *said)
        if said[0] is Say.QUIT:
            return
    os._exit(1)


def own_streams() -> tuple[BinaryIO, BinaryIO]:
    """Keep the pipes to the parent for frames; what is printed goes to standard error."""
    frames_in = os.fdopen(os.dup(0), "rb")
    frames_out = os.fdopen(os.dup(1), "wb", 1 << 16)
    os.dup2(2, 1)
    with Path(os.devnull).open("rb") as null:
        os.dup2(null.fileno(), 0)
    return frames_in, frames_out


def main() -> None:
    """Run a worker on its standard streams."""
    for ignored in (signal.SIGINT, signal.SIGTERM):  # sent to the whole group: the parent says what to do
        signal.signal(ignored, signal.SIG_IGN)
    frames_in, frames_out = own_streams()
    raise_file_limit()
    discover(pyjm.engine.elements)
    discover(pyjm.engine.functions)
    said = read(frames_in)
    if said is None:
        return
    setup: Setup = pickle.loads(said[1])
    out: SimpleQueue[bytes | None] = SimpleQueue()
    writer = threading.Thread(target=write_all, args=(out, frames_out), daemon=True)
    writer.start()
    logger = logging.getLogger("pyjm")
    logger.addHandler(NoteHandler(out))
    logger.setLevel(logging.INFO)
    logger.propagate = False
    worker = Worker(setup, out)
    out.put(frame(Say.FAULTS, [[f.path, f.problem, f.remedy, f.fatal] for f in worker.build.faults]))
    gc.collect()
    gc.freeze()
    # what users are made of stays: a collection of many new objects would find nothing, and hold up all users' times
    gc.set_threshold(2_500, 400, 50)
    loop = new_loop(worker.properties.get("pyjm.loop", "auto"))
    asyncio.set_event_loop(loop)
    threading.Thread(target=listen, args=(frames_in, loop, worker), daemon=True).start()
    loop.run_until_complete(worker.run())
    out.put(None)
    writer.join()
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
