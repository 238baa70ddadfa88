"""What is wrong with a text is said as Java's parser says it, and where: all of it told by Xerces."""

from __future__ import annotations

import pytest

from pyjm.engine.elements.markup import MarkupError, read, strict

FAULTS = [
    ("", 0, 0, "Premature end of file."),
    ("  ", 0, 0, "Premature end of file."),
    ("no xml", 1, 1, "Content is not allowed in prolog."),
    ('{"json": 1}', 1, 1, "Content is not allowed in prolog."),
    ("<a>", 1, 4, "XML document structures must start and end within the same entity."),
    ("<a><b></a>", 1, 9, 'The element type "b" must be terminated by the matching end-tag "</b>".'),
    ("<a><b></b", 1, 10, "XML document structures must start and end within the same entity."),
    ("<a></ab>", 1, 7, "The end-tag for element type \"a\" must end with a '>' delimiter."),
    ("<a/>x", 1, 5, "Content is not allowed in trailing section."),
    ("<a/><b/>", 1, 6, "The markup in the document following the root element must be well-formed."),
    ("<a/>\n</a>", 2, 3, "The markup in the document following the root element must be well-formed."),
    ("<a>&nbsp;</a>", 1, 10, 'The entity "nbsp" was referenced, but not declared.'),
    ("<a>x & y</a>", 1, 7, "The entity name must immediately follow the '&' in the entity reference."),
    ("<a>&x</a>", 1, 6, "The reference to entity \"x\" must end with the ';' delimiter."),
    ("<a>&#;</a>", 1, 6, 'A decimal representation must immediately follow the "&#" in a character reference.'),
    ("<a>&#xg;</a>", 1, 7, 'A hexadecimal representation must immediately follow the "&#x" in a character reference.'),
    ("<a>&#0;</a>", 1, 8, 'Character reference "&#0" is an invalid XML character.'),
    ("<a x=1/>", 1, 6, 'Open quote is expected for attribute "x" associated with an  element type  "a".'),
    (
        "<a x/>",
        1,
        5,
        'Attribute name "x" associated with an element type "a" must be followed by the \' = \' character.',
    ),
    ("<a x='1'y='2'/>", 1, 9, 'Element type "a" must be followed by either attribute specifications, ">" or "/>".'),
    (
        "<a x='<'/>",
        1,
        7,
        'The value of attribute "x" associated with an element type "a" must not contain the \'<\' character.',
    ),
    ("<a x='1' x='2'/>", 1, 17, 'Attribute "x" was already specified for element "a".'),
    ("<p:a/>", 1, 7, 'The prefix "p" for element "p:a" is not bound.'),
    ("<a p:x='1'/>", 1, 13, 'The prefix "p" for attribute "p:x" associated with an element type "a" is not bound.'),
    (
        "<a>]]></a>",
        1,
        7,
        'The character sequence "]]>" must not appear in content unless used to mark the end of a CDATA section.',
    ),
    ("<a><!-- -- --></a>", 1, 11, 'The string "--" is not permitted within comments.'),
    ("<a><!-x></a>", 1, 7, 'Comment must start with "<!--".'),
    ("<a><![CDATA[x</a>", 1, 18, "XML document structures must start and end within the same entity."),
    ("<a><1/></a>", 1, 5, "The content of elements must consist of well-formed character data or markup."),
    ("< a/>", 1, 2, "The markup in the document preceding the root element must be well-formed."),
    ("<a><?xml version='1.0'?></a>", 1, 9, 'The processing instruction target matching "[xX][mM][lL]" is not allowed.'),
    (" <?xml version='1.0'?><a/>", 1, 7, 'The processing instruction target matching "[xX][mM][lL]" is not allowed.'),
    ("<?xml encoding='x'?><a/>", 1, 19, "The version is required in the XML declaration."),
    ("<a>\x01</a>", 1, 4, "An invalid XML character (Unicode: 0x1) was found in the element content of the document."),
    ("<!DOCTYPE a><b>", 1, 16, "XML document structures must start and end within the same entity."),
    ("<!DOCTYPE a [<!ENTITY e 'v'>]><a>&e;&f;</a>", 1, 40, 'The entity "f" was referenced, but not declared.'),
    ("<p>\n<br>\n</p>", 3, 3, 'The element type "br" must be terminated by the matching end-tag "</br>".'),
    (
        "<a x='é😀' y/>",
        1,
        13,
        'Attribute name "y" associated with an element type "a" must be followed by the \' = \' character.',
    ),
    ("\ufeff<a/>", 1, 1, "Content is not allowed in prolog."),
    ("<a x='1&2'/>", 1, 9, "The entity name must immediately follow the '&' in the entity reference."),
    ("<!x><a/>", 1, 3, "The markup in the document preceding the root element must be well-formed."),
    ("<!-- x", 1, 7, "XML document structures must start and end within the same entity."),
]
"""Text, line, column, words."""


@pytest.mark.parametrize(("text", "line", "column", "said"), FAULTS)
def test_the_first_fault_is_javas(text: str, line: int, column: int, said: str) -> None:
    with pytest.raises(MarkupError) as caught:
        strict(text)
    assert (caught.value.line, caught.value.column, str(caught.value)) == (line, column, said)


def test_a_doctype_may_be_forbidden() -> None:
    with pytest.raises(MarkupError, match="DOCTYPE is disallowed") as caught:
        strict("<!DOCTYPE a><a/>", allows_doctype=False)
    assert (caught.value.line, caught.value.column) == (1, 10)
    assert strict("<!DOCTYPE a><a/>").tag == "a"


def test_prefixes_are_just_names_without_namespaces() -> None:
    assert strict("<p:a q:x='1'/>", namespaces=False).tag == "p:a"


def test_the_texts_own_entities_are_known() -> None:
    assert strict("<!DOCTYPE a [<!ENTITY e 'v'>]><a>&e;</a>").text == "v"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"<a>\xc3\xa9</a>", "<a>é</a>"),
        (b'<?xml version="1" encoding="ISO-8859-1"?><a>\xe9</a>', '<?xml version="1" encoding="ISO-8859-1"?><a>é</a>'),
        (b"\xef\xbb\xbf<a/>", "<a/>"),
        ("\ufeff<a/>".encode("utf-16-le"), "<a/>"),
    ],
)
def test_bytes_are_read_in_the_encoding_that_they_name(data: bytes, text: str) -> None:
    assert read(data).removeprefix("\ufeff") == text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<a>\xe9</a>", "Invalid byte 2 of 3-byte UTF-8 sequence."),
        (b"<a>\xff</a>", "Invalid byte 1 of 1-byte UTF-8 sequence."),
        (b"<?xml version='1.0' encoding='nope'?><a/>", 'Invalid encoding name "nope".'),
        (b"<?xml version='1.0' encoding='UTF-16'?><a/>", "Content is not allowed in prolog."),
    ],
)
def test_bytes_that_are_no_text_are_a_fault(data: bytes, said: str) -> None:
    with pytest.raises(MarkupError) as caught:
        read(data)
    assert str(caught.value) == said
