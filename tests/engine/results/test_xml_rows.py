"""Elements of XML result files, where the golden plans do not reach."""

from __future__ import annotations

from socket import gethostname
from types import SimpleNamespace
from typing import Any, cast
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyjm.engine.results.escapes import attribute_name
from pyjm.engine.results.outbox import FileListener, FileRows
from pyjm.engine.results.save import SaveConfig, save_from_properties, strip_rule
from pyjm.engine.results.xml_rows import xml_head, xml_row
from pyjm.engine.vu.result import AssertionResult, HttpSampleResult, SampleResult
from pyjm.engine.vu.user import User

USER = cast(User, SimpleNamespace(vars={}))


def a_sample(kind: type[SampleResult] = SampleResult, **values: Any) -> SampleResult:
    result = kind("label")
    for name, value in {"data_type": "text", "body": b"told", "success": True, **values}.items():
        setattr(result, name, value)
    return result


def row(result: SampleResult, *flags: str, **save: Any) -> str:
    return xml_row(SaveConfig(format="xml", flags=list(flags), **save))(result, USER)


def test_a_sample_of_which_nothing_is_wanted_is_an_empty_element() -> None:
    assert row(a_sample()) == "<sample/>"
    assert row(a_sample(HttpSampleResult)) == "<httpSample/>"


def test_the_host_is_that_of_the_machine_that_samples() -> None:
    assert row(a_sample(), "hostname") == f'<sample hn="{gethostname()}"/>'


def test_a_timestamp_is_always_in_milliseconds() -> None:
    result = a_sample(start_ms=5, end_ms=7)
    assert row(result, "timestamp", timestamp_format="yyyy") == '<sample ts="5"/>'
    assert row(result, "timestamp", stamp_end=True) == '<sample ts="7"/>'


@pytest.mark.parametrize(
    ("mode", "on_error", "stripped"),
    [("StrippedBatch", "true", "all"), ("strippedasynch", "false", "good"), ("Batch", "true", "")],
)
def test_a_server_strips_bodies_as_the_mode_says(mode: str, on_error: str, stripped: str) -> None:
    assert strip_rule({"mode": mode, "sample_sender_strip_also_on_error": on_error}) == stripped
    good = row(a_sample(), "response_data", stripped=stripped)
    bad = row(a_sample(success=False), "response_data", stripped=stripped)
    assert (">told<" in good, ">told<" in bad) == (stripped == "", stripped != "all")


def test_a_file_asks_for_bodies_and_content_assertions_only_if_it_writes_them() -> None:
    def asks(*flags: str, form: str = "xml") -> tuple[bool, bool]:
        into = FileListener(FileRows(), SaveConfig(format=form, flags=list(flags)))
        return into.reads_body, into.reads_assertions

    assert asks("label", "url") == (False, False)
    assert asks("assertions") == (False, True)
    assert asks("response_data.on_error") == (True, False)
    assert asks("response_data", "assertions", form="csv") == (False, False)


def test_an_assertion_that_is_content_has_no_message() -> None:
    result = a_sample()
    result.add_assertion(AssertionResult("good", None, failure=False))
    result.add_assertion(AssertionResult("bad", "why"))
    assert result.failure_message == "why"
    assert row(result, "assertions").count("<failureMessage>") == 1


def test_an_empty_message_hides_those_behind_it() -> None:
    result = a_sample()
    result.add_assertion(AssertionResult("good", "", failure=False))
    result.add_assertion(AssertionResult("bad", "why"))
    assert result.failure_message == ""


def test_the_head_may_have_a_line_of_its_own() -> None:
    save = save_from_properties({"jmeter.save.saveservice.xml_pi": "<?pi?>"})
    assert xml_head(save) == '<?xml version="1.0" encoding="UTF-8"?>\n<?pi?>\n<testResults version="1.2">\n'


@pytest.mark.parametrize(("name", "shown"), [("a_b", "a__b"), ("$", "_-"), ("1", "_.0031"), ("a.1-x", "a.1-x")])
def test_names_of_variables_become_names_of_attributes(name: str, shown: str) -> None:
    assert attribute_name(name) == shown


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cn"))))
def test_every_text_comes_back_out_of_the_file(text: str) -> None:
    result = a_sample(response_message=text, body=text.encode(), encoding="utf-8")
    element = ElementTree.fromstring(row(result, "response_message", "response_data"))
    assert element.get("rm") == text
    assert (element.findtext("responseData") or "") == text
