"""Functions that choose at random: __UUID, __RandomString, __RandomFromMultipleVars."""

from __future__ import annotations

import sys
from collections.abc import Callable
from random import choice, choices, getrandbits, randrange
from typing import TYPE_CHECKING
from unicodedata import category

from pyjm.engine.compile.functions import Args, function
from pyjm.engine.compile.java_error import ILLEGAL_ARGUMENT, JavaError
from pyjm.engine.compile.java_text import java_text, java_trim

from .parsing import java_number
from .saving import saved

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User

VERSION_4 = 4 << 76 | 2 << 62
"""What marks a UUID as a random one."""

FREE = ((1 << 128) - 1) ^ (0xF << 76 | 3 << 62)


@function("__UUID", 0)
def make_uuid(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give a random UUID."""

    def get(user: User) -> str:
        digits = f"{getrandbits(128) & FREE | VERSION_4:032x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    return get


@function("__RandomString", 1, 3)
def make_random_string(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give so many of some characters, any where none are given; the third argument names a variable to keep it."""
    length_of = args[0].get
    chars_of = args[1].get if len(args) > 1 else lambda user: ""

    def get(user: User) -> str:
        length = java_number(length_of(user))
        if length < 0:
            raise JavaError(ILLEGAL_ARGUMENT, f"Requested random string length {length} is less than 0.")
        chars = java_trim(chars_of(user))
        return "".join(choices(chars, k=length)) if chars else any_characters(length)

    return saved(get, args, 2)


def any_characters(length: int) -> str:
    """Choose any characters that are assigned; those beyond 16 bits count as two, as in Java."""
    chars, left = [], length
    while left:
        char = chr(randrange(sys.maxunicode))
        size = 1 if char < "\U00010000" else 2
        if size <= left and category(char) not in ("Cn", "Cs", "Co"):
            chars.append(char)
            left -= size
    return "".join(chars)


@function("__RandomFromMultipleVars", 1, 2)
def make_random_from_multiple_vars(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Choose among the values of variables (`a|b`), all matches of those that an extractor filled."""
    names = args[0].get

    def get(user: User) -> str:
        found = [value for name in java_trim(names(user)).split("|") if name for value in values(user, name)]
        return choice(found) if found else ""

    return saved(get, args, 1)


def values(user: User, name: str) -> list[str]:
    """Give all values of a variable."""
    matches = user.vars.get(f"{name}_matchNr")
    count = java_number(java_text(matches)) if matches else 0
    if count > 0:
        return [java_text(user.vars.get(f"{name}_{number}")) for number in range(1, count + 1)]
    value = user.vars.get(name)
    return [java_text(value)] if value not in (None, "") else []
