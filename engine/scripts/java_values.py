"""The methods of Java's numbers, lists, sets and maps that scripts call."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from pyjm.engine.compile.java_text import java_text

from .errors import ScriptError
from .java_strings import hash_code

Methods = dict[str, Callable[..., Any]]


def element(held: list[Any], at: int) -> Any:
    """Give an element of a list."""
    if not 0 <= at < len(held):
        raise ScriptError(f"Index {at} out of bounds for length {len(held)}")
    return held[at]


def add(held: list[Any], *value: Any) -> Any:
    """Do List.add."""
    if len(value) == 2:
        held.insert(*value)
        return None
    held.append(value[0])
    return True


def remove(held: list[Any], at: int) -> Any:
    """Do List.remove(int)."""
    element(held, at)
    return held.pop(at)


def put(held: dict[Any, Any], key: Any, value: Any) -> Any:
    """Do Map.put."""
    before = held.get(key)
    held[key] = value
    return before


def same_number(number: Any, other: Any) -> bool:
    """Do Integer.equals."""
    return type(number) is type(other) and bool(number == other)


def is_in(held: Any, value: Any) -> bool:
    """Tell whether a collection holds a value of the same type."""
    return any(type(one) is type(value) and one == value for one in held)


ANY: Methods = {
    "toString": java_text,
    "equals": lambda value, other: type(value) is type(other) and value == other,
    "hashCode": lambda value: hash_code(value) if isinstance(value, str) else hash(value) & 0x7FFFFFFF,
}
NUMBER: Methods = {
    "intValue": lambda number: (int(number) + (1 << 31)) % (1 << 32) - (1 << 31),
    "longValue": int,
    "doubleValue": float,
    "floatValue": float,
    "shortValue": int,
    "byteValue": int,
    "equals": same_number,
    "compareTo": lambda number, other: (number > other) - (number < other),
    "isNaN": math.isnan,
    "isInfinite": math.isinf,
}
LIST: Methods = {
    "size": len,
    "isEmpty": lambda held: not held,
    "get": element,
    "set": lambda held, at, value: (element(held, at), held.__setitem__(at, value))[0],
    "add": add,
    "addAll": lambda held, more: held.extend(more) or bool(more),
    "remove": remove,
    "clear": lambda held: held.clear(),
    "contains": is_in,
    "indexOf": lambda held, value: next((at for at, one in enumerate(held) if one == value), -1),
    "subList": lambda held, start, end: list(held[start:end]),
}
SET: Methods = {
    "size": len,
    "isEmpty": lambda held: not held,
    "contains": is_in,
    "add": lambda held, value: value not in held and held.add(value) is None,
    "remove": lambda held, value: value in held and held.discard(value) is None,
}
MAP: Methods = {
    "size": len,
    "isEmpty": lambda held: not held,
    "get": lambda held, key: held.get(key),
    "getOrDefault": lambda held, key, other: held.get(key, other),
    "put": put,
    "remove": lambda held, key: held.pop(key, None),
    "containsKey": lambda held, key: key in held,
    "containsValue": lambda held, value: is_in(held.values(), value),
    "keySet": list,
    "values": lambda held: list(held.values()),
}
