"""Samplers, listeners and what stands beside them, as they work."""

from __future__ import annotations

from itertools import count

from .odd import (
    AT_ONCE,
    HTML,
    TEXT,
    VALUES,
    Case,
    Subject,
    asserts,
    extracts,
    listens,
    prop,
    samples,
    says,
    sees,
    shown,
    written,
)
from .writing import debug, java

SHOWN = ("true", "TRUE", "${yes}", "1", "2", "1.5", "2147483648", "99999999999999999999", "${two}")
"""With these a Debug Sampler shows what is the machine's."""

SAVED = (
    *("time", "latency", "timestamp", "success", "label", "code", "message", "threadName", "dataType", "encoding"),
    *("assertions", "subresults", "responseData", "samplerData", "xml", "fieldNames", "responseHeaders"),
    *("requestHeaders", "responseDataOnError", "saveAssertionResultsFailureMessage", "bytes", "sentBytes", "url"),
    *("threadCounts", "idleTime", "connectTime", "fileName", "hostname", "sampleCount"),
)
"""What a listener's file may hold."""

TIMES = ("true", "TRUE", " true", "${yes}")
"""With these what is written is the moment's or the machine's."""

numbers = count(1)


def collects(kind: str, props: Case) -> str:
    """Write a listener with a file of its own, unless one is named, below a good and a failed sampler."""
    saved = "".join(f"<{name}>{props[name]}</{name}>" for name in SAVED if props.get(name) is not None)
    saved = f'<objProp><name>saveConfig</name><value class="SampleSaveConfiguration">{saved}</value></objProp>'
    own = {"filename": f"collected_{next(numbers)}.jtl", **{k: v for k, v in props.items() if k not in SAVED}}
    begin = f'<{kind} guiclass="SimpleDataWriter" testclass="{kind}" testname="e" enabled="true">'
    listener = f"{begin}{saved}{''.join(map(prop, own, own.values()))}</{kind}>\n<hashTree></hashTree>\n"
    bad = java("bad", [*AT_ONCE, ("Status", "FAIL")])
    return written("GenericController", {}, says("good") + bad + listener)


SUBJECTS = {
    "collector": Subject(
        "ResultCollector",
        {
            "ResultCollector.error_logging": False,
            "ResultCollector.success_only_logging": False,
            "filename": "odd.jtl",
            **dict.fromkeys(SAVED, "false"),
            **dict.fromkeys(("label", "success", "code", "fieldNames"), "true"),
        },
        collects,
        only=("filename",),
        more={"filename": ("sub/dir/f.jtl", "a b.jtl", "ü.jtl", "odd.jtl")},
    ),
    "collector_flags": Subject(
        "ResultCollector",
        {
            "ResultCollector.error_logging": False,
            "ResultCollector.success_only_logging": False,
            **dict.fromkeys(SAVED, "false"),
            **dict.fromkeys(("label", "success", "code", "fieldNames"), "true"),
        },
        collects,
        dict.fromkeys(("time", "latency", "timestamp", "idleTime", "connectTime", "hostname"), TIMES),
    ),
    "html_assertion": Subject(
        "HTMLAssertion",
        {
            "html_assertion_error_threshold": "0",
            "html_assertion_warning_threshold": "0",
            "html_assertion_doctype": "omit",
            "html_assertion_errorsonly": False,
            "html_assertion_format": "0",
            "html_assertion_filename": "",
        },
        asserts(HTML),
        {"html_assertion_filename": tuple(value for value in VALUES if value)},
        more={"html_assertion_doctype": ("auto", "strict", "loose")},
    ),
    "debug": Subject(
        "DebugSampler",
        {"displayJMeterVariables": True, "displayJMeterProperties": False, "displaySystemProperties": False},
        sees("(JMeterVariables|JMeterProperties|SystemProperties):"),
        dict.fromkeys(
            ("displayJMeterProperties", "displaySystemProperties"),
            ("true", "TRUE", "${yes}", "1", "2", "1.5", "2147483648", "99999999999999999999", "${two}"),
        ),
    ),
    "debug_post": Subject(
        "DebugPostProcessor",
        {
            "displaySamplerProperties": True,
            "displayJMeterVariables": False,
            "displayJMeterProperties": False,
            "displaySystemProperties": False,
        },
        extracts(TEXT),
        dict.fromkeys(
            ("displayJMeterProperties", "displaySystemProperties"),
            ("true", "TRUE", "${yes}", "1", "2", "1.5", "2147483648", "99999999999999999999", "${two}"),
        ),
    ),
    "action": Subject(
        "TestAction",
        {"ActionProcessor.action": "1", "ActionProcessor.target": "0", "ActionProcessor.duration": "0"},
        lambda kind, props: debug("before") + written(kind, props) + debug("behind"),
        {"ActionProcessor.action": ("2", "3", "${two}"), "ActionProcessor.duration": ("2147483648",)},
        more={"ActionProcessor.action": ("4", "5", "6")},
        loops=2,
    ),
    "os": Subject(
        "SystemSampler",
        {
            "SystemSampler.command": "echo",
            "SystemSampler.directory": "",
            "SystemSampler.checkReturnCode": True,
            "SystemSampler.expectedReturnCode": "0",
            "SystemSampler.stdin": "",
            "SystemSampler.stdout": "",
            "SystemSampler.stderr": "",
            "SystemSampler.timeout": "0",
        },
        samples,
        {"SystemSampler.timeout": ("1", "2", " 5 ", "${two}")}
        | {f"SystemSampler.{x}": tuple(v for v in VALUES if v and not v.startswith("$")) for x in ("stdout", "stderr")},
        loops=1,
    ),
    "dummy": Subject(
        "kg.apc.jmeter.samplers.DummySampler",
        {
            "WAITING": False,
            "SUCCESFULL": True,
            "RESPONSE_CODE": "200",
            "RESPONSE_MESSAGE": "OK",
            "REQUEST_DATA": "asked",
            "RESPONSE_DATA": "answered",
            "RESPONSE_TIME": "10",
            "LATENCY": "3",
            "CONNECT": "1",
            "URL": "http://h/p",
            "RESULT_CLASS": "org.apache.jmeter.samplers.SampleResult",
        },
        samples,
        loops=1,
    ),
    "java": Subject("JavaSampler", {"classname": "org.apache.jmeter.protocol.java.test.JavaTest"}, samples),
    "result_action": Subject(
        "ResultAction",
        {"OnError.action": "0"},
        listens,
        {"OnError.action": ("2", "3", "${two}")},
        more={"OnError.action": ("4", "5", "6", "7")},
        loops=2,
    ),
    "saver": Subject(
        "ResultSaver",
        {
            "FileSaver.filename": "saved_",
            "FileSaver.variablename": "x",
            "FileSaver.errorsonly": False,
            "FileSaver.successonly": False,
            "FileSaver.skipautonumber": False,
            "FileSaver.skipsuffix": False,
            "FileSaver.addTimstamp": False,
            "FileSaver.numberPadLen": "2",
            "FileSaver.ignoreTC": True,
        },
        lambda kind, props: says("good", written(kind, props)) + debug(shown("x")),
        {"FileSaver.addTimstamp": ("true", "TRUE", "${yes}"), "FileSaver.numberPadLen": ("2147483648",)},
        loops=2,
    ),
    "rewriting": Subject(
        "URLRewritingModifier",
        {
            "argument_name": "s",
            "path_extension": False,
            "path_extension_no_equals": False,
            "path_extension_no_questionmark": False,
            "cache_value": False,
            "encode": False,
        },
        lambda kind, props: (
            says(HTML)
            + written(
                "HTTPSamplerProxy",
                {
                    "HTTPSampler.domain": "127.0.0.1",
                    "HTTPSampler.port": "8080",
                    "HTTPSampler.path": "/echo",
                    "HTTPSampler.method": "GET",
                },
                written(kind, props),
            )
        ),
    ),
    "regex_users": Subject(
        "RegExUserParameters",
        {
            "RegExUserParameters.regex_ref_name": "v",
            "RegExUserParameters.param_names_gr_nr": "1",
            "RegExUserParameters.param_values_gr_nr": "2",
        },
        lambda kind, props: (
            says(
                TEXT,
                written(
                    "RegexExtractor",
                    {
                        "RegexExtractor.refname": "v",
                        "RegexExtractor.regex": "(\\w+)=(\\w+)",
                        "RegexExtractor.template": "$0$",
                        "RegexExtractor.match_number": "-1",
                    },
                ),
            )
            + written(
                "HTTPSamplerProxy",
                {
                    "HTTPSampler.domain": "127.0.0.1",
                    "HTTPSampler.port": "8080",
                    "HTTPSampler.path": "/echo",
                    "HTTPSampler.method": "GET",
                    "HTTPsampler.Arguments": None,
                },
                written(kind, props),
            )
        ),
    ),
    "fifo_put": Subject(
        "kg.apc.jmeter.modifiers.FifoPutPostProcessor",
        {"FifoName": "q", "Value": "val"},
        lambda kind, props: says("x", written(kind, props)) + debug("${__fifoSize(q)} ${__fifoSize(abc)}"),
        loops=1,
    ),
    "fifo_pop": Subject(
        "kg.apc.jmeter.modifiers.FifoPopPreProcessor",
        {"FifoName": "q", "Variable": "x", "Timeout": "0"},
        lambda kind, props: debug("${__fifoPut(q,a)}") + says("x", written(kind, props)) + debug(shown("x")),
        loops=1,
        skip={"FifoName": tuple(VALUES), "Timeout": ("-1", "2147483648")},
    ),
}
