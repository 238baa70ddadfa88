"""What an HTTP Request may ask for that is not there yet: said before the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyjm.engine.compile.charsets import report_charset

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.plan.tree import Node


def report_unsupported(node: Node, build: Build) -> None:
    """Report what the merged properties of an HTTP Request ask for in vain."""
    if node.text("HTTPSampler.protocol") == "file" and node.flag("HTTPSampler.image_parser"):
        build.fault(node.path, "embedded resources of a page read from a file are not asked for", fatal=False)
    report_charset(build, node.path, node.text("HTTPSampler.contentEncoding"))
