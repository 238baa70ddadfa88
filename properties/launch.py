"""What JMeter's launch scripts take from the environment."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from pyjm.properties.layers import EMPTY, Option


def java_options(environ: Mapping[str, str]) -> tuple[list[Option], list[str]]:
    """Give the -D parts of JVM_ARGS as options, and lines on what is ignored of what the scripts hand to Java."""
    given: list[Option] = []
    ignored: list[str] = []
    try:
        parts = shlex.split(environ.get("JVM_ARGS", ""))
    except ValueError:
        parts = environ.get("JVM_ARGS", "").split()
    for part in parts:
        if part.startswith("-D") and "=" in part:
            given.append(("D", part[2:]) if part[-1] != "=" else (EMPTY, part[2:-1]))
        else:
            ignored.append(part)
    if environ.get("HEAP"):
        ignored.append(f"HEAP={environ['HEAP']}")
    return given, [f"Ignored, there is no JVM: {' '.join(ignored)}"] if ignored else []


def server_options(environ: Mapping[str, str]) -> tuple[list[Option], list[str]]:
    """Give the same for a server, whose script knows SERVER_PORT besides."""
    given, ignored = java_options(environ)
    if environ.get("SERVER_PORT"):
        given.insert(0, ("D", f"server_port={environ['SERVER_PORT']}"))
    return given, ignored
