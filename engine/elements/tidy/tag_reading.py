"""Hot path: what stands in a tag, and entities."""

from __future__ import annotations

import re
from html.entities import name2codepoint

from .attributes import SCRIPTS, URLS
from .node import Attribute, Node
from .report import Report
from .source import Source
from .tags import ALL, PROPRIETARY

WHITE = " \t\r\n\f"
NAME = re.compile(r"[-.:_0-9A-Za-z]+")
VALID_NAME = re.compile(r"[A-Za-z][-.:_0-9A-Za-z]*")
UPPER = re.compile("[A-Z]+")
ATTRIBUTE = re.compile(r"[^-=><\"' \t\r\n\f]+")
QUOTED = {quote: re.compile(rf"[^{quote}&\\<> \t\r\n\f]+(?: [^{quote}&\\<> \t\r\n\f]+)*") for quote in ("'", '"')}
UNQUOTED = re.compile(r"[^>\"'<&/\\ \t\r\n\f]+")
NUMBER = re.compile(r"#(?:x(-?[0-9a-fA-F]+)|(-?[0-9]+))")
NO_TEXT = re.compile("[\ud800-\udfff\ufffe\uffff]")
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
AS_WRITTEN = ("alt", "title", "value", "prompt")
MANY_LINES = 10
"""A value with more lines, or tags, than these lacks its quote."""

NO_NAME = "\uffff"
"""What follows the name of a tag at the end of a page."""


def lower(text: str) -> str:
    """Write A to Z small."""
    return text.lower() if text.isascii() else UPPER.sub(lambda found: found[0].lower(), text)


class TagReader:
    """Reads tags into a buffer whose first `size` bytes count."""

    def __init__(self, source: Source, report: Report, *, is_xml: bool, is_xhtml: bool) -> None:
        self.source = source
        self.report = report
        self.is_xml = is_xml
        self.wants_xhtml = is_xhtml
        self.is_xhtml = False
        self.writes_xml = is_xml or is_xhtml
        self.buffer = bytearray()
        self.size = 0
        self.begin = self.finish = 0
        self.state = "content"
        self.last: Node
        self.is_closed = False
        self.piece: Attribute | None = None
        self.anchors: dict[str, Node] = {}
        self.versions = ALL | PROPRIETARY
        self.doctype = 0
        self.bad_doctype = False

    def constrain(self, versions: int) -> None:
        """Rule versions of HTML out."""
        self.versions &= versions | PROPRIETARY

    def encoded(self, text: str) -> bytes:
        """Give the bytes of a text, with other characters for those that it must not have, or without them in XML."""
        if text.isascii() and text.isprintable():
            return text.encode()
        if self.writes_xml:
            return NO_XML.sub("", text).encode()
        return NO_TEXT.sub("\ufffd", text).encode()

    def add(self, text: str) -> None:
        """Write a text to the end of the buffer."""
        data = self.encoded(text)
        end = self.size + len(data)
        self.buffer[self.size : end + 1] = data + b"\0"
        self.size = end

    def add_read(self, character: str) -> None:
        """Write what was read; the end of the page is a byte as well, where control characters are."""
        if character:
            self.add(character)
        elif not self.writes_xml:
            self.buffer[self.size : self.size + 2] = b"\xff\0"
            self.size += 1

    def entity(self, *, keeps_nbsp: bool = True) -> str:
        """Read an entity, whose & has been read; gives what it stands for, or what stands there."""
        source, report = self.source, self.report
        column = source.column - 1
        name = ""
        while True:
            name += source.run(NAME)
            character = source.read()
            if character == "#" and not name:
                name = "#"
            elif character and NAME.match(character):
                name += character
            else:
                break
        if character not in (";", ""):
            source.put_back(character)
        if name == "apos" and not self.writes_xml:
            report.entity("&apos;")
        code = code_of(name)
        if code > 0 and (code < 256 or character == ";"):
            if character != ";":
                report.line, report.column = source.line, column
                report.entity("no semicolon", f"&{name}")
            if code == 160 and not keeps_nbsp:
                return " "
            return chr(code) if code <= 0x10FFFF else "" if self.writes_xml else "\ufffd"
        report.line, report.column = source.line, column
        report.entity("unknown entity" if name else "ampersand", f"&{name}")
        return f"&{name};" if name and character == ";" else f"&{name}"

    def tag_name(self, first: str) -> tuple[str, str]:
        """Read a tag's name from its first letter; gives it, and what follows it."""
        name = first + self.source.run(NAME)
        character = self.source.read()
        while character and NAME.match(character):
            name += character
            character = self.source.read()
        return name if self.is_xml else name.lower(), character or NO_NAME

    def attributes(self) -> list[Attribute]:
        """Read the attributes of a tag, and its end; the last comes first."""
        found: list[Attribute] = []
        self.is_closed = False
        while not self.source.at_end:
            name = self.attribute_name()
            if name is None:
                if self.piece is None:
                    break
                found.insert(0, self.piece)
                continue
            attribute = Attribute(name, self.value(name))
            if VALID_NAME.fullmatch(name):
                found.insert(0, attribute)
            elif attribute.value is not None:
                self.report.attribute("bad value", self.last, attribute)
            else:
                fault = "no closing quote" if name[-1] == '"' else "unknown attribute"
                self.report.attribute(fault, self.last, attribute)
        return found

    def attribute_name(self) -> str | None:
        """Read the name of an attribute; None for a tag's end, and for a piece of a server's language."""
        self.piece = None
        while True:
            character = self.source.read()
            if character == "/":
                following = self.source.read()
                if following == ">":
                    self.is_closed = True
                    return None
                self.source.put_back(following)
                break
            if character in (">", "<", ""):
                self._no_attribute(character)
                return None
            if character in ("=", '"', "'"):
                self.report.attribute("equals sign" if character == "=" else "quote", self.last)
            elif character not in WHITE:
                break
        return self._name(character)

    def _no_attribute(self, character: str) -> None:
        if character == "<":
            following = self.source.read()
            if following in ("%", "?") and following:
                self._piece(following)
                return
            self.source.put_back(following)
            if self.state != "declaration":
                self.source.put_back("<")
            self.report.attribute("no >", self.last)
        elif not character:
            self._end_of_file()
            self.source.put_back(character)

    def _end_of_file(self) -> None:
        if self.report.is_talking:
            self.report.line, self.report.column = self.source.line, self.source.column
        self.report.attribute("end of file", self.last)

    def _piece(self, sign: str) -> None:
        """Read <%…%> or <?…?> in a tag."""
        self.begin = self.size
        before = ""
        while character := self.source.read():
            self.add(character)
            if before == sign and character == ">":
                break
            before = "" if before == sign else character
        self.size -= 2
        self.finish = self.size
        if self.finish > self.begin:
            self.piece = Attribute(None, None if sign == "%" else "")
        self.begin = self.finish

    def _name(self, character: str) -> str | None:
        name, last = "", character
        while True:
            if character in ("=", ">", "<", ""):
                self.source.put_back(character)
                break
            if last == "-" and character in ('"', "'"):
                name = name[:-1]
                self.source.put_back(character)
                break
            if character in WHITE:
                break
            name += character + self.source.run(ATTRIBUTE)
            last = name[-1]
            character = self.source.read()
        name = self.encoded(name).decode("utf-8", "replace")
        return (name if self.is_xml else lower(name)) or None

    def value(self, name: str, *, folds: bool = False) -> str | None:
        """Read the value of an attribute; None if it has none."""
        source = self.source
        character = self._after_blanks()
        if character not in ("=", '"', "'"):
            source.put_back(character)
            return None
        character = self._after_blanks()
        quote = ""
        if character in ("'", '"'):
            quote = character
        elif character == "<":
            return self._instruction_value() or None
        else:
            source.put_back(character)
        value, lines, has_gt = self._quoted(name, quote) if quote else (self._unquoted(name), 0, False)
        if folds:
            value = lower(value)
        may_be_long = name in SCRIPTS or (name in URLS and value.startswith("javascript:")) or value.startswith("<xml ")
        if lines > MANY_LINES and has_gt and not may_be_long:
            self.report.error("missing quote")
        return self._trimmed(name, value) if value or quote else None

    def _after_blanks(self) -> str:
        while True:
            character = self.source.read()
            if not character:
                self.source.put_back(character)
            if not character or character not in WHITE:
                return character

    def _trimmed(self, name: str, value: str) -> str:
        data = self.encoded(value)
        if name.lower() not in AS_WRITTEN:
            data = data.rstrip(WHITE.encode())
            start = self.size
            while data and data[0] in WHITE.encode() and start < len(data):
                data = data[1:]
                start += 1
        return data.decode("utf-8", "replace")

    def _quoted(self, name: str, quote: str) -> tuple[str, int, bool]:
        """Read a value in quotes; gives also how many lines and tags it has, and whether one ends in it."""
        source, value, character, lines, has_gt = self.source, "", "", 0, False
        while True:
            run = source.run(QUOTED[quote])
            if run:
                value, character = value + run, run[-1]
            last, character = character, source.read()
            if not character:
                self._end_of_file()
                source.put_back(character)
                break
            if character == quote:
                break
            if character == "\r":
                character = source.read()
                if character != "\n":
                    source.put_back(character)
                character = "\n"
            lines += character in "\n<>"
            has_gt = has_gt or character == ">"
            value += self._written(name, quote, last, character)
            if character in WHITE and not (character == "\n" and name in URLS):
                character = " "
        return value, lines, has_gt

    def _written(self, name: str, quote: str, last: str, character: str) -> str:
        """Give what a character in a value stands for."""
        if character == "&":
            if name.lower() == "id":
                self.report.attribute("entity in id", None)
                return ""
            return self.entity()
        if character == "\\":
            character = self.source.read()
            if character != "\n":
                self.source.put_back(character)
                return "\\"
        if quote and character in WHITE:
            if character == "\n" and name in URLS:
                self.report.attribute("line in address", self.last)
                return ""
            return "" if last == " " else " "
        return character

    def _unquoted(self, name: str) -> str:
        source, value = self.source, ""
        while True:
            value += source.run(UNQUOTED)
            character = source.read()
            if not character:
                self._end_of_file()
            if character in ("", ">"):
                source.put_back(character)
                break
            if character in ('"', "'"):
                self.report.attribute("quote", self.last)
                following = source.read()
                source.put_back(following)
                if following == ">":
                    value += character
                    break
            if character == "<":
                source.put_back(character)
                source.put_back(">")
                self.report.attribute("no >", self.last)
                break
            if character == "/":
                following = source.read()
                source.put_back(following)
                if following == ">" and name not in URLS:
                    self.is_closed = True
                    break
            written = self._written(name, "", "", character)
            if written in ("\n", "\r", " ", "\t", "\f") and character != "&":
                break
            value += written
        return value

    def _instruction_value(self) -> str:
        """Read <…> as a value; it ends at a blank if it is no piece of a server's language."""
        source = self.source
        character = source.read()
        value = "<" + character
        is_rule = character in ("%", "?", "@") and bool(character)
        while True:
            character = source.read()
            if character == ">":
                if is_rule:
                    value += character
                else:
                    source.put_back(character)
            if character in ("", ">") or (not is_rule and character in WHITE):
                break
            value += character
            if character in ('"', "'"):
                string = self._string(character)
                value += string
                if not string.endswith(character):
                    break
        return value

    def _string(self, quote: str) -> str:
        string = ""
        while True:
            character = self.source.read()
            if self.source.at_end or character == ">":
                if self.source.at_end:
                    self._end_of_file()
                self.source.put_back(character)
                if not self.source.at_end:
                    self.report.attribute("no >", self.last)
                return string
            string += character
            if character == quote:
                return string

    def declared_attribute(self) -> Attribute:
        """Read an attribute of an XML declaration."""
        name = self.attribute_name()
        return Attribute(name, self.value(name or "", folds=True))


def code_of(name: str) -> int:
    """Give the code that an entity stands for; 0 if it is unknown."""
    if name[:1] != "#":
        return name2codepoint.get(name, 0)
    found = NUMBER.fullmatch(name)
    if found is None:
        return 0
    code = int(found[1], 16) if found[1] else int(found[2])
    return code if code < 1 << 31 else 0
