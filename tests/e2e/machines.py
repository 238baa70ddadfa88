"""Real controllers and servers of one folder and one key, and what they say."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from wired.rig import PLAN, keystore

SMALL = ("-Jpyjm.workers=1",)
"""What a server is told where the number of its workers is all the same."""

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
    """One pyjm or pyjm-server with what it says. `before` is Python that is run in it first, `environ` is its own,
    `under` the command that starts it.

    Its temporary files are in the folder, whatever becomes of it.
    """

    def __init__(
        self,
        module: str,
        folder: Path,
        *arguments: str,
        before: str = "",
        environ: Mapping[str, str] | None = None,
        under: Sequence[str] = (),
    ) -> None:
        temporary = folder / "temporary"
        temporary.mkdir(exist_ok=True)
        code = f"{before}\nfrom pyjm.{module}.cli import main; main()"
        self.running = subprocess.Popen(
            [*under, sys.executable, "-c", code, *arguments],
            cwd=folder,
            env={**os.environ, "TMPDIR": str(temporary), **(environ or {})},
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

    def family(self) -> list[int]:
        """Give the processes of its session that live: itself and its workers."""
        return [pid for pid in psutil.pids() if session(pid) == self.running.pid and lives(pid)]

    def kill(self) -> None:
        """Kill it as if the machine had died, but for its workers."""
        self.running.kill()

    def clear(self) -> None:
        """End whatever is left of it."""
        for pid in self.family():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.running.wait()
        if self.running.stdout is not None:
            self.running.stdout.close()


def session(pid: int) -> int:
    """Tell the session of a process, 0 where that has ended."""
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return 0


def lives(pid: int) -> bool:
    """Tell whether a process runs, and is not only waiting to be waited for."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


class Machines:
    """Servers and controllers in one folder with one key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started: list[Process] = []
        (folder / "rmi_keystore.jks").write_bytes(keystore())
        (folder / "plan.jmx").write_bytes(PLAN % GROUP)

    def server(self, name: str, *arguments: str, before: str = "") -> tuple[Process, str]:
        """Start a server; gives it and its address."""
        server = Process("server", self.folder, "-Jserver.rmi.port=0", "-j", f"{name}.log", *arguments, before=before)
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


@contextmanager
def cleared(machines: Machines) -> Iterator[Machines]:
    """End all of it in the end."""
    try:
        yield machines
    finally:
        for process in machines.started:
            process.clear()
