"""The parts of a JSONPath, and how each is applied to a document. Mirrors the path tokens of Jayway's json-path 2.7."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

UNDEFINED: Final = object()


class EvaluationError(ValueError):
    """A path that can't be evaluated on a document."""


class PathError(EvaluationError):
    """A path that can't be read, or can't be applied; within a filter it makes the item not fit."""


class PathNotFound(PathError):
    """A definite path that leads nowhere."""


class Evaluation:
    """One evaluation of a path on a document. `strict`: missing properties are not found (existence checks)."""

    __slots__ = ("indexes", "path", "results", "root", "strict")

    def __init__(self, path: Path, root: Any, strict: bool) -> None:
        self.path = path
        self.root = root
        self.strict = strict
        self.results: list[Any] = []
        self.indexes: dict[Token, int] = {}


class Token:
    """One part of a path. `next` is the part behind it; `after_definite` tells whether all before it are definite."""

    definite = True
    fragment = ""
    before = ""
    """The path up to this part, as messages write it."""

    def __init__(self) -> None:
        self.next: Token | None = None
        self.after_definite = True

    def evaluate(self, model: Any, run: Evaluation) -> None:
        """Apply this part and those behind it."""
        raise NotImplementedError

    def matches(self, model: Any, run: Evaluation) -> bool:
        """Tell whether a deep scan applies this part to a value."""
        return False

    def hand_on(self, value: Any, run: Evaluation) -> None:
        """Give a value to the part behind, or as a result."""
        if self.next is None:
            run.results.append(value)
        else:
            self.next.evaluate(value, run)

    def property(self, name: str, model: dict[str, Any], run: Evaluation) -> None:
        """Go on with a property of an object."""
        value = model.get(name, UNDEFINED)
        if value is UNDEFINED:
            indefinite = self.next is not None and not (self.after_definite and self.definite)
            if (self.next is None or indefinite) and not run.strict:
                return
            raise PathNotFound(f"Missing property in path {self.before}['{name}']")
        if self.next is not None:
            self.next.evaluate(value, run)
            return
        index = run.indexes.get(self, -1)
        if index < 0 or run.path.before_last == f"[{index}]":
            run.results.append(value)

    def index(self, number: int, model: list[Any], run: Evaluation) -> None:
        """Go on with an element of an array; one that is not there gives nothing."""
        at = len(model) + number if number < 0 else number
        if 0 <= at < len(model):
            self.hand_on(model[at], run)


def java_class(value: Any) -> str:
    """Name the Java class that json-smart makes of a value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "java.lang.Boolean"
    if isinstance(value, int):
        size = "Integer" if -(2**31) <= value < 2**31 else "Long" if -(2**63) <= value < 2**63 else ""
        return f"java.lang.{size}" if size else "java.math.BigInteger"
    if isinstance(value, float):
        return "java.lang.Double"
    names = {str: "java.lang.String", list: "net.minidev.json.JSONArray", Decimal: "java.math.BigDecimal"}
    return names.get(type(value), "java.util.LinkedHashMap")


class Root(Token):
    """`$` or `@`."""

    fragment = "$"

    def evaluate(self, model: Any, run: Evaluation) -> None:
        self.hand_on(model, run)


class Properties(Token):
    """`.a`, `['a']` or `['a','b']`."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.names = list(names)
        self.fragment = "[" + ",".join(f"'{name}'" for name in names) + "]"

    @property
    def definite(self) -> bool:  # type: ignore[override]
        """Tell whether one value is meant at most."""
        return len(self.names) == 1 or self.next is None

    @property
    def merges(self) -> bool:
        """Tell whether several properties become one object: at the end of the path."""
        return self.next is None and len(self.names) > 1

    def matches(self, model: Any, run: Evaluation) -> bool:
        if not isinstance(model, dict):
            return False
        if len(self.names) > 1 and not self.merges:
            return True
        return all(name in model for name in self.names)

    def evaluate(self, model: Any, run: Evaluation) -> None:
        if not isinstance(model, dict):
            if not self.after_definite:
                return
            raise PathNotFound(
                f"Expected to find an object with property {self.fragment} in path {self.before} but found"
                f" '{java_class(model)}'. This is not a json object according to the JsonProvider:"
                " 'com.jayway.jsonpath.spi.json.JsonSmartJsonProvider'."
            )
        if self.merges:
            if run.strict and not all(name in model for name in self.names):
                raise PathNotFound(f"Missing property in {self.fragment}")
            run.results.append({name: model[name] for name in self.names if name in model})
            return
        for name in self.names:
            self.property(name, model, run)


class _ArrayToken(Token):
    def matches(self, model: Any, run: Evaluation) -> bool:
        return isinstance(model, list)

    def is_array(self, model: Any) -> bool:
        """Tell whether there is an array; raises PathNotFound where the path is definite up to here."""
        if isinstance(model, list):
            return True
        if not self.after_definite:
            return False
        raise PathNotFound(f"{self.fragment} can only be applied to arrays")


class Indexes(_ArrayToken):
    """`[0]` or `[0,2]`."""

    def __init__(self, numbers: Sequence[int]) -> None:
        super().__init__()
        self.numbers = list(numbers)
        self.definite = len(self.numbers) == 1
        self.fragment = f"[{','.join(map(str, numbers))}]"

    def evaluate(self, model: Any, run: Evaluation) -> None:
        if self.is_array(model):
            for number in self.numbers:
                self.index(number, model, run)


class Slice(_ArrayToken):
    """`[1:3]`, `[-2:]` or `[:2]`."""

    definite = False

    def __init__(self, first: int | None, last: int | None) -> None:
        super().__init__()
        self.first = first
        self.last = last
        self.fragment = f"[{'' if first is None else first}:{'' if last is None else last}]"

    def evaluate(self, model: Any, run: Evaluation) -> None:
        if not self.is_array(model):
            return
        size, first, last = len(model), self.first, self.last
        if last is None:
            first = first or 0
            span = range(max(0, size + first if first < 0 else first), size)
        elif first is None:
            span = range(min(size, size + last if last < 0 else last))
        else:
            span = range(first, min(size, last))
        for number in span:
            self.index(number, model, run)


class Wildcard(Token):
    """`*`."""

    definite = False
    fragment = "[*]"

    def matches(self, model: Any, run: Evaluation) -> bool:
        return True

    def evaluate(self, model: Any, run: Evaluation) -> None:
        if isinstance(model, dict):
            go_on: Callable[[Any], None] = lambda name: self.property(name, model, run)  # noqa: E731
            parts: Sequence[Any] = list(model)
        elif isinstance(model, list):
            go_on = lambda at: self.index(at, model, run)  # noqa: E731
            parts = range(len(model))
        else:
            return
        for part in parts:
            try:
                go_on(part)
            except PathNotFound:
                if run.strict:
                    raise


class Filter(Token):
    """`[?(…)]`."""

    definite = False
    fragment = "[?]"

    def __init__(self, accepts: Callable[[Any, Any], bool]) -> None:
        super().__init__()
        self.accepts = accepts

    def matches(self, model: Any, run: Evaluation) -> bool:
        return self.accepts(model, run.root)

    def evaluate(self, model: Any, run: Evaluation) -> None:
        if isinstance(model, dict):
            if self.accepts(model, run.root):
                self.hand_on(model, run)
        elif isinstance(model, list):
            for at, item in enumerate(model):
                if self.accepts(item, run.root):
                    self.index(at, model, run)
        elif self.after_definite:
            raise PathError("Filter: [?] can not be applied to primitives")


class Scan(Token):
    """`..`: the part behind it at every depth."""

    definite = False
    fragment = ".."

    def evaluate(self, model: Any, run: Evaluation) -> None:
        if self.next is not None:
            self.walk(self.next, model, run)

    def walk(self, token: Token, model: Any, run: Evaluation) -> None:
        """Apply a part to a value and to all below it."""
        if isinstance(model, dict):
            if token.matches(model, run):
                token.evaluate(model, run)
            for value in list(model.values()):
                self.walk(token, value, run)
        elif isinstance(model, list):
            if token.matches(model, run):
                self.apply(token, model, run)
            for value in model:
                self.walk(token, value, run)

    def apply(self, token: Token, model: list[Any], run: Evaluation) -> None:
        """Apply a part to an array: one that is not the last hands every element on, as Jayway's."""
        if token.next is None:
            token.evaluate(model, run)
            return
        for index, value in enumerate(model):
            run.indexes[token.next] = index
            token.next.evaluate(value, run)


class Function(Token):
    """`.length()` and its kin, within filters; raises PathError where it can't be computed."""

    fragment = "()"

    def __init__(self, compute: Callable[[Any], Any]) -> None:
        super().__init__()
        self.compute = compute

    def evaluate(self, model: Any, run: Evaluation) -> None:
        run.results.append(self.compute(model))


class Path:
    """A compiled path."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.first = tokens[0]
        self.last = tokens[-1]
        self.is_function = isinstance(tokens[-1], Function)
        self.before_last = tokens[-2].fragment if len(tokens) > 1 else ""
        definite = True
        for token, following in pairwise(tokens):
            following.before = token.before + token.fragment
            token.next = following
            definite = definite and token.definite
            following.after_definite = definite
        self.definite = definite and tokens[-1].definite

    def find(self, document: Any) -> list[Any]:
        """Give all that is found, nothing where a definite path leads nowhere; raises EvaluationError."""
        if self.is_function:
            raise PathError("path functions are not allowed in an extractor")
        if document is None:
            raise PathError("root can not be null")
        try:
            value = self.value(document, document)
        except PathNotFound:
            return []
        return [value] if self.definite else list(value)

    def value(self, model: Any, root: Any, *, strict: bool = False) -> Any:
        """Give the value of a definite path, the list of all values of another; raises EvaluationError."""
        run = Evaluation(self, root, strict)
        self.first.evaluate(model, run)
        if not self.definite:
            return run.results
        if not run.results:
            raise PathNotFound(f"No results for path: {self.last.before}{self.last.fragment}")
        return run.results[-1]
