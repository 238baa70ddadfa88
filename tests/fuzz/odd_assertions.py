"""Assertions, as they work."""

from __future__ import annotations

from .odd import JSON, TEXT, VALUES, XML, Case, Subject, asserts, prop, written
from .writing import debug, element

JUDGED = {"Assertion.scope": "parent", "Scope.variable": "doc"}
SCOPES = ("all", "children", "variable", "Variable", "VARIABLE", "${scope}")
J = "Assertion.scope"

WORDED = tuple(value for value in VALUES if value not in ("abc", "true", "TRUE", "false"))
"""Paths that a library refuses in words of its own."""


def takes(time_ms: str, body: str) -> str:
    """Write a sampler that says how long it took."""
    says: Case = {"SUCCESFULL": True, "RESPONSE_CODE": "200", "RESPONSE_DATA": body, "RESPONSE_TIME": time_ms}
    return written("kg.apc.jmeter.samplers.DummySampler", {**says, "WAITING": False, "LATENCY": "0", "CONNECT": "0"})


def in_time(kind: str, props: Case) -> str:
    """Write an assertion over samples that differ in time, and in what they say behind the first two."""
    return written(kind, props) + "".join(map(takes, ("10", "10", "12", "19"), "xxxy"))


def skipping(kind: str, props: Case) -> str:
    """Write an assertion that skips one text, over samples that differ in it."""
    row = "".join(map(prop, props, props.values()))
    row = f'<elementProp name="r" elementType="SubstitutionElement">{row}</elementProp>'
    skipped = f'<collectionProp name="stringsToSkip">{row}</collectionProp>'
    own = prop("compareContent", True) + prop("compareTime", "-1") + skipped
    return element(kind, "e", own) + takes("1", "id=12; 5") + takes("1", "id=345; 5") + debug("behind")


SUBJECTS = {
    "response": Subject(
        "ResponseAssertion",
        {
            "Asserion.test_strings": ["id=12"],
            "Assertion.test_field": "Assertion.response_data",
            "Assertion.test_type": "2",
            "Assertion.assume_success": False,
            "Assertion.custom_message": "",
            **JUDGED,
        },
        asserts(TEXT),
        more={
            "Assertion.test_type": (
                *tuple(str(n) for n in range(3, 65, 3)),
                "8",
                "16",
                "17",
                "32",
                "6",
                "20",
                "24",
                "4",
            ),
            J: SCOPES,
            "Assertion.test_field": tuple(
                f"Assertion.{x}"
                for x in (
                    "response_code",
                    "response_message",
                    "response_headers",
                    "sample_label",
                    "sample_url",
                    "request_headers",
                    "request_data",
                )
            ),
        },
    ),
    "duration": Subject(
        "DurationAssertion",
        {"DurationAssertion.duration": "5000", **JUDGED},
        asserts(TEXT),
        {"DurationAssertion.duration": ("1", "2", " 5 ", "${two}")},
    ),
    "size": Subject(
        "SizeAssertion",
        {
            "SizeAssertion.size": "35",
            "SizeAssertion.operator": "1",
            "Assertion.test_field": "SizeAssertion.response_data",
            **JUDGED,
        },
        asserts(TEXT),
        more={
            J: SCOPES,
            "SizeAssertion.operator": ("3", "4", "5", "6", "7"),
            "Assertion.test_field": tuple(
                f"SizeAssertion.response_{x}" for x in ("network_size", "headers", "code", "message", "body")
            ),
        },
    ),
    "md5": Subject("MD5HexAssertion", {"MD5HexAssertion.size": "b1946ac92492d2347c6235b4d2611184"}, asserts(TEXT)),
    "json_assertion": Subject(
        "JSONPathAssertion",
        {
            "JSON_PATH": "$.id",
            "EXPECTED_VALUE": "7",
            "JSONVALIDATION": True,
            "EXPECT_NULL": False,
            "INVERT": False,
            "ISREGEX": True,
        },
        asserts(JSON),
        more={"JSON_PATH": ("$[", "$..", "$.none", "$.tags", "$.x"), "EXPECTED_VALUE": ("[", "7|8", "\\d", "(")},
    ),
    "json_equal": Subject(
        "JSONPathAssertion",
        {
            "JSON_PATH": "$.tags",
            "EXPECTED_VALUE": '["x","y","z"]',
            "JSONVALIDATION": True,
            "EXPECT_NULL": False,
            "INVERT": False,
            "ISREGEX": False,
        },
        asserts(JSON),
    ),
    "jmes_assertion": Subject(
        "JMESPathAssertion",
        {
            "JMES_PATH": "id",
            "EXPECTED_VALUE": "7",
            "JSONVALIDATION": True,
            "EXPECT_NULL": False,
            "INVERT": False,
            "ISREGEX": True,
        },
        asserts(JSON),
        skip={"JMES_PATH": WORDED},
        more={"JMES_PATH": ("none", "tags", "@", "length(id)"), "EXPECTED_VALUE": ("[", "7|8", "\\d", "(")},
    ),
    "xml_assertion": Subject("XMLAssertion", {}, asserts(XML)),
    "xpath_assertion": Subject(
        "XPathAssertion",
        {
            "XPath.xpath": "//i",
            "XPath.negate": False,
            "XPath.validate": False,
            "XPath.whitespace": False,
            "XPath.tolerant": False,
            "XPath.namespace": False,
            "XPath.quiet": True,
            "XPath.report_errors": False,
            "XPath.show_warnings": False,
            "XPath.download_dtds": False,
            **JUDGED,
        },
        asserts(XML),
        skip={
            "XPath.xpath": ("${undefined}",),
            "XPath.tolerant": ("true", "TRUE", "${yes}", "1", "2", "${two}", "1.5"),
        },
        more={"XPath.xpath": ("//x:i", "count(//i)", "1=2", "//@k", "//none"), J: SCOPES},
    ),
    "xpath2_assertion": Subject(
        "XPath2Assertion",
        {"XPath.xpath": "//i", "XPath.negate": False, "XPath.namespaces": "", **JUDGED},
        asserts(XML),
        skip={"XPath.xpath": ("${undefined}",)},
        more={
            "XPath.xpath": ("//x:i", "count(//i)", "1=2", "//@k", "//none"),
            J: SCOPES,
            "XPath.namespaces": ("a=b", "a", "=", "a=b\nc=d"),
        },
    ),
    "schema": Subject("XMLSchemaAssertion", {"xmlschema_assertion_filename": "xml_note.xsd"}, asserts(XML)),
    "compare": Subject(
        "CompareAssertion",
        {"compareContent": True, "compareTime": "5", "stringsToSkip": []},
        in_time,
        {"stringsToSkip": (None,)},
    ),
    "compare_skips": Subject(
        "CompareAssertion",
        {"regex": "\\d+", "substitute": "n"},
        skipping,
        more={"regex": ("(", "[", "\\d(\\d)", "id"), "substitute": ("$1", "$0", "$", "\\", "\\1", "$9")},
    ),
}
