"""JSON as Java's libraries write it: without blanks, their numbers and words alike; they differ in what they escape."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pyjm.engine.compile.java_text import double_text


class JsonWriter:
    """Writes values of Python's own reader; `escaped` finds what is escaped, `short` has what has a sign for it."""

    def __init__(self, escaped: re.Pattern[str], short: Mapping[str, str]) -> None:
        self.escaped = escaped
        self.short = short

    def __call__(self, value: Any) -> str:
        """Write a value."""
        if isinstance(value, str):
            return f'"{self.escaped.sub(self.sign, value)}"'
        if isinstance(value, bool):
            return "true" if value else "false"
        if value is None:
            return "null"
        if isinstance(value, float):
            return double_text(value)
        if isinstance(value, dict):
            return "{" + ",".join(f"{self(key)}:{self(inner)}" for key, inner in value.items()) + "}"
        if isinstance(value, list):
            return f"[{','.join(map(self, value))}]"
        return str(value)

    def sign(self, found: re.Match[str]) -> str:
        """Write what is escaped."""
        return self.short.get(found[0]) or f"\\u{ord(found[0]):04X}"
