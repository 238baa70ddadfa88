"""Hot path: a charset of Java's, which writes texts and reads bytes as that does."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from .differences import TABLE as DIFFERENCES
from .names import TABLE as NAMES

LEGAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-+.:_]*").fullmatch
"""What a charset's name may look like."""

MISSING = "\ufffd"
_MARKS = {
    "UTF-16": b"\xfe\xff",
    "x-UTF-16LE-BOM": b"\xff\xfe",
    "X-UTF-32BE-BOM": b"\x00\x00\xfe\xff",
    "X-UTF-32LE-BOM": b"\xff\xfe\x00\x00",
}
_BY_MARK = {
    "UTF-16": ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")),
    "x-UTF-16LE-BOM": ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")),
    "UTF-32": ((b"\xff\xfe\x00\x00", "utf-32-le"), (b"\x00\x00\xfe\xff", "utf-32-be")),
}
_PAIRS_ONLY = frozenset(("GBK", "x-mswin-936", "EUC-KR"))
"""Their codecs know longer sequences, which Java does not."""
_LONE = re.compile("[\ud800-\udfff]")
_LONE_READ = re.compile("[\ud800-\udbff].?|[\udc00-\udfff]", re.DOTALL)
_SURROGATES = re.compile(b"\xed[\xa0-\xbf](?:[\x80-\xbf]|\\Z)")
_KANA = re.compile("[\uff61-\uff9f]")


class Charset:
    """A charset: its proper name in Java, and the Python codec it is made from, empty where there is none."""

    __slots__ = ("codec", "name")

    def __init__(self, name: str, codec: str) -> None:
        self.name = name
        self.codec = codec

    def encode(self, text: str) -> bytes:
        """Write a text, with a question mark in the place of each character that the charset lacks."""
        return text.encode(self.codec, "replace")

    def decode(self, data: bytes) -> str:
        """Read bytes, with U+FFFD in the place of those that mean nothing."""
        return data.decode(self.codec, "replace")


class Utf8(Charset):
    """UTF-8: half of a pair of surrogates is one thing that means nothing, not three."""

    __slots__ = ()

    def decode(self, data: bytes) -> str:
        try:
            return data.decode()
        except UnicodeDecodeError:
            return _SURROGATES.sub(b"\xef\xbf\xbd", data).decode("utf-8", "replace")


class Wide(Charset):
    """The charsets with units of two or four bytes, with or without a mark in front."""

    __slots__ = ()

    def encode(self, text: str) -> bytes:
        mark = _MARKS.get(self.name, b"") if text else b""
        return mark + _LONE.sub(MISSING, text).encode(self.codec)

    def decode(self, data: bytes) -> str:
        codec = self.codec
        for mark, other in _BY_MARK.get(self.name, ()):
            if data.startswith(mark):
                data, codec = data[len(mark) :], other
                break
        else:
            own = _MARKS.get(self.name) or "\ufeff".encode(codec)
            if "32" in codec and data.startswith(own):
                data = data[len(own) :]
        if "32" in codec:
            return data.decode(codec, "replace")
        text = data[: len(data) & ~1].decode(codec, "surrogatepass")
        return _LONE_READ.sub(MISSING, text) + (MISSING if len(data) & 1 and text[-1:] < "\ud800" else "")


class Cesu8(Charset):
    """UTF-8 of each half of a pair of surrogates by itself."""

    __slots__ = ()

    def encode(self, text: str) -> bytes:
        halves = _LONE.sub("?", text).encode("utf-16-le")
        units = [halves[at : at + 2].decode("utf-16-le", "surrogatepass") for at in range(0, len(halves), 2)]
        return "".join(units).encode("utf-8", "surrogatepass")

    def decode(self, data: bytes) -> str:
        try:
            halves = data.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            halves = _SURROGATES.sub(b"\xef\xbf\xbd", data).decode("utf-8", "replace")
        return halves.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class Single(Charset):
    """A charset with a byte for each character that differs from Python's."""

    __slots__ = ("read", "written")

    def __init__(self, name: str, codec: str, written: str, read: str) -> None:
        super().__init__(name, codec)
        chars = list(bytes(range(256)).decode(codec, "replace"))
        self.written = {char: byte for byte, char in enumerate(chars) if char != MISSING}
        for code, data in _pairs(read):
            chars[code] = chr(int(data, 16)) if data else MISSING
        for code, data in _pairs(written):
            if data:
                self.written[chr(code)] = int(data, 16)
            else:
                self.written.pop(chr(code), None)
        self.read = "".join(chars)

    def encode(self, text: str) -> bytes:
        lacking = self.written["?"]
        return bytes([self.written.get(char, lacking) for char in text])

    def decode(self, data: bytes) -> str:
        return codecs.charmap_decode(data, "replace", self.read)[0]


class Several(Charset):
    """A charset with one to four bytes for a character; `written` and `read` know what differs from Python's."""

    __slots__ = ("_lead", "_odd", "_plain", "longest", "read", "written")

    def __init__(self, name: str, codec: str, written: str, read: str) -> None:
        super().__init__(name, codec)
        self.longest = 2 if name in _PAIRS_ONLY else 4 if codec == "gb18030" else 3 if codec == "euc_jp" else 2
        self.read: dict[bytes, str] = {}
        for code, data in _pairs(read):
            key = code.to_bytes(2 if code > 0xFF else 1, "big")
            self.read[key] = chr(int(data, 16)) if data else MISSING
        self.written: dict[str, bytes] = {}
        for code, data in _pairs(written):
            if data == "*":
                pair = code.to_bytes(2, "big")
                char = pair.decode(codec, "replace")
                if len(char) == 1 and char != MISSING:
                    self.written[char] = pair
            else:
                self.written[chr(code)] = bytes.fromhex(data) if data else b"?"
        self._plain = not any(char < "\x80" for char in self.written)
        ours = {key.decode(codec, "ignore") for key in self.read} - {""}
        self._odd = re.compile("[" + "".join([re.escape(char) for char in ours if len(char) == 1]) + "\x00]")
        self._lead: dict[int, bool] = {}

    def encode(self, text: str) -> bytes:
        if self._plain and text.isascii():
            return text.encode("ascii")
        written = self.written
        return b"".join([written.get(char) or self._write(char) for char in text])

    def _write(self, char: str) -> bytes:
        data = char.encode(self.codec, "replace")
        if len(data) > self.longest:
            data = b"?"
        self.written[char] = data
        return data

    def decode(self, data: bytes) -> str:
        if data.isascii() and self._plain:
            return data.decode("ascii")
        if self.longest > 2 or self.name not in _PAIRS_ONLY:
            try:
                text = data.decode(self.codec)
            except UnicodeDecodeError:
                pass
            else:
                if not self._odd.search(text):
                    return text
        return "".join(self._units(data))

    def _units(self, data: bytes) -> list[str]:
        out = []
        at = 0
        while at < len(data):
            for size in range(1, self.longest + 1):
                char = self._unit(data[at : at + size])
                if char is not None and len(data) - at >= size:
                    break
            else:
                char, size = MISSING, self._passed_over(data, at)
            out.append(char)
            at += size
        return out

    def _unit(self, unit: bytes) -> str | None:
        """Give the character that these bytes are, None where they are none."""
        found = self.read.get(unit)
        if found is None:
            try:
                found = unit.decode(self.codec)
            except UnicodeDecodeError:
                found = MISSING
            self.read[unit] = found if len(found) == 1 else MISSING
            found = self.read[unit]
        return None if found == MISSING else found

    def _passed_over(self, data: bytes, at: int) -> int:
        """How many bytes that mean nothing are one thing: a pair, unless its second byte begins something itself."""
        if self.codec == "euc_jp":
            return 3 if data[at] == 0x8F else 2
        if self.longest == 4 and 0x81 <= data[at] <= 0xFE and data[at + 1 : at + 2].isdigit():
            return 4
        if self.longest == 4 and 0x81 <= data[at] <= 0xFE:
            return 2
        if at + 1 >= len(data) or not self._leads(data[at]):
            return 1
        second = data[at + 1]
        return 1 if self._unit(bytes((second,))) is not None or self._leads(second) else 2

    def _leads(self, byte: int) -> bool:
        known = self._lead.get(byte)
        if known is None:
            known = self._lead[byte] = any(self._unit(bytes((byte, second))) is not None for second in range(256))
        return known


class Shifting(Charset):
    """The charsets that switch between sets of characters on the way, by escapes."""

    __slots__ = ("_has",)

    def __init__(self, name: str, codec: str) -> None:
        super().__init__(name, codec)
        self._has: dict[str, bool] = {}

    def encode(self, text: str) -> bytes:
        if text.isascii():
            return text.encode("ascii")
        if self.codec == "iso2022_kr":
            return text.encode(self.codec, "replace").removesuffix(b"\x0f")
        kept = [char if self.has(char) else "\uff1f" for char in text]
        return "".join(kept).replace("\u2014", "\u2015").encode("iso2022_jp_ext", "replace")

    def has(self, char: str) -> bool:
        """Tell whether the charset has a character."""
        known = self._has.get(char)
        if known is None:
            known = char == "\u2014" or _KANA.match(char) is not None
            if not known and char != "\u2015":
                try:
                    char.encode("iso2022_jp_ext" if self.codec == "iso2022_jp_2" else self.codec)
                    known = True
                except UnicodeEncodeError:
                    pass
            self._has[char] = known
        return known

    def decode(self, data: bytes) -> str:
        if self.codec == "iso2022_kr":
            return data.decode(self.codec, "replace")
        text = data.replace(b"\x0e", b"").replace(b"\x0f", b"").decode("iso2022_jp_ext", "replace")
        return text.replace("\u2015", "\u2014")


def _pairs(table: str) -> list[tuple[int, str]]:
    """Give what a row says, range by range: code and bytes, or bytes and code, in hexadecimal."""
    out = []
    for item in table.split():
        left, _, right = item.partition("=")
        first, _, last = left.partition("-")
        for step in range(int(last or first, 16) - int(first, 16) + 1):
            steps = right in ("", "*") or not step
            out.append((int(first, 16) + step, right if steps else f"{int(right, 16) + step:0{len(right)}x}"))
    return out


@lru_cache(maxsize=1)
def _differences() -> dict[str, tuple[str, str]]:
    found = {}
    for entry in DIFFERENCES.split(";"):
        name, rest = entry.split(None, 1)
        written, _, read = rest.partition("|")
        found[name] = (written, read)
    return found


@lru_cache(maxsize=1)
def _entries() -> dict[str, tuple[str, str]]:
    """Every name, in small letters → the proper one, and the codec."""
    found = {}
    for entry in NAMES.split(";"):
        name, codec, *aliases = entry.split()
        found.update(dict.fromkeys([each.lower() for each in (name, *aliases)], (name, codec.strip("-"))))
    return found


@lru_cache(maxsize=256)
def _made(name: str, codec: str) -> Charset:
    if codec == "utf-8":
        return Utf8(name, codec) if name == "UTF-8" else Cesu8(name, codec)
    if codec.startswith(("utf-16", "utf-32")):
        return Wide(name, codec)
    if codec.startswith("iso2022"):
        return Shifting(name, codec)
    several = (codec and len(bytes(range(256)).decode(codec, "replace")) < 256) or codec in _SEVERAL
    written, read = _differences().get(name, ("", ""))
    if several:
        return Several(name, codec, written, read)
    return Single(name, codec, written, read) if written or read else Charset(name, codec)


_SEVERAL = frozenset(("big5", "big5hkscs", "cp932", "cp949", "cp950", "euc_jp", "euc_kr", "gb18030", "gb2312", "johab"))


def java_charset(name: str) -> Charset | None:
    """Give the charset of a name or an alias, in any case of letters; None for one that Java does not know.

    One that cannot be had has no codec.
    """
    found = _entries().get(name.lower())
    return None if found is None else _made(*found)


def charset_named(name: str) -> Charset | None:
    """Give the charset of a name or an alias that can be had, else None."""
    found = java_charset(name)
    return found if found is not None and found.codec else None


def known_charset(name: str) -> bool:
    """Tell whether there is a charset of that name, and it can be had."""
    return charset_named(name) is not None


def out_of_reach(name: str) -> bool:
    """Tell whether a charset is one that Java has, and that cannot be had here."""
    found = java_charset(name)
    return found is not None and not found.codec


def encode(text: str, name: str) -> bytes:
    """Write a text in the charset of a name. Raises LookupError for one that there is not."""
    return _called(name).encode(text)


def decode(data: bytes, name: str) -> str:
    """Read bytes in the charset of a name. Raises LookupError for one that there is not."""
    return _called(name).decode(data)


def _called(name: str) -> Charset:
    found = charset_named(name)
    if found is None:
        raise LookupError(f"unknown charset: {name}")
    return found
