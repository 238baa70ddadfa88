"""What a JEXL expression in JMeter can call: methods of texts, `vars`, `props`, `ctx`, `log`, the previous sample."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pyjm.engine.compile.java_text import java_text, java_trim

from .jexl_words import JexlError, JexlUnsupportedError

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.functions")


class Vars:
    """`vars`: JMeter's variables of a user."""

    def __init__(self, user: User) -> None:
        self.held = user.vars

    def get(self, name: str) -> str | None:
        """Give a variable's text."""
        value = self.held.get(name)
        return None if value is None else java_text(value)

    def named(self, name: str) -> Any:
        """Give what `vars.name` and `vars["name"]` mean."""
        return self.get(name)


class Props:
    """`props`: JMeter's properties."""

    def __init__(self, build: Build) -> None:
        self.build = build

    def named(self, name: str) -> Any:
        """Give what `props.name` and `props["name"]` mean."""
        return self.build.properties.get(name)

    def put(self, name: str, value: str) -> str | None:
        """Set a property and give what it was."""
        before = self.build.properties.get(name)
        if self.build.set_property is not None:
            self.build.set_property(name, value)
        else:
            self.build.properties[name] = value
        return before


class Context:
    """`ctx`: of JMeter's context, the thread's number."""

    def __init__(self, user: User) -> None:
        self.user = user

    def named(self, name: str) -> Any:
        """Give what `ctx.threadNum` means."""
        return self.user.number if name == "threadNum" else None


class Log:
    """`log`: the log of functions."""

    def named(self, name: str) -> Any:
        """Give nothing: a log has no properties."""
        return


class Previous:
    """`sampleResult`: the sample before this one."""

    def __init__(self, user: User) -> None:
        assert user.previous is not None
        self.result = user.previous

    def named(self, name: str) -> Any:
        """Give what `sampleResult.responseCode` means."""
        getter = PREVIOUS.get(f"get{name[:1].upper()}{name[1:]}") or PREVIOUS.get(f"is{name[:1].upper()}{name[1:]}")
        return None if getter is None else getter(self)


def java_split(text: str, pattern: str) -> list[str]:
    """Divide a text as String.split does: empty parts at the end are left out."""
    parts = re.split(pattern, text)
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return parts


def java_index(text: str, wanted: str, start: int = 0) -> int:
    """Find a text in another."""
    return text.find(wanted, max(0, start))


def java_substring(text: str, start: int, end: int | None = None) -> str:
    """Cut a text; raises where it is not that long."""
    stop = len(text) if end is None else end
    if not 0 <= start <= stop <= len(text):
        raise JexlError(f"begin {start}, end {stop}, length {len(text)}")
    return text[start:stop]


def java_replacement(text: str) -> str:
    """Turn what replaces a match from Java's form (`$1`) into Python's."""
    return re.sub(r"\\(.)|\$(\d)", lambda m: f"\\g<{m[2]}>" if m[2] else m[1].replace("\\", "\\\\"), text)


def compare_to(text: str, other: str) -> int:
    """Order two texts as String.compareTo does."""
    for a, b in zip(text, other):
        if a != b:
            return ord(a) - ord(b)
    return len(text) - len(other)


TEXT: dict[str, Callable[..., Any]] = {
    "length": len,
    "size": len,
    "isEmpty": lambda text: not text,
    "isBlank": lambda text: not text.strip(),
    "trim": java_trim,
    "strip": lambda text: text.strip(),
    "toString": lambda text: text,
    "toUpperCase": lambda text: text.upper(),
    "toLowerCase": lambda text: text.lower(),
    "equals": lambda text, other: text == other,
    "equalsIgnoreCase": lambda text, other: isinstance(other, str) and text.casefold() == other.casefold(),
    "compareTo": compare_to,
    "contains": lambda text, part: isinstance(part, str) and part in text,
    "startsWith": lambda text, part: text.startswith(part),
    "endsWith": lambda text, part: text.endswith(part),
    "matches": lambda text, pattern: re.fullmatch(pattern, text) is not None,
    "indexOf": java_index,
    "lastIndexOf": lambda text, part: text.rfind(part),
    "substring": java_substring,
    "concat": lambda text, other: text + other,
    "replace": lambda text, old, new: text.replace(old, new),
    "replaceAll": lambda text, pattern, new: re.sub(pattern, java_replacement(new), text),
    "replaceFirst": lambda text, pattern, new: re.sub(pattern, java_replacement(new), text, count=1),
    "split": java_split,
}
NUMBER: dict[str, Callable[..., Any]] = {
    "toString": java_text,
    "intValue": int,
    "longValue": int,
    "doubleValue": float,
    "equals": lambda number, other: type(number) is type(other) and number == other,
}
LIST: dict[str, Callable[..., Any]] = {
    "size": len,
    "isEmpty": lambda held: not held,
    "get": lambda held, at: held[at],
    "contains": lambda held, value: value in held,
    "toString": java_text,
}
MAP: dict[str, Callable[..., Any]] = {
    "size": len,
    "isEmpty": lambda held: not held,
    "get": lambda held, key: held.get(key),
    "containsKey": lambda held, key: key in held,
    "toString": java_text,
}
VARS: dict[str, Callable[..., Any]] = {
    "get": lambda these, name: these.get(name),
    "getObject": lambda these, name: these.held.get(name),
    "put": lambda these, name, value: these.held.__setitem__(name, value),
    "putObject": lambda these, name, value: these.held.__setitem__(name, value),
    "remove": lambda these, name: these.held.pop(name, None),
}
PROPS: dict[str, Callable[..., Any]] = {
    "get": lambda these, name: these.named(name),
    "getProperty": lambda these, name, default=None: default if these.named(name) is None else these.named(name),
    "containsKey": lambda these, name: name in these.build.properties,
    "put": lambda these, name, value: these.put(name, value),
    "setProperty": lambda these, name, value: these.put(name, value),
}
PREVIOUS: dict[str, Callable[..., Any]] = {
    "getResponseCode": lambda these: these.result.response_code,
    "getResponseMessage": lambda these: these.result.response_message,
    "getSampleLabel": lambda these: these.result.label,
    "isSuccessful": lambda these: these.result.success,
    "getTime": lambda these: these.result.elapsed_ms,
}
LOG: dict[str, Callable[..., Any]] = {
    "debug": lambda these, text: log.debug("%s", text),
    "info": lambda these, text: log.info("%s", text),
    "warn": lambda these, text: log.warning("%s", text),
    "error": lambda these, text: log.error("%s", text),
}
METHODS: list[tuple[type | tuple[type, ...], dict[str, Callable[..., Any]]]] = [
    (str, TEXT),
    (bool, {"toString": java_text}),
    ((int, float), NUMBER),
    ((list, tuple), LIST),
    (Mapping, MAP),
    (Vars, VARS),
    (Props, PROPS),
    (Context, {"getThreadNum": lambda these: these.user.number}),
    (Log, LOG),
    (Previous, PREVIOUS),
]
KNOWN = frozenset(name for _, methods in METHODS for name in methods)
"""All methods that there are."""


def call(target: Any, name: str, args: list[Any]) -> Any:
    """Call a method; raises JexlError where it does not exist or fails."""
    for kind, methods in METHODS:
        if isinstance(target, kind):
            method = methods.get(name)
            if method is None:
                raise JexlUnsupportedError(f"the method {name} of {type(target).__name__.lower()}")
            try:
                return method(target, *args)
            except (TypeError, AttributeError, IndexError, re.error, ValueError) as error:
                raise JexlError(f"{name}: {error}") from None
    raise JexlError(f"no method {name} of {'null' if target is None else type(target).__name__}")
