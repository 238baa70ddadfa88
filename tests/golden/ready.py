"""A process that has pyjm's code loaded and forks for each run, so that a run costs no start of Python."""

from __future__ import annotations

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
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
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
    import pyjm.client.local
    import pyjm.client.session
    import pyjm.engine.elements
    import pyjm.engine.functions
    from pyjm.engine.compile.registry import discover

    discover(pyjm.engine.elements)
    discover(pyjm.engine.functions)
    sys.stdout.write("")
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
