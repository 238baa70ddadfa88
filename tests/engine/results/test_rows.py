"""Rows of result files, against lines that JMeter 5.5 wrote."""

from __future__ import annotations

import csv
import io
import socket
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyjm.engine.results.rows import _COLUMNS, _one_row, csv_row, plain_row
from pyjm.engine.results.save import SaveConfig, save_from_properties
from pyjm.engine.vu.result import AssertionResult, SampleResult
from pyjm.engine.vu.user import User

PREFIX = "jmeter.save.saveservice."
START = {"sampleresult.timestamp.start": "true"}


def a_user(**variables: str) -> User:
    return cast(User, SimpleNamespace(vars=variables))


def a_sample(label: str = 'debug, "q"', **values: Any) -> SampleResult:
    result = SampleResult(label, "tg 1-2")
    given = {
        "start_ms": 1795229514554, "elapsed_ms": 9, "end_ms": 1795229514563, "response_code": "200",
        "response_message": "OK", "data_type": "text", "success": True, "body_bytes": 238, "group_threads": 2,
        "all_threads": 3,
    }  # fmt: skip
    for name, value in {**given, **values}.items():
        setattr(result, name, value)
    return result


def row_of(save: SaveConfig, result: SampleResult, **variables: str) -> str:
    return csv_row(save)(result, a_user(**variables))


def test_a_default_row_is_jmeters() -> None:
    line = '1795229514554,9,"debug, ""q""",200,OK,tg 1-2,text,true,,238,0,2,3,null,0,0,0'
    assert row_of(save_from_properties(START), a_sample()) == line


def test_a_failed_sample_says_the_first_message_of_its_assertions() -> None:
    result = a_sample("GET", success=False, url="http://h/", latency_ms=4, connect_ms=1, header_bytes=100)
    result.add_assertion(AssertionResult("a", "expected\nother"))
    result.add_assertion(AssertionResult("b", "second"))
    line = '1795229514554,9,GET,200,OK,tg 1-2,text,false,"expected\nother",338,0,2,3,http://h/,4,0,1'
    assert row_of(save_from_properties(START), result) == line


def test_a_row_with_everything_on_is_jmeters() -> None:
    flags = {f"{PREFIX}{key}": "true" for key in ("filename", "hostname", "encoding", "sample_count")}
    save = save_from_properties({**START, **flags, f"{PREFIX}default_delimiter": ";", "sample_variables": "a,b"})
    line = (
        '1795229514554;9;"debug, ""q""";200;OK;tg 1-2;text;true;;238;0;2;3;null;;0;ISO-8859-1;1;0;'
        f"{socket.gethostname()};0;0;null;x"
    )
    assert row_of(save, a_sample(), b="x") == line


@pytest.mark.parametrize("delimiter", [";", "\\t", "%", "{", "'", "\\", "|", "^", "]"])
def test_a_text_with_the_delimiter_is_quoted(delimiter: str) -> None:
    save = save_from_properties({**START, f"{PREFIX}default_delimiter": delimiter})
    char = "\t" if delimiter == "\\t" else delimiter
    fields = row_of(save, a_sample(f"a{char}b")).split(char)
    assert fields[2:4] == ['"a', 'b"']
    assert len(fields) == 18


def test_a_comma_needs_no_quotes_under_another_delimiter() -> None:
    save = save_from_properties({f"{PREFIX}default_delimiter": ";"})
    assert row_of(save, a_sample("a,b")).split(";")[2] == "a,b"


def test_a_variable_that_has_no_value_is_null() -> None:
    assert row_of(SaveConfig(variables=["a", "b"]), a_sample(), a="1,2") == '"1,2",null'


def test_a_timestamp_may_have_a_pattern() -> None:
    assert row_of(SaveConfig(flags=["timestamp"], timestamp_format="yyyy"), a_sample()) == "2026"


def test_the_timestamp_may_be_the_end() -> None:
    assert row_of(SaveConfig(flags=["timestamp"], stamp_end=True), a_sample()) == "1795229514563"


def test_a_file_without_columns_has_empty_lines() -> None:
    assert row_of(SaveConfig(), a_sample()) == ""


def test_sub_samples_follow_their_sample() -> None:
    result = a_sample("page")
    inner = a_sample("in")
    inner.sub_results = [a_sample("deepest")]
    result.sub_results = [inner, a_sample("css")]
    save = SaveConfig(flags=["label", "subresults"])
    assert row_of(save, result).split("\n") == ["page", "in", "deepest", "css"]
    save.flags.remove("subresults")
    assert row_of(save, result) == "page"


@given(st.lists(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0")), min_size=3, max_size=3))
def test_whatever_is_in_a_text_comes_back_from_the_file(texts: list[str]) -> None:
    save = SaveConfig(flags=["label", "response_code", "response_message"])
    line = row_of(save, a_sample(texts[0], response_code=texts[1], response_message=texts[2]))
    assert list(csv.reader(io.StringIO(line, newline=""), strict=True)) == [texts]


FLAGS = st.frozensets(st.sampled_from(sorted({"timestamp", *(flag for _, flag, _, _ in _COLUMNS)})))
ODD = st.text(st.sampled_from('ab;,\t"\r\n é☃'), max_size=6)


@given(
    FLAGS,
    st.sampled_from([",", ";", "\t", "1"]),
    st.sampled_from(["ms", "none", "yyyy/MM/dd HH:mm:ss.SSS"]),
    st.booleans(),
    st.lists(st.sampled_from("abc"), max_size=3, unique=True),
    st.tuples(ODD, ODD, ODD, ODD, ODD),
    st.lists(st.integers(-5, 1 << 50), min_size=8, max_size=8),
    st.booleans(),
)
def test_both_forms_of_a_row_write_the_same(
    flags: frozenset[str],
    delimiter: str,
    stamp: str,
    ends: bool,
    names: list[str],
    texts: tuple[str, ...],
    numbers: list[int],
    success: bool,
) -> None:
    save = SaveConfig(
        flags=sorted(flags), delimiter=delimiter, timestamp_format=stamp, stamp_end=ends, variables=names
    )
    label, code, message, url, failure = texts
    result = a_sample(label, response_code=code, response_message=message, url=url, failure_message=failure)
    result.success = success
    fields = "elapsed_ms latency_ms connect_ms idle_ms body_bytes sent_bytes all_threads header_bytes"
    for field, number in zip(fields.split(), numbers):
        setattr(result, field, number)
    user = a_user(a=label, b=message)
    assert plain_row(save)(result, user) == _one_row(save)(result, user)
