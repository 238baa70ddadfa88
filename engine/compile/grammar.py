"""Hot path: the grammar of `${…}`: variables and functions, nested and escaped as JMeter parses them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pyjm.engine.plan.faults import Fault

from .forbidden import REMEDY, forbidden_function
from .functions import CORE, FUNCTIONS
from .grammar_parse import Call, GrammarError, Parser, Part, Variable
from .java_text import java_text
from .value import Value

if TYPE_CHECKING:
    from pyjm.engine.vu.user import User

    from .build import Build

PREVIOUS = ("sampleResult", "PreviousResult", "previousResult")
"""What a script calls the sample before: one that names it may read that sample's body."""

Get = Callable[["User"], str]

SEEN_INDEX = "__jm__"
"""What the names of the variables begin with in which JMeter counts a controller's iterations."""


def compile_text(raw: str, build: Build, path: str) -> Value[str]:
    """Compile a text; one without `${` is a constant. Never raises: what is wrong goes to `build.fault`."""
    if "${" not in raw:
        return Value.of(raw)
    try:
        parts = parse(raw, build, path)
        if len(parts) < 2 and all(isinstance(part, str) for part in parts):
            return Value.of(raw)  # without a reference the text stays as it is written, its backslashes too
        return compile_parts(parts, build, path)
    except GrammarError as error:
        remedy = "its element keeps all texts as written, as in JMeter; a comma within an argument is written \\,"
        fault = Fault(path, f"{shown(raw)}: {error}", remedy, fatal=False)
        build.broken.append(fault)
        build.faults.append(fault)
        return Value.of(raw)


def compile_again(raw: str, build: Build) -> Value[str]:
    """Compile a text that is only known while the test runs; one that can't be compiled gives an empty text."""
    try:
        return compile_parts(Parser(raw, CORE | FUNCTIONS.keys()).parts(), build, "")
    except GrammarError:
        return Value.of("")


def parse(raw: str, build: Build, path: str) -> tuple[Part, ...]:
    """Read a text; raises GrammarError where JMeter's InvalidVariableException comes while it is compiled."""
    parser = Parser(raw, CORE | FUNCTIONS.keys())
    parts = parser.parts()
    if parser.unclosed:
        build.fault(path, f"{shown(raw)}: a ${{ without its }}", "what follows it is used as text", fatal=False)
    return parts


def readable(raw: str) -> bool:
    """Tell whether a text can be compiled: its calls end and have as many arguments as their functions take."""
    try:
        return all_take(Parser(raw, CORE | FUNCTIONS.keys()).parts())
    except GrammarError:
        return False


def all_take(parts: tuple[Part, ...]) -> bool:
    """Tell whether all calls have as many arguments as they may have."""
    for part in parts:
        if isinstance(part, Call):
            function = FUNCTIONS.get(part.name)
            if function is not None and not function.least <= len(part.args) <= function.most:
                return False
            if not all(all_take(arg) for arg in part.args):
                return False
    return True


def compile_parts(parts: tuple[Part, ...], build: Build, path: str) -> Value[str]:
    """Compile what was read: texts, variables and calls, one after another."""
    values = [compile_part(part, build, path) for part in parts]
    if all(value.constant is not None for value in values):
        return Value.of("".join(value.constant or "" for value in values))
    if len(values) == 1:
        return values[0]
    return Value(joined(values))


def joined(values: list[Value[str]]) -> Get:
    """Join texts, some of them constant."""
    pattern = "".join("%s" if value.constant is None else value.constant.replace("%", "%%") for value in values)
    gets = [value.get for value in values if value.constant is None]
    if len(gets) == 1:
        (only,) = gets
        return lambda user: pattern % only(user)
    if len(gets) == 2:
        first, second = gets
        return lambda user: pattern % (first(user), second(user))
    return lambda user: pattern % tuple([get(user) for get in gets])


def compile_part(part: Part, build: Build, path: str) -> Value[str]:
    """Compile one part."""
    if isinstance(part, str):
        return Value.of(part)
    if isinstance(part, Variable):
        suspect(part.name, build, path)
        return Value(variable(part.name))
    return compile_call(part, build, path)


def variable(name: str) -> Get:
    """Make the getter of a variable; one that is not there stays as it is written."""
    missing = f"${{{name}}}"

    def get(user: User) -> str:
        value = user.vars.get(name)
        if value.__class__ is str:
            return value
        return missing if value is None else java_text(value)

    return get


def suspect(name: str, build: Build, path: str) -> None:
    """Report what JMeter takes for a variable but looks like the call of a function."""
    called = name.strip()
    if not called.startswith("__") or called.startswith(SEEN_INDEX):
        return
    head, parenthesis, _ = called.partition("(")
    head = head.strip()
    if not parenthesis:
        likely = next((known for known in CORE | FUNCTIONS.keys() if known.lower() == head.lower()), None)
        if likely:
            build.fault(path, f"${{{name}}}: no function has this name: a variable then", f"{likely}?", fatal=False)
    elif head in CORE | FUNCTIONS.keys():
        build.fault(path, f"${{{name}}}: a blank before the parenthesis: no call of {head}", "take the blank away")
    else:
        build.fault(path, f"unknown function {head} in ${{{name}}}", "see the list of functions in the README")


def compile_call(call: Call, build: Build, path: str) -> Value[str]:
    """Compile the call of a function."""
    function = FUNCTIONS.get(call.name)
    if build.no_scripts and (forbidden := forbidden_function(call.name)):
        build.fault(path, forbidden, REMEDY)
        return Value.of("")
    if function is None:
        build.fault(path, f"the function {call.name} is not supported yet", "see the list of functions in the README")
        return Value.of("")
    if not function.least <= len(call.args) <= function.most:
        raise GrammarError(f"{call.name} takes {function.expects()}, not {len(call.args)}")
    if any(word in part for arg in call.args for part in arg if isinstance(part, str) for word in PREVIOUS):
        build.reads_previous = True
    args = [compile_parts(arg, build, path) if arg else Value.of("") for arg in call.args]
    return Value(function.make(args, build, path))


def shown(raw: str) -> str:
    """Give a text as a fault shows it: on one line, not too long."""
    line = " ".join(raw.split())
    return line if len(line) <= 100 else line[:99] + "…"
