"""The parent's end of one worker: its process and the pipes to it."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

from .frames import Say, frame, pack, read


def start_worker(errors: Path) -> subprocess.Popen[bytes]:
    """Start the process of a worker, with pipes for frames and a file for what it has to say in the end."""
    command = [sys.executable, "-m", "pyjm.engine.run.worker"]
    with errors.open("wb") as err:
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=err)


class WorkerLink:
    """One worker process. `heard` is called in a thread of its own with each frame, and with None at the end."""

    def __init__(self, index: int, errors: Path, heard: Callable[[int, Say | None, bytes], None]) -> None:
        self.index = index
        self.errors = errors
        self.heard = heard
        self.alive = True
        self.heard_s = monotonic()
        self.process = start_worker(errors)
        self.lock = threading.Lock()
        self.thread = threading.Thread(target=self.listen, name=f"worker-{index}", daemon=True)
        self.thread.start()

    def listen(self) -> None:
        """Read frames until the worker is gone."""
        assert self.process.stdout is not None
        while (said := read(self.process.stdout)) is not None:
            self.heard_s = monotonic()
            self.heard(self.index, *said)
        self.alive = False
        self.heard(self.index, None, b"")

    def send(self, data: bytes) -> None:
        """Write a frame; one that is gone hears nothing."""
        assert self.process.stdin is not None
        with self.lock:
            try:
                self.process.stdin.write(data)
                self.process.stdin.flush()
            except (OSError, ValueError):
                pass

    def set_up(self, setup: Any) -> None:
        """Tell the worker what it is to run."""
        self.send(pack(Say.JOB, pickle.dumps(setup)))

    def quit(self) -> None:
        """Let the worker hand over what it has, and end."""
        self.send(frame(Say.QUIT))

    def end(self) -> None:
        """End the process."""
        self.process.kill()

    def kill(self) -> None:
        """End the process and wait for it."""
        self.end()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    pass

    def last_words(self) -> str:
        """Give the last line that the worker wrote to standard error."""
        try:
            lines = self.errors.read_text(errors="replace").strip().splitlines()
        except OSError:
            return ""
        return lines[-1] if lines else ""
