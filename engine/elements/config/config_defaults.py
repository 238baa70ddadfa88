"""ConfigTestElement: the defaults of a kind of sampler, told apart by the GUI class that wrote them."""

from __future__ import annotations

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Config
from pyjm.engine.compile.registry import element
from pyjm.engine.plan.tree import Node

KNOWN = {
    "HttpDefaultsGui": "HTTP Request Defaults",
    "SimpleConfigGui": "Simple Config Element",
    "JavaConfigGui": "Java Request Defaults",
    "LoginConfigGui": "Login Config Element",
    "ObsoleteGui": "an element that JMeter took out",
    "": "an element without a GUI class",
}
"""GUI classes whose element is merged into the samplers in its scope, or means nothing to any."""


@element("ConfigTestElement", "JavaConfig", "LoginConfig")
class ConfigDefaults(Config):
    """Completes the samplers in its scope: see compile/merge."""

    def prepare(self, node: Node, build: Build) -> None:
        if node.gui not in KNOWN:
            what = node.gui.removesuffix("Gui")
            build.fault(node.path, f"the config element {what} is not supported yet", "disable or remove it")
