"""The files that a run's listeners wrote into the plan's folder, as items that two runs can be compared by."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

MOST_BYTES = 60_000
TIMES = re.compile(r'(?<= (?:ts|lt|ct|it)=")\d+(?=")|(?<= t=")\d+(?=")')
INSTANT = re.compile(r"(?<!\d)1[6-9]\d{11}(?!\d)")
STAMP = re.compile(r"\d{8}-\d{4}_")

State = dict[str, "tuple[int, int]"]


def state(base: Path) -> State:
    """Give all files below a folder with their sizes and times."""
    found = {}
    for path in base.rglob("*"):
        if path.is_file():
            about = path.stat()
            found[path.relative_to(base).as_posix()] = (about.st_size, about.st_mtime_ns)
    return found


def items(base: Path, before: State, clean: Callable[[str], str]) -> list[list[object]]:
    """Give what is new or other than before: an item for each file's name, and one for each line."""
    out: list[list[object]] = []
    for name, about in sorted(state(base).items()):
        if before.get(name) != about:
            shown = STAMP.sub("<stamp>_", clean(name))
            out.append([["file"], [shown]])
            out += [[["line", shown], [line]] for line in lines(base / name, clean)]
    return out


def lines(path: Path, clean: Callable[[str], str]) -> list[str]:
    """Give a file's lines with their ends, without the times at which things happened; of a large one, its digest."""
    data = path.read_bytes()
    if len(data) > MOST_BYTES:
        return [hashlib.sha256(data).hexdigest()]
    text = clean(data.decode("utf-8", "backslashreplace"))
    return INSTANT.sub("<instant>", TIMES.sub("<ms>", text)).splitlines(keepends=True)
