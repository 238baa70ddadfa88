"""JEXL's grammar: an expression's text → a closure, for what JMeter plans use of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from .jexl_nodes import (
    COMPARISONS,
    Node,
    assigned,
    called,
    conditional,
    constant,
    equality,
    first_true,
    indexed,
    infix,
    judged,
    listed,
    logical,
    mapped,
    member,
    negated,
    not_null,
    ranged,
    sequence,
    ternary,
    unary,
    variable,
)
from .jexl_objects import KNOWN
from .jexl_values import add, add_first, bits, calculate, empty, empty2, size, to_long
from .jexl_words import JexlSyntaxError, JexlUnsupportedError, Token, tokens

if TYPE_CHECKING:
    from .jexl_nodes import Env

KEYWORDS = frozenset(("for", "while", "do", "function", "new", "return", "break", "continue", "foreach"))


class Dialect(NamedTuple):
    """What differs between JEXL 3 and JEXL 2."""

    version: int
    plus: Callable[[Any, Any], Any]
    empty: Callable[[Any], bool]


JEXL3 = Dialect(3, add, empty)
JEXL2 = Dialect(2, add_first, empty2)


class Reader:
    """Reads one expression by recursive descent, one method per level of precedence."""

    def __init__(self, text: str, dialect: Dialect) -> None:
        self.tokens = tokens(text)
        self.at = 0
        self.dialect = dialect

    def token(self) -> Token:
        """Look at the next token."""
        return self.tokens[self.at]

    def sign(self, *signs: str) -> str:
        """Take the next token if it is one of these signs."""
        token = self.token()
        if token.kind == "sign" and token.value in signs:
            self.at += 1
            return str(token.value)
        return ""

    def word(self, word: str) -> bool:
        """Take the next token if it is this name."""
        found = self.token().kind == "name" and self.token().value == word
        self.at += found
        return found

    def need(self, sign: str) -> None:
        """Take a sign that must be there."""
        if not self.sign(sign):
            raise self.error()

    def error(self) -> JexlSyntaxError:
        """Make the error of the next token."""
        token = self.token()
        return JexlSyntaxError(f"parsing error at {token.at + 1} in '{token.value}'")

    def script(self) -> Node:
        """Read the whole text: statements; the last one's value counts."""
        nodes = self.statements("end")
        return sequence(nodes)

    def statements(self, end: str) -> list[Node]:
        """Read statements up to `}` or the end."""
        nodes = []
        while self.token().kind != "end" and self.token().value != end:
            if self.sign(";"):
                continue
            node, block = self.statement()
            nodes.append(node)
            if not (block or self.sign(";") or self.token().kind == "end" or self.token().value == end):
                raise self.error()
        return nodes

    def statement(self) -> tuple[Node, bool]:
        """Read one statement; tells also whether it needs no semicolon after it."""
        token = self.token()
        if token.kind == "name":
            if token.value in KEYWORDS:
                raise JexlUnsupportedError(f"`{token.value}`")
            if self.word("if"):
                return self.condition(), True
            if self.word("var"):
                if self.token().kind != "name":
                    raise self.error()
                following = self.tokens[self.at + 1]
                if following.value != "=" or following.kind != "sign":
                    return assigned(self.name(), constant(None)), False
        return self.expression(), False

    def condition(self) -> Node:
        """Read an if after its word."""
        self.need("(")
        test = self.expression()
        self.need(")")
        then = self.block()
        self.sign(";")
        return conditional(test, then, self.block() if self.word("else") else constant(None))

    def block(self) -> Node:
        """Read what an if does."""
        if self.sign("{"):
            nodes = self.statements("}")
            self.need("}")
            return sequence(nodes)
        return self.statement()[0]

    def name(self) -> str:
        """Take a name."""
        token = self.token()
        if token.kind != "name":
            raise self.error()
        self.at += 1
        return cast(str, token.value)

    def expression(self) -> Node:
        """Read an expression: an assignment or a choice."""
        left = self.choice()
        if self.sign("="):
            if not left.name:
                raise JexlSyntaxError("assignment error")
            return assigned(left.name, self.expression())
        if self.token().kind == "sign" and self.token().value in ("+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "->"):
            raise JexlUnsupportedError(f"`{self.token().value}`")
        return left

    def choice(self) -> Node:
        """Read `a ? b : c`, `a ?: b` and `a ?? b`."""
        test = self.either()
        if self.sign("?:"):
            return first_true(test, self.choice())
        if self.dialect.version == 3 and self.sign("??"):
            return not_null(test, self.choice())
        if self.sign("?"):
            then = self.choice()
            self.need(":")
            return ternary(test, then, self.choice())
        return test

    def either(self) -> Node:
        """Read `a || b`."""
        left = self.both()
        while self.sign("||"):
            left = logical(left, self.both(), either=True)
        return left

    def both(self) -> Node:
        """Read `a && b`."""
        left = self.bits()
        while self.sign("&&"):
            left = logical(left, self.bits(), either=False)
        return left

    def bits(self, signs: str = "|^&") -> Node:
        """Read operators bit by bit: `|`, which binds least, `^` and `&`."""
        if not signs:
            return self.equality()
        left = self.bits(signs[1:])
        while sign := self.sign(signs[0]):
            left = infix(left, self.bits(signs[1:]), partial(bits, sign))
        return left

    def equality(self) -> Node:
        """Read one `==`, `!=` or `..`; they don't chain."""
        left = self.relation()
        if sign := self.sign("==", "!="):
            return equality(left, self.relation(), sign == "!=")
        if self.dialect.version == 3 and self.sign(".."):
            return ranged(left, self.relation())
        return left

    def relation(self) -> Node:
        """Read one comparison; they don't chain."""
        left = self.sum()
        known = [sign for sign in COMPARISONS if self.dialect.version == 3 or ("^" not in sign and "$" not in sign)]
        if sign := self.sign(*known):
            return infix(left, self.sum(), COMPARISONS[sign])
        return left

    def sum(self) -> Node:
        """Read `+` and `-`."""
        left = self.product()
        while sign := self.sign("+", "-"):
            left = infix(left, self.product(), self.dialect.plus if sign == "+" else partial(calculate, "-"))
        return left

    def product(self) -> Node:
        """Read `*`, `/` and `%`."""
        left = self.unary()
        while sign := self.sign("*", "/", "%"):
            left = infix(left, self.unary(), self.operation(sign))
        return left

    def operation(self, sign: str) -> Callable[[Any, Any], Any]:
        """Give what a sign does."""
        if sign == "%" and self.dialect.version == 2:
            return lambda a, b: a % b if isinstance(a, int) and isinstance(b, int) and b > 0 else calculate("%", a, b)
        return partial(calculate, sign)

    def unary(self) -> Node:
        """Read `!`, `-`, `+`, empty and size."""
        if self.sign("~"):
            return judged(self.unary(), lambda value: ~to_long(value))
        if sign := self.sign("!", "-", "+"):
            if sign == "+" and self.dialect.version == 2:
                raise self.error()
            node = self.unary()
            return negated(node) if sign == "!" else unary(node, sign)
        token = self.token()
        if token.kind == "name" and token.value in ("empty", "size"):
            self.at += 1
            return judged(self.unary(), size if token.value == "size" else self.dialect.empty)
        return self.postfix()

    def postfix(self) -> Node:
        """Read calls, properties and indexes after a value."""
        node = self.primary()
        while True:
            if self.sign("."):
                name = str(self.token().value) if self.token().kind == "text" else ""
                self.at += bool(name)
                name = name or self.name()
                if self.sign("("):
                    if name not in KNOWN:
                        raise JexlUnsupportedError(f"the method {name}")
                    node = called(node, name, self.items(")"))
                else:
                    node = member(node, name)
            elif self.sign("["):
                node = indexed(node, self.expression())
                self.need("]")
            elif node.name and self.token().value == "(" and self.token().kind == "sign":
                raise JexlUnsupportedError(f"the function {node.name}")
            else:
                return node

    def primary(self) -> Node:
        """Read a literal, a variable, a list, a map or what stands in parentheses."""
        token = self.token()
        if token.kind in ("text", "number"):
            self.at += 1
            return constant(token.value)
        if token.kind == "name":
            if token.value in KEYWORDS:
                raise JexlUnsupportedError(f"`{token.value}`")
            self.at += 1
            literals = {"true": True, "false": False, "null": None, "NaN": float("nan")}
            name = cast(str, token.value)
            return constant(literals[name]) if name in literals else variable(name)
        if self.sign("("):
            node = self.expression()
            self.need(")")
            return Node(node.run, node.safe)
        if self.sign("["):
            return listed(self.items("]"))
        if self.sign("{"):
            return self.map()
        raise self.error()

    def items(self, end: str) -> list[Node]:
        """Read expressions with commas between them."""
        items: list[Node] = []
        if self.sign(end):
            return items
        items.append(self.expression())
        while self.sign(","):
            items.append(self.expression())
        self.need(end)
        return items

    def map(self) -> Node:
        """Read a map after its brace."""
        pairs: list[tuple[Node, Node]] = []
        if self.sign(":"):
            self.need("}")
            return mapped(pairs)
        while True:
            key = self.choice()
            self.need(":")
            pairs.append((key, self.expression()))
            if not self.sign(","):
                self.need("}")
                return mapped(pairs)


def read(text: str, dialect: Dialect = JEXL3) -> Callable[[Env], Any]:
    """Read an expression; raises JexlSyntaxError and JexlUnsupportedError."""
    reader = Reader(text, dialect)
    return reader.script().run
