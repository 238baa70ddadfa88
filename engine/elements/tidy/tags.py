"""The tags of HTML as JTidy knows them: which versions have them, what they are, how their content is read."""

from __future__ import annotations

from dataclasses import dataclass

HTML20, HTML32, STRICT, LOOSE, FRAMESET, XML, NETSCAPE, MICROSOFT, SUN = (1 << bit for bit in range(9))
XHTML11, BASIC = 1024, 2048
PROPRIETARY = NETSCAPE | MICROSOFT | SUN
HTML40 = STRICT | LOOSE | FRAMESET
TRANSITIONAL = HTML32 | LOOSE | FRAMESET
FROM32 = STRICT | TRANSITIONAL
ALL = HTML20 | HTML32 | HTML40 | XHTML11 | BASIC
"""Versions of HTML, as bits."""

EMPTY, TOP, HEAD, BLOCK, INLINE, LIST, DEFINITION, TABLE, ROWS, CELL = (1 << bit for bit in range(10))
FIELD, OBJECT, PARAM, FRAMES, HEADING, OPTIONAL, IMAGE, MIXED, _, OBSOLETE = (1 << bit for bit in range(10, 20))
"""What a tag is, as bits. OPTIONAL: its end may be missing. MIXED: block and inline. OBSOLETE: gets another name."""

VERSIONS = {
    "all": ALL,
    "4": HTML40,
    "32": FROM32,
    "loose": TRANSITIONAL,
    "frames": FRAMESET,
    "iframe": LOOSE,
    "noframes": LOOSE | FRAMESET,
    "netscape": NETSCAPE,
    "microsoft": MICROSOFT,
    "sun": SUN,
    "nobody": PROPRIETARY,
    "11": XHTML11,
}

KINDS = {
    "top": TOP,
    "head": HEAD,
    "block": BLOCK,
    "inline": INLINE,
    "list": LIST,
    "definition": DEFINITION,
    "table": TABLE,
    "rows": ROWS,
    "cell": CELL,
    "field": FIELD,
    "object": OBJECT,
    "param": PARAM,
    "frames": FRAMES,
    "heading": HEADING,
    "optional": OPTIONAL,
    "image": IMAGE,
    "mixed": MIXED,
    "obsolete": OBSOLETE,
}

_TAGS = """
html: all; top optional; html
head: all; top optional; head
title: all; head; title
base link meta: all; head; -
style: 4; head; script
script: 4; head mixed block inline; script
server: netscape; head mixed block inline; script
body: all; top optional; body
frameset: frames; top frames; frameset
p: all; block optional; inline
h1 h2 h3 h4 h5 h6: all; block heading; inline
ul ol: all; block; list
dl: all; block; definitions
dir menu: loose; block obsolete; list
pre: all; block; pre
listing xmp plaintext: all; block obsolete; pre
address blockquote form: all; block; block
isindex: loose; block; -
fieldset: 4; block; block
table: 32; block; table
hr: all; block; -
div: 32; block; block
multicol nosave layer align: netscape; block; block
ilayer noembed: netscape; inline; inline
nolayer: netscape; block inline mixed; block
center: loose; block; block
ins del: 4; inline block mixed; inline
li: all; list optional; block
dt: all; definition optional; inline
dd: all; definition optional; block
caption: 32; table; inline
colgroup: 4; table optional; columns
col: 4; table; -
thead tfoot tbody: 4; table rows optional; rows
tr: 32; table optional; row
td th: 32; cell optional; block
q abbr acronym label legend button bdo big small sub sup: 4; inline; inline
a em strong dfn code samp kbd var cite b i tt: all; inline; inline
br: all; inline; -
img input: all; inline image; -
object: 4; object head image inline param; block
applet: loose; object image inline param; block
servlet: sun; object image inline param; block
param: 32; inline; -
embed: netscape; inline image; -
iframe: iframe; inline; block
frame: frames; frames; -
noframes: noframes; block frames; noframes
noscript: 4; block inline mixed; block
u s strike font: loose; inline; inline
span: 32; inline; inline
blink nobr: nobody; inline; inline
wbr: nobody; inline; -
marquee: microsoft; inline optional; inline
bgsound: microsoft; head; -
comment: microsoft; inline; inline
spacer keygen: netscape; inline; -
map: 4; inline; block
area: all; block; -
select: all; inline field; select
option: all; field optional; text
optgroup: 4; field optional; options
textarea: all; inline field; text
basefont: loose; inline; -
ruby rbc rtc rb rt rp: 11; inline; inline
"""
"""Names: versions; kinds; how the content is read (- for none)."""


@dataclass(frozen=True, slots=True, eq=False)
class Tag:
    """A tag that is known."""

    name: str
    versions: int
    kind: int
    content: str

    @property
    def is_inline(self) -> bool:
        """Tell whether it stands in a line."""
        return self.kind & INLINE != 0


def _read(table: str) -> dict[str, Tag]:
    tags = {}
    for line in table.strip().splitlines():
        names, _, rest = line.partition(": ")
        versions, kinds, content = rest.split("; ")
        kind = sum(KINDS[word] for word in kinds.split()) | (EMPTY if content == "-" else 0)
        for name in names.split():
            tags[name] = Tag(name, VERSIONS[versions], kind, "empty" if content == "-" else content)
    return tags


TAGS = _read(_TAGS)
ANY = Tag("", ALL, BLOCK, "")
"""Any tag of XML."""

ANCHORS = frozenset(("a", "applet", "form", "frame", "iframe", "img", "map"))
"""Elements whose names others may refer to."""
