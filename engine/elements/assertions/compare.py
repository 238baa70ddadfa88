"""Compare Assertion: holds the samples of a pass against one another. Mirrors CompareAssertion."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Assertion, flag, whole
from pyjm.engine.compile.java_error import JavaError
from pyjm.engine.compile.java_replacement import replacement
from pyjm.engine.compile.registry import element
from pyjm.engine.elements.regex import RegexError, compile_regex, is_java
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.result import AssertionResult

from .thrown import thrown

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

MALFORMED = "org.apache.oro.text.MalformedCachePatternException: Invalid expression: {}\n"


@element("CompareAssertion")
class CompareAssertion(Assertion):
    """Fails a sample where two that follow one another, since the pass began, differ in body or in time."""

    compares_content = flag("compareContent", by_text=True)
    most_ms = whole("compareTime", bits=64, by_text=True)

    def prepare(self, node: Node, build: Build) -> None:
        self.java = is_java(build.properties)
        self.skipped = [
            (build.value(item.text("regex"), node.path), build.value(item.text("substitute"), node.path))
            for item in node.items("stringsToSkip")
            if isinstance(item, Node)
        ]
        if not isinstance(node.props.get("stringsToSkip"), list):
            problem = "stringsToSkip is missing or no collection, of which JMeter's threads die as they start"
            build.fault(node.path, problem, 'write <collectionProp name="stringsToSkip"/>')

    def pass_start(self, user: User) -> None:
        """Forget the samples of the last pass."""
        user.state[self] = []

    def check(self, user: User, result: SampleResult) -> AssertionResult | None:
        seen: list[tuple[str, int]] = user.state[self]
        skipped = [(source.get(user), instead.get(user)) for source, instead in self.skipped]
        compares, most_ms = self.compares_content.get(user), self.most_ms.get(user)
        seen.append((result.text if compares else "", result.elapsed_ms))
        said = ""
        if len(seen) > 1:
            try:
                texts = [self.filtered(body, skipped) for body, _ in seen]
            except RegexError as error:
                return thrown(str(error))
            except JavaError as error:
                return thrown(f"{error.kind}: {error.text}")
            if any(one != other for one, other in pairwise(texts)):
                said = "Responses differ in content"
            if most_ms >= 0 and any(abs(one - other) > most_ms for (_, one), (_, other) in pairwise(seen)):
                said = f"Responses differ in response time by more than{most_ms} ms"
        return AssertionResult(self.name, said) if said else None

    def filtered(self, text: str, skipped: list[tuple[str, str]]) -> str:
        """Replace what is not to be compared; raises RegexError with what JMeter throws."""
        for source, instead in skipped:
            try:
                pattern = compile_regex(source, self.java)
            except RegexError as error:
                kind = "java.util.regex.PatternSyntaxException: " if self.java else MALFORMED.format(source)
                raise RegexError(f"{kind}{error}") from None
            text = pattern.sub(replacement(instead) if self.java else instead.replace("\\", r"\\"), text)
        return text
