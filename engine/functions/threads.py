"""Functions that tell where they run: __threadNum, __threadGroupName, __samplerName, __TestPlanName, __machineName …"""

from __future__ import annotations

import socket
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from pyjm.engine.compile.functions import Args, function

from .saving import saved

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User


@function("__threadNum", 0)
def make_thread_num(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give the user's number within its group, from 1: what stands after the last `-` of the thread's name."""
    return lambda user: user.name.rpartition("-")[2]


@function("__threadGroupName", 0)
def make_thread_group_name(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give the name of the user's thread group."""
    return lambda user: user.group.name


@function("__samplerName", 0, 1)
def make_sampler_name(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give the name of the present sampler, nothing before the first one."""

    def get(user: User) -> str:
        return "" if user.step is None else user.step.sampler.label.get(user)

    return saved(get, args, 0)


@function("__TestPlanName", 0)
def make_test_plan_name(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give the name of the plan's file."""
    return lambda user: build.plan_name


@cache
def machine_name() -> str:
    """Tell this machine's name."""
    return socket.gethostname()


@cache
def machine_ip() -> str:
    """Tell the address to which this machine's name resolves."""
    try:
        return socket.gethostbyname(socket.gethostname())
    except OSError:
        return "127.0.0.1"


@function("__machineName", 0, 1)
def make_machine_name(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give this machine's name; the argument names a variable to keep it."""
    return saved(lambda user: machine_name(), args, 0)


@function("__machineIP", 0, 1)
def make_machine_ip(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give this machine's address; the argument names a variable to keep it."""
    return saved(lambda user: machine_ip(), args, 0)
