"""Odd values in every property: for each element a plan with one thread group for each of its properties and values.

What an element does shows in the samples of its thread group: their names hold the variables that it sets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from xml.sax.saxutils import quoteattr

from .writing import debug, element, flag, group, java, plan, text

VALUES = (
    None, "", "abc", "-1", "0", "1", "2", "1.5", " 5 ", "2147483648", "99999999999999999999", "${undefined}", "${two}",
    "true", "TRUE", " true", "false", "${yes}",
)  # fmt: skip
"""What each property is set to; with None it is absent."""

OF_FLAGS = ("", "abc", "1", "TRUE", " true", "false", "true", "${yes}")
OF_NUMBERS = ("", "abc", "-1", "0", "2", "1.5", " 5 ", "99999999999999999999", "${undefined}", "${two}")
OF_TEXTS = (None, "", " true", "${undefined}", "${two}")

VARIABLES = (
    ("two", "2"), ("scope", "variable"), ("field", "code"), ("yes", "true"), ("v_1", "a"), ("v_2", "b"),
    ("v_3", "c"), ("doc", "[id=77]<r><i>xv</i></r>"),
    ("json", '{"id":70,"tags":["u"]}'),
)  # fmt: skip
JSON = '{"id":7,"name":"Ann","tags":["x","y","z"],"none":null}'
XML = '<r a="1"><i k="x">one</i><i k="y">two</i><i>three</i></r>'
HTML = '<html><head><title>T</title></head><body><p class="x">A</p><p id="q">B</p><a href="/n?s=5">n</a></body></html>'
TEXT = "id=12; name=Bob; id=34; [a-b] [c-d]"
AT_ONCE = ("Sleep_Time", "0"), ("Sleep_Mask", "0")
EXTRACTED = "x x_1 x_2 x_3 x_g x_g0 x_g1 x_1_g1 x_matchNr x_ALL y y_1 y_matchNr"

Case = Mapping[str, "str | bool | list[str] | list[list[str]] | None"]


def shown(names: str) -> str:
    """Write the name of a sampler that shows variables."""
    return " ".join(f"{name}=${{{name}}}" for name in names.split())


def written(kind: str, props: Case, below: str = "") -> str:
    """Write an element with properties of the types that their values have."""
    lines = "".join(prop(key, value) for key, value in props.items())
    return element(kind, "e", lines, below)


def prop(key: str, value: object) -> str:
    """Write one property."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return flag(key, value)
    if isinstance(value, list):
        rows = (prop(str(at), each) for at, each in enumerate(value))
        return f"<collectionProp name={quoteattr(key)}>{''.join(rows)}</collectionProp>"
    return text(key, value)


def says(body: str, below: str = "", name: str = "s") -> str:
    """Write a sampler that has this body."""
    given = [("ResultData", body), ("ResponseMessage", "said [id=5]")]
    return java(name, [*AT_ONCE, *given], below)


def around(kind: str, props: Case) -> str:
    """Write a controller with two samplers in it and one behind it."""
    return written(kind, props, debug(f"in {shown('w __jm__e__idx')}") + debug("in too")) + debug("behind")


def delays(kind: str, props: Case) -> str:
    """Write a transaction that fails where a timer delays it."""
    limit = written("DurationAssertion", {"DurationAssertion.duration": "150"})
    tx: Case = {"TransactionController.parent": False, "TransactionController.includeTimers": True}
    return written("TransactionController", tx, debug("s", written(kind, props)) + limit)


def extracts(body: str) -> Callable[[str, Case], str]:
    """Write an extractor below a sampler with this body, behind it its variables."""

    def write(kind: str, props: Case) -> str:
        return says(body, written(kind, props)) + debug(shown(EXTRACTED))

    return write


def asserts(body: str) -> Callable[[str, Case], str]:
    """Write an assertion below samplers with this body, a good one and a failed one."""

    def write(kind: str, props: Case) -> str:
        return says(body, written(kind, props)) + says("", written(kind, props))

    return write


def configures(names: str) -> Callable[[str, Case], str]:
    """Write a config element with a sampler that shows its variables."""

    def write(kind: str, props: Case) -> str:
        return written(kind, props) + debug(shown(names)) + debug(shown(names))

    return write


def sees(pattern: str) -> Callable[[str, Case], str]:
    """Write a sampler, behind it the first match in its body."""
    seen: Case = {"RegexExtractor.refname": "x", "RegexExtractor.regex": pattern, "RegexExtractor.template": "$1$"}

    def write(kind: str, props: Case) -> str:
        extractor = written("RegexExtractor", {**seen, "RegexExtractor.match_number": "1"})
        return written(kind, props, extractor) + debug(shown("x"))

    return write


samples = sees("(?s)(.*)")


def listens(kind: str, props: Case) -> str:
    """Write a listener below a good and below a failed sampler."""
    return (
        says("good", written(kind, props))
        + java("bad", [*AT_ONCE, ("Status", "FAIL")], written(kind, props))
        + debug("behind")
    )


@dataclass(frozen=True)
class Subject:
    """One kind of element: its properties as they work, where it stands, and what is not tried."""

    kind: str
    props: Case
    body: Callable[[str, Case], str]
    skip: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)
    more: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    loops: int = 1
    only: tuple[str, ...] = ()

    def values(self, key: str, *, briefly: bool) -> Iterator[str | None]:
        """Give what a property is set to, `briefly` only what differs with its type."""
        own = self.props[key]
        of_type = OF_FLAGS if isinstance(own, bool) else OF_NUMBERS if str(own).isdigit() else OF_TEXTS
        for value in dict.fromkeys((*(of_type if briefly else VALUES), *self.more.get(key, ()))):
            if value not in self.skip.get(key, ()):
                yield value

    def cases(self, *, briefly: bool = False) -> Iterator[tuple[str, str]]:
        """Give name and body of each thread group."""
        yield "as it works", self.body(self.kind, self.props)
        for key, whole in self.props.items():
            if isinstance(whole, list) or (self.only and key not in self.only):
                continue
            for value in self.values(key, briefly=briefly):
                props = {name: value if name == key else own for name, own in self.props.items()}
                yield f"{key} {'absent' if value is None else value.replace('$', '')!r}", self.body(self.kind, props)


def alike(subject: Subject, number: str, body: str) -> Subject:
    """Make a subject of the number of the match, where all matches are alike: one that is chosen at random, too."""
    return replace(subject, body=extracts(body), only=(number,), skip={})


def plan_of(*subjects: Subject, briefly: bool = False) -> str:
    """Write the thread groups of subjects as a plan."""
    groups = (group(name, body, loops=each.loops) for each in subjects for name, body in each.cases(briefly=briefly))
    return plan("".join(groups), VARIABLES)
