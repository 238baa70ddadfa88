"""The result files of a run, as a worker fills them: which listener of the plan writes into which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyjm.engine.plan.tree import Node
from pyjm.engine.results.outbox import FileListener, FileRows, Mark, TallyListener

from .job import ResultFile

CORRECTED = "kg.apc.jmeter.vizualizers.CorrectedResultCollector"
"""The collector of plugins, which always writes how many threads there are."""

FLEXIBLE = "kg.apc.jmeter.reporters.FlexibleFileWriter"
"""The collector of plugins that has columns of its own."""

COLLECTORS = ("ResultCollector", CORRECTED, "kg.apc.jmeter.vizualizers.CompositeResultCollector", FLEXIBLE)


def collectors(root: Node) -> list[Node]:
    """Find what names a result file in a plan, in the order in which a job lists them."""
    return [node for node in root.walk() if file_of(node)]


def file_of(node: Node) -> str:
    """Give the name, as written, of a listener's result file, or of the one in which a group says who comes."""
    if node.kind in COLLECTORS:
        return node.text("filename")
    return node.text("LogFilename") if node.kind.startswith("com.blazemeter.jmeter.threads.") else ""


def summarisers(root: Node) -> list[Node]:
    """Find the Summarisers of a plan, in the order of their numbers."""
    return [node for node in root.walk() if node.kind == "Summariser"]


class ResultFiles:
    """One FileRows for each result file of the job; the plan's listeners have theirs by their place in the plan.

    Listeners of one file share the rows of the first of them; those that name it alike write each sample once.
    The rows of the file `counted` (-1: of none) are counted in `made` as they come.
    """

    def __init__(
        self,
        files: Sequence[ResultFile],
        root: Node,
        counted: int = -1,
        made: memoryview[int] | None = None,
        *,
        stamped: bool,
    ) -> None:
        self.stamped = stamped
        self.rows = [FileRows(stamped=stamped) for _ in files]
        marks = {file.path: Mark() for file in files}
        paths = [file.path for file in files if file.save.format != "flexible"]
        listeners = [
            FileListener(
                self.rows[index if file.into < 0 else file.into],
                file.save,
                errors_only=file.errors_only,
                success_only=file.success_only,
                mark=marks[file.path] if file.save.format != "flexible" and paths.count(file.path) > 1 else None,
                made=made if counted == (index if file.into < 0 else file.into) else None,
            )
            for index, file in enumerate(files)
        ]
        self.of_all = [listener for file, listener in zip(files, listeners) if not file.element]
        of_plan = [listener for file, listener in zip(files, listeners) if file.element]
        self.summaries = {node.number: TallyListener() for node in summarisers(root)}
        self.of_nodes = {node.number: listener for node, listener in zip(collectors(root), of_plan)}

    def of(self, node: Node) -> FileListener | None:
        """Give the file of a listener in the plan, None where it has none."""
        return self.of_nodes.get(node.number)

    def summary_of(self, node: Node) -> TallyListener | None:
        """Give what a Summariser of the plan counts into."""
        return self.summaries.get(node.number)

    def take_summaries(self) -> list[tuple[int, dict[str, Any]]]:
        """Give (number, tallies) of all Summarisers that counted something."""
        taken = ((index, tallies.take()) for index, tallies in enumerate(self.summaries.values()))
        return [(index, figures) for index, figures in taken if figures]

    def take(self) -> list[tuple[int, Any, Any]]:
        """Give (file, rows, instants) of all files with rows, or (file, number, bytes) where instants don't matter."""
        taken: list[tuple[int, Any, Any]] = []
        for index, file in enumerate(self.rows):
            if file.rows:
                rows, stamps = file.take()
                taken.append((index, rows, stamps) if self.stamped else (index, *as_lines(rows)))
        return taken


def as_lines(rows: list[str]) -> tuple[int, bytes]:
    """Give rows as they stand in a file, and how many they are."""
    return len(rows), ("\n".join(rows) + "\n").encode("utf-8", "replace")
