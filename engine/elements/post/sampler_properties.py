"""The properties of a sampler as JMeter writes them out for a Debug PostProcessor."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pyjm.engine.plan.tree import Node, Prop

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User

Shown = Callable[["User"], str]

_HTTP, _JAVA = "org.apache.jmeter.protocol.http", "org.apache.jmeter.protocol.java"

CLASSES = {
    "DebugSampler": "org.apache.jmeter.sampler.DebugSampler",
    "GraphQLHTTPSamplerGui": f"{_HTTP}.control.gui.GraphQLHTTPSamplerGui",
    "HTTPSamplerProxy": f"{_HTTP}.sampler.HTTPSamplerProxy",
    "HttpTestSampleGui": f"{_HTTP}.control.gui.HttpTestSampleGui",
    "JavaSampler": f"{_JAVA}.sampler.JavaSampler",
    "JavaTestSamplerGui": f"{_JAVA}.control.gui.JavaTestSamplerGui",
    "SystemSampler": "org.apache.jmeter.protocol.system.SystemSampler",
    "SystemSamplerGui": "org.apache.jmeter.protocol.system.gui.SystemSamplerGui",
    "TestAction": "org.apache.jmeter.sampler.TestAction",
    "TestActionGui": "org.apache.jmeter.sampler.gui.TestActionGui",
    "TestBeanGUI": "org.apache.jmeter.testbeans.gui.TestBeanGUI",
}
"""The short names of samplers and their windows → Java's."""


def written(node: Node, build: Build) -> Callable[[User], dict[str, str]]:
    """Compile the properties of a sampler: what they are for a user."""
    fixed = {
        "TestElement.enabled": "true",
        "TestElement.gui_class": CLASSES.get(node.gui, node.gui),
        "TestElement.test_class": CLASSES.get(node.kind, node.kind),
    }
    shown = {key: _property(prop, node, build) for key, prop in node.props.items()}
    shown["TestElement.name"] = _text(node.name, node, build)
    if node.kind == "HTTPSamplerProxy":
        shown.setdefault("HTTPsampler.Arguments", lambda user: "")
    return lambda user: {**fixed, **{key: show(user) for key, show in shown.items()}}


def _text(text: str, node: Node, build: Build) -> Shown:
    return build.value(text, node.path).get


def _property(prop: Prop, node: Node, build: Build) -> Shown:
    if isinstance(prop, Node):
        return _part(prop, node, build)
    if isinstance(prop, list):
        items = [_property(item, node, build) for item in prop]
        return lambda user: f"[{', '.join(show(user) for show in items)}]"
    if isinstance(prop, dict):
        pairs = {key: _property(item, node, build) for key, item in prop.items()}
        return lambda user: f"{{{', '.join(f'{key}={show(user)}' for key, show in pairs.items())}}}"
    return _text(Node("", props={"": prop}).text(""), node, build)


def _part(part: Node, node: Node, build: Build) -> Shown:
    """Show an element within the sampler: parameters, files, or nothing that could be compared."""
    if "HTTPFileArgs.files" in part.props:
        files = [item for item in part.items("HTTPFileArgs.files") if isinstance(item, Node)]
        keys = {"path": "File.path", "param": "File.paramname", "mimetype": "File.mimetype"}
        rows = [{name: _text(file.text(key), node, build) for name, key in keys.items()} for file in files]
        return lambda user: "\n".join("|".join(f"{name}:'{show(user)}'" for name, show in row.items()) for row in rows)
    arguments = [_argument(item, node, build) for item in part.items("Arguments.arguments") if isinstance(item, Node)]
    if node.kind == "JavaSampler":
        arguments.append(
            _argument(Node("", props={"Argument.name": "TestElement.name", "Argument.value": node.name}), node, build)
        )
    return lambda user: "&".join(show(user) for show in arguments)


def _argument(argument: Node, node: Node, build: Build) -> Shown:
    keys = ("Argument.name", "Argument.metadata", "Argument.value", "Argument.desc")
    parts = [_text(argument.text(key), node, build) for key in keys]

    def show(user: User) -> str:
        name, equals, value, description = (part(user) for part in parts)
        return f"{name}{equals}{value}({description})"

    return show
