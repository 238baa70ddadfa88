"""The compiled core and its twin: the same modules as machine code and as plain Python."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

import pyjm.engine
from pyjm.engine import core

ENGINE = Path(core.__file__).parent
MODULES = core.sources(ENGINE)
TELL = """
import pyjm.engine
from importlib import import_module
print(pyjm.engine.COMPILED_CORE)
for name in %r:
    print(import_module(name).__file__)
"""


def told(**environ: str) -> tuple[str, list[str]]:
    """Load all modules of the core in a process of its own; give what is said of it, and their files."""
    names = ["pyjm.engine." + module.replace("/", ".") for module in MODULES]
    environ = {**os.environ, "PYJM_PURE": "", **environ}
    run = subprocess.run(
        [sys.executable, "-c", TELL % names], env=environ, capture_output=True, text=True, check=True, timeout=60
    )
    said, *files = run.stdout.split("\n")[:-1]
    return said, files


@pytest.fixture
def built() -> None:
    if not list(ENGINE.glob(f"vu/step{EXTENSION_SUFFIXES[0]}")):
        pytest.skip("the core is not built here")


@pytest.mark.usefixtures("built")
def test_what_is_built_is_what_runs() -> None:
    said, files = told()
    assert said == "yes"
    assert {Path(file).suffix for file in files} <= {".so", ".pyd"}


def test_the_python_form_runs_where_it_is_asked_for() -> None:
    said, files = told(PYJM_PURE="1")
    assert said == "no, PYJM_PURE is set"
    assert {Path(file).suffix for file in files} == {".py"}


@pytest.mark.usefixtures("built")
def test_a_source_that_was_edited_since_is_not_hidden_by_what_was_built_of_it(tmp_path: Path) -> None:
    engine = tmp_path / "pyjm" / "engine"
    copytree(ENGINE, engine, ignore=ignore_patterns("__pycache__"))
    (tmp_path / "pyjm" / "pyproject.toml").touch()  # what makes it a checkout
    edited = engine / "vu" / "clock.py"
    edited.write_text(edited.read_text(encoding="utf-8") + "\nEDITED = True\n", encoding="utf-8")
    script = f"import sys; sys.path[:0] = [{str(engine)!r}]; import core; print(core.choose())"
    environ = {**os.environ, "PYJM_PURE": ""}
    run = subprocess.run(
        [sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.strip() == "no, its sources have changed since it was built"


def test_this_run_has_the_form_that_was_asked_for() -> None:
    assert pyjm.engine.COMPILED_CORE.startswith("no" if core.is_pure() else ("yes", "no"))


@pytest.mark.parametrize("module", MODULES)
def test_a_module_of_the_core_has_its_python_form_beside_it(module: str) -> None:
    assert (ENGINE / f"{module}.py").is_file()


CLASS = re.compile(r"^cdef class (\w+)(?:\((\w+)\))?:\n((?:^(?: .*)?\n)*)", re.MULTILINE)
FIELDS = re.compile(r"^    cdef public \w+(?: \w+)?(?:\[::1\])? (.*)$", re.MULTILINE)


def typed_fields() -> dict[str, tuple[str, str, set[str]]]:
    """Read the .pxd files: class → its module, its base, its own fields."""
    found = {}
    for module in MODULES:
        for name, base, body in CLASS.findall((ENGINE / f"{module}.pxd").read_text(encoding="utf-8") + "\n"):
            found[name] = module, base, {field for line in FIELDS.findall(body) for field in line.split(", ")}
    return found


TYPED = typed_fields()


def set_by_itself(module: str, name: str) -> set[str]:
    """Give what a class's own methods set on it, less what they set by a property's setter."""
    tree = ast.parse((ENGINE / f"{module}.py").read_text(encoding="utf-8"))
    (written,) = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name]
    methods = {node.name for node in written.body if isinstance(node, ast.FunctionDef)}
    fields = {
        node.attr
        for node in ast.walk(written)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        if isinstance(node.value, ast.Name) and node.value.id == "self"
    }
    return fields - methods


@pytest.mark.parametrize("name", TYPED)
def test_a_class_of_the_core_has_the_same_fields_in_both_forms(name: str) -> None:
    module, base, own = TYPED[name]
    inherited: set[str] = set()
    while base:
        _, base, more = TYPED[base]
        inherited |= more
    fields = set_by_itself(module, name)
    assert fields - inherited <= own, f"{module}.pxd lacks fields of {name}"
    assert own <= fields, f"{module}.pxd has fields that {name} has no more"
