"""Where the columns of a result file come from: properties, or a listener of the plan."""

from __future__ import annotations

import pytest

from pyjm.engine.results.rows import header
from pyjm.engine.results.save import BadSave, save_from_plan, save_from_properties

PREFIX = "jmeter.save.saveservice."


def test_the_default_header_is_jmeters() -> None:
    assert header(save_from_properties({})) == (
        "timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,failureMessage,bytes,"
        "sentBytes,grpThreads,allThreads,URL,Latency,IdleTime,Connect"
    )


def test_the_full_header_is_in_jmeters_order() -> None:
    flags = {f"{PREFIX}{key}": "true" for key in ("filename", "hostname", "encoding", "sample_count")}
    save = save_from_properties({**flags, f"{PREFIX}default_delimiter": ";", "sample_variables": "a,b"})
    assert header(save) == (
        "timeStamp;elapsed;label;responseCode;responseMessage;threadName;dataType;success;failureMessage;bytes;"
        "sentBytes;grpThreads;allThreads;URL;Filename;Latency;Encoding;SampleCount;ErrorCount;Hostname;IdleTime;"
        'Connect;"a";"b"'
    )


def test_no_timestamp_means_no_column() -> None:
    save = save_from_properties({f"{PREFIX}timestamp_format": "none", f"{PREFIX}default_delimiter": "\\t"})
    assert header(save).startswith("elapsed\tlabel\t")


def test_a_flag_of_a_plan_that_is_not_named_is_off() -> None:
    save = save_from_plan({"time": True, "label": "true", "code": False, "fieldNames": True}, {})
    assert header(save) == "elapsed,label"
    assert save.field_names


def test_a_plan_takes_delimiter_and_timestamp_format_from_the_properties() -> None:
    properties = {f"{PREFIX}default_delimiter": ";", f"{PREFIX}timestamp_format": "yyyy"}
    save = save_from_plan({"time": True, "timestamp": True}, properties)
    assert (save.delimiter, save.timestamp_format, save.field_names) == (";", "yyyy", False)


def test_xml_is_told() -> None:
    assert save_from_properties({f"{PREFIX}output_format": "xml"}).format == "xml"
    assert save_from_plan({"xml": True}, {}).format == "xml"


@pytest.mark.parametrize(
    ("delimiter", "said"),
    [
        ("a", "Delimiter 'a' must not be alphanumeric or \"."),
        ('"', "Delimiter '\"' must not be alphanumeric or \"."),
        ("||", "Delimiter '||' must be of length 1."),
        ("§", "Delimiter (code 167) must be printable."),
    ],
)
def test_a_delimiter_that_jmeter_refuses_is_refused_in_its_words(delimiter: str, said: str) -> None:
    with pytest.raises(BadSave) as raised:
        save_from_properties({f"{PREFIX}default_delimiter": delimiter})
    assert str(raised.value) == said


def test_the_timestamp_is_the_end_of_a_sample_unless_the_property_says_start() -> None:
    assert save_from_properties({}).stamp_end
    assert not save_from_properties({"sampleresult.timestamp.start": "true"}).stamp_end
