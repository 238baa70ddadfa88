"""Real processes: controllers and servers that run, are told to end, and are killed."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from wired.rig import PLAN, eventually, keystore

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="signals and process groups of POSIX")

GROUP = b"""
<ThreadGroup guiclass="ThreadGroupGui" testclass="ThreadGroup" testname="users" enabled="true">
<stringProp name="ThreadGroup.on_sample_error">continue</stringProp>
<elementProp name="ThreadGroup.main_controller" elementType="LoopController">
<boolProp name="LoopController.continue_forever">false</boolProp>
<stringProp name="LoopController.loops">${__P(loops)}</stringProp></elementProp>
<stringProp name="ThreadGroup.num_threads">4</stringProp><stringProp name="ThreadGroup.ramp_time">0</stringProp>
</ThreadGroup><hashTree>
<DebugSampler guiclass="TestBeanGUI" testclass="DebugSampler" testname="debug" enabled="true"/><hashTree/>
<ConstantTimer guiclass="ConstantTimerGui" testclass="ConstantTimer" testname="pause" enabled="true">
<stringProp name="ConstantTimer.delay">20</stringProp></ConstantTimer><hashTree/>
</hashTree>"""


class Process:
    """One pyjm or pyjm-server with what it says."""

    def __init__(self, module: str, folder: Path, *arguments: str) -> None:
        code = f"from pyjm.{module}.cli import main; main()"
        self.running = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.text = ""

    def read(self, until: Callable[[str], object], seconds: float = 60.0) -> str:
        """Read on until it has said something; gives all that it has said."""
        assert self.running.stdout is not None
        end = time.monotonic() + seconds
        while not until(self.text):
            left = end - time.monotonic()
            ready = left > 0 and select.select([self.running.stdout], [], [], left)[0]
            data = os.read(self.running.stdout.fileno(), 65536) if ready else b""
            if not data:
                pytest.fail(f"it did not say what was waited for: {self.text}")
            self.text += data.decode()
        return self.text

    def says(self, pattern: str, seconds: float = 60.0) -> str:
        """Wait for what a pattern finds."""
        return self.read(lambda text: re.search(pattern, text), seconds)

    def ends(self, seconds: float = 60.0) -> int:
        """Wait for its end; gives the status."""
        rest, _ = self.running.communicate(timeout=seconds)
        self.text += rest.decode()
        return self.running.returncode

    def family(self) -> list[str]:
        """Give the processes of its session that live: itself and its workers."""
        lines = subprocess.run(["ps", "-eo", "sid=,stat=,pid="], capture_output=True, text=True, check=True).stdout
        found = [line.split() for line in lines.splitlines()]
        return [pid for sid, stat, pid in found if sid == str(self.running.pid) and not stat.startswith("Z")]

    def kill(self) -> None:
        """Kill it as if the machine had died, but for its workers."""
        self.running.kill()

    def clear(self) -> None:
        """End whatever is left of it."""
        for pid in self.family():
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.running.wait()
        if self.running.stdout is not None:
            self.running.stdout.close()


class Machines:
    """Servers and controllers in one folder with one key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started: list[Process] = []
        (folder / "rmi_keystore.jks").write_bytes(keystore())
        (folder / "plan.jmx").write_bytes(PLAN % GROUP)

    def server(self, name: str, *arguments: str) -> tuple[Process, str]:
        """Start a server; gives it and its address."""
        server = Process("server", self.folder, "-Jserver.rmi.port=0", "-j", f"{name}.log", *arguments)
        self.started.append(server)
        text = server.says(r"Created remote object: .*\]\]")
        port = re.search(r":(\d+)\]\]", text)
        assert port is not None
        return server, f"127.0.0.1:{port[1]}"

    def controller(self, hosts: list[str], loops: int, *arguments: str) -> Process:
        """Start a run."""
        more = [f"-Gloops={loops}", "-Jjmeterengine.nongui.port=0", *arguments]
        controller = Process(
            "client", self.folder, "-n", "-t", "plan.jmx", "-l", "out.jtl", "-R", ",".join(hosts), *more
        )
        self.started.append(controller)
        return controller

    def rows(self) -> list[str]:
        """Give the rows of the result file."""
        return (self.folder / "out.jtl").read_text().splitlines()[1:]


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    with _cleared(Machines(tmp_path)) as found:
        yield found


@contextmanager
def _cleared(machines: Machines) -> Iterator[Machines]:
    try:
        yield machines
    finally:
        for process in machines.started:
            process.clear()


def test_a_plan_runs_on_two_servers_and_they_end_when_told(machines: Machines) -> None:
    (first, one), (second, two) = machines.server("one"), machines.server("two")
    controller = machines.controller([one, two], 5, "-X")
    assert controller.ends() == 0, controller.text
    for line in (
        f"Configuring remote engine: {one}",
        f"Configuring remote engine: {two}",
        f"Remote engines have been started:[{one}, {two}]",
        f"{one}: 20 samples received, 0 lost, 0 replayed",
        f"{two}: 20 samples received, 0 lost, 0 replayed",
        "... end of run",
    ):
        assert line in controller.text.splitlines(), controller.text
    names = [row.split(",")[5] for row in machines.rows()]
    assert len(names) == 40
    assert {name.rsplit("-", 1)[0] for name in names} == {f"{one}-users 1", f"{two}-users 1"}
    for server, address in ((first, one), (second, two)):
        assert server.ends() == 0
        assert f"Starting the test on host {address} @ " in server.text
        assert f"Finished the test on host {address} @ " in server.text
        assert server.family() == []


def test_a_server_that_is_killed_is_noticed_in_seconds_and_the_run_ends_by_itself(machines: Machines) -> None:
    (_, one), (second, two) = machines.server("one"), machines.server("two")
    controller = machines.controller([one, two], 250)
    controller.says("Remote engines have been started")
    second.says("Starting the test")
    assert eventually(lambda: len(second.family()) > 1)
    killed = time.monotonic()
    second.kill()
    controller.says(re.escape(f"{two} is lost: "), 10)
    assert time.monotonic() - killed < 10
    assert controller.ends() == 1
    assert f"{one}: 1000 samples received, 0 lost, 0 replayed" in controller.text
    received = re.search(re.escape(two) + r": (\d+) samples received, 0 and at most \d+ more lost", controller.text)
    assert received is not None, controller.text
    assert len(machines.rows()) == 1000 + int(received[1])
    assert eventually(lambda: second.family() == []), "its workers load the target no longer"


def test_servers_stop_by_themselves_when_their_controller_is_killed(machines: Machines) -> None:
    servers = [machines.server(name, "-Jpyjm.lease=4") for name in ("one", "two")]
    controller = machines.controller([address for _, address in servers], 100_000)
    controller.says("Remote engines have been started")
    controller.kill()
    for server, address in servers:
        server.says(f"was not heard of for 4 s(.|\n)*Finished the test on host {re.escape(address)}", 30)
        assert eventually(lambda server=server: len(server.family()) == 1)  # type: ignore[misc]
    again = machines.controller([address for _, address in servers], 1)
    assert again.ends() == 0, again.text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_told_to_end_ends_its_load_first(machines: Machines, number: signal.Signals) -> None:
    server, address = machines.server("one")
    controller = machines.controller([address], 100_000)
    controller.says("Remote engines have been started")
    server.says("Starting the test")
    server.running.send_signal(number)
    assert server.ends() == 0
    assert server.family() == []
    assert controller.ends() == 1
    assert f"{address} is lost: " in controller.text


def test_a_second_controller_is_told_before_anything_starts(machines: Machines) -> None:
    server, address = machines.server("one")
    first = machines.controller([address], 100_000)
    first.says("Remote engines have been started")
    second = machines.controller([address], 1)
    assert second.ends() == 1
    assert re.search(r"Engine is busy - please try later \(held by \S+ \(process \d+\) at ", second.text), second.text
    first.running.send_signal(signal.SIGINT)
    assert first.ends() == 128 + signal.SIGINT
    assert len(server.family()) == 1
