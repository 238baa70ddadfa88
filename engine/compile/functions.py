"""Which function runs which `${__name(…)}`. A function registers a factory; discovery imports the folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyjm.engine.vu.user import User

    from .build import Build
    from .value import Value

Args = list["Value[str]"]
Make = Callable[[Args, "Build", str], Callable[["User"], str]]


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the grammar: `make(args, build, path)` compiles one occurrence of it."""

    name: str
    least: int
    most: float
    make: Make

    def expects(self) -> str:
        """Tell in words how many arguments it takes."""
        if self.least == self.most:
            number = str(self.least) if self.least else "no"
        elif self.most == inf:
            number = f"at least {self.least}"
        else:
            number = f"{self.least} to {self.most}"
        return f"{number} argument{'' if self.least == 1 and self.most in (1, inf) else 's'}"


FUNCTIONS: dict[str, Function] = {}
"""Name with its `__` → function."""

_CORE = """
BeanShell CSVRead FileToString P Random RandomDate RandomFromMultipleVars RandomString StringFromFile StringToFile
TestPlanName UUID V XPath changeCase char counter dateTimeConvert digest escapeHtml
escapeOroRegexpChars escapeXml eval evalVar groovy intSum isPropDefined isVarDefined javaScript jexl2 jexl3 log logn
longSum machineIP machineName property regexFunction samplerName setProperty split threadGroupName threadNum time
timeShift unescape unescapeHtml urldecode urlencode
"""

CORE = frozenset(f"__{name}" for name in _CORE.split())
"""The functions that JMeter itself brings along."""


def function(name: str, least: int, most: float | None = None) -> Callable[[Make], Make]:
    """Register a factory for a function that takes `least` to `most` arguments (as many as `least` if not said)."""

    def register(make: Make) -> Make:
        made = Function(name, least, least if most is None else most, make)
        if FUNCTIONS.setdefault(name, made) is not made:
            raise ValueError(f"two functions {name}")
        return make

    return register
