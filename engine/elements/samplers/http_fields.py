"""Hot path: the header fields of an HTTP Request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from pyjm.engine.http.request import field_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyjm.engine.compile.value import Value
    from pyjm.engine.vu.user import User

    from .http_target import Target

Written = tuple["Value[str]", "Value[str]"]
Field = tuple[str, str]
T = TypeVar("T")

OF_TARGET = frozenset(("host", "proxy-connection"))
_PORT = re.compile(r":(\d+)$")


def merged_fields(managers: Sequence[Sequence[Written]]) -> list[Written]:
    """Join the fields of the Header Managers in scope, innermost first: a name that is there already is not added.

    All names must be constant.
    """
    merged = _merged([[(name.constant or "", (name, value)) for name, value in manager] for manager in managers])
    return [each for _, each in merged]


def _merged(managers: Sequence[Sequence[tuple[str, T]]]) -> list[tuple[str, T]]:
    """Join lists of named things, the first whole, of the others what is not there yet, in any case of letters."""
    out: list[tuple[str, T]] = []
    names: set[str] = set()
    for at, manager in enumerate(managers):
        for name, each in manager:
            if not at or name.lower() not in names:
                names.add(name.lower())
                out.append((name, each))
    return out


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

    def cookies(self) -> str:
        """Give the plan's own cookies as the sample shows them: from the second field on with its name."""
        lines = [f"{name}: {value}" for name, value in self.fields if name.lower() == "cookie"]
        return "\n".join(lines)[len("Cookie: ") :]

    def as_written(self) -> dict[str, str]:
        """Give the fields that are sent in another form than they are written, as lines: what was sent → written."""
        lines = [f"{name}: {value}" for name, value in self.fields]
        sent = [field_lines((field,)).decode("latin-1")[:-2] for field in self.fields]
        return {there: here for here, there in zip(lines, sent) if here != there}

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

    def adding(self, lines: bytes) -> Own:
        """Add fields, given as lines."""
        split = [line.partition(": ") for line in lines.decode("latin-1").split("\r\n") if line]
        return Own([*self.fields, *[(name, value) for name, _, value in split]]) if split else self

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
    """The fields of the Header Managers in a sampler's scope, behind a field Connection.

    With `verbatim` all of them are sent as they are written, Host and Content-Length too.
    """

    __slots__ = ("_managers", "_names", "_verbatim", "_written", "constant")

    def __init__(self, managers: Sequence[Sequence[Written]], verbatim: bool = False) -> None:
        self._verbatim = verbatim
        fixed = all(name.constant is not None for manager in managers for name, _ in manager)
        self._managers = None if fixed else managers
        written = merged_fields(managers) if fixed else [each for manager in managers for each in manager]
        self._written = [each for each in written if verbatim or (each[0].constant or "").lower() != "content-length"]
        self.constant = all(name.constant is not None and value.constant is not None for name, value in self._written)
        names = [name.constant.lower() for name, _ in self._written if name.constant is not None]
        self._names: frozenset[str] | None = None
        if len(names) == len(self._written) and "connection" not in names and "host" not in names:
            self._names = frozenset(("connection", *names))
        self.constant = self.constant and (verbatim or "host" not in names)

    def ready(self, connection: Field) -> Own:
        """Give the fields where they are the same for all users and targets (`constant`)."""
        return Own([connection, *[(name.constant or "", value.constant or "") for name, value in self._written]])

    def read(self, user: User, target: Target, connection: Field) -> Own:
        """Evaluate the fields for a request."""
        if self._managers is None:
            fields = [connection, *[(name.get(user), value.get(user)) for name, value in self._written]]
            if self._names is not None:
                return Own(fields, self._names)
        else:
            told = [[(name.get(user), value.get(user)) for name, value in manager] for manager in self._managers]
            fields = [connection, *_merged(told)]
        if self._verbatim:
            return Own(fields)
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
