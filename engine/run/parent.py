"""The parent's side of a run: compiles the plan, keeps the workers, hands on their batches. See run/engine."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Sequence

import pyjm.engine.elements
import pyjm.engine.functions
from pyjm.engine.compile.program import Compiler, Program
from pyjm.engine.compile.registry import discover
from pyjm.engine.plan.faults import Fault, PlanError
from pyjm.engine.plan.jmx import read_plan
from pyjm.engine.plan.tree import Node
from pyjm.engine.shared.broker import Broker
from pyjm.engine.shared.cells import Cells, MappedCells
from pyjm.engine.vu.clock import now_ns

from .conductor import Conductor
from .counts import SharedCounts
from .dividing import divide, users_here
from .engine import Health, WorkerHealth
from .folder import Folder
from .frames import Say, frame, values
from .gather import Outgoing
from .holding import Held
from .job import Job
from .ledger import Ledger
from .limits import connects, most_users, raise_file_limit, shortage, users_at_once
from .link import WorkerLink
from .relay import Listening, Relay
from .runlog import write
from .setup import Setup
from .silence import ENDED_S, PROPERTY, Silence
from .strain import Strain, number_of
from .wishes import Granted, Wish, Wishes, used_rows

log = logging.getLogger("pyjm.run")

READY_S = 60.0
"""How long workers may take to compile a plan."""


class Engine:
    """One run of one plan on this machine's workers; implements `run.engine.Running`."""

    def __init__(self, workers: int = 0) -> None:
        self.wanted = workers
        self.own = Folder()
        self.folder = self.own.path
        self.links: list[WorkerLink] = []
        self.out = Outgoing(1)
        self.ledger: Ledger | None = None
        self.changed = threading.Condition()
        self.faults: dict[int, list[Fault]] = {}
        self.cpu_s: dict[int, float] = {}
        self.lag_ms: dict[int, float] = {}
        self.strain = Strain({})
        self.silence: Silence | None = None
        self.conductor: Conductor | None = None
        self.listening: Listening | None = None
        self.closed = False
        self.users = 0
        self.broker = Broker(self.answer)
        self.brokering = threading.Lock()
        self.wishes = Wishes()
        try:
            self.spawn()  # the first worker loads its code while this process reads the plan
        except OSError:
            self.own.remove()
            raise

    def spawn(self) -> None:
        """Start one more worker process."""
        index = len(self.links)
        self.links.append(WorkerLink(index, self.folder / f"worker{index}.err", self.heard))

    # prepare

    def prepare(self, job: Job) -> list[Fault]:
        """Compile the plan here and in the workers; gives all faults."""
        discover(pyjm.engine.elements)
        discover(pyjm.engine.functions)
        parts: list[Fault] = []
        try:
            root = read_plan(job.plan, job.plan_name, job.included, parts)
        except PlanError as error:
            return error.faults
        build = job.build(Cells(), 1)
        build.faults += parts
        program = Compiler(build).compile(root)
        divide(build, program)
        if any(fault.fatal for fault in build.faults):
            return build.faults
        self.users = users_here(build.dividing, most_users(program))
        self.employ(job, root, program, 1 if build.in_one_process else job.workers or self.wanted)
        build.workers = len(self.links)
        at_once = users_here(build.dividing, users_at_once(program))
        short = shortage(at_once, len(self.links), raise_file_limit()) if connects(build) else ""
        if short:
            build.fault("", short, fatal=False)
        self.strain = Strain(build.properties)
        self.silence = Silence(self.links, number_of(build.properties, PROPERTY, ENDED_S), self.warn)
        if len(self.links) > 1:
            build.cells = MappedCells(self.folder / "cells")
        build.set_property = self.set_property
        self.conductor = Conductor(build, program, self.links, self.out)
        faults = self.await_faults()
        return faults if any(fault.fatal for fault in faults) else build.faults

    def employ(self, job: Job, root: Node, program: Program, wanted: int) -> None:
        """Start so many workers, or as many as the plan can use, and tell them the job."""
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        workers = wanted or max(1, min(cores, self.users))
        while len(self.links) < workers:
            self.spawn()
        MappedCells.create(self.folder / "cells")
        (self.folder / "counts").write_bytes(bytes(SharedCounts.size(len(program.groups), workers)))
        self.ledger = Ledger(self.folder / "ledger", workers)
        self.out = Outgoing(workers, job.counted(), self.ledger, self.listen() if job.host_prefix else None)
        if job.hand_over_s > 0:
            self.out.held = Held(job.hand_over_s)
        if job.csv:
            self.out.used = lambda: used_rows(self.folder)
        for link in self.links:
            link.set_up(Setup(root, job, link.index, workers, str(self.folder)))

    def listen(self) -> Relay:
        """Have what this server's log says go along to the controller, until this run is closed."""
        if self.listening is None:
            self.listening = Listening(Relay())
            logging.getLogger("pyjm").addHandler(self.listening)
        return self.listening.relay

    def await_faults(self) -> list[Fault]:
        """Wait until every worker has compiled the plan."""
        with self.changed:
            ready = self.changed.wait_for(lambda: len(self.faults) == len(self.links), READY_S)
        if not ready:
            return [Fault("", f"a worker did not get ready within {READY_S:.0f} s")]
        return next(iter(self.faults.values()))

    # run

    def start(self, at_ns: int) -> None:
        """Begin at an instant of this machine's perf_counter_ns clock (0: now)."""
        assert self.conductor is not None
        assert self.silence is not None
        self.silence.start()
        self.conductor.start(at_ns)

    def take(self, after: int, wait_s: float) -> list[bytes]:
        """Give the packed batches after a number, waiting for one."""
        return self.out.take(after, wait_s)

    def stop(self, *, now: bool) -> None:
        """End the test gracefully, or now."""
        if self.conductor is not None:
            self.conductor.stop(now=now)

    def set_epoch(self, epoch_ns: int) -> None:
        """Correct the clock that the times of samples are of."""
        if self.conductor is not None:
            for link in self.links:
                link.send(frame(Say.EPOCH, epoch_ns))

    def health(self) -> Health:
        """Tell how the workers are."""
        active = sum(threads[0] for threads in self.out.threads)
        return Health(
            cpu_s=sum(self.cpu_s.values()),
            active=active,
            lag_ms=max(self.lag_ms.values(), default=0.0),
            workers=sum(link.alive for link in self.links),
            started_ns=self.conductor.started_ns if self.conductor is not None else 0,
            users=self.users,
            made=self.ledger.all_made() if self.ledger is not None else 0,
            at_ns=now_ns(),
            each=[
                WorkerHealth(self.cpu_s.get(worker, 0.0), self.lag_ms.get(worker, 0.0), threads[0], *counts)
                for worker, (threads, counts) in enumerate(zip(self.out.threads, self.out.counts))
            ],
        )

    def share(self, place: int, servers: int) -> None:
        """Be told, before the start, which share of the rows of data files is this engine's."""
        for link in self.links:
            link.send(frame(Say.SHARE, place, servers))

    def rows(self, after: int, granted: Sequence[Granted], wait_s: float) -> list[Wish]:
        """Hand rows of data files to who wished for them; gives the wishes after a number, waiting for one."""
        for wish, first, end in self.wishes.grant(granted):
            self.links[wish.worker].send(frame(Say.ROWS, wish.key, first, end))
        return self.wishes.take(after, wait_s)

    def set_property(self, key: str, value: str) -> None:
        """Set a property in all processes of this run."""
        if self.conductor is not None:
            self.conductor.build.properties[key] = value
        for link in self.links:
            link.send(frame(Say.PROPERTY, key, value))

    def answer(self, worker: int, ticket: int) -> None:
        """Tell a worker that what one of its users waits for has come."""
        self.links[worker].send(frame(Say.ANSWER, ticket))

    # what workers say, each in its link's thread

    def heard(self, worker: int, kind: Say | None, payload: bytes) -> None:
        """Do what a frame of a worker says."""
        if kind is None:
            self.gone(worker)
        elif kind is Say.BATCH:
            until_ns, files, tallies, threads, strain, summaries = values(payload)
            self.cpu_s[worker], self.lag_ms[worker], _ = strain
            self.warn(self.strain.add(worker, until_ns, *strain))
            self.out.add(worker, until_ns, files, tallies, threads, summaries, self.strain.take(worker))
        elif kind is Say.ASK:
            with self.brokering:
                self.broker.ask(worker, *values(payload))
        elif kind is Say.ASK_ROWS:
            self.wishes.add(worker, *values(payload))
        elif kind is Say.NOTE:
            level, name, text, created_s, at_ns = values(payload)
            write(logging.getLogger(name), level, text, created=created_s, at_ns=at_ns)
            if level >= logging.WARNING:
                self.out.note(text)
        elif kind is Say.FAULTS:
            (faults,) = values(payload)
            with self.changed:
                self.faults[worker] = [Fault(*fault) for fault in faults]
                self.changed.notify_all()
        elif kind is Say.PROPERTY:
            self.share_property(worker, *values(payload))
        elif kind is Say.ASK_STOP_GROUP:
            self.tell_others(worker, frame(Say.STOP_GROUP, *values(payload)))
        elif self.conductor is not None:
            self.conductor.heard(worker, kind, payload)

    def share_property(self, worker: int, key: str, value: str) -> None:
        """Hand a property that a worker set to all others."""
        if self.conductor is not None:
            self.conductor.build.properties[key] = value
        self.tell_others(worker, frame(Say.PROPERTY, key, value))

    def tell_others(self, worker: int, said: bytes) -> None:
        """Tell all workers but one."""
        for link in self.links:
            if link.index != worker:
                link.send(said)

    def warn(self, text: str | None) -> None:
        """Say to the user what is not as it should be."""
        if text is not None:
            log.warning("%s", text)
            self.out.note(text)

    def gone(self, worker: int) -> None:
        """Note that a worker ended: at the end of the run, or because it died."""
        self.warn(self.strain.over(worker))
        self.out.end(worker)
        with self.brokering:
            self.broker.gone(worker)
        self.wishes.forget(worker)
        died = not self.closed and (self.conductor is None or not self.conductor.quitting)
        if died:
            code = self.links[worker].process.wait()
            words = self.links[worker].last_words()
            text = f"worker {worker + 1} of {len(self.links)} died (exit {code}){': ' + words if words else ''}"
            log.error("%s; its users are lost", text)
            self.out.note(f"{text}; its users are lost")
            with self.changed:
                self.faults.setdefault(worker, [Fault("", text)])
                self.changed.notify_all()
        if self.conductor is not None:
            self.conductor.gone(worker)

    def close(self) -> None:
        """End all worker processes and remove what the run left."""
        self.closed = True
        if self.silence is not None:
            self.silence.stop()
        if self.listening is not None:
            logging.getLogger("pyjm").removeHandler(self.listening)
        self.wishes.close()
        if self.conductor is not None:
            self.conductor.abandon()
        for link in self.links:
            link.kill()
        for link in self.links:
            if link.thread is not threading.current_thread():
                link.thread.join(5)
        self.own.remove()
