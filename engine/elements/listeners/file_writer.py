"""Files that listeners write for samples: in a thread, so that a slow disk holds up only those whose files they are."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.saver")
KEPT = "file writer"


class ToWrite(NamedTuple):
    """A file, and the sample that it is of."""

    name: str
    content: bytes
    label: str


class Writer:
    """Writes files in the order in which they come. Make one for a worker."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "files")

    def write(self, user: User, files: Sequence[ToWrite]) -> None:
        """Write files of a user, who goes on when they are there; at once where no event loop runs."""
        done = self._thread.submit(write_all, files)
        try:
            user.owed = asyncio.wrap_future(done, loop=asyncio.get_running_loop())
        except RuntimeError:
            done.result()

    def close(self) -> None:
        """Wait until everything is written."""
        self._thread.shutdown()


def write_all(files: Sequence[ToWrite]) -> None:
    """Write files, and the folders that they are in; what can't be written is a line in the log."""
    for name, content, label in files:
        path = Path(name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except (OSError, ValueError) as error:  # a name may hold what no file's can
            log.error("Error saving sample %s: %s", label, error)


def writer_of(build: Build) -> Writer:
    """Give the worker's writer, made for the first listener that needs it."""
    writer: Writer | None = build.kept.get(KEPT)
    if writer is None:
        writer = build.kept[KEPT] = Writer()
        build.ends.append(writer.close)
    return writer
