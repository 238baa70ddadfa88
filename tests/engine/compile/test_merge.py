"""What a sampler leaves open comes from the config elements in its scope, the nearest first."""

from __future__ import annotations

from pyjm.engine.compile.merge import merged
from pyjm.engine.plan.tree import Node


def test_missing_and_empty_properties_are_taken_over_and_all_others_stay() -> None:
    node = Node("S", props={"empty": "", "own": "own", "no": False, "later": "${nothing}"})
    near = Node("C", props={"empty": "near", "own": "near", "no": True, "later": "near", "missing": 7})
    far = Node("C", props={"empty": "far", "missing": 8, "only": True})
    assert merged(node, [near, far]).props == {
        "empty": "near",
        "own": "own",
        "no": False,
        "later": "${nothing}",
        "missing": 7,
        "only": True,
    }


def test_an_empty_default_leaves_the_property_open_for_the_next() -> None:
    assert merged(Node("S"), [Node("C", props={"a": ""}), Node("C", props={"a": "x"})]).props == {"a": "x"}


def test_items_of_collections_follow_the_samplers_own() -> None:
    def arguments(*names: str) -> Node:
        return Node("Arguments", props={"items": [*names], "kind": names[0] if names else ""})

    node = Node("S", props={"args": arguments("own")})
    found = merged(node, [Node("C", props={"args": arguments("near")}), Node("C", props={"args": arguments("far")})])
    joined = found.child("args")
    assert joined is not None
    assert joined.props == {"items": ["own", "near", "far"], "kind": "own"}


def test_the_written_sampler_is_left_as_it_is() -> None:
    node = Node("S", props={"list": ["own"]}, children=[Node("X")], path="Plan > S", number=3)
    found = merged(node, [Node("C", props={"list": ["more"], "new": 1})])
    assert node.props == {"list": ["own"]}
    assert (found.path, found.number, found.children) == (node.path, node.number, node.children)
