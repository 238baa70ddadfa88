"""What of a sample stands in a result file. Mirrors SampleSaveConfiguration and where its values come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PREFIX = "jmeter.save.saveservice."

DEFAULTS = {
    "timestamp": True,
    "label": True, "response_code": True, "response_message": True, "thread_name": True, "data_type": True,
    "successful": True, "assertion_results_failure_message": True, "bytes": True, "sent_bytes": True,
    "thread_counts": True, "url": True, "filename": False, "latency": True, "encoding": False, "sample_count": False,
    "hostname": False, "idle_time": True, "connect_time": True, "time": True, "subresults": True, "assertions": True,
    "samplerData": False, "responseHeaders": False, "requestHeaders": False, "response_data": False,
    "response_data.on_error": False,
}  # fmt: skip
"""The flags, named as in the properties without their prefix, with the defaults of JMeter's code."""

PLAN_NAMES = {
    "timestamp": "timestamp",
    "label": "label", "code": "response_code", "message": "response_message", "threadName": "thread_name",
    "dataType": "data_type", "success": "successful",
    "saveAssertionResultsFailureMessage": "assertion_results_failure_message", "bytes": "bytes",
    "sentBytes": "sent_bytes", "threadCounts": "thread_counts", "url": "url", "fileName": "filename",
    "latency": "latency", "encoding": "encoding", "sampleCount": "sample_count", "hostname": "hostname",
    "idleTime": "idle_time", "connectTime": "connect_time", "time": "time", "subresults": "subresults",
    "assertions": "assertions", "samplerData": "samplerData", "responseHeaders": "responseHeaders",
    "requestHeaders": "requestHeaders", "responseData": "response_data",
    "responseDataOnError": "response_data.on_error",
}  # fmt: skip
"""What the same flags are called in a plan's saveConfig."""


class BadSave(ValueError):
    """A save configuration that no result file can be written with."""


@dataclass(slots=True)
class SaveConfig:
    """What of a sample stands in a row, as the controller resolved it.

    `flags` are the keys of jmeter.save.saveservice.* that are true, without the prefix (`label`, `url`, …);
    `variables` are the sample_variables. `stamp_end`: the timeStamp is the end of the sample, not its start.
    `default_encoding` is what the column Encoding says of a response that names none. `xml_pi` is a processing
    instruction for the head of an XML file; `stripped` says whose bodies a server leaves out: `all`, or those of `good`
    samples. The form `flexible` has `columns`, `head` and `foot`, and may begin `afresh`.
    """

    format: str = "csv"
    flags: list[str] = field(default_factory=list)
    delimiter: str = ","
    timestamp_format: str = "ms"
    assertion_results: str = "none"
    field_names: bool = True
    variables: list[str] = field(default_factory=list)
    stamp_end: bool = False
    default_encoding: str = "ISO-8859-1"
    xml_pi: str = ""
    stripped: str = ""
    columns: list[str] = field(default_factory=list)
    head: str = ""
    foot: str = ""
    afresh: bool = False


def save_from_properties(properties: Mapping[str, str]) -> SaveConfig:
    """Read the properties jmeter.save.saveservice.* as the save configuration of `-l`; raises BadSave."""

    def flag(key: str, default: bool) -> bool:
        return properties.get(PREFIX + key, "true" if default else "false").lower() == "true"

    form = properties.get(PREFIX + "timestamp_format", "ms")
    return SaveConfig(
        format="xml" if properties.get(PREFIX + "output_format") == "xml" else "csv",
        flags=[
            key
            for key, default in DEFAULTS.items()
            if (form.lower() != "none" if key == "timestamp" else flag(key, default))
        ],
        delimiter=_delimiter(properties.get(PREFIX + "default_delimiter", ",")),
        timestamp_format=form,
        assertion_results=properties.get(PREFIX + "assertion_results", "none"),
        field_names=flag("print_field_names", True),
        variables=sample_variables(properties),
        stamp_end=properties.get("sampleresult.timestamp.start", "false").lower() not in ("true", "t", "1"),
        default_encoding=properties.get("sampleresult.default.encoding", "ISO-8859-1"),
        xml_pi=properties.get(PREFIX + "xml_pi", ""),
    )


def save_from_plan(written: Mapping[str, object], properties: Mapping[str, str]) -> SaveConfig:
    """Read a listener's saveConfig (field → flag, as bool or text); what it does not name is off, as in JMeter.

    Delimiter and timestamp format are never written in a plan: they are those of the properties.
    """
    save = save_from_properties(properties)

    def flag(name: str) -> bool:
        return str(written.get(name, "")).lower() == "true"

    save.format = "xml" if flag("xml") else "csv"
    save.flags = [key for name, key in PLAN_NAMES.items() if flag(name)]
    save.field_names = flag("fieldNames")
    return save


def sample_variables(properties: Mapping[str, str]) -> list[str]:
    """Read the names of further columns, split as Java splits: empty ones at the end are none."""
    names = properties.get("sample_variables")
    if names is None:
        return []
    split = names.split(",")
    while len(split) > 1 and not split[-1]:
        del split[-1]
    return split if split[-1] or "," not in names else []


def strip_rule(properties: Mapping[str, str]) -> str:
    """Read whose bodies do not travel from a server to its controller: `all`, `good`, or nobody's."""
    if not properties.get("mode", "StrippedBatch").strip().lower().startswith("stripped"):
        return ""
    on_error = properties.get("sample_sender_strip_also_on_error", "true").strip().lower()
    return "all" if on_error == "true" else "good"


def _delimiter(written: str) -> str:
    delimiter = "\t" if written == "\\t" else written
    if len(delimiter) != 1:
        raise BadSave(f"Delimiter '{delimiter}' must be of length 1.")
    if not delimiter.isascii() or (delimiter < " " and delimiter != "\t"):
        raise BadSave(f"Delimiter (code {ord(delimiter)}) must be printable.")
    if delimiter.isalnum() or delimiter == '"':
        raise BadSave(f"Delimiter '{delimiter}' must not be alphanumeric or \".")
    return delimiter
