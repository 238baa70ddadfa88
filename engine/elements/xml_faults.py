"""Where a text stops being XML, in the words of Java's parser. Mirrors what Xerces reports first.

Texts are read again for this, by a scanner of tags, only after lxml has refused them.
"""

from __future__ import annotations

import re
from typing import NoReturn

NAME = r"[^\W\d][\w.:-]*"
START = re.compile(rf"<({NAME})")
ATTRIBUTE = re.compile(rf"\s+({NAME})")
VALUE = re.compile(r"\s*=\s*")
REFERENCE = re.compile(r"&(?:(#x)([0-9a-fA-F]*)|(#)([0-9]*)|([^\W\d][\w.-]*)?)(;?)")
INVALID = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*(\[.*?\]\s*)?>", re.S)
EXTERNAL = re.compile(rf"<!DOCTYPE\s+{NAME}\s+(?:SYSTEM|PUBLIC)")
WHITE = re.compile(r"[ \t\r\n]*")
ENTITY = re.compile(rf"<!ENTITY\s+({NAME})")
KNOWN = frozenset(("amp", "lt", "gt", "quot", "apos"))
EARLY_END = "XML document structures must start and end within the same entity."
NO_DOCTYPE = (
    'DOCTYPE is disallowed when the feature "http://apache.org/xml/features/disallow-doctype-decl" set to true.'
)


class MarkupError(ValueError):
    """A text that is no XML. `line` and `column` count from 1, 0 where Java's parser names none."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


def position(text: str, at: int) -> tuple[int, int]:
    """Tell line and column of a place, as Java counts: in UTF-16."""
    lines = text[:at].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return len(lines), len(lines[-1].encode("utf-16-le", "surrogatepass")) // 2 + 1


def fault_in(text: str, *, namespaces: bool = True, allows_doctype: bool = True) -> MarkupError | None:
    """Find the first fault of a text, None where the scanner sees none."""
    try:
        Scanner(text, namespaces, allows_doctype).document()
    except MarkupError as error:
        return error
    return None


def without_unknown_entities(text: str) -> str:
    """Leave out the entities that the text does not declare: an external DTD, which nobody reads, may do so."""
    known = KNOWN | set(ENTITY.findall(text))
    return re.sub(r"&([^\W\d][\w.-]*);", lambda found: found[0] if found[1] in known else "", text)


def tag_places(text: str) -> list[tuple[int, int]]:
    """Give for each element, in the order of the document, where its start tag ends and where its end tag does."""
    scanner = Scanner(text, False, True)
    scanner.document()
    return scanner.places


class Scanner:
    """Goes through a text and raises its first fault. What it comes past is told to methods that here do nothing."""

    def __init__(self, text: str, namespaces: bool, allows_doctype: bool) -> None:
        self.text = text
        self.at = 0
        self.open: list[str] = []
        self.numbers: list[int] = []
        self.places: list[tuple[int, int]] = []
        self.prefixes: list[set[str]] = [{"xml", "xmlns"}]
        self.namespaces = namespaces
        self.allows_doctype = allows_doctype
        self.entities = KNOWN
        self.rooted = False
        self.is_open = False  # an external DTD may declare more

    def opened(self, name: str, attributes: list[tuple[str, str]]) -> None:
        """Take a start tag, behind which the scanner stands."""

    def closed(self, name: str) -> None:
        """Take the end of an element."""

    def passed(self, kind: str, text: str) -> None:
        """Take what else stands in an element: `text`, `CDATA`, `comment` or `processing instruction`."""

    def declared(self) -> None:
        """Take the DOCTYPE."""

    def fail(self, message: str, at: int | None = None) -> NoReturn:
        """Raise a fault at a place, the present one if none is given."""
        raise MarkupError(message, *position(self.text, self.at if at is None else at))

    def ended(self) -> NoReturn:
        """Raise that the text ends too early."""
        self.fail(EARLY_END, len(self.text))

    def past(self, end: str) -> None:
        """Go behind the next `end`."""
        found = self.text.find(end, self.at)
        if found < 0:
            self.ended()
        self.at = found + len(end)

    def document(self) -> None:
        """Read all."""
        text = self.text
        if text.startswith("<?xml") and not re.match(r"<\?xml\s+version", text) and not text.startswith("<?xml-"):
            self.fail("The version is required in the XML declaration.", max(5, text.find("?>")))
        while self.at < len(text):
            if text[self.at] != "<":
                self.content()
            elif text.startswith("<?", self.at):
                self.instruction()
            elif text.startswith("<!", self.at):
                self.declaration()
            elif text.startswith("</", self.at) and self.open:
                self.end_tag()
            else:
                self.start_tag()
        if not self.rooted:
            raise MarkupError("Premature end of file.")
        if self.open:
            self.ended()

    def content(self) -> None:
        """Read text up to the next tag."""
        text = self.text
        start, end = self.at, text.find("<", self.at)
        end = len(text) if end < 0 else end
        if not self.open:
            blank = WHITE.match(text, start, end)
            if blank and blank.end() < end:
                where = "trailing section" if self.rooted else "prolog"
                self.fail(f"Content is not allowed in {where}.", blank.end())
            self.at = end
            return
        self.references(start, end)
        if (at := text.find("]]>", start, end)) >= 0:
            said = 'The character sequence "]]>" must not appear in content'
            self.fail(f"{said} unless used to mark the end of a CDATA section.", at + 3)
        if found := INVALID.search(text, start, end):
            code = f"{ord(found[0]):x}"
            said = f"An invalid XML character (Unicode: 0x{code}) was found in the element content of the document."
            self.fail(said, found.start())
        self.at = end
        self.passed("text", text[start:end])

    def references(self, start: int, end: int) -> None:
        """Check the entities in a stretch of text."""
        for found in REFERENCE.finditer(self.text, start, end):
            in_hex, hexadecimal, in_decimal, decimal, name, closed = found.groups()
            behind = found.end()
            if in_hex or in_decimal:
                self.character(found, hexadecimal if in_hex else decimal, 16 if in_hex else 10, bool(closed))
            elif not name:
                self.fail("The entity name must immediately follow the '&' in the entity reference.", found.start() + 1)
            elif not closed:
                self.fail(f"The reference to entity \"{name}\" must end with the ';' delimiter.", behind)
            elif name not in self.entities and not self.is_open:
                self.fail(f'The entity "{name}" was referenced, but not declared.', behind)

    def character(self, found: re.Match[str], digits: str, radix: int, closed: bool) -> None:
        """Check a character reference."""
        if not digits:
            kind = 'hexadecimal representation must immediately follow the "&#x"'
            kind = kind if radix == 16 else 'decimal representation must immediately follow the "&#"'
            self.fail(f"A {kind} in a character reference.", found.end(1 if radix == 16 else 3))
        if not closed and found.end() >= len(self.text):
            self.ended()
        if not closed:
            self.fail("The character reference must end with the ';' delimiter.", found.end())
        code = int(digits, radix)
        if code > 0x10FFFF or 0xD800 <= code < 0xE000 or INVALID.match(chr(code)):
            self.fail(f'Character reference "{found[0][:-1]}" is an invalid XML character.', found.end())

    def instruction(self) -> None:
        """Read a processing instruction, or the XML declaration."""
        if self.at and re.match(r"<\?xml[\s?]", self.text[self.at : self.at + 6], re.I):
            self.fail('The processing instruction target matching "[xX][mM][lL]" is not allowed.', self.at + 5)
        self.past("?>")
        if self.open:
            self.passed("processing instruction", "")

    def declaration(self) -> None:
        """Read a comment, a CDATA section or the DOCTYPE."""
        text = self.text
        if text.startswith("<!--", self.at):
            self.at += 4
            self.past("--")
            if not text.startswith(">", self.at):
                if self.at >= len(text):
                    self.ended()
                self.fail('The string "--" is not permitted within comments.')
            self.at += 1
            if self.open:
                self.passed("comment", "")
        elif self.open and text.startswith("<![CDATA[", self.at):
            self.past("]]>")
            self.passed("CDATA", "")
        elif not self.rooted and text.startswith("<!DOCTYPE", self.at):
            if not self.allows_doctype:
                self.fail(NO_DOCTYPE, self.at + len("<!DOCTYPE"))
            found = DOCTYPE.match(text, self.at)
            if not found:
                self.ended()
            self.entities |= set(ENTITY.findall(found[0]))
            self.is_open = bool(EXTERNAL.match(found[0]))
            self.at = found.end()
            self.declared()
        else:
            self.misplaced(self.at + 2)

    def misplaced(self, at: int) -> NoReturn:
        """Raise that markup can't stand where it does."""
        if self.open:
            instead = at if self.text.startswith("<!", self.at) else self.at + 1
            if instead >= len(self.text):
                self.ended()
            if self.text.startswith("<!-", self.at):
                self.fail('Comment must start with "<!--".', instead + 1)
            self.fail("The content of elements must consist of well-formed character data or markup.", instead)
        where = "following" if self.rooted else "preceding"
        self.fail(f"The markup in the document {where} the root element must be well-formed.", at)

    def end_tag(self) -> None:
        """Read an end tag."""
        name = self.open[-1]
        if self.at + 2 >= len(self.text):
            self.ended()
        if not self.text.startswith(name, self.at + 2):
            said = f'The element type "{name}" must be terminated by the matching end-tag "</{name}>".'
            self.fail(said, self.at + 2)
        self.at += 2 + len(name)
        blank = WHITE.match(self.text, self.at)
        after = blank.end() if blank else self.at
        if after >= len(self.text):
            self.ended()
        if self.text[after] != ">":
            self.fail(f"The end-tag for element type \"{name}\" must end with a '>' delimiter.", after)
        self.open.pop()
        self.prefixes.pop()
        self.at = after + 1
        number = self.numbers.pop()
        self.places[number] = self.places[number][0], self.at
        self.closed(name)

    def start_tag(self) -> None:
        """Read a start tag with its attributes."""
        text = self.text
        found = START.match(text, self.at)
        if self.at + 1 >= len(text):
            self.ended()
        if not found or (self.rooted and not self.open):
            self.misplaced(self.at + 1 + (self.rooted and text.startswith("</", self.at)))
        self.rooted = True
        name = found[1]
        self.at = found.end()
        attributes: list[tuple[str, str]] = []
        while attribute := ATTRIBUTE.match(text, self.at):
            self.at = attribute.end()
            attributes.append((attribute[1], self.attribute(name, attribute[1])))
        blank = WHITE.match(text, self.at)
        after = blank.end() if blank else self.at
        if after >= len(text) or (text[after] == "/" and after + 1 >= len(text)):
            self.ended()
        closes = text.startswith("/>", after)
        if not closes and text[after] != ">":
            said = f'Element type "{name}" must be followed by either attribute specifications, ">" or "/>".'
            self.fail(said, after + (text[after] == "/"))
        self.at = after + 1 + closes
        self.check_names(name, attributes)
        self.opened(name, attributes)
        if closes:
            self.prefixes.pop()
            self.closed(name)
        else:
            self.open.append(name)
            self.numbers.append(len(self.places))
        self.places.append((self.at, self.at))

    def attribute(self, element: str, name: str) -> str:
        """Read an attribute's value."""
        text = self.text
        sign = VALUE.match(text, self.at)
        if not sign:
            blank = WHITE.match(text, self.at)
            after = blank.end() if blank else self.at
            if after >= len(text):
                self.ended()
            said = f'Attribute name "{name}" associated with an element type "{element}" must be followed by the'
            self.fail(f"{said} ' = ' character.", after)
        self.at = sign.end()
        quote = text[self.at : self.at + 1]
        if not quote:
            self.ended()
        if quote not in "'\"":
            said = f'Open quote is expected for attribute "{name}" associated with an  element type  "{element}".'
            self.fail(said)
        start, end = self.at + 1, text.find(quote, self.at + 1)
        stop = len(text) if end < 0 else end
        less = text.find("<", start, stop)
        self.references(start, less if less >= 0 else stop)
        if less >= 0:
            said = f'The value of attribute "{name}" associated with an element type "{element}"'
            self.fail(f"{said} must not contain the '<' character.", less)
        if end < 0:
            self.ended()
        self.at = end + 1
        return text[start:end]

    def check_names(self, element: str, attributes: list[tuple[str, str]]) -> None:
        """Check that attributes stand once and that prefixes are bound."""
        declared = {name.partition(":")[2] for name, _ in attributes if name.startswith("xmlns:")}
        self.prefixes.append(self.prefixes[-1] | declared)
        known = self.prefixes[-1]
        seen = set()
        for name, _ in attributes:
            if name in seen:
                self.fail(f'Attribute "{name}" was already specified for element "{element}".')
            seen.add(name)
        if not self.namespaces:
            return
        prefix = element.rpartition(":")[0]
        if prefix and prefix not in known:
            self.fail(f'The prefix "{prefix}" for element "{element}" is not bound.')
        for name, _ in attributes:
            prefix = name.rpartition(":")[0]
            if prefix and prefix not in known:
                said = f'The prefix "{prefix}" for attribute "{name}" associated with an element type "{element}"'
                self.fail(f"{said} is not bound.")
