"""Whether a text is as its own DTD declares: the first thing that is not, in the words of Java's parser.

Mirrors XMLDTDValidator. The text is read again for this, by the scanner of tags.
"""

from __future__ import annotations

import re
from typing import Any

from .xml_dtd import Dtd, read_dtd
from .xml_faults import WHITE, Scanner

NO_TEXT = re.compile(r"&#(?:[0-9]+|x[0-9a-fA-F]+);")
PREDEFINED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([^\W\d][\w.-]*));")
TEXT = None
"""Stands among an element's children for a text that can't be left out."""


def check_validity(text: str, *, namespaces: bool) -> None:
    """Raise MarkupError with the first place where a text is not valid, or no XML at all."""
    Validation(text, namespaces, True).document()


class Validation(Scanner):
    """Goes through a text with its DTD."""

    dtd: Dtd | None = None

    def __init__(self, text: str, namespaces: bool, allows_doctype: bool) -> None:
        super().__init__(text, namespaces, allows_doctype)
        self.children: list[list[str | None]] = []
        self.ids: set[str] = set()
        self.wanted: list[str] = []

    def declared(self) -> None:
        self.dtd = read_dtd(self.text)
        for at, said in self.dtd.faults[:1] if self.dtd else ():
            self.fail(said, at)

    def document(self) -> None:
        super().document()
        missing = next((name for name in self.wanted if name not in self.ids), None)
        if missing is not None:
            self.fail(f'An element with the identifier "{missing}" must appear in the document.')

    def opened(self, name: str, attributes: list[tuple[str, str]]) -> None:
        if self.dtd is None and self.namespaces:
            begin = self.text.rindex("<", 0, self.at) + 1
            self.fail("Document is invalid: no grammar found.", begin + len(name))
        if not self.children:
            root = self.dtd.root if self.dtd else "null"
            if root != name:
                self.fail(f'Document root element "{name}", must match DOCTYPE root "{root}".')
        else:
            self.children[-1].append(name)
        self.children.append([])
        assert self.dtd is not None
        if name not in self.dtd.contents:
            self.fail(f'Element type "{name}" must be declared.')
        self.check_attributes(name, attributes, self.dtd)

    def check_attributes(self, name: str, attributes: list[tuple[str, str]], dtd: Dtd) -> None:
        """Check the attributes of a start tag: first those that it lacks, then those that it has."""
        declared = dtd.attributes.get(name, {})
        given = {key: self.normal(value) for key, value in attributes}
        for attribute in declared.values():
            if attribute.required and attribute.name not in given:
                said = f'Attribute "{attribute.name}" is required and must be specified for element type "{name}".'
                self.fail(said)
        for key, value in given.items():
            if key not in declared:
                self.fail(f'Attribute "{key}" must be declared for element type "{name}".')
            kind, fixed = declared[key].kind, declared[key].default if declared[key].fixed else None
            if fixed is not None and value != fixed:
                self.fail(f'Attribute "{key}" with value "{value}" must have a value of "{fixed}".')
            value = value if kind == "CDATA" else " ".join(value.split())
            if (said_of := declared[key].fault(value)) is not None:
                self.fail(said_of)
            self.note(kind, value, dtd)

    def note(self, kind: str, value: str, dtd: Dtd) -> None:
        """Check what an attribute names elsewhere."""
        if kind == "ID":
            if value in self.ids:
                self.fail(f'Attribute value "{value}" of type ID must be unique within the document.')
            self.ids.add(value)
        elif kind in ("IDREF", "IDREFS"):
            self.wanted += value.split()
        elif kind in ("ENTITY", "ENTITIES"):
            for word in value.split():
                if word not in dtd.unparsed:
                    self.fail(f'ENTITY "{word}" is not unparsed.')

    def normal(self, value: str) -> str:
        """Give an attribute's value with its references replaced."""
        entities = {**PREDEFINED, **(self.dtd.entities if self.dtd else {})}

        def replaced(found: re.Match[str]) -> str:
            if found[1] or found[2]:
                return chr(int(found[1] or found[2], 16 if found[1] else 10))
            return entities.get(found[3], "")

        return REFERENCE.sub(replaced, re.sub(r"[\t\r\n]", " ", value))

    def passed(self, kind: str, text: str) -> None:
        assert self.dtd is not None
        content = self.dtd.contents.get(self.open[-1])
        if content is None or content.mixed or content.is_any:
            return
        if kind in ("comment", "processing instruction"):
            if content.is_empty:
                said = f'The content of element type "{self.open[-1]}" must match "{content.said}".'
                self.fail(f'{said}  Children of type "{kind}" are not allowed.')
        elif kind == "CDATA":
            self.children[-1].append(TEXT)
        else:
            self.characters(text, content.said)

    def characters(self, text: str, allowed: str | None) -> None:
        """Take text where only elements may stand; what an entity stands for is read as if it stood there."""
        assert self.dtd is not None
        for piece in re.split(r"(&[^;]*;)", text):
            if NO_TEXT.fullmatch(piece) and not WHITE.sub("", self.normal(piece)):
                said = f'The content of element type "{self.open[-1]}" must match "{allowed}".'
                self.fail(f'{said}  Children of type "character reference" are not allowed.')
            elif piece.startswith("&") and piece[1:-1] in self.dtd.entities:
                value = NO_TEXT.sub(lambda found: self.normal(found[0]), self.dtd.entities[piece[1:-1]])
                names = re.findall(r"<([^\s/>!?]+)", value)
                self.children[-1] += names or ([TEXT] if WHITE.sub("", value) else [])
            elif WHITE.sub("", piece) or (piece and allowed == "EMPTY"):
                self.children[-1].append(TEXT)

    def closed(self, name: str) -> None:
        assert self.dtd is not None
        children, content = self.children.pop(), self.dtd.contents[name]
        wrong = content.stops_at(children)
        if wrong is None:
            return
        if wrong == len(children) and not content.is_empty:
            self.fail(f'The content of element type "{name}" is incomplete, it must match "{content.said or "null"}".')
        self.fail(f'The content of element type "{name}" must match "{content.said or "null"}".')


SECTION = re.compile(rb"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
MARK = "section-d41d8cd98f00b204"


def mark_sections(data: bytes) -> bytes:
    """Mark CDATA sections at both ends: no parser tells their blanks, which `drop_blanks` leaves, from others."""
    return SECTION.sub(rb"<![CDATA[%b\1%b]]>" % (MARK.encode(), MARK.encode()), data)


def drop_blanks(root: Any, text: str) -> None:
    """Take out of a document the blanks in elements that hold nothing but elements, as its DTD says.

    CDATA sections stay as they are, and lose their marks.
    """
    dtd = read_dtd(text)
    contents = dtd.contents if dtd is not None else {}
    for node in root.iter():
        content = contents.get(node.tag) if isinstance(node.tag, str) else None
        drops = content is not None and not (content.mixed or content.is_any or content.is_empty)
        node.text = without_blanks(node.text, drops=drops)
        for child in node:
            child.tail = without_blanks(child.tail, drops=drops)


def without_blanks(text: str | None, *, drops: bool) -> str | None:
    """Give a text of a document without marks, and without what is blank between them where it `drops` that."""
    parts = text.split(MARK) if text else []
    if drops:
        parts[::2] = [part if WHITE.sub("", part) else "" for part in parts[::2]]
    return "".join(parts) or None
