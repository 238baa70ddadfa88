"""Debug PostProcessor: a sub-sample that shows variables and properties. Mirrors DebugPostProcessor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import PostProcessor, flag
from pyjm.engine.compile.registry import element
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.result import SampleResult

from ..samplers.debug import hidden_variables, listed
from .sampler_properties import written

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyjm.engine.vu.user import User


@element("DebugPostProcessor")
class DebugPostProcessor(PostProcessor):
    """Shows what the user ticks."""

    sampler = flag("displaySamplerProperties", by_text=True)
    variables = flag("displayJMeterVariables", by_text=True)
    properties = flag("displayJMeterProperties", by_text=True)
    system = flag("displaySystemProperties", by_text=True)
    reads_body = False

    def prepare(self, node: Node, build: Build) -> None:
        self.build = build
        self.written: dict[int, Callable[[User], dict[str, str]]] = {}
        self.system_properties = build.system
        self.jmeter_properties = build.properties

    def after(self, user: User, result: SampleResult) -> None:
        sub = SampleResult(self.label.get(user), user.name)
        sub.begin()
        shown, asked = "", ""
        for wanted, title, pairs in (
            (self.sampler, "SamplerProperties", lambda: self.of_sampler(user)),
            (self.variables, "JMeterVariables", lambda: {**hidden_variables(user), **user.vars}),
            (self.properties, "JMeterProperties", lambda: self.jmeter_properties),
            (self.system, "SystemProperties", lambda: self.system_properties),
        ):
            if wanted.get(user):
                shown += listed(title, pairs().items())
                asked += f"{title}\n"
        sub.group_threads, sub.all_threads = user.counts()
        sub.set_text(shown)
        sub.data_type = "text"
        sub.sampler_data = asked
        sub.response_code, sub.response_message, sub.success = "200", "OK", True
        sub.end()
        assert user.previous is not None
        user.previous.add_sub(sub)

    def of_sampler(self, user: User) -> dict[str, str]:
        """Give the properties of the user's sampler."""
        assert user.step is not None
        node: Node = user.step.sampler.node  # type: ignore[attr-defined]
        if id(node) not in self.written:
            self.written[id(node)] = written(node, self.build)
        return self.written[id(node)](user)
