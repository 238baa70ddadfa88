"""Functions on numbers. The tables are what JMeter 5.5 gave."""

from __future__ import annotations

from typing import Any

import pytest

from pyjm.engine.compile.java_error import ILLEGAL_ARGUMENT, NUMBER_FORMAT, JavaError


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("${__Random( 5 , 5 )}", "5"),
        ("${__Random(-3,-3,rv)}${rv}", "-3-3"),
        ("${__Random(1,1,)}", "1"),
        ("${__intSum(1,2)}", "3"),
        ("${__intSum(1,2,sv)}${sv}", "33"),
        ("${__intSum(1,2,)}", "3"),
        ("${__intSum(1, 2 )}", "3"),
        ("${__intSum(1,2, 3 )}", "6"),
        ("${__intSum(1,x)}${x}", "11"),
        ("${__intSum(2147483647,1)}", "-2147483648"),
        ("${__intSum(1,2147483648)}${2147483648}", "11"),
        ("${__intSum(+1,-3)}", "-2"),
        ("${__longSum(2147483647,1)}", "2147483648"),
        ("${__longSum(9223372036854775807,1)}", "-9223372036854775808"),
        ("${__longSum(1,2,)}", "3"),
    ],
)
def test_a_function_gives_what_jmeter_gives(raw: str, shown: str, desk: Any) -> None:
    assert desk.text(raw) == shown


@pytest.mark.parametrize(
    ("raw", "kind", "text"),
    [
        ("${__Random(5,4)}", ILLEGAL_ARGUMENT, "bound must be greater than origin"),
        ("${__Random(0,9223372036854775807)}", ILLEGAL_ARGUMENT, "bound must be greater than origin"),
        ("${__Random(a,3)}", NUMBER_FORMAT, 'For input string: "a"'),
        ("${__Random(,)}", NUMBER_FORMAT, 'For input string: ""'),
        ("${__intSum( 1,2)}", NUMBER_FORMAT, 'For input string: " 1"'),
        ("${__intSum(x,1)}", NUMBER_FORMAT, 'For input string: "x"'),
        ("${__longSum(1.5,2)}", NUMBER_FORMAT, 'For input string: "1.5"'),
    ],
)
def test_what_can_not_be_calculated_fails_when_it_is_evaluated(raw: str, kind: str, text: str, desk: Any) -> None:
    assert not desk.faults(raw)
    with pytest.raises(JavaError) as caught:
        desk.text(raw)
    assert (caught.value.kind, caught.value.text) == (kind, text)


def test_random_reaches_both_bounds(desk: Any) -> None:
    value = desk.build.value("${__Random(1,3)}", "here")
    assert {value.get(desk.user) for _ in range(200)} == {"1", "2", "3"}


def test_random_spans_more_than_a_float_can_tell_apart(desk: Any) -> None:
    value = desk.build.value("${__Random(0,9007199254740993)}", "here")
    assert len({int(value.get(desk.user)) % 2 for _ in range(100)}) == 2


def test_a_counter_counts_for_each_user_or_for_all(desk: Any) -> None:
    own = desk.build.value("${__counter(TRUE)}", "here")
    total = desk.build.value("${__counter(FALSE,seen)}", "here")
    other = desk.another("Users 1-2", 1)
    assert [own.get(desk.user), own.get(desk.user), own.get(other)] == ["1", "2", "1"]
    assert [total.get(desk.user), total.get(other), total.get(desk.user)] == ["1", "2", "3"]
    assert desk.user.vars["seen"] == "3"


def test_each_place_where_a_counter_is_written_has_its_own_count(desk: Any) -> None:
    value = desk.build.value("${__counter(FALSE)}${__counter(FALSE)}", "here")
    assert [value.get(desk.user), value.get(desk.user)] == ["11", "22"]


def test_a_counter_finds_the_same_cell_in_every_process(desk: Any) -> None:
    twin = desk.twin()
    raw = "${__counter(FALSE)} ${__counter(FALSE)}"
    here, there = desk.build.value(raw, "here"), twin.build.value(raw, "here")
    assert [here.get(desk.user), there.get(twin.user)] == ["1 1", "2 2"]
