"""How config elements complete a sampler as it is written. Mirrors AbstractTestElement.mergeIn on the written tree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


def worn(node: Node, defaults: Sequence[Node]) -> Node | None:
    """Give what is left of a sampler after a thread's first sample of it, None where it stays what it was.

    To take back what the defaults have lent a sampler, JMeter removes its properties that are equal to one of theirs,
    its own among them. From then on the nearest default fills them.
    """
    lent = {(key, type(value), value) for default in defaults for key, value in default.props.items() if fixed(value)}
    lost = [key for key, value in node.props.items() if fixed(value) and (key, type(value), value) in lent]
    if not lost:
        return None
    left = replace(node, props={key: value for key, value in node.props.items() if key not in lost})
    filled = merged(left, defaults).props
    return left if any(filled[key] != node.props[key] for key in lost) else None


def fixed(value: Prop) -> bool:
    """Tell whether a property has a value of its own, and not that of other properties, a function or a variable."""
    return not (isinstance(value, (list, dict, Node)) or (isinstance(value, str) and "${" in value))


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
