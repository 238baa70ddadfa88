"""JSON Extractor. Mirrors JSONPostProcessor of JMeter 5.5."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import PostProcessor, flag, text
from pyjm.engine.compile.java_text import java_trim
from pyjm.engine.compile.registry import element
from pyjm.engine.elements.json_path import compile_path
from pyjm.engine.elements.json_path_tokens import EvaluationError
from pyjm.engine.elements.json_text import JsonError, as_text, read_json
from pyjm.engine.elements.matches import Variables, chosen, number_of, remove_numbered
from pyjm.engine.elements.scoped import samples_in, scope_of
from pyjm.engine.plan.tree import Node

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.post")

UNEQUAL = "the numbers of names, JSON paths and default values differ"


def split(text: str) -> list[str]:
    """Split at semicolons as Java does: empty texts at the end are left out, an empty text is one."""
    parts = text.split(";")
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return [] if parts == [""] and text else parts


def match_numbers(text: str, count: int) -> list[int]:
    """Read the match numbers, 0 where there is none; raises ValueError for what is no number, and for too many."""
    if not text.strip():
        return [0] * count
    numbers = [number_of(java_trim(part)) for part in split(text)]
    if len(numbers) > count:
        raise ValueError(f"{len(numbers)} match numbers for {count} default values")
    return numbers + [0] * (count - len(numbers))


@element("JSONPostProcessor")
class JSONPostProcessor(PostProcessor):
    """Extracts what JSON paths lead to; several at once, separated by semicolons."""

    references = text("JSONPostProcessor.referenceNames")
    expressions = text("JSONPostProcessor.jsonPathExprs")
    defaults = text("JSONPostProcessor.defaultValues")
    numbers = text("JSONPostProcessor.match_numbers")
    concatenate = flag("JSONPostProcessor.compute_concat")
    variable = text("Scope.variable")

    def prepare(self, node: Node, build: Build) -> None:
        self.scope = scope_of(node, build)
        self.reads_body = self.scope.constant != "variable"
        references, expressions = self.references.constant, self.expressions.constant
        defaults, numbers = self.defaults.constant, self.numbers.constant
        if references is not None and expressions is not None and defaults is not None:
            counts = [len(split(text)) for text in (references, expressions, defaults)]
            if len(set(counts)) > 1:
                build.fault(node.path, f"{UNEQUAL}: {counts}; no sample of this sampler is kept", fatal=False)
                self.throws = True
        else:
            self.throws = True
        if numbers is not None and defaults is not None:
            try:
                match_numbers(numbers, len(split(defaults)))
            except ValueError as error:
                build.fault(node.path, f"match numbers {numbers!r}: {error}; no sample is kept", fatal=False)
                self.throws = True
        else:
            self.throws = True
        for path in split(expressions or ""):
            try:
                compile_path(path.strip())
            except EvaluationError as error:
                build.fault(node.path, f"the JSON path {path!r} can't be used: {error}", fatal=False)

    def after(self, user: User, result: SampleResult) -> None:
        bodies = self.bodies(user, result)
        references = split(self.references.get(user))
        expressions = split(self.expressions.get(user))
        defaults = split(self.defaults.get(user))
        numbers = match_numbers(self.numbers.get(user), len(defaults))
        if not len(references) == len(expressions) == len(defaults):
            raise ValueError(UNEQUAL)
        documents: list[Any] | None = None
        concatenate = self.concatenate.get(user)
        for name, path, default, number in zip(references, expressions, defaults, numbers):
            name = name.strip()
            remove_numbered(user.vars, name)
            if not bodies:
                user.vars[name] = default
                continue
            try:
                compiled = compile_path(path.strip())
                if documents is None:
                    documents = [read_json(body) for body in bodies]
                found = [as_text(value) for document in documents for value in compiled.find(document)]
            except (EvaluationError, JsonError) as error:
                log.error("Error processing JSON content in %s, message: %s", self.name, error)
                user.vars[name] = default
                continue
            store(user.vars, name, found, default, number, concatenate)

    def bodies(self, user: User, result: SampleResult) -> list[str]:
        """Give the texts to look at, blank ones left out."""
        scope = self.scope.get(user)
        if scope == "variable":
            return [str(user.vars.get(self.variable.get(user), ""))]
        texts = [sample.text for sample in samples_in(scope, result)]
        return [text for text in texts if text and not text.isspace()]


def store(
    variables: Variables, name: str, found: list[str | None], default: str, number: int, concatenate: bool
) -> None:
    """Set the variables of what was found; null is the default value."""
    texts = [default if value is None else value for value in found]
    if number < 0 and concatenate:
        variables[f"{name}_ALL"] = ",".join(texts)
    if not texts:
        variables[name] = default
        variables[f"{name}_matchNr"] = "0"
        return
    if number < 0:
        variables.update((f"{name}_{at}", value) for at, value in enumerate(texts, 1))
    elif len(texts) == 1:
        variables[name] = texts[0]
    else:
        match = chosen(texts, number)
        variables[name] = default if match is None else match
    if number != 0:
        variables[f"{name}_matchNr"] = str(len(texts))
