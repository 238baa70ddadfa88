"""Run after run, each with a fault and a policy by chance: `python tests/faults/again.py RUNS [SEED]`.

A line for each; ends at the first that hangs, or whose figures differ from the target's count, with all that was said.
Servers stay for the next run as long as they live, SERVED times at most.
"""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from e2e.machines import Process
from faults.acts import DEADLY, PASSING, POLICIES
from faults.field import Account, Field, Spot, field

SERVED = 8
HANGS_S = 120.0
RESUMED = "killed controller"
DURATION_S = 3.0
SLOW = {"frozen for good", "unplugged for good", "cut for good"}
"""What takes as long as a lease until it is over."""
NOT_JOINED = {"cut for 55 s"}
"""What costs a server that joins: connections that end for longer than pyjm.rejoin_timeout."""


class Series:
    """Runs on the same servers, until one of them has died."""

    def __init__(self, made: Field, chance: Random) -> None:
        self.field = made
        self.chance = chance
        self.joined = chance.random() < 0.25
        self.given: list[str] = []
        if self.joined:
            made.silent_s = 2.0
            self.spots, self.given = made.joining("one", "two")
        else:
            self.spots = made.servers("one", "two")
        self.spare = made.server("spare")

    def choose(self) -> tuple[str, str]:
        """Choose a fault and a policy."""
        faults = [name for name in (*PASSING, *DEADLY, RESUMED) if not self.joined or name not in NOT_JOINED]
        return self.chance.choice(faults), self.chance.choice(POLICIES)

    def controller(self, policy: str, duration_s: float) -> Process:
        """Start a run."""
        given = [*self.given, f"-Jpyjm.on_loss={policy}"]
        if policy == "replace":
            given.append(f"-Jpyjm.standby_hosts={self.spare.address}")
        controller = self.field.controller(self.spots, *given, duration_s=duration_s)
        self.field.flows(controller)
        return controller

    def run(self, fault: str, policy: str) -> Account:
        """Have one run with that fault; raises AssertionError where anything differs."""
        self.field.next_run()
        struck = self.chance.choice(self.spots)
        if fault in DEADLY:
            return self.deadly(fault, policy, struck)
        controller = self.controller(policy, DURATION_S)
        if fault == RESUMED:
            time.sleep(self.chance.random())
            controller.running.kill()
            controller.running.wait()
            controller = self.field.resumed(controller)
        else:
            PASSING[fault](struck, controller)
        status = controller.ends(HANGS_S)
        told = self.field.account(controller)
        assert (status, told.lost, told.unknown) == (0, 0, []), controller.text
        assert len(self.field.rows()) == self.field.requested(), controller.text
        struck.way.mend()
        return told

    def deadly(self, fault: str, policy: str, struck: Spot) -> Account:
        """Have a server die."""
        controller = self.controller(policy, 60.0 if policy == "stop" else DURATION_S + 9 * (fault in SLOW))
        DEADLY[fault].act(struck, controller)
        status = controller.ends(HANGS_S)
        if struck.lives:
            struck.send(signal.SIGKILL)
            struck.process.running.wait()
        told = self.field.account(controller)
        assert (status, told.lost, told.unknown) == (1, 0, [struck.address]), controller.text
        assert ("takes the place of" in controller.text) is (policy == "replace"), controller.text
        return told


def say(text: str) -> None:
    """Write a line."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(runs: int, seed: int) -> None:
    """Have so many runs."""
    chance = Random(seed)
    began = time.monotonic()
    starts = number = 0
    while number < runs:
        starts += 1
        with tempfile.TemporaryDirectory(prefix="faults-") as folder, ExitStack() as stack:
            made = stack.enter_context(field(Path(folder)))
            series = Series(made, chance)
            for _ in range(SERVED):
                number += 1
                fault, policy = series.choose()
                since = time.monotonic()
                told = series.run(fault, policy)
                how = "joined" if series.joined else "dialled"
                say(
                    f"{number:4} {time.monotonic() - since:5.1f} s  {how:8}{policy:9}{fault}: {told.received} rows, "
                    f"{told.lost} lost, at most {told.at_most} more, {told.replayed} replayed"
                )
                if fault in DEADLY or number >= runs:
                    break
    say(f"{number} runs, {starts} starts, seed {seed}, {time.monotonic() - began:.0f} s: no hang, no difference")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns() % 10**6)
