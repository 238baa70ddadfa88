"""Folders for what is needed as long as a process lives: each goes with it, or with the next one after a kill."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path

log = logging.getLogger("pyjm.run")

LOCK = ".in_use"
"""The file in such a folder that its process has locked; the system lets go of it when the process ends, however."""

PREFIX = "pyjm-"

if sys.platform == "win32":
    import msvcrt

    def locked(file: int, *, wait: bool) -> bool:
        """Lock a file for this process; tells whether that was done."""
        try:
            msvcrt.locking(file, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        except OSError:  # somebody has it
            return False
        return True

else:
    import fcntl

    def locked(file: int, *, wait: bool) -> bool:
        """Lock a file for this process; tells whether that was done."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # somebody has it, or the file system has no locks
            return False
        return True


class Folder:
    """One folder among those for temporary files that only this user can read."""

    def __init__(self, kind: str = "") -> None:
        while True:
            self.path = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{kind}"))
            self._lock = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            locked(self._lock, wait=True)
            if (self.path / LOCK).exists():  # else somebody who swept came between
                return
            os.close(self._lock)

    def remove(self) -> None:
        """Remove it with all that is in it; never raises, and may be called again."""
        file, self._lock = self._lock, -1
        if file >= 0:
            _remove(self.path, file)


def sweep() -> None:
    """Remove such folders of this user whose process was killed."""
    swept = 0
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{LOCK}"):
        try:
            if not _is_ours(path):
                continue
            file = os.open(path, os.O_RDWR)
        except OSError:  # gone meanwhile
            continue
        if locked(file, wait=False):
            _remove(path.parent, file)
            swept += 1
        else:
            os.close(file)
    if swept:
        log.info("Folders of processes that were killed: %d are removed", swept)


def _remove(folder: Path, lock: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)
    shutil.rmtree(folder, ignore_errors=True)  # where an open file can't be removed


def _is_ours(path: Path) -> bool:
    """Tell whether nobody else can have put it there; a name that leads elsewhere is not followed."""
    if path.parent.is_symlink() or path.is_symlink():
        return False
    return not hasattr(os, "getuid") or path.parent.stat().st_uid == os.getuid()
