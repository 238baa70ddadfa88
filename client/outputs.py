"""Which result files a run writes: that of -l, and those that listeners of the plan name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pyjm.engine.plan.faults import Fault
from pyjm.engine.plan.tree import Node
from pyjm.engine.results.flexible_rows import columns_of, unescaped, variable_of
from pyjm.engine.results.rows import stamp_of
from pyjm.engine.results.save import BadSave, save_from_plan, save_from_properties
from pyjm.engine.run.files import CORRECTED, FLEXIBLE, collectors, file_of, summarisers
from pyjm.engine.run.job import ResultFile

from .collect import ResultWriter

FUNCTIONAL = ("response_data", "samplerData")
"""What functional test mode adds to XML files."""

BASE_PREFIX = "jmeter.save.saveservice.base_prefix"


def result_files(
    root: Node, log_file: str | None, base: Path, properties: Mapping[str, str], evaluate: Callable[[str, str], str]
) -> tuple[list[ResultFile], list[Fault]]:
    """List the result files of a run in a job's order, and what is wrong with them. `base` is the plan's folder.

    `evaluate(text, path)` gives the value of a file name with `${…}` in it.
    """
    files: list[ResultFile] = []
    faults: list[Fault] = []
    try:
        if log_file is not None:
            files.append(ResultFile(log_file, save_from_properties(properties)))
        files += [_of_plan(node, properties, evaluate) for node in collectors(root)]
    except BadSave as error:
        return files, [Fault("", str(error), "see the properties jmeter.save.saveservice.*")]
    places = [resolve(file.path, base, properties) for file in files]
    for file, place in zip(files, places):
        file.into = places.index(place)
        if root.flag("TestPlan.functional_mode"):
            file.save.flags += [flag for flag in FUNCTIONAL if flag not in file.save.flags]
        faults += _faults(file)
    return files, faults


def summary_names(root: Node, evaluate: Callable[[str, str], str]) -> list[str]:
    """Give the names of the plan's Summarisers by their number."""
    return [evaluate(node.name, node.path) for node in summarisers(root)]


def _flexible(node: Node, properties: Mapping[str, str], evaluate: Callable[[str, str], str]) -> ResultFile:
    save = save_from_properties(properties)
    save.format = "flexible"
    save.flags = []
    save.columns = columns_of(evaluate(node.text("columns"), node.path))
    save.head, save.foot = (unescaped(evaluate(node.text(key), node.path)) for key in ("header", "footer"))
    save.afresh = node.flag("overwrite")
    return ResultFile(evaluate(node.text("filename"), node.path), save, node.path or node.kind)


def _of_plan(node: Node, properties: Mapping[str, str], evaluate: Callable[[str, str], str]) -> ResultFile:
    if node.kind == FLEXIBLE:
        return _flexible(node, properties, evaluate)
    written = node.props.get("saveConfig")
    save = save_from_plan(written, properties) if isinstance(written, dict) else save_from_properties(properties)
    if node.kind == CORRECTED and "thread_counts" not in save.flags:
        save.flags.append("thread_counts")
    return ResultFile(
        path=evaluate(file_of(node), node.path),
        save=save,
        element=node.path or node.kind,
        errors_only=evaluate(node.text("ResultCollector.error_logging"), node.path).lower() == "true",
        success_only=evaluate(node.text("ResultCollector.success_only_logging"), node.path).lower() == "true",
    )


def _faults(file: ResultFile) -> list[Fault]:
    save = file.save
    if save.format == "flexible":
        return _flexible_faults(file)
    if save.format == "xml" or "timestamp" not in save.flags or save.timestamp_format.lower() == "ms":
        return []
    if stamp_of(save) is None:
        problem = f"{save.timestamp_format!r} is no format for a date: the rows have a column less than their header"
        remedy = "set the property jmeter.save.saveservice.timestamp_format"
        return [Fault(file.element or f"-l {file.path}", problem, remedy, fatal=False)]
    return []


def _flexible_faults(file: ResultFile) -> list[Fault]:
    save = file.save
    faults = []
    if not save.columns[-1].endswith("\n"):
        remedy = r"let the columns end in |\r\n or |\n"
        faults.append(Fault(file.element, f"rows that end in no newline, in {file.path}, are not supported", remedy))
    for column in save.columns:
        number = variable_of(column)
        if number is not None and not 0 <= number < len(save.variables):
            faults.append(Fault(file.element, f"there is no {column}", "name it in the property sample_variables"))
    return faults


def writers(files: Sequence[ResultFile], base: Path, properties: Mapping[str, str]) -> list[ResultWriter]:
    """Make the writer of each file; those of one place share it: the first of the plan says what it begins with."""
    made: dict[Path, ResultWriter] = {}
    for file in sorted(files, key=lambda file: not file.element):
        path = resolve(file.path, base, properties)
        made.setdefault(path, ResultWriter(path, file.save))
    return [made[resolve(file.path, base, properties)] for file in files]


def resolve(name: str, base: Path, properties: Mapping[str, str]) -> Path:
    """Find the place of a result file: beside the plan with the prefix `~/`, else from the present folder."""
    prefix = properties.get(BASE_PREFIX, "~/")
    path = base / name.removeprefix(prefix) if prefix and name.startswith(prefix) else Path(name)
    return path.absolute().resolve()
