"""Imports run one way, have no cycles, and hot folders load nothing heavy: read from the source."""

from __future__ import annotations

import ast
import graphlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

MAY_IMPORT: dict[str, set[str]] = {
    "properties": set(),
    "keystore": {"properties"},
    "engine.core": set(),
    "engine.charsets": set(),
    "engine.vu": {"engine.charsets"},
    "engine.http": {"engine.charsets"},
    "engine.plan": set(),
    "engine.shared": set(),
    "engine.results": {"engine.vu"},
    "engine.compile": {"engine.charsets", "engine.plan", "engine.vu", "engine.shared", "properties"},
    "engine.functions": {
        "engine.charsets", "engine.compile",
        "engine.elements.decimal_format", "engine.elements.markup", "engine.elements.regex",
        "engine.elements.xpath1", "engine.scripts", "engine.shared", "engine.vu", "properties",
    },
    "engine.scripts": {"engine.compile", "engine.vu", "engine.shared", "properties"},
    "engine.elements": {
        "engine.charsets",
        "engine.compile", "engine.functions", "engine.http", "engine.plan", "engine.results", "engine.scripts",
        "engine.shared", "engine.vu", "keystore", "properties",
    },
    "engine.run": {"engine", "keystore", "properties"},
    "server.wire": set(),
    "server": {"engine", "keystore", "properties"},
    "client": {"engine", "keystore", "properties", "server.wire"},
}  # fmt: skip
"""A room → the rooms that it may import besides itself. The longest matching name counts."""

HOT = ("engine.vu", "engine.http", "engine.results")
HEAVY = {"lxml", "jmespath", "elementpath", "rpyc", "typer", "cryptography", "OpenSSL", "httpx"}


@dataclass(frozen=True)
class Import:
    """One import: from which module (without `pyjm.`), of what, where, and whether it happens on loading."""

    module: str
    target: str
    where: str
    at_load: bool
    ours: bool


def module_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_of(file): file for room in ("engine", "server", "client", "keystore", "properties")
         for file in sorted((ROOT / room).rglob("*.py"))}  # fmt: skip


def imports_of(module: str, file: Path) -> Iterator[Import]:
    place = file.relative_to(ROOT)

    def visit(node: ast.AST, at_load: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                continue
            here = f"{place}:{getattr(child, 'lineno', 0)}"
            if isinstance(child, ast.Import):
                for name in child.names:
                    yield made(name.name, here, at_load)
            elif isinstance(child, ast.ImportFrom):
                base = absolute(child)
                for name in child.names:
                    whole = f"{base}.{name.name}"
                    yield made(whole if whole.removeprefix("pyjm.") in FILES else base, here, at_load)
            elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
                yield from visit(child, False)
            else:
                yield from visit(child, at_load and not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)))

    def absolute(node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = ["pyjm", *module.split(".")]
        if file.name != "__init__.py":
            package.pop()
        return ".".join([*package[: len(package) - node.level + 1], *([node.module] if node.module else [])])

    def made(target: str, where: str, at_load: bool) -> Import:
        return Import(module, target.removeprefix("pyjm."), where, at_load, target.split(".")[0] == "pyjm")

    yield from visit(ast.parse(file.read_text(encoding="utf-8")), True)


@pytest.fixture(scope="module")
def imports() -> list[Import]:
    """All imports of all files; read when the first test asks, not by each process that only looks for tests."""
    return [found for module, file in FILES.items() for found in imports_of(module, file)]


def within(module: str, room: str) -> bool:
    return module == room or module.startswith(room + ".")


def room_of(module: str) -> str:
    return max((room for room in MAY_IMPORT if within(module, room)), key=len, default=module)


def test_every_module_stands_in_a_room_with_a_rule() -> None:
    without = {module for module in FILES if not any(within(module, room) for room in MAY_IMPORT)}
    assert without <= {"engine"}, "engine/__init__.py alone belongs to no room"


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_run_one_way(room: str, imports: list[Import]) -> None:
    """A room imports what its rule allows, for types as well."""
    wrong = [
        f"{found.where} imports {found.target}"
        for found in imports
        if found.ours
        and room_of(found.module) == room
        and not any(within(found.target, allowed) for allowed in {room, *MAY_IMPORT[room]})
    ]
    assert wrong == []


def test_code_names_our_packages_by_their_installed_names(imports: list[Import]) -> None:
    """`pyjm.engine…`, never `engine…`: that would work in a checkout and not where pyjm is installed."""
    rooms = {"engine", "server", "client", "keystore", "properties"}
    assert [found.where for found in imports if not found.ours and found.target.split(".")[0] in rooms] == []


def test_loading_has_no_cycles(imports: list[Import]) -> None:
    """Imports for types and within functions don't count here: they don't happen on loading."""
    graph = {module: {i.target for i in imports if i.module == module and i.ours and i.at_load} for module in FILES}
    for module, targets in graph.items():
        targets.discard(module)
        # `from . import name` in a module loads its own package first, which is loaded already.
        targets.difference_update(package for package in list(targets) if module.startswith(package + "."))
    graphlib.TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("room", HOT)
def test_hot_rooms_load_nothing_heavy(room: str, imports: list[Import]) -> None:
    wrong = [
        found.where for found in imports if within(found.module, room) and found.target.split(".")[0] in HEAVY
    ]
    assert wrong == []


@pytest.mark.parametrize("room", HOT)
def test_classes_of_hot_modules_have_slots(room: str) -> None:
    """A module says "Hot path:" in its first line; an instance there has no dictionary."""
    without = []
    for module, file in FILES.items():
        tree = ast.parse(file.read_text(encoding="utf-8"))
        if within(module, room) and (ast.get_docstring(tree) or "").startswith("Hot path:"):
            classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
            without += [f"{module}.{node.name}" for node in classes if not has_slots(node)]
    assert without == []


def has_slots(node: ast.ClassDef) -> bool:
    """Tell whether a class has slots; exceptions, enums, protocols and the like have none to give."""
    free = ("Exception", "Error", "Enum", "Protocol", "TypedDict", "NamedTuple", "asyncio.Transport")
    if any(ast.unparse(base).split("[")[0].endswith(free) for base in node.bases):
        return True
    if any("slots=True" in ast.unparse(decorator) for decorator in node.decorator_list):
        return True
    return any(isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "__slots__" for line in node.body)


def test_what_is_imported_is_standard_ours_or_declared(imports: list[Import]) -> None:
    """An undeclared package would be missing where pyjm alone is installed."""
    declared = {"lxml", "OpenSSL", "cryptography", "rpyc", "httpx", "typer", "click", "httptools", "quickjs", "h2"}
    declared |= {"uvloop", "winloop", "jmespath", "elementpath", "psutil", "dns", "spnego", "greenlet", "brotli"}
    declared |= {"prometheus_client", "gssapi", "hpack"}
    declared.add("cython")  # of the build; where it is missing, the module says itself that it is not compiled
    known = declared | sys.stdlib_module_names | {"pyjm"}
    assert [f"{i.where} {i.target}" for i in imports if not i.ours and i.target.split(".")[0] not in known] == []
