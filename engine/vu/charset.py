"""The charset of a sample's body, where the answer names none that there is."""

from __future__ import annotations


class Fallback(str):
    """A charset that is used in place of the one that was named: of none (""), or of one that there is not."""

    __slots__ = ("named",)
    named: str

    def __new__(cls, charset: str, named: str = "") -> Fallback:
        made = str.__new__(cls, charset)
        made.named = named
        return made
