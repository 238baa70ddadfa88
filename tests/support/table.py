"""The table of what pyjm runs of Apache JMeter, made from its registries: `python tests/support/table.py --write`.

`jmeter_names.txt` holds the names of JMeter 5.5's saveservice.properties but for those of windows.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pyjm.engine.elements
import pyjm.engine.functions
from pyjm.engine.compile.absent import ABSENT, absent_functions
from pyjm.engine.compile.functions import CORE, FUNCTIONS
from pyjm.engine.compile.program import WRITTEN_ONLY
from pyjm.engine.compile.registry import ELEMENTS, discover
from pyjm.engine.plan.names import OLD_KINDS

HERE = Path(__file__).resolve().parent
TABLE = HERE.parents[1] / "SUPPORT.md"
_PARTS = """
Argument Authorization Cookie FloatProperty HTTPArgument HTTPFileArg HTTPFileArgs Header JMSProperties
JMSProperty LDAPArgument LDAPArguments SampleSaveConfiguration StaticHost boolProp collectionProp doubleProp
elementProp hashTree intProp jmeterTestPlan longProp mapProp objProp stringProp
"""

PARTS = frozenset(_PARTS.split())
"""Names of what stands inside elements: it is read with them."""

_INNER = """
JavaTest MailerModel OpenModelThreadGroupController ReflectionThreadGroup RemoteListenerWrapper
RemoteSampleListenerWrapper RemoteTestListenerWrapper RemoteThreadsListenerWrapper SubstitutionElement
TransactionSampler assertionResult httpSample monitorStats sample sampleEvent statSample testResults
"""

INNER = frozenset(_INNER.split())
"""Names of result files and of JMeter's inner life: no plan has them as elements."""


def names() -> list[str]:
    """Give JMeter's names."""
    return (HERE / "jmeter_names.txt").read_text().split()


def state(name: str) -> str:
    """Say what becomes of an element of this name; empty where nobody has said it."""
    name = {"RecordController": "RecordingController"}.get(name, name)
    if name in ELEMENTS:
        return "works"
    if name in ABSENT:
        return f"not here: {ABSENT[name]}"
    if name in OLD_KINDS:
        return f"read as `{OLD_KINDS[name]}`"
    if name in WRITTEN_ONLY:
        return "accepted: JMeter does not run it either"
    return ""


def table() -> str:
    """Write the table."""
    discover(pyjm.engine.elements)
    discover(pyjm.engine.functions)
    known = [name for name in names() if name not in PARTS | INNER]
    beside = sorted(ELEMENTS.keys() - set(known))
    lines = [
        "# What pyjm runs of Apache JMeter 5.5",
        "",
        "Made by `tests/support/table.py`; remarks are in the README.",
        "",
    ]
    lines += ["| element of JMeter | here |", "|---|---|", *(f"| `{name}` | {state(name)} |" for name in known), ""]
    lines += ["| element of a plugin | here |", "|---|---|", *(f"| `{name}` | works |" for name in beside), ""]
    lines += ["| function | here |", "|---|---|"]
    absent = absent_functions()
    for name in sorted(CORE):
        lines.append(
            f"| `{name}` | {'not here: it runs scripts of elements’ languages' if name in absent else 'works'} |"
        )
    lines += [f"| `{name}` | works, of a plugin |" for name in sorted(FUNCTIONS.keys() - CORE)]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {TABLE.name}, not standard output")
    if parser.parse_args().write:
        TABLE.write_text(table(), encoding="utf-8")
    else:
        sys.stdout.write(table())
