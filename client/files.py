"""Which files a plan reads, as far as that is known before it runs: they are shipped to the servers, told by hash."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pyjm.client.member import MemberError
from pyjm.engine.plan.faults import PlanError
from pyjm.engine.plan.files import included, resolved
from pyjm.engine.plan.jmx import read_plan
from pyjm.engine.plan.tree import Node, Prop
from pyjm.engine.run.job import Job
from pyjm.engine.shared.row_shares import DATA_SETS

FILE_PROPERTIES: Mapping[str, tuple[str, ...]] = {
    "CSVDataSet": ("filename",),
    "com.blazemeter.jmeter.RandomCSVDataSetConfig": ("filename",),
    "IncludeController": ("IncludeController.includepath",),
    "HTTPFileArg": ("File.path",),
    "JSR223Sampler": ("filename",),
    "JSR223PreProcessor": ("filename",),
    "JSR223PostProcessor": ("filename",),
    "JSR223Assertion": ("filename",),
    "JSR223Timer": ("filename",),
    "XMLSchemaAssertion": ("xmlschema_assertion_filename",),
    "BeanShellSampler": ("BeanShellSampler.filename",),
}
"""Kind of element (or of an element in it) → the properties that name a file which it reads."""


_FUNCTION = re.compile(r"\$\{__(?:CSVRead|StringFromFile|FileToString|XPath)\(((?:[^,(){}$\\]|\$\{\w+\})+)")
_PROPERTY = re.compile(r"\$\{__(?:P\(\s*([\w.\-]+)\s*(?:,([^(){}]*))?|property\(\s*([\w.\-]+)\s*(?:,,([^(){}]*))?)\)\}")
_VARIABLE = re.compile(r"\$\{([^(){}$]+)\}")
_DEPTH = 4


@dataclass(frozen=True)
class Shipment:
    """What travels under its hash: a file, or bytes."""

    name: str
    sha: str
    size: int
    source: Path | bytes

    @classmethod
    def of_bytes(cls, data: bytes) -> Shipment:
        """Wrap bytes."""
        return cls("", hashlib.sha256(data).hexdigest(), len(data), data)

    def pieces(self, size: int) -> Iterator[bytes]:
        """Give it in pieces, one at least."""
        if isinstance(self.source, bytes):
            yield from (self.source[at : at + size] for at in range(0, max(1, self.size), size))
            return
        with self.source.open("rb") as file:
            yield file.read(size)
            while piece := file.read(size):
                yield piece


def shipments(job: Job) -> dict[str, Shipment]:
    """Give the files that a job's plan reads and that are here: name as the plan comes to it → what travels.

    Files that only the run can name, and those that are not here, are left to what the servers have. Raises
    MemberError for a file that can't be read.
    """
    found = {}
    base = Path(job.base)
    for name in named_files(job):
        path = resolved(name, base)
        if not path.is_file():
            path = included(name, base, job.properties)
        if path.is_file():
            try:
                stat = path.stat()
                sha = _hash(path, stat.st_mtime_ns, stat.st_size)
            except OSError as error:
                raise MemberError(f"The file {path}, which the plan reads, can't be read: {error.strerror}") from error
            found[name] = Shipment(name, sha, stat.st_size, path)
    return found


def named_files(job: Job) -> tuple[str, ...]:
    """Give the names of all files that a job's plan reads, as far as they are known before it runs."""
    return _names(job.plan, job.plan_name, job.base, tuple(job.properties.items()))


def data_sets(job: Job) -> list[tuple[Node, str, str]]:
    """Give the elements that read rows of data files: (element, file as written, file as far as it is known)."""
    known = job.properties
    try:
        root = read_plan(job.plan, job.plan_name, lambda name: included(name, Path(job.base), known).read_bytes())
    except PlanError:  # the servers say what is wrong with it
        return []
    variables = _variables(root)
    written = [(node, node.text("filename").strip()) for node in root.walk() if node.kind in DATA_SETS]
    return [(node, text, _resolve(text, known, variables).strip()) for node, text in written]


@lru_cache(maxsize=2)
def _names(plan: bytes, plan_name: str, base: str, properties: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """Find the names once for all servers, in included files as well."""
    known = dict(properties)
    try:
        root = read_plan(plan, plan_name, lambda name: included(name, Path(base), known).read_bytes())
    except PlanError:  # the servers say what is wrong with it
        return ()
    variables = _variables(root)
    names: dict[str, None] = {}
    for written in _written(root):
        name = _resolve(written, known, variables)
        if name and "${" not in name:
            names[name] = None
    return tuple(names)


def _written(root: Node) -> Iterator[str]:
    """Give the names of files as they are written in the plan."""
    for node in _all_nodes(root):
        for key in FILE_PROPERTIES.get(node.kind, ()):
            yield node.text(key) if node.kind == "IncludeController" else node.text(key).strip()
        for value in node.props.values():
            for text in _texts(value):
                yield from (match[1].strip() for match in _FUNCTION.finditer(text))


def _all_nodes(root: Node) -> Iterator[Node]:
    """Go through the plan's elements and the elements in their properties."""
    for node in root.walk():
        yield node
        for value in node.props.values():
            yield from _inner_nodes(value)


def _inner_nodes(value: Prop) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
        for inner in value.props.values():
            yield from _inner_nodes(inner)
    elif isinstance(value, list):
        for item in value:
            yield from _inner_nodes(item)


def _texts(value: Prop) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _variables(root: Node) -> dict[str, str]:
    """Give the plan's User Defined Variables."""
    variables: dict[str, str] = {}
    for node in _all_nodes(root):
        if node.kind == "Arguments":
            for argument in node.items("Arguments.arguments"):
                if isinstance(argument, Node):
                    variables.setdefault(argument.text("Argument.name"), argument.text("Argument.value"))
    return variables


def _resolve(text: str, properties: Mapping[str, str], variables: Mapping[str, str]) -> str:
    """Put in what is known before the run."""

    def of_property(match: re.Match[str]) -> str:
        key, default = (match[1], match[2]) if match[1] else (match[3], match[4])
        return properties.get(key, "1" if default is None else default.strip())

    for _ in range(_DEPTH):
        if "${" not in text:
            break
        text = _PROPERTY.sub(of_property, text)
        text = _VARIABLE.sub(lambda match: variables.get(match[1], match[0]), text)
    return text


@lru_cache(maxsize=1024)
def _hash(path: Path, _mtime_ns: int, _size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
