"""The functions of the plugin set "Custom JMeter Functions" (jpgc-functions)."""

from __future__ import annotations

import base64
import hashlib
import logging
import os
import re
from collections.abc import Callable
from math import inf
from random import randrange
from typing import TYPE_CHECKING

from pyjm.engine.compile.functions import Args, function
from pyjm.engine.compile.java_error import INDEX_OUT_OF_BOUNDS, JavaError
from pyjm.engine.compile.java_replacement import replacement
from pyjm.engine.compile.java_text import double_text, java_trim
from pyjm.engine.elements.regex import RegexError, compile_regex

from .parsing import java_double, java_number
from .saving import saved, saved_anyway

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.functions")

_NOT_BASE64 = re.compile("[^A-Za-z0-9+/]")
_BETWEEN_WORDS = re.compile(r"[\s_-]+", re.ASCII)


def on_text(name: str, change: Callable[[str], str]) -> None:
    """Register a function that changes its first argument; the second names a variable that keeps the result."""

    @function(name, 1, inf)
    def make(args: Args, build: Build, path: str) -> Callable[[User], str]:
        return saved_anyway(args[0].map(change).get, args, 1)


def length(text: str) -> str:
    """Tell how long a text is in Java: characters beyond 65535 count twice."""
    return str(len(text.encode("utf-16-le", "surrogatepass")) // 2)


on_text("__lowercase", str.lower)
on_text("__uppercase", str.upper)
on_text("__strLen", length)
on_text("__MD5", lambda text: hashlib.md5(text.encode(errors="replace"), usedforsecurity=False).hexdigest())


def base64_encode(text: str) -> str:
    """Encode a text."""
    return base64.b64encode(text.encode(errors="replace")).decode()


def base64_decode(text: str) -> str:
    """Decode a text; what is no character of base64 is passed over, also the URL-safe form is read."""
    digits = _NOT_BASE64.sub("", text.partition("=")[0].replace("-", "+").replace("_", "/"))
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return base64.b64decode(digits + "=" * (-len(digits) % 4)).decode(errors="replace")


@function("__base64Encode", 1, 2)
def make_base64_encode(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Encode a text in base64; the second argument names a variable to keep it."""
    return saved(args[0].map(base64_encode).get, args, 1, trim=False)


@function("__base64Decode", 1, 2)
def make_base64_decode(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Decode a text from base64; the second argument names a variable to keep it."""
    return saved(args[0].map(base64_decode).get, args, 1, trim=False)


@function("__env", 1, 3)
def make_env(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give a variable of the environment, its name or the third argument where there is none."""
    name = args[0].get
    default = args[2].get if len(args) > 2 else name

    def get(user: User) -> str:
        value = os.environ.get(name(user))
        return java_trim(default(user) if value is None else value)

    return saved(get, args, 1, trim=False)


@function("__if", 4, inf)
def make_if(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give the third argument where the first two are equal, else the fourth; the fifth names a variable."""
    actual, expected, then, other = (arg.get for arg in args[:4])

    def get(user: User) -> str:
        return (then if actual(user) == expected(user) else other)(user)

    return saved_anyway(get, args, 4)


@function("__isDefined", 1, inf)
def make_is_defined(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Tell by 1 or 0 whether there is a variable."""
    name_of = args[0].get
    return lambda user: "0" if user.vars.get(java_trim(name_of(user))) is None else "1"


@function("__iterationNum", 0, inf)
def make_iteration_num(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give the number of the thread's iteration, from 1."""
    return lambda user: str(user.iteration)


@function("__substring", 3, inf)
def make_substring(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Cut a text from a place (from 0) up to another; the fourth argument names a variable to keep it."""
    text_of, begin_of, end_of = (arg.get for arg in args[:3])

    def get(user: User) -> str:
        text = text_of(user)
        begin, end = (java_number(java_trim(of(user))) for of in (begin_of, end_of))
        if not 0 <= begin <= end <= len(text):
            raise JavaError(INDEX_OUT_OF_BOUNDS, f"begin {begin}, end {end}, length {len(text)}")
        return text[begin:end]

    return saved(get, args, 3, trim=False)


@function("__strReplace", 3, inf)
def make_str_replace(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Replace what a regular expression finds (the plugin's other form of this name hides the plain one)."""
    text_of, old, new = (arg.get for arg in args[:3])

    def get(user: User) -> str:
        text, source = text_of(user), old(user)
        try:
            return compile_regex(source, java=True).sub(replacement(new(user)), text)
        except RegexError as error:
            raise JavaError("java.util.regex.PatternSyntaxException", str(error)) from None

    return saved(get, args, 3, trim=False)


@function("__doubleSum", 2, inf)
def make_double_sum(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Add up numbers with fractions; the last argument is a number too or the variable that keeps the sum."""
    terms = [arg.get for arg in args[:-1]]
    last = args[-1].get

    def get(user: User) -> str:
        name = java_trim(last(user))
        total = sum((java_double(term(user)) for term in terms), 0.0)
        try:
            return double_text(total + java_double(name))
        except JavaError:
            text = double_text(total)
        if name:
            user.vars[name] = text
        return text

    return get


@function("__chooseRandom", 3, inf)
def make_choose_random(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give one of the arguments but the last, which names a variable to keep it."""
    choices = [arg.get for arg in args[:-1]]

    def get(user: User) -> str:
        return choices[randrange(len(choices))](user)

    return saved(get, args, len(args) - 1)


def camel(words: list[str], first: bool) -> str:
    """Write words as one: each begins with a capital, the first if wanted."""
    lower = [word.lower() for word in words]
    return "".join(word[:1].upper() + word[1:] if first or at else word for at, word in enumerate(lower))


CASES: dict[str, Callable[[list[str]], str]] = {
    "LOWER_CAMEL_CASE": lambda words: camel(words, False),
    "UPPER_CAMEL_CASE": lambda words: camel(words, True),
    "TRAIN_CASE": lambda words: "-".join(words).upper(),
    "UPPER_UNDERSCORE": lambda words: "_".join(words).upper(),
    **dict.fromkeys(("SNAKE_CASE", "LOWER_UNDERSCORE"), lambda words: "_".join(words).lower()),
    **dict.fromkeys(("KEBAB_CASE", "LISP_CASE", "SPINAL_CASE", "LOWER_HYPHEN"), lambda words: "-".join(words).lower()),
}
"""Mode → how words are written."""


def case_format(text: str, mode: str) -> str:
    """Write a text's words in a form; an unknown one leaves the text."""
    write = CASES.get(mode.upper() or "LOWER_CAMEL_CASE")
    if write is None:
        log.error("Unknown mode %s, returning %s unchanged", mode, text)
        return text
    words = _BETWEEN_WORDS.split(text)
    while len(words) > 1 and not words[-1]:
        words.pop()
    return write(words)


@function("__caseFormat", 1, 3)
def make_case_format(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Write a text's words as camelCase, snake_case …; the third argument names a variable to keep it."""
    text = args[0].get
    mode = args[1].get if len(args) > 1 else lambda user: ""
    return saved(lambda user: case_format(text(user), mode(user)), args, 2)
