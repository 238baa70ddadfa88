"""A charset that Java has and Python has not stops a plan before the run, wherever it is named as a constant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from plan_text import element, group, part, plan, prop, sample

import pyjm.engine.elements
import pyjm.engine.functions
from pyjm.engine.compile.build import Build
from pyjm.engine.compile.program import Compiler
from pyjm.engine.compile.registry import discover
from pyjm.engine.plan.jmx import read_plan
from pyjm.engine.shared.cells import Cells

discover(pyjm.engine.elements)
discover(pyjm.engine.functions)


def request(encoding: str) -> str:
    written = {"HTTPSampler.domain": "localhost", "HTTPSampler.path": "/", "HTTPSampler.contentEncoding": encoding}
    return element("HTTPSamplerProxy", "it", {**written})


def defaults(encoding: str) -> str:
    own = element("ConfigTestElement", "defaults", {"HTTPSampler.contentEncoding": encoding})
    return own.replace('guiclass=""', 'guiclass="HttpDefaultsGui"') + request("")


def rows(encoding: str) -> str:
    written = {"filename": "rows.csv", "variableNames": "a", "fileEncoding": encoding}
    return element("CSVDataSet", "it", {**written}) + sample("s")


def reads(encoding: str) -> str:
    return variable(f"${{__FileToString(rows.csv,{encoding})}}")


def writes(encoding: str) -> str:
    return variable(f"${{__StringToFile(out.txt,x,true,{encoding})}}")


def variable(text: str) -> str:
    argument = part("x", "Argument", prop("Argument.name", "x"), prop("Argument.value", text))
    listed = f'<collectionProp name="Arguments.arguments">{argument}</collectionProp>'
    return element("Arguments", "it", {}, more=listed)


Place = Callable[[str], str]
PLACES: list[Place] = [request, defaults, rows, reads, writes]


def faults(below: str, folder: Path) -> list[tuple[str, str, str]]:
    """Compile a plan; give path, problem and remedy of what stops the run."""
    (folder / "rows.csv").write_text("1\n")
    build = Build({}, Cells(), folder)
    Compiler(build).compile(read_plan(plan(group("users", 1, 1, below)).encode(), "plan.jmx"))
    return [(fault.path, fault.problem, fault.remedy) for fault in build.faults if fault.fatal]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("encoding", ["x-IBM930", "CP930", "ISO-2022-CN"])
def test_it_is_refused_with_place_reason_and_remedy(place: Place, encoding: str, tmp_path: Path) -> None:
    ((path, problem, remedy),) = faults(place(encoding), tmp_path)
    assert path == "plan > users > it"
    assert problem == f"the charset {encoding} cannot be had"
    assert remedy == "write it in one that Python knows: UTF-8, say"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("encoding", ["", "UTF-8", "cp037", "no such charset", "${late}"])
def test_one_that_can_be_had_or_is_nobodys_or_comes_later_is_not(place: Place, encoding: str, tmp_path: Path) -> None:
    assert faults(place(encoding), tmp_path) == []
