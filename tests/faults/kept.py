"""Servers that stay for several runs, as long as nothing kills them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from faults.field import Field, Spot, field


class Kept:
    """Two servers and one that stands by, started when they are first wanted, and anew after a run that failed."""

    def __init__(self, make_folder: Callable[[], Path]) -> None:
        self._make_folder = make_folder
        self._stack = ExitStack()
        self._field: Field | None = None

    @contextmanager
    def run(self) -> Iterator[tuple[Field, list[Spot]]]:
        """Have them for one run."""
        if self._field is None:
            self._field = self._stack.enter_context(field(self._make_folder()))
            self._field.servers("one", "two", "spare")
        made = self._field
        made.next_run()
        try:
            yield made, made.spots
        except BaseException:  # they are ended without a look at what is left
            self._field = None
            self._stack.pop_all().__exit__(*sys.exc_info())
            raise
        finally:
            for spot in made.spots:
                spot.way.mend()

    def end(self) -> None:
        """End them; nothing may be left of them."""
        self._field = None
        self._stack.close()
