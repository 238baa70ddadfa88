"""Processes that the end-to-end tests start, and the target that they load."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from golden.harness import free_port

STUB = Path(__file__).resolve().parents[1] / "golden" / "stub.py"
PYJM = [sys.executable, "-c", "from pyjm.client.cli import main; main()"]
SERVER = [sys.executable, "-c", "from pyjm.server.cli import main; main()"]

PLAN = """<?xml version="1.0" encoding="UTF-8"?>
<jmeterTestPlan version="1.2" properties="5.0" jmeter="5.5"><hashTree>
<TestPlan guiclass="TestPlanGui" testclass="TestPlan" testname="Test Plan" enabled="true"/><hashTree>
<ThreadGroup guiclass="ThreadGroupGui" testclass="ThreadGroup" testname="users" enabled="true">
<elementProp name="ThreadGroup.main_controller" elementType="LoopController">
<boolProp name="LoopController.continue_forever">false</boolProp><stringProp name="LoopController.loops">-1</stringProp>
</elementProp><stringProp name="ThreadGroup.num_threads">${__P(users,4)}</stringProp>
<stringProp name="ThreadGroup.ramp_time">0</stringProp><boolProp name="ThreadGroup.scheduler">true</boolProp>
<stringProp name="ThreadGroup.duration">${__P(duration,60)}</stringProp></ThreadGroup><hashTree>
<ConstantTimer guiclass="ConstantTimerGui" testclass="ConstantTimer" testname="think" enabled="true">
<stringProp name="ConstantTimer.delay">20</stringProp></ConstantTimer><hashTree/>
<HTTPSamplerProxy guiclass="HttpTestSampleGui" testclass="HTTPSamplerProxy" testname="GET" enabled="true">
<stringProp name="HTTPSampler.domain">127.0.0.1</stringProp>
<stringProp name="HTTPSampler.port">${__P(port)}</stringProp><stringProp name="HTTPSampler.path">/</stringProp>
<stringProp name="HTTPSampler.method">GET</stringProp><boolProp name="HTTPSampler.use_keepalive">true</boolProp>
</HTTPSamplerProxy><hashTree/></hashTree></hashTree></hashTree></jmeterTestPlan>
"""


def until(holds: Callable[[], bool], limit_s: float = 30) -> bool:
    """Wait until something holds; False where it does not in time."""
    end = time.monotonic() + limit_s
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def children(pid: int) -> list[int]:
    """Find the processes that a process started, from whichever of its threads (Linux)."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for path in lists for child in path.read_text().split()]


def alive(pid: int) -> bool:
    """Tell whether a process runs."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def lines(path: Path) -> int:
    """Count the lines of a file, 0 where there is none."""
    return path.read_bytes().count(b"\n") if path.exists() else 0


@contextmanager
def target(folder: Path) -> Iterator[tuple[str, Path]]:
    """Run the target; gives its port and its log of requests."""
    log = folder / "requests.jsonl"
    log.touch()
    while True:
        port = free_port()
        command = [sys.executable, str(STUB), "--log", str(log), "--port", port]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert process.stdout is not None
        if process.stdout.readline().strip() == "stub ready":
            break
        process.wait()
        process.stdout.close()
    try:
        yield port, log
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
