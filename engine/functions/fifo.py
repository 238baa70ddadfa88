"""The functions of jpgc-fifo: queues that all users of a run share. Mirrors kg.apc.jmeter.functions.Fifo…"""

from __future__ import annotations

import logging
from asyncio import CancelledError, current_task
from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING

from pyjm.engine.compile.functions import Args, function
from pyjm.engine.compile.java_text import java_trim
from pyjm.engine.compile.value import whole_number
from pyjm.engine.shared.queues import LONGEST_S, Queues

from .saving import saved_anyway

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.functions")

KEPT = "queues"
TIMEOUT = "kg.apc.jmeter.functions.FifoTimeout"
CAPACITY = "kg.apc.jmeter.functions.FifoCapacity"


def queues_of(build: Build, path: str) -> Queues:
    """Give the queues of this process; a plan that has them runs all its users in one."""
    build.in_one_process = True
    if build.dividing is not None:
        remedy = "take one server, or set pyjm.load=each"
        build.fault(path, "users on several servers can't have one queue, and pyjm.load=divide is set", remedy)
    if build.properties.get(CAPACITY):
        build.fault(path, f"the property {CAPACITY} is not supported: queues have no limit", "unset it")
    queues: Queues = build.kept.setdefault(KEPT, Queues())
    return queues


@function("__fifoPut", 2, inf)
def make_put(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Add a value to a queue, and give it."""
    queues, name_of, value_of = queues_of(build, path), args[0].get, args[1].get

    def get(user: User) -> str:
        name, value = name_of(user), value_of(user)
        queues.put(name, value)
        return value

    return get


@function("__fifoGet", 1, inf)
def make_get(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give the first value of a queue, which stays there; nothing of an empty one."""
    queues, name_of = queues_of(build, path), args[0].get
    return saved_anyway(lambda user: queues.first(name_of(user)) or "", args, 1)


@function("__fifoPop", 1, inf)
def make_pop(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give the first value of a queue and take it away; waits for one. None in time is `null`, and no variable."""
    from pyjm.engine.vu.inside import can_wait, wait  # brings greenlet, which is loaded for those who need it

    queues, name_of = queues_of(build, path), args[0].get
    variable_of = args[1].get if len(args) > 1 else None
    seconds = whole_number(build.properties.get(TIMEOUT, ""))
    wait_s = LONGEST_S if seconds is None else seconds
    build.waits_inside = True
    turns = Queues()  # one user at a time: each call in the plan is one object in JMeter, and synchronized
    turns.put("", "")

    async def pop(user: User) -> str | None:
        turn = await turns.taken("", user, LONGEST_S)
        try:
            return await queues.taken(name_of(user), user, wait_s)
        finally:
            if turn is not None:
                turns.put("", "")

    def waited(user: User) -> str | None:
        if not can_wait():
            log.warning("__fifoPop: nobody can wait here")
            return queues.take(name_of(user))
        value = None
        try:
            value = wait(pop(user))
        except CancelledError:
            if user.running:
                raise
            task = current_task()
            if task is not None:
                task.cancel()  # what the user awaits next is cut
        if value is None and not user.running:
            log.warning("Interrupted pop from queue %s", path)
            return "INTERRUPTED"
        return value

    def get(user: User) -> str:
        value = waited(user)
        if variable_of is not None:
            variable = java_trim(variable_of(user))
            if value is None:
                user.vars.pop(variable, None)
            else:
                user.vars[variable] = value
        return "null" if value is None else value

    return get


@function("__fifoSize", 1, inf)
def make_size(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Tell how many values are in a queue."""
    queues, name_of = queues_of(build, path), args[0].get
    return saved_anyway(lambda user: str(queues.size(name_of(user))), args, 1)
