"""What JTidy says of a page: the words that an HTML Assertion writes into its file. JTidy has them from HTML Tidy."""

from __future__ import annotations

FAULTS = {
    "missing end": "missing </{element}>",
    "missing end before": "missing </{element}> before {node}",
    "discarded": "discarding unexpected {node}",
    "nested emphasis": "nested emphasis {node}",
    "start for end": "<{element}> is probably intended as </{element}>",
    "other end": "replacing unexpected {node} by </{element}>",
    "not allowed": "{node} isn't allowed in <{element}> elements",
    "late doctype": "<!DOCTYPE> isn't allowed after elements",
    "missing start": "missing <{name}>",
    "unexpected end": "unexpected </{name}>",
    "unexpected end in": "unexpected </{name}> in <{element}>",
    "too many": "too many {name} elements in <{element}>",
    "br instead": "using <br> in place of {node}",
    "inserted": "inserting implicit <{name}>",
    "can't be nested": "{node} can't be nested",
    "proprietary": "{node} is not approved by W3C",
    "obsolete": "replacing obsolete element {around} by {node}",
    "replaced": "replacing element {around} by {node}",
    "unescaped": "unescaped {around} in pre content",
    "trimmed": "trimming empty {around}",
    "missing title": "inserting missing 'title' element",
    "nested": "{around} shouldn't be nested",
    "outside noframes": "{node} not inside 'noframes' element",
    "other version": "html doctype doesn't match content",
    "bad doctype": 'expected "html PUBLIC" or "html SYSTEM"',
    "after body": "content occurs after end of body",
    "bad comment": "adjacent hyphens within comment",
    "end in script": "'<' + '/' + letter not allowed here",
    "other namespace": "html namespace doesn't match content",
    "doctype in lower case": "SYSTEM, PUBLIC, W3C, DTD, EN must be upper case",
    "end of file": "end of file while parsing attributes {around}",
    "nested quotation": "nested q elements, possible typo",
    "not empty": "{around} element not empty or not closed",
    "missing doctype": "missing <!DOCTYPE> declaration",
    "missing quote": "missing quotemark for attribute value",
    "second frameset": "repeated FRAMESET element",
    "unknown": "{node} is not recognized!",
    "&apos;": "Named Entity &apos; only defined in XML/XHTML",
    "no semicolon": "Warning: entity \"{entity}\" doesn't end in ';'",
    "unknown entity": 'Warning: unescaped & or unknown entity "{entity}"',
    "ampersand": "Warning: unescaped & which should be written as &amp;",
}
"""Of an `element` and a `node`: {element} and {name} are their names, {around} and {node} their tags."""

SILENT_LEVELS = frozenset(("nested emphasis", "start for end"))
"""What is said without a level."""

ATTRIBUTE_FAULTS = {
    "no >": "{node} missing '>' for end of tag",
    "unknown attribute": 'unknown attribute "{attribute}"',
    "missing attribute": '{node} lacks "{attribute}" attribute',
    "no value": '{node} attribute "{attribute}" lacks value',
    "server-side map": "{node} should use client-side image map",
    "bad value": '{node} attribute "{attribute}" has invalid value "{value}"',
    "XML id": 'ID "{node}" uses XML ID syntax',
    "XML attribute": '{node} has XML attribute "{attribute}"',
    "quote": "{node} unexpected or duplicate quote mark",
    "no closing quote": "{node} attribute with missing trailing quote mark",
    "repeated": '{node} dropping value "{value}" for repeated attribute "{attribute}"',
    "proprietary value": '{node} proprietary attribute value "{value}"',
    "proprietary attribute": '{node} proprietary attribute "{attribute}"',
    "end of file": "end of file while parsing attributes {node}",
    "other name": "{node} id and name attribute value mismatch",
    "backslash": "{node} converting backslash in URI to slash",
    "bad address": "{node} escaping malformed URI reference",
    "line in address": "{node} discarding newline in URI reference",
    "anchor": '{node} Anchor "{value}" already defined',
    "entity in id": 'no entities allowed in id attribute, discarding "&"',
    "joined": '{node} joining values of repeated attribute "{attribute}"',
    "equals sign": "{node} unexpected =, expected attribute name",
    "upper case": '{node} attribute value "{value}" for "{attribute}" must be lower case for XHTML',
}

MUST_MEND = """This document has errors that must be fixed before
using HTML Tidy to generate a tidied up version."""

BROKEN = "Error: Panic - tree has lost its integrity"

CHARACTERS = (
    """It is unlikely that vendor-specific, system-dependent encodings
work widely enough on the World Wide Web; you should avoid using the\x20
specified character encoding, instead you are recommended to
use named entities, e.g. &trade;.""",
    """Character codes 128 to 159 (U+0080 to U+009F) are not allowed in HTML;
even if they were, they would likely be unprintable control characters.
Tidy assumed you wanted to refer to a character with the same byte value in the\x20
specified encoding and replaced that reference with the Unicode equivalent.""",
    """Character codes for UTF-8 must be in the range: U+0000 to U+10FFFF.
The definition of UTF-8 in Annex D of ISO/IEC 10646-1:2000 also
allows for the use of five- and six-byte sequences to encode
characters that are outside the range of the Unicode character set;
those five- and six-byte sequences are illegal for the use of
UTF-8 as a transformation of Unicode characters. ISO/IEC 10646
does not allow mapping of unpaired surrogates, nor U+FFFE and U+FFFF
(but it does allow other noncharacters). For more information please refer to
http://www.unicode.org/unicode and http://www.cl.cam.ac.uk/~mgk25/unicode.html""",
    """Character codes for UTF-16 must be in the range: U+0000 to U+10FFFF.
The definition of UTF-16 in Annex C of ISO/IEC 10646-1:2000 does not allow the
mapping of unpaired surrogates. For more information please refer to
http://www.unicode.org/unicode and http://www.cl.cam.ac.uk/~mgk25/unicode.html""",
    """URIs must be properly escaped, they must not contain unescaped
characters below U+0021 including the space character and not
above U+007E. Tidy escapes the URI for you as recommended by
HTML 4.01 section B.2.1 and XML 1.0 section 4.2.2. Some user agents
use another algorithm to escape such URIs and some server-sided
scripts depend on that. If you want to depend on that, you must
escape the URI by your own. For more information please refer to
http://www.w3.org/International/O-URL-and-ident.html""",
)
"""What is said, all of it, if an address has characters that it must not have: JTidy's flags share their bits."""

FORM = """You may need to move one or both of the <form> and </form>
tags. HTML elements should be properly nested and form elements
are no exception. For instance you should not place the <form>
in one table cell and the </form> in another. If the <form> is
placed before a table, the </form> cannot be placed inside the
table! Note that one form can't be nested inside another!"""

ACCESS = {
    "summary": """The table summary attribute should be used to describe
the table structure. It is very helpful for people using
non-visual browsers. The scope and headers attributes for
table cells are useful for specifying which headers apply
to each table cell, enabling non-visual browsers to provide
a meaningful context for each cell.""",
    "alt": """The alt attribute should be used to give a short description
of an image; longer descriptions should be given with the
longdesc attribute which takes a URL linked to the description.
These measures are needed for people using non-graphical browsers.""",
    "map": """Use client-side image maps in preference to server-side image
maps as the latter are inaccessible to people using non-
graphical browsers. In addition, client-side maps are easier
to set up and provide immediate feedback to users.""",
    "area": """For hypertext links defined using a client-side image map, you
need to use the alt attribute to provide a textual description
of the link for people using non-graphical browsers.""",
    "frames": """Pages designed using frames presents problems for
people who are either blind or using a browser that
doesn't support frames. A frames-based page should always
include an alternative layout inside a NOFRAMES element.""",
}

MORE = """For further advice on how to make your pages accessible
see "http://www.w3.org/WAI/GL". You may also want to try
"http://www.cast.org/bobby/" which is a free Web-based
service for checking URLs for accessibility."""

LAYOUT = {
    "layer": """The Cascading Style Sheets (CSS) Positioning mechanism
is recommended in preference to the proprietary <LAYER>
element due to limited vendor support for LAYER.""",
    "spacer": """You are recommended to use CSS for controlling white
space (e.g. for indentation, margins and line spacing).
The proprietary <SPACER> element has limited vendor support.""",
    "font": """You are recommended to use CSS to specify the font and
properties such as its size and color. This will reduce
the size of HTML files and make them easier to maintain
compared with using <FONT> elements.""",
    "nobr": """You are recommended to use CSS to control line wrapping.
Use "white-space: nowrap" to inhibit wrapping in place
of inserting <NOBR>...</NOBR> into the markup.""",
    "body": "You are recommended to use CSS to specify page and link colors",
}
