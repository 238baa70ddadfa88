"""The functions of jpgc-fifo: queues that all users of a run share. Mirrors kg.apc.jmeter.functions.Fifo…"""

from __future__ import annotations

import logging
from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING

from pyjm.engine.compile.functions import Args, function
from pyjm.engine.shared.queues import Queues

from .saving import saved_anyway

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.functions")

KEPT = "queues"
CAPACITY = "kg.apc.jmeter.functions.FifoCapacity"


def queues_of(build: Build, path: str) -> Queues:
    """Give the queues of this process; a plan that has them runs all its users in one."""
    build.in_one_process = True
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
    """Give the first value of a queue and take it away. A function can't wait: an empty queue gives `null`."""
    queues, name_of = queues_of(build, path), args[0].get

    def get(user: User) -> str:
        name = name_of(user)
        value = queues.take(name)
        if value is None:
            log.warning("__fifoPop: the queue %s is empty", name)
            return "null"
        return value

    return saved_anyway(get, args, 1)


@function("__fifoSize", 1, inf)
def make_size(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Tell how many values are in a queue."""
    queues, name_of = queues_of(build, path), args[0].get
    return saved_anyway(lambda user: str(queues.size(name_of(user))), args, 1)
