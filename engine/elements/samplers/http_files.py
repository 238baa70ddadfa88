"""Files that an HTTP Request sends, as the body or as parts of a form."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pyjm.engine.http.body import Stretch
from pyjm.engine.http.errors import FILE_NOT_FOUND, WireError
from pyjm.engine.plan.tree import Node

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User

HELD_MAX = 1 << 20
"""The largest file that is read as a whole, and kept between samples, in bytes; a larger one is read as it is sent."""


class FileArgument:
    """One file: where it is, its parameter's name, its type."""

    __slots__ = ("build", "mime", "parameter", "path")

    def __init__(self, node: Node, build: Build, where: str) -> None:
        self.build = build
        self.path = build.value(node.text("File.path"), where)
        self.parameter = build.value(node.text("File.paramname"), where)
        self.mime = build.value(node.text("File.mimetype"), where)
        written = self.path.constant
        if written and not build.file(written).is_file():
            build.fault(where, f"no file {written}: the samples that send it fail", fatal=False)


class ReadFile:
    """A file as it is read for one sample."""

    __slots__ = ("build", "mime", "name", "parameter", "path")

    def __init__(self, argument: FileArgument, user: User) -> None:
        self.build = argument.build
        self.path = argument.path.get(user)
        self.parameter = argument.parameter.get(user)
        self.mime = argument.mime.get(user)
        self.name = Path(self.path).name

    def content(self) -> bytes | Stretch:
        """Give what is in the file now, or where a large one is. Raises WireError in Java's words."""
        path = self.build.file(self.path)
        try:
            state = path.stat()
            key = (state.st_mtime_ns, state.st_size)
            known = _kept.get(path)
            if known is not None and known[0] == key:
                return known[1]
            if state.st_size > HELD_MAX:
                return Stretch(path, state.st_size)
            content = path.read_bytes()
        except OSError as error:
            raise WireError(FILE_NOT_FOUND, f"{path} ({error.strerror})") from None
        if len(content) <= HELD_MAX:
            if len(_kept) >= _KEPT_COUNT:
                _kept.clear()
            _kept[path] = (key, content)
        return content


_KEPT_COUNT = 64
_kept: dict[Path, tuple[tuple[int, int], bytes]] = {}


def files_of(node: Node, build: Build) -> list[FileArgument]:
    """Read the files of a sampler; one written in the way of JMeter 2 comes first."""
    found = []
    old = {
        "File.path": node.text("HTTPSampler.FILE_NAME"),
        "File.paramname": node.text("HTTPSampler.FILE_FIELD"),
        "File.mimetype": node.text("HTTPSampler.mimetype"),
    }
    if any(old.values()):
        found.append(FileArgument(Node("HTTPFileArg", props={**old}), build, node.path))
    written = node.child("HTTPsampler.Files")
    items = written.items("HTTPFileArgs.files") if written is not None else []
    found += [FileArgument(item, build, node.path) for item in items if isinstance(item, Node)]
    return found
