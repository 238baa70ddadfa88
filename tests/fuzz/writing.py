"""Elements as a plan writes them."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

GUIS = {
    "TestPlan": "TestPlanGui",
    "ThreadGroup": "ThreadGroupGui",
    "ResponseAssertion": "AssertionGui",
    "GenericController": "LogicControllerGui",
    "LoopController": "LoopControlPanel",
    "OnceOnlyController": "OnceOnlyControllerGui",
    "WhileController": "WhileControllerGui",
    "ForeachController": "ForeachControlPanel",
    "SwitchController": "SwitchControllerGui",
    "InterleaveControl": "InterleaveControlGui",
    "IfController": "IfControllerPanel",
    "TransactionController": "TransactionControllerGui",
    "ThroughputController": "ThroughputControllerGui",
    "CounterConfig": "CounterConfigGui",
    "CriticalSectionController": "CriticalSectionControllerGui",
    "UserParameters": "UserParametersGui",
    "TestAction": "TestActionGui",
    "ResultAction": "ResultActionGui",
    "JavaSampler": "JavaTestSamplerGui",
    "HTTPSamplerProxy": "HttpTestSampleGui",
    "ConfigTestElement": "HttpDefaultsGui",
    "HeaderManager": "HeaderPanel",
    "RegexExtractor": "RegexExtractorGui",
    "BoundaryExtractor": "BoundaryExtractorGui",
    "JSONPostProcessor": "JSONPostProcessorGui",
    "JMESPathExtractor": "JMESPathExtractorGui",
    "XPathExtractor": "XPathExtractorGui",
    "HtmlExtractor": "HtmlExtractorGui",
    "SizeAssertion": "SizeAssertionGui",
    "RunTime": "RunTimeGui",
    "com.blazemeter.jmeter.RandomCSVDataSetConfig": "com.blazemeter.jmeter.RandomCSVDataSetConfigGui",
    "SystemSampler": "SystemSamplerGui",
    "Arguments": "ArgumentsPanel",
    "AnchorModifier": "AnchorModifierGui",
    "AuthManager": "AuthPanel",
    "CacheManager": "CacheManagerGui",
    "CookieManager": "CookiePanel",
    "DNSCacheManager": "DNSCachePanel",
    "ModuleController": "ModuleControllerGui",
    "PostThreadGroup": "PostThreadGroupGui",
    "SetupThreadGroup": "SetupThreadGroupGui",
    "TestFragmentController": "TestFragmentControllerGui",
    "URLRewritingModifier": "URLRewritingModifierGui",
}
"""The class of each element's window, without which JMeter does not read it; all others share one."""


def text(name: str, value: object) -> str:
    """Write a text property."""
    return f"<stringProp name={quoteattr(name)}>{escape(str(value))}</stringProp>"


def flag(name: str, value: bool) -> str:
    """Write a boolean property."""
    return f'<boolProp name="{name}">{str(value).lower()}</boolProp>'


def number(name: str, value: int) -> str:
    """Write a whole number property."""
    return f'<intProp name="{name}">{value}</intProp>'


def element(kind: str, name: str, props: str = "", below: str = "") -> str:
    """Write an element with what stands below it."""
    gui = GUIS.get(kind, "TestBeanGUI")
    begin = f'<{kind} guiclass="{gui}" testclass="{kind}" testname={quoteattr(name)} enabled="true">'
    return f"{begin}{props}</{kind}>\n<hashTree>{below}</hashTree>\n"


def arguments(
    name: str, pairs: Iterable[tuple[str, str]], kind: str = "Argument", *, encode: bool | None = None
) -> str:
    """Write variables, or parameters that are to be encoded or not, as an element within a property."""
    more = "" if encode is None else flag("HTTPArgument.always_encode", encode)
    items = items_of("Arguments.arguments", pairs, "Argument", kind, more)
    begin = f'<elementProp name="{name}" elementType="Arguments" guiclass="ArgumentsPanel" testclass="Arguments">'
    return f"{begin}{items}</elementProp>"


def items_of(name: str, pairs: Iterable[tuple[str, str]], prefix: str, kind: str, more: str = "") -> str:
    """Write pairs as a collection of elements."""
    items = "".join(
        f'<elementProp name="{key}" elementType="{kind}">{text(f"{prefix}.name", key)}'
        f"{text(f'{prefix}.value', value)}{more}</elementProp>"
        for key, value in pairs
    )
    return f'<collectionProp name="{name}">{items}</collectionProp>'


def texts(name: str, values: Iterable[str]) -> str:
    """Write texts as a collection."""
    items = "".join(text(str(at), value) for at, value in enumerate(values))
    return f'<collectionProp name="{name}">{items}</collectionProp>'


def plan(groups: str, variables: Iterable[tuple[str, str]]) -> str:
    """Write a plan whose groups run one after another."""
    props = flag("TestPlan.serialize_threadgroups", True) + arguments("TestPlan.user_defined_variables", variables)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<jmeterTestPlan version="1.2" properties="5.0" jmeter="5.5">\n'
        f"<hashTree>\n{element('TestPlan', 'Test Plan', props, groups)}</hashTree>\n</jmeterTestPlan>\n"
    )


def group(
    name: str,
    below: str,
    *,
    threads: int = 1,
    loops: int = 1,
    on_error: str = "continue",
    kind: str = "ThreadGroup",
    same_user: bool = True,
) -> str:
    """Write a thread group; several threads start half a second after one another."""
    main = (
        '<elementProp name="ThreadGroup.main_controller" elementType="LoopController" guiclass="LoopControlPanel"'
        ' testclass="LoopController">'
        f"{flag('LoopController.continue_forever', False)}{text('LoopController.loops', loops)}</elementProp>"
    )
    props = text("ThreadGroup.on_sample_error", on_error) + main + text("ThreadGroup.num_threads", threads)
    props += text("ThreadGroup.ramp_time", threads - 1) + flag("ThreadGroup.same_user_on_next_iteration", same_user)
    return element(kind, name, props, below)


def debug(name: str, below: str = "") -> str:
    """Write a sampler that needs no target."""
    shown = ("JMeterVariables", "JMeterProperties", "SystemProperties")
    return element("DebugSampler", name, "".join(flag(f"display{each}", False) for each in shown), below)


def java(name: str, says: Iterable[tuple[str, str]], below: str = "") -> str:
    """Write JMeter's own Java sampler, which answers what its parameters say."""
    props = arguments("arguments", says) + text("classname", "org.apache.jmeter.protocol.java.test.JavaTest")
    return element("JavaSampler", name, props, below)


def failure(pattern: str = "404", field: str = "Assertion.response_code") -> str:
    """Write an assertion that fails each sample whose field is not like a pattern: each of those samplers, as it is."""
    props = texts("Asserion.test_strings", [pattern]) + text("Assertion.test_field", field)
    return element("ResponseAssertion", "fails", props + number("Assertion.test_type", 1))
