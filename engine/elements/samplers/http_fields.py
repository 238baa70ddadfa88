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

OF_TARGET = frozenset(("host", "proxy-connection"))
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


class Own:
    """The fields that come first in a request: Connection, and those of the Header Managers.

    `names` are theirs in lower case; `keep` says that none asks for the connection to be closed, `overrides` that
    fields that follow from where a request goes are among them.
    """

    __slots__ = ("fields", "keep", "lines", "names", "overrides")

    def __init__(self, fields: list[Field], names: frozenset[str] | None = None) -> None:
        self.fields = fields
        self.lines = field_lines(fields)
        self.names = frozenset(name.lower() for name, _ in fields) if names is None else names
        # names that are given are never without "host" being looked for
        self.overrides = not self.names.isdisjoint(OF_TARGET) if names is None else "proxy-connection" in names
        self.keep = fields[0][1] != "close" and (names is not None or not closing(fields))

    def first(self, name: str) -> str | None:
        """Give the value of the first field of that name, given in lower case."""
        return next((value for field, value in self.fields if field.lower() == name), None)

    def left(self, lines: bytes) -> bytes:
        """Leave out of the fields of a target, as lines, those that are there already."""
        split = [(line.partition(b":")[0].decode().lower(), line) for line in lines.splitlines(keepends=True)]
        return b"".join([line for name, line in split if name not in self.names])

    def with_first(self, name: str, value: str) -> Own:
        """Replace the first field of that name."""
        changed = list(self.fields)
        at = next(at for at, (field, _) in enumerate(changed) if field.lower() == name.lower())
        changed[at] = (name, value)
        return Own(changed)

    def replacing(self, fields: Sequence[Field]) -> Own:
        """Set fields: in the place of the first one of their name, else behind all."""
        changed = self
        for name, value in fields:
            changed = (
                changed.with_first(name, value)
                if name.lower() in changed.names
                else Own([*changed.fields, (name, value)])
            )
        return changed

    def without(self, name: str) -> Own:
        """Leave all fields of that name, given in lower case, out."""
        return Own([field for field in self.fields if field[0].lower() != name])


class Fields:
    """The fields of the Header Managers in a sampler's scope, behind a field Connection."""

    __slots__ = ("_names", "_written", "constant")

    def __init__(self, written: list[Written]) -> None:
        self._written = [each for each in written if (each[0].constant or "").lower() != "content-length"]
        self.constant = all(name.constant is not None and value.constant is not None for name, value in self._written)
        names = [name.constant.lower() for name, _ in self._written if name.constant is not None]
        self._names: frozenset[str] | None = None
        if len(names) == len(self._written) and "connection" not in names and "host" not in names:
            self._names = frozenset(("connection", *names))
        self.constant = self.constant and "host" not in names

    def ready(self, connection: Field) -> Own:
        """Give the fields where they are the same for all users and targets (`constant`)."""
        return Own([connection, *[(name.constant or "", value.constant or "") for name, value in self._written]])

    def read(self, user: User, target: Target, connection: Field) -> Own:
        """Evaluate the fields for a request."""
        fields = [connection, *[(name.get(user), value.get(user)) for name, value in self._written]]
        if self._names is not None:
            return Own(fields, self._names)
        fields = [field for field in fields if field[0].lower() != "content-length"]
        return Own([("Host", host_of(field[1], target)) if field[0].lower() == "host" else field for field in fields])


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
