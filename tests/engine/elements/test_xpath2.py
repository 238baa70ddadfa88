"""XPath 3.1's items are written as Saxon writes them: all of it told by Saxon."""

from __future__ import annotations

import pytest

from pyjm.engine.elements.xpath1 import XPathError
from pyjm.engine.elements.xpath2 import compile_xpath2, document, texts_found

ATOMS = [
    ("1e10", "1.0E10"), ("1e-7", "1.0E-7"), ("1e-6", "0.000001"), ("999999e0", "999999"), ("1e6", "1.0E6"),
    ("1.23e-10", "1.23E-10"), ("12345678.9e0", "1.23456789E7"), ("1 div 3", "0.333333333333333333"),
    ("2 div 3", "0.666666666666666667"), ("100.00", "100"), ("-0.0", "0"), ("xs:double('-0')", "-0"),
    ("1e0 div 0", "INF"), ("number('x')", "NaN"), ("0.1e0 + 0.2e0", "0.30000000000000004"), ("true()", "true"),
    ("xs:dayTimeDuration('PT1H')", "PT1H"), ("//@x/..//b[1] + 1", "2"),
]  # fmt: skip

FRAGMENTS = [
    ("<a>x <b/> </a>", "<a>x <b/>\n</a>"),
    ("<a><b/> t <c/></a>", "<a>\n   <b/> t <c/>\n</a>"),
    ("<a>t<b><c/></b><d><e/></d></a>", "<a>t<b>\n      <c/>\n   </b>\n   <d>\n      <e/>\n   </d>\n</a>"),
    ('<a xml:space="preserve"> <b/> <c><d/></c></a>', '<a xml:space="preserve"> <b/> <c><d/></c></a>'),
    ('<a x="&#9;&#10;&#13;\'&quot;"/>', '<a x="&#x9;&#xA;&#xD;\'&#34;"/>'),
    ("<a>&#13;&#133;<![CDATA[<x>]]></a>", "<a>&#xD;&#x85;&lt;x&gt;</a>"),
    ("<?pi a?><!--c--><a/><!--d-->", "<?pi a?><!--c--><a/>\n<!--d-->"),
    (
        f'<a one="{"x" * 40}" two="{"y" * 40}"><b/></a>',
        f'<a one="{"x" * 40}"\n    two="{"y" * 40}">\n   <b/>\n</a>',
    ),
    (
        '<p:a xmlns:p="urn:p" xmlns="urn:d" p:x="1"><b/><p:c/></p:a>',
        '<p:a xmlns="urn:d" xmlns:p="urn:p" p:x="1">\n   <b/>\n   <p:c/>\n</p:a>',
    ),
]


@pytest.mark.parametrize(("expression", "shown"), ATOMS)
def test_atoms(expression: str, shown: str) -> None:
    found = texts_found(document('<r x="1"><b>1</b></r>'), compile_xpath2(expression, ""), -1, fragment=False)
    assert found == [shown]


@pytest.mark.parametrize(("text", "shown"), FRAGMENTS)
def test_fragments(text: str, shown: str) -> None:
    assert texts_found(document(text), compile_xpath2("/", ""), -1, fragment=True) == [shown]


def test_any_one_of_none_is_a_fault() -> None:
    with pytest.raises(XPathError, match=r"^-1$"):
        texts_found(document("<a/>"), compile_xpath2("//b", ""), 0, fragment=False)


def test_any_one_is_chosen_for_number_0() -> None:
    root, each = document("<r><b>1</b><b>2</b><b>3</b></r>"), compile_xpath2("//b", "")
    assert {texts_found(root, each, 0, fragment=False)[0] for _ in range(100)} == {"1", "2", "3"}
