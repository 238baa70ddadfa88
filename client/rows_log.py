"""What pyjm --resume needs to know of rows that were handed out: a line each, written before it is told to anybody."""

from __future__ import annotations

import json
import logging
import os
import threading
from pathlib import Path
from typing import IO, Any

from .journal import private_folder

log = logging.getLogger("pyjm.client.journal")


class RowsLog:
    """A file beside a run's journal, of this user alone. Without a path nothing is written."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: IO[bytes] | None = None
        self._turn = threading.Lock()

    def read(self) -> list[list[Any]]:
        """Give all whole lines that are there; half a one at the end is cut off."""
        if self._path is None or not self._path.exists():
            return []
        try:
            data = self._path.read_bytes()
            whole = data[: data.rfind(b"\n") + 1]
            os.truncate(self._path, len(whole))
            return [json.loads(line) for line in whole.splitlines()]
        except (OSError, ValueError) as error:
            log.warning("what was handed out of data files before is not known: %s", error)
            return []

    def write(self, line: list[Any]) -> None:
        """Add a line; where that can't be done the run goes on without."""
        with self._turn:
            if self._path is None:
                return
            try:
                if self._file is None:
                    private_folder(self._path.parent)
                    descriptor = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
                    self._file = os.fdopen(descriptor, "wb", buffering=0)
                self._file.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
            except OSError as error:
                log.warning("Rows would be handed out twice after a crash: %s: %s", self._path, error.strerror)
                self._path = None

    def leave(self) -> None:
        """Close the file; it stays for whoever takes the run up."""
        with self._turn:
            file, self._file = self._file, None
            if file is not None:
                file.close()

    def remove(self) -> None:
        """Remove the file: the run has ended."""
        self.leave()
        if self._path is not None:
            self._path.unlink(missing_ok=True)
