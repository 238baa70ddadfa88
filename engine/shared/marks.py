"""Which rows of a file were used, and which more than once: a byte a row, in a file that outlives its worker."""

from __future__ import annotations

import json
import logging
import mmap
import os
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import TypeAlias

log = logging.getLogger("pyjm.run")

About: TypeAlias = tuple[str, str, int, int]
"""What the rows are of: key, policy, how many there are, seed of their order."""

_PREFIX = "rows-"
_AT_MOST_TWO = bytes(min(count, 2) for count in range(256))


class Marks:
    """How often one worker has used each row: 0, 1, or 2 for more often.

    Where the disk has no room for that, users go on, and it is said that their rows are missing in the count.
    """

    __slots__ = ("view",)

    def __init__(self, folder: Path, worker: int, about: About) -> None:
        name = f"{_PREFIX}{worker}-{blake2b(about[0].encode(), digest_size=8).hexdigest()}"
        try:
            self.view = _mapped(folder / name, max(1, about[2]))
            (folder / f"{name}.json").write_text(json.dumps(about), encoding="utf-8")
        except OSError as error:
            log.warning("%s: which rows worker %s uses can't be noted: %s", about[0], worker + 1, error.strerror)
            self.view = mmap.mmap(-1, max(1, about[2]))

    def note(self, row: int) -> None:
        """Note that a row is used."""
        view = self.view
        view[row] = 2 if view[row] else 1


def _mapped(path: Path, size: int) -> mmap.mmap:
    """Map a new file of zeros; raises OSError. It has its room on disk: to write where there is none ends a process."""
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(descriptor, 0, size)
        else:
            os.truncate(descriptor, size)
        return mmap.mmap(descriptor, size)
    finally:
        os.close(descriptor)


def added(one: bytes, other: bytes) -> bytes:
    """Add what two have used."""
    if len(one) != len(other):
        raise ValueError(f"marks of {len(one)} rows and of {len(other)}")
    total = int.from_bytes(one, "little") + int.from_bytes(other, "little")
    return total.to_bytes(len(one), "little").translate(_AT_MOST_TWO)


def gathered(folder: Path) -> Iterator[tuple[About, bytes]]:
    """Give what all workers of a run have used of each file."""
    found: dict[About, bytes] = {}
    for path in sorted(folder.glob(f"{_PREFIX}*.json")):
        key, policy, rows, order = json.loads(path.read_text("utf-8"))
        about = (key, policy, rows, order)
        used = path.with_suffix("").read_bytes()[:rows]
        found[about] = added(found[about], used) if about in found else used
    yield from found.items()
