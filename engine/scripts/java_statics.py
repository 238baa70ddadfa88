"""Static methods and constructors of Java's classes that scripts name in full."""

from __future__ import annotations

import math
import random
import time
import uuid
from collections.abc import Callable
from typing import Any

from pyjm.engine.compile.java_text import java_text

from .errors import ScriptError, ScriptUnsupportedError
from .java_objects import Date


def parse_int(text: str, radix: int = 10) -> int:
    """Do Integer.parseInt."""
    return int(text, radix)


STATICS: dict[str, Callable[..., Any]] = {
    "java.lang.System.currentTimeMillis": lambda: time.time_ns() // 1_000_000,
    "java.lang.System.nanoTime": time.perf_counter_ns,
    "java.lang.Integer.parseInt": parse_int,
    "java.lang.Integer.valueOf": parse_int,
    "java.lang.Long.parseLong": parse_int,
    "java.lang.Double.parseDouble": float,
    "java.lang.String.valueOf": java_text,
    "java.lang.Math.max": max,
    "java.lang.Math.min": min,
    "java.lang.Math.abs": abs,
    "java.lang.Math.random": random.random,
    "java.lang.Math.floor": lambda number: float(math.floor(number)),
    "java.lang.Math.ceil": lambda number: float(math.ceil(number)),
    "java.lang.Math.round": lambda number: math.floor(number + 0.5),
    "java.lang.Math.pow": lambda a, b: float(a**b),
    "java.lang.Math.sqrt": math.sqrt,
    "java.util.UUID.randomUUID": lambda: str(uuid.uuid4()),
    "new java.lang.String": lambda text="": text,
    "new java.lang.Integer": int,
    "new java.util.ArrayList": lambda held=(): list(held),
    "new java.util.HashMap": dict,
    "new java.util.HashSet": set,
    "new java.util.Date": Date,
}
"""`class.method`, or `new class` → what it does."""


def call_static(path: str, args: list[Any]) -> Any:
    """Call one; raises ScriptError where it fails."""
    found = STATICS.get(path)
    if found is None:
        raise ScriptUnsupportedError(path)
    try:
        return found(*args)
    except (TypeError, ArithmeticError, ValueError) as error:
        raise ScriptError(f"{path}: {error}") from None
