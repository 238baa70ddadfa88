"""Hot path: heads of HTTP/2 packed and unpacked (HPACK), with the tables and the codes of the library hpack.

Requests are packed without a table, so that the same head is the same bytes on every connection. Answers are known
again by their bytes where they refer to nothing that came before; what they add to the table is added all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from h2.errors import ErrorCodes
from hpack import Encoder
from hpack.exceptions import HPACKDecodingError, HPACKError
from hpack.huffman_table import decode_huffman
from hpack.table import HeaderTable

from .http2_stream import broken

Fields = Sequence[tuple[bytes, bytes]]

NO_TABLE = b"\x20"
"""What the first head of a connection begins with: nothing is to be kept for heads that refer to it."""

_KNOWN_MAX = 2048
_HERE_MAX = 64
_LONGEST = 4096
_SHORT = 256
_SHIFT_MAX = 28
_encoder = Encoder()
_encoder.header_table_size = 0
_encoder.encode([])  # says so, once


def pack(fields: Fields) -> bytes:
    """Pack a request's head."""
    return bytes(_encoder.encode(fields))


class Table(HeaderTable):
    """Tells what a head did to the table, and whether it referred to an entry of it."""

    __slots__ = ("added", "referred", "sized")

    def __init__(self) -> None:
        super().__init__()
        self.added: list[tuple[bytes, bytes]] = []
        self.referred = False
        self.sized = False

    def begin(self) -> None:
        """Begin with the next head."""
        self.added = []
        self.referred = self.sized = False

    def get_by_index(self, index: int) -> tuple[bytes, bytes]:
        if index > HeaderTable.STATIC_TABLE_LENGTH:
            self.referred = True
        return super().get_by_index(index)

    def add(self, name: bytes, value: bytes) -> None:
        self.added.append((name, value))
        super().add(name, value)

    def _get_size(self) -> int:
        return self._maxsize

    def _set_size(self, size: int) -> None:
        self.sized = True
        HeaderTable.maxsize.fset(self, size)  # type: ignore[attr-defined]

    maxsize = property(_get_size, _set_size)


class Unpacking:
    """Unpacks the heads that come over one connection, of no more than `most` bytes each."""

    __slots__ = ("_here", "_most", "_table")

    def __init__(self, most: int) -> None:
        self._table = Table()
        self._most = most
        self._here: dict[bytes, Fields] = {}

    def unpack(self, block: bytes) -> Fields:
        """Give the fields of a head, the same object for one that is known. Raises WireError for what is no HPACK."""
        known = _known.get(block)
        if known is not None:
            fields, added = known
            if added:
                self._here.clear()
                for name, value in added:
                    HeaderTable.add(self._table, name, value)
            return fields
        here = self._here.get(block)
        return here if here is not None else self._unpack(block)

    def _unpack(self, block: bytes) -> Fields:
        table = self._table
        table.begin()
        try:
            fields = tuple(self._read(block))
        except (HPACKError, IndexError) as error:
            raise broken(ErrorCodes.PROTOCOL_ERROR, f"Error decoding header block: {error}") from None
        if table.added or table.sized:
            self._here.clear()
        if len(block) > _LONGEST or table.sized:
            return fields
        if not table.referred:
            if len(_known) >= _KNOWN_MAX:
                _known.clear()
            _known[block] = fields, table.added
        elif not table.added:
            if len(self._here) >= _HERE_MAX:
                self._here.clear()
            self._here[block] = fields
        return fields

    def _read(self, block: bytes) -> list[tuple[bytes, bytes]]:
        """Read a head as the library would, with less work. Raises HPACKError, IndexError."""
        table = self._table
        fields: list[tuple[bytes, bytes]] = []
        at, left = 0, self._most
        while at < len(block):
            first = block[at]
            if first & 0x80:
                index, at = integer(block, at, 0x7F)
                field = table.get_by_index(index)
            elif first & 0x60 == 0x20:
                size, at = integer(block, at, 0x1F)
                if fields or size > HeaderTable.DEFAULT_SIZE:
                    raise HPACKDecodingError("a table of another size where there can be none")
                table.maxsize = size
                continue
            else:
                index, at = integer(block, at, 0x3F if first & 0x40 else 0x0F)
                if index:
                    name = table.get_by_index(index)[0]
                else:
                    name, at = text(block, at)
                value, at = text(block, at)
                field = (name, value)
                if first & 0x40:
                    table.add(name, value)
            fields.append(field)
            left -= 32 + len(field[0]) + len(field[1])
            if left < 0:
                raise broken(ErrorCodes.ENHANCE_YOUR_CALM, f"a head of more than {self._most:,} bytes")
        return fields


def integer(block: bytes, at: int, mask: int) -> tuple[int, int]:
    """Read a number whose first byte has room for `mask`; give it and where it ends. Raises HPACKError, IndexError."""
    value = block[at] & mask
    at += 1
    if value == mask:
        shift = 0
        while True:
            more = block[at]
            at += 1
            value += (more & 0x7F) << shift
            if more < 0x80:
                break
            shift += 7
            if shift > _SHIFT_MAX:
                raise HPACKDecodingError("a number beyond all bounds")
    return value, at


def text(block: bytes, at: int) -> tuple[bytes, int]:
    """Read a text; give it and where it ends. Raises HPACKError, IndexError."""
    packed = block[at] & 0x80
    length, at = integer(block, at, 0x7F)
    end = at + length
    if end > len(block):
        raise HPACKDecodingError("Truncated header block")
    found = block[at:end]
    if packed:
        found = unpacked(found) if length <= _SHORT else decode_huffman(found)
    return found, end


@lru_cache(4096)
def unpacked(packed: bytes) -> bytes:
    """Unpack a text of Huffman's code. Raises HPACKError."""
    return decode_huffman(packed)


_known: dict[bytes, tuple[Fields, list[tuple[bytes, bytes]]]] = {}
