"""What JMeter runs and pyjm does not, each with the reason: for the faults of a plan, and for the table of support."""

from __future__ import annotations

from .functions import CORE, FUNCTIONS

SCRIPTS = "scripts of elements do not run here yet"
PROTOCOL = "HTTP and Java Request are the protocols of pyjm"
GONE = "JMeter itself took it out"

_REASONS = {
    SCRIPTS: """
        BSFAssertion BSFListener BSFPostProcessor BSFPreProcessor BSFSampler BSFTimer BeanShellAssertion
        BeanShellListener BeanShellPostProcessor BeanShellPreProcessor BeanShellSampler BeanShellTimer JSR223Assertion
        JSR223Listener JSR223PostProcessor JSR223PreProcessor JSR223Sampler JSR223Timer
        """,
    PROTOCOL: """
        AjpSampler BoltConnectionElement BoltSampler FTPSampler JDBCDataSource JDBCPostProcessor JDBCPreProcessor
        JDBCSampler JMSSampler LDAPExtSampler LDAPSampler MailReaderSampler MongoScriptSampler MongoSourceElement
        PublisherSampler SmtpSampler SubscriberSampler TCPSampler
        """,
    "it runs Java classes": "JUnitSampler",
    "it reads access logs by Java classes of its own": "AccessLogSampler",
    "the errors and warnings that it counts are those of JTidy, a Java library": "HTMLAssertion",
    "it judges mail": "SMIMEAssertion",
    "it sends results to a database by a Java class": "BackendListener",
    "it sends mail": "MailerResultCollector",
    "it draws pictures when the test is over": "kg.apc.jmeter.listener.GraphsGeneratorListener",
    "it serves figures to a database over HTTP": "com.github.johrstrom.listener.PrometheusListener",
    "it answers what it began in another order than it was written; a Parallel Controller asks for several at once": """
        com.blazemeter.jmeter.http2.control.HTTP2Controller
        """,
    GONE: "SoapSampler WebServiceSampler ParamMask ParamModifier UserParameterModifier",
    "it is a server of its own, not part of a test": "HttpMirrorControl",
}

ABSENT = {kind: reason for reason, kinds in _REASONS.items() for kind in kinds.split()}
"""JMX tag → why there is no such element here."""


def fault_of(kind: str) -> str:
    """Say what is wrong with a plan that has an element which is not here."""
    reason = ABSENT.get(kind)
    return f"{kind} is not supported: {reason}" if reason else f"pyjm does not know the element {kind}"


def absent_functions() -> set[str]:
    """Tell which of JMeter's own functions are not here."""
    return set(CORE - FUNCTIONS.keys())
