"""Processes of the demo: started, read line by line, stopped."""

from __future__ import annotations

import queue
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

READY_S, STOP_S = 30, 15


class DemoError(Exception):
    """What went wrong, in one line."""


def say(line: str = "") -> None:
    """Write a line of the demo's own to the console."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def command(name: str) -> str:
    """Find a command of ours: beside this Python, else on the PATH."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if not found:
        raise DemoError(f"no command {name}: install the project first (make setup)")
    return found


def free_port() -> int:
    """Ask the system for a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Running:
    """A process whose output is kept line by line. Stops the process when its block ends."""

    def __init__(self, title: str, arguments: list[str], folder: Path, echo: str | None = None) -> None:
        self.title = title
        self.echo = echo
        self.lines: list[str] = []
        self.arrived: queue.Queue[str | None] = queue.Queue()
        self.process = subprocess.Popen(
            arguments, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            encoding="utf-8", errors="replace",
        )  # fmt: skip
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self) -> None:
        """Take the output in as it comes."""
        assert self.process.stdout is not None
        for text in self.process.stdout:
            line = text.rstrip("\n")
            self.lines.append(line)
            if self.echo is not None:
                say(self.echo + line)
            self.arrived.put(line)
        self.arrived.put(None)

    def wait_for(self, start: str) -> str:
        """Wait for a line that begins so. -> the rest of it"""
        until = time.monotonic() + READY_S
        while True:
            try:
                line = self.arrived.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                raise DemoError(f"{self.title} isn't ready after {READY_S} s: {self.last()}") from None
            if line is None:
                raise DemoError(f"{self.title} ended with status {self.process.wait()}: {self.last()}")
            if line.startswith(start):
                return line[len(start) :]

    def last(self) -> str:
        """Quote the end of the output."""
        return " / ".join([line for line in self.lines if line.strip()][-3:]) or "(no output)"

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            say(f"{self.title} didn't stop within {STOP_S} s and was killed")
            self.process.kill()
            self.process.wait()
        self.reader.join(STOP_S)
