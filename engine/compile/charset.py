"""Charsets by the names that Java knows them by."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

LEGAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:_+-]*")
"""What a charset's name may look like; Python overlooks all other characters."""

OWN = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-8-sig"})
"""Python's own, which Java has not."""


@lru_cache(maxsize=64)
def known_charset(name: str) -> bool:
    """Tell whether a charset exists."""
    try:
        info = codecs.lookup(name) if LEGAL.fullmatch(name) else None
        return info is not None and info.name not in OWN and isinstance("".encode(info.name), bytes)
    except LookupError:
        return False
