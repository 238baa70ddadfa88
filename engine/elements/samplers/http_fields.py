"""Hot path: the header fields of an HTTP Request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyjm.engine.http.request import field_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyjm.engine.compile.value import Value
    from pyjm.engine.vu.user import User

    from .http_target import Target

Written = tuple["Value[str]", "Value[str]"]
Field = tuple[str, str]

_PORT = re.compile(r":(\d+)$")


def merged_fields(managers: Sequence[Sequence[Written]]) -> list[Written]:
    """Join the fields of the Header Managers in scope, innermost first: a name that is there already is not added."""
    fields: list[Written] = []
    names: set[str] = set()
    for at, manager in enumerate(managers):
        for name, value in manager:
            key = name.constant.lower() if name.constant is not None else f"${id(name)}"
            if at and key in names:
                continue
            names.add(key)
            fields.append((name, value))
    return fields


class Fields:
    """The fields of the Header Managers in a sampler's scope."""

    __slots__ = ("_ready", "_written", "constant")

    def __init__(self, written: list[Written]) -> None:
        self._written = [each for each in written if (each[0].constant or "").lower() != "content-length"]
        self._ready: list[Field] = []
        self.constant = all(name.constant is not None and value.constant is not None for name, value in self._written)
        if self.constant:
            self._ready = [(name.constant or "", value.constant or "") for name, value in self._written]
            self.constant = not has(self._ready, "host")

    def read(self, user: User, target: Target) -> list[Field]:
        """Evaluate them for a request."""
        fields = self._ready
        if not fields:
            fields = [(name.get(user), value.get(user)) for name, value in self._written]
            fields = [field for field in fields if field[0].lower() != "content-length"]
        if not self.constant and has(fields, "host"):
            return [("Host", host_of(value, target)) if is_host(name) else (name, value) for name, value in fields]
        return fields

    @property
    def ready(self) -> list[Field]:
        """The fields, where they are the same for all users and targets (`constant`)."""
        return self._ready


def is_host(name: str) -> bool:
    """Tell whether a field is Host."""
    return name.lower() == "host"


def host_of(value: str, target: Target) -> str:
    """Give a Host field of the plan with its port, else that of the URL."""
    found = _PORT.search(value)
    port = int(found[1]) if found else target.url.port
    host = _PORT.sub("", value)
    default = 443 if target.url.protocol == "https" else 80
    return host if port in (-1, default) else f"{host}:{port}"


def closing(fields: Sequence[Field]) -> bool:
    """Tell whether a request asks for the connection to be closed."""
    for name, value in fields:
        if name.lower() == "connection" and "close" in [word.strip().lower() for word in value.split(",")]:
            return True
    return False


def has(fields: Sequence[Field], name: str) -> bool:
    """Tell whether there is a field of that name, given in lower case."""
    return any(field.lower() == name for field, _ in fields)


def first(fields: Sequence[Field], name: str) -> str | None:
    """Give the value of the first field of that name, given in lower case."""
    return next((value for field, value in fields if field.lower() == name), None)


def with_first(fields: Sequence[Field], name: str, value: str) -> list[Field]:
    """Replace the first field of that name, or add one."""
    changed = list(fields)
    for at, (field, _) in enumerate(changed):
        if field.lower() == name.lower():
            changed[at] = (name, value)
            return changed
    changed.append((name, value))
    return changed


def lines(fields: Sequence[Field]) -> bytes:
    """Write fields, none included."""
    return field_lines(fields) if fields else b""
