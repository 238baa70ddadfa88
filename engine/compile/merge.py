"""How config elements complete a sampler as it is written. Mirrors AbstractTestElement.mergeIn on the written tree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pyjm.engine.plan.tree import Node, Prop


def merged(node: Node, defaults: Iterable[Node]) -> Node:
    """Give a copy of a sampler with what it leaves open taken from its defaults, the nearest first.

    A property that is missing or an empty text is taken over; a collection or an element of both is joined, the
    sampler's own items first; all else stays. A text with `${…}` that turns out empty during the run is not filled.
    """
    props = dict(node.props)
    for default in defaults:
        take(props, default.props)
    return replace(node, props=props)


def take(props: dict[str, Prop], defaults: dict[str, Prop]) -> None:
    """Complete properties from those of one config element."""
    for key, value in defaults.items():
        present = props.get(key)
        if present is None or present == "":
            props[key] = value
        elif isinstance(present, list):
            props[key] = [*present, *(value if isinstance(value, list) else [value])]
        elif isinstance(present, Node) and isinstance(value, Node):
            props[key] = merged(present, [value])
