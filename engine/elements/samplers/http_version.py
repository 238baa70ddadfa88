"""Which version of HTTP an HTTP Request speaks, and the connections of those that speak HTTP/2."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from .http2_connections import Http2Connections

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.plan.tree import Node

PROPERTY = "pyjm.http.version"
VERSIONS = {"": False, "1.1": False, "2": True}


class Version(Enum):
    """What is spoken: with TLS the server chooses of HTTP/2 and HTTP/1.1, without it is what stands here."""

    HTTP1 = "HTTP/1.1"
    HTTP2 = "HTTP/2, by prior knowledge without TLS"
    HTTP2_TLS = "HTTP/2, and HTTP/1.1 without TLS"


def is_http2(implementation: str) -> bool:
    """Tell whether an implementation's name is that of HTTP/2."""
    return implementation.strip().lower() == "http2"


def version_of(node: Node, build: Build) -> Version:
    """Tell what a request asks for: by its implementation, else by the property."""
    implementation = node.text("HTTPSampler.implementation")
    if "${" in implementation:
        implementation = build.value(implementation, node.path).constant or ""
    told = build.properties.get(PROPERTY, "").strip()
    if told not in VERSIONS:
        build.fault("", f"the property {PROPERTY}={told} names no version of HTTP", "1.1 or 2")
    return Version.HTTP2 if is_http2(implementation) or VERSIONS.get(told) else Version.HTTP1


def http2_connections(build: Build, version: Version) -> Http2Connections:
    """Give the worker's connections for a version, made for the first request that asks for it."""
    key = f"connections of {version.value}"
    found: Any = build.kept.get(key)
    if found is None:
        found = build.kept[key] = Http2Connections(build, version is Version.HTTP2)
        build.finish.append(found.finish)
    return found  # type: ignore[no-any-return]
