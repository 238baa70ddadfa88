"""JMESPath, with what JMeter's library does otherwise than Python's.

jmespath is loaded when a plan first needs it: workers without such elements do without.
"""

from __future__ import annotations

import math
import re
import warnings
from functools import cache, lru_cache
from typing import Any

from .jackson import as_text


class JmesError(ValueError):
    """An expression that can't be read, or that can't be applied."""


TYPES = {"None": "null", "str": "string", "int": "number", "float": "number", "bool": "boolean", "list": "array"}


@cache
def _interpreter() -> Any:
    from jmespath import Options, functions, visitor

    class JavaFunctions(functions.Functions):  # type: ignore[misc]
        """Functions whose numbers are doubles in Java."""

        @functions.signature({"types": ["number"]})  # type: ignore[untyped-decorator]
        def _func_abs(self, number: float) -> float:
            return float(abs(number))

        @functions.signature({"types": ["number"]})  # type: ignore[untyped-decorator]
        def _func_ceil(self, number: float) -> float:
            return float(math.ceil(number))

        @functions.signature({"types": ["number"]})  # type: ignore[untyped-decorator]
        def _func_floor(self, number: float) -> float:
            return float(math.floor(number))

        @functions.signature({"types": ["array-number"]})  # type: ignore[untyped-decorator]
        def _func_sum(self, numbers: list[float]) -> float:
            return float(sum(numbers))

        @functions.signature({"types": []})  # type: ignore[untyped-decorator]
        def _func_to_string(self, value: Any) -> str:
            return as_text(value)

    class JavaInterpreter(visitor.TreeInterpreter):  # type: ignore[misc]
        """Comparisons of size are for numbers; between others they give null."""

        def visit_comparator(self, node: Any, value: Any) -> Any:
            one, other = (self.visit(child, value) for child in node["children"])
            if node["value"] not in ("eq", "ne") and not (_is_number(one) and _is_number(other)):
                return None
            return self.COMPARATOR_FUNC[node["value"]](one, other)

    return JavaInterpreter(Options(custom_functions=JavaFunctions()))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


@lru_cache(400)
def compile_jmes(expression: str) -> Any:
    """Compile an expression; raises JmesError."""
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        with warnings.catch_warnings():  # words without quotes between backticks are no JSON
            warnings.simplefilter("error", PendingDeprecationWarning)
            return jmespath.compile(expression)
    except (JMESPathError, PendingDeprecationWarning, ValueError) as error:
        said = f'Unable to compile expression "{expression}": syntax error {" ".join(str(error).split())}'
        raise JmesError(said) from None


def search(expression: str, document: Any) -> Any:
    """Give what an expression finds in a document, None for nothing; raises JmesError."""
    from jmespath.exceptions import JMESPathError, JMESPathTypeError, UnknownFunctionError

    parsed = compile_jmes(expression).parsed
    try:
        return _interpreter().visit(parsed, document)
    except UnknownFunctionError as error:
        name = re.sub(r"^.*?: (\w+).*$", r"\1", f"{error}", flags=re.S)
        at = expression.find(f"{name}(")
        said = f'Unable to compile expression "{expression}": unknown function "{name}" at position {at}'
        raise JmesError(said) from None
    except JMESPathTypeError as error:
        wanted = [TYPES.get(kind, kind) for kind in error.expected_types]
        listed = wanted[0] if len(wanted) == 1 else f"{', '.join(wanted[:-1])} or {wanted[-1]}"
        was = TYPES.get(error.actual_type, error.actual_type)
        raise JmesError(
            f'Invalid argument type calling "{error.function_name}": expected {listed} but was {was}'
        ) from None
    except (JMESPathError, TypeError, ValueError) as error:
        raise JmesError(str(error)) from None
