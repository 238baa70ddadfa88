"""What can go wrong with a server, its way and its controller while samples flow."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from e2e.machines import Process
from faults.field import LEASE_S, SILENT_S, Spot
from wired.relay import FROM, TO

Act = Callable[[Spot, Process], None]

POLICIES = ["continue", "stop", "replace"]

SCALE = LEASE_S / 60
"""The faults' times beside those that they stand for, as the lease is to the default one."""


def cut(real_s: float) -> Act:
    """Cut the way for what is so long where the lease is 60 s."""

    def act(spot: Spot, _: Process) -> None:
        spot.way.down = True
        spot.way.cut()
        time.sleep(real_s * SCALE)
        spot.way.down = False

    return act


def half_open(*ways: str) -> Act:
    """Have what is said go nowhere for a while, unknown to both ends."""

    def act(spot: Spot, _: Process) -> None:
        spot.way.blocked = set(ways)
        time.sleep(2.5 * SILENT_S)
        spot.way.blocked = set()

    return act


def freeze(spot: Spot, seconds: float, *, parent_alone: bool = False) -> None:
    """Freeze a machine, or the process that talks to the controller, for a while."""
    spot.send(signal.SIGSTOP, parent_alone=parent_alone)
    time.sleep(seconds)
    spot.send(signal.SIGCONT, parent_alone=parent_alone)


def freeze_machine(spot: Spot, _: Process) -> None:
    freeze(spot, 2.5 * SILENT_S)


def freeze_machine_for_long(spot: Spot, _: Process) -> None:
    freeze(spot, 0.7 * LEASE_S)


def freeze_parent(spot: Spot, _: Process) -> None:
    freeze(spot, 2.5 * SILENT_S, parent_alone=True)


def freeze_worker(spot: Spot, _: Process) -> None:
    (worker,) = spot.workers()
    for number in (signal.SIGSTOP, signal.SIGCONT):
        assert spot.lives
        os.kill(worker, number)
        time.sleep(1.5 * SILENT_S)


def freeze_controller(_: Spot, controller: Process) -> None:
    controller.running.send_signal(signal.SIGSTOP)
    time.sleep(2.5 * SILENT_S)
    controller.running.send_signal(signal.SIGCONT)


def slow(spot: Spot, _: Process) -> None:
    """Let a tenth of what one server makes through, while its test runs."""
    spot.way.bytes_per_s = 2_000
    time.sleep(5)
    spot.way.bytes_per_s = 0


def delayed(spot: Spot, _: Process) -> None:
    spot.way.delay_s = 0.1


def lossy(spot: Spot, _: Process) -> None:
    spot.way.delay_s, spot.way.loss = 0.1, 0.05


def lossy_and_cut(spot: Spot, controller: Process) -> None:
    lossy(spot, controller)
    spot.way.cut()


PASSING: dict[str, Act] = {
    "cut for 1 s": cut(1),
    "cut for 15 s": cut(15),
    "cut for 55 s": cut(55),
    "silent both ways": half_open(TO, FROM),
    "silent to the server": half_open(TO),
    "silent to the controller": half_open(FROM),
    "frozen machine": freeze_machine,
    "frozen machine, nearly for a lease": freeze_machine_for_long,
    "frozen parent": freeze_parent,
    "frozen worker": freeze_worker,
    "frozen controller": freeze_controller,
    "slow way": slow,
    "100 ms each way": delayed,
    "100 ms each way, 5 % lost": lossy,
    "100 ms each way, 5 % lost, cut": lossy_and_cut,
}
"""Nothing is lost by these."""


def kill_machine(spot: Spot, _: Process) -> None:
    spot.send(signal.SIGKILL)


def kill_parent(spot: Spot, _: Process) -> None:
    spot.send(signal.SIGKILL, parent_alone=True)


def freeze_for_good(spot: Spot, _: Process) -> None:
    spot.send(signal.SIGSTOP)


def unplug(spot: Spot, _: Process) -> None:
    spot.way.blocked = {TO, FROM}


def cut_for_good(spot: Spot, _: Process) -> None:
    spot.way.down = True
    spot.way.cut()


DEAD_S = 5.0
GONE_S = LEASE_S + 5
AWAY_S = SILENT_S + 3


@dataclass(frozen=True)
class Blow:
    """A fault that costs a server: what is said of it first, and within how many seconds."""

    act: Act
    first_word: str
    within_s: float


DEADLY: dict[str, Blow] = {
    "killed machine": Blow(kill_machine, "is lost", DEAD_S),
    "killed parent": Blow(kill_parent, "is lost", DEAD_S),
    "frozen for good": Blow(freeze_for_good, "is out of reach", AWAY_S),
    "unplugged for good": Blow(unplug, "is out of reach", AWAY_S),
    "cut for good": Blow(cut_for_good, "is out of reach", AWAY_S),
}
