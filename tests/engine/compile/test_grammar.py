"""The grammar of `${…}`. The tables are what JMeter 5.5 made of the same texts."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import pyjm.engine.functions
from pyjm.engine.compile.build import Build
from pyjm.engine.compile.java_text import java_text
from pyjm.engine.compile.registry import discover
from pyjm.engine.shared.cells import Cells

discover(pyjm.engine.functions)

VARIABLES = {"a": "A", "n": "1", "x_1": "X1", "empty": "", "c": "p,q", "o": 7, "f": 1.5, "list": ["p", "q"]}

JMETER = r"""
${a}  =>  [A]
${nope}  =>  [${nope}]
x${a}y${nope}z  =>  [xAy${nope}z]
${ a }  =>  [${ a }]
${a${n}}  =>  [${a${n}}]
${x_${n}}  =>  [${x_${n}}]
${__V(x_${n})}  =>  [X1]
\\${a}  =>  [\A]
a\,b${a}c\,d\\e\$f\q  =>  [a,bAc,d\e$f\q]
${a\}b}  =>  [${a}b}]
${a}${b  =>  [Ab]
${}  =>  [${}]
${__P(k)}  =>  [kv]
${__P( k )}  =>  [1]
${ __P(k)}  =>  [kv]
${__P(k) }  =>  [kv]
${__P(k)  }x  =>  [kvx]
${__P(zz, d )}  =>  [d]
${__P(zz,)}  =>  []
${__P(,)}  =>  []
${__P( )}  =>  [1]
${__P(zz,a\,b)}  =>  [a,b]
${__P(zz,${a})}  =>  [A]
${__P(zz,(a))}  =>  [(a)]
${__P(zz,${c})}  =>  [p,q]
${__P(zz,${__P(k)})}  =>  [kv]
${__P(zz,${__P(yy,${a}\,b)})}  =>  [A,b]
${__P(zz,\${a})}  =>  [${a}]
${__P(zz,\\${a})}  =>  [\A]
${__P(zz,{a})}  =>  [{a}]
${__P(zz,"a")}  =>  ["a"]
${nofunc(a,b)}  =>  [${nofunc(a,b)}]
${a b}  =>  [${a b}]
${o}${f}${list}  =>  [71.5[p, q]]
$${a}  =>  [$A]
$$${a}  =>  [$$A]
{${a}}  =>  [{A}]
${a}}  =>  [A}]
${${a}}  =>  [${${a}}]
${a\b}  =>  [${ab}]
${\a}  =>  [A]
${a}\  =>  [A\]
${__P(zz,a}b)}  =>  [a}b]
${__P(zz,$a)}  =>  [$a]
${__V(a,)}${__V(zz)}${__V(zz,)}${__V(zz,d)}${__V(empty)}  =>  [Azzd]
"""

RAW = r"""
plain
plain\,x\\y
$a {a} }
\${a}
${a
tail\
"""

REFUSED = r"""
${__P}  =>  __P takes 1 to 2 arguments, not 0
${__P()}  =>  __P takes 1 to 2 arguments, not 0
${__P(zz,(a,b))}  =>  __P takes 1 to 2 arguments, not 3
${__UUID(a)}  =>  __UUID takes no arguments, not 1
${__threadNum( )}  =>  __threadNum takes no arguments, not 1
${__intSum(1)}  =>  __intSum takes at least 2 arguments, not 1
${__urlencode}  =>  __urlencode takes 1 argument, not 0
${__P(k)x}  =>  no } after the call of __P
${__P(k  =>  no } after the call of __P
${__P(zz,a)b)}  =>  no } after the call of __P
${__P(zz,(a)}  =>  no } after the call of __P
${__P(zz,${)}  =>  no } after the call of __P
${__nofunc(a)}  =>  unknown function __nofunc
${__P(${__nofunc(a)})}  =>  unknown function __nofunc
${__P (k)}  =>  a blank before the parenthesis: no call of __P
${__threadnum()}  =>  unknown function __threadnum
${__groovy(1)}  =>  the function __groovy is not supported yet
"""


def pairs(table: str) -> list[tuple[str, str]]:
    split = (line.split("  =>  ") for line in table.strip("\n").split("\n"))
    return [(left, right) for left, right in split]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    return Build({"k": "kv"}, Cells(), tmp_path)


@pytest.fixture
def user() -> Any:
    return SimpleNamespace(vars=dict(VARIABLES), name="Users 1-3", state={})


@pytest.mark.parametrize(("raw", "shown"), pairs(JMETER))
def test_a_text_is_read_as_jmeter_reads_it(raw: str, shown: str, build: Build, user: Any) -> None:
    assert f"[{build.value(raw, 'here').get(user)}]" == shown
    assert not [fault for fault in build.faults if fault.fatal]


@pytest.mark.parametrize("raw", RAW.strip("\n").split("\n"))
def test_a_text_without_a_reference_stays_as_written_and_is_a_constant(raw: str, build: Build) -> None:
    assert build.value(raw, "here").constant == raw


@pytest.mark.parametrize(("raw", "problem"), pairs(REFUSED))
def test_what_jmeter_can_not_compile_and_what_is_no_function_is_a_fault(raw: str, problem: str, build: Build) -> None:
    build.value(raw, "Test Plan > users > GET")
    (fault,) = build.faults
    assert problem in fault.problem
    assert fault.fatal is not (" takes " in problem or "no } after" in problem)
    assert fault.path == "Test Plan > users > GET"


def test_a_variable_whose_name_looks_like_a_function_is_a_variable(build: Build, user: Any) -> None:
    user.vars.update({"__VIEWSTATE": "v", "__jm__Loop__idx": "3"})
    assert build.value("${__VIEWSTATE} ${__jm__Loop__idx}", "here").get(user) == "v 3"
    assert not build.faults


def test_a_function_written_in_the_wrong_case_is_a_variable_and_a_warning(build: Build, user: Any) -> None:
    assert build.value("${__ThreadNum}", "here").get(user) == "${__ThreadNum}"
    assert [(fault.fatal, fault.remedy) for fault in build.faults] == [(False, "__threadNum?")]


def test_a_reference_without_end_is_text_and_a_warning(build: Build, user: Any) -> None:
    assert build.value("x${a}y${b", "here").get(user) == "xAyb"
    assert [fault.fatal for fault in build.faults] == [False]


def test_a_variable_is_read_anew_each_time(build: Build, user: Any) -> None:
    value = build.value("<${later}>", "here")
    assert value.get(user) == "<${later}>"
    user.vars["later"] = "now"
    assert value.get(user) == "<now>"
    assert value.constant is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (12, "12"),
        (1.0, "1.0"),
        (0.1, "0.1"),
        (1e7, "1.0E7"),
        (9999999.0, "9999999.0"),
        (1.5e-7, "1.5E-7"),
        (0.001, "0.001"),
        (-0.0, "-0.0"),
        (1.25e300, "1.25E300"),
        (float("inf"), "Infinity"),
        (["a", 1], "[a, 1]"),
        ({"a": True}, "{a=true}"),
    ],
)
def test_objects_are_written_as_java_writes_them(value: object, text: str) -> None:
    assert java_text(value) == text
