"""JEXL's grammar of statements: a script's text → a closure."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .jexl_flow import each_loop, leaving, returned, while_loop, whole
from .jexl_nodes import Node, assigned, conditional, constant, sequence, variable
from .jexl_read import JEXL3, Dialect, Reader
from .jexl_words import JexlSyntaxError

if TYPE_CHECKING:
    from .jexl_nodes import Env


class ScriptReader(Reader):
    """Reads statements."""

    def script(self) -> Node:
        """Read the whole text: statements; the last one's value counts."""
        return sequence(self.statements("end"))

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
        if self.token().kind == "name":
            if self.word("if"):
                return self.condition(), True
            if self.word("while"):
                return while_loop(self.test(), self.block()), True
            if self.word("for") or self.word("foreach"):
                return self.each(), True
            if self.dialect.version == 3 and self.word("do"):
                body = self.block()
                if not self.word("while"):
                    raise self.error()
                return while_loop(self.test(), body, first=True), True
            if self.word("return"):
                ends = self.token().kind == "end" or self.token().value in (";", "}")
                return returned(constant(None) if ends else self.expression()), False
            if self.dialect.version == 3 and (self.word("break") or self.word("continue")):
                return leaving(whole=self.tokens[self.at - 1].value == "break"), False
            if self.word("var"):
                return self.declaration(), False
        at = self.at
        if self.token().kind == "sign" and self.token().value == "{":
            try:
                return self.expression(), False
            except JexlSyntaxError:
                self.at = at  # no map and no set: statements in braces
                return self.block(), True
        return self.expression(), False

    def declaration(self) -> Node:
        """Read a declaration after `var`."""
        following = self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        if self.token().kind == "name" and not (following.kind == "sign" and following.value == "="):
            assign = variable(self.name()).assign
            assert assign is not None
            return assigned(assign, constant(None))
        return self.expression()

    def test(self) -> Node:
        """Read a condition in its parentheses."""
        self.need("(")
        test = self.expression()
        self.need(")")
        return test

    def condition(self) -> Node:
        """Read an if after its word."""
        test = self.test()
        then = self.block()
        self.sign(";")
        return conditional(test, then, self.block() if self.word("else") else constant(None))

    def each(self) -> Node:
        """Read a loop over items after its word."""
        self.need("(")
        self.word("var")
        name = self.name()
        if not (self.sign(":") or self.word("in")):
            raise self.error()
        items = self.expression()
        self.need(")")
        return each_loop(name, items, self.block())

    def block(self) -> Node:
        if self.sign("{"):
            nodes = self.statements("}")
            self.need("}")
            return sequence(nodes)
        return self.statement()[0]


def read(text: str, dialect: Dialect = JEXL3) -> Callable[[Env], Any]:
    """Read a script; raises JexlSyntaxError and JexlUnsupportedError."""
    return whole(ScriptReader(text, dialect).script())
