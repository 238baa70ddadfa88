"""What an engine refuses that must run no scripts: elements and functions that reach beyond the test.

JavaScript and JEXL in functions and conditions stay: their interpreters here see variables and properties, and nothing
of the machine.
"""

from __future__ import annotations

_ELEMENTS = ("BSF", "BeanShell", "JSR223")
_FUNCTIONS = frozenset({"__BeanShell", "__groovy"})

REMEDY = "disable it, or start that server without --no-scripts and pyjm.no_scripts"


def forbidden_element(kind: str) -> str:
    """Say why an element is refused; empty where it is not."""
    if kind == "SystemSampler":
        return "it starts processes, which this server does not allow"
    return f"{kind} runs scripts, which this server does not allow" if kind.startswith(_ELEMENTS) else ""


def forbidden_function(name: str) -> str:
    """Say why a function is refused; empty where it is not."""
    return f"the function {name} runs scripts, which this server does not allow" if name in _FUNCTIONS else ""
