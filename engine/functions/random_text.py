"""Functions that make random texts: __UUID, __RandomString."""

from __future__ import annotations

from collections.abc import Callable
from random import getrandbits
from typing import TYPE_CHECKING

from pyjm.engine.compile.functions import Args, function

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
