"""A local run whose processes are killed or told to stop ends in time, says so, and leaves nothing running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.running import PLAN, PYJM, alive, children, lines, target, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")


class Run:
    """One `pyjm -n` under way in a folder."""

    def __init__(self, folder: Path, port: str, *more: str) -> None:
        (folder / "plan.jmx").write_text(PLAN)
        self.jtl = folder / "out.jtl"
        self.console = folder / "console.txt"
        command = [*PYJM, "-n", "-t", "plan.jmx", "-l", "out.jtl", f"-Jport={port}", *more]
        with self.console.open("w") as out:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env={**os.environ, "TMPDIR": str(folder)},
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def text(self) -> str:
        return self.console.read_text()


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    with target(tmp_path) as (port, _):
        made = Run(tmp_path, port, "-Jpyjm.workers=2", "-Jduration=6")
        yield made
        made.process.kill()
        made.process.wait()


def test_a_killed_worker_is_said_and_the_rest_runs_on(run: Run) -> None:
    assert until(lambda: lines(run.jtl) > 20), run.text()
    workers = children(run.process.pid)
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGKILL)
    before = lines(run.jtl)
    assert run.process.wait(30) == 1
    assert "died" in run.text()
    assert "Traceback" not in run.text()
    assert lines(run.jtl) > before
    assert not any(map(alive, workers))


def test_a_stopped_worker_is_said_and_ended_and_the_run_ends_by_itself(tmp_path: Path) -> None:
    with target(tmp_path) as (port, _):
        run = Run(tmp_path, port, "-Jpyjm.workers=2", "-Jduration=2", "-Jpyjm.worker_timeout=2")
        try:
            assert until(lambda: lines(run.jtl) > 20), run.text()
            worker = children(run.process.pid)[0]
            os.kill(worker, signal.SIGSTOP)
            assert run.process.wait(30) == 1
        finally:
            run.process.kill()
            run.process.wait()
    assert "has said nothing for" in run.text()
    assert "is ended: it said nothing for 2 s" in run.text()
    assert "Traceback" not in run.text()
    assert not alive(worker)


def test_a_worker_that_was_stopped_for_a_while_loses_nothing(run: Run, tmp_path: Path) -> None:
    assert until(lambda: lines(run.jtl) > 20), run.text()
    worker = children(run.process.pid)[0]
    os.kill(worker, signal.SIGSTOP)
    before = lines(tmp_path / "requests.jsonl")
    assert until(lambda: lines(tmp_path / "requests.jsonl") > before + 50), "the other worker goes on meanwhile"
    os.kill(worker, signal.SIGCONT)
    assert run.process.wait(30) == 0
    assert lines(run.jtl) - 1 == lines(tmp_path / "requests.jsonl")


def test_workers_end_with_a_killed_parent(run: Run) -> None:
    assert until(lambda: lines(run.jtl) > 20), run.text()
    workers = children(run.process.pid)
    run.process.kill()
    run.process.wait()
    assert until(lambda: not any(map(alive, workers)), 10)


def test_sigterm_ends_the_test_with_all_its_samples(run: Run, tmp_path: Path) -> None:
    assert until(lambda: lines(run.jtl) > 20), run.text()
    run.process.send_signal(signal.SIGTERM)
    run.process.wait(20)
    assert "... end of run" in run.text()
    assert lines(run.jtl) - 1 == lines(tmp_path / "requests.jsonl")


def test_sigterm_to_the_whole_process_group_is_the_same(run: Run, tmp_path: Path) -> None:
    assert until(lambda: lines(run.jtl) > 20), run.text()
    os.killpg(run.process.pid, signal.SIGTERM)
    run.process.wait(20)
    assert "... end of run" in run.text()
    assert "died" not in run.text()
    assert lines(run.jtl) - 1 == lines(tmp_path / "requests.jsonl")
