"""Hot path: the arguments of an HTTP Request: as query, as form, as raw body. Mirrors HTTPArgument and its users."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from pyjm.engine.charsets.charset import known_charset
from pyjm.engine.compile.value import Value, as_flag
from pyjm.engine.http.charsets import charset_called
from pyjm.engine.http.errors import WireError
from pyjm.engine.plan.tree import Node

from .http_escapes import UNSUPPORTED_ENCODING, encoded, form_escape, query_escape, unescape

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User

URL_CHARSET = "UTF-8"
BODY_CHARSET = "ISO-8859-1"

Pairs = list[tuple[str, str]]

FORM_TRACE_BYTES, EMPTY_FORM_TRACE_BYTES, RAW_TRACE_BYTES = 1460, 1272, 1183
"""The stack traces of an unknown charset in JMeter: of a form, of one without parameters, of an escaped raw body."""


class Argument:
    """One argument. `query_name` and `form_name` are its name as it is sent, where that is fixed."""

    __slots__ = ("constant", "content_type", "encode", "form_name", "metadata", "name", "query_name", "value")

    def __init__(self, node: Node, build: Build, path: str) -> None:
        self.name = build.value(node.text("Argument.name"), path)
        self.value = build.value(node.text("Argument.value"), path)
        self.metadata = build.value(node.text("Argument.metadata"), path)
        # an argument that is none of HTTP's own, as old plans have them, is escaped
        always = "false" if node.kind == "HTTPArgument" else "true"
        self.encode: Value[bool] = build.value(node.text("HTTPArgument.always_encode", always), path).map(as_flag)
        self.content_type = build.value(node.text("HTTPArgument.content_type", "text/plain"), path)
        fixed = self.name.constant is not None and self.encode.constant is not None
        self.query_name = self._query_name() if fixed and self.metadata.constant is not None else None
        self.form_name: tuple[str, str] | None = None
        self.constant = fixed and self.value.constant is not None and self.metadata.constant is not None

    @classmethod
    def made(cls, name: str, value: str, sign: str = "=", *, encode: bool = True) -> Argument:
        """Make one that is not written in the plan."""
        argument = cls.__new__(cls)
        argument.metadata, argument.content_type = Value.of(sign), Value.of("text/plain")
        argument.encode = Value.of(encode)
        argument.name, argument.value = Value.of(name), Value.of(value)
        argument.query_name = argument._query_name()
        argument.form_name = None
        argument.constant = True
        return argument

    def holding(self, name: str, value: str | None = None) -> Argument:
        """Copy it with another name, and value if one is given."""
        argument = copy(self)
        argument.name = Value.of(name)
        if value is not None:
            argument.value = Value.of(value)
        argument.query_name = argument.form_name = None
        return argument

    def _query_name(self) -> str:
        name = self.name.constant or ""
        if not name:
            return ""
        return (query_escape(name) if self.encode.constant else name) + (self.metadata.constant or "")


class Arguments:
    """All arguments. They are read once for a sample, by `read`, and then made into what is sent.

    `bodiless` says that all have names, so that they never are the body themselves.
    """

    __slots__ = ("arguments", "constant", "bodiless", "pairs")

    def __init__(self, node: Node | None, build: Build, path: str) -> None:
        items = node.items("Arguments.arguments") if node is not None else []
        self.arguments = [Argument(item, build, path) for item in items if isinstance(item, Node)]
        self.constant = all(argument.constant for argument in self.arguments)
        self.bodiless = not any(a.name.constant == "" or a.name.constant is None for a in self.arguments)
        self.pairs: Pairs | None = None
        if self.constant:
            self.pairs = [(a.name.constant or "", a.value.constant or "") for a in self.arguments]

    @classmethod
    def of(cls, arguments: list[Argument]) -> Arguments:
        """Make a list that a pre-processor has changed."""
        made = cls.__new__(cls)
        made.arguments = arguments
        made.constant = made.bodiless = False
        made.pairs = None
        return made

    def __len__(self) -> int:
        return len(self.arguments)

    def read(self, user: User) -> Pairs:
        """Evaluate names and values."""
        if self.pairs is not None:
            return self.pairs
        return [(a.name.get(user), a.value.get(user)) for a in self.arguments]

    def nameless(self, pairs: Pairs) -> bool:
        """Tell whether there are arguments and none has a name: then they are the body."""
        return bool(pairs) and not any(name for name, _ in pairs)

    def query(self, user: User, pairs: Pairs, charset: str) -> str:
        """Write them as the query of a URL; those without a name are left out."""
        if not charset.strip():
            charset = URL_CHARSET
        known = known_charset(charset)
        out = []
        for argument, (name, value) in zip(self.arguments, pairs):
            encode = argument.encode.get(user)
            begin = argument.query_name
            if begin is None:
                begin = (query_escape(name) if encode else name) + argument.metadata.get(user) if name else ""
            if not begin:
                continue
            if encode:
                value = query_escape(value, charset) if known else ""
            out.append(begin + value)
        return "&".join(out)

    def form(self, user: User, pairs: Pairs, charset: str) -> str:
        """Write them as a form. Raises WireError for what can't be unescaped, and for an unknown charset."""
        if not known_charset(charset):
            self.refuse_form(user, pairs, charset)
        out = []
        for argument, (name, value) in zip(self.arguments, pairs):
            ready = argument.form_name
            if ready is not None and ready[0] == charset:
                begin = ready[1]
            else:
                begin = self.form_begin(user, argument, name, charset)
            if begin:
                if not argument.encode.get(user):
                    value = unescape(value, charset)
                out.append(begin + form_escape(value, charset))
        return "&".join(out)

    def refuse_form(self, user: User, pairs: Pairs, charset: str) -> None:
        """Raise what an unknown charset gives: first where something is to be unescaped, then for the form itself."""
        kept = [argument for argument, (name, _) in zip(self.arguments, pairs) if not skipped(name)]
        for argument in kept:
            if not argument.encode.get(user):
                raise WireError(UNSUPPORTED_ENCODING, charset)
        charset_called(charset, FORM_TRACE_BYTES if kept else EMPTY_FORM_TRACE_BYTES)

    def form_begin(self, user: User, argument: Argument, name: str, charset: str) -> str:
        """Write an argument's name as a form has it, up to its value; empty for one that is left out.

        The charset must exist.
        """
        if skipped(name):
            begin = ""
        elif argument.encode.get(user):
            begin = form_escape(name, charset) + "="
        else:
            begin = form_escape(unescape(name, charset), charset) + "="
        if argument.name.constant is not None and argument.encode.constant is not None:
            argument.form_name = (charset, begin)
        return begin

    def raw(self, user: User, pairs: Pairs, charset: str) -> str:
        """Join the values as a body. `charset` is empty where none is set."""
        out = []
        for argument, (_, value) in zip(self.arguments, pairs):
            if argument.encode.get(user):
                if charset and not known_charset(charset):
                    error = WireError(UNSUPPORTED_ENCODING, charset)
                    error.trace_bytes = RAW_TRACE_BYTES
                    raise error
                value = query_escape(value, charset or URL_CHARSET)
            out.append(value)
        return "".join(out)


def skipped(name: str) -> bool:
    """Tell whether a form leaves an argument out: one without a name, or with a variable for it that is not there."""
    return not name.strip() or (name.strip().startswith("${") and name.endswith("}"))


def body_bytes(text: str, charset: str) -> bytes:
    """Write a raw body; without a charset it is ISO-8859-1, as in JMeter 5.5."""
    return encoded(text, charset or BODY_CHARSET)
