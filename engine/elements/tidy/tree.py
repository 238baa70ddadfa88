"""A page's tree for XPath, as Xalan sees the DOM of JTidy: everything in no name space, texts side by side as one.

Of such a text JTidy's DOM gives the first piece only as its value; lxml can't say which that is, so it is kept beside.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from .node import CDATA, COMMENT, INSTRUCTION, TEXT, Node

COLON = "\ua789"
"""Stands for the colon of names whose prefix has no name space."""

UNSHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What lxml does not take: it is left out."""

TEXTS = (TEXT, CDATA)


@dataclass(slots=True)
class Tree:
    """The root element, what the values of texts are that consist of pieces, and whether it names a name space."""

    root: Any
    pieces: dict[tuple[Any, bool], str] = field(default_factory=dict)
    """By the element that a text stands in, or (True) behind."""

    has_namespace: bool = False


def tree_of(document: Node) -> Tree | None:
    """Make a page's tree; None if it has no element."""
    from lxml import etree

    top = next((node for node in document.children if node.is_start), None)
    if top is None:
        return None
    tree = Tree(_element(top), has_namespace=top.attribute("xmlns") is not None)
    left = [(top, tree.root)]
    while left:
        node, element = left.pop()
        _Filler(tree, element).fill(node, left)
    before = top.previous
    while before is not None:
        if before.kind == COMMENT:
            tree.root.addprevious(etree.Comment(_comment(before.text)))
        before = before.previous
    return tree


def _element(node: Node) -> Any:
    from lxml import etree

    element = etree.Element(_name(node.element or ""))
    for attribute in node.attributes:
        if attribute.name is not None and attribute.name.partition(":")[0] != "xmlns":
            value = attribute.name if attribute.value is None else attribute.value
            element.set(_name(attribute.name), UNSHOWN.sub("", value))
    return element


def _name(name: str) -> str:
    return name.replace(":", COLON)


def _comment(text: str) -> str:
    shown = UNSHOWN.sub("", text).replace("--", "==")
    return shown[:-1] + "=" if shown.endswith("-") else shown


class _Filler:
    """Puts the children of a node into an element."""

    def __init__(self, tree: Tree, element: Any) -> None:
        self.tree = tree
        self.element = element
        self.last: Any = None
        self.texts: list[str] = []

    def fill(self, node: Node, left: list[tuple[Node, Any]]) -> None:
        from lxml import etree

        for child in node.children:
            if child.kind in TEXTS:
                self.texts.append(UNSHOWN.sub("", child.text))
                continue
            if child.is_start:
                made = _element(child)
                left.append((child, made))
            elif child.kind == COMMENT:
                made = etree.Comment(_comment(child.text))
            elif child.kind == INSTRUCTION:
                made = etree.ProcessingInstruction("_", UNSHOWN.sub("", child.text).replace("?>", ""))
            else:
                continue
            self._write()
            self.element.append(made)
            self.last = made
        self._write()

    def _write(self) -> None:
        text = "".join(self.texts)
        if text:
            holder = self.element if self.last is None else self.last
            if self.last is None:
                holder.text = text
            else:
                holder.tail = text
            if len(self.texts) > 1:
                self.tree.pieces[holder, self.last is not None] = self.texts[0]
        self.texts = []
