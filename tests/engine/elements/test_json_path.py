"""JSON paths find what Jayway's json-path 2.7 finds; each expectation here was recorded from it."""

from __future__ import annotations

from typing import Any

import pytest

from pyjm.engine.compile.java_text import double_text
from pyjm.engine.elements.json_path import compile_path
from pyjm.engine.elements.json_path_tokens import EvaluationError
from pyjm.engine.elements.json_text import JsonError, as_text, read_json, write_json

DOCUMENT = r"""{"a":{"b":1,"c":[1,2.0,"x",null,{"d":"/e<\u00e9\u2028\u0001"}]},"n":null,"t":true,"s":"q\"uo/te","e":{},
"z y":1,"items":[{"id":1,"name":"one","price":5.5,"tags":["x"]},{"id":2,"name":"two","price":15},{"id":3,"name":"3"}]}
"""


def found(path: str, document: str = DOCUMENT) -> list[str | None]:
    return [as_text(value) for value in compile_path(path).find(read_json(document))]


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("$.a.b", ["1"]),
        ("a.b", ["1"]),
        ("@.a.b", ["1"]),
        ("$['a']['b']", ["1"]),
        ('$["z y"]', ["1"]),
        ("$.a.c.[0]", ["1"]),
        ("$.a.c[1]", ["2.0"]),
        ("$.a.c[-2]", [None]),
        ("$.a.c[9]", []),
        ("$.a.c[0,2]", ["1", "x"]),
        ("$.a.c[1:3]", ["2.0", "x"]),
        ("$.a.c[-2:-1]", [None]),
        ("$.a.c[:1]", ["1"]),
        ("$.n", [None]),
        ("$.t", ["true"]),
        ("$.e", ["{}"]),
        ("$.x", []),
        ("$.x.y", []),
        ("$.a.b.c", []),
        ("$.s[0]", []),
        ("$['a','n']", [r'{"a":{"b":1,"c":[1,2.0,"x",null,{"d":"\/e<é\u2028\u0001"}]},"n":null}']),
        ("$.items[*]['id','name']", ['{"name":"one","id":1}', '{"name":"two","id":2}', '{"name":"3","id":3}']),
        ("$..id", ["1", "2", "3"]),
        ("$..tags[0]", ["x"]),
        ("$..[0].tags", ['["x"]']),
        ("$..*.id", []),
        ("$.items[?(@.price)].id", ["1", "2"]),
        ("$.items[?(!@.price)].id", ["3"]),
        ("$.items[?(@.price > 5.5)].id", ["2"]),
        ("$.items[?(@.id>=2 && @.name =~ /T.*/i)].id", ["2"]),
        ("$.items[?(@.id == 1 || (@.id == 2 && @.price < 1))].id", ["1"]),
        ("$.items[?(@.name == 'one')].id", ["1"]),
        ("$.items[?('one' == @.name)].id", ["1"]),
        ("$.items[?(@.name == 3)].id", ["3"]),
        ("$.items[?(@.id == '2')].id", ["2"]),
        ("$.items[?(@.id === '2')].id", []),
        ("$.items[?(@.name in ['one','two'])].id", ["1", "2"]),
        ("$.items[?(@.id nin [1,2])].id", ["3"]),
        ("$.items[?(@.tags contains 'x')].id", ["1"]),
        ("$.items[?(@.name contains 'o')].id", ["1", "2"]),
        ("$.items[?(@.tags.length() == 1)].id", ["1"]),
        ("$.items[?(@.tags size 1)].id", ["1"]),
        ("$.items[?(@.price == null)].id", []),
        ("$.items[?(@.id > $.a.b)].id", ["2", "3"]),
        ("$.a.c[?(@ > 1)]", ["2.0"]),
        ("$.a.c[?(@.d)].d", ["/e<é\u2028\x01"]),
        ("$.items[?(@['id'] == 1)].name", ["one"]),
        ("$..[?(@.tags)].id", ["1"]),
    ],
)
def test_values_are_jayways(path: str, values: list[str | None]) -> None:
    assert found(path) == values


@pytest.mark.parametrize(
    "path",
    [
        "",
        "$a",
        "$.a.",
        "$.a..",
        "$.z y",
        "$.a[",
        "$.a[x]",
        "$.a[]",
        "$.a[::2]",
        "$.a.length()",
        "$.s[?(@.x)]",
        "$[?(@.a =)]",
    ],
)
def test_what_jayway_refuses_is_refused(path: str) -> None:
    with pytest.raises(EvaluationError):
        found(path)


def test_a_whole_object_is_in_the_order_of_a_hash_map() -> None:
    document = '{"zeta":1,"Aa":1,"BB":2,"a":{"z":1,"y":2},"id":3}'
    assert found("$", document) == ['{"zeta":1,"Aa":1,"BB":2,"a":{"z":1,"y":2},"id":3}']


@pytest.mark.parametrize(
    ("document", "value"),
    [
        ("{a:1}", 1),
        ("{'a':'b'}", "b"),
        ('{"a":1}x', 1),
        ('{"a":01}', 1),
        ('{"a":1,}', 1),
        ('{"a":tru}', "tru"),
        ('{"a":x y}', "x y"),
        ('{"a":.5}', ".5"),
        ('{"a":1.}', 1.0),
        ('{"a":"x\ny"}', "x\ny"),
        ('{"a":[1,,2]}', [1, 2]),
        ('{"a":1,"a":2}', 2),
        ("{'a':\"\\u00e9\\x41\\n\"}", "éA\n"),
    ],
)
def test_json_smart_reads_much_that_is_no_json(document: str, value: Any) -> None:
    assert read_json(document) == {"a": value}


@pytest.mark.parametrize("document", ["hello", "<html>{1}</html>", "  ", ')]}\',{"a":1}'])
def test_other_text_is_one_text_in_which_no_path_leads_anywhere(document: str) -> None:
    assert found("$.a", document) == []


@pytest.mark.parametrize("document", ["", '{"a":1', '{"a":}', "[1", '{"a" "b"}', '{"a":"\\u12"}', "{'a"])
def test_some_text_is_not_even_that(document: str) -> None:
    with pytest.raises(JsonError):
        read_json(document)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1.0, "1.0"),
        (0.1, "0.1"),
        (1000.0, "1000.0"),
        (1234567.0, "1234567.0"),
        (12345678.0, "1.2345678E7"),
        (0.001, "0.001"),
        (0.00099, "9.9E-4"),
        (1.5e10, "1.5E10"),
        (-0.0, "-0.0"),
        (-2.5, "-2.5"),
        (1e21, "1.0E21"),
        (float("inf"), "Infinity"),
        (123.456, "123.456"),
        (0.05, "0.05"),
    ],
)
def test_fractions_are_written_as_java_does(number: float, text: str) -> None:
    assert double_text(number) == text


def test_long_numbers_are_kept_exactly() -> None:
    assert write_json(read_json("[123456789.12345678901,12345678901234567890]")) == (
        "[123456789.12345678901,12345678901234567890]"
    )
