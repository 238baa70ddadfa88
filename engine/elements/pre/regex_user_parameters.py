"""RegEx User Parameters. Mirrors RegExUserParameters."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import PreProcessor, text
from pyjm.engine.compile.registry import element
from pyjm.engine.elements.samplers.http_changes import CHANGING
from pyjm.engine.elements.samplers.http_request import HttpRequest
from pyjm.engine.plan.tree import Node

if TYPE_CHECKING:
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.pre")


@element("RegExUserParameters")
class RegexUserParameters(PreProcessor):
    """Fills arguments whose names a regular expression has found with the values found beside them."""

    reference = text("RegExUserParameters.regex_ref_name")
    name_group = text("RegExUserParameters.param_names_gr_nr")
    value_group = text("RegExUserParameters.param_values_gr_nr")

    def prepare(self, node: Node, build: Build) -> None:
        build.kept[CHANGING] = True

    def before(self, user: User) -> None:
        sampler = user.step.sampler if user.step is not None else None
        if not isinstance(sampler, HttpRequest):
            return
        values = self.found(user)
        if not values:
            log.info("%s: nothing was found by a regular expression, no argument is changed", self.path)
            return
        changes = sampler.changes(user)
        pairs = changes.read_arguments()
        for at, (name, _) in enumerate(pairs):
            value = values.get(name)
            if value is not None:
                changes.arguments[at] = changes.arguments[at].holding(name, value)

    def found(self, user: User) -> dict[str | None, str | None]:
        """Give what was found: name → value; ValueError where the number of matches is none."""
        variables, reference = user.vars, self.reference.get(user)
        names, values = f"_g{self.name_group.get(user)}", f"_g{self.value_group.get(user)}"
        wanted = (f"{reference}_matchNr", f"{reference}_1{names}", f"{reference}_1{values}")
        if any(variables.get(each) is None for each in wanted):
            return {}
        numbers = range(1, int(variables[f"{reference}_matchNr"]) + 1)
        return {variables.get(f"{reference}_{n}{names}"): variables.get(f"{reference}_{n}{values}") for n in numbers}
