"""__XPath: what an expression finds in a file, one node for each call of any user."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from pyjm.engine.compile.functions import Args, function
from pyjm.engine.elements.markup import MarkupError, parse
from pyjm.engine.elements.xpath1 import XPathError, evaluate, texts

from .files import found

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.functions")

KEPT = "__XPath"


class Nodes:
    """What has been found in files, read once in this process. Mirrors XPathWrapper: one cursor for each pair."""

    def __init__(self, build: Build) -> None:
        self.build = build
        self.known: dict[tuple[str, str], list[str | None]] = {}

    def next(self, name: str, expression: str) -> str:
        """Give the next node's value, from the first again behind the last; empty where there is none."""
        values = self.known.get((name, expression))
        if values is None:
            try:
                values = self.known[name, expression] = self.read(name, expression)
            except (OSError, MarkupError, XPathError) as error:
                log.error("__XPath: %s %s: %s", name, expression, error)
                return ""
        if not values:
            log.warning("__XPath: %s has no nodes %s", name, expression)
            return ""
        cursor = self.build.cells.cell(f"{KEPT} {name}{expression}")
        value = values[cursor.add() % len(values)]
        return "null" if value is None else value

    def read(self, name: str, expression: str) -> list[str | None]:
        """Read a file; raises OSError, MarkupError and XPathError."""
        root = parse(found(self.build, name).read_bytes(), namespaces=False)
        nodes = evaluate(root, expression, namespaces=False)
        if not isinstance(nodes, list):
            raise XPathError("it gives no nodes")
        return texts(nodes, fragment=False, number=-1)


@function("__XPath", 2)
def make_xpath(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give the value of a node that an XPath 1.0 expression finds in a file, the next one at each call."""
    nodes: Nodes = build.kept.setdefault(KEPT, Nodes(build))
    name, expression = args[0].get, args[1].get
    return lambda user: nodes.next(name(user), expression(user))
