"""User Parameters. Mirrors UserParameters: a column of values for each user, over and over again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import PreProcessor, flag
from pyjm.engine.compile.registry import element
from pyjm.engine.plan.tree import Node, Prop

if TYPE_CHECKING:
    from pyjm.engine.compile.value import Value
    from pyjm.engine.vu.user import User


@element("UserParameters")
class UserParameters(PreProcessor):
    """Sets variables before each sample, or at the start of each pass of the nearest controller."""

    per_iteration = flag("UserParameters.per_iteration")

    def prepare(self, node: Node, build: Build) -> None:
        self.names = values(node.items("UserParameters.names"), node, build)
        columns = node.items("UserParameters.thread_values")
        self.columns = [values(column, node, build) for column in columns if isinstance(column, list)]

    def before(self, user: User) -> None:
        user.state.pop(self, None)
        if not self.per_iteration.get(user):
            self.set(user)

    def pass_start(self, user: User) -> None:
        """Set the variables where they hold for a whole pass; they are evaluated anew after a sample in scope."""
        if self.per_iteration.get(user):
            present = user.state.get(self)
            if present is None:
                user.state[self] = self.set(user)
            else:
                user.vars.update(present)

    def set(self, user: User) -> dict[str, str]:
        """Set the variables to the user's column as far as it goes, one after the other, and give them."""
        column = self.columns[user.number % len(self.columns)] if self.columns else ()
        present = {}
        for name, value in zip(self.names, column):
            key = name.get(user)
            present[key] = user.vars[key] = value.get(user)
        return present


def values(items: list[Prop], node: Node, build: Build) -> list[Value[str]]:
    """Compile a list of texts."""
    return [build.value("" if item is None else str(item), node.path) for item in items]
