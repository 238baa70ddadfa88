"""JEXL's statements that are no expressions: loops, returns, functions."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .jexl_nodes import Env, Node
from .jexl_values import truth
from .jexl_words import JexlError


class Leave(Exception):
    """Leaves a loop, or one turn of it."""

    def __init__(self, *, whole: bool) -> None:
        super().__init__()
        self.whole = whole


class Return(Exception):
    """Ends a script or a function."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


def leaving(*, whole: bool) -> Node:
    """Make `break`, or `continue`."""

    def run(env: Env) -> Any:
        raise Leave(whole=whole)

    return Node(run)


def returned(node: Node) -> Node:
    """Make `return node`."""

    def run(env: Env) -> Any:
        raise Return(node.run(env))

    return Node(run)


def whole(node: Node) -> Callable[[Env], Any]:
    """Make what a script gives: its last value, or what it returns."""

    def run(env: Env) -> Any:
        try:
            return node.run(env)
        except Return as end:
            return end.value
        except Leave:
            raise JexlError("break or continue outside a loop") from None

    return run


def turns(body: Node, env: Env, more: Iterable[Any]) -> Any:
    """Run a loop's body while there is more."""
    value = None
    for _ in more:
        try:
            value = body.run(env)
        except Leave as leave:
            if leave.whole:
                break
    return value


def while_loop(test: Node, body: Node, *, first: bool = False) -> Node:
    """Make a loop with a condition; `first` runs it once before that is asked."""

    def run(env: Env) -> Any:
        def holds() -> Iterable[None]:
            if first:
                yield
            while truth(test.run(env)):
                yield

        return turns(body, env, holds())

    return Node(run)


def each_loop(name: str, items: Node, body: Node) -> Node:
    """Make a loop over a list, a map's values, a range; nothing is no turn."""

    def run(env: Env) -> Any:
        found = items.run(env)
        if found is None:
            return None
        values = found.values() if isinstance(found, Mapping) else found
        if isinstance(values, str) or not isinstance(values, Iterable):
            values = [values]

        def each() -> Iterable[None]:
            for value in values:
                env.own[name] = value
                yield

        return turns(body, env, each())

    return Node(run)


class Lambda:
    """A function of the script: it sees the variables around it."""

    def __init__(self, names: list[str], body: Callable[[Env], Any], around: Env) -> None:
        self.names = names
        self.body = body
        self.around = around

    def call(self, args: list[Any]) -> Any:
        """Call it; parameters without an argument are null."""
        given: dict[str, Any] = dict.fromkeys(self.names)
        given.update(zip(self.names, args))
        return self.body(Env(self.around.user, self.around.build, ChainMap(given, self.around.own)))


def function(names: list[str], body: Node) -> Node:
    """Make `function(a, b) { … }`."""
    run_body = whole(body)
    return Node(lambda env: Lambda(names, run_body, env))


def called_function(of: Node, args: list[Node]) -> Node:
    """Make the call of a variable that holds a function."""

    def run(env: Env) -> Any:
        target = of.run(env)
        if not isinstance(target, Lambda):
            raise JexlError(f"unsolvable function {of.name}")
        return target.call([arg.run(env) for arg in args])

    return Node(run)
