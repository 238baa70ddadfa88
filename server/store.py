"""Keep the files that controllers ship, by their hash: a file travels once to a server, however many tests use it."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from pathlib import Path, PurePosixPath

from pyjm.engine.run.folder import Folder
from pyjm.server.wire.contract import Code, Refused

KEEP_BYTES = 2 << 30
"""Bytes of files that are kept for tests to come."""
MOST_FILES = 10_000

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Store:
    """Files of one server process, in a folder that only its user can read; used by the holder of the lease."""

    def __init__(self, keep_bytes: int = KEEP_BYTES) -> None:
        self._own = Folder("server-")
        self._folder = self._own.path / "files"
        self._folder.mkdir()
        self._keep_bytes = keep_bytes
        self._sizes: dict[str, int] = {}

    def missing(self, wanted: list[tuple[str, int]]) -> list[str]:
        """Tell which of these files, (sha256, size), are not here yet, and expect them."""
        if len(wanted) > MOST_FILES:
            raise Refused(Code.FILE, f"{len(wanted)} files are more than a test may have ({MOST_FILES})")
        for sha, size in wanted:
            if not isinstance(sha, str) or not _SHA256.fullmatch(sha) or not isinstance(size, int) or size < 0:
                raise Refused(Code.FILE, "a file without hash or size")
        self._make_room({sha for sha, _ in wanted})
        lacking = {sha: size for sha, size in wanted if not (self._folder / sha).exists()}
        free = shutil.disk_usage(self._folder).free
        needed = sum(lacking.values())
        if needed > free:
            raise Refused(
                Code.FILE, f"the files of the test need {needed >> 20} MB, {self._folder} has {free >> 20} MB"
            )
        self._sizes = lacking
        for sha in lacking:
            (self._folder / f"{sha}.part").write_bytes(b"")
        return sorted(lacking)

    def upload(self, sha: str, offset: int, data: bytes) -> None:
        """Take the next piece of an expected file; the last one must make it the file of that hash."""
        size = self._sizes.get(sha)
        part = self._folder / f"{sha}.part"
        if size is None or offset != part.stat().st_size or offset + len(data) > size:
            raise Refused(Code.FILE, "a piece of a file that is not due")
        with part.open("ab") as file:
            file.write(data)
        if offset + len(data) == size:
            del self._sizes[sha]
            if _hash(part) != sha:
                part.unlink()
                raise Refused(Code.FILE, "a file changed on its way here; is it being written to?")
            part.chmod(0o400)
            part.rename(self._folder / sha)

    def read(self, sha: str) -> bytes:
        """Give a whole file."""
        return self._path(sha).read_bytes()

    def put(self, sha: str, name: str, folder: Path, number: int) -> Path:
        """Put a file under its name into a test's folder; a name that leads out of it gets a place of its own in it."""
        source = self._path(sha)
        if "\0" in name or len(name) > 4096:
            raise Refused(Code.FILE, "a file with a name that is none")
        relative = PurePosixPath(name.replace("\\", "/"))
        inside = not relative.is_absolute() and ".." not in relative.parts and ":" not in name and relative.name
        target = (
            folder / relative
            if inside
            else folder / f".{number}" / (relative.name if relative.name not in ("", "..") else "file")
        )
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        try:
            os.link(source, target)
        except OSError:  # another file system, or one without links
            shutil.copyfile(source, target)
        return target

    def close(self) -> None:
        """Remove all."""
        self._own.remove()

    def _path(self, sha: str) -> Path:
        path = self._folder / sha
        if not _SHA256.fullmatch(sha) or not path.exists():
            raise Refused(Code.FILE, "a file that did not come")
        return path

    def _make_room(self, wanted: set[str]) -> None:
        """Drop what was cut off, and the oldest files beyond what is kept."""
        kept = 0
        for path in sorted(self._folder.iterdir(), key=lambda path: path.stat().st_mtime_ns, reverse=True):
            kept += path.stat().st_size
            if path.suffix or (kept > self._keep_bytes and path.name not in wanted):
                path.unlink()


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
