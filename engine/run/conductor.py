"""The order of a test: definitions, setUp groups, thread groups, tearDown groups. Mirrors StandardJMeterEngine.run."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.program import GroupProgram, Program
from pyjm.engine.elements.groups.thread_group import GroupError
from pyjm.engine.vu.clock import now_ns, wall_ms
from pyjm.engine.vu.stops import Stop
from pyjm.engine.vu.user import OnError, Test, User

from .dividing import users_here
from .frames import Say, frame, values
from .gather import Outgoing
from .limits import connects, raise_file_limit, shortage, users_of
from .link import WorkerLink

log = logging.getLogger("pyjm.run")

PHASES = ("setup", "main", "teardown")
PRESET = ("START.MS", "START.YMD", "START.HMS", "TESTSTART.MS")
"""Properties that every user has as variables, as in JMeter."""


class BrokenStart(Exception):
    """A thread group that can't start, behind which no other one does: those that run come to their ends."""


class Nobody:
    """The test of the user for whom everything is evaluated that JMeter evaluates once per test."""

    def __init__(self, properties: dict[str, str]) -> None:
        self.properties = properties

    def stop(self) -> None:
        """Do nothing: nobody runs."""

    def stop_now(self) -> None:
        """Do nothing: nobody runs."""

    def stop_group(self, index: int, *, now: bool) -> None:
        """Do nothing: nobody runs."""


class NoGroup:
    """The group of that user."""

    index = 0
    name = ""
    threads = 0
    on_error = OnError.CONTINUE
    same_user = True

    def __init__(self, test: Nobody, variables: dict[str, Any]) -> None:
        self.test: Test = test
        self.variables = variables

    def counts(self) -> tuple[int, int]:
        """Tell that nobody runs."""
        return 0, 0

    def stop(self, *, now: bool) -> None:
        """Do nothing: nobody runs."""


class Conductor:
    """Starts the groups of a program in their order, in a thread of its own, and waits for their ends."""

    def __init__(self, build: Build, program: Program, links: Sequence[WorkerLink], out: Outgoing) -> None:
        self.build = build
        self.program = program
        self.links = links
        self.out = out
        self.changed = threading.Condition()
        self.busy: dict[int, set[int]] = {}
        self.begun: set[int] = set()
        self.stopping = False
        self.now = False
        self.quitting = False
        self.users = 0
        self.started_ns = 0
        self.thread: threading.Thread | None = None

    def start(self, at_ns: int) -> None:
        """Begin at an instant, in a thread."""
        self.thread = threading.Thread(target=self.run, args=(at_ns,), name="conductor", daemon=True)
        self.thread.start()

    def run(self, at_ns: int) -> None:
        """Run the whole test."""
        try:
            with self.changed:
                self.changed.wait_for(lambda: self.stopping, max(0.0, (at_ns - now_ns()) / 1e9) if at_ns else 0)
            self.started_ns = now_ns()
            try:
                self.conduct()
            except BrokenStart as error:
                self.tell(f"The test starts no further thread groups: {error}")
                self.await_groups()
        except Exception as error:
            log.error("the test could not be run on: %r", error, exc_info=True)
            self.out.note(f"the test could not be run on: {error}")
        finally:
            self.finish()

    def conduct(self) -> None:
        """Go through the phases."""
        user = self.define()
        in_setup = False
        for phase in PHASES:
            groups = [(i, g) for i, g in enumerate(self.program.groups) if g.group.phase == phase]
            if phase == "main":
                in_setup = self.stopping
            elif phase == "teardown" and self.stopping:
                if in_setup or not self.program.teardown_on_shutdown:
                    return
                with self.changed:
                    self.stopping = self.now = False
            self.users = 0
            for number, (index, compiled) in enumerate(groups, 1):
                if self.stopping:
                    break
                self.start_group(index, number, compiled, user)
                if compiled.group.holds_others:
                    self.await_first(index)
                if self.program.serialize and number < len(groups):
                    self.await_groups()
            self.await_groups()

    def define(self) -> User:
        """Evaluate what is evaluated once per test: the variables that every user begins with."""
        properties = self.build.properties
        self.set_property("TESTSTART.MS", str(wall_ms()))
        variables: dict[str, Any] = {key: properties[key] for key in PRESET if key in properties}
        user = User(NoGroup(Nobody(properties), variables), 0, "StandardJMeterEngine", variables)
        for definition in self.program.definitions:
            definition.define(user)
        return user

    def set_property(self, key: str, value: str) -> None:
        """Set a property in all processes."""
        if self.build.set_property is not None:
            self.build.set_property(key, value)

    def start_group(self, index: int, number: int, compiled: GroupProgram, user: User) -> None:
        """Evaluate a group's numbers and have every worker start its share.

        Raises BrokenStart for what JMeter's engine doesn't expect, which breaks off there.
        """
        try:
            start = compiled.group.start(user)
        except (Stop, GroupError) as error:
            self.tell(f"Error occurred starting thread group :{compiled.group.name}, error message:{error}")
            return
        except ValueError as error:
            raise BrokenStart(f"{compiled.group.path}: {error}") from error
        log.info("Starting ThreadGroup: %d : %s, %d threads", number, start.name, start.threads)
        if start.threads < 0 and "${" in compiled.group.counted()[0][0]:  # of a constant the compiler has told
            text = f"Warning: {compiled.group.path}: the number of threads is {start.threads}: the group runs nobody"
            log.warning(text)
            self.out.note(text)
        if users_of(compiled) is None and connects(self.build):
            users = users_here(self.build.dividing, self.users + start.threads)
            short = shortage(users, len(self.links), raise_file_limit())
            if short:
                log.warning("%s: %s", compiled.group.path, short)
                self.out.note(f"Warning: {compiled.group.path}: {short}")
        with self.changed:
            self.busy[index] = {link.index for link in self.links if link.alive}
        said = frame(Say.GROUP, index, number, self.users, now_ns(), astuple(start), plain(user.vars))
        self.users += max(0, start.threads)
        for link in self.links:
            link.send(said)

    def tell(self, text: str) -> None:
        """Write an error into the log and onto the console."""
        log.error(text)
        self.out.note(text)

    def await_first(self, index: int) -> None:
        """Wait until the first user of a group has begun, or none will."""
        with self.changed:
            self.changed.wait_for(lambda: index in self.begun or not self.busy.get(index) or self.stopping)

    def await_groups(self) -> None:
        """Wait until every group that was started is done."""
        with self.changed:
            self.changed.wait_for(lambda: not any(self.busy.values()))
            self.busy.clear()

    def finish(self) -> None:
        """Let the workers hand over what they have and end, then make the last batch."""
        self.quitting = True
        for link in self.links:
            link.quit()
        for link in self.links:
            link.thread.join(30)
        self.out.close()

    # what others say

    def heard(self, worker: int, kind: Say, payload: bytes) -> None:
        """Take word of a group's end in a worker, or a user's wish to stop the test."""
        if kind is Say.GROUP_DONE:
            (index,) = values(payload)
            with self.changed:
                self.busy.get(index, set()).discard(worker)
                self.changed.notify_all()
        elif kind is Say.GROUP_BEGUN:
            with self.changed:
                self.begun.update(values(payload))
                self.changed.notify_all()
        elif kind is Say.RELEASE:
            other, index = values(payload)
            self.links[other].send(frame(Say.RELEASE, index))
        elif kind in (Say.ASK_STOP, Say.ASK_STOP_NOW):
            self.stop(now=kind is Say.ASK_STOP_NOW)

    def gone(self, worker: int) -> None:
        """Note that a worker is gone: nothing waits for it."""
        with self.changed:
            for workers in self.busy.values():
                workers.discard(worker)
            self.changed.notify_all()

    def stop(self, *, now: bool) -> None:
        """End the test gracefully, or now."""
        with self.changed:
            if self.stopping and (self.now or not now):
                return
            self.stopping, self.now = True, now
            self.changed.notify_all()
        for link in self.links:
            link.send(frame(Say.STOP_NOW if now else Say.STOP))

    def abandon(self) -> None:
        """Let go of a run whose workers are being killed."""
        with self.changed:
            self.stopping = self.quitting = True
            self.busy.clear()
            self.changed.notify_all()


def plain(variables: dict[str, Any]) -> dict[str, Any]:
    """Give the variables that can go to other processes."""
    return {key: value for key, value in variables.items() if isinstance(value, (str, int, float, bool))}
