"""Names of elements and properties that JMeter once wrote and that it still reads. See its upgrade.properties."""

from __future__ import annotations

OLD_KINDS = {
    "HTTPSampler": "HTTPSamplerProxy",
    "HTTPSampler2": "HTTPSamplerProxy",
    "HTTPSampler_": "HTTPSamplerProxy",
    "HTTPSamplerFull": "HTTPSamplerProxy",
    "Assertion": "ResponseAssertion",
    "DataSourceElement": "JDBCDataSource",
    # elements that JMeter took out: it loads them as an empty config element, and so do we
    "HTTPSampler2_": "ConfigTestElement",
    "MonitorStats": "ConfigTestElement",
    "ParamMask": "ConfigTestElement",
    "ParamModifier": "ConfigTestElement",
    "SoapSampler": "ConfigTestElement",
    "UserParameterModifier": "ConfigTestElement",
    "WebServiceSampler": "ConfigTestElement",
}
"""Old name of an element → its present one."""

OLD_KINDS_BY_GUI = {
    ("ConfigTestElement", "DbConfigGui"): "JDBCDataSource",
    ("ConfigTestElement", "PoolConfigGui"): "JDBCDataSource",
}
"""Element and GUI class → the element that both together mean today."""

OLD_GUIS = {
    "BSFSamplerGui": "TestBeanGUI",
    "ConstantThroughputTimerGui": "TestBeanGUI",
    "DbConfigGui": "TestBeanGUI",
    "HttpTestSampleGui2": "HttpTestSampleGui",
    "JdbcTestSampleGui": "TestBeanGUI",
    "JMSConfigGui": "JMSSamplerGui",
    "PoolConfigGui": "TestBeanGUI",
    "SoapSamplerGui": "ObsoleteGui",
    "UrlConfigGui": "HttpDefaultsGui",
    "UserParameterModifierGui": "ObsoleteGui",
    "WebServiceSamplerGui": "ObsoleteGui",
}
"""Old GUI class → its present one."""

OLD_PROPERTIES: dict[str, dict[str, str]] = {
    "BSFSampler": {
        "BSFSampler.filename": "filename",
        "BSFSampler.language": "scriptLanguage",
        "BSFSampler.parameters": "parameters",
        "BSFSampler.query": "script",
    },
    "ConfigTestElement": {"JDBCSampler.query": "query"},
    "ConstantThroughputTimer": {"ConstantThroughputTimer.throughput": "throughput"},
    "Header": {"TestElement.name": "Header.name"},
    "JDBCDataSource": {
        "ConfigTestElement.password": "password",
        "ConfigTestElement.username": "username",
        "JDBCSampler.connPoolClass": "",
        "JDBCSampler.connections": "",
        "JDBCSampler.driver": "driver",
        "JDBCSampler.maxuse": "poolMax",
        "JDBCSampler.query": "query",
        "JDBCSampler.url": "dbUrl",
    },
    "JDBCSampler": {"JDBCSampler.query": "query"},
}
"""Element → old name of a property → its present one, empty where it is dropped."""


def short(name: str) -> str:
    """Take the package off a class of JMeter's own; a plugin's class keeps it."""
    return name.rpartition(".")[2] if name.startswith("org.apache.jmeter.") else name


def kind_of(name: str, gui: str = "") -> str:
    """Give the present name of an element, from its tag or class and its GUI class."""
    if name == "org.apache.jmeter.protocol.http.sampler.HTTPSampler2":
        return OLD_KINDS["HTTPSampler2_"]
    kind = short(name)
    return OLD_KINDS_BY_GUI.get((kind, short(gui)), OLD_KINDS.get(kind, kind))


def gui_of(name: str) -> str:
    """Give the present name of a GUI class."""
    gui = short(name)
    return OLD_GUIS.get(gui, gui)


def property_of(kind: str, name: str) -> str | None:
    """Give the present name of a property, None where it is dropped."""
    return OLD_PROPERTIES.get(kind, {}).get(name, name) or (name if not name else None)
