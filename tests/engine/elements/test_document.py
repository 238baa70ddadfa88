"""Bodies as documents. The expected texts are those of JMeter 5.5 with the Tika that it is shipped with."""

from __future__ import annotations

import pytest

from pyjm.engine.elements.document import BAD_XML, NO_BYTES, NO_ENCODING, NO_PARSER, TOO_LONG, document_text

XML = b'<?xml version="1.0"?>'


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", NO_BYTES),
        (b"Hello", NO_ENCODING),
        (b"\xff\xfeh\x00", NO_ENCODING),
        ("日本語".encode(), NO_ENCODING),
        (b"Gr\xfc\xdfe\n", NO_ENCODING),
        (b"<html>\x01\x02</html>", NO_ENCODING),
        (b"<root/>", NO_ENCODING),
        (b"a" * 511 + b"\0", NO_ENCODING),
        (b"\x80" * 3 + b"a" * 97, NO_ENCODING),
        (b"\x80" * 3 + b"a" * 20, NO_PARSER),
        (b"a\x0bb", NO_PARSER),
        (b"%PDF-1.4\n", NO_PARSER),
        (b"PK\x03\x04\x14\x00", NO_PARSER),
        (XML, NO_ENCODING),
        (b" " + XML + b"<a/>", NO_ENCODING),
        (XML + b"<html><p>x</p></html>", NO_ENCODING),
        (b'<?xml version="1.0" encoding="nope"?><a/>', NO_ENCODING),
        (XML + b"<a><b>1</b></a>x", BAD_XML),
        (XML + b"<a>\x80</a>", BAD_XML),
        (XML + b"<!-- c --><?p q?><a>t<!-- d -->u<b/>\tv</a>", " tu \tv\n"),
        (b"\xef\xbb\xbf" + XML + b"<a>t</a>", " t\n"),
        ('<?xml version="1.0" encoding="UTF-16"?><a>ä</a>'.encode("utf-16"), " ä\n"),
        (XML + b'<!DOCTYPE a SYSTEM "x.dtd"><a>x&e;y</a>', " xy\n"),
    ],
)
def test_a_body_has_the_text_that_jmeter_finds(body: bytes, text: str) -> None:
    assert document_text(body) == text


def test_a_text_has_no_more_characters_than_the_limit() -> None:
    assert document_text(XML + b"<a>1234</a>", 6) == " 1234\n"
    assert document_text(XML + b"<a>12345</a>", 6) == TOO_LONG.format(6)
    assert document_text(XML + b"<a>12345</a>", 0) == " 12345\n"
