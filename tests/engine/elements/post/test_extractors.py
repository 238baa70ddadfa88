"""Extractors set, and remove, the variables that JMeter's do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pyjm.engine.compile.build import Build
from pyjm.engine.elements.post.json_extractor import JSONPostProcessor, split
from pyjm.engine.elements.post.regex_extractor import RegexExtractor, read_template
from pyjm.engine.elements.sources import unescape
from pyjm.engine.vu.result import SampleResult
from pyjm.engine.vu.user import User

Users = Callable[..., User]
Samples = Callable[..., SampleResult]


@pytest.fixture
def regex(compiled: Callable[..., Any]) -> Callable[..., RegexExtractor]:
    def make(scope: str = "", variable: str = "", **given: Any) -> RegexExtractor:
        plain = {"refname": "v", "regex": r"id=(\d)", "template": "$1$", "match_number": "1", "default": "", **given}
        props: dict[str, Any] = {f"RegexExtractor.{key}": value for key, value in plain.items()}
        if scope:
            props |= {"Sample.scope": scope, "Scope.variable": variable}
        made: RegexExtractor = compiled(RegexExtractor, props)
        return made

    return make


@pytest.mark.parametrize(
    ("given", "variables"),
    [
        ({}, {"v": "1", "v_g": "1", "v_g0": "id=1", "v_g1": "1"}),
        ({"match_number": "2"}, {"v": "2", "v_g": "1", "v_g0": "id=2", "v_g1": "2"}),
        ({"match_number": "3"}, {}),
        ({"match_number": "3", "default": "none"}, {"v": "none"}),
        ({"regex": "x", "default_empty_value": True}, {"v": ""}),
        ({"regex": "("}, {}),
        ({"regex": "(", "default": "d"}, {"v": "d"}),
        ({"regex": "id", "template": "<$0$>$9$", "match_number": "1"}, {"v": "<id>null", "v_g": "0", "v_g0": "id"}),
        ({"regex": "(x)?id", "template": "$1$"}, {"v": "null", "v_g": "1", "v_g0": "id", "v_g1": None}),
        (
            {"match_number": "-1"},
            {"v_matchNr": "2", "v_1": "1", "v_1_g": "1", "v_1_g0": "id=1", "v_1_g1": "1"}
            | {"v_2": "2", "v_2_g": "1", "v_2_g0": "id=2", "v_2_g1": "2"},
        ),
        ({"match_number": "-1", "regex": "x", "default": "d"}, {"v": "d", "v_matchNr": "0"}),
    ],
)
def test_a_regex_sets_its_variables(
    regex: Callable[..., RegexExtractor],
    users: Users,
    sample: Samples,
    given: dict[str, Any],
    variables: dict[str, Any],
) -> None:
    user = users()
    regex(**given).after(user, sample("id=1 id=2"))
    assert user.vars == variables


def test_zero_takes_any_match(regex: Callable[..., RegexExtractor], users: Users, sample: Samples) -> None:
    user, element, seen = users(), regex(match_number="0"), set()
    for _ in range(100):
        element.after(user, sample("id=1 id=2"))
        seen.add(user.vars["v"])
    assert seen == {"1", "2"}


def test_what_a_former_match_left_is_removed(
    regex: Callable[..., RegexExtractor], users: Users, sample: Samples
) -> None:
    user, every, one = users(), regex(match_number="-1"), regex(refname="o", default="d")
    for body in ("id=1 id=2 id=3", "id=4", "nothing"):
        every.after(user, sample(body))
        one.after(user, sample(body))
    assert user.vars == {"v_matchNr": "0", "o": "d"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("true", "h"), ("request_headers", "q"), ("URL", "u"), ("code", "c"), ("message", "m"), ("", "b"), ("false", "b")],
)
def test_a_regex_can_look_at_other_parts(
    regex: Callable[..., RegexExtractor], users: Users, sample: Samples, field: str, value: str
) -> None:
    fields = {"response_headers": "h", "request_headers": "q", "url": "u", "response_code": "c"}
    user, element = users(), regex(regex="(.)", useHeaders=field)
    element.after(user, sample("b", **fields, response_message="m"))
    assert user.vars["v"] == value
    assert element.reads_body is (value in "hqb")


def test_the_scope_says_which_samples_are_looked_at(
    regex: Callable[..., RegexExtractor], users: Users, sample: Samples
) -> None:
    result = sample("id=1")
    for body in ("id=2", "id=3"):
        result.add_sub(sample(body))
    got = {}
    for scope in ("parent", "children", "all"):
        user = users()
        regex(match_number="-1", scope=scope).after(user, result)
        got[scope] = [user.vars[f"v_{n + 1}"] for n in range(int(user.vars["v_matchNr"]))]
    assert got == {"parent": ["1"], "children": ["2", "3"], "all": ["1", "2", "3"]}


def test_a_variable_can_be_looked_at(regex: Callable[..., RegexExtractor], users: Users, sample: Samples) -> None:
    user = users(source="id=7")
    regex(scope="variable", variable="source").after(user, sample("id=1"))
    regex(refname="w", default="d", scope="variable", variable="none").after(user, sample("id=1"))
    assert (user.vars["v"], user.vars["w"]) == ("7", "d")


def test_a_bad_pattern_is_a_warning_and_so_is_a_document(regex: Callable[..., RegexExtractor], build: Build) -> None:
    regex(regex="a++")
    regex(useHeaders="as_document")
    assert [fault.fatal for fault in build.faults] == [False, False]


def test_templates_and_entities_are_read_as_jmeter_does() -> None:
    assert read_template("a$1$$2$b$x$") == ("a", 1, 2, "b$x$")
    assert unescape("&lt;&amp;&eacute;&#65;&#x42;&apos;&lt &nope;&#9999999999;") == "<&éAB&apos;&lt &nope;&#9999999999;"
    with pytest.raises(ValueError, match="chr"):
        unescape("&#99999999;")


@pytest.fixture
def json_of(compiled: Callable[..., Any]) -> Callable[..., JSONPostProcessor]:
    def make(names: str, paths: str, numbers: str = "", defaults: str = "d", **given: Any) -> JSONPostProcessor:
        props = {"referenceNames": names, "jsonPathExprs": paths, "match_numbers": numbers, "defaultValues": defaults}
        more = {key.replace("_", "."): value for key, value in given.items() if key != "concat"}
        made: JSONPostProcessor = compiled(
            JSONPostProcessor,
            {f"JSONPostProcessor.{key}": value for key, value in props.items()}
            | {"JSONPostProcessor.compute_concat": given.get("concat", False)}
            | more,
        )
        return made

    return make


BODY = '{"a":1,"l":[{"id":1},{"id":null},{"id":"x"}]}'


@pytest.mark.parametrize(
    ("given", "variables"),
    [
        (("v", "$.a", "1"), {"v": "1", "v_matchNr": "1"}),
        (("v", "$.a", "5"), {"v": "1", "v_matchNr": "1"}),
        (("v", "$.a", ""), {"v": "1"}),
        (("v", "$.a", "-1"), {"v_1": "1", "v_matchNr": "1"}),
        (("v", "$.none", "1"), {"v": "d", "v_matchNr": "0"}),
        (("v", "$.a[", "1"), {"v": "d"}),
        (("v", "$..id", "3"), {"v": "x", "v_matchNr": "3"}),
        (("v", "$..id", "2"), {"v": "d", "v_matchNr": "3"}),
        (("v", "$..id", "4"), {"v": "d", "v_matchNr": "3"}),
        (("v", "$..id", "-1"), {"v_1": "1", "v_2": "d", "v_3": "x", "v_matchNr": "3"}),
        ((" v ;w", " $.a ;$.none", "1;1", "d;e"), {"v": "1", "v_matchNr": "1", "w": "e", "w_matchNr": "0"}),
        (("v;w", "$.a;$.a", "1", "d;e"), {"v": "1", "v_matchNr": "1", "w": "1"}),
    ],
)
def test_json_paths_set_their_variables(
    json_of: Callable[..., JSONPostProcessor],
    users: Users,
    sample: Samples,
    given: tuple[str, ...],
    variables: dict[str, str],
) -> None:
    user = users()
    json_of(*given).after(user, sample(BODY))
    assert user.vars == variables


def test_all_values_can_be_joined(json_of: Callable[..., JSONPostProcessor], users: Users, sample: Samples) -> None:
    user = users()
    json_of("v", "$..id", "-1", concat=True).after(user, sample(BODY))
    json_of("w", "$.none", "-1", concat=True).after(user, sample(BODY))
    assert (user.vars["v_ALL"], user.vars["w_ALL"]) == ("1,d,x", "")


def test_what_a_former_extraction_left_is_removed(
    json_of: Callable[..., JSONPostProcessor], users: Users, sample: Samples
) -> None:
    user, element = users(), json_of("v", "$.l[*]", "-1")
    for body in ('{"l":[1,2,3]}', '{"l":[9]}', "no json {", "", "{"):
        element.after(user, sample(body))
    assert user.vars == {"v": "d"}


def test_names_paths_and_defaults_must_be_as_many(
    json_of: Callable[..., JSONPostProcessor], build: Build, users: Users, sample: Samples
) -> None:
    with pytest.raises(ValueError, match="numbers of names"):
        json_of("v;w", "$.a;$.a", "1").after(users(), sample(BODY))
    with pytest.raises(ValueError, match="match numbers"):
        json_of("v", "$.a", "1;2").after(users(), sample(BODY))
    assert [fault.fatal for fault in build.faults] == [False, False]


def test_semicolons_split_as_in_java() -> None:
    assert [split(text) for text in ("", ";", "a;;", ";a")] == [[""], [], ["a"], ["", "a"]]
