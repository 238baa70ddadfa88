"""A .jmx becomes the tree that JMeter loads; a file that is none is refused with one line that says why."""

from __future__ import annotations

import pytest

from pyjm.engine.plan.faults import PlanError
from pyjm.engine.plan.jmx import parse_elements, read_plan
from pyjm.engine.plan.tree import Node

HEAD = '<jmeterTestPlan version="1.2" properties="5.0" jmeter="5.5"><hashTree>'
DEFAULTS = "HttpDefaultsGui"
TAIL = "</hashTree></jmeterTestPlan>"


def plan(properties: str = "", below: str = "", root: str = HEAD) -> bytes:
    element = f'<TestPlan guiclass="TestPlanGui" testclass="TestPlan" testname="Test Plan">{properties}</TestPlan>'
    return f"{root}{element}<hashTree>{below}</hashTree>{TAIL}".encode()


def element(tag: str, name: str, properties: str = "", below: str = "", more: str = "") -> str:
    return f'<{tag} guiclass="{tag}Gui" testname="{name}" {more}>{properties}</{tag}><hashTree>{below}</hashTree>'


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('<stringProp name="x">a b</stringProp>', "a b"),
        ('<stringProp name="x"/>', ""),
        ('<stringProp name="x"> a\r\nb </stringProp>', " a\nb "),
        ('<stringProp name="x">a&#x14;b&#x1F;</stringProp>', "a\x14b\x1f"),
        ('<stringProp name="x">&#9;&#13;&lt;&#233;</stringProp>', "\t\r<é"),
        ('<stringProp name="x"><![CDATA[<a>&#x14;]]></stringProp>', "<a>&#x14;"),
        ('<stringProp name="x">a<!-- comment -->b</stringProp>', "ab"),
        ('<boolProp name="x">true</boolProp>', True),
        ('<boolProp name="x">yes</boolProp>', False),
        ('<intProp name="x">-7</intProp>', -7),
        ('<longProp name="x">3000000000</longProp>', 3_000_000_000),
        ("<doubleProp><name>x</name><value>0.5</value><savedValue>0.0</savedValue></doubleProp>", 0.5),
        ("<FloatProperty><name>x</name><value>1.5</value><savedValue>0.0</savedValue></FloatProperty>", 1.5),
        (
            '<collectionProp name="x"><stringProp name="">1</stringProp><intProp name="2">2</intProp></collectionProp>',
            ["1", 2],
        ),
        ('<mapProp name="x"><stringProp name="k">v</stringProp></mapProp>', {"k": "v"}),
        (
            '<objProp><name>x</name><value class="SampleSaveConfiguration"><time>true</time><xml>false</xml>'
            "<assertionsResultsToSave>0</assertionsResultsToSave></value></objProp>",
            {"time": True, "xml": False, "assertionsResultsToSave": "0"},
        ),
    ],
)
def test_a_property_is_read_in_every_form_that_jmeter_writes(written: str, value: object) -> None:
    assert read_plan(plan(written), "p.jmx").props == {"x": value}


def test_an_element_property_is_a_node_of_its_present_kind() -> None:
    inner = '<stringProp name="Argument.value">1</stringProp>'
    written = (
        f'<elementProp name="x" elementType="org.apache.jmeter.config.Argument" testname="n">{inner}</elementProp>'
    )
    node = read_plan(plan(written), "p.jmx").child("x")
    assert node is not None
    assert (node.kind, node.name, node.text("Argument.value"), node.path) == ("Argument", "n", "1", "Test Plan")


def test_nodes_know_where_they_stand() -> None:
    below = element("ThreadGroup", "users", below=element("DebugSampler", "GET\n /"))
    nodes = list(read_plan(plan(below=below), "p.jmx").walk())
    assert [node.path for node in nodes] == ["Test Plan", "Test Plan > users", "Test Plan > users > GET /"]
    assert [node.number for node in nodes] == [0, 1, 2]


@pytest.mark.parametrize(
    ("tag", "gui", "kind", "present_gui"),
    [
        ("HTTPSampler", "HttpTestSampleGui", "HTTPSamplerProxy", "HttpTestSampleGui"),
        ("HTTPSampler2", "HttpTestSampleGui2", "HTTPSamplerProxy", "HttpTestSampleGui"),
        ("org.apache.jmeter.config.CSVDataSet", "TestBeanGUI", "CSVDataSet", "TestBeanGUI"),
        ("ConfigTestElement", "org.apache.jmeter.protocol.http.config.gui.UrlConfigGui", "ConfigTestElement", DEFAULTS),
        ("ConfigTestElement", "DbConfigGui", "JDBCDataSource", "TestBeanGUI"),
        ("kg.apc.jmeter.samplers.DummySampler", "x.Gui", "kg.apc.jmeter.samplers.DummySampler", "x.Gui"),
        ("SoapSampler", "SoapSamplerGui", "ConfigTestElement", "ObsoleteGui"),
    ],
)
def test_old_names_are_read_as_present_ones(tag: str, gui: str, kind: str, present_gui: str) -> None:
    node = read_plan(plan(below=f'<{tag} guiclass="{gui}" testname="x"/><hashTree/>'), "p.jmx").children[0]
    assert (node.kind, node.gui) == (kind, present_gui)


def test_the_tag_decides_and_not_testclass() -> None:
    below = element("ConstantTimer", "t", more='testclass="DebugSampler"')
    assert read_plan(plan(below=below), "p.jmx").children[0].kind == "ConstantTimer"


def test_an_old_property_has_its_present_name() -> None:
    written = '<stringProp name="ConstantThroughputTimer.throughput">6</stringProp>'
    node = read_plan(plan(below=element("ConstantThroughputTimer", "t", written)), "p.jmx").children[0]
    assert node.props == {"throughput": "6"}


def test_the_first_format_is_url_encoded() -> None:
    root = HEAD.replace('version="1.2"', 'version="1.0"')
    assert read_plan(plan('<stringProp name="a%2Eb">x+%26y</stringProp>', root=root), "p.jmx").props == {"a.b": "x &y"}


def test_what_is_disabled_is_gone_with_all_below_it() -> None:
    off = element("ThreadGroup", "off", below=element("DebugSampler", "inside"), more='enabled="false"')
    by_property = element("ThreadGroup", "off too", '<boolProp name="TestElement.enabled">false</boolProp>')
    data = plan(below=off + by_property + element("ThreadGroup", "on", more='enabled="true"'))
    assert [node.name for node in read_plan(data, "p.jmx").walk()] == ["Test Plan", "on"]
    names = [node.name for node in parse_elements(data, "p.jmx")[0].walk()]
    assert names == ["Test Plan", "off", "inside", "off too", "on"]


def test_the_workbench_is_not_part_of_the_plan() -> None:
    data = plan(below=element("ThreadGroup", "users"))
    beside = data.replace(
        TAIL.encode(), element("WorkBench", "bench", below=element("X", "y")).encode() + TAIL.encode()
    )
    assert [node.kind for node in read_plan(beside, "p.jmx").walk()] == ["TestPlan", "ThreadGroup"]


@pytest.mark.parametrize(
    "encoded",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: b'<?xml version="1.0" encoding="ISO-8859-1"?>' + text.encode("latin-1"),
        lambda text: b'<?xml version="1.0" encoding="UTF-8"?>\r\n' + text.encode().replace(b">", b">\r\n", 1),
    ],
)
def test_a_file_is_read_in_its_encoding(encoded: object) -> None:
    text = plan('<stringProp name="x">grüße</stringProp>').decode()
    assert read_plan(encoded(text), "p.jmx").props == {"x": "grüße"}  # type: ignore[operator]


BOMB = b'<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><a>&z;</a>'


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "p.jmx: the file is empty: there is no test plan in it"),
        (b"\n\nhello", "p.jmx: this is not XML: line 3 begins with 'hello'"),
        (b"PK\x03\x04\x00\x00", "p.jmx: this is not XML: line 1 begins with 'PK"),
        (b"<a>\n<b></a>", "p.jmx: this is not well-formed XML: line 2: Opening and ending tag mismatch"),
        (b"<?xml version='1.0'?>\n\n<a>\n<b></a>", "p.jmx: this is not well-formed XML: line 4: "),
        (b"<testResults/>", "p.jmx: this is a result file, no test plan: its root is <testResults>"),
        (b"<project/>", "p.jmx: this is XML of another kind, no test plan: its root is <project>"),
        (BOMB, "p.jmx: line 1 holds a DOCTYPE"),
        (b"<!-- c -->\n<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "p.jmx: line 2 holds a DOCTYPE"),
        (plan("<stringProp name='x'>&me;</stringProp>"), "p.jmx: this is not well-formed XML: line 1: Entity 'me'"),
        (b"<jmeterTestPlan><hashTree/></jmeterTestPlan>", "p.jmx: there is no Test Plan element in it"),
        (b"<a>" * 2000, "p.jmx: this is not well-formed XML: line 1: Excessive depth"),
        (plan("<intProp name='n'>x</intProp>"), "p.jmx: Test Plan: <intProp> n (line 1) holds 'x', no whole number"),
    ],
)
def test_what_is_no_plan_is_refused_with_one_line(data: bytes, said: str) -> None:
    with pytest.raises(PlanError) as refused:
        read_plan(data, "p.jmx")
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)


def test_texts_and_flags_are_read_as_jmeter_reads_them() -> None:
    node = Node("X", props={"t": True, "n": 5, "s": "TRUE", "none": None})
    assert [node.text("t"), node.text("n"), node.text("none", "d"), node.text("gone", "d")] == ["true", "5", "d", "d"]
    assert [node.flag("t"), node.flag("s"), node.flag("n"), node.flag("gone", True)] == [True, True, False, True]
