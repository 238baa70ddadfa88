"""The variable that has a loop's number, named after its controller: `__jm__NAME__idx`."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar, cast

from pyjm.engine.compile.value import Value
from pyjm.engine.vu.flow import IteratingCursor
from pyjm.engine.vu.user import User

C = TypeVar("C", bound=IteratingCursor)


def index_key(label: Value[str], user: User) -> str:
    """Name the variable as it is named at the moment."""
    return f"__jm__{label.get(user)}__idx"


def named(kind: type[C], label: Value[str]) -> type[C]:
    """Give the cursors of a controller: those whose name holds variables work it out anew whenever they are asked."""
    return kind if label.constant is not None else cast("type[C]", _naming(cast("Any", kind), label))


@cache
def _naming(kind: Any, label: Value[str]) -> Any:
    def next_named(self: IteratingCursor) -> Any:
        self.index_key = index_key(label, self.user)
        return kind.next(self)

    return type(kind.__name__, (kind,), {"__slots__": (), "next": next_named})
