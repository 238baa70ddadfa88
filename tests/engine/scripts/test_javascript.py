"""JavaScript beside what the recorded plans show: fresh scopes, failures, what is kept."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from pyjm.engine.compile.build import Build
from pyjm.engine.scripts.condition import JavaScriptCondition
from pyjm.engine.scripts.errors import ScriptError
from pyjm.engine.scripts.javascript import Engine, engine

RESULTS = [
    ("1 + 1", "2"),
    ("0.1 + 0.2", "0.30000000000000004"),
    ("null", "null"),
    ("var x = 3;", "undefined"),
    ('vars.get("a") + 1', "A1"),
    ('vars.get("a") === "A"', "false"),
    ('vars.get("a").length()', "1"),
    ('vars.get("a,b".split(",")[0]) == "A"', "true"),
    ('vars.put("b", 5); vars.get("b")', "5"),
    ('props.get("k")', "kv"),
    ('props.put("p", "1"); props.get("p")', "1"),
    ("sampleResult.responseCode", "200"),
    ("sampleResult.getResponseDataAsString().length()", "5"),
    ("ctx.getPreviousResult().isSuccessful()", "true"),
    ("threadName", "Users 1-1"),
    ('new java.util.ArrayList().size() + java.lang.Math.max(1, 2)', "2"),
]


@pytest.mark.parametrize(("script", "result"), RESULTS)
def test_a_script_gives_what_rhino_gives(script: str, result: str, user: Any, build: Build) -> None:
    assert engine().evaluate(script, user, build) == result


def test_nothing_is_left_of_an_evaluation(user: Any, build: Build) -> None:
    scripts = Engine()
    scripts.evaluate("var left = 1; also = 2; vars = 3; function f() {}", user, build)
    assert scripts.evaluate("typeof left + typeof also + typeof f", user, build) == "undefinedundefinedundefined"
    assert scripts.evaluate('vars.get("a")', user, build) == "A"


@pytest.mark.parametrize("script", ["throw 1", "nope", "while(", "vars.nope()", "java.lang.Nope.x()", "\ud83d"])
def test_a_script_that_fails_raises(script: str, user: Any, build: Build) -> None:
    with pytest.raises(ScriptError):
        engine().evaluate(script, user, build)


def test_a_condition_sees_no_objects_of_jmeter(user: Any, build: Build) -> None:
    assert engine().evaluate("typeof vars") == "undefined"
    assert engine().evaluate('vars.get("a")', user, build) == "A"


@pytest.mark.parametrize(
    ("condition", "holds"),
    [("true", True), ("false", False), ("1 == 1", True), ("1", False), ('"TRUE"', False), ("", False), ("(", False)],
)
def test_a_condition_holds_where_it_gives_true(condition: str, holds: bool) -> None:
    assert JavaScriptCondition("if").holds(condition) is holds


def test_the_engine_is_loaded_by_plans_that_use_it_only() -> None:
    code = "import sys, pyjm.engine.run.worker as w, pyjm.engine.elements as e, pyjm.engine.functions as f;"
    code += "w.discover(e); w.discover(f); sys.exit('quickjs' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
