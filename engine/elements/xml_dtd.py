"""What a text's own DTD declares, and whether children of elements are what it says. Mirrors Xerces' DTDGrammar."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

NAME = r"[^\W\d][\w.:-]*"
TOKEN = r"[\w.:-]+"
DOCTYPE = re.compile(rf"<!DOCTYPE\s+({NAME})(?:[^\[>\"']|\"[^\"]*\"|'[^']*')*(?:\[(.*?)\]\s*)?>", re.S)
DECLARATION = re.compile(
    r"<!--.*?-->|<\?.*?\?>|%(?P<reference>[\w.:-]+);|<!(?P<kind>[A-Z]+)\s+(?P<body>(?:[^>\"']|\"[^\"]*\"|'[^']*')*)>",
    re.S,
)
ATTRIBUTE = re.compile(
    rf"({NAME})\s+(\([^)]*\)|NOTATION\s*\([^)]*\)|[A-Z]+)\s+"
    r"(?:(#REQUIRED|#IMPLIED)|(#FIXED\s+)?(?:\"([^\"]*)\"|'([^']*)'))",
    re.S,
)
WORD = re.compile(rf"{NAME}|[(),|?*+]")
ENTITY = re.compile(rf"(%\s+)?({NAME})\s+(?:\"([^\"]*)\"|'([^']*)')", re.S)

MALFORMED = "The markup declarations contained or pointed to by the document type declaration must be well-formed."

Paths: TypeAlias = "tuple[bool, set[int], set[int]]"
"""Whether nothing is enough, the leaves that may come first, and those that may come last."""


@dataclass(slots=True)
class Attribute:
    """A declared attribute; `values` are those of a list."""

    name: str
    kind: str
    values: list[str]
    required: bool = False
    fixed: bool = False
    default: str | None = None

    def fault(self, value: str) -> str | None:
        """Say what is wrong with a value."""
        said = f'Attribute value "{value}" of type {self.kind} must be '
        words = value.split(" ")
        if self.values and value not in self.values:
            listed = "".join(f"{each} " for each in self.values)
            return f'Attribute "{self.name}" with value "{value}" must have a value from the list "{listed}".'
        if self.kind in ("ID", "IDREF") and not re.fullmatch(NAME, value):
            return f"{said}a name."
        if self.kind == "IDREFS" and not all(re.fullmatch(NAME, word) for word in words):
            return f"{said}one or more names."
        if self.kind == "NMTOKEN" and not re.fullmatch(TOKEN, value):
            return f"{said}a name token."
        if self.kind == "NMTOKENS" and not all(re.fullmatch(TOKEN, word) for word in words):
            return f"{said}one or more name tokens."
        return None


@dataclass(slots=True)
class _Said:
    """A part of what may stand in an element, as Xerces writes it: a name, a group, or one of them with its sign."""

    text: str
    sign: str = ""
    between: str = ""

    @classmethod
    def of(cls, parts: list[_Said], between: str) -> _Said:
        """Join parts; a first group of the same kind loses its brackets."""
        first = parts[0]
        begin = first.text[1:-1] if first.between == between and not first.sign else first.inside()
        return cls(f"({between.join([begin, *(part.inside() for part in parts[1:])])})", between=between)

    def inside(self) -> str:
        """Write it as a part of a group."""
        return self.text + self.sign

    def alone(self) -> str:
        """Write it where nothing is around it."""
        return self.inside() if self.text.startswith("(") else f"({self.text}){self.sign}"

    def repeated(self, sign: str) -> _Said:
        """Give it a sign, or another one."""
        return _Said(f"({self.alone()})", sign) if self.sign else _Said(self.text, sign, self.between)


class Content:
    """What the children of an element may be. `said` is how Xerces writes it down; None stands for a text."""

    def __init__(self, written: str) -> None:
        self.words = WORD.findall(written.replace("#PCDATA", " "))
        self.is_any, self.is_empty = written == "ANY", written == "EMPTY"
        self.mixed = "#PCDATA" in written
        self.names: list[str] = []
        self.follow: list[set[int]] = []
        self.at = 0
        self.said: str | None = written
        if self.mixed:
            self.names = [word for word in self.words if word[0] not in "(),|?*+"]
            self.said = f"({'|'.join(self.names)})" if self.names else None
        elif not self.is_any and not self.is_empty:
            said, self.paths = self._part()
            self.said = said.alone()

    def _part(self) -> tuple[_Said, Paths]:
        word = self.words[self.at]
        self.at += 1
        if word == "(":
            said, paths = self._group()
        else:
            self.names.append(word)
            self.follow.append(set())
            place = len(self.names) - 1
            said, paths = _Said(word), (False, {place}, {place})
        sign = self.words[self.at] if self.at < len(self.words) else ""
        if sign in ("?", "*", "+"):
            self.at += 1
            said = said.repeated(sign)
            empty, first, last = paths
            if sign != "?":
                for place in last:
                    self.follow[place] |= first
            paths = (empty or sign != "+", first, last)
        return said, paths

    def _group(self) -> tuple[_Said, Paths]:
        said, (empty, first, last) = self._part()
        parts, between = [said], ""
        while self.words[self.at] != ")":
            between = self.words[self.at]
            self.at += 1
            said, (may_be_empty, begins, ends) = self._part()
            parts.append(said)
            if between == "|":
                empty, first, last = empty or may_be_empty, first | begins, last | ends
            else:
                for place in last:
                    self.follow[place] |= begins
                first = first | begins if empty else first
                last = last | ends if may_be_empty else ends
                empty = empty and may_be_empty
        self.at += 1
        return (parts[0] if len(parts) == 1 else _Said.of(parts, between)), (empty, first, last)

    def stops_at(self, children: list[str | None]) -> int | None:
        """Tell which child can't stand where it does, their number if more must come, None if all is well."""
        if self.is_any:
            return None
        if self.is_empty:
            return 0 if children else None
        if self.mixed:
            wrong = (at for at, child in enumerate(children) if child is not None and child not in self.names)
            return next(wrong, None)
        empty, first, last = self.paths
        able, done = first, empty
        for at, child in enumerate(children):
            places = {place for place in able if self.names[place] == child}
            if not places:
                return at
            able = set().union(*(self.follow[place] for place in places))
            done = bool(places & last)
        return None if done else len(children)


@dataclass(slots=True)
class Dtd:
    """What the text's own subset declares, and what is wrong with that: (place behind it in the text, what)."""

    root: str
    contents: dict[str, Content] = field(default_factory=dict)
    attributes: dict[str, dict[str, Attribute]] = field(default_factory=dict)
    notations: set[str] = field(default_factory=set)
    unparsed: set[str] = field(default_factory=set)
    entities: dict[str, str] = field(default_factory=dict)
    faults: list[tuple[int, str]] = field(default_factory=list)


def read_dtd(text: str) -> Dtd | None:
    """Read the DTD of a text, None where it has none. Files that it names are empty, as JMeter reads them."""
    found = DOCTYPE.search(text)
    if found is None:
        return None
    dtd = Dtd(found[1])
    if found[2] is not None:
        reading = _Reading(dtd, text)
        reading.declarations(found[2], found.start(2))
        reading.check_notations(found.end(2))
    return dtd


class _Reading:
    def __init__(self, dtd: Dtd, text: str) -> None:
        self.dtd = dtd
        self.text = text
        self.parameters: dict[str, str] = {}

    def declarations(self, text: str, begin: int) -> None:
        """Read declarations that stand at a place of the document."""
        for found in DECLARATION.finditer(text):
            if (name := found["reference"]) is not None:
                self.declarations(self.parameters.pop(name, ""), begin + found.end())
                continue
            body = (found["body"] or "").strip()
            if found["kind"] == "ELEMENT":
                self.element(body, begin + found.end())
            elif found["kind"] == "ATTLIST":
                self.attributes(body, begin + found.end() - 1)
            elif found["kind"] == "NOTATION":
                self.dtd.notations.add(body.partition(" ")[0])
            elif found["kind"] == "ENTITY":
                self.entity(body)

    def element(self, body: str, at: int) -> None:
        """Read what an element may hold."""
        name, _, content = body.partition(" ")
        if name in self.dtd.contents:
            self.dtd.faults.append((at, f'Element type "{name}" must not be declared more than once.'))
        else:
            try:
                made = self.dtd.contents[name] = Content(content.strip())
            except IndexError:
                self.dtd.faults.append((at, MALFORMED))
                return
            twice = next((each for each in made.names if made.mixed and made.names.count(each) > 1), None)
            if twice is not None:
                said = f'The element type "{twice}" was already specified in the content model of the element decl'
                place = self.text.rindex(twice, 0, at) + len(twice)
                self.dtd.faults.append((place, f'{said} "{name}".'))

    def attributes(self, body: str, at: int) -> None:
        """Read the attributes of an element; what is declared first counts."""
        element, _, lists = body.partition(" ")
        known = self.dtd.attributes.setdefault(element, {})
        for name, kind, need, fixed, first, second in ATTRIBUTE.findall(lists):
            words = re.findall(r"[\w.:-]+", kind.partition("(")[2])
            plain = kind.partition("(")[0].strip() or "ENUMERATION"
            default = None if need else first or second
            made = Attribute(name, plain, words, need == "#REQUIRED", bool(fixed), default)
            if (said := self.wrong(element, made)) is not None:
                self.dtd.faults.append((at, said))
            known.setdefault(name, made)

    def wrong(self, element: str, made: Attribute) -> str | None:
        """Say what is wrong with the declaration of an attribute."""
        name, default = made.name, made.default
        other = next((each.name for each in self.dtd.attributes[element].values() if each.kind == "ID"), None)
        twice = next((word for word in made.values if made.values.count(word) > 1), None)
        if twice is not None:
            said = f'The enumeration value "{twice}" was specified more than once in the declaration of attribute'
            said = (
                f'{said} "{name}" for element "{element}". The NMTOKENS in a single Enumeration attribute declaration'
            )
            return f"{said} must all be distinct."
        if made.kind == "ID" and other is not None:
            said = f'Element type "{element}" already has attribute "{other}" of type ID, a second attribute'
            return f'{said} "{name}" of type ID is not permitted.'
        if made.kind == "ID" and default is not None:
            return f'The ID attribute "{name}" must have a declared default of "#IMPLIED" or "#REQUIRED".'
        if default is not None and made.fault(default):
            said = f'The defaultValue "{default}" of attribute "{name}" is not legal as for the lexical constraints'
            return f"{said} of this attribute type."
        return None

    def check_notations(self, at: int) -> None:
        """Find notations that nobody declares."""
        for attribute in (each for known in self.dtd.attributes.values() for each in known.values()):
            for word in attribute.values if attribute.kind == "NOTATION" else ():
                if word not in self.dtd.notations:
                    said = f'The notation "{word}" must be declared when referenced in the notation type list for'
                    self.dtd.faults.append((at, f'{said} attribute "{attribute.name}".'))

    def entity(self, body: str) -> None:
        """Read an entity."""
        if found := ENTITY.match(body):
            value = found[3] if found[3] is not None else found[4]
            (self.parameters if found[1] else self.dtd.entities).setdefault(found[2], value)
        elif "NDATA" in body.split():
            self.dtd.unparsed.add(body.partition(" ")[0])
