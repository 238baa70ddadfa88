"""HTTP URL Re-writing Modifier: takes a session's number from one answer into the next request.

Mirrors URLRewritingModifier.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import PreProcessor, flag, text
from pyjm.engine.compile.registry import element
from pyjm.engine.elements.regex import compile_regex, is_java
from pyjm.engine.elements.samplers.http_arguments import URL_CHARSET, Argument
from pyjm.engine.elements.samplers.http_changes import CHANGING, Changes
from pyjm.engine.elements.samplers.http_escapes import unescape
from pyjm.engine.elements.samplers.http_request import HttpRequest
from pyjm.engine.plan.tree import Node

if TYPE_CHECKING:
    from pyjm.engine.vu.user import User

NAME = r"\s[Nn][Aa][Mm][Ee]\s*=\s*[\"']{}[\"']"
VALUE = r"\s[vV][Aa][Ll][Uu][Ee]\s*=\s*[\"']([^\"']*)[\"']"
AS_ARGUMENT = rf"[;\?&]{{}}=([^\"'<>&\s;\\]*)|{NAME}[^>]*{VALUE}|{VALUE}[^>]*{NAME}"
"""In a link, or in a form's field, whose attributes may stand in either order."""


@element("URLRewritingModifier")
class UrlRewritingModifier(PreProcessor):
    """Puts what the previous answer says of an argument into the next request, as argument or as part of the path."""

    argument = text("argument_name")
    in_path = flag("path_extension")
    without_sign = flag("path_extension_no_equals")
    before_query = flag("path_extension_no_questionmark")
    keeps = flag("cache_value", True)
    encoded = flag("encode")

    def prepare(self, node: Node, build: Build) -> None:
        build.kept[CHANGING] = True
        build.reads_previous = True
        self.java = is_java(build.properties)

    def before(self, user: User) -> None:
        sampler = user.step.sampler if user.step is not None else None
        if not isinstance(sampler, HttpRequest) or user.previous is None:
            return
        name, in_path, without_sign = self.argument.get(user), self.in_path.get(user), self.without_sign.get(user)
        quoted = re.sub(r"(\W)", r"\\\1", name, flags=re.ASCII)
        if in_path:
            end = "?" if self.before_query.get(user) else ""
            source = f";{quoted}{'' if without_sign else '='}([^\"'<>&\\s;{end}]*)"
        else:
            source = AS_ARGUMENT.format(quoted, quoted, quoted)
        found = compile_regex(source, self.java).search(user.previous.text)
        value = next((group for group in found.groups() if group is not None), "") if found else ""
        if self.keeps.get(user):
            value = user.state[self] = value or user.state.get(self, "")
        changes = sampler.changes(user)
        if in_path:
            extend_path(changes, name, "" if without_sign else "=", value)
        else:
            names = changes.read_names()
            changes.arguments = [each for each, other in zip(changes.arguments, names) if other != name]
            if not self.encoded.get(user):
                name, value = unescape(name, URL_CHARSET), unescape(value, URL_CHARSET)
            changes.arguments.append(Argument.made(name, value))


def extend_path(changes: Changes, name: str, sign: str, value: str) -> None:
    """Put an argument at the end of the path, in the place of the one that it has."""
    path = changes.path
    before, found, _ = path.partition(f";{name}")
    if found:
        query = path.find("?")
        path = before if query < 0 else before + path[query:]
    changes.path = f"{path};{name}{sign}{value}"
