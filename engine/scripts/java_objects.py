"""What scripts in JMeter see and can call: `vars`, `props`, `ctx`, `log`, the previous sample, Java's values.

A Java object is a Python value: a text, a number, a list, a dict, or one of the classes here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pyjm.engine.compile.java_text import java_text
from pyjm.engine.vu.clock import wall_ms
from pyjm.engine.vu.result import AssertionResult, SampleResult

from .errors import ScriptError, ScriptUnsupportedError
from .java_strings import STRING
from .java_values import ANY, LIST, MAP, NUMBER, SET, Methods

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.functions")


class Vars:
    """`vars`: JMeter's variables of a user."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.held = user.vars

    def get(self, name: str) -> Any:
        """Give a variable's text."""
        value = self.held.get(name)
        return None if value is None else java_text(value)

    def put(self, name: str, value: Any) -> None:
        """Set a variable to a text; null takes it away."""
        if value is not None and not isinstance(value, str):
            raise ScriptError(f"put: {java_text(value)} is no text")
        self.put_object(name, value)

    def put_object(self, name: str, value: Any) -> None:
        """Set a variable to any value; null takes it away."""
        if value is None:
            self.held.pop(name, None)
        else:
            self.held[name] = value


class Props:
    """`props`: JMeter's properties."""

    def __init__(self, build: Build) -> None:
        self.build = build
        self.held = build.properties

    def put(self, name: str, value: str) -> str | None:
        """Set a property and give what it was."""
        before = self.held.get(name)
        if self.build.set_property is not None:
            self.build.set_property(name, value)
        else:
            self.held[name] = value
        return before


class Context:
    """`ctx`: JMeter's context of a user."""

    def __init__(self, user: User, build: Build) -> None:
        self.user = user
        self.build = build


class Group:
    """`ctx.getThreadGroup()`."""

    def __init__(self, user: User) -> None:
        self.user = user


class Thread:
    """`ctx.getThread()`."""

    def __init__(self, user: User) -> None:
        self.user = user


class Log:
    """`log`: the log of functions."""


class Date:
    """java.util.Date."""

    def __init__(self, at_ms: int | None = None) -> None:
        self.at_ms = wall_ms() if at_ms is None else int(at_ms)


class Out:
    """`OUT`: the console."""


class Sampler:
    """`sampler`: the sampler that runs."""

    def __init__(self, user: User) -> None:
        self.user = user


def present_sampler(user: User) -> Sampler | None:
    """Give the sampler that runs, nothing before the first one."""
    return None if user.step is None else Sampler(user)


ROOTS: dict[str, Callable[[User, Build], Any]] = {
    "vars": lambda user, build: Vars(user),
    "props": lambda user, build: Props(build),
    "ctx": Context,
    "log": lambda user, build: Log(),
    "OUT": lambda user, build: Out(),
    "threadName": lambda user, build: user.name,
    "sampleResult": lambda user, build: user.previous,
    "sampler": lambda user, build: present_sampler(user),
}
"""What each name means that JMeter's script functions bind."""


def logged(level: int) -> Callable[..., None]:
    """Make a method of `log`: a text with `{}` for each further argument."""

    def write(these: Log, text: Any, *args: Any) -> None:
        parts = java_text(text).split("{}")
        filled = parts[0]
        for at, part in enumerate(parts[1:]):
            filled += (java_text(args[at]) if at < len(args) else "{}") + part
        log.log(level, "%s", filled)

    return write


def set_field(name: str, change: Callable[[Any], Any] = java_text) -> Callable[[SampleResult, Any], None]:
    """Make a setter of a sample."""
    return lambda result, value: setattr(result, name, change(value))


def set_ok(result: SampleResult) -> None:
    """Make a sample one that succeeded."""
    result.response_code, result.response_message, result.success = "200", "OK", True


VARS: Methods = {
    "get": lambda these, name: these.get(name),
    "getObject": lambda these, name: these.held.get(name),
    "put": lambda these, name, value: these.put(name, value),
    "putObject": lambda these, name, value: these.put_object(name, value),
    "remove": lambda these, name: these.held.pop(name, None),
    "getThreadName": lambda these: these.user.name,
    "getIteration": lambda these: these.user.iteration,
    "isSameUserOnNextIteration": lambda these: these.user.same_user,
    "entrySet": lambda these: list(these.held.items()),
}
PROPS: Methods = {
    "get": lambda these, name: these.held.get(name),
    "getProperty": lambda these, name, default=None: these.held.get(name, default),
    "getOrDefault": lambda these, name, default: these.held.get(name, default),
    "containsKey": lambda these, name: name in these.held,
    "put": lambda these, name, value: these.put(name, value),
    "setProperty": lambda these, name, value: these.put(name, value),
    "size": lambda these: len(these.held),
}
CONTEXT: Methods = {
    "getThreadNum": lambda these: these.user.number,
    "getVariables": lambda these: Vars(these.user),
    "getProperties": lambda these: Props(these.build),
    "getPreviousResult": lambda these: these.user.previous,
    "getCurrentSampler": lambda these: present_sampler(these.user),
    "getThreadGroup": lambda these: Group(these.user),
    "getThread": lambda these: Thread(these.user),
}
RESULT: Methods = {
    "getResponseCode": lambda result: result.response_code,
    "getResponseMessage": lambda result: result.response_message,
    "getResponseHeaders": lambda result: result.response_headers,
    "getRequestHeaders": lambda result: result.request_headers,
    "getResponseDataAsString": lambda result: result.text,
    "getSamplerData": lambda result: result.sampler_data,
    "getSampleLabel": lambda result: result.label,
    "getThreadName": lambda result: result.thread_name,
    "getContentType": lambda result: result.content_type,
    "getDataType": lambda result: result.data_type,
    "getDataEncodingNoDefault": lambda result: result.named_encoding or None,
    "getUrlAsString": lambda result: result.url,
    "getURL": lambda result: result.url or None,
    "isSuccessful": lambda result: result.success,
    "isResponseCodeOK": lambda result: result.response_code == "200",
    "getTime": lambda result: result.elapsed_ms,
    "getLatency": lambda result: result.latency_ms,
    "getConnectTime": lambda result: result.connect_ms,
    "getIdleTime": lambda result: result.idle_ms,
    "getStartTime": lambda result: result.start_ms,
    "getEndTime": lambda result: result.end_ms,
    "getTimeStamp": lambda result: result.start_ms,
    "getBytes": lambda result: result.bytes,
    "getBytesAsLong": lambda result: result.bytes,
    "getBodySize": lambda result: result.body_bytes,
    "getBodySizeAsLong": lambda result: result.body_bytes,
    "getHeadersSize": lambda result: result.header_bytes,
    "getSentBytes": lambda result: result.sent_bytes,
    "getSampleCount": lambda result: result.sample_count,
    "getErrorCount": lambda result: 0 if result.success else 1,
    "getGroupThreads": lambda result: result.group_threads,
    "getAllThreads": lambda result: result.all_threads,
    "getSubResults": lambda result: list(result.sub_results or ()),
    "getAssertionResults": lambda result: list(result.assertions or ()),
    "getFirstAssertionFailureMessage": lambda result: result.failure_message or None,
    "setResponseCode": set_field("response_code"),
    "setResponseMessage": set_field("response_message"),
    "setSampleLabel": set_field("label"),
    "setSuccessful": set_field("success", bool),
    "setResponseOK": set_ok,
    "setResponseCodeOK": lambda result: setattr(result, "response_code", "200"),
    "setResponseMessageOK": lambda result: setattr(result, "response_message", "OK"),
    "setStopThread": set_field("stop_thread", bool),
    "setStopTest": set_field("stop_test", bool),
    "setStopTestNow": set_field("stop_test_now", bool),
}
ASSERTION: Methods = {
    "getName": lambda said: said.name,
    "getFailureMessage": lambda said: said.message,
    "isFailure": lambda said: said.failure,
    "isError": lambda said: said.error,
}
SAMPLER: Methods = {"getName": lambda these: these.user.step.sampler.label.get(these.user)}
LOG: Methods = {
    "trace": logged(logging.DEBUG),
    "debug": logged(logging.DEBUG),
    "info": logged(logging.INFO),
    "warn": logged(logging.WARNING),
    "error": logged(logging.ERROR),
    "isDebugEnabled": lambda these: False,
    "isInfoEnabled": lambda these: True,
}
OUT: Methods = {
    "println": lambda these, text="": print(java_text(text), flush=True),  # noqa: T201
    "print": lambda these, text: print(java_text(text), end="", flush=True),  # noqa: T201
}
METHODS: list[tuple[type | tuple[type, ...], Methods]] = [
    (str, STRING),
    (bool, {"booleanValue": bool}),
    ((int, float), NUMBER),
    ((list, tuple, range), LIST),
    ((set, frozenset), SET),
    (Mapping, MAP),
    (Vars, VARS),
    (Props, PROPS),
    (Context, CONTEXT),
    (Group, {"getName": lambda these: these.user.group.name}),
    (Thread, {"getThreadName": lambda these: these.user.name, "getThreadNum": lambda these: these.user.number}),
    (Date, {"getTime": lambda date: date.at_ms}),
    (Log, LOG),
    (Out, OUT),
    (SampleResult, RESULT),
    (AssertionResult, ASSERTION),
    (Sampler, SAMPLER),
]
KNOWN = frozenset(name for _, methods in METHODS for name in methods) | ANY.keys()
"""All methods that there are."""


def methods_of(target: Any) -> Methods:
    """Find the methods of an object."""
    return next((methods for kind, methods in METHODS if isinstance(target, kind)), {})


def method(target: Any, name: str) -> Callable[..., Any] | None:
    """Find a method of an object."""
    return methods_of(target).get(name) or ANY.get(name)


def call(target: Any, name: str, args: list[Any]) -> Any:
    """Call a method; raises ScriptError where it fails."""
    if target is None:
        raise ScriptError(f"no method {name} of null")
    found = method(target, name)
    if found is None:
        raise ScriptUnsupportedError(f"the method {name} of {type(target).__name__.lower()}")
    try:
        return found(target, *args)
    except ScriptError:
        raise
    except (TypeError, AttributeError, ArithmeticError, LookupError, ValueError) as error:
        raise ScriptError(f"{name}: {error}") from None


def getter(target: Any, name: str) -> Callable[[Any], Any] | None:
    """Find what gives a property of an object: getName, or isName."""
    methods = methods_of(target)
    capital = f"{name[:1].upper()}{name[1:]}"
    return methods.get(f"get{capital}") or methods.get(f"is{capital}")


def property_of(target: Any, name: Any) -> Any:
    """Give what `target.name` means, None where it has no such property."""
    if isinstance(target, Mapping):
        return target.get(name)
    if isinstance(target, (Vars, Props)):
        value = target.held.get(name)
        if value is not None:
            return java_text(value)
    found = getter(target, name) if isinstance(name, str) else None
    return None if found is None else found(target)
