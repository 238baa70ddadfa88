"""The match number 0: any match, each alike."""

from __future__ import annotations

from typing import Any

import pytest
from distribution import alike

from pyjm.engine.elements.matches import chosen
from pyjm.engine.elements.post.boundary_extractor import BoundaryExtractor
from pyjm.engine.elements.post.html_extractor import HtmlExtractor
from pyjm.engine.elements.post.jmespath_extractor import JMESPathExtractor
from pyjm.engine.elements.post.json_extractor import JSONPostProcessor
from pyjm.engine.elements.post.regex_extractor import RegexExtractor
from pyjm.engine.elements.post.xpath2_extractor import XPath2Extractor
from pyjm.engine.elements.post.xpath_extractor import XPathExtractor

JSON, XML = '{"i":["p","q","r"]}', "<r><i>p</i><i>q</i><i>r</i></r>"

EXTRACTORS = [
    (RegexExtractor, "RegexExtractor.", {"refname": "x", "regex": "<i>(.)", "template": "$1$"}, "match_number", XML),
    (
        BoundaryExtractor,
        "BoundaryExtractor.",
        {"refname": "x", "lboundary": "<i>", "rboundary": "<"},
        "match_number",
        XML,
    ),
    (HtmlExtractor, "HtmlExtractor.", {"refname": "x", "expr": "i"}, "match_number", XML),
    (XPathExtractor, "XPathExtractor.", {"refname": "x", "xpathQuery": "//i"}, "matchNumber", XML),
    (XPath2Extractor, "XPathExtractor2.", {"refname": "x", "xpathQuery": "//i"}, "matchNumber", XML),
    (
        JSONPostProcessor,
        "JSONPostProcessor.",
        {"referenceNames": "x", "jsonPathExprs": "$.i[*]"},
        "match_numbers",
        JSON,
    ),
    (JMESPathExtractor, "JMESExtractor.", {"referenceName": "x", "jmesPathExpr": "i"}, "matchNumber", JSON),
]


def test_any_of_them_is_chosen() -> None:
    assert alike((chosen("pqr", 0) for _ in range(3000)), "pqr")


@pytest.mark.parametrize(("kind", "prefix", "props", "number", "body"), EXTRACTORS, ids=lambda each: str(each)[:30])
def test_an_extractor_takes_any_match(
    compiled: Any, users: Any, sample: Any, kind: Any, prefix: str, props: dict[str, str], number: str, body: str
) -> None:
    written = {f"{prefix}{key}": value for key, value in {**props, number: "0"}.items()}
    extractor, user, result = compiled(kind, written), users(), sample(body)
    drawn = []
    for _ in range(300):
        user.previous = result
        extractor.after(user, result)
        drawn.append(user.vars["x"])
    assert alike(drawn, "pqr")
