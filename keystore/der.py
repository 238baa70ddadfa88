"""Read the few ASN.1 structures (DER) that no library takes apart for us."""

from __future__ import annotations

from collections.abc import Iterator

from pyjm.keystore.faults import Damaged

INTEGER = 0x02
OCTETS = 0x04
OBJECT = 0x06
SEQUENCE = 0x30
SET = 0x31
BMP_STRING = 0x1E
CONTEXT_0 = 0xA0
"""Tag bytes as they stand in the data; CONTEXT_0 is the constructed [0]."""


class Item:
    """One value: its tag, its content, and the whole of it as it stood in the data."""

    __slots__ = ("content", "tag", "whole")

    def __init__(self, tag: int, content: bytes, whole: bytes) -> None:
        self.tag = tag
        self.content = content
        self.whole = whole

    def items(self) -> list[Item]:
        """Return the values that this one consists of."""
        return list(read_all(self.content))

    def oid(self) -> str:
        """Return an object identifier with its dots."""
        numbers, value = [], 0
        for byte in self.content:
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                numbers.append(value)
                value = 0
        if not numbers:
            raise Damaged("an object identifier in it is empty")
        first = min(numbers[0] // 40, 2)
        return ".".join(map(str, [first, numbers[0] - 40 * first, *numbers[1:]]))

    def number(self) -> int:
        """Return an integer."""
        return int.from_bytes(self.content, "big", signed=True)


def read_one(data: bytes) -> Item:
    """Return the value that `data` begins with."""
    for item in read_all(data):
        return item
    raise Damaged("it is empty where a value was expected")


def read_all(data: bytes) -> Iterator[Item]:
    """Yield the values in `data`; lengths that do not fit, and the indefinite ones of BER, raise Damaged."""
    start = 0
    while start < len(data):
        if len(data) - start < 2:
            raise Damaged("it ends within a value")
        length, at = data[start + 1], start + 2
        if length & 0x80:
            digits = length & 0x7F
            if not 0 < digits <= 4:
                raise Damaged("a length in it is of a kind that DER does not have")
            length = int.from_bytes(data[at : at + digits], "big")
            at += digits
        end = at + length
        if end > len(data):
            raise Damaged("it ends within a value")
        yield Item(data[start], data[at:end], data[start:end])
        start = end
