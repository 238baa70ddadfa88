"""Parallel Controller of BlazeMeter's plugin. Mirrors com.blazemeter.jmeter.controller.ParallelSampler, 0.12."""

from __future__ import annotations

import logging
from asyncio import CancelledError, Semaphore, create_task, wait
from typing import Any

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Forking, flag, whole
from pyjm.engine.compile.registry import element
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.branch import Branch, BranchGroup, Main
from pyjm.engine.vu.result import SampleResult
from pyjm.engine.vu.stops import Stop, obey
from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.elements")


class Branches:
    """The branches of one user below one Parallel Controller."""

    def __init__(self, element: ParallelController, user: User) -> None:
        self.group = BranchGroup(user)
        self.waits_inside = element.build.waits_inside
        self.most = element.most.get(user) if element.limited.get(user) else len(element.branches) or 1
        name = f"parallel {element.label.get(user)}"
        self.users = [
            Branch(user, self.group, name, element, Main(below, label.get(user)), starts, ends)
            for below, label, starts, ends in element.branches
        ]

    async def run(self, into: SampleResult) -> None:
        """Run all of them, no more than so many at once, in the order in which they stand."""
        if self.most < 1:
            raise ValueError(f"no branch can run where at most {self.most} may")
        room = Semaphore(self.most)

        async def live(branch: Branch) -> None:
            async with room:
                self.group.active += 1
                try:
                    await branch.live(into)
                except Stop as stop:
                    obey(stop, branch)
                    branch.of.running = False
                finally:
                    self.group.active -= 1

        lives: Any = [live(branch) for branch in self.users]
        if self.waits_inside:
            from pyjm.engine.vu.inside import waitable

            lives = map(waitable, lives)
        tasks = [create_task(life) for life in lives]
        if tasks:
            try:
                await wait(tasks)
            except CancelledError:
                for branch, task in zip(self.users, tasks, strict=True):
                    branch.running = branch.of.running
                    task.cancel()
                await wait(tasks)
                raise
        for task in tasks:
            if task.exception() is not None:
                log.error("Test failed! %s: %r", self.users[0].name, task.exception())


@element("com.blazemeter.jmeter.controller.ParallelSampler")
class ParallelController(Forking):
    """Runs all that stands directly below it at once, as a sample of its own or not."""

    gathers = flag("PARENT_SAMPLE")
    limited = flag("LIMIT_MAX_THREAD_NUMBER")
    most = whole("MAX_THREAD_NUMBER", 6)

    def prepare(self, node: Node, build: Build) -> None:
        self.build = build
        self.takes_all = self.gathers.constant

    async def sample(self, user: User, result: SampleResult) -> SampleResult | None:
        branches: Branches | None = user.state.get(self)
        if branches is None:
            branches = user.state[self] = Branches(self, user)
        result.success = True
        result.response_code, result.response_message = "200", "OK"
        names = "".join(f"{label.get(user)}\n" for _, label, _, _ in self.branches)
        result.sampler_data = f"Parallel items:\n{names}"
        result.begin()
        branches.group.takes = self.gathers.get(user)
        user.branches = branches.users
        try:
            await branches.run(result)
        finally:
            user.branches = ()
        return self.made(user, result)

    def interrupted(self, user: User, result: SampleResult) -> SampleResult | None:
        return self.made(user, result)

    def made(self, user: User, result: SampleResult) -> SampleResult | None:
        """Give the sample, if there is to be one; its samples have set its end.

        It is asked anew whether there is: branches begin an iteration, in which JMeter works properties out again.
        """
        if not result.sub_results:
            result.end()
        result.thread_name = user.name
        return result if self.gathers.get(user) else None

    def takes(self, user: User) -> bool:
        return bool(self.takes_all) or (isinstance(user.group, BranchGroup) and user.group.takes)

    def add(self, user: User, result: SampleResult) -> None:
        """Take a sample of a branch in."""
        if isinstance(user, Branch) and user.into is not None and (result.combined or not result.transaction):
            user.into.thread_name = user.name  # until it is made, it is its samples that name it
            user.into.add_sub(result, rename=False)
            if not result.success:
                user.into.success = False
