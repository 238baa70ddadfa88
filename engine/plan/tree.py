"""The written plan: a tree of nodes with typed properties, as the file says it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias, Union

Prop: TypeAlias = Union[str, bool, int, float, "list[Prop]", "dict[str, Prop]", "Node", None]
"""stringProp → str, boolProp → bool, intProp/longProp → int, floats → float, collectionProp → list, mapProp → dict,
elementProp → Node. Only a `str` can hold `${…}` and only an empty `str` is filled from defaults, as in JMeter.
"""


@dataclass(slots=True, eq=False)
class Node:
    """One element as it is written. `kind` is the JMX tag with aliases resolved (`HTTPSamplerProxy`).

    `path` is where it stands, for messages; two elements may share it. `number` is its place in written order. One that
    is not `named` has no name, not even an empty one.
    """

    kind: str
    gui: str = ""
    name: str = ""
    enabled: bool = True
    props: dict[str, Prop] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    path: str = ""
    number: int = 0
    named: bool = True

    def text(self, key: str, default: str = "") -> str:
        """Read a property as the text that JMeter's getPropertyAsString gives; `${…}` stays as written."""
        value = self.props.get(key)
        if value is None:
            return default
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (str, int, float)):
            return str(value)
        return default

    def flag(self, key: str, default: bool = False) -> bool:
        """Read a property that is fixed when the plan is written as true or false."""
        return self.text(key, "true" if default else "false").lower() == "true"

    def items(self, key: str) -> list[Prop]:
        """Read a collection; a missing one is empty."""
        value = self.props.get(key)
        return value if isinstance(value, list) else []

    def child(self, key: str) -> Node | None:
        """Read an elementProp."""
        value = self.props.get(key)
        return value if isinstance(value, Node) else None

    def walk(self) -> Iterator[Node]:
        """Go through this node and all below it in written order."""
        yield self
        for child in self.children:
            yield from child.walk()
