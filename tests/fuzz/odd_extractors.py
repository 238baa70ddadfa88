"""Extractors, as they work."""

from __future__ import annotations

from dataclasses import replace

from .odd import HTML, JSON, TEXT, VALUES, XML, Subject, alike, extracts

SCOPED = {"Sample.scope": "parent", "Scope.variable": "doc"}
SCOPES = ("all", "children", "variable", "Variable", "VARIABLE", "${scope}")
E = "Sample.scope"

CHOSEN = tuple(value for value in VALUES if value not in ("-1", "1", "2", "${two}"))
"""Numbers of matches with which one is chosen at random, or none."""

SUBJECTS = {
    "regex": Subject(
        "RegexExtractor",
        {
            "RegexExtractor.useHeaders": "false",
            "RegexExtractor.refname": "x",
            "RegexExtractor.regex": r"id=(\d)(\d)",
            "RegexExtractor.template": "$1$",
            "RegexExtractor.default": "none",
            "RegexExtractor.default_empty_value": False,
            "RegexExtractor.match_number": "1",
            **SCOPED,
        },
        extracts(TEXT),
        more={
            "RegexExtractor.useHeaders": (
                "True",
                "URL",
                "code",
                "message",
                "request_headers",
                "unescaped",
                "Code",
                "${field}",
            ),
            E: SCOPES,
            "RegexExtractor.regex": ("id=(", "[", "(?<n>id)", "*", "id=(\\d+)|(x)"),
            "RegexExtractor.template": ("$0$", "$3$", "$1$$2$", "$a$", "$$", "$1", "a$2$b"),
            "RegexExtractor.match_number": ("-2", "3", "+1", "01"),
        },
    ),
    "boundary": Subject(
        "BoundaryExtractor",
        {
            "BoundaryExtractor.useHeaders": "false",
            "BoundaryExtractor.refname": "x",
            "BoundaryExtractor.lboundary": "id=",
            "BoundaryExtractor.rboundary": ";",
            "BoundaryExtractor.match_number": "1",
            "BoundaryExtractor.default": "none",
            "BoundaryExtractor.default_empty_value": False,
            **SCOPED,
        },
        extracts(TEXT),
        more={
            "BoundaryExtractor.useHeaders": ("True", "URL", "code", "message", "request_headers", "unescaped"),
            E: SCOPES,
            "BoundaryExtractor.match_number": ("-2", "3", "+1"),
        },
    ),
    "json": Subject(
        "JSONPostProcessor",
        {
            "JSONPostProcessor.referenceNames": "x",
            "JSONPostProcessor.jsonPathExprs": "$..id",
            "JSONPostProcessor.match_numbers": "1",
            "JSONPostProcessor.defaultValues": "none",
            "JSONPostProcessor.compute_concat": False,
            **SCOPED,
        },
        extracts(JSON),
        more={
            "JSONPostProcessor.jsonPathExprs": ("$.tags[*]", "$[", "$..", "$.none", "$.id;$.name", "$.tags", "id"),
            E: SCOPES,
            "JSONPostProcessor.match_numbers": ("-2", "3", "1;1", ";"),
            "JSONPostProcessor.referenceNames": ("x;y", "x;", " x "),
            "JSONPostProcessor.defaultValues": ("a;b", ";"),
        },
    ),
    "jmes": Subject(
        "JMESPathExtractor",
        {
            "JMESExtractor.referenceName": "x",
            "JMESExtractor.jmesPathExpr": "tags",
            "JMESExtractor.matchNumber": "1",
            "JMESExtractor.defaultValue": "none",
            **SCOPED,
        },
        extracts(JSON),
        more={
            "JMESExtractor.jmesPathExpr": ("tags[", "none", "id", "tags[*]", "@", "length(id)"),
            E: SCOPES,
            "JMESExtractor.matchNumber": ("-2", "3", "4"),
        },
    ),
    "html": Subject(
        "HtmlExtractor",
        {
            "HtmlExtractor.refname": "x",
            "HtmlExtractor.expr": "p",
            "HtmlExtractor.attribute": "",
            "HtmlExtractor.match_number": "1",
            "HtmlExtractor.default": "none",
            "HtmlExtractor.default_empty_value": False,
            "HtmlExtractor.extractor_impl": "JSOUP",
            **SCOPED,
        },
        extracts(HTML),
        more={
            "HtmlExtractor.expr": ("p[", "p:nth-child(x)", "a", "a:b", ":not(p)"),
            "HtmlExtractor.attribute": ("class", "id", "href"),
            "HtmlExtractor.extractor_impl": ("jsoup",),
            E: SCOPES,
        },
    ),
    "xpath": Subject(
        "XPathExtractor",
        {
            "XPathExtractor.refname": "x",
            "XPathExtractor.xpathQuery": "//i",
            "XPathExtractor.default": "none",
            "XPathExtractor.matchNumber": "1",
            "XPathExtractor.validate": False,
            "XPathExtractor.tolerant": False,
            "XPathExtractor.namespace": False,
            "XPathExtractor.fragment": False,
            "XPathExtractor.report_errors": False,
            "XPathExtractor.show_warnings": False,
            "XPathExtractor.whitespace": False,
            "XPathExtractor.quiet": True,
            "XPathExtractor.download_dtds": False,
            **SCOPED,
        },
        extracts(XML),
        skip={
            "XPathExtractor.xpathQuery": ("${undefined}",),
            "XPathExtractor.tolerant": ("true", "TRUE", "${yes}", "1", "2", "${two}", "1.5"),
        },
        more={"XPathExtractor.xpathQuery": ("//x:i", "count(//i)", "1=1", "//@k"), E: SCOPES},
    ),
    "xpath2": Subject(
        "XPath2Extractor",
        {
            "XPathExtractor2.refname": "x",
            "XPathExtractor2.xpathQuery": "//i",
            "XPathExtractor2.default": "none",
            "XPathExtractor2.matchNumber": "1",
            "XPathExtractor2.fragment": False,
            "XPathExtractor2.namespaces": "",
            **SCOPED,
        },
        extracts(XML),
        skip={"XPathExtractor2.xpathQuery": ("${undefined}",)},
        more={
            "XPathExtractor2.xpathQuery": ("//x:i", "count(//i)", "1=1", "$v", "//@k"),
            E: SCOPES,
            "XPathExtractor2.namespaces": ("a=b", "a", "=", "a=b\nc=d"),
        },
    ),
}

NUMBERS = {
    "regex": ("RegexExtractor.match_number", "id=12 id=12"),
    "boundary": ("BoundaryExtractor.match_number", "id=12; id=12;"),
    "json": ("JSONPostProcessor.match_numbers", '{"id":1,"a":{"id":1}}'),
    "jmes": ("JMESExtractor.matchNumber", '{"tags":["x","x"]}'),
    "html": ("HtmlExtractor.match_number", "<p>A</p><p>A</p>"),
    "xpath": ("XPathExtractor.matchNumber", "<r><i>A</i><i>A</i></r>"),
    "xpath2": ("XPathExtractor2.matchNumber", "<r><i>A</i><i>A</i></r>"),
}
"""The number of the match, and a body whose matches are alike."""

for name, (number, body) in NUMBERS.items():
    SUBJECTS[f"{name}_number"] = alike(SUBJECTS[name], number, body)
    SUBJECTS[name] = replace(SUBJECTS[name], skip={**SUBJECTS[name].skip, number: CHOSEN})
