"""What an extractor of text looks at: the body, the headers and so on, of the samples in scope, or a variable."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from html.entities import name2codepoint
from typing import TYPE_CHECKING

from .document import document_reader
from .scoped import samples_in, scope_of

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.compile.value import Value
    from pyjm.engine.plan.tree import Node
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.post")

ENTITY = re.compile(r"&(?:#(\d+)|#[xX]([0-9a-fA-F]+)|(\w+));")

LARGEST = 2**31 - 1
"""Numbers beyond it are no entities for JMeter."""


def unescape(text: str) -> str:
    """Replace the entities of HTML 4 that end in a semicolon; raises ValueError for a number beyond Unicode."""

    def character(found: re.Match[str]) -> str:
        decimal, hexadecimal, name = found.groups()
        if name:
            return chr(name2codepoint[name]) if name in name2codepoint else found[0]
        code = int(decimal) if decimal else int(hexadecimal, 16)
        return chr(code) if code <= LARGEST else found[0]

    return ENTITY.sub(character, text) if "&" in text else text


def body_of(result: SampleResult) -> str:
    """Give a sample's body."""
    return result.text


SOURCES: dict[str, Callable[[SampleResult], str]] = {
    "true": lambda result: result.response_headers,
    "request_headers": lambda result: result.request_headers,
    "url": lambda result: result.url,
    "code": lambda result: result.response_code,
    "message": lambda result: result.response_message,
    "unescaped": lambda result: unescape(result.text),
}
"""What the property `useHeaders` says, in lower case, → what is looked at; all else is the body."""

DOCUMENT = "as_document"

ALWAYS_KEPT = frozenset({"url", "code", "message"})
"""What a sample has even where nobody reads what went over the wire."""


class Source:
    """Where one extractor looks: `key` names the property that says so, `variable` the one that names a variable."""

    def __init__(self, node: Node, build: Build, key: str, variable: Value[str]) -> None:
        self.name = node.name
        self.scope = scope_of(node, build)
        self.variable = variable
        self.field = build.value(node.text(key), node.path).map(str.lower)
        self.reads_body = self.scope.constant != "variable" and self.field.constant not in ALWAYS_KEPT
        self.sources = SOURCES
        field = self.field.constant
        if field in (DOCUMENT, None) and self.scope.constant != "variable":
            self.sources = {**SOURCES, DOCUMENT: document_reader(node.path, build, sure=field is not None)}

    def texts(self, user: User, result: SampleResult) -> Sequence[str]:
        """Give the texts to look at; none where the variable is not there."""
        scope = self.scope.get(user)
        if scope == "variable":
            value = user.vars.get(self.variable.get(user))
            if value is None:
                log.warning("No variable '%s' found to process by '%s'", self.variable.get(user), self.name)
                return ()
            return (str(value),)
        read = self.sources.get(self.field.get(user), body_of)
        return [read(sample) for sample in samples_in(scope, result)]
