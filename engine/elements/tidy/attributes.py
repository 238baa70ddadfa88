"""The attributes of HTML as JTidy knows them: which versions have them, and what their values may be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING

from .node import Attribute, Node
from .tags import (
    ALL,
    ANCHORS,
    FRAMESET,
    FROM32,
    HTML40,
    IMAGE,
    LOOSE,
    MICROSOFT,
    NETSCAPE,
    PROPRIETARY,
    STRICT,
    TRANSITIONAL,
    XHTML11,
    XML,
)

if TYPE_CHECKING:
    from .lexer import Lexer

COLOURS = {
    "black": "#000000",
    "green": "#008000",
    "silver": "#c0c0c0",
    "lime": "#00ff00",
    "gray": "#808080",
    "olive": "#808000",
    "white": "#ffffff",
    "yellow": "#ffff00",
    "maroon": "#800000",
    "navy": "#000080",
    "red": "#ff0000",
    "blue": "#0000ff",
    "purple": "#800080",
    "teal": "#008080",
    "fuchsia": "#ff00ff",
    "aqua": "#00ffff",
}
COLOUR_CODES = frozenset(COLOURS.values())
UNSAFE = re.compile("[^\x21-\x3b\x3d\x3f-\x7e]")
"""What an address must not have."""

NAME = re.compile("[-.:_0-9A-Za-z]*")
IMAGE_PLACES = ("left", "right")
CELL_PLACES = ("top", "middle", "bottom", "baseline")
OLD_PLACES = ("texttop", "absmiddle", "absbottom", "textbottom")
FRAMES = ("_blank", "_self", "_parent", "_top")

Check = Callable[["Lexer", Node, Attribute, str], None]
"""How a value is checked, which is not missing."""


def bad(lexer: Lexer, node: Node, attribute: Attribute) -> None:
    """Warn of a value."""
    lexer.report.attribute("bad value", node, attribute)


def lowered(lexer: Lexer, node: Node, attribute: Attribute, value: str) -> str:
    """Give a value in lower case, and keep it so."""
    lower = value.lower()
    if value != lower:
        if lexer.is_xhtml:
            lexer.report.attribute("upper case", node, attribute)
        attribute.value = lower
    return lower


def one_of(*values: str) -> Check:
    """Make a check for certain words."""

    def check(lexer: Lexer, node: Node, attribute: Attribute, value: str) -> None:
        if lowered(lexer, node, attribute, value) not in values:
            bad(lexer, node, attribute)

    return check


def check_url(lexer: Lexer, node: Node, attribute: Attribute, value: str) -> None:
    """Check an address, and escape what it must not have."""
    has_backslash = "\\" in value
    value = value.replace("\\", "/")
    safe = UNSAFE.sub(lambda found: "".join(f"%{unit:X}" for unit in _units(found[0])), value)
    attribute.value = safe
    if has_backslash:
        lexer.report.attribute("backslash", node, attribute)
    if safe != value:
        lexer.report.attribute("bad address", node, attribute)
        lexer.report.bad_characters = True


def _units(character: str) -> list[int]:
    code = ord(character)
    return [code] if code < 0x10000 else [0xD7C0 + (code >> 10), 0xDC00 + (code & 0x3FF)]


def check_align(lexer: Lexer, node: Node, attribute: Attribute, value: str) -> None:
    """Check where something stands in its line."""
    if node.traits & IMAGE:
        check_place(lexer, node, attribute, value)
    elif lowered(lexer, node, attribute, value) not in ("left", "center", "right", "justify"):
        bad(lexer, node, attribute)


def check_place(lexer: Lexer, node: Node, attribute: Attribute, value: str) -> None:
    """Check how high something stands."""
    value = lowered(lexer, node, attribute, value)
    if value in CELL_PLACES:
        return
    if value in OLD_PLACES:
        lexer.constrain(PROPRIETARY)
        lexer.report.attribute("proprietary value", node, attribute)
    elif value not in IMAGE_PLACES or not node.traits & IMAGE:
        bad(lexer, node, attribute)


def check_length(lexer: Lexer, node: Node, attribute: Attribute, value: str) -> None:
    """Check a number, or a share; a cell's is a number."""
    if attribute.name == "width" and node.name in ("col", "colgroup"):
        return
    in_cell = node.name in ("td", "th")
    rest = (each.isdecimal() or (each == "%" and not in_cell) for each in value[1:])
    if not (value and (value[0].isdecimal() or value[0] == "%") and all(rest)):
        bad(lexer, node, attribute)


def check_number(lexer: Lexer, node: Node, attribute: Attribute, value: str) -> None:
    """Check a number."""
    if attribute.name in ("cols", "rows") and node.name == "frameset":
        return
    digits = value[1:] if node.name == "font" and value[:1] in ("+", "-") else value
    if digits and not digits.isdecimal():
        bad(lexer, node, attribute)


def check_target(lexer: Lexer, node: Node, attribute: Attribute, value: str) -> None:
    """Check the name of a frame."""
    if not value[0].isalpha() and value.lower() not in FRAMES:
        bad(lexer, node, attribute)


def check_colour(lexer: Lexer, node: Node, attribute: Attribute, value: str) -> None:
    """Check a colour; what is no colour of HTML 4 is written in capitals."""
    lower = value.lower()
    if value[0] == "#":
        if len(value) != 7 or not re.fullmatch("#[0-9a-f]*", lower):
            bad(lexer, node, attribute)
        elif lower not in COLOUR_CODES:
            attribute.value = value.upper()
    elif lower not in COLOURS:
        bad(lexer, node, attribute)


def check_id(lexer: Lexer, node: Node, attribute: Attribute, value: str) -> None:
    """Check what identifies an element."""
    first, rest = value[0], value[NAME.match(value, 1).end() :]  # type: ignore[union-attr]
    if not first.isalpha():
        is_xml = first in "_:"
        lexer.report.attribute("XML id" if lexer.is_xhtml and is_xml else "bad value", node, attribute)
    elif rest:
        is_xml = rest[0].isalnum() or unicodedata.combining(rest[0]) > 0
        lexer.report.attribute("XML id" if lexer.is_xhtml and is_xml else "bad value", node, attribute)
    anchor(lexer, node, attribute, value)


def check_name(lexer: Lexer, node: Node, attribute: Attribute, value: str) -> None:
    """Check a name, which others may refer to."""
    if node.name in ANCHORS:
        lexer.constrain(~XHTML11)
        anchor(lexer, node, attribute, value)


def anchor(lexer: Lexer, node: Node, attribute: Attribute, value: str) -> None:
    """Note a name; there may be one of it."""
    if lexer.anchors.setdefault(value.lower(), node) is not node:
        lexer.report.attribute("anchor", node, attribute)


def check_flag(lexer: Lexer, node: Node, attribute: Attribute, value: str) -> None:
    """Have a flag in lower case."""
    lowered(lexer, node, attribute, value)


def check_language(lexer: Lexer, node: Node, attribute: Attribute, value: str) -> None:
    """Have a language, whatever it is."""


VERSIONS = {
    "all": ALL,
    "4": HTML40,
    "32": FROM32,
    "loose": TRANSITIONAL,
    "iframe": LOOSE | FRAMESET,
    "frameset": FRAMESET,
    "html loose": LOOSE,
    "microsoft": MICROSOFT,
    "netscape": NETSCAPE,
    "nobody": PROPRIETARY,
    "11": XHTML11,
    "xml": XML,
    "event": HTML40 | XHTML11,
}

CHECKS: dict[str, Check] = {
    "align": check_align,
    "flag": check_flag,
    "method": one_of("get", "post"),
    "length": check_length,
    "name": check_name,
    "number": check_number,
    "url": check_url,
    "shape": one_of("rect", "default", "circle", "poly"),
    "valign": check_place,
    "id": check_id,
    "lang": check_language,
    "scope": one_of("row", "rowgroup", "col", "colgroup"),
    "target": check_target,
    "dir": one_of("rtl", "ltr"),
    "valuetype": one_of("data", "object", "ref"),
    "scroll": one_of("no", "yes", "auto"),
    "clear": one_of("none", "left", "right", "all"),
    "colour": check_colour,
}

NEVER_EMPTY = frozenset(("id", "colour", "target"))
MAY_LACK = frozenset(("flag", "script", "-"))

_ATTRIBUTES = """
all -: accept enctype alt content http-equiv value version xmlns rel rev
all align: align
all flag: border checked compact ismap multiple selected usemap
all method: method
all length: height width
all name: name
all number: hspace maxlength rows rowspan start
all url: action href src
event script: onblur onchange onclick ondblclick onkeydown onkeypress onkeyup onload onmousedown onmousemove onmouseout
event script: onmouseover onmouseup onsubmit onreset onselect onunload onfocus
frameset flag: noresize
iframe -: frameborder cols
32 -: coords type
32 flag: nohref
32 length: cellpadding cellspacing
32 number: colspan
32 shape: shape
32 valign: valign
4 -: abbr axis class label scheme standby style summary title accept-charset charset accesskey char archive codetype
4 -: datetime for headers frame media rules
4 flag: declare defer disabled readonly
4 id: id
4 lang: hreflang lang
4 length: charoff
4 number: span tabindex
4 scope: scope
4 target: target
4 dir: dir
4 url: cite classid codebase data longdesc profile
4 valuetype: valuetype
html_loose -: object
iframe number: marginheight marginwidth
iframe scroll: scrolling
loose -: code face language prompt
loose flag: noshade nowrap
loose clear: clear
loose colour: alink bgcolor color link text vlink
loose number: size vspace
loose url: background
microsoft -: datafld dataformatas
microsoft colour: bordercolor
microsoft number: bottommargin datapagesize leftmargin rightmargin topmargin
microsoft script: onafterupdate onbeforeupdate onerrorupdate onrowenter onrowexit onbeforeunload ondatasetchanged
microsoft script: ondataavailable ondatasetcomplete
microsoft url: datasrc
netscape -: add_date last_modified last_visit wrap
nobody -: bgproperties
nobody flag: showgrid showgridx showgridy
nobody number: framespacing gridx gridy
nobody url: lowsrc
11 number: rbspan
xml -: xml:lang xml:space
"""
"""Versions and check (- for none): names."""


def _read(table: str) -> dict[str, tuple[int, str]]:
    known = {}
    for line in table.strip().splitlines():
        about, _, names = line.partition(": ")
        versions, check = about.split()
        for name in names.split():
            known[name] = VERSIONS[versions.replace("_", " ")], check
    return known


ATTRIBUTES = _read(_ATTRIBUTES)
URLS = frozenset(name for name, (_, check) in ATTRIBUTES.items() if check == "url")
SCRIPTS = frozenset(name for name, (_, check) in ATTRIBUTES.items() if check == "script")


def check_attribute(lexer: Lexer, node: Node, attribute: Attribute) -> None:
    """Check an attribute of a tag: whether it is known, which versions have it, and its value."""
    known = ATTRIBUTES.get(attribute.name or "")
    if known is None:
        is_proprietary = node.tag is None or node.tag.versions & PROPRIETARY
        is_asp = attribute.name is None and attribute.value is None
        if not (lexer.is_xml or is_proprietary or is_asp):
            lexer.report.attribute("unknown attribute", node, attribute)
        return
    versions, check = known
    if versions & XML:
        if not (lexer.is_xml or lexer.writes_xml):
            lexer.report.attribute("XML attribute", node, attribute)
    elif attribute.name != "title" or node.name not in ("a", "link"):
        lexer.constrain(versions)
    if check == "-":
        if versions & PROPRIETARY:
            lexer.report.attribute("proprietary attribute", node, attribute)
    else:
        _check_value(lexer, node, attribute, check)


def _check_value(lexer: Lexer, node: Node, attribute: Attribute, check: str) -> None:
    if check == "target":
        lexer.constrain(~STRICT)
    elif attribute.name == "lang":
        lexer.constrain(~XHTML11)
    if attribute.value is None or (not attribute.value and check in NEVER_EMPTY):
        if check not in MAY_LACK:
            lexer.report.attribute("no value", node, attribute)
        if check == "clear":
            attribute.value = "none"
    elif check != "script":
        CHECKS[check](lexer, node, attribute, attribute.value)
