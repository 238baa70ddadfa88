"""JavaScript as JMeter's functions and conditions use it: on QuickJS, with Java's objects as Rhino shows them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import quickjs

from pyjm.engine.compile.java_text import java_text

from .errors import ScriptError, ScriptUnsupportedError
from .java_objects import ROOTS, call, method, property_of
from .java_statics import call_static

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User

PRELUDE = (Path(__file__).parent / "javascript.js").read_text(encoding="utf-8")

HANDLE, UNDEFINED, STRUCTURE = "\x11", "\x12", "\x13"
"""What an argument begins with that is no plain value."""


class Engine:
    """The JavaScript of one worker. Each evaluation finds a fresh global scope."""

    def __init__(self) -> None:
        self.user: User | None = None
        self.build: Build | None = None
        self.held: list[Any] = []
        self.context = quickjs.Context()
        for name in ("call", "get", "has", "root", "static"):
            self.context.add_callable(f"__{name}", getattr(self, name))
        self.run = self.context.eval(PRELUDE)

    def evaluate(self, code: str, user: User | None = None, build: Build | None = None) -> str:
        """Evaluate a script and give its result as text; JMeter's objects are there for a user. Raises ScriptError."""
        before = self.user, self.build, self.held
        self.user, self.build, self.held = user, build, []
        try:
            code.encode()  # what is no Unicode can't be handed on
            return str(self.run(code, user is not None))
        except (quickjs.JSException, UnicodeError) as error:
            raise ScriptError(str(error).strip().partition("\n")[0]) from None
        finally:
            self.user, self.build, self.held = before

    def check(self, code: str) -> None:
        """Read a script without running it; raises ScriptError."""
        try:
            self.context.eval(f"new Function({json.dumps(code)})")
        except (quickjs.JSException, UnicodeError) as error:
            raise ScriptError(str(error).strip().partition("\n")[0]) from None

    # what the prelude calls

    def target(self, value: Any) -> Any:
        """Take an argument."""
        if isinstance(value, float) and value.is_integer() and abs(value) < 1 << 53:
            return int(value)
        if not isinstance(value, str) or value[:1] not in (HANDLE, UNDEFINED, STRUCTURE):
            return value
        if value[0] == HANDLE:
            return self.held[int(value[1:])]
        return "undefined" if value[0] == UNDEFINED else json.loads(value[1:])

    def tagged(self, value: Any) -> Any:
        """Give a value to JavaScript: a Java text, a number, a boolean, null or the handle of an object."""
        if isinstance(value, str):
            return ord(value) if type(value).__name__ == "Char" else f"s{value}"
        if value is None or isinstance(value, (bool, float)):
            return value
        if isinstance(value, int):
            return value if abs(value) < 1 << 31 else float(value)
        self.held.append(value)
        return f"h{len(self.held) - 1}"

    def root(self, name: str) -> Any:
        """Give one of JMeter's objects; the thread's name is a text of JavaScript's own."""
        assert self.user is not None and self.build is not None
        value = ROOTS[name](self.user, self.build)
        return f"j{value}" if name == "threadName" else self.tagged(value)

    def call(self, of: str, name: str, *args: Any) -> Any:
        """Call a method."""
        target = self.target(of)
        taken = [self.target(arg) for arg in args]
        if name in TEXT_ARGUMENTS:
            taken = [number_text(arg) for arg in taken]
        elif name == "putObject":
            taken = [float(arg) if type(arg) is int else arg for arg in taken]
        value = call(target, name, taken)
        return "u" if value is None and name in NOTHING else self.tagged(value)

    def get(self, of: str, name: str) -> Any:
        """Give a property."""
        target = self.target(of)
        value = len(target) if isinstance(target, list) and name == "length" else property_of(target, name)
        return "u" if value is None else self.tagged(value)

    def has(self, of: str, name: str) -> bool:
        """Tell whether an object has a method."""
        return method(self.target(of), name) is not None

    def static(self, path: str, *args: Any) -> Any:
        """Call a static method, or make an object."""
        return self.tagged(call_static(path, [self.target(arg) for arg in args]))


TEXT_ARGUMENTS = frozenset(("put", "setProperty", "info", "warn", "error", "debug", "concat", "setResponseCode"))
"""Methods whose arguments are texts, whatever is given."""

_NOTHING = """
put putObject info warn error debug trace println print clear setResponseCode setResponseMessage setSampleLabel
setSuccessful setResponseOK setStopThread setStopTest setStopTestNow setResponseCodeOK setResponseMessageOK
"""

NOTHING = frozenset(_NOTHING.split())
"""Methods that give nothing."""


def number_text(value: Any) -> Any:
    """Write what is no text as JavaScript would."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (list, tuple)):
        return ",".join(java_text(item) for item in value)
    return "[object Object]" if isinstance(value, dict) else java_text(value)


ENGINES: list[Engine] = []
"""The engine of this process, once there is one."""


def engine() -> Engine:
    """Give the engine of this process."""
    if not ENGINES:
        ENGINES.append(Engine())
    return ENGINES[0]


__all__ = ["Engine", "ScriptError", "ScriptUnsupportedError", "engine"]
