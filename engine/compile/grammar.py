"""The grammar of `${…}`: variables and functions, nested and escaped as JMeter parses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .value import Value

if TYPE_CHECKING:
    from .build import Build


def compile_text(raw: str, build: Build, path: str) -> Value[str]:
    """Compile a text; one without `${` is a constant."""
    return Value.of(raw)
