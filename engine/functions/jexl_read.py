"""JEXL's grammar of expressions: text → a closure. Statements are read by jexl_script."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from pyjm.engine.compile.java_text import java_text
from pyjm.engine.scripts.java_objects import KNOWN
from pyjm.engine.scripts.java_statics import STATICS, call_static

from .jexl_flow import called_function, function
from .jexl_nodes import (
    COMPARISONS,
    Node,
    assigned,
    called,
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
    ternary,
    unary,
    variable,
)
from .jexl_values import add, add_first, bits, calculate, empty, empty2, size, to_long
from .jexl_words import JexlSyntaxError, JexlUnsupportedError, Token, tokens

if TYPE_CHECKING:
    pass

KEYWORDS = frozenset(("for", "while", "do", "return", "break", "continue", "foreach", "if", "else", "var"))
"""Words that begin no expression."""

CHANGES = ("+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=")


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

    def block(self) -> Node:
        """Read statements in braces, or one without."""
        raise NotImplementedError

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
            if left.assign is None:
                raise JexlSyntaxError("assignment error")
            return assigned(left.assign, self.expression())
        if self.dialect.version == 3 and (sign := self.sign(*CHANGES)):
            if left.assign is None:
                raise JexlSyntaxError("assignment error")
            return assigned(left.assign, infix(left, self.expression(), self.change(sign[0])))
        return left

    def change(self, sign: str) -> Callable[[Any, Any], Any]:
        """Give what an operator does."""
        if sign in "|&^":
            return partial(bits, sign)
        return self.dialect.plus if sign == "+" else self.operation(sign)

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
            safe = "" if self.dialect.version == 2 else self.sign("?.")
            if safe or self.sign("."):
                if safe:
                    node = Node(node.safely(), node.safe)
                name = str(self.token().value) if self.token().kind == "text" else ""
                self.at += bool(name)
                name = name or self.name()
                if self.sign("("):
                    if name not in KNOWN:
                        raise JexlUnsupportedError(f"the method {name}")
                    node = called(node, name, self.items(")"), safe=bool(safe))
                else:
                    node = member(node, name)
                    node = Node(node.safely(), node.safe) if safe else node
            elif self.sign("["):
                node = indexed(node, self.expression())
                self.need("]")
            elif node.name and self.sign("("):
                node = called_function(node, self.items(")"))
            else:
                return node

    def primary(self) -> Node:
        """Read a literal, a variable, a list, a map or what stands in parentheses."""
        token = self.token()
        if token.kind in ("text", "number"):
            self.at += 1
            return constant(token.value)
        if token.kind == "template":
            self.at += 1
            return self.template(str(token.value))
        if token.kind == "name":
            if token.value in KEYWORDS:
                raise self.error()
            self.at += 1
            if token.value == "new":
                return self.made()
            if self.dialect.version == 3 and (token.value == "function" or self.token().value == "->"):
                return self.function(str(token.value))
            literals = {"true": True, "false": False, "null": None, "NaN": float("nan")}
            name = cast(str, token.value)
            return constant(literals[name]) if name in literals else variable(name)
        if self.dialect.version == 3 and self.begins_function():
            return self.function("function")
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

    def begins_function(self) -> bool:
        """Tell whether `(a, b) ->` follows."""
        at = self.at
        if self.token().value != "(" or self.token().kind != "sign":
            return False
        while self.tokens[at].kind != "end" and self.tokens[at].value != ")":
            at += 1
            if self.tokens[at].kind != "name" and self.tokens[at].value not in (",", ")"):
                return False
        return self.tokens[min(at + 1, len(self.tokens) - 1)].value == "->"

    def function(self, word: str) -> Node:
        """Read `function(a, b) {…}`, `(a, b) -> {…}` or, after its word, `a -> {…}`."""
        names = [] if word == "function" else [word]
        if word == "function":
            self.need("(")
            while not self.sign(")"):
                self.word("var")
                names.append(self.name())
                self.sign(",")
        self.sign("->")
        if self.token().value != "{":
            raise self.error()
        return function(names, self.block())

    def made(self) -> Node:
        """Read `new("class", args)` after its word."""
        self.need("(")
        token = self.token()
        if token.kind == "text" and f"new {token.value}" not in STATICS:
            raise JexlUnsupportedError(f"new {token.value}")
        args = self.items(")")
        if not args:
            raise self.error()
        kind, *rest = args
        return Node(lambda env: call_static(f"new {kind.run(env)}", [arg.run(env) for arg in rest]))

    def template(self, text: str) -> Node:
        """Read a text with `${…}`."""
        parts: list[Node] = []
        while text:
            before, found, rest = text.partition("${")
            if before:
                parts.append(constant(before))
            inner, closed, text = rest.partition("}")
            if found and not closed:
                raise JexlSyntaxError("a ${ without its }")
            if found:
                parts.append(type(self)(inner, self.dialect).expression())
        return Node(lambda env: "".join("" if v is None else java_text(v) for v in [part.run(env) for part in parts]))

    def map(self) -> Node:
        """Read a map after its brace."""
        pairs: list[tuple[Node, Node]] = []
        if self.dialect.version == 3 and self.sign("}"):
            return Node(lambda env: set())
        if self.sign(":"):
            self.need("}")
            return mapped(pairs)
        while True:
            key = self.choice()
            if self.dialect.version == 3 and not pairs and self.token().value in (",", "}"):
                return self.set(key)
            self.need(":")
            pairs.append((key, self.expression()))
            if not self.sign(","):
                self.need("}")
                return mapped(pairs)

    def set(self, first: Node) -> Node:
        """Read a set after its first member."""
        items = [first, *(self.items("}") if self.sign(",") else [])]
        if len(items) == 1:
            self.need("}")
        return Node(lambda env: {item.run(env) for item in items})
