"""The parts of a JEXL expression, as closures over what surrounds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, NamedTuple

from pyjm.engine.scripts.java_objects import ROOTS, Props, Vars, call, property_of

from .jexl_values import compare, contains, ends, equal, size, starts, to_long, truth
from .jexl_words import JexlError

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User


class Env:
    """What an expression sees: JMeter's objects, and the variables that it sets itself."""

    __slots__ = ("build", "own", "user")

    def __init__(self, user: User, build: Build, own: MutableMapping[str, Any] | None = None) -> None:
        self.user = user
        self.build = build
        self.own: MutableMapping[str, Any] = {} if own is None else own


Run = Callable[[Env], Any]


class Node(NamedTuple):
    """`safe` gives null where `run` finds a variable or a property undefined; `name` is that of a variable.

    `assign` sets what the node stands for, where that can be set.
    """

    run: Run
    safe: Run | None = None
    name: str | None = None
    assign: Callable[[Env, Any], None] | None = None

    def safely(self) -> Run:
        """Give the form that does not mind what is undefined."""
        return self.safe or self.run


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a is not None and b is not None and compare(a, b) < 0,
    ">": lambda a, b: a is not None and b is not None and compare(a, b) > 0,
    "<=": lambda a, b: a is b if a is None or b is None else compare(a, b) <= 0,
    ">=": lambda a, b: a is b if a is None or b is None else compare(a, b) >= 0,
    "=~": lambda a, b: contains(b, a),
    "!~": lambda a, b: not contains(b, a),
    "=^": starts,
    "!^": lambda a, b: not starts(a, b),
    "=$": ends,
    "!$": lambda a, b: not ends(a, b),
}


def constant(value: Any) -> Node:
    """Make a literal."""
    return Node(lambda env: value)


def variable(name: str) -> Node:
    """Make a variable: one of the expression's own, or an object of JMeter; JMeter's variables are in `vars` only."""

    def safe(env: Env) -> Any:
        if name in env.own:
            return env.own[name]
        make = ROOTS.get(name)
        return None if make is None else make(env.user, env.build)

    def run(env: Env) -> Any:
        if name not in env.own and name not in ROOTS:
            raise JexlError(f"undefined variable {name}")
        return safe(env)

    return Node(run, safe, name, lambda env, value: env.own.__setitem__(name, value))


def member(of: Node, name: str) -> Node:
    """Make `of.name`."""
    safely = of.safely()

    def safe(env: Env) -> Any:
        return property_of(safely(env), name)

    def run(env: Env) -> Any:
        value = safe(env)
        if value is None:
            raise JexlError(f"undefined property {name}")
        return value

    return Node(run, safe, None, lambda env, value: put(of.run(env), name, value))


def indexed(of: Node, by: Node) -> Node:
    """Make `of[by]`."""

    def run(env: Env) -> Any:
        target, key = of.run(env), by.run(env)
        if isinstance(target, Mapping):
            return target.get(key)
        if isinstance(target, (list, tuple)):
            at = to_long(key)
            if 0 <= at < len(target):
                return target[at]
        elif (value := property_of(target, key)) is not None:
            return value
        raise JexlError(f"no element {key}")

    return Node(run, None, None, lambda env, value: put(of.run(env), by.run(env), value))


def put(target: Any, key: Any, value: Any) -> None:
    """Do `target.key = value`."""
    if isinstance(target, list):
        at = to_long(key)
        if not 0 <= at < len(target):
            raise JexlError(f"no element {key}")
        target[at] = value
    elif isinstance(target, dict):
        target[key] = value
    elif isinstance(target, (Vars, Props)):
        target.put(key, value)
    else:
        raise JexlError(f"undefined property {key}")


def called(of: Node, name: str, args: list[Node], *, safe: bool = False) -> Node:
    """Make `of.name(args)`, null where `of` is null if it is `safe`."""
    if safe:
        return Node(lambda env: None if (it := of.run(env)) is None else call(it, name, [arg.run(env) for arg in args]))
    if name == "size" and not args:
        return Node(lambda env: sized(of.run(env)))
    return Node(lambda env: call(of.run(env), name, [arg.run(env) for arg in args]))


def sized(target: Any) -> int:
    """Do `target.size()`, which JEXL also does for texts."""
    if target is None:
        raise JexlError("no size of null")
    return size(target)


def listed(items: list[Node]) -> Node:
    """Make a list."""
    return Node(lambda env: [item.run(env) for item in items])


def mapped(pairs: list[tuple[Node, Node]]) -> Node:
    """Make a map."""
    return Node(lambda env: {key.run(env): value.run(env) for key, value in pairs})


def ranged(first: Node, last: Node) -> Node:
    """Make a range of whole numbers, both ends included."""
    return Node(lambda env: range(to_long(first.run(env)), to_long(last.run(env)) + 1))


def infix(left: Node, right: Node, what: Callable[[Any, Any], Any]) -> Node:
    """Make an operation on two values."""
    first, second = left.run, right.run
    return Node(lambda env: what(first(env), second(env)))


def equality(left: Node, right: Node, unequal: bool) -> Node:
    """Make `==` or `!=`: a property may be undefined in it, a variable may not."""
    first = left.run if left.name else left.safely()
    second = right.run if right.name else right.safely()
    return Node(lambda env: equal(first(env), second(env)) is not unequal)


def logical(left: Node, right: Node, *, either: bool) -> Node:
    """Make `||` or `&&`, which look at the second value only where it counts."""
    first, second = left.run, right.run

    def run(env: Env) -> bool:
        return either if truth(first(env)) is either else truth(second(env))

    return Node(run)


def negated(node: Node) -> Node:
    """Make `!`."""
    return Node(lambda env: not truth(node.run(env)))


def unary(node: Node, sign: str) -> Node:
    """Make a sign before a number."""

    def run(env: Env) -> Any:
        value = node.run(env)
        if isinstance(value, bool):
            return value if sign == "+" else not value
        if not isinstance(value, (int, float)):
            raise JexlError(f"Object negate:({value})")
        return value if sign == "+" else -value

    return Node(run)


def ternary(test: Node, then: Node, other: Node) -> Node:
    """Make `test ? then : other`."""
    judge = test.safely()

    def run(env: Env) -> Any:
        value = judge(env)
        return (then if value is not None and truth(value) else other).run(env)

    return Node(run)


def conditional(test: Node, then: Node, other: Node) -> Node:
    """Make `if (test) then else other`, where what is tested must be defined."""
    return Node(lambda env: (then if truth(test.run(env)) else other).run(env))


def judged(node: Node, judge: Callable[[Any], Any]) -> Node:
    """Make `empty node` or `size node`."""
    safely = node.safely()
    return Node(lambda env: judge(safely(env)))


def first_true(node: Node, other: Node) -> Node:
    """Make `node ?: other`."""
    judge = node.safely()

    def run(env: Env) -> Any:
        value = judge(env)
        return value if value is not None and truth(value) else other.run(env)

    return Node(run)


def not_null(node: Node, other: Node) -> Node:
    """Make `node ?? other`."""
    judge = node.safely()

    def run(env: Env) -> Any:
        value = judge(env)
        return other.run(env) if value is None else value

    return Node(run)


def assigned(assign: Callable[[Env, Any], None], node: Node) -> Node:
    """Make `target = node`; a variable lives as long as the expression."""

    def run(env: Env) -> Any:
        value = node.run(env)
        assign(env, value)
        return value

    return Node(run)


def sequence(nodes: list[Node]) -> Node:
    """Make statements one after another; the last one's value counts."""
    if len(nodes) == 1:
        return nodes[0]

    def run(env: Env) -> Any:
        value = None
        for node in nodes:
            value = node.run(env)
        return value

    return Node(run)
