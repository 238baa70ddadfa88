"""Module and Include Controllers get what they stand for: a part of the plan, or of another file.

Mirrors ModuleController, IncludeController and JMeter.convertSubTree: what is put in is a copy of its own, so that a
counter in a part that is used twice counts twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from .faults import Fault, PlanError
from .tree import Node, Prop

Load = Callable[[str], bytes]
"""Gives the bytes of an included file by its name in the plan; raises OSError."""

Parse = Callable[[bytes, str], list[Node]]
"""Reads a file: bytes and name for messages → the elements at its top. Raises PlanError."""

MODULE, INCLUDE, FRAGMENT = "ModuleController", "IncludeController", "TestFragmentController"
DEPTH = 50
"""How deep parts may stand in one another before they are taken for endless."""


class Expander:
    """Expands the plan whose elements at the top are `tops`, disabled ones as well."""

    def __init__(self, tops: Sequence[Node], parse: Parse, load: Load | None) -> None:
        self.tops = tops
        self.parse = parse
        self.load = load
        self.faults: list[Fault] = []

    def expand(self, node: Node, depth: int = 0) -> None:
        """Expand all that is enabled below a node."""
        for child in node.children:
            if not child.enabled:
                continue
            if child.kind in (MODULE, INCLUDE):
                if depth == DEPTH:
                    what = "include themselves" if child.kind == INCLUDE else "stand for themselves"
                    self.fault(child, f"{DEPTH} parts stand in one another here: they {what}", "break the circle")
                    child.children = []
                    continue
                child.children = self.module(child) if child.kind == MODULE else self.included(child)
                self.expand(child, depth + 1)
            else:
                self.expand(child, depth)

    def module(self, node: Node) -> list[Node]:
        """Give a copy of what a Module Controller's path leads to."""
        path = [str(name) for name in node.items("ModuleController.node_path")]
        target = found(self.tops, path[1:])
        if target is None:
            leads = f"its path {' > '.join(path)} leads to nothing" if path else "it has no path"
            self.fault(node, f"{leads}: the Module Controller has no controller to run", "choose its controller again")
            return []
        return [replace(copied(target), enabled=True)]

    def included(self, node: Node) -> list[Node]:
        """Give the first Test Fragment of a file; none where JMeter runs on without it."""
        name = node.text("IncludeController.includepath")
        if not name or self.load is None:
            return []
        try:
            tops = self.parse(self.load(name), f"{node.path} > {name}")
        except OSError as error:
            problem = f"the file {name} can't be included: {error.strerror or error}; the test runs without it"
            self.fault(node, problem, "correct the file name", fatal=False)
            return []
        except PlanError as error:
            self.faults += error.faults
            return []
        fragment = next((n for top in tops for n in (top, *top.children) if n.kind == FRAGMENT), None)
        if fragment is None:
            self.fault(node, f"there is no Test Fragment in {name}: nothing is included", fatal=False)
            return []
        return fragment.children

    def fault(self, node: Node, problem: str, remedy: str = "", *, fatal: bool = True) -> None:
        """Note what is wrong with one of them."""
        self.faults.append(Fault(node.path, problem, remedy, fatal))


def found(tops: Sequence[Node], names: Sequence[str]) -> Node | None:
    """Find the element to which a path of names leads; of several the last, and none through a Module Controller."""
    if not names:
        return None
    last: Node | None = None
    for node in tops:
        if node.kind != MODULE and node.name == names[0]:
            last = (node if len(names) == 1 else found(node.children, names[1:])) or last
    return last


def copied(node: Node) -> Node:
    """Copy a node with all below it."""
    props = {key: _copied_prop(value) for key, value in node.props.items()}
    return replace(node, props=props, children=[copied(child) for child in node.children])


def _copied_prop(value: Prop) -> Prop:
    return copied(value) if isinstance(value, Node) else value
