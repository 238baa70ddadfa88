"""The faults that are found in a page: how many, and what is said of them."""

from __future__ import annotations

from .messages import ACCESS, ATTRIBUTE_FAULTS, CHARACTERS, FAULTS, FORM, LAYOUT, MORE, MUST_MEND, SILENT_LEVELS
from .node import Attribute, Node, named, shown

ERRORS_SHOWN = 6
"""After so many errors nothing more is said."""

UNSAID = frozenset(("missing end", "end in script"))
"""Errors that are only counted."""

SHORT = 1 << 16


class Report:
    """Counts and lists what is wrong. `line` and `column` are where the page is being read."""

    def __init__(self, *, speaks: bool) -> None:
        self.speaks = speaks
        self.errors = 0
        self.warnings = 0
        self.line = 1
        self.column = 1
        self.lines: list[str] = []
        self.bad_form = False
        self.bad_characters = False
        self.access: set[str] = set()
        self.layout: set[str] = set()

    @property
    def is_talking(self) -> bool:
        """Tell whether warnings are to be said."""
        return self.speaks and self.errors <= ERRORS_SHOWN

    def say(self, text: str, level: str = "") -> None:
        """Say something of the place where the page is being read."""
        self.lines.append(f"line {self.line:,} column {self.column:,} - {level}{text}")

    def warn(self, fault: str, element: Node | None = None, node: Node | None = None) -> None:
        """Warn of a fault in an element, or in what follows there."""
        in_form = fault == "discarded" and self.bad_form
        if not in_form:
            self.warnings += 1
        if self.is_talking:
            level = "" if fault in SILENT_LEVELS else "Error: " if in_form else "Warning: "
            self.say(worded(fault, element, node), level)
            if fault == "proprietary" and node is not None and node.name in ("layer", "spacer", "nobr"):
                self.layout.add(node.name)

    def error(self, fault: str, element: Node | None = None, node: Node | None = None) -> None:
        """Tell of an error."""
        self.errors += 1
        if self.errors <= ERRORS_SHOWN and self.speaks and fault not in UNSAID:
            self.say(worded(fault, element, node), "Error: ")

    def entity(self, fault: str, entity: str = "") -> None:
        """Warn of a fault in an entity."""
        self.warnings += 1
        if self.is_talking:
            self.say(FAULTS[fault].format(entity=entity), "Warning: ")

    def attribute(self, fault: str, node: Node | None, attribute: Attribute | None = None) -> None:
        """Tell of a fault in an attribute; only a tag that does not end is an error."""
        is_error = fault == "no >"
        if is_error:
            self.errors += 1
        else:
            self.warnings += 1
        if not self.is_talking:
            return
        if fault == "server-side map":
            self.access.add("map")
        known = attribute or Attribute(None, None)
        words = {"node": named(node), "attribute": shown(known.name), "value": shown(known.value)}
        self.say(ATTRIBUTE_FAULTS[fault].format(**words), "Error: " if is_error else "Warning: ")

    def form(self) -> None:
        """Count an end of a form at a wrong place."""
        self.bad_form = True
        self.errors += 1

    def number(self) -> None:
        """Say how many faults there are."""
        errors, warnings = counted(self.errors), counted(self.warnings)
        if errors <= 0 and warnings <= 0:
            self.lines.append("no warnings or errors were found")
        else:
            several = f"{_some(warnings, 'warning')}, {_some(errors, 'error')}"
            self.lines.append(f"{several} were found!")
        if errors > 0:
            self.lines.append(MUST_MEND)

    def advise(self) -> None:
        """Say what should be done better."""
        if "noframes" in self.access:
            self.access -= {"frames", "noframes"}
        if self.bad_characters:
            self.lines += CHARACTERS
        if self.bad_form:
            self.lines.append(FORM)
        if self.access:
            self.lines += [text for key, text in ACCESS.items() if key in self.access]
            self.lines.append(MORE)
        self.lines += [text for key, text in LAYOUT.items() if key in self.layout]


def worded(fault: str, element: Node | None, node: Node | None) -> str:
    """Word a fault."""
    words = {
        "element": shown(element.element if element is not None else None),
        "name": shown(node.element if node is not None else None),
        "around": named(element),
        "node": named(node),
    }
    return FAULTS[fault].format(**words)


def counted(number: int) -> int:
    """Give what a counter of 16 bits has come to."""
    return (number + SHORT // 2) % SHORT - SHORT // 2


def _some(number: int, what: str) -> str:
    return f"no {what}s" if number <= 0 else f"1 {what}" if number == 1 else f"{number:,} {what}s"
