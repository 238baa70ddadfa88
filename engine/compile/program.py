"""A plan, compiled: thread groups with the steps and controllers that their users run. Built once per process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from pyjm.engine.vu.result import Naming
from pyjm.engine.vu.step import Scope, Step

from .absent import fault_of
from .element import Element, Forking, Kept, PlanController, Sampler, Taker
from .forbidden import REMEDY, forbidden_element
from .registry import ELEMENTS
from .scope import Frame, gather

if TYPE_CHECKING:
    from pyjm.engine.plan.tree import Node
    from pyjm.engine.vu.flow import PassListener
    from pyjm.engine.vu.held import Held
    from pyjm.engine.vu.user import User

    from .build import Build
    from .value import Value

T = TypeVar("T")

WRITTEN_ONLY = frozenset({"WorkBench", "ProxyControl"})
"""Elements that JMeter itself does not run: the recorder."""


class ThreadGroupElement(PlanController):
    """A thread group: the main controller of its users, and when they start (see elements/groups)."""

    phase = "main"
    """`setup`, `main` or `teardown`."""

    holds_others = False
    """Whether the groups behind it wait until its first user has begun."""

    def reads(self, value: Value[T], name: str = "") -> Value[T]:
        return value


@dataclass(slots=True)
class GroupProgram:
    """One thread group: its element, what runs at each iteration of a thread, and when a thread starts and ends.

    `waits_inside`: functions of the plan wait in plain calls (vu/inside). `elements` are all that its users come by.
    """

    group: Any
    iteration_listeners: Sequence[Callable[[User], None]] = ()
    thread_finished: Sequence[Callable[[User], None]] = ()
    waits_inside: bool = False
    elements: Sequence[Element] = ()


@dataclass(slots=True)
class Program:
    """The compiled plan. `definitions` are the elements that define variables once per test, in JMeter's order."""

    groups: list[GroupProgram] = field(default_factory=list)
    definitions: list[Any] = field(default_factory=list)
    serialize: bool = False
    teardown_on_shutdown: bool = False


class Compiler:
    """Compiles one plan. All faults go to the build; what can't be compiled is left out of the program."""

    def __init__(self, build: Build, listeners: Sequence[Any] = (), timer_factor: float = 1.0) -> None:
        self.build = build
        self.plan_listeners = tuple(listeners)
        self.timer_factor = timer_factor
        self.elements: dict[int, Element | None] = {}
        self.steps: list[Step] = []

    def compile(self, root: Node) -> Program:
        """Compile the plan below a TestPlan node."""
        disabled = self.build.properties.get("subresults.disable_renaming", "false").lower() == "true"
        Naming.renames = not (disabled or root.flag("TestPlan.functional_mode"))
        program = Program(
            serialize=root.flag("TestPlan.serialize_threadgroups"),
            teardown_on_shutdown=root.flag("TestPlan.tearDown_on_shutdown"),
        )
        self.element(root)
        # JMeter gives each group the plan's own elements without what stands below them
        plan_level = [
            replace(child, children=[]) if child.children else child
            for child in root.children
            if not self.is_group(child)
        ]
        for group in self.groups(root):
            compiled = self.group(group, plan_level)
            if compiled is not None:
                program.groups.append(compiled)
        if not program.groups:
            for child in plan_level:
                self.element(child)
        if self.build.reads_previous:  # known only now: a function may read what stands before it in the plan
            for element in self.elements.values():
                if isinstance(element, Sampler):
                    element.keep_body = True
        for node in root.walk():
            if node.kind == "Arguments":  # variables are defined in parts too that nobody runs
                self.element(node)
        program.definitions = [element for node in root.walk() if hasattr(element := self.made(node), "define")]
        for compiled_group in program.groups:
            compiled_group.waits_inside = self.build.waits_inside
        for finish in self.build.finish:
            finish()
        return program

    def groups(self, root: Node) -> list[Node]:
        """Find all thread groups; one that stands below another element runs there, and as a group of its own."""
        direct = {id(child) for child in root.children}
        found = [node for node in root.walk() if self.is_group(node)]
        return [group if id(group) in direct else deepcopy(group) for group in found]

    def is_group(self, node: Node) -> bool:
        """Tell whether a node is a thread group."""
        cls = ELEMENTS.get(node.kind)
        return cls is not None and issubclass(cls, ThreadGroupElement)

    def made(self, node: Node) -> Element | None:
        """Give what was compiled of a node."""
        return self.elements.get(id(node))

    def element(self, node: Node) -> Element | None:
        """Compile a node that has no place of its own in the flow; the same one for all who have it in scope."""
        if id(node) not in self.elements:
            self.elements[id(node)] = self.make(node)
        return self.elements[id(node)]

    def make(self, node: Node) -> Element | None:
        """Make the element of a node; an unknown one is a fault."""
        if node.kind in WRITTEN_ONLY:
            return None
        if self.build.no_scripts and (forbidden := forbidden_element(node.kind)):
            self.build.fault(node.path, forbidden, REMEDY)
            return None
        cls = ELEMENTS.get(node.kind)
        if cls is None:
            self.build.fault(node.path, fault_of(node.kind), "disable or remove it")
            return None
        return self.build.element(cls, node)

    def group(self, node: Node, plan_level: Sequence[Node]) -> GroupProgram | None:
        """Compile a thread group. The plan's own elements stand behind the group's, on one level with them."""
        group = self.element(node)
        if not isinstance(group, ThreadGroupElement):
            return None
        children = [*node.children, *plan_level]
        compiled = GroupProgram(group)
        self.steps = []
        frame = self.frame(group, children)
        frame.elements.extend(self.plan_listeners)
        self.controller(group, children, [frame])
        below = [element for child in children for n in child.walk() if (element := self.made(n)) is not None]
        compiled.elements = below
        compiled.iteration_listeners = [e.iteration_start for e in below if hasattr(e, "iteration_start")]
        limits = [e.limit_s for e in below if hasattr(e, "limit_s")]
        for step in self.steps:
            step.limits = limits
        compiled.thread_finished = [e.thread_finished for e in below if hasattr(e, "thread_finished")]
        return compiled

    def frame(self, owner: Any, children: Sequence[Node]) -> Frame:
        """Compile the children of one node that are in scope of what stands below it; samplers come later."""
        elements: list[Any] = []
        for child in children:
            cls = ELEMENTS.get(child.kind)
            if cls is not None and issubclass(cls, Sampler):
                continue
            element = self.element(child)
            if element is not None:
                elements.append(element)
        return Frame(owner, elements)

    def controller(self, controller: PlanController, children: Sequence[Node], frames: list[Frame]) -> None:
        """Compile what stands below a controller, and who is told that a pass of it begins."""
        below: list[Step | PlanController] = []
        listeners: list[PassListener] = []
        for child in children:
            cls = ELEMENTS.get(child.kind)
            if cls is not None and issubclass(cls, Sampler):
                step = self.step(child, frames, listeners)
                if step is not None:
                    below.append(step)
                continue
            element = self.made(child)
            if isinstance(element, PlanController):
                self.nested(element, child, frames)
                element.around = controller
                below.append(element)
            elif element is not None:
                self.frame(element, child.children)
            pass_start = getattr(element, "pass_start", None)
            if pass_start is not None:
                listeners.append(pass_start)
        # JMeter puts each at the head of its list as it leaves it: the last in the tree is told first
        controller.listeners = tuple(reversed(listeners))
        controller.children = tuple(below)

    def nested(self, controller: PlanController, node: Node, frames: list[Frame]) -> None:
        """Compile a controller that stands below others."""
        inner = [*frames, self.frame(controller, node.children)]
        self.controller(controller, node.children, inner)
        scope = gather(inner, of_transaction=True)
        controller.scope = Scope(scope.assertions, heard(frames, scope.listeners), held_by(inner))

    def fork(self, forking: Forking, node: Node, frames: list[Frame]) -> None:
        """Compile what stands below a sampler that runs it. Nobody is told that a pass begins there."""
        branches = []
        for child in node.children:
            below: Step | PlanController | None = None
            if issubclass(ELEMENTS.get(child.kind, Element), Sampler):
                below = self.step(child, frames, None)
            elif isinstance(element := self.made(child), PlanController):
                self.nested(element, child, frames)
                below = element
            if below is not None:
                inside = [element for n in child.walk() if (element := self.made(n)) is not None]
                starts = [e.iteration_start for e in inside if hasattr(e, "iteration_start")]
                ends = [e.thread_finished for e in inside if hasattr(e, "thread_finished")]
                branches.append((below, inside[0].label, starts, ends))
        forking.branches = tuple(branches)

    def step(self, node: Node, frames: list[Frame], listeners: list[PassListener] | None) -> Step | None:
        """Compile a sampler with all that is in its scope, `listeners` where passes are told of."""
        frame = self.frame(None, node.children)
        if listeners is None or issubclass(ELEMENTS[node.kind], Forking):
            for element in frame.elements:
                element.unheard()
        else:
            listeners.extend(element.pass_start for element in frame.elements if hasattr(element, "pass_start"))
        scope = gather([*frames, frame])
        self.build.configs = scope.configs
        throws = any(getattr(each, "throws", False) for each in scope.after)
        held: list[Held[Any]] = []
        self.build.held = held if throws else None
        sampler = self.make(node)
        self.build.configs, self.build.held = (), None
        self.elements[id(node)] = sampler
        if not isinstance(sampler, Sampler):
            return None
        readers = [*scope.after, *scope.assertions, *scope.listeners]
        sampler.keep_body = sampler.reads_own_body or any(getattr(each, "reads_body", True) for each in readers)
        path = [frame.owner for frame in reversed(frames)]
        after = Scope(scope.assertions, heard(frames, scope.listeners), [*held_by(frames), *held])
        if isinstance(sampler, Forking):
            self.fork(sampler, node, [*frames, Frame(sampler, frame.elements)])
        step = Step(sampler, scope.before, scope.timers, scope.after, after, path, self.timer_factor)
        self.steps.append(step)
        return step


def held_by(frames: Sequence[Frame]) -> list[Held[Any]]:
    """Collect what the controllers above a sample hold, and those beside them that listen to it: transactions."""
    found: dict[int, PlanController] = {}
    for frame in frames:
        for element in (frame.owner, *(element for element in frame.elements if hasattr(element, "add"))):
            if isinstance(element, PlanController):
                found[id(element)] = element
    return [held for controller in found.values() for held in controller.held]


def heard(frames: Sequence[Frame], listeners: list[Any]) -> list[Any]:
    """Choose who takes a sample: the listeners in scope, or the innermost fork where that takes all samples."""
    fork = next((frame.owner for frame in reversed(frames) if isinstance(frame.owner, Forking)), None)
    if fork is None or fork.takes_all is False:
        return listeners
    taker = Taker(fork)
    return [taker] if fork.takes_all else [taker, *(Kept(listener, fork, taker) for listener in listeners)]
