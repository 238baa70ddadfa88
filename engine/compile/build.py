"""What an element gets to know while it is compiled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pyjm.engine.plan.faults import Fault
from pyjm.engine.plan.files import resolved
from pyjm.engine.shared.waiting import Waiting
from pyjm.engine.vu.held import Held

from .grammar import compile_text, readable
from .value import Value

if TYPE_CHECKING:
    from pyjm.engine.plan.tree import Node, Prop
    from pyjm.engine.shared.cells import Cells
    from pyjm.engine.shared.division import Dividing
    from pyjm.engine.shared.row_shares import RowShares

    from .element import Element

E = TypeVar("E")


class ResultFiles(Protocol):
    """Which result file a listener of the plan writes (run/files); None for one that writes none.

    `summary_of` gives what a Summariser counts into.
    """

    def of(self, node: Node) -> Any: ...

    def summary_of(self, node: Node) -> Any: ...


@dataclass
class Build:
    """The compile of one plan in one process.

    `properties` are JMeter's properties, live: functions read and set them during the run. `cells` are the counters
    and cursors that all workers share, `waiting` is what users wait for that others have. `configs` are, while a
    sampler is compiled, the config elements in its scope, innermost first; `base` is the folder against which file
    names are resolved, but for those in `files`, which a controller shipped: name as the plan comes to it → path.
    `reads_previous` says that something outside post-processors and assertions (a function) reads the previous
    sample's body, `waits_inside` that a function waits in a plain call (vu/inside). `kept` is what functions, or
    elements, of one kind have in common in this process; what is in `finish` is called when the whole plan is
    compiled, what is in `ends` when the test is over. With `no_scripts` what reaches beyond the test is a fault
    (forbidden). `broken` holds what could not be read in the element that is being made; `literal` then has those of
    its texts that are read for `${…}` all the same, all others are not. `held` takes the values of what holds them as
    controllers do (vu/held), None where nothing does. `row_shares` is how rows of data files are divided over the
    fleet, None where each server reads them all;
    `dividing` tells what of the load is this server's, None where it has all of it.
    """

    properties: dict[str, str]
    cells: Cells
    base: Path
    plan_name: str = ""
    workers: int = 1
    waiting: Waiting = field(default_factory=Waiting)
    system: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    configs: Sequence[Element] = ()
    reads_previous: bool = False
    in_one_process: bool = False
    waits_inside: bool = False
    result_files: ResultFiles | None = None
    set_property: Callable[[str, str], None] | None = None
    files: dict[str, str] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)
    finish: list[Callable[[], None]] = field(default_factory=list)
    ends: list[Callable[[], None]] = field(default_factory=list)
    no_scripts: bool = False
    literal: set[str] | None = None
    broken: list[Fault] = field(default_factory=list)
    held: list[Held[Any]] | None = None
    row_shares: RowShares | None = None
    dividing: Dividing | None = None

    def place(self, name: str) -> str:
        """Name one place in the plan: the same in all processes, as all compile the same plan in the same order."""
        self.places[name] = self.places.get(name, 0) + 1
        return f"{name} {self.places[name]}"

    @property
    def defaults(self) -> list[Node]:
        """The config elements in scope as they are written, innermost first."""
        return [config.node for config in self.configs]

    def element(self, make: Callable[[Node, Build], E], node: Node) -> E:
        """Make an element; a call that can't be read leaves its texts as written, but for collections before it.

        Mirrors PreCompiler and ValueReplacer: they change collections in place and the element itself at the end.
        """
        before = len(self.faults)
        self.broken = []
        made = make(node, self)
        if self.broken:
            self.faults[before:], self.literal = self.broken, set()
            texts_before(node, self.literal)
            made = make(node, self)
            self.literal = None
        return made

    def value(self, raw: str, path: str) -> Value[str]:
        """Compile a text with `${…}`; a fault in it (an unknown function) is reported with the element's path."""
        if self.literal is not None and raw not in self.literal:
            return Value.of(raw)
        value = compile_text(raw, self, path)
        if self.held is None or value.constant is not None:
            return value
        held = Held(value.get)
        self.held.append(held)
        return Value(held.get)

    def fault(self, path: str, problem: str, remedy: str = "", *, fatal: bool = True) -> None:
        """Report what is wrong; the compile goes on, so that all faults are found at once.

        What has no place in the plan is said once, however many elements find it.
        """
        fault = Fault(path, problem, remedy, fatal)
        if path or fault not in self.faults:
            self.faults.append(fault)

    def file(self, name: str) -> Path:
        """Resolve a file name of the plan: a shipped file, else one that is here."""
        if name in self.files:
            return Path(self.files[name])
        return resolved(name, self.base)


def texts_before(value: Node | list[Prop] | dict[str, Prop], read: set[str]) -> bool:
    """Collect the texts of all collections that end before a text that can't be read; tell whether there is none."""
    own = []
    for item in value if isinstance(value, list) else (value if isinstance(value, dict) else value.props).values():
        if isinstance(item, str):
            if not readable(item):
                return False
            own.append(item)
        elif item is not None and not isinstance(item, (bool, int, float)) and not texts_before(item, read):
            return False
    read.update(own)
    return True
