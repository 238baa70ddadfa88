"""A .jmx file → the tree of nodes. Mirrors JMeter's SaveService and its converters."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from urllib.parse import unquote_plus

from lxml import etree

from .expand import Expander, Load
from .faults import Fault, PlanError
from .names import gui_of, kind_of, property_of
from .source import parse, refused, shown
from .tree import Node, Prop

WHOLE = re.compile(r"[+-]?[0-9]+")
VARIABLES = "TestPlan.user_defined_variables"
ROOTS = {
    "testResults": "a result file",
    "testplan": "a plan of JMeter before 2.0",
    "html": "an HTML page",
}


def read_plan(data: bytes, path_for_messages: str, load: Load | None = None, faults: list[Fault] | None = None) -> Node:
    """Read the bytes of a .jmx and give its TestPlan node with all that is enabled below it, parts put in.

    `load` reads what Include Controllers name; without it they stay empty. What is wrong with the parts goes to
    `faults`; without them what JMeter does not run on with is raised. Raises PlanError with one fault that names the
    file where it is no test plan.
    """
    tops = parse_elements(data, path_for_messages)
    plan = joined(tops, path_for_messages)
    expander = Expander(tops, parse_elements, load)
    expander.expand(plan)
    if faults is not None:
        faults += expander.faults
    elif any(fault.fatal for fault in expander.faults):
        raise PlanError(expander.faults)
    prune(plan)
    for number, node in enumerate(plan.walk()):
        node.number = number
    return plan


def joined(tops: Sequence[Node], path_for_messages: str) -> Node:
    """Find the Test Plan. Of several, all groups run, with the elements of the first and the variables of the last."""
    plans = [node for node in tops if node.kind == "TestPlan"]
    enabled = [plan for plan in plans if plan.enabled]
    if not enabled:
        problem = "its Test Plan is disabled" if plans else "there is no Test Plan element in it"
        raise refused(path_for_messages, problem)
    plan = enabled[0]
    if len(enabled) > 1:
        plan.props[VARIABLES] = enabled[-1].props.get(VARIABLES)
        others = (child for other in enabled[1:] for child in other.children)
        plan.children += [child for child in others if child.kind.endswith(("ThreadGroup", "Arguments"))]
    return plan


def parse_elements(data: bytes, path_for_messages: str) -> list[Node]:
    """Read the bytes of a .jmx and give the elements at its top with all below them, disabled ones as well."""
    root = parse(data, path_for_messages)
    if root.tag != "jmeterTestPlan":
        what = ROOTS.get(str(root.tag), "XML of another kind")
        raise refused(path_for_messages, f"this is {what}, no test plan: its root is <{root.tag}>")
    reader = Reader(url_encoded=root.get("version") == "1.0")
    nodes = [node for tree in root.iterchildren("hashTree") for node in reader.tree(tree, "")]
    if reader.faults:
        raise PlanError([Fault(f"{path_for_messages}: {fault.path}", fault.problem) for fault in reader.faults])
    return nodes


def prune(node: Node) -> None:
    """Remove what is disabled, with all below it; of the workbench nothing is ever run."""
    if not node.enabled:
        node.children.clear()
    node.children = [child for child in node.children if child.enabled and child.kind != "WorkBench"]
    for child in node.children:
        prune(child)


class Reader:
    """Reads the elements of one file. `url_encoded`: names and texts of the first format are."""

    def __init__(self, *, url_encoded: bool) -> None:
        self.text: Callable[[str | None], str] = _url_decoded if url_encoded else _plain
        self.faults: list[Fault] = []

    def tree(self, tree: etree._Element, path: str) -> list[Node]:
        """Read a hashTree: each element is followed by the tree of what stands below it."""
        nodes: list[Node] = []
        for item in tree.iterchildren(etree.Element):
            if item.tag != "hashTree":
                nodes.append(self.element(item, path))
            elif nodes:
                nodes[-1].children += self.tree(item, nodes[-1].path)
        return nodes

    def element(self, item: etree._Element, above: str) -> Node:
        """Read a test element with its properties."""
        gui = item.get("guiclass") or ""
        kind = kind_of(item.get("class") or _unescaped(str(item.tag)), gui)
        node = self.node(item, kind, gui_of(gui))
        self.properties(item, node, _path(above, node.name))
        node.path = _path(above, node.name)
        for inner in node.props.values():
            _give_path(inner, node.path)
        return node

    def node(self, item: etree._Element, kind: str, gui: str) -> Node:
        """Make a node from the attributes of an element."""
        enabled = item.get("enabled")
        name = item.get("testname")
        enables = enabled is None or enabled.lower() == "true"
        return Node(kind, gui, self.text(name), enables, named=name is not None)

    def properties(self, item: etree._Element, node: Node, path: str) -> None:
        """Read the properties below an element; three of them are said by its attributes as well, and win."""
        for child in item.iterchildren(etree.Element):
            written = child.findtext("name") if child.get("name") is None else child.get("name")
            name = property_of(node.kind, self.text(written))
            if name is None:
                continue
            value = self.value(child, path)
            if name == "TestElement.name":
                node.name, node.named = _as_text(value), True
            elif name == "TestElement.enabled":
                node.enabled = _as_text(value).lower() == "true"
            elif name == "TestElement.gui_class":
                node.gui = gui_of(_as_text(value))
            elif name != "TestElement.test_class":
                node.props[name] = value

    def value(self, item: etree._Element, path: str) -> Prop:
        """Read one property."""
        match item.tag:
            case "boolProp":
                return self.inner_text(item).lower() == "true"
            case "intProp":
                return self.number(item, partial(_whole, 32), path)
            case "longProp":
                return self.number(item, partial(_whole, 64), path)
            case "doubleProp" | "floatProp" | "FloatProperty":
                return self.number(item, float, path)
            case "collectionProp":
                return [self.value(child, path) for child in item.iterchildren(etree.Element)]
            case "mapProp":
                children = item.iterchildren(etree.Element)
                return {self.text(child.get("name")): self.value(child, path) for child in children}
            case "elementProp":
                node = self.node(item, kind_of(item.get("elementType") or ""), gui_of(item.get("guiclass") or ""))
                self.properties(item, node, path)
                return node
            case "objProp":
                return self.fields(item)
            case _:
                return self.inner_text(item)

    def inner_text(self, item: etree._Element) -> str:
        """Read the text of a property; properties without a converter have it in an inner <value>."""
        written = item.findtext("value") if len(item) else item.text
        return self.text(written)

    def number(self, item: etree._Element, read: Callable[[str], int | float], path: str) -> int | float:
        """Read a number; JMeter does not load a plan that has none there."""
        written = self.inner_text(item)
        try:
            return read(written)
        except ValueError:
            name = item.get("name") or item.findtext("name")
            what = "number" if read is float else "whole number"
            where = f"<{item.tag}> {name} (line {item.sourceline})"
            self.faults.append(Fault(path, f"{where} holds {written!r}, no {what}"))
            return 0

    def fields(self, item: etree._Element) -> Prop:
        """Read the fields of an object (a save configuration): flags as bool, all others as text."""
        value = item.find("value")
        if value is None:
            return None
        if not len(value):
            return self.text(value.text)
        texts = {str(field.tag): field.text or "" for field in value.iterchildren(etree.Element)}
        return {name: text == "true" if text in ("true", "false") else text for name, text in texts.items()}


def _path(above: str, name: str) -> str:
    on_one_line = " ".join(name.split())
    return f"{above} > {on_one_line}" if above else on_one_line


def _plain(text: str | None) -> str:
    return shown(text) if text else ""


def _whole(bits: int, text: str) -> int:
    """Read a number as Java's parseInt and parseLong do; raises ValueError."""
    number = int(text) if WHOLE.fullmatch(text) else 1 << bits
    if not -(1 << bits - 1) <= number < 1 << bits - 1:
        raise ValueError(text)
    return number


def _url_decoded(text: str | None) -> str:
    return unquote_plus(shown(text)) if text else ""


def _unescaped(tag: str) -> str:
    return tag.replace("_-", "$").replace("__", "_")


def _as_text(value: Prop) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _give_path(value: Prop, path: str) -> None:
    if isinstance(value, Node):
        value.path = path
        for inner in value.props.values():
            _give_path(inner, path)
    elif isinstance(value, list):
        for item in value:
            _give_path(item, path)
    elif isinstance(value, dict):
        for item in value.values():
            _give_path(item, path)
