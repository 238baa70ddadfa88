"""The HTTP/2 samplers of plugins, as HTTP Requests that speak HTTP/2.

Mirrors HTTP2Sampler of BlazeMeter's plugin 2 and 3, HTTP2Request of its version 1, and HTTP2Sampler of R. Okubo's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pyjm.engine.compile.merge import merged
from pyjm.engine.compile.registry import element

from .http_request import HttpRequest
from .http_version import Version

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.plan.tree import Node, Prop

_PREFIXES = ("blazemeter.http.", "HTTP2Sampler.", "httpJettyClient.")
_OLD_DEFAULTS = "com.blazemeter.jmeter.http2.sampler.gui.Http2DefaultsGui"
_OLD = {
    "HTTP2Sampler.method": "HTTPSampler.method",
    "HTTP2Request.Arguments": "HTTPsampler.Arguments",
    "HTTPSampler.embedded_resources": "HTTPSampler.image_parser",
    **{
        f"HTTP2Request.{key}": f"HTTPSampler.{key}"
        for key in (
            *("domain", "protocol", "path", "contentEncoding", "response_timeout", "follow_redirects"),
            *("auto_redirects", "postBodyRaw", "ipSource", "ipSourceType"),
        )
    },
}
_OLD_TIMEOUT_MS = "20000"


@element("com.blazemeter.jmeter.http2.sampler.HTTP2Sampler")
class Http2Sampler(HttpRequest):
    """Sends a request by HTTP/2 where the server chooses it; without TLS only by prior knowledge."""

    names_itself = False

    def written(self, node: Node, build: Build) -> Node:
        written = super().written(node, build)
        props: dict[str, Prop] = {"HTTPSampler.concurrentDwn": True, **written.props, "HTTPSampler.use_keepalive": True}
        if not written.text("HTTPSampler.response_timeout"):
            props["HTTPSampler.response_timeout"] = build.properties.get("HTTPSampler.response_timeout", "")
        return replace(written, props=props)

    def version(self, written: Node, build: Build) -> Version:
        upgrades = told(written, build, "http1_upgrade", False) or told(written, build, "h2cUpgradeEnabled", False)
        profile = written.text("HTTP2Sampler.profile").strip().lower()
        newest = profile != "legacy"
        http2 = told(written, build, "enableHttp2", newest)
        http1 = told(written, build, "enableHttp1", True)
        prior = told(written, build, "http2PriorKnowledge", False)
        if upgrades and http2 and not prior and written.text("HTTPSampler.protocol").lower() != "https":
            why = "an upgrade from HTTP/1.1 to HTTP/2 in mid-connection is not supported"
            build.fault(written.path, why, "choose HTTP/2 prior knowledge, or https")
        if not http2 and not http1 and told(written, build, "enableHttp3", newest):
            build.fault(written.path, "HTTP/3 is not supported", "enable HTTP/2")
        elif http2 and not http1:
            why = "HTTP/1.1 is spoken with servers that choose it, though it is not enabled"
            build.fault(written.path, why, fatal=False)
        if not http2 or not (prior or told(written, build, "alpnEnabled", newest)):
            return Version.HTTP1
        return Version.HTTP2 if prior else Version.HTTP2_TLS


@element("com.blazemeter.jmeter.http2.sampler.HTTP2Request")
class Http2Request(HttpRequest):
    """Sends a request by HTTP/2, over https if nothing else is said."""

    names_itself = False

    def written(self, node: Node, build: Build) -> Node:
        written = merged(node, [default for default in build.defaults if default.gui == _OLD_DEFAULTS])
        props: dict[str, Prop] = {_OLD.get(key, key): value for key, value in written.props.items()}
        props["HTTPSampler.protocol"] = props.get("HTTPSampler.protocol") or "https"
        props["HTTPSampler.response_timeout"] = props.get("HTTPSampler.response_timeout") or _OLD_TIMEOUT_MS
        props.update({"HTTPSampler.use_keepalive": True, "HTTPSampler.concurrentDwn": True})
        if not written.flag("HTTP2Request.sync_request", True):
            build.fault(written.path, "the sampler waits for its answer, though it is not synchronous", fatal=False)
        return replace(written, props=props)

    def version(self, written: Node, build: Build) -> Version:
        return Version.HTTP2


@element("jmeter.plugins.http2.sampler.HTTP2Sampler")
class OkuboSampler(HttpRequest):
    """Sends a GET over https by HTTP/2, each on a connection of its own."""

    names_itself = False

    def written(self, node: Node, build: Build) -> Node:
        props: dict[str, Prop] = {
            f"HTTPSampler.{key}": node.text(f"HTTP2Sampler.{key}") for key in ("domain", "port", "path")
        }
        if node.text("HTTP2Sampler.method", "GET") != "GET":
            build.fault(node.path, "the request is a GET, as the plugin sends no other", fatal=False)
        props.update({"HTTPSampler.method": "GET", "HTTPSampler.protocol": "https", "HTTPSampler.use_keepalive": False})
        return replace(node, props=props)

    def version(self, written: Node, build: Build) -> Version:
        return Version.HTTP2


def told(written: Node, build: Build, name: str, default: bool) -> bool:
    """Read a switch of the plugin: the element's, else the run's, by any of the names that it has had."""
    texts = [written.text(f"HTTP2Sampler.{name}")] + [build.properties.get(f"{each}{name}", "") for each in _PREFIXES]
    found = next((text for text in texts if text.strip()), "")
    if "${" in found:
        found = build.value(found, written.path).constant or ""
    return found.strip().lower() == "true" if found.strip() else default
