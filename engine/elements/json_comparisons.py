"""How two values of a JSONPath filter compare. Mirrors the evaluators of Jayway's json-path.

A value compares with one of its kind only; a number and a text compare in the kind of the left one. What a path does
not find equals nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from .json_path_tokens import UNDEFINED, EvaluationError
from .json_text import write_json


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else write_json(value)


def equal(left: Any, right: Any) -> bool:
    """Compare as Jayway's == does."""
    if _is_number(left) and (_is_number(right) or isinstance(right, str)):
        there = _number(right)
        return there is not None and _number(left) == there
    if isinstance(left, str) and (isinstance(right, str) or _is_number(right)):
        return left == _text(right)
    if isinstance(left, (dict, list)) and isinstance(right, (dict, list)):
        return left == right
    if left is UNDEFINED or right is UNDEFINED:
        return False
    return left is right


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def function(left: Any, right: Any) -> bool:
        if _is_number(left) and _is_number(right):
            return compare(Decimal(str(left)), Decimal(str(right)))
        return isinstance(left, str) and isinstance(right, str) and compare(left, right)

    return function


def _same_kind(left: Any, right: Any) -> bool:
    kinds = [
        "number" if _is_number(v) else "json" if isinstance(v, (dict, list)) else type(v).__name__
        for v in (left, right)
    ]
    return kinds[0] == kinds[1]


def _matches(left: Any, right: Any) -> bool:
    if isinstance(left, re.Pattern) is isinstance(right, re.Pattern):
        return False
    pattern, value = (left, right) if isinstance(left, re.Pattern) else (right, left)
    if isinstance(value, list):
        return any(pattern.fullmatch(_subject(one)) for one in value)
    return pattern.fullmatch(_subject(value)) is not None


def _subject(value: Any) -> str:
    return _text(value) if isinstance(value, (str, bool)) or _is_number(value) else ""


def _contains(left: Any, right: Any) -> bool:
    if isinstance(left, str):
        return isinstance(right, str) and right in left
    if isinstance(left, list) and any(isinstance(one, (dict, list)) for one in left):
        raise EvaluationError("Could not determine value type")
    return isinstance(left, list) and any(equal(one, right) for one in left)


def _within(left: Any, right: Any) -> bool:
    return isinstance(right, list) and any(equal(left, one) for one in right)


def _of_size(left: Any, right: Any) -> bool:
    if not _is_number(right):
        return False
    return isinstance(left, (str, list)) and len(left) == int(right)


def _empty(left: Any, right: Any) -> bool:
    if isinstance(left, dict):
        raise EvaluationError("an object can't be asked whether it is empty")
    return isinstance(left, (str, list)) and (not left) is bool(right)


def _lists(compare: Callable[[list[Any], list[Any]], bool]) -> Callable[[Any, Any], bool]:
    return lambda left, right: isinstance(left, list) and isinstance(right, list) and compare(left, right)


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "===": lambda left, right: _same_kind(left, right) and equal(left, right),
    "!==": lambda left, right: not (_same_kind(left, right) and equal(left, right)),
    "<": _ordered(lambda left, right: bool(left < right)),
    "<=": _ordered(lambda left, right: bool(left <= right)),
    ">": _ordered(lambda left, right: bool(left > right)),
    ">=": _ordered(lambda left, right: bool(left >= right)),
    "=~": _matches,
    "IN": _within,
    "NIN": lambda left, right: not _within(left, right),
    "CONTAINS": _contains,
    "ALL": _lists(lambda left, right: all(_within(one, left) for one in right)),
    "SIZE": _of_size,
    "EMPTY": _empty,
    "SUBSETOF": _lists(lambda left, right: all(_within(one, right) for one in left)),
    "ANYOF": _lists(lambda left, right: any(_within(one, right) for one in left)),
    "NONEOF": _lists(lambda left, right: not any(_within(one, right) for one in left)),
}
