"""What a text's own DTD gives, and what one that lies elsewhere does not."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from pyjm.engine.elements.markup import strict


def test_attributes_have_the_defaults_of_the_dtd_and_an_id_may_be_there_twice() -> None:
    body = '<!DOCTYPE a [<!ATTLIST a d CDATA "dv" i ID #IMPLIED>]><a i="x"><a i="x"/></a>'
    root = strict(body)
    assert etree.tostring(root) == b'<a i="x" d="dv"><a i="x" d="dv"/></a>'


def test_a_dtd_that_lies_elsewhere_is_not_read(tmp_path: Path) -> None:
    outside = tmp_path / "outside.dtd"
    outside.write_text('<!ATTLIST a q CDATA "outside"><!ENTITY e "outside">')
    for subset in ("", '[<!ATTLIST a d CDATA "own">]', f'[<!ENTITY % p SYSTEM "{outside}"> %p;]'):
        body = f'<!DOCTYPE a SYSTEM "{outside}" {subset}><a k="1">&e;</a>'
        assert b"outside" not in etree.tostring(strict(body))
