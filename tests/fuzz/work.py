"""Random thread groups that do some work: samples with bodies, extractors, assertions, files, functions."""

from __future__ import annotations

import random
from collections.abc import Callable
from urllib.parse import quote

from .generate import GROUPS, ON_ERROR, VARIABLES, Tree
from .writing import arguments, debug, element, flag, group, items_of, java, number, plan, text, texts

JSON = '{"id":7,"name":"Ann","tags":["x","y","z"],"sub":{"id":9,"ok":true,"none":null},"n":[1,2.5,-3]}'
XML = '<r a="1"><i k="x">one</i><i k="y">two</i><s><i>three</i></s></r>'
HTML = (
    '<html><head><title>T</title></head><body><p class="x">A</p><p id="q">B <b>c</b></p>'
    '<a href="/n?s=5">n</a></body></html>'
)
TEXT = "id=12; name=Bob; id=34; [a-b] (c)\nsecond line id=56 end"
BODIES = (JSON, XML, HTML, TEXT, "")
REGEXES = (
    r"id=(\d+)",
    r"(\w+)=(\w+)",
    r"id",
    r'"id":(\d+)',
    r"<i[^>]*>(\w+)</i>",
    r"(?s)\[(.)-(.)\].*(end)",
    r"^(\w)",
    r"(x)|(y)",
)
TEMPLATES = ("$1$", "$0$", "$2$", "$1$-$2$", "", "t", "$1$$1$")
PATHS = (
    "$.id",
    "$..id",
    "$.tags[*]",
    "$.tags[1]",
    "$.sub",
    "$.none.x",
    "$.n[?(@>0)]",
    "$.tags.length()",
    "$.sub.none",
    "$[",
)
MEETS = ("id", "name", "tags[1]", "sub.id", "tags[*]", "nothing", "length(tags)", "n[?@>`0`]", "sub")
XPATHS = ("//i", "//i[2]", "/r/@a", "count(//i)", "//i/@k", "string(//s)", "//none", "//i[@k='y']/text()")
CSS = ("p", "p.x", "#q b", "a", "p[id]", "none", "body > p")
SHOWN = ("e1", "e2", "e1_g1", "e1_matchNr", "e1_2", "e2_1", "f1", "f2", "c", "v_2", "x1", "x2")
CALLS = (
    "${__counter(TRUE,)}",
    "${__counter(TRUE,c)}",
    "${__intSum(2,${__V(k1,0)},3)}",
    "${__eval(${e1})}",
    "${__V(v_${__intSum(1,1)})}",
    "${__evalVar(v_1)}",
    "${__jexl3(vars.get('v_1') + '!')}",
    "${__javaScript(1+2,x1)}",
    "${__regexFunction(id=([0-9]+),$1$,ALL,|,none,x2)}",
    "${__split(a:b::c,x1,:)}${x1_3}",
    "${__changeCase(aB c,CAPITALIZE,)}",
    "${__urlencode(a b&c)}",
    "${__isVarDefined(e1)}",
    "${__samplerName()}",
    "${__threadNum}",
    "${__P(none,d)}",
    "${undefined}",
    "${__escapeHtml(<a>)}",
    "${__char(65,0x42)}",
    "${__digest(MD5,a,,,)}",
    "${__dateTimeConvert(2024-01-31,yyyy-MM-dd,dd/MM/yy,)}",
    "${__timeShift(yyyy-MM-dd,2024-02-28,P2D,,)}",
    "${__StringToFile(${__P(none,)},a)}",
    "$1 \\${a} a,b",
)
FILES = ("fuzz_rows.csv", "fuzz_quoted.csv", "fuzz_missing.csv", "fuzz_empty.csv")
CONTENTS = {
    "fuzz_rows.csv": "x1,x2\n1,a\n2,b\n\n3,c,more\n4\n",
    "fuzz_quoted.csv": 'x1,x2\n"a,b",c\n"d ""e""",f\n"two\nlines",g\n',
    "fuzz_empty.csv": "",
}


class Work(Tree):
    """Makes the tree of one thread group, with samplers that say something."""

    def __init__(self, choose: random.Random) -> None:
        super().__init__(choose)
        self.one = choose.choice
        flow = self.choose.sample(self.makers, 6)
        self.makers = [
            self.sampler,
            self.java,
            self.java,
            self.http,
            self.http,
            self.simple,
            self.csv,
            self.defaults,
            self.headers,
            *self.attached,
            *flow,
        ]

    @property
    def attached(self) -> list[Callable[[str, int], str]]:
        """Tell what can stand below a sampler."""
        return [self.regex, self.boundary, self.json, self.jmespath, self.xpath, self.css, self.response, self.size]

    def label(self, name: str) -> str:
        """Make a name that shows variables and calls."""
        more = [f"${{{each}}}" for each in self.choose.sample(SHOWN, 2)]
        if self.choose.random() < 0.4:
            more.append(self.one(CALLS))
        return " ".join((name, *more))

    def with_some(self, name: str) -> str:
        """Make what stands below a sampler."""
        made = ""
        for at in range(self.choose.randint(0, 3)):
            made += self.one(self.attached)(f"{name}.{at}", 0)
        return made

    def sampler(self, name: str, depth: int) -> str:
        return debug(self.label(name), self.with_some(name))

    def java(self, name: str, depth: int) -> str:
        says = {
            "Sleep_Time": "0",
            "Sleep_Mask": "0x0",
            "Label": self.label(name) if self.choose.random() < 0.3 else "",
            "ResponseCode": self.one(("200", "", "404")),
            "ResponseMessage": self.one(("OK", "${e1}", "")),
            "Status": self.one(("OK", "OK", "NOT_OK")),
            "SamplerData": "sent ${v_1}",
            "ResultData": self.one(BODIES),
        }
        return java(self.label(name), says.items(), self.with_some(name))

    def http(self, name: str, depth: int) -> str:
        code = self.one((200, 200, 200, 404, 302))
        kind = self.one(("text/html", "application/json;charset=utf-8", "text/xml", ""))
        body = quote(self.one(BODIES).replace("${", ""))
        path = f"/answer?code={code}&type={quote(kind)}&body={body}&h=X-Id:id%3D{self.choose.randint(1, 9)}"
        if self.choose.random() < 0.3:
            path = self.one(("/echo?a=${v_1}&b=${e1}", "/bytes/300", "/redirect/2", "/${f1}", "/api/items/${c}"))
        pairs = [(f"p{at}", self.one(("a b", "${v_2}", "ü&=", ""))) for at in range(self.choose.randint(0, 2))]
        method = self.one(("GET", "GET", "POST", "PUT", "DELETE", "HEAD"))
        props = arguments("HTTPsampler.Arguments", pairs, "HTTPArgument", encode=self.choose.random() < 0.7)
        props += text("HTTPSampler.domain", self.one(("127.0.0.1", "127.0.0.1", ""))) + text("HTTPSampler.port", "8080")
        props += text("HTTPSampler.path", path) + text("HTTPSampler.method", method)
        props += flag("HTTPSampler.follow_redirects", self.choose.random() < 0.7) + flag(
            "HTTPSampler.use_keepalive", True
        )
        return element("HTTPSamplerProxy", self.label(name), props, self.with_some(name))

    def defaults(self, name: str, depth: int) -> str:
        props = arguments(
            "HTTPsampler.Arguments", [("d", "${v_1}")] if self.choose.random() < 0.3 else [], "HTTPArgument"
        )
        return element("ConfigTestElement", name, props + text("HTTPSampler.domain", "127.0.0.1"))

    def headers(self, name: str, depth: int) -> str:
        pairs = self.choose.sample((("X-A", "1"), ("X-B", "${e1}"), ("Accept", "*/*"), ("x-a", "3"), ("X-C", "")), 2)
        return element("HeaderManager", name, items_of("HeaderManager.headers", pairs, "Header", "Header"))

    def csv(self, name: str, depth: int) -> str:
        props = text("filename", self.one(FILES)) + text("delimiter", self.one((",", ",", "", "\\t", ";")))
        props += text("variableNames", self.one(("", "f1,f2", "f1", "f1,,f2"))) + text("fileEncoding", "UTF-8")
        props += flag("ignoreFirstLine", self.choose.random() < 0.5) + flag("quotedData", self.choose.random() < 0.5)
        recycle = self.choose.random() < 0.6
        props += flag("recycle", recycle) + flag("stopThread", not recycle and self.choose.random() < 0.5)
        return element("CSVDataSet", name, props + text("shareMode", self.one(("shareMode.thread", "shareMode.group"))))

    # post-processors and assertions

    def scope(self, prefix: str) -> str:
        scope = self.one(("", "", "", "all", "children", "variable"))
        return text(f"{prefix}.scope", scope) + text("Scope.variable", self.one(("v_1", "e1", "none"))) if scope else ""

    def regex(self, name: str, depth: int) -> str:
        field = self.one(("false", "false", "true", "code", "message", "URL", "request_headers", "unescaped"))
        props = text("RegexExtractor.useHeaders", field) + text("RegexExtractor.refname", self.one(("e1", "e2")))
        props += text("RegexExtractor.regex", self.one(REGEXES))
        props += text("RegexExtractor.template", self.one(TEMPLATES))
        props += text("RegexExtractor.default", self.one(("", "none"))) + self.scope("Sample")
        props += flag("RegexExtractor.default_empty_value", self.choose.random() < 0.3)
        return element("RegexExtractor", name, props + text("RegexExtractor.match_number", self.one((1, 2, 3, -1))))

    def boundary(self, name: str, depth: int) -> str:
        left, right = self.one((("id=", ";"), ("<i", ">"), ("[", "]"), ("", ""), ('"', '"'), ("name", "")))
        props = text("BoundaryExtractor.useHeaders", self.one(("false", "true", "code")))
        props += text("BoundaryExtractor.refname", "e2") + text("BoundaryExtractor.lboundary", left)
        props += (
            text("BoundaryExtractor.rboundary", right) + text("BoundaryExtractor.default", "nb") + self.scope("Sample")
        )
        return element("BoundaryExtractor", name, props + text("BoundaryExtractor.match_number", self.one((1, 2, -1))))

    def json(self, name: str, depth: int) -> str:
        paths = self.choose.sample(PATHS, self.one((1, 1, 2)))
        names, defaults = ("e1", "e1;e2")[len(paths) - 1], ("d", "d;e")[len(paths) - 1]
        props = text("JSONPostProcessor.referenceNames", names) + text(
            "JSONPostProcessor.jsonPathExprs", ";".join(paths)
        )
        numbers = ";".join([self.one(("1", "2", "-1"))] * len(paths))
        props += text("JSONPostProcessor.match_numbers", numbers)
        props += text("JSONPostProcessor.defaultValues", self.one((defaults, "")))
        return element(
            "JSONPostProcessor", name, props + flag("JSONPostProcessor.compute_concat", self.choose.random() < 0.3)
        )

    def jmespath(self, name: str, depth: int) -> str:
        props = text("JMESExtractor.referenceName", "e2") + text("JMESExtractor.jmesPathExpr", self.one(MEETS))
        props += text("JMESExtractor.matchNumber", self.one((1, 2, -1))) + text("JMESExtractor.defaultValue", "nj")
        return element("JMESPathExtractor", name, props)

    def xpath(self, name: str, depth: int) -> str:
        props = text("XPathExtractor.default", "nx") + text("XPathExtractor.refname", "e1")
        props += text("XPathExtractor.matchNumber", self.one((-1, 1, 2)))
        props += text("XPathExtractor.xpathQuery", self.one(XPATHS)) + flag("XPathExtractor.validate", False)
        props += flag("XPathExtractor.tolerant", False) + flag("XPathExtractor.fragment", self.choose.random() < 0.3)
        return element("XPathExtractor", name, props)

    def css(self, name: str, depth: int) -> str:
        props = text("HtmlExtractor.refname", "e2") + text("HtmlExtractor.expr", self.one(CSS))
        props += text("HtmlExtractor.attribute", self.one(("", "class", "href")))
        props += text("HtmlExtractor.default", "nc") + text("HtmlExtractor.match_number", self.one((1, 2, -1)))
        return element("HtmlExtractor", name, props)

    def response(self, name: str, depth: int) -> str:
        fields = ("data", "code", "message", "headers", "label", "request_headers", "request_data")
        field = self.one(fields)
        field = "sample_label" if field == "label" else f"response_{field}"
        field = field.replace("response_request", "request")
        tests = self.choose.sample(
            ("id", "200", "OK", "(?i)ANN", "^.*$", "${e1}", "nothing", "[a-b]"), self.choose.randint(0, 2)
        )
        props = texts("Asserion.test_strings", tests)
        props += text("Assertion.test_field", f"Assertion.{field}") + flag(
            "Assertion.assume_success", self.choose.random() < 0.2
        )
        kind = self.one((1, 2, 8, 16)) | self.one((0, 0, 4, 32, 36))
        props += number("Assertion.test_type", kind) + text("Assertion.custom_message", self.one(("", "", "own ${e1}")))
        return element("ResponseAssertion", name, props + self.scope("Assertion"))

    def size(self, name: str, depth: int) -> str:
        field = self.one(
            ("response_data", "response_code", "response_message", "response_headers", "response_network_size")
        )
        props = text("Assertion.test_field", f"SizeAssertion.{field}") + text(
            "SizeAssertion.size", self.one((0, 3, 200, "x"))
        )
        return element("SizeAssertion", name, props + number("SizeAssertion.operator", self.choose.randint(1, 6)))


def generated(seed: int) -> tuple[str, dict[str, str]]:
    """Give the plan of a seed, and the files beside it."""
    choose = random.Random(f"work {seed}")
    groups = ""
    for at in range(GROUPS):
        below = Work(choose).below(2) + debug("end " + " ".join(f"{each}=${{{each}}}" for each in SHOWN))
        groups += group(f"g{at}", below, loops=choose.choice((1, 2, 3)), on_error=choose.choice(ON_ERROR))
    return plan(groups, VARIABLES), CONTENTS
