"""HTTP Header Manager. Mirrors org.apache.jmeter.protocol.http.control.HeaderManager."""

from __future__ import annotations

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Config
from pyjm.engine.compile.registry import element
from pyjm.engine.compile.value import Value
from pyjm.engine.plan.tree import Node


@element("HeaderManager")
class HeaderManager(Config):
    """Adds header fields to the HTTP Requests in its scope; of one name the innermost manager's counts."""

    fields: list[tuple[Value[str], Value[str]]]

    def prepare(self, node: Node, build: Build) -> None:
        self.fields = [
            (build.value(item.text("Header.name"), node.path), build.value(item.text("Header.value"), node.path))
            for item in node.items("HeaderManager.headers")
            if isinstance(item, Node)
        ]
