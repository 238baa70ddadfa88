"""What an element is: written once, compiled once, used by all users.

A class declares the properties that it reads as class attributes (`delay = text("ConstantTimer.delay")`) and has its
role's one verb. The compiled instance holds no user's state: that lies in `user.state[self]`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast

from pyjm.engine.vu.held import Held, letting_go
from pyjm.engine.vu.result import SampleResult

from .value import Value, as_flag, as_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyjm.engine.plan.tree import Node
    from pyjm.engine.vu.flow import Cursor, PassListener
    from pyjm.engine.vu.result import AssertionResult
    from pyjm.engine.vu.step import Scope, Step
    from pyjm.engine.vu.user import User

    from .build import Build

T = TypeVar("T")
C = TypeVar("C", bound="Cursor")


def cut(number: float) -> int:
    """Make a whole number of a typed property's value, as getIntValue does: a boolean is none."""
    return 0 if isinstance(number, bool) else int(number)


class Declared(Generic[T]):
    """A declared property: how the text of `key` becomes what the element reads, and how a typed number does."""

    def __init__(
        self, key: str, default: str, change: Callable[[str], T], of_number: Callable[[float], T] | None = None
    ) -> None:
        self.key = key
        self.default = default
        self.change = change
        self.of_number = of_number

    def compile(self, node: Node, build: Build) -> Value[T]:
        """Make the value of one written element."""
        written = node.props.get(self.key)
        if self.of_number is not None and isinstance(written, (bool, int, float)):
            return Value.of(self.of_number(written))
        return build.value(node.text(self.key, self.default), node.path).map(self.change)


def text(key: str, default: str = "") -> Value[str]:
    """Declare a text property."""
    return cast("Value[str]", Declared(key, default, str))


def whole(key: str, default: int = 0, bits: int = 32, *, by_text: bool = False) -> Value[int]:
    """Declare a whole number; a missing one is the default, and what is no number is 0, as in getPropertyAsInt.

    Of a typed number (doubleProp) the fraction is cut off, but `by_text`: where JMeter reads the text of it.
    """
    return cast("Value[int]", Declared(key, str(default), as_whole(0, bits), None if by_text else cut))


def flag(key: str, default: bool = False, *, by_text: bool = False) -> Value[bool]:
    """Declare a boolean; every text but `true` is false.

    A typed number above 0 is true, but `by_text`: where JMeter reads the text of it, as that of all its TestBeans.
    """
    of_number = None if by_text else lambda number: number > 0
    return cast("Value[bool]", Declared(key, "true" if default else "false", as_flag, of_number))


class Element:
    """A compiled element. `name` is as written, `label` as it is evaluated for a user, `path` where it stands."""

    declared: ClassVar[dict[str, Declared[Any]]] = {}

    def __init_subclass__(cls) -> None:
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Declared)}
        cls.declared = {**cls.declared, **own}

    def __init__(self, node: Node, build: Build) -> None:
        self.node = node
        self.name = node.name
        self.path = node.path
        self.label = build.value(node.name, node.path)
        for name, declared in self.declared.items():
            setattr(self, name, self.reads(declared.compile(node, build), name))
        self.prepare(node, build)

    def prepare(self, node: Node, build: Build) -> None:
        """Choose, check and precompute what the run only calls. Faults go to `build.fault(self.path, …)`."""

    def reads(self, value: Value[T], name: str = "") -> Value[T]:
        """Give a declared property, or another, as the element is to read it."""
        return value

    def unheard(self) -> None:
        """Know that no pass begins where it stands, directly below a sampler that runs others."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"


class Sampler(Element):
    """Makes samples. `prepare` finds the config elements in its scope in `build.configs`, innermost first."""

    async def sample(self, user: User, result: SampleResult) -> SampleResult | None:
        """Fill and give back the result (begin(), end(), code, message, success, body …), or None for no sample."""
        raise NotImplementedError(type(self).__name__)

    def verb(self) -> Callable[[User, SampleResult], Awaitable[SampleResult | None]]:
        """Give what a step calls for each sample: `sample`, or what that would only hand it on to."""
        return self.sample

    result_type: ClassVar[type[SampleResult]] = SampleResult
    """What its samples are made of."""

    labels_late = False
    """Whether `sample` sets the result's label itself, because JMeter evaluates the name in mid-sample."""

    interruptible = True
    direct: Any = None
    """Whether a sample ends when Java's thread is interrupted: not one that waits for a socket."""

    reads_own_body = False
    """Whether the sampler itself reads the body."""

    keep_body = True
    """Set by the compiler: whether anything in the sampler's scope reads the body."""

    def interrupted(self, user: User, result: SampleResult) -> SampleResult | None:
        """Give the result of a sample that was cut by a stop, None for no sample."""
        return None


class Forking(Sampler):
    """A sampler that runs what stands below it, all at once, each in a branch of its user.

    `branches` are set by the compiler: for each child its step or controller, its label, and what runs at each start
    and end of it. One that `takes_all` takes the samples below it in place of their listeners, by `add(user, result)`;
    None: each user tells, with each run of the branches.
    """

    branches: Sequence[tuple[Any, Value[str], Sequence[Callable[[User], None]], Sequence[Callable[[User], None]]]] = ()
    takes_all: bool | None = False

    def takes(self, user: User) -> bool:
        """Tell whether it takes the samples of the present run in place of their listeners."""
        return bool(self.takes_all)

    def add(self, user: User, result: SampleResult) -> None:
        """Take a sample of one of the branches."""
        raise NotImplementedError(type(self).__name__)


class Taker:
    """Takes samples for a fork. Each scope has its own, so that the fork takes those within a transaction as well."""

    once = False
    reads_body = False

    def __init__(self, fork: Forking) -> None:
        self.add = fork.add


class Kept:
    """A listener below a fork that takes samples at times, as one scope has it.

    Once the fork has taken a sample of this scope, the listener hears no more of it, as in JMeter, where the scope has
    lost its listeners for good. It is the same as the listener for whoever leaves out another scope's.
    """

    def __init__(self, listener: Any, fork: Forking, lost: object) -> None:
        self.listener = listener
        self.fork = fork
        self.lost = lost
        self.once = listener.once
        self.reads_body = getattr(listener, "reads_body", True)
        self.reads_assertions = getattr(listener, "reads_assertions", False)

    def __eq__(self, other: object) -> bool:
        return other is self.listener or (isinstance(other, Kept) and other.listener is self.listener)

    def __hash__(self) -> int:
        return hash(self.listener)

    def add(self, user: User, result: SampleResult) -> None:
        """Hand the sample on."""
        if self.fork.takes(user):
            user.state[self.lost] = True
        elif self.lost not in user.state:
            self.listener.add(user, result)


class PlanController(Element):
    """Decides what comes next.

    `children`, `listeners` (of the start of each pass) and `around`, the controller around it, are set by the compiler.
    """

    children: Sequence[Step | PlanController] = ()
    listeners: Sequence[PassListener] = ()
    around: PlanController | None = None
    scope: Scope | None = None
    suspends = False
    """Whether it can leave a child in mid-pass for another one (Interleave)."""

    read_anew: ClassVar[frozenset[str]] = frozenset()
    """The declared properties that it works out at each use; all others it holds for a while (vu/held)."""

    held: Sequence[Held[Any]] = ()
    """What it holds, constants left out."""

    def reads(self, value: Value[T], name: str = "") -> Value[T]:
        if value.constant is not None or name in self.read_anew:
            return value
        held = Held(value.get)
        self.held = (*self.held, held)
        return Value(held.get)

    def kind(self, kind: type[C]) -> type[C]:
        """Give the cursors of this controller: those that let go what it holds where it holds anything."""
        return letting_go(kind, self.held)

    def cursor(self, user: User) -> Cursor:
        """Make the cursor of one user."""
        raise NotImplementedError(type(self).__name__)

    def cursors(self, user: User) -> list[Any]:
        """Give the children as a cursor holds them: steps, and this user's cursors."""
        return [user.cursor(child) if isinstance(child, PlanController) else child for child in self.children]


class Timer(Element):
    """Delays a sample; may be a coroutine that waits itself and gives 0."""

    modifiable = False
    """Whether timer.factor applies (JMeter's ModifiableTimer)."""

    def delay(self, user: User) -> float:
        """Tell the delay in seconds, whole milliseconds as JMeter's."""
        raise NotImplementedError(type(self).__name__)


class PreProcessor(Element):
    """Runs before a sample; may be a coroutine."""

    def before(self, user: User) -> None:
        """Do it."""
        raise NotImplementedError(type(self).__name__)


class PostProcessor(Element):
    """Runs after a sample; may be a coroutine."""

    throws = False
    """Whether it can throw, as JMeter's does: nothing in the sampler's scope lets go then what it has read."""

    def after(self, user: User, result: SampleResult) -> None:
        """Do it."""
        raise NotImplementedError(type(self).__name__)


class Assertion(Element):
    """Judges a sample. `scope` says which: parent, children, all or variable."""

    scope: Value[str] = Value.of("parent")

    content: ClassVar[str | None] = None
    """What JMeter's has for a message where all is well; an empty one hides the messages of those behind it."""

    def check(self, user: User, result: SampleResult) -> AssertionResult | None:
        """Give a failure or an error, None where all is well."""
        raise NotImplementedError(type(self).__name__)


class Config(Element):
    """Configures what is in its scope, when compiled.

    One that acts at the start of each pass of its nearest controller (CSV Data Set) defines `pass_start(user)`; one
    that acts at the start of each iteration of the thread (cookies) defines `iteration_start(user)`.
    """


class Listener(Element):
    """Takes each sample in its scope on the machine where it was made."""

    once = False
    """Whether it takes a sample that is handed out twice only once."""

    reads_body = False

    reads_assertions = False
    """Whether it wants to know of contented assertions as well."""

    def add(self, user: User, result: SampleResult) -> None:
        """Take one."""
        raise NotImplementedError(type(self).__name__)
