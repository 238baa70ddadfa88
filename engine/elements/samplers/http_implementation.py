"""Which of JMeter's implementations an HTTP Request is sent by, and what it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .http_connections import Connections, connections_of
from .http_making import Maker
from .http_result import Filler
from .http_sampling import Sampling
from .http_version import Version, http2_connections, is_http2

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.plan.tree import Node

DEFAULT = "jmeter.httpsampler"
JAVA = "Java"
IMPLEMENTATIONS = frozenset(("HttpClient4", "HttpClient3.1", JAVA))


class Implementation(NamedTuple):
    """The parts that differ. `verbatim` tells whether all fields of the plan are sent as they are written."""

    maker: type[Maker]
    filler: type[Filler]
    sampling: type[Sampling]
    connections: Connections
    verbatim: bool = False


def implementation_of(node: Node, build: Build, version: Version) -> Implementation:
    """Choose by what the request says, else by the property; report a name that is none."""
    told = node.text("HTTPSampler.implementation")
    if "${" in told:
        constant = build.value(told, node.path).constant
        if constant is None:
            build.fault(node.path, f"the implementation {told} is taken for HttpClient4", fatal=False)
        told = constant or ""
    named = told if told.strip() else build.properties.get(DEFAULT, "").strip()
    if version is not Version.HTTP1:
        return Implementation(Maker, Filler, Sampling, http2_connections(build, version))
    if named and named not in IMPLEMENTATIONS and not is_http2(named):
        build.fault(node.path, f"no HTTP implementation {named}", "take HttpClient4, Java or http2")
    if named != JAVA:
        return Implementation(Maker, Filler, Sampling, connections_of(build))
    from .java_connections import java_connections
    from .java_filling import JavaFiller
    from .java_making import JavaMaker
    from .java_sampling import JavaSampling

    return Implementation(JavaMaker, JavaFiller, JavaSampling, java_connections(build), verbatim=True)
