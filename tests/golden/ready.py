"""A process that has pyjm's code loaded and forks for each run and its workers: a run costs no start of Python."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path


class Ready:
    """Runs `pyjm` with arguments; an engine of the harness."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT
        )

    def __call__(self, args: list[str], cwd: Path, console: Path, timeout: float) -> int | str:
        """Run it; gives the exit status, or `timeout`."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([args, str(cwd), str(console)]) + "\n")
        self.process.stdin.flush()
        child = int(self.process.stdout.readline())
        late = threading.Event()
        alarm = threading.Timer(timeout, lambda: (late.set(), os.killpg(child, signal.SIGKILL)))
        alarm.start()
        code = int(self.process.stdout.readline())
        alarm.cancel()
        return "timeout" if late.is_set() else code

    def close(self) -> None:
        """End the process."""
        self.process.communicate()


ENVIRONMENT = {**os.environ, "HOME": "/root"}
"""Plans show this one variable: it is here as it was where JMeter was recorded."""


class Forked:
    """A worker that is a fork of this process; what engine/run/link needs of a subprocess.Popen."""

    def __init__(self, errors: Path) -> None:
        theirs_in, ours_in = os.pipe()
        ours_out, theirs_out = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            self.work(theirs_in, theirs_out, errors)
        os.close(theirs_in)
        os.close(theirs_out)
        self.stdin = os.fdopen(ours_in, "wb")
        self.stdout = os.fdopen(ours_out, "rb")
        self.returncode: int | None = None

    def work(self, frames_in: int, frames_out: int, errors: Path) -> None:
        """Be the worker."""
        from pyjm.engine.run.worker import main

        said = os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for place, stream in enumerate((frames_in, frames_out, said)):
            os.dup2(stream, place)
        os.closerange(3, 1024)
        main()

    def kill(self) -> None:
        """End it."""
        if self.returncode is None:
            os.kill(self.pid, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        if self.returncode is None:
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.returncode


def child(args: list[str], cwd: str, console: str) -> None:
    """Be `pyjm`, in a process of its own."""
    from pyjm.client.cli import main

    os.setsid()
    out = os.open(console, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    for stream in (1, 2):
        os.dup2(out, stream)
    with Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)
    os.chdir(cwd)
    sys.argv = ["pyjm", *args]
    try:
        main()
    except SystemExit as ending:
        code = ending.code
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def serve() -> None:
    """Fork for each line of standard input."""
    import pyjm.client.cli
    import pyjm.client.fleet
    import pyjm.client.local
    import pyjm.client.session
    import pyjm.engine.elements
    import pyjm.engine.functions
    import pyjm.engine.run.link
    import pyjm.engine.run.parent
    import pyjm.engine.run.runlog
    import pyjm.engine.run.worker
    import pyjm.properties.launch
    from pyjm.engine.compile.registry import discover

    discover(pyjm.engine.elements)
    discover(pyjm.engine.functions)
    pyjm.engine.run.link.start_worker = Forked
    gc.collect()
    gc.freeze()  # what all runs have in common is left alone: looked at, it would be copied for each of them
    while line := sys.stdin.readline():
        pid = os.fork()
        if pid == 0:
            child(*json.loads(line))
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        status = os.waitpid(pid, 0)[1]
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
