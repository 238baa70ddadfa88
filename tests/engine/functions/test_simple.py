"""Functions on properties, variables, threads and codes. The tables are what JMeter 5.5 gave."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pyjm.engine.compile.java_error import ILLEGAL_ARGUMENT, JavaError


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("${__setProperty(p1,v1)}${__P(p1)}", "v1"),
        ("${__setProperty(k,v2,true)}${__P(k)}", "kvv2"),
        ("${__setProperty(k,v3,TRUE)}${__P(k)}", "kvv3"),
        ("${__setProperty(k,v4,yes)}${__P(k)}", "v4"),
        ("${__setProperty(pnew,v4,true)}${__P(pnew)}", "nullv4"),
        ("${__setProperty(p1,)}[${__P(p1,d)}]", "[]"),
        ("${__setProperty(p1, x )}[${__P(p1,d)}]", "[x]"),
        ("${__property(k)}", "kv"),
        ("${__property(zz)}", "zz"),
        ("${__property(zz,)}", "zz"),
        ("${__property(zz,pv)}${pv}", "zzzz"),
        ("${__property(zz,,d)}", "d"),
        ("${__property(zz, pv2 , d )}[${ pv2 }]", "d[d]"),
        ("${__property(blank,,d)}", ""),
        ("${__P(blank,d)}", ""),
        ("${__isPropDefined(k)}${__isPropDefined(zz)}", "truefalse"),
        ("${__isVarDefined(a)}${__isVarDefined(zz)}${__isVarDefined(empty)}", "truefalsetrue"),
        ("${__V(o)}${__V(zz)}${__V(zz,)}${__V(zz,d)}${__V(empty)}", "7zzd"),
        ("${__threadNum}${__threadGroupName}", "1Users"),
        ("${__TestPlanName}", "plan.jmx"),
        ("${__samplerName()}", ""),
        (
            "${__urlencode(a b&c=ü/~*-_.'\"!()+€😀)}",
            "a+b%26c%3D%C3%BC%2F%7E*-_.%27%22%21%28%29%2B%E2%82%AC%F0%9F%98%80",
        ),
        ("${__urldecode(a+b%26%C3%BC%FFx)}", "a b&ü\ufffdx"),
    ],
)
def test_a_function_gives_what_jmeter_gives(raw: str, shown: str, desk: Any) -> None:
    assert desk.text(raw) == shown


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("${__urldecode(%zz)}", 'Illegal hex characters in escape (%) pattern - Error at index 0 in: "zz"'),
        ("${__urldecode(a%)}", "Incomplete trailing escape (%) pattern"),
    ],
)
def test_what_can_not_be_decoded_fails_when_it_is_evaluated(raw: str, text: str, desk: Any) -> None:
    with pytest.raises(JavaError) as caught:
        desk.text(raw)
    assert (caught.value.kind, caught.value.text) == (ILLEGAL_ARGUMENT, f"URLDecoder: {text}")


def test_a_property_is_set_everywhere_where_the_run_has_several_processes(desk: Any) -> None:
    told: list[tuple[str, str]] = []
    desk.build.set_property = lambda key, value: told.append((key, value))
    desk.text("${__setProperty(p,${a})}")
    assert told == [("p", "A")]


def test_the_thread_number_is_what_stands_after_the_last_hyphen(desk: Any) -> None:
    other = desk.another("host-a-b 2-17", 16)
    assert desk.build.value("${__threadNum}", "here").get(other) == "17"
    assert (
        desk.build.value("${__threadNum}", "here").get(desk.another("StandardJMeterEngine", 0))
        == "StandardJMeterEngine"
    )


def test_the_machine_name_is_kept_in_a_variable(desk: Any) -> None:
    name = desk.text("${__machineName(mn)}")
    assert name
    assert desk.user.vars["mn"] == name


def test_a_uuid_is_random_and_of_version_4(desk: Any) -> None:
    value = desk.build.value("${__UUID}", "here")
    ids = {value.get(desk.user) for _ in range(50)}
    assert len(ids) == 50
    assert all(
        re.fullmatch("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", uuid) for uuid in ids
    )
