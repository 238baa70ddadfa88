"""Which class runs which JMX element. An element registers itself; discovery imports the folders."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from .element import Element

C = TypeVar("C", bound="type[Element]")

ELEMENTS: dict[str, type[Element]] = {}
"""JMX tag (aliases resolved) → class."""


def element(*kinds: str) -> Callable[[C], C]:
    """Register a class for JMX tags; a tag registered twice is a mistake of ours."""

    def register(cls: C) -> C:
        for kind in kinds:
            if ELEMENTS.setdefault(kind, cls) is not cls:
                raise ValueError(f"two classes for {kind}: {ELEMENTS[kind].__name__} and {cls.__name__}")
        return cls

    return register


def discover(package: ModuleType) -> None:
    """Import the modules of a package, so that what they hold is registered; of one with ROLES, those of its roles."""
    roles = [importlib.import_module(f"{package.__name__}.{role}") for role in getattr(package, "ROLES", ())]
    for folder in roles or [package]:
        for module in pkgutil.iter_modules(folder.__path__, f"{folder.__name__}."):
            importlib.import_module(module.name)
