"""An HTTP Request as pre-processors see and change it, for its next sample. Mirrors a sampler's running version."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from pyjm.engine.compile.value import Value

from .http_arguments import URL_CHARSET, Argument, Arguments
from .http_escapes import query_escape, unescape

if TYPE_CHECKING:
    from pyjm.engine.vu.user import User

    from .http_recipe import Recipe

CHANGING = "changes HTTP Requests"
"""What `build.kept` holds where a pre-processor of the plan changes requests."""

IN_PATH = frozenset(("GET", "DELETE"))
"""Methods whose query becomes arguments when a path is set."""


class Changes:
    """What is changed. All that has been looked at is evaluated, and stays as it is for the sample."""

    __slots__ = ("arguments", "recipe", "user")

    def __init__(self, recipe: Recipe, user: User) -> None:
        self.recipe = changed = copy(recipe)
        changed.ready = changed.begun = None
        changed.same = changed.plain_get = False
        self.user = user
        self.arguments: list[Argument] = list(recipe.arguments.arguments)

    def done(self) -> Recipe:
        """Give what the sample is to be made of."""
        self.recipe.arguments = Arguments.of(self.arguments)
        return self.recipe

    @property
    def path(self) -> str:
        """The path; blanks in it are escaped."""
        path = self.recipe.path.get(self.user)
        self.recipe.path = Value.of(path)
        return path.replace(" ", "%20")

    @path.setter
    def path(self, path: str) -> None:
        method = self.recipe.method.get(self.user)
        if method in IN_PATH and not path.startswith(("http://", "https://")):
            path, _, query = path.partition("?")
            self.arguments += decoded_arguments(query)
        self.recipe.path = Value.of(path)

    @property
    def domain(self) -> str:
        """The host."""
        domain = self.recipe.domain.get(self.user)
        self.recipe.domain = Value.of(domain)
        return domain

    @domain.setter
    def domain(self, domain: str) -> None:
        self.recipe.domain = Value.of(domain)
        self.recipe.same_targets = None

    @property
    def protocol(self) -> str:
        """The protocol, http if none is set."""
        protocol = self.recipe.protocol.get(self.user)
        self.recipe.protocol = Value.of(protocol)
        return protocol or "http"

    @protocol.setter
    def protocol(self, protocol: str) -> None:
        self.recipe.protocol = Value.of(protocol.lower())
        self.recipe.same_targets = None

    def read_names(self) -> list[str]:
        """Give the names of the arguments."""
        names = [argument.name.get(self.user) for argument in self.arguments]
        self.arguments = [argument.holding(name) for argument, name in zip(self.arguments, names)]
        return names

    def read_arguments(self) -> list[tuple[str, str]]:
        """Give names and values of the arguments."""
        pairs = [(argument.name.get(self.user), argument.value.get(self.user)) for argument in self.arguments]
        self.arguments = [argument.holding(*pair) for argument, pair in zip(self.arguments, pairs)]
        return pairs


def split_query(query: str) -> list[tuple[str, str, str]]:
    """Read a query: name, the `=` if there is one, value; parts without a name are left out."""
    parts = [part.partition("=") for part in query.split("&")]
    return [part for part in parts if part[0]]


def decoded_arguments(query: str) -> list[Argument]:
    """Make the arguments of a query, unescaped; they are escaped when sent where that changes them."""
    return [decoded_argument(name, value, sign) for name, sign, value in split_query(query)]


def decoded_argument(name: str, value: str, sign: str = "=") -> Argument:
    """Make an argument of one that is escaped; raises WireError for what can't be unescaped."""
    name, value = unescape(name, URL_CHARSET), unescape(value, URL_CHARSET)
    changes = (query_escape(name), query_escape(value)) != (name, value)
    return Argument.made(name, value, sign, encode=changes)
